//! Dumps of MariaDB, by flags.

use strongroom::ops::dumps::Table;
use strongroom::ops::extract::ExtractOptions;
use strongroom::ops::extract::plan::PlanOptions;

use super::saved::{Saved, all, text};
use crate::servers::MariaDb;

const FLAGS: [&[&str]; 7] = [
    &[],
    &["--routines", "--events", "--single-transaction", "--master-data=2", "--hex-blob"],
    &["--skip-extended-insert", "--complete-insert", "--replace", "--order-by-primary"],
    &["--compact", "--add-drop-trigger"],
    &["--skip-comments", "--no-autocommit", "--insert-ignore", "--tz-utc=0"],
    &["--skip-add-drop-table", "--skip-add-locks", "--skip-disable-keys", "--quick"],
    &["--databases", "--add-drop-database", "--skip-dump-date"],
];

pub fn quoted(name: &[u8]) -> String {
    format!("`{}`", text(name).replace('`', "``"))
}

/// All that can be seen of a table in a database; what tells the database is made equal.
pub fn seen(server: &MariaDb, database: &str, table: &str) -> String {
    let name = text(table.as_bytes());
    let plain = name.trim_matches('`').replace("``", "`").replace('\'', "''");
    let mut seen =
        server.query(database, &format!("SHOW CREATE TABLE {table}; CHECKSUM TABLE {table} EXTENDED"));
    seen += &server.query(
        database,
        &format!(
            "SELECT trigger_name, event_manipulation, action_timing, action_statement, action_order, definer, sql_mode \
             FROM information_schema.triggers WHERE trigger_schema = '{database}' AND event_object_table = '{plain}' ORDER BY 1"
        ),
    );
    seen.replace(&format!("`{database}`."), "").replace(&format!("{database}."), "")
}

pub fn load(server: &MariaDb, database: &str, script: &[u8]) {
    let checks = b"SET FOREIGN_KEY_CHECKS=0, SQL_MODE='';\n";
    server.run(database, &[checks.as_slice(), script].concat());
}

fn original(server: &MariaDb, database: &str) {
    server.create_database(database);
    server.run(database, include_bytes!("mariadb.sql"));
}

fn dump(server: &MariaDb, database: &str, flags: &[&str]) -> Saved {
    let arguments: Vec<&str> = flags.iter().copied().chain([database]).collect();
    Saved::new(&server.dump(&arguments))
}

fn is_view(table: &Table) -> bool {
    table.name.name == b"v"
}

#[test]
fn every_table_of_mariadb_comes_back_as_it_was_whatever_the_flags() {
    let Some(server) = MariaDb::get() else { return };
    original(server, "origin");
    for flags in FLAGS {
        let saved = dump(server, "origin", flags);
        let tables = saved.tables();
        assert_eq!(tables.iter().filter(|table| !is_view(table)).count(), 12, "{flags:?}");
        server.create_database("copy");
        // What triggers write to when they run.
        for table in tables.iter().filter(|table| !is_view(table)) {
            let (script, report) = saved.table(table, &all());
            assert!(report.notes.is_empty(), "{flags:?} {report:?}");
            let origin = b"`origin`.";
            assert!(
                !script.windows(origin.len()).any(|part| part == origin),
                "{flags:?} {}",
                table.full_name()
            );
            load(server, "copy", &script);
            let name = quoted(&table.name.name);
            assert_eq!(seen(server, "copy", &name), seen(server, "origin", &name), "{flags:?} {name}");
        }
        let next =
            |database| server.query(database, "SELECT next_not_cached_value, increment FROM `free seq`");
        assert_eq!(next("copy"), next("origin"), "{flags:?}");
        assert_eq!(
            server
                .query("copy", "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'copy'"),
            "13\n"
        );
    }
}

