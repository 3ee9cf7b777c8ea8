//! Dumps of SQLite's shell.

use std::process::Command;

use strongroom::ops::dumps::Table;
use strongroom::ops::extract::plan::PlanOptions;
use strongroom::ops::extract::{ExtractOptions, RowFormat, RowOptions};

use super::saved::{Saved, all, text};
use crate::servers::output_of;

const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT 'x;y', b BLOB, up INTEGER REFERENCES t(id) ON DELETE SET NULL);
INSERT INTO t VALUES (1, 'it''s', x'00ff', NULL), (7, 'INSERT INTO t VALUES(1);' || char(10) || '--', 1e999, 1); DELETE FROM t WHERE id = 9;
INSERT INTO t VALUES (9, 'gone', 1.5, NULL); DELETE FROM t WHERE id = 9;
CREATE TABLE \"odd \"\"na.me\"\"\" ([a b] INT, `c` TEXT, CHECK (c <> 't'), FOREIGN KEY ([a b]) REFERENCES t (id));
INSERT INTO \"odd \"\"na.me\"\"\" VALUES (1, 'a'), (NULL, NULL);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO counted VALUES (3);
CREATE TABLE plain (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO plain VALUES ('k', NULL);
CREATE INDEX by_a ON t (a); CREATE UNIQUE INDEX \"t\"\"two\" ON t (b) WHERE b IS NOT NULL;
CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = 'new; t' WHERE t.id = NEW.id; SELECT CASE WHEN 1 THEN 2 END; END;
CREATE VIEW v AS SELECT * FROM t;";

fn sqlite(database: &std::path::Path, script: &[u8]) -> Option<Vec<u8>> {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        eprintln!("skipped: sqlite3 is not installed");
        return None;
    }
    Some(output_of(Command::new("sqlite3").arg("-bail").arg(database), script))
}

fn seen(database: &std::path::Path, table: &str) -> String {
    let name = table.replace('\'', "''");
    let quoted = table.replace('"', "\"\"");
    let script = format!(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = '{name}' ORDER BY name;\n.mode quote\nSELECT * FROM \"{quoted}\";\n\
         SELECT seq FROM sqlite_sequence WHERE name = '{name}';\n"
    );
    text(&sqlite(database, script.as_bytes()).unwrap())
}

#[test]
fn every_table_of_sqlite_comes_back_as_it_was_and_stands_beside_itself() {
    let place = tempfile::tempdir().unwrap();
    let (origin, copy) = (place.path().join("origin"), place.path().join("copy"));
    let Some(_) = sqlite(&origin, SCHEMA.as_bytes()) else { return };
    let saved = Saved::new(&sqlite(&origin, b".dump\n").unwrap());
    sqlite(&copy, b"CREATE TABLE any (id INTEGER PRIMARY KEY AUTOINCREMENT);").unwrap();
    let tables = saved.tables();
    assert_eq!(tables.len(), 4);
    for table in &tables {
        let name = text(&table.name.name);
        sqlite(&copy, &saved.table(table, &all()).0).unwrap();
        assert_eq!(seen(&copy, &name), seen(&origin, &name), "{name}");
    }
    let before: Vec<String> = tables.iter().map(|table| seen(&origin, &text(&table.name.name))).collect();
    for table in &tables {
        let options = ExtractOptions { new_name: Some("the \"new\" one".into()), ..all() };
        let (script, report) = saved.table(table, &options);
        assert!(report.notes.is_empty(), "{report:?}");
        sqlite(&origin, &script).unwrap();
        let own = seen(&origin, &text(&table.name.name));
        assert_eq!(seen(&origin, "the \"new\" one").lines().count(), own.lines().count(), "{own}");
        sqlite(&origin, b"DROP TABLE \"the \"\"new\"\" one\";").unwrap();
    }
    let after: Vec<String> = tables.iter().map(|table| seen(&origin, &text(&table.name.name))).collect();
    assert_eq!(after, before);
}

#[test]
fn without_foreign_keys_a_table_of_sqlite_has_none() {
    let place = tempfile::tempdir().unwrap();
    let (origin, copy) = (place.path().join("origin"), place.path().join("copy"));
    let Some(_) = sqlite(&origin, SCHEMA.as_bytes()) else { return };
    let saved = Saved::new(&sqlite(&origin, b".dump\n").unwrap());
    let plan = PlanOptions { no_foreign_keys: true, ..all().plan };
    for table in saved.tables() {
        sqlite(&copy, &saved.table(&table, &ExtractOptions { plan, ..all() }).0).unwrap();
        let keys = format!("PRAGMA foreign_key_list(\"{}\");", text(&table.name.name).replace('"', "\"\""));
        assert_eq!(sqlite(&copy, keys.as_bytes()).unwrap(), b"");
    }
}

#[test]
fn every_table_of_a_larger_database_of_sqlite_comes_back_as_it_was() {
    let place = tempfile::tempdir().unwrap();
    let (origin, copy) = (place.path().join("origin"), place.path().join("copy"));
    // Where nothing is counted there is no table of counters to be compared.
    let counted = "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);\n";
    let mut script = format!("BEGIN;\n{counted}");
    for table in 0..60 {
        let rows = if table % 20 == 7 { 3000 } else { table % 5 };
        script += &format!(
            "CREATE TABLE \"t{table}\" (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, v REAL, b BLOB);\n\
             CREATE INDEX \"i{table}\" ON \"t{table}\" (name DESC) WHERE v > 1;\n\
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
             INSERT INTO \"t{table}\" SELECT i * 3, 'it''s; (' || i * {table} || char(10) || ')', i / 7.0, randomblob(i % 9) FROM n WHERE {rows} > 0;\n"
        );
    }
    script += "COMMIT;\n";
    let Some(_) = sqlite(&origin, script.as_bytes()) else { return };
    let saved = Saved::new(&sqlite(&origin, b".dump\n").unwrap());
    let tables = saved.tables();
    assert_eq!(tables.len(), 61);
    for table in &tables {
        let name = text(&table.name.name);
        sqlite(&copy, &saved.table(table, &all()).0).unwrap();
        assert_eq!(seen(&copy, &name), seen(&origin, &name), "{name}");
    }
    let row = |table: &Table, condition: &str| {
        let rows = RowOptions { condition: Some(condition.into()), format: RowFormat::Csv, staged: None };
        saved.table(table, &ExtractOptions { rows: Some(rows), allow_empty: true, ..all() }).1.rows
    };
    // Once by pages, once in a chunk that small tables share.
    let found = (row(&tables[8], "id = 4500"), row(&tables[5], "id = 6"), row(&tables[6], "id = 6"));
    assert_eq!(found, (1, 1, 0));
}
