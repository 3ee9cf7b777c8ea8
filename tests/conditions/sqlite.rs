use std::process::{Command, Stdio};

use strongroom::sql::value::RowForm;

use super::Dumped;
use super::generate::{Pool, conditions};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, r REAL, n NUMERIC, t TEXT, nc VARCHAR(9) COLLATE NOCASE, b BLOB, bare, d DATETIME);";

const VALUES: [&str; 18] = [
    "0",
    "-1",
    "1.5",
    "9007199254740993",
    "9007199254740992.0",
    "1e999",
    "''",
    "'a'",
    "'A'",
    "'b'",
    "X'61'",
    "X''",
    "'5'",
    "'1e2'",
    "NULL",
    "'\u{e9}'",
    "'it''s'",
    "replace('x\\ny','\\n',char(10))",
];

const POOL: Pool = &[
    ("id", &["5", "'7'", "1.5"]),
    ("i", &["0", "-1", "9007199254740993", "9007199254740992.0", "1e999", "'5'", "'a'", "X'61'", "TRUE"]),
    ("r", &["0", "1.5", "'1.5'", "9007199254740993", "''"]),
    ("n", &["100", "'1e2'", "-1", "'b'"]),
    ("t", &["''", "'a'", "'A'", "5", "X'61'", "'\u{e9}'"]),
    ("nc", &["'a'", "'B'", "'\u{c9}'", "5"]),
    ("b", &["X'61'", "'a'", "0", "X''"]),
    ("bare", &["0", "1.5", "'a'", "X'61'", "'5'", "5"]),
    ("d", &["'2024-01-01'", "5", "'a'"]),
];

const PATTERNS: Pool = &[
    ("t", &["'A%'", "'_'", "'%\u{c9}%'", "'x%y'", "'!_' ESCAPE '!'", "''", "'it''s'"]),
    ("nc", &["'a'", "'B%'"]),
];

fn sqlite(script: &str) -> Option<Vec<u8>> {
    let mut child =
        Command::new("sqlite3").arg("-batch").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let script = script.to_owned();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, script.as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn conditions_pick_the_rows_that_sqlite_picks() {
    let row = |at: usize| {
        let values = (0..8).map(|column| VALUES[(at + column * 5) % VALUES.len()]);
        format!("INSERT INTO t VALUES ({at}, {});\n", values.collect::<Vec<_>>().join(", "))
    };
    let fill = format!("{TABLE}\n{}", (0..VALUES.len()).map(row).collect::<String>());
    let Some(dump) = sqlite(&format!("{fill}.dump t\n")) else {
        assert!(std::env::var_os("CI").is_none(), "sqlite3 is not installed, and must be in CI");
        eprintln!("skipped: sqlite3 is not installed");
        return;
    };
    let rows: Vec<&[u8]> = dump
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"INSERT INTO t "))
        .collect();
    assert_eq!(rows.len(), VALUES.len());
    let table = Dumped::new(RowForm::Sqlite, &dump, &rows);
    let compared = table.compare(&conditions(POOL, PATTERNS, 400), |asked| {
        let select = |one: &&str| {
            format!(
                "SELECT coalesce(group_concat(id), '') FROM (SELECT id FROM t WHERE {one} ORDER BY id);\n"
            )
        };
        let script = format!("{fill}{}", asked.iter().map(select).collect::<String>());
        String::from_utf8(sqlite(&script).expect("the shell runs"))
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    });
    assert!(compared > 400, "only {compared} could be evaluated");
}
