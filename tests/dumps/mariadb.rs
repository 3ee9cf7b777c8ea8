//! `mariadb-dump` with every flag that changes what it writes.

use std::collections::BTreeMap;

use strongroom::sql::{Producer, SectionKind};

use super::heard::Heard;
use super::servers::MariaDb;

const ODD: &[u8] = include_bytes!("odd.sql");

/// Flags, alone and together with others they change.
const FLAGS: &[&str] = &[
    "",
    "--skip-extended-insert",
    "--complete-insert",
    "--replace",
    "--insert-ignore",
    "--hex-blob",
    "--compact",
    "--skip-comments",
    "--skip-dump-date",
    "--skip-add-drop-table",
    "--skip-add-locks",
    "--skip-disable-keys",
    "--no-autocommit",
    "--single-transaction",
    "--order-by-primary",
    "--skip-quote-names",
    "--default-character-set=gbk",
    "--default-character-set=binary",
    "--compatible=ansi --default-character-set=utf8mb4",
    "--skip-set-charset",
    "--add-drop-trigger",
    "--skip-tz-utc",
    "--net-buffer-length=4096",
    "--master-data=1",
    "--master-data=2",
    "--gtid --master-data=2",
    "--dump-history",
    "--complete-insert --skip-extended-insert --hex-blob --compact",
    "--skip-opt --quick",
    "--where=1=1",
    "--compatible=ansi --default-character-set=utf8mb4 --complete-insert --skip-extended-insert",
    "--create-options=0 --skip-triggers",
];

/// The tables of a database and how many rows they have.
fn counted(server: &MariaDb, database: &str) -> BTreeMap<String, u64> {
    let tables = server.query("", &format!("SELECT table_name FROM information_schema.tables WHERE table_schema = '{database}' AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"));
    let count = |table: &str| {
        let quoted = table.replace('`', "``");
        server.query(database, &format!("SELECT COUNT(*) FROM `{quoted}`")).trim().parse().unwrap()
    };
    tables.lines().map(|table| (table.to_owned(), count(table))).collect()
}

fn odd(name: &str) -> Option<&'static MariaDb> {
    let server = MariaDb::get()?;
    server.create_database(name);
    server.run(name, ODD);
    Some(server)
}

#[test]
fn every_flag_of_mariadb_dump_gives_the_same_tables_rows_and_objects() {
    let Some(server) = odd("odd_flags") else { return };
    let counts = counted(server, "odd_flags");
    assert!(counts.len() == 15 && counts.values().sum::<u64>() > 3_600, "{counts:?}");
    for flags in FLAGS {
        // Names need their quotes if they are odd, and gbk has no snowman.
        let is_plain_only = flags.contains("skip-quote-names") || flags.contains("set=gbk");
        let mut arguments: Vec<&str> = flags.split_whitespace().collect();
        arguments.extend(["--routines", "--events", "odd_flags"]);
        let plain = ["plain", "bytes", "in_gbk", "watched", "empty_one"];
        if is_plain_only {
            arguments.extend(plain);
        }
        let dump = server.dump(&arguments);
        let is_ansi = flags.contains("ansi") || flags.contains("compact") || flags.contains("skip-comments");
        let producer =
            if dump.starts_with(b"/*M!") || !is_ansi { Producer::MariadbDump } else { Producer::Other };
        let heard = Heard::of(&dump, producer);
        heard.assert_all_understood();
        let mut rows = heard.rows();
        let mut expected = counts.clone();
        if is_plain_only {
            expected.retain(|table, _| plain.contains(&table.as_str()));
        }
        if flags.contains("dump-history") {
            *expected.get_mut("versioned").unwrap() += 1;
        }
        // A table without rows may have nothing that brackets them.
        rows.entry("empty_one".to_owned()).or_default();
        assert_eq!(rows, expected, "{flags}");
        assert_eq!(
            heard.about(SectionKind::TableDefinition),
            expected.keys().cloned().collect::<Vec<_>>(),
            "{flags}"
        );
        if !is_plain_only {
            assert_objects(&heard, flags);
        }
    }
}

fn assert_objects(heard: &Heard, flags: &str) {
    let triggers: &[&str] =
        if flags.contains("skip-triggers") { &[] } else { &["watched watched_in", "watched watched_up"] };
    assert_eq!(heard.about(SectionKind::Trigger), triggers, "{flags}");
    assert_eq!(heard.about(SectionKind::View), ["a_first_view", "looking"], "{flags}");
    assert_eq!(heard.about(SectionKind::Routine), ["fill", "twice"], "{flags}");
    assert_eq!(heard.about(SectionKind::Event), ["nightly"], "{flags}");
    assert_eq!(heard.about(SectionKind::Sequence), ["counter"], "{flags}");
    // With 2 it is a comment.
    let has_position = flags.contains("master-data=1");
    assert!(!has_position || !heard.about(SectionKind::Replication).is_empty(), "{flags}");
}

#[test]
fn keys_of_every_table_with_a_plain_key_are_told() {
    let Some(server) = odd("odd_keys") else { return };
    let heard = Heard::of(
        &server.dump(&["odd_keys", "plain", "bytes", "long_rows", "we`ird \"na'me\". ;x"][..4]),
        Producer::MariadbDump,
    );
    assert_eq!(heard.keys, heard.rows().values().sum::<u64>());
    assert!(heard.keys > 3_600);
}

#[test]
fn several_databases_are_told_apart() {
    let Some(server) = odd("odd_one") else { return };
    server.create_database("odd_two");
    server.query("odd_two", "CREATE TABLE plain (id INT PRIMARY KEY); INSERT INTO plain VALUES (1), (2)");
    let heard = Heard::of(&server.dump(&["--databases", "odd_one", "odd_two"]), Producer::MariadbDump);
    heard.assert_all_understood();
    let rows = heard.rows();
    assert_eq!((rows["odd_two.plain"], rows["odd_one.plain"]), (2, 3_013));
    assert_eq!(heard.about(SectionKind::Database), ["odd_one", "odd_two"]);
}

#[test]
fn all_databases_with_users_are_understood() {
    let Some(server) = MariaDb::get() else { return };
    let dump = server.dump(&["--system=users", "--databases", "mysql"]);
    let heard = Heard::of(&dump, Producer::MariadbDump);
    assert!(heard.sections.iter().all(|section| section.is_whole && section.note.is_none()));
    assert!(heard.sections.iter().any(|section| section.kind == SectionKind::Acl));
    let topics: u64 = server.query("mysql", "SELECT COUNT(*) FROM help_topic").trim().parse().unwrap();
    assert!(topics > 100);
    assert_eq!(heard.rows()["mysql.help_topic"], topics);
}
