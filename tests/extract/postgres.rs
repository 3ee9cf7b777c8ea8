//! Dumps of PostgreSQL, by flags.

use std::collections::HashMap;

use strongroom::ops::dumps::Table;
use strongroom::ops::extract::plan::PlanOptions;
use strongroom::ops::extract::{ExtractOptions, RowFormat, RowOptions};

use super::saved::{Saved, all, text};
use crate::servers::PostgreSql;

const FLAGS: [&[&str]; 5] = [
    &[],
    &["--inserts", "--quote-all-identifiers"],
    &["--clean", "--if-exists"],
    &["--rows-per-insert=2", "--column-inserts", "--verbose"],
    &["--create"],
];

/// The table as `pg_dump` takes it for a pattern.
pub fn pattern(table: &Table) -> String {
    let quoted = |name: &[u8]| format!("\"{}\"", text(name).replace('"', "\"\""));
    let schema = table.name.schema.as_deref().unwrap_or(b"public");
    format!("--table={}.{}", quoted(schema), quoted(&table.name.name))
}

/// What `pg_dump` says of tables, line by line, without what is of the dump itself.
pub fn seen(server: &PostgreSql, database: &str, tables: &[&Table], without: &[&str]) -> Vec<String> {
    let patterns: Vec<String> = tables.iter().map(|table| pattern(table)).collect();
    let mut arguments: Vec<&str> = patterns.iter().map(String::as_str).collect();
    arguments.push(database);
    let dump = String::from_utf8(server.dump(&arguments)).unwrap();
    let statements = dump.split(";\n").map(|statement| {
        let lines = statement
            .lines()
            .filter(|line| !line.starts_with("--") && !line.starts_with('\\') || *line == "\\.");
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    });
    statements.filter(|statement| !without.iter().any(|part| statement.contains(part))).collect()
}

fn original(server: &PostgreSql, database: &str) {
    server.create_database(database);
    server.run(database, include_bytes!("postgres.sql"));
}

fn dump(server: &PostgreSql, database: &str, flags: &[&str]) -> Saved {
    let arguments: Vec<&str> = flags.iter().copied().chain([database]).collect();
    Saved::new(&server.dump(&arguments))
}

/// A table that stands alone only after others do: it inherits from them.
fn is_derived(table: &Table) -> bool {
    table.name.name == b"derived"
}

/// Whose rows a dump may have among those of another table.
fn is_partition(table: &Table) -> bool {
    let names: [&[u8]; 4] = [b"measures_2025", b"Measures 2026", b"Measures 2026 one", b"rest"];
    names.contains(&table.name.name.as_slice())
}

#[test]
fn every_table_of_postgresql_comes_back_as_it_was_whatever_the_flags() {
    let Some(server) = PostgreSql::get() else { return };
    original(server, "origin");
    let without = ["FOREIGN KEY", "ATTACH PARTITION"];
    let mut origin: HashMap<String, Vec<String>> = HashMap::new();
    for flags in FLAGS {
        let saved = dump(server, "origin", flags);
        let tables = saved.tables();
        let parents = tables.iter().find(|table| table.name.name == b"parents").unwrap();
        for table in tables.iter().filter(|table| !is_derived(table)) {
            server.create_database("copy");
            let plan = PlanOptions { no_foreign_keys: true, ..all().plan };
            let options = ExtractOptions { with_prerequisites: true, plan, ..all() };
            // A policy asks another table.
            let with = if table.name.name == b"order" { vec![table, parents] } else { vec![table] };
            let (script, report) = saved.extract(&with, &options);
            assert!(report.prerequisites.is_empty(), "{flags:?} {report:?}");
            let is_elsewhere = flags.contains(&"--load-via-partition-root") && is_partition(table);
            assert_eq!(!report.notes.is_empty(), is_elsewhere, "{flags:?} {report:?}");
            server.run("copy", &script);
            if is_elsewhere {
                continue;
            }
            let name = table.full_name();
            let origin = origin.entry(name).or_insert_with(|| seen(server, "origin", &[table], &without));
            assert_eq!(&seen(server, "copy", &[table], &without), origin, "{flags:?} {}", table.full_name());
        }
    }
}

