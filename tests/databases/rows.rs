//! Tables and rows of a snapshot into a database that lives on.

use crate::place::Place;
use crate::servers::{MariaDb, PostgreSql};

const TABLES: &str = r"
CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(20), note VARCHAR(20));
CREATE TABLE orders (id INT PRIMARY KEY, person INT, FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE);
INSERT INTO people VALUES (1, 'one', 'n1'), (2, 'two', 'n2'), (3, 'three', NULL);
INSERT INTO orders VALUES (10, 1), (20, 2);
";

/// Since then: a row changed, one gone, one new, and a column that the snapshot does not know.
const SINCE: &str = "UPDATE people SET name = 'ONE' WHERE id = 1; DELETE FROM people WHERE id = 3; \
    INSERT INTO people VALUES (4, 'four', 'n4'); ALTER TABLE people ADD COLUMN extra INT DEFAULT 7; UPDATE people SET extra = 8";

const WANTED: [(&str, &str); 3] = [
    ("insert-missing", "1 ONE 8|2 two 8|3 three 7|4 four 8"),
    ("upsert", "1 one 8|2 two 8|3 three 7|4 four 8"),
    ("replace", "1 one 7|2 two 7|3 three 7|4 four 8"),
];

fn rows(text: &str) -> String {
    text.trim().replace('\t', " ").replace('\n', "|")
}

#[test]
fn rows_of_mariadb_come_back_as_each_mode_says_and_nothing_hangs_loose() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("rows");
    server.query("rows", TABLES);
    let url = server.url("root", "rows");
    place.ok(&["backup", "--init", "--mariadb", &format!("a={url}")]);
    server.query("rows", SINCE);
    place.refused(&["extract", "latest", "people", "--into", &url, "--mode", "upsert"], 1);
    let text = place.refused(&["extract", "latest", "people", "--into", &url, "--yes-overwrite", "rows"], 2);
    assert!(text.contains("--mode"), "{text}");
    for (mode, wanted) in WANTED {
        place.ok(&["extract", "latest", "people", "--into", &url, "--mode", mode, "--yes-overwrite", "rows"]);
        assert_eq!(
            rows(&server.query("rows", "SELECT id, name, extra FROM people ORDER BY id")),
            wanted,
            "{mode}"
        );
        assert_eq!(
            server.query("rows", "SELECT COUNT(*) FROM orders"),
            "2\n",
            "{mode}: a row was deleted on the way"
        );
    }
    assert_eq!(server.query("", "SHOW DATABASES LIKE 'rows\\_strongroom%'"), "");
    // A row that cannot come back brings none back.
    server.query("rows", "DELETE FROM people; INSERT INTO people VALUES (9, 'two', 'x', 1); CREATE UNIQUE INDEX u ON people (name)");
    let again =
        ["extract", "latest", "people", "--into", &url, "--mode", "upsert", "--yes-overwrite", "rows"];
    assert!(place.refused(&again, 1).contains("Duplicate entry"));
    assert_eq!(server.query("rows", "SELECT id FROM people"), "9\n");
    // A table that is gone comes back whole, with its foreign key.
    server.query("rows", "DROP TABLE orders, people");
    place.ok(&["extract", "latest", "people", "orders", "--into", &url]);
    server.query("rows", "DELETE FROM people WHERE id = 2");
    assert_eq!(server.query("rows", "SELECT id FROM orders"), "10\n");
}

