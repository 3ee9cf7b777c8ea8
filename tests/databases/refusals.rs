//! Dumps that do not go well.

use super::fake::{program, real, run};
use crate::place::{Place, json};
use crate::servers::{MariaDb, PostgreSql};

#[test]
fn a_dump_that_is_not_whole_makes_the_snapshot_partial() {
    let Some(server) = MariaDb::get() else { return };
    server.create_database("broken");
    server.query("broken", "CREATE TABLE t (id INT PRIMARY KEY)");
    let real = real("mariadb-dump");
    // It fails half way; it is cut and nobody notices; it ends with half of its last line.
    for (script, wanted) in [
        (
            "echo '-- half'; echo 'Error 2013: Lost connection to server during query' >&2; exit 3",
            "Lost connection",
        ),
        ("exec REAL \"$@\" | head -n 20", "the dump has no end"),
        ("exec REAL \"$@\" | head -c -3", "the dump has no end"),
    ] {
        let place = Place::new();
        place.ok(&["init"]);
        let script =
            format!("case \"$*\" in *--version*|*information_schema*) exec {real} \"$@\";; esac\n{script}");
        program(&place, "mariadb-dump", &script.replace("REAL", &real));
        let url = format!("a={}", server.url("root", "broken"));
        let (code, out, err) = run(&place, &["--json", "backup", "--mariadb", &url, &place.data()]);
        assert_eq!(code, Some(18), "{err}");
        let summary = json(out.lines().last().unwrap());
        assert_eq!(summary["status"], "partial");
        let parts = summary["components"].as_array().unwrap();
        let detail = parts.iter().find(|part| part["name"] == "a").unwrap()["detail"].as_str().unwrap();
        assert!(detail.contains(wanted), "{detail}");
        place.refused(&["dump", "latest:a"], 1);
    }
}

#[test]
fn a_dump_without_its_program_its_password_or_its_server_is_told_in_three_lines() {
    let place = Place::new();
    place.ok(&["init"]);
    for url in ["a=mariadb://me:hush@h/db", "a=postgres://h/db?password=hush"] {
        let option = if url.contains("mariadb") { "--mariadb" } else { "--postgres" };
        let text = place.refused(&["backup", option, url], 2);
        assert!(text.contains("--db-password-file") && !text.contains("hush"), "{text}");
    }
    for (option, url) in [
        ("--mariadb", "a=mariadb://me@localhost/db?socket=/nowhere/socket"),
        ("--postgres", "a=postgres://me@/db?host=/nowhere"),
    ] {
        assert!(place.refused(&["backup", option, url], 18).contains("look whether the server runs"));
        let output = place.command(&["backup", option, url]).env("PATH", "/nowhere").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(18), "{text}");
        assert!(text.contains("not installed") && text.contains("try:   install"), "{text}");
    }
    assert_eq!(place.ok(&["--json", "snapshots"]), "");
}

#[test]
fn a_wrong_password_is_told_and_a_right_one_opens() {
    let (Some(mariadb), Some(postgres)) = (MariaDb::get(), PostgreSql::start()) else { return };
    let place = Place::new();
    place.ok(&["init"]);
    let secret = r"p:a\ss'word";
    mariadb.create_database("closed");
    mariadb.query("", "CREATE OR REPLACE USER closed@localhost IDENTIFIED BY 'p:a\\\\ss\\'word'; GRANT ALL ON closed.* TO closed@localhost");
    postgres.create_database("closed");
    postgres.query("postgres", r"CREATE ROLE closed LOGIN SUPERUSER PASSWORD 'p:a\ss''word'");
    postgres.ask_for_password("closed");
    std::fs::write(place.path().join("right"), secret).unwrap();
    std::fs::write(place.path().join("wrong"), "other").unwrap();
    for (option, url) in [
        ("--mariadb", format!("a={}", mariadb.url("closed", "closed"))),
        ("--postgres", format!("b={}", postgres.url("closed", "closed"))),
    ] {
        let with = |name: &str| {
            let file = format!("{}={}/{name}", &url[..1], place.path().display());
            run(&place, &["backup", option, &url, "--db-password-file", &file])
        };
        let (code, _, err) = with("wrong");
        assert_eq!(code, Some(18), "{err}");
        assert!(err.contains("try:   the right user") && !err.contains("other"), "{err}");
        let (code, _, err) = run(&place, &["backup", option, &url]);
        assert_eq!(code, Some(18), "{err}");
        let (code, _, err) = with("right");
        assert_eq!(code, Some(0), "{err}");
    }
}
