//! Real dumps of other people's, where they are there.

use std::path::PathBuf;
use std::process::Command;

use strongroom::ops::dumps::Table;
use strongroom::ops::extract::ExtractOptions;
use strongroom::ops::extract::plan::PlanOptions;

use super::postgres::seen;
use super::saved::{Saved, all, text};
use crate::servers::{MariaDb, PostgreSql, output_of};

fn corpus(name: &str) -> Option<Vec<u8>> {
    let top = std::env::var_os("STRONGROOM_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let found = std::fs::read(top.join(name)).ok();
    if found.is_none() {
        eprintln!("skipped: {name} is not there");
    }
    found
}

fn without_keys() -> ExtractOptions {
    let plan = PlanOptions { no_foreign_keys: true, no_owner: true, ..all().plan };
    ExtractOptions { plan, with_prerequisites: true, ..all() }
}

#[test]
fn every_table_of_pagila_comes_back_as_it_was() {
    let Some(server) = PostgreSql::get() else { return };
    // The schema alone of the newer pagila needs PostgreSQL 18, and tables of sakila inherit from each other.
    let name = "pagila-copy.sql";
    let Some(dump) = corpus(name) else { return };
    server.create_database("pagila");
    let origin = String::from_utf8(dump.clone()).unwrap();
    server.run("pagila", origin.replace("neondb_owner", "postgres").as_bytes());
    let saved = Saved::new(&dump);
    let tables = saved.tables();
    assert!(tables.len() > 14, "{name}");
    for table in &tables {
        server.create_database("pagila_copy");
        let (script, report) = saved.table(table, &without_keys());
        assert!(report.prerequisites.is_empty() && report.notes.is_empty(), "{name} {report:?}");
        server.run("pagila_copy", &script);
        let without = ["FOREIGN KEY", "ATTACH PARTITION", "OWNER TO", "GRANT"];
        let (copy, own) =
            (seen(server, "pagila_copy", &[table], &without), seen(server, "pagila", &[table], &without));
        assert_eq!(copy, own, "{name} {}", table.full_name());
    }
}

#[test]
fn every_table_of_sakila_and_chinook_comes_back_as_it_was() {
    let Some(server) = MariaDb::get() else { return };
    for (name, database) in [("sakila-schema-mysql.sql", "sakila"), ("chinook-mysql.sql", "Chinook")] {
        let Some(dump) = corpus(name) else { continue };
        server.query("", &format!("DROP DATABASE IF EXISTS `{database}`"));
        server.run("", &dump);
        let saved = Saved::new(&dump);
        server.create_database("corpus_copy");
        let tables = saved.tables();
        assert!(tables.len() > 10, "{name}");
        for table in &tables {
            let (script, report) = saved.table(table, &all());
            assert!(report.notes.is_empty(), "{name} {report:?}");
            server.run("corpus_copy", &[b"SET FOREIGN_KEY_CHECKS=0;\n".as_slice(), &script].concat());
        }
        for table in &tables {
            let table = text(&table.name.name);
            let seen = |database: &str| {
                let sql = format!("SHOW CREATE TABLE `{table}`; CHECKSUM TABLE `{table}` EXTENDED");
                server
                    .query(database, &sql)
                    .replace(&format!("{database}."), "")
                    .replace(&format!("`{database}`."), "")
            };
            assert_eq!(seen("corpus_copy"), seen(database), "{name}");
        }
    }
}

#[test]
fn every_table_of_chinook_comes_back_through_sqlite() {
    let Some(dump) = corpus("chinook-sqlite.sql") else { return };
    if Command::new("sqlite3").arg("--version").output().is_err() {
        eprintln!("skipped: sqlite3 is not installed");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let shell = |name: &str, script: &[u8]| {
        output_of(Command::new("sqlite3").arg("-bail").arg(place.path().join(name)), script)
    };
    shell("origin", &dump);
    let saved = Saved::new(&dump);
    let tables: Vec<Table> = saved.tables();
    assert_eq!(tables.len(), 11);
    for table in &tables {
        shell("copy", &saved.table(table, &all()).0);
        let sql = format!(
            "SELECT sql FROM sqlite_schema WHERE tbl_name = '{0}' ORDER BY name; SELECT * FROM {0};",
            text(&table.name.name)
        );
        assert_eq!(shell("copy", sql.as_bytes()), shell("origin", sql.as_bytes()), "{}", table.full_name());
    }
}
