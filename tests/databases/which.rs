//! Which rows go into a database, and which table they are of.

use super::rows::{TABLES, rows};
use crate::place::Place;
use crate::servers::{MariaDb, PostgreSql};

#[test]
fn only_the_rows_that_are_asked_for_come_back() {
    let (Some(maria), Some(postgres)) = (MariaDb::get(), PostgreSql::get()) else { return };
    let urls = [maria.url("root", "picked"), postgres.url("postgres", "picked")];
    let ask = |number: usize, sql: &str| match number {
        0 => maria.query("picked", sql),
        _ => postgres.query("picked", sql),
    };
    maria.create_database("picked");
    postgres.create_database("picked");
    for (number, url) in urls.iter().enumerate() {
        let place = Place::new();
        ask(number, TABLES);
        let source = if number == 0 { "--mariadb" } else { "--postgres" };
        place.ok(&["backup", "--init", source, &format!("a={url}")]);
        ask(number, "UPDATE people SET name = 'wrong'; DELETE FROM people WHERE id = 3");
        let start = ["extract", "latest", "people", "--into", url, "--yes-overwrite", "picked"];
        let with = |more: &[&'static str]| -> Vec<&str> { [start.as_slice(), more].concat() };
        let none = with(&["--mode", "upsert", "--where", "id = 77"]);
        place.refused(&none, 1);
        place.ok(&with(&["--mode", "upsert", "--where", "id = 77", "--allow-empty"]));
        assert_eq!(rows(&ask(number, "SELECT id, name FROM people ORDER BY id")), "1 wrong|2 wrong");
        place.ok(&with(&["--mode", "upsert", "--where", "id IN (2, 3)"]));
        assert_eq!(rows(&ask(number, "SELECT id, name FROM people ORDER BY id")), "1 wrong|2 two|3 three");
        // Beside the table that is there, whole, and then its rows again by the mode.
        place.ok(&with(&["--as", "people_before"]));
        assert_eq!(
            rows(&ask(number, "SELECT id, name FROM people_before ORDER BY id")),
            "1 one|2 two|3 three"
        );
        ask(number, "DELETE FROM people_before WHERE id > 1");
        place.ok(&with(&["--as", "people_before", "--mode", "insert-missing", "--where", "id = 3"]));
        assert_eq!(rows(&ask(number, "SELECT id, name FROM people_before ORDER BY id")), "1 one|3 three");
        place.refused(&with(&["--as", "people_once", "--where", "id = 3"]), 2);
        place.ok(&with(&["--as", "people_once", "--schema-only"]));
        assert_eq!(rows(&ask(number, "SELECT COUNT(*) FROM people_once")), "0");
        place.refused(&with(&["--mode", "upsert", "--format", "csv"]), 2);
    }
}

#[test]
fn rows_of_inserts_come_back_into_postgresql() {
    let Some(server) = PostgreSql::get() else { return };
    server.create_database("inserted");
    server.query("inserted", "CREATE TABLE t (id INT PRIMARY KEY, v TEXT, b BYTEA, twice INT GENERATED ALWAYS AS (id * 2) STORED); \
        INSERT INTO t VALUES (1, E'a\\tb\\\\c', '\\x00ff'), (2, NULL, NULL)");
    let before = server.query("inserted", "SELECT * FROM t ORDER BY id");
    for flags in [["--inserts"], ["--column-inserts"]] {
        let place = Place::new();
        let file = place.path().join("dump.sql");
        std::fs::write(&file, server.dump(&[flags.as_slice(), &["inserted"]].concat())).unwrap();
        place.ok(&["backup", "--init", file.to_str().unwrap()]);
        server.query("inserted", "UPDATE t SET v = 'x', b = NULL; DELETE FROM t WHERE id = 2");
        let url = server.url("postgres", "inserted");
        place.ok(&[
            "extract",
            "latest",
            "t",
            "--into",
            &url,
            "--mode",
            "upsert",
            "--yes-overwrite",
            "inserted",
        ]);
        assert_eq!(server.query("inserted", "SELECT * FROM t ORDER BY id"), before);
    }
}

#[test]
fn rows_of_all_partitions_are_rows_of_the_table() {
    let Some(server) = PostgreSql::get() else { return };
    server.create_database("parted");
    server.query(
        "parted",
        "CREATE TABLE events (id INT, at DATE, what TEXT, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); \
         CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); \
         CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id); \
         CREATE TABLE events_2026_one PARTITION OF events_2026 FOR VALUES IN (1, 2); \
         CREATE TABLE events_2026_rest (what TEXT, at DATE NOT NULL, id INT NOT NULL, PRIMARY KEY (id, at)); \
         ALTER TABLE events_2026 ATTACH PARTITION events_2026_rest DEFAULT; \
         INSERT INTO events SELECT i % 9, date '2025-06-01' + i * 30, 'e' || i FROM generate_series(1, 18) i",
    );
    let select = "SELECT id, at, what FROM events WHERE id < 5 ORDER BY id, at";
    let wanted = server.query("parted", select);
    for flags in [&[][..], &["--inserts"], &["--column-inserts"], &["--load-via-partition-root"]] {
        let place = Place::new();
        let file = place.path().join("dump.sql");
        std::fs::write(&file, server.dump(&[flags, &["parted"]].concat())).unwrap();
        place.ok(&["backup", "--init", file.to_str().unwrap()]);
        let lines = place.ok(&["extract", "latest", "events", "--where", "id < 5", "--format", "jsonl"]);
        let mut rows: Vec<String> = lines
            .lines()
            .map(|line| {
                let row = crate::place::json(line);
                format!("{}\t{}\t{}", row["id"], row["at"].as_str().unwrap(), row["what"].as_str().unwrap())
            })
            .collect();
        rows.sort();
        assert_eq!(rows.join("\n") + "\n", wanted, "{flags:?}");
        server.create_database("parted_again");
        server.run("parted_again", place.ok(&["extract", "latest", "events", "--schema-only"]).as_bytes());
        let url = server.url("postgres", "parted_again");
        let into = ["--into", &url, "--mode", "upsert", "--yes-overwrite", "parted_again"];
        let mut arguments = vec!["extract", "latest", "events", "events_2026", "--where", "id < 5"];
        arguments.extend(into);
        place.ok(&arguments);
        assert_eq!(server.query("parted_again", select), wanted, "{flags:?}");
    }
}

#[test]
fn a_table_that_two_databases_have_must_be_said() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    for (database, row) in [("twin_a", "1, 'a'"), ("twin_b", "1, 'b'")] {
        server.create_database(database);
        server.query(
            database,
            &format!("CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES ({row})"),
        );
    }
    let file = place.path().join("dump.sql");
    std::fs::write(&file, server.dump(&["--databases", "twin_a", "twin_b"])).unwrap();
    place.ok(&["backup", "--init", file.to_str().unwrap()]);
    let url = server.url("root", "twin_a");
    server.query("twin_a", "UPDATE t SET v = 'spoiled'");
    let into = ["--into", &url, "--mode", "replace", "--yes-overwrite", "twin_a"];
    let with = |table: &'static str| -> Vec<&str> { [&["extract", "latest", table][..], &into].concat() };
    let text = place.refused(&with("t"), 2);
    assert!(text.contains("twin_a.t and twin_b.t"), "{text}");
    place.refused(&["extract", "latest", "t"], 2);
    assert_eq!(server.query("twin_a", "SELECT v FROM t"), "spoiled\n");
    place.ok(&with("twin_a.t"));
    assert_eq!(server.query("twin_a", "SELECT v FROM t"), "a\n");
}

#[test]
fn a_foreign_key_from_elsewhere_is_not_torn() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    for name in ["inner", "outer"] {
        server.create_database(&format!("fk_{name}"));
    }
    server.query("fk_inner", "CREATE TABLE t (id INT PRIMARY KEY)");
    server.query(
        "fk_outer",
        "CREATE TABLE u (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES fk_inner.t (id))",
    );
    let url = server.url("root", "fk_inner");
    place.ok(&["backup", "--init", "--mariadb", &format!("a={url}")]);
    let text = place.refused(&["restore-db", "latest", "--into", &url, "--yes-overwrite", "fk_inner"], 1);
    assert!(text.contains("fk_outer.u of another database"), "{text}");
    server.query("", "DROP DATABASE fk_outer");
}
