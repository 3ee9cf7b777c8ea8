//! Tables and rows of a snapshot into a database that lives on.

use crate::place::Place;
use crate::servers::{MariaDb, PostgreSql};

pub const TABLES: &str = r"
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

pub fn rows(text: &str) -> String {
    text.trim().replace('\t', " ").replace('\n', "|")
}

/// Loads the table in each mode, one after another, into a database that `ask` puts questions to.
fn assert_each_mode(place: &Place, url: &str, ask: impl Fn(&str) -> String) {
    for (mode, wanted) in WANTED {
        place.ok(&["extract", "latest", "people", "--into", url, "--mode", mode, "--yes-overwrite", "rows"]);
        assert_eq!(rows(&ask("SELECT id, name, extra FROM people ORDER BY id")), wanted, "{mode}");
        assert_eq!(ask("SELECT COUNT(*) FROM orders"), "2\n", "{mode}: a row was deleted on the way");
    }
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
    assert_each_mode(&place, &url, |sql| server.query("rows", sql));
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
    assert_each_mode(&place, &url, |sql| server.query("rows", sql));
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