#[test]
fn a_table_of_mariadb_stands_under_another_name_beside_itself() {
    let Some(server) = MariaDb::get() else { return };
    original(server, "beside");
    for flags in FLAGS {
        let saved = dump(server, "beside", flags);
        let tables = saved.tables();
        let names: Vec<String> = tables.iter().map(|table| quoted(&table.name.name)).collect();
        let before: Vec<String> = names.iter().map(|name| seen(server, "beside", name)).collect();
        for table in tables.iter().filter(|table| !is_view(table)) {
            let options = ExtractOptions { new_name: Some("new `one`".into()), ..all() };
            let (script, report) = saved.table(table, &options);
            assert!(report.notes.is_empty(), "{flags:?} {report:?}");
            load(server, "beside", &script);
            let old = quoted(&table.name.name);
            let columns = |name: &str| {
                let sum = server.query("beside", &format!("CHECKSUM TABLE {name} EXTENDED"));
                let count =
                    server.query("beside", &format!("SHOW COLUMNS FROM {name}; SHOW KEYS FROM {name}"));
                (sum.split('\t').next_back().map(str::to_owned), count.lines().count(), shape(server, name))
            };
            assert_eq!(columns("`new ``one```"), columns(&old), "{flags:?} {old}");
            server
                .query("beside", "DROP TABLE `new ``one```; DROP SEQUENCE IF EXISTS `new ``one``_free seq`");
        }
        let after: Vec<String> = names.iter().map(|name| seen(server, "beside", name)).collect();
        assert_eq!(after, before, "{flags:?}");
    }
}

/// Numbers that are the same for a table and its copy: triggers, foreign keys, those to itself.
fn shape(server: &MariaDb, table: &str) -> String {
    let plain = table[1..table.len() - 1].replace("``", "`").replace('\'', "''");
    server.query(
        "beside",
        &format!(
            "SELECT (SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'beside' AND event_object_table = '{plain}'), \
             COUNT(*), COALESCE(SUM(referenced_table_name = table_name), 0) FROM information_schema.referential_constraints \
             WHERE constraint_schema = 'beside' AND table_name = '{plain}'"
        ),
    )
}

#[test]
fn without_definers_somebody_without_special_rights_can_load_a_table() {
    let Some(server) = MariaDb::get() else { return };
    original(server, "rights");
    server.query(
        "",
        "SET GLOBAL log_bin_trust_function_creators = 1; DROP USER IF EXISTS plain; CREATE USER plain",
    );
    server.create_database("rights_copy");
    server.query("", "GRANT ALL ON rights_copy.* TO plain");
    let saved = dump(server, "rights", &[]);
    for table in saved.tables().iter().filter(|table| !is_view(table)) {
        let (script, _) = saved.table(table, &ExtractOptions { no_definer: true, ..all() });
        let mut client = server.client("mariadb");
        client.args(["--user=plain", "--binary-mode", "--default-character-set=utf8mb4", "rights_copy"]);
        crate::servers::output_of(&mut client, &script);
        let name = quoted(&table.name.name);
        let original = seen(server, "rights", &name).replace("root@localhost", "plain@%");
        assert_eq!(seen(server, "rights_copy", &name), original, "{name}");
    }
}

#[test]
fn without_foreign_keys_a_table_needs_no_other() {
    let Some(server) = MariaDb::get() else { return };
    original(server, "alone");
    let saved = dump(server, "alone", &["--compact"]);
    for table in saved.tables().iter().filter(|table| !is_view(table)) {
        server.create_database("alone_copy");
        let plan = PlanOptions { no_foreign_keys: true, ..all().plan };
        let (script, report) = saved.table(table, &ExtractOptions { plan, ..all() });
        assert!(report.references.is_empty());
        server.run("alone_copy", &[b"SET SQL_MODE='';\n".as_slice(), &script].concat());
        let name = quoted(&table.name.name);
        let without = |seen: String| {
            let lines: Vec<String> =
                seen.split("\\n").map(|line| line.trim_end_matches(',').to_owned()).collect();
            lines.into_iter().filter(|line| !line.contains(" FOREIGN KEY ")).collect::<Vec<_>>()
        };
        assert_eq!(
            without(seen(server, "alone_copy", &name)),
            without(seen(server, "alone", &name)),
            "{name}"
        );
    }
}

#[test]
fn tables_that_foreign_keys_refer_to_are_told() {
    let Some(server) = MariaDb::get() else { return };
    original(server, "told");
    let saved = dump(server, "told", &[]);
    let tables = saved.tables();
    let table = |name: &str| tables.iter().find(|table| table.name.name == name.as_bytes()).unwrap();
    assert_eq!(saved.table(table("order"), &all()).1.references, ["parents"]);
    assert_eq!(saved.extract(&[table("order"), table("parents")], &all()).1.references, [""; 0]);
}
