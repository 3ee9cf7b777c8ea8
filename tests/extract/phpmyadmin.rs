//! Dumps as phpMyAdmin writes them: keys, counters and foreign keys at the end of the file.

use strongroom::ops::extract::plan::PlanOptions;
use strongroom::ops::extract::{ExtractOptions, RowFormat, RowOptions};

use super::mariadb::{load, quoted, seen};
use super::saved::{Saved, all, text};
use crate::servers::MariaDb;

const DUMP: &[u8] = include_bytes!("phpmyadmin.sql");
const TABLES: [&str; 3] = ["counters", "customers", "orders"];

#[test]
fn every_table_of_phpmyadmin_comes_back_with_the_keys_from_the_end_of_the_file() {
    let Some(server) = MariaDb::get() else { return };
    server.create_database("php");
    server.run("php", DUMP);
    let saved = Saved::new(DUMP);
    let tables = saved.tables();
    server.create_database("php_copy");
    for name in TABLES {
        let table = tables.iter().find(|table| table.name.name == name.as_bytes()).unwrap();
        let (script, report) = saved.table(table, &all());
        assert!(report.notes.is_empty(), "{name} {report:?}");
        load(server, "php_copy", &script);
        let quoted = quoted(name.as_bytes());
        assert_eq!(seen(server, "php_copy", &quoted), seen(server, "php", &quoted), "{name}");
    }
    let orders = tables.iter().find(|table| table.name.name == b"orders").unwrap();
    assert_eq!(saved.table(orders, &all()).1.references, ["customers"]);
    assert_eq!(orders.primary_key, [0]);
    let customers = tables.iter().find(|table| table.name.name == b"customers").unwrap();
    assert_eq!(customers.primary_key, [1]);
}

#[test]
fn a_table_of_phpmyadmin_stands_under_another_name_without_foreign_keys() {
    let Some(server) = MariaDb::get() else { return };
    server.create_database("php_as");
    server.run("php_as", DUMP);
    let saved = Saved::new(DUMP);
    let tables = saved.tables();
    let orders = tables.iter().find(|table| table.name.name == b"orders").unwrap();
    let plan = PlanOptions { no_foreign_keys: true, ..all().plan };
    let options = ExtractOptions { new_name: Some("copy".into()), plan, ..all() };
    let (script, report) = saved.table(orders, &options);
    assert!(report.notes.is_empty() && report.references.is_empty(), "{report:?}");
    load(server, "php_as", &script);
    let of = |table: &str| seen(server, "php_as", table);
    let (copy, own) = (of("`copy`"), of("`orders`"));
    let counter = "AUTO_INCREMENT=12";
    assert!(copy.contains(counter) && own.contains(counter), "{copy} {own}");
    assert!(!copy.contains("FOREIGN KEY") && copy.contains("FULLTEXT KEY"), "{copy}");
    let rows = "SELECT GROUP_CONCAT(id, IFNULL(note, '-'), IFNULL(twice, '-'), IFNULL(HEX(data), '-') ORDER BY id) FROM";
    let rows = |table: &str| server.query("php_as", &format!("{rows} {table}"));
    assert_eq!(rows("`copy`"), rows("`orders`"));
}

#[test]
fn single_rows_of_phpmyadmin_are_picked() {
    let saved = Saved::new(DUMP);
    let tables = saved.tables();
    let customers = tables.iter().find(|table| table.name.name == b"customers").unwrap();
    let rows =
        RowOptions { condition: Some("customer = 7".into()), format: RowFormat::JsonLines, staged: None };
    let (lines, report) = saved.table(customers, &ExtractOptions { rows: Some(rows), ..all() });
    assert_eq!(report.rows, 1);
    let row: serde_json::Value = serde_json::from_str(&text(&lines)).unwrap();
    assert_eq!((&row["customer"], &row["email"]), (&7.into(), &"\\".into()));
}
