//! Dumps that go well.

use super::fake::{self, program, real, run};
use crate::place::{Place, json};
use crate::servers::{MariaDb, PostgreSql};

const SHOP: &str = r"
CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100), picture BLOB) CHARSET=utf8mb4;
CREATE TABLE orders (id INT PRIMARY KEY, customer INT, FOREIGN KEY (customer) REFERENCES customers (id));
CREATE TABLE sessions (id CHAR(8) PRIMARY KEY, what TEXT);
INSERT INTO customers (name, picture) VALUES ('Zoë 🦊', x'00ff0a27'), ('a;b''c', NULL);
INSERT INTO orders VALUES (10, 1), (11, 2);
INSERT INTO sessions VALUES ('a', 'one'), ('b', 'two');
CREATE VIEW spenders AS SELECT c.name FROM customers c JOIN orders o ON o.customer = c.id;
CREATE TRIGGER no_nothing BEFORE INSERT ON customers FOR EACH ROW SET NEW.name = COALESCE(NEW.name, '?');
CREATE PROCEDURE greet() SELECT 'hello';
CREATE EVENT tidy ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM sessions;
";

const TABLES: &str = "CHECKSUM TABLE customers, orders, sessions";

#[test]
fn a_dump_of_mariadb_loads_again_and_nobody_sees_the_password() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("nightly");
    server.query("nightly", SHOP);
    let password = r#"a"b'c#d\e f;$(g)"#;
    server.query("", &format!(
        "CREATE OR REPLACE USER keeper@localhost IDENTIFIED BY '{}'; GRANT ALL ON *.* TO keeper@localhost",
        password.replace('\\', "\\\\").replace('\'', "\\'")
    ));
    // What the file of the user says must not win over what is given.
    std::fs::write(place.path().join(".my.cnf"), "[client]\npassword=wrong\n").unwrap();
    std::fs::write(place.path().join("pw"), format!("{password}\n")).unwrap();
    let seen = place.path().join("seen");
    for name in ["mariadb-dump", "mariadb"] {
        let script = format!(r#"{{ echo "$0 $*"; env; }} >> {}; exec {} "$@""#, seen.display(), real(name));
        program(&place, name, &script);
    }
    let url = format!("shop.sql={}", server.url("keeper", "nightly"));
    let file = format!("shop.sql={}/pw", place.path().display());
    let arguments = ["--json", "backup", "--init", "--mariadb", &url, "--db-password-file", &file];
    let (code, out, err) = run(&place, &arguments);
    assert_eq!(code, Some(0), "{err}");
    let summary = json(out.lines().last().unwrap());
    assert_eq!((&summary["status"], &summary["components"][0]["whole"]), (&"complete".into(), &true.into()));
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("--single-transaction") && !seen.contains(password), "{seen}");
    // The same, with the password in a variable that the URL names, and in the vendor's own.
    let named = format!("{url}&password-env=SHOP_PASSWORD");
    for (url, variable) in [(&named, "SHOP_PASSWORD"), (&url, "MYSQL_PWD")] {
        let mut again = fake::command(&place, &["backup", "--mariadb", url]);
        let (code, _, err) = fake::tell(&again.env(variable, password).output().unwrap());
        assert_eq!(code, Some(0), "{variable}: {err}");
    }
    let dump = place.ok(&["dump", "latest:shop.sql"]);
    assert!(dump.contains("-- CHANGE MASTER TO MASTER_LOG_FILE='binlog."), "{dump}");
    assert!(dump.ends_with("-- Dump completed\n"));
    server.create_database("nightly2");
    server.run("nightly2", dump.as_bytes());
    assert_eq!(
        server.query("nightly", TABLES).replace("nightly.", ""),
        server.query("nightly2", TABLES).replace("nightly2.", "")
    );
    for what in ["TRIGGERS", "EVENTS"] {
        assert_eq!(server.query("nightly2", &format!("SHOW {what}")).lines().count(), 1, "{what}");
    }
    assert_eq!(server.query("nightly2", "CALL greet()"), "hello\n");
    assert!(place.ok(&["tables", "latest"]).contains("customers"));
}

