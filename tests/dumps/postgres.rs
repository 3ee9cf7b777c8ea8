//! `pg_dump` and `pg_dumpall` with every flag that changes what they write.

use std::collections::BTreeMap;

use strongroom::sql::{Producer, SectionKind};

use super::heard::Heard;
use super::servers::PostgreSql;

const ODD: &[u8] = include_bytes!("odd_postgres.sql");

const FLAGS: &[&str] = &[
    "",
    "--inserts",
    "--column-inserts",
    "--inserts --rows-per-insert=7",
    "--column-inserts --rows-per-insert=1000",
    "--quote-all-identifiers",
    "--quote-all-identifiers --inserts",
    "--clean",
    "--clean --if-exists",
    "--clean --if-exists --create",
    "--create",
    "--no-owner --no-privileges",
    "--verbose",
    "--load-via-partition-root",
    "--inserts --load-via-partition-root",
    "--inserts --on-conflict-do-nothing",
    "--disable-triggers --data-only",
    "--data-only",
    "--disable-dollar-quoting",
    "--use-set-session-authorization",
    "--no-comments --no-tablespaces",
    "--encoding=SQL_ASCII",
    "--blobs",
    "--enable-row-security",
];

/// The tables of a database and how many rows are in them alone.
fn counted(server: &PostgreSql, database: &str) -> BTreeMap<String, u64> {
    let sql = "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), replace(n.nspname || '.' || c.relname, E'\\n', '\\n') \
               FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace \
               WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')";
    let count = |quoted: &str| {
        server.query(database, &format!("SELECT count(*) FROM ONLY {quoted}")).trim().parse().unwrap()
    };
    let tables = server.query(
        database,
        &format!("SELECT string_agg(q || E'\\x01' || p, E'\\x02') FROM ({sql}) AS t (q, p)"),
    );
    let tables = tables.trim_end().split('\u{2}').map(|table| table.split_once('\u{1}').unwrap());
    tables.map(|(quoted, plain)| (plain.replace("\\n", "\n"), count(quoted))).collect()
}

fn odd(name: &str) -> Option<&'static PostgreSql> {
    let server = PostgreSql::get()?;
    server.create_database(name);
    server.run(name, ODD);
    Some(server)
}

#[test]
fn every_flag_of_pg_dump_gives_the_same_tables_rows_and_objects() {
    let Some(server) = odd("odd_flags") else { return };
    let counts = counted(server, "odd_flags");
    assert!(counts.len() == 13 && counts.values().sum::<u64>() > 2_400, "{counts:?}");
    for flags in FLAGS {
        let mut arguments: Vec<&str> = flags.split_whitespace().collect();
        arguments.push("odd_flags");
        let heard = Heard::of(&server.dump(&arguments), Producer::PgDump);
        for section in &heard.sections {
            assert!(section.is_whole && section.note.is_none(), "{flags}: {section:?}");
        }
        let mut expected = counts.clone();
        if flags.contains("via-partition-root") {
            let rows = ["public.parted_1", "public.parted_2"]
                .map(|table| expected.insert(table.to_owned(), 0).unwrap());
            expected.insert("public.parted".to_owned(), rows.iter().sum());
        }
        let mut rows = heard.rows();
        for table in expected.keys() {
            // With --inserts nothing tells of the rows of a table that has none.
            rows.entry(table.clone()).or_default();
        }
        assert_eq!(rows, expected, "{flags}");
        if !flags.contains("data-only") {
            assert_objects(&heard, &counts, flags);
        }
    }
}

fn assert_objects(heard: &Heard, counts: &BTreeMap<String, u64>, flags: &str) {
    let mut tables: Vec<_> = counts.keys().cloned().chain(["public.parted".to_owned()]).collect();
    tables.sort();
    assert_eq!(heard.about(SectionKind::TableDefinition), tables, "{flags}");
    assert_eq!(heard.about(SectionKind::View), ["public.kept", "public.looking"], "{flags}");
    assert_eq!(heard.about(SectionKind::Trigger), ["public.child watched"], "{flags}");
    assert_eq!(heard.about(SectionKind::Rule), ["public.child redirect"], "{flags}");
    let policies = heard.about(SectionKind::Policy);
    assert!(policies.contains(&"public.child seen".to_owned()), "{flags}: {policies:?}");
    // What is dropped is named without its table.
    let indexes = heard.about(SectionKind::Index);
    assert!(indexes.contains(&"public.child child_partly".to_owned()), "{flags}: {indexes:?}");
    assert_eq!(heard.about(SectionKind::ForeignKey), ["public.child child_parent_id_fkey"], "{flags}");
    assert_eq!(heard.about(SectionKind::SequenceOwned), ["public.plain plain_id_seq"], "{flags}");
    assert_eq!(heard.about(SectionKind::Identity), ["public.ident ident_id_seq"], "{flags}");
    let values = heard.about(SectionKind::SequenceValue);
    assert_eq!(
        values,
        ["public.ident ident_id_seq", "public.lonely", "public.plain plain_id_seq"],
        "{flags}"
    );
    let defaults = heard.about(SectionKind::ColumnDefault);
    assert_eq!(defaults, ["public.plain"], "{flags}");
    let functions = heard.about(SectionKind::Function);
    assert_eq!(functions, ["public.atomic", "public.total", "public.watch"], "{flags}");
    assert_eq!(heard.about(SectionKind::Type), ["public.mood", "public.positive"], "{flags}");
    assert!(heard.about(SectionKind::Statistics).contains(&"public.plain plain_stats".to_owned()), "{flags}");
    let attached = heard.about(SectionKind::Attach);
    assert!(attached.contains(&"public.parted_1 parted".to_owned()), "{flags}: {attached:?}");
    assert!(heard.about(SectionKind::Constraint).contains(&"public.child child_pkey".to_owned()), "{flags}");
    assert!(!heard.about(SectionKind::LargeObject).is_empty(), "{flags}");
}

#[test]
fn old_strings_with_backslashes_are_read() {
    let Some(server) = odd("odd_strings") else { return };
    server.query("postgres", "ALTER DATABASE odd_strings SET standard_conforming_strings = off");
    let heard = Heard::of(&server.dump(&["--inserts", "odd_strings"]), Producer::PgDump);
    let counts = counted(server, "odd_strings");
    assert_eq!(heard.rows()["public.plain"], counts["public.plain"]);
}

#[test]
fn a_cluster_is_read_database_by_database() {
    let Some(server) = odd("odd_cluster") else { return };
    server.query("postgres", "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'it''s; secret'");
    for flags in [&[][..], &["--clean", "--if-exists"], &["--inserts"]] {
        let heard = Heard::of(&server.dump_all(flags), Producer::PgDumpAll);
        let of_database =
            |section: &&strongroom::sql::Section| section.database.as_deref() == Some(b"odd_cluster");
        let rows: u64 = heard.sections.iter().filter(of_database).map(|section| section.rows).sum();
        assert_eq!(rows, counted(server, "odd_cluster").values().sum::<u64>(), "{flags:?}");
        assert!(heard.sections.iter().any(|section| section.kind == SectionKind::Acl));
        assert!(heard.sections.iter().all(|section| section.is_whole));
    }
}