#[test]
fn rows_of_postgresql_come_back_as_each_mode_says_and_nothing_hangs_loose() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("rows");
    server.query("rows", TABLES);
    server.query("rows", "CREATE TABLE counted (id SERIAL PRIMARY KEY, v TEXT); INSERT INTO counted (v) VALUES ('a'), ('b'), ('c')");
    let url = server.url("postgres", "rows");
    place.ok(&["backup", "--init", "--postgres", &format!("a={url}")]);
    server.query("rows", SINCE);
    place.refused(&["extract", "latest", "people", "--into", &url, "--mode", "upsert"], 1);
    for (mode, wanted) in WANTED {
        place.ok(&["extract", "latest", "people", "--into", &url, "--mode", mode, "--yes-overwrite", "rows"]);
        assert_eq!(
            rows(&server.query("rows", "SELECT id, name, extra FROM people ORDER BY id")),
            wanted,
            "{mode}"
        );
        assert_eq!(
            server.query("rows", "SELECT count(*) FROM orders"),
            "2\n",
            "{mode}: a row was deleted on the way"
        );
    }
    server.query("rows", "TRUNCATE counted RESTART IDENTITY");
    place.ok(&[
        "extract",
        "latest",
        "counted",
        "--into",
        &url,
        "--mode",
        "insert-missing",
        "--yes-overwrite",
        "rows",
    ]);
    assert_eq!(server.query("rows", "INSERT INTO counted (v) VALUES ('d') RETURNING id"), "4\n");
    server.query("rows", "DELETE FROM people; INSERT INTO people VALUES (9, 'two', 'x', 1); CREATE UNIQUE INDEX u ON people (name)");
    let again =
        ["extract", "latest", "people", "--into", &url, "--mode", "upsert", "--yes-overwrite", "rows"];
    assert!(place.refused(&again, 1).contains("duplicate key"));
    assert_eq!(server.query("rows", "SELECT id FROM people"), "9\n");
    server.query("rows", "DROP TABLE orders, people");
    place.ok(&["extract", "latest", "people", "orders", "--into", &url, "--yes-overwrite", "rows"]);
    server.query("rows", "DELETE FROM people WHERE id = 2");
    assert_eq!(server.query("rows", "SELECT id FROM orders"), "10\n");
}

/// One row by its condition, into a table that is there; the others stay as they are.
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

/// Rows that stand in a dump as INSERT go the same way.
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

/// Rows of a table of PostgreSQL that is in parts stand with its partitions, and are its own all the same.
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

/// Tables of two databases that have one name are not mixed.
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

/// The next number of a sequence is none that a row has, and a table without rows leaves its sequence as it is.
#[test]
fn sequences_of_postgresql_follow_their_rows_and_an_empty_table_is_no_error() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("counts");
    let tables = "CREATE TABLE one (id SERIAL PRIMARY KEY, v TEXT); INSERT INTO one (v) VALUES ('a'); \
        CREATE TABLE none (id SERIAL PRIMARY KEY, v TEXT)";
    server.query("counts", tables);
    let url = server.url("postgres", "counts");
    place.ok(&["backup", "--init", "--postgres", &format!("a={url}")]);
    let load = |table: &str, more: &[&str]| {
        let start = ["extract", "latest", table, "--into", &url, "--mode", "upsert"];
        place.ok(&[start.as_slice(), &["--yes-overwrite", "counts"], more].concat());
    };
    server.query("counts", "TRUNCATE one RESTART IDENTITY");
    load("one", &["--where", "id = 77", "--allow-empty"]);
    assert_eq!(server.query("counts", "SELECT last_value, is_called FROM one_id_seq"), "1\tf\n");
    load("none", &[]);
    load("one", &[]);
    assert_eq!(server.query("counts", "INSERT INTO one (v) VALUES ('b') RETURNING id"), "2\n");
    assert_eq!(server.query("counts", "INSERT INTO none (v) VALUES ('b') RETURNING id"), "1\n");
    load("one", &[]);
    assert_eq!(
        server.query("counts", "INSERT INTO one (v) VALUES ('c') RETURNING id"),
        "3\n",
        "back by nothing"
    );
}

/// A column that a key only includes is a value like others.
#[test]
fn a_column_that_a_key_includes_is_no_key() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("including");
    server.query(
        "including",
        "CREATE TABLE t (id INT, v TEXT, w TEXT, PRIMARY KEY (id) INCLUDE (v)); INSERT INTO t VALUES (1, 'a', 'b')",
    );
    let url = server.url("postgres", "including");
    place.ok(&["backup", "--init", "--postgres", &format!("a={url}")]);
    server.query("including", "UPDATE t SET v = 'x', w = 'y'");
    let load = ["extract", "latest", "t", "--into", &url, "--mode", "upsert", "--yes-overwrite", "including"];
    place.ok(&load);
    assert_eq!(server.query("including", "SELECT * FROM t"), "1\ta\tb\n");
}