#[test]
fn all_tables_of_postgresql_come_back_together() {
    let Some(server) = PostgreSql::get() else { return };
    original(server, "together");
    for flags in FLAGS {
        let saved = dump(server, "together", flags);
        let tables = saved.tables();
        let tables: Vec<&Table> = tables.iter().collect();
        server.create_database("copy_together");
        let (script, report) = saved.extract(&tables, &ExtractOptions { with_prerequisites: true, ..all() });
        assert!(report.references.is_empty() && report.prerequisites.is_empty(), "{report:?}");
        server.run("copy_together", &script);
        let whole = seen(server, "together", &tables, &[]);
        assert_eq!(seen(server, "copy_together", &tables, &[]), whole, "{flags:?}");
    }
}

#[test]
fn a_table_of_postgresql_stands_under_another_name_beside_itself() {
    let Some(server) = PostgreSql::get() else { return };
    for flags in FLAGS.iter().filter(|flags| !flags.contains(&"--create")) {
        original(server, "beside");
        let saved = dump(server, "beside", flags);
        let tables = saved.tables();
        let all_tables: Vec<&Table> = tables.iter().collect();
        let before = seen(server, "beside", &all_tables, &[]);
        for table in &tables {
            let options = ExtractOptions { new_name: Some("New 'one'".into()), ..all() };
            let (script, report) = saved.table(table, &options);
            assert!(report.notes.is_empty(), "{flags:?} {report:?}");
            server.run("beside", &script);
            let mut copy = table.clone();
            copy.name.name = b"New 'one'".to_vec();
            let (copy, own) = (seen(server, "beside", &[&copy], &[]), seen(server, "beside", &[table], &[]));
            let detached = own.iter().filter(|statement| statement.contains("ATTACH PARTITION")).count();
            assert_eq!(copy.len(), own.len() - detached, "{flags:?} {copy:#?} {own:#?}");
            let rows = |statements: &[String]| {
                let data = statements.iter().flat_map(|text| text.lines()).filter(|line| line.contains('\t'));
                data.map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(rows(&copy), rows(&own), "{flags:?} {}", table.full_name());
            server.query("beside", &drop_copies(server));
        }
        assert_eq!(seen(server, "beside", &all_tables, &[]), before, "{flags:?}");
    }
}

/// Statements that drop what was made under new names.
fn drop_copies(server: &PostgreSql) -> String {
    let names = server.query(
        "beside",
        "SELECT format('DROP %s IF EXISTS %I.%I CASCADE;', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname) \
         FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relname LIKE 'New ''one''%' AND relkind IN ('r', 'p', 'S')",
    );
    assert!(names.contains("DROP TABLE"), "{names}");
    names
}

#[test]
fn tables_that_a_rule_writes_to_are_needed() {
    let Some(server) = PostgreSql::get() else { return };
    server.create_database("rules");
    let script = "CREATE SCHEMA log; CREATE TABLE log.audit (id integer, what text); CREATE TABLE public.apart (audit integer);
        CREATE TABLE public.watched (id integer, audit text);
        CREATE RULE watch AS ON UPDATE TO public.watched DO ALSO INSERT INTO log.audit VALUES (NEW.id, 'public.apart');
        INSERT INTO public.watched VALUES (1, 'x');";
    server.run("rules", script.as_bytes());
    let saved = dump(server, "rules", &[]);
    let tables = saved.tables();
    let named = |name: &[u8]| tables.iter().find(|table| table.name.name == name).unwrap();
    assert_eq!(saved.table(named(b"watched"), &all()).1.prerequisites, ["schema log", "table log.audit"]);
    let with = ExtractOptions { with_prerequisites: true, ..all() };
    let (script, report) = saved.extract(&[named(b"watched"), named(b"audit")], &with);
    assert!(report.prerequisites.is_empty(), "{report:?}");
    server.create_database("with");
    server.run("with", &script);
    server.query("with", "UPDATE public.watched SET id = 2");
    assert_eq!(server.query("with", "SELECT id, what FROM log.audit"), "2\tpublic.apart\n");
}

#[test]
fn parents_are_told_where_a_dump_leaves_out_schemas() {
    let dump = "--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\nSET search_path = public, pg_catalog;\n\n\
        CREATE TABLE base (\n    id integer\n);\n\nCREATE TABLE other (\n    base integer\n);\n\n\
        CREATE TABLE derived (\n    extra integer\n)\nINHERITS (base);\n\n\
        CREATE RULE r AS ON DELETE TO other DO ALSO DELETE FROM derived;\n\n\
        --\n-- PostgreSQL database dump complete\n--\n";
    let saved = Saved::new(dump.as_bytes());
    let tables = saved.tables();
    let needs = |name: &str| {
        let table = tables.iter().find(|table| table.name.name == name.as_bytes()).unwrap();
        saved.table(table, &all()).1.prerequisites
    };
    assert_eq!(needs("derived"), ["table public.base"]);
    assert_eq!(needs("other"), ["table public.derived"]);
    assert!(needs("base").is_empty());
}

#[test]
fn rows_of_a_partition_that_stand_under_its_root_are_not_taken_for_none() {
    let Some(server) = PostgreSql::get() else { return };
    original(server, "roots");
    let saved = dump(server, "roots", &["--load-via-partition-root"]);
    let tables = saved.tables();
    let named = |name: &[u8]| tables.iter().find(|table| table.name.name == name).unwrap();
    let rows = RowOptions { condition: None, format: RowFormat::Csv, staged: None };
    let options = ExtractOptions { rows: Some(rows), allow_empty: true, ..all() };
    let error = saved.refused(named(b"measures_2025"), &options);
    assert!(error.contains("public.measures_2025") && error.contains("public.measures"), "{error}");
    let (csv, _) = saved.table(named(b"measures"), &options);
    assert_eq!(text(&csv).lines().count(), 4, "{}", text(&csv));
    let report = saved.table(named(b"measures_2025"), &all()).1;
    assert_eq!(
        report.notes,
        ["the dump has the rows of public.measures_2025 only among those of public.measures"]
    );
}

#[test]
fn what_a_table_needs_is_told_and_nothing_else() {
    let Some(server) = PostgreSql::get() else { return };
    original(server, "needs");
    let saved = dump(server, "needs", &[]);
    let tables = saved.tables();
    let needs = |name: &str| {
        let table = tables.iter().find(|table| table.name.name == name.as_bytes()).unwrap();
        let report = saved.table(table, &all()).1;
        (report.prerequisites, report.references)
    };
    let none: [&str; 0] = [];
    assert_eq!(needs("base"), (vec![], vec![]));
    assert_eq!(needs("derived").0, ["table public.base"]);
    assert_eq!(needs("rooms").0, ["extension btree_gist"]);
    assert_eq!(needs("user").1, ["shop.order"]);
    assert_eq!(needs("order").0, ["function shop.touch", "schema shop", "table shop.parents"]);
    assert_eq!(needs("order").1, ["shop.parents"]);
    assert_eq!(needs("measures").0, ["schema unused"]);
    let (parents, references) = needs("parents");
    assert_eq!(references, none);
    assert_eq!(
        parents,
        [
            "extension citext",
            "function shop.inner_check",
            "function shop.is_code",
            "schema shop",
            "type shop.code",
            "type shop.mine",
            "type shop.mood",
            "type shop.pair",
            "type shop.span"
        ]
    );
}