#[test]
fn several_databases_and_a_directory_are_one_snapshot_and_a_quiet_night_changes_nothing() {
    let (Some(mariadb), Some(postgres)) = (MariaDb::get(), PostgreSql::get()) else { return };
    let place = Place::new();
    mariadb.create_database("quiet");
    mariadb.query("quiet", SHOP);
    postgres.create_database("quiet");
    postgres.query("quiet", "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'x')");
    let [a, b] = [mariadb.url("root", "quiet"), postgres.url("postgres", "quiet")];
    let [a, b] = [format!("a.sql={a}"), format!("b.sql={b}")];
    let arguments = ["--json", "backup", "--init", "--mariadb", &a, "--postgres", &b, &place.data()];
    let (code, out, err) = run(&place, &arguments);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(json(out.lines().last().unwrap())["components"].as_array().unwrap().len(), 3);
    let (code, _, err) = run(&place, &arguments);
    assert_eq!(code, Some(0), "{err}");
    let dumps = |snapshot: &str| {
        ["a.sql", "b.sql"].map(|name| {
            let dump = place.ok(&["dump", &format!("{snapshot}:{name}")]);
            // Somebody else's test may write to the server meanwhile.
            let lines = dump
                .lines()
                .filter(|line| !line.contains("MASTER_LOG_POS") && !line.contains("gtid_slave_pos"));
            lines.collect::<Vec<_>>().join("\n")
        })
    };
    assert_eq!(dumps("latest"), dumps("latest~1"));
    assert!(dumps("latest")[1].contains("\\restrict"), "pg_dump of the tests knows the key");
}

#[test]
fn what_is_excluded_is_not_there_and_is_said() {
    let (Some(mariadb), Some(postgres)) = (MariaDb::get(), PostgreSql::get()) else { return };
    let place = Place::new();
    mariadb.create_database("parts");
    mariadb.query("parts", SHOP);
    mariadb.query(
        "parts",
        "CREATE TABLE heap (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO heap VALUES (3), (1), (2)",
    );
    postgres.create_database("parts");
    postgres.query(
        "parts",
        "CREATE TABLE t (v TEXT); CREATE TABLE log (v TEXT); INSERT INTO log VALUES ('secret row')",
    );
    let a = format!("a={}", mariadb.url("root", "parts"));
    let b = format!("b={}", postgres.url("postgres", "parts"));
    let (code, out, err) = run(
        &place,
        &[
            "backup",
            "--init",
            "--mariadb",
            &a,
            "--postgres",
            &b,
            "--exclude-table",
            "a=orders",
            "--exclude-table-data",
            "a=sessions",
            "--exclude-table-data",
            "b=log",
            "--exclude-table",
            "b=t",
        ],
    );
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains(
            "a: without table orders; without the rows of table sessions; not of one moment: table heap"
        ),
        "{out}"
    );
    let dump = place.ok(&["dump", "latest:a"]);
    assert!(!dump.contains("TABLE `orders`") && dump.contains("TABLE `sessions`") && !dump.contains("'two'"));
    assert!(dump.contains("(1),\n(2),\n(3)"), "rows that lie anyhow are sorted");
    let dump = place.ok(&["dump", "latest:b"]);
    assert!(
        dump.contains("CREATE TABLE public.log")
            && !dump.contains("secret row")
            && !dump.contains("public.t ")
    );
    for (option, name) in [("--exclude-table", "a=ordres"), ("--exclude-table-data", "b=lgo")] {
        let text = place.refused(&["backup", "--mariadb", &a, "--postgres", &b, option, name], 18);
        assert!(text.contains("no table"), "{text}");
    }
}

#[test]
fn coordinates_that_are_refused_are_done_without_and_said() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("modest");
    server.query("modest", SHOP);
    let refuses = format!(
        "case \"$*\" in *--master-data*) echo 'mariadb-dump: Error: Access denied; you need the RELOAD privilege' >&2; exit 2;; esac\nexec {} \"$@\"",
        real("mariadb-dump")
    );
    program(&place, "mariadb-dump", &refuses);
    let url = format!("a={}", server.url("root", "modest"));
    let (code, out, err) = run(&place, &["backup", "--init", "--mariadb", &url]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("without coordinates of the binary log: mariadb-dump: Error: Access denied"),
        "{out}"
    );
    assert!(!place.ok(&["dump", "latest:a"]).contains("CHANGE MASTER"));
}

#[test]
fn a_dump_of_less_than_half_of_last_nights_is_a_warning() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("shrinking");
    server.query("shrinking", "CREATE TABLE t AS SELECT i, repeat('x', 100) FROM generate_series(1, 1000) i");
    let url = format!("a={}", server.url("postgres", "shrinking"));
    place.ok(&["backup", "--init", "--postgres", &url]);
    server.query("shrinking", "DELETE FROM t WHERE i > 10");
    let (code, _, err) = run(&place, &["backup", "--postgres", &url]);
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("less than half of"), "{err}");
    place.ok(&["backup", "--postgres", &url]);
}
