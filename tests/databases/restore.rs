//! Databases restored as a whole: what comes back is what was dumped, and a restore that fails changes nothing.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::servers::{MariaDb, PostgreSql, output_of};

/// Everything that a change of names could lose.
const SHOP: &str = r"
CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100) DEFAULT 'it''s; --', picture BLOB, KEY (name)) CHARSET=utf8mb4;
CREATE TABLE orders (id INT PRIMARY KEY, customer INT, CONSTRAINT fk FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE);
CREATE TABLE aged (id INT PRIMARY KEY, CONSTRAINT fk2 FOREIGN KEY (id) REFERENCES orders (id));
CREATE SEQUENCE numbers START 5;
CREATE TABLE heap (id INT DEFAULT nextval(numbers), t TEXT) ENGINE=MyISAM;
CREATE TABLE parts (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3;
INSERT INTO customers (name, picture) VALUES ('Zoë 🦊', x'00ff0a27'), ('a;b''c', NULL);
INSERT INTO orders VALUES (10, 1), (11, 2); INSERT INTO aged VALUES (10);
INSERT INTO heap (t) VALUES ('x'), ('y'); INSERT INTO parts VALUES (1), (2), (3);
CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2;
CREATE VIEW z_base AS SELECT id, twice(id) AS double_id FROM customers;
CREATE DEFINER = 'somebody'@'else' VIEW a_top AS SELECT * FROM z_base WHERE id > 0;
CREATE TRIGGER first BEFORE INSERT ON customers FOR EACH ROW SET NEW.name = COALESCE(NEW.name, '?');
CREATE TRIGGER second AFTER INSERT ON customers FOR EACH ROW INSERT INTO parts VALUES (NEW.id + 100);
CREATE PROCEDURE greet() SELECT 'hello; -- /*';
CREATE EVENT tidy ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM parts;
";

/// What somebody did since.
const CHANGED: &str = r"
DROP VIEW a_top; DROP TRIGGER second; DROP EVENT tidy; DROP FUNCTION twice; ALTER TABLE aged ADD COLUMN more INT;
DELETE FROM orders WHERE id = 11; CREATE TABLE later (id INT PRIMARY KEY); INSERT INTO later VALUES (7);
CREATE VIEW of_later AS SELECT * FROM later; CREATE TRIGGER third BEFORE DELETE ON later FOR EACH ROW SET @x = 1;
CREATE EVENT other ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM later;
CREATE PROCEDURE now_there() SELECT 2;
";

/// All of a database as its dumper tells it, and views as the server tells them: one that is broken would stop the dumper.
fn state(server: &MariaDb, database: &str) -> String {
    let views = "SELECT TABLE_NAME, VIEW_DEFINITION, DEFINER, SECURITY_TYPE FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ";
    let views = server.query("", &format!("{views}'{database}' ORDER BY TABLE_NAME"));
    let ignored: Vec<String> = views
        .lines()
        .filter_map(|line| line.split('\t').next())
        .map(|view| format!("--ignore-table={database}.{view}"))
        .collect();
    let mut arguments =
        vec!["--routines", "--events", "--triggers", "--skip-dump-date", "--hex-blob", database];
    arguments.extend(ignored.iter().map(String::as_str));
    String::from_utf8(server.dump(&arguments)).unwrap() + &views
}

fn nothing_is_left(server: &MariaDb, database: &str) {
    assert_eq!(server.query("", &format!("SHOW DATABASES LIKE '{database}\\_strongroom%'")), "");
}

#[test]
fn a_restored_mariadb_is_what_was_dumped_to_the_last_trigger() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("back");
    server.query("back", SHOP);
    let url = server.url("root", "back");
    place.ok(&["backup", "--init", "--mariadb", &format!("shop.sql={url}")]);
    let dumped = state(server, "back");
    server.query("back", CHANGED);
    let changed = state(server, "back");
    assert_ne!(dumped, changed);
    let text = place.refused(&["restore-db", "latest", "--into", &url], 1);
    assert!(text.contains("not empty") && text.contains("--yes-overwrite back"), "{text}");
    place.refused(&["restore-db", "latest", "--into", &url, "--overwrite"], 2);
    place.refused(&["restore-db", "latest", "--into", &url, "--yes-overwrite", "bakc"], 2);
    assert_eq!(state(server, "back"), changed, "nobody said yes");
    let out =
        place.ok(&["--json", "restore-db", "latest:shop.sql", "--into", &url, "--yes-overwrite", "back"]);
    assert_eq!(crate::place::json(out.lines().last().unwrap())["database"], "back");
    assert_eq!(state(server, "back"), dumped);
    // It works, and not only reads the same.
    assert_eq!(
        server.query("back", "SELECT * FROM z_base ORDER BY id; CALL greet()"),
        "1\t2\n2\t4\nhello; -- /*\n"
    );
    server.query("back", "INSERT INTO customers (name) VALUES (NULL)");
    assert_eq!(server.query("back", "SELECT MAX(id) FROM parts"), "103\n");
    server.query("back", "DELETE FROM customers WHERE id = 2");
    assert_eq!(server.query("back", "SELECT COUNT(*) FROM orders"), "1\n", "the foreign key is there");
    nothing_is_left(server, "back");
    // And where nothing was.
    server.query("", "DROP DATABASE IF EXISTS back2");
    place.ok(&["restore-db", "latest", "--into", &server.url("root", "back2")]);
    assert_eq!(server.query("back2", "SELECT COUNT(*) FROM customers"), "2\n");
}

#[test]
fn a_dump_of_mariadb_with_an_error_leaves_the_database_as_it_was() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("keep");
    server.query("keep", SHOP);
    let all = ["--single-transaction", "--routines", "--events", "--hex-blob", "--skip-add-locks", "keep"];
    let dump = String::from_utf8(server.dump(&all)).unwrap();
    server.query("keep", CHANGED);
    let before = state(server, "keep");
    // Among rows; in a routine; in an event, which is made when tables have changed places already.
    for (from, to) in [
        ("INSERT INTO `orders` VALUES", "INSERT INTO `orders` VALUES (10,1,1),"),
        ("PROCEDURE `greet`()", "PROCEDURE `greet`() NO SUCH WORD"),
        ("STARTS '2037-01-01", "STARTS '2087-01-01"),
    ] {
        assert!(dump.contains(from), "{from}");
        std::fs::write(place.path().join("dump"), dump.replacen(from, to, 1)).unwrap();
        let command = format!("shop.sql=cat {}/dump", place.path().display());
        place.ok(&["backup", "--init", "--command", &command]);
        let text = place.refused(
            &["restore-db", "latest", "--into", &server.url("root", "keep"), "--yes-overwrite", "keep"],
            1,
        );
        assert!(text.contains("ERROR 1") && text.contains("the database is as it was"), "{text}");
        assert_eq!(state(server, "keep"), before, "{from}");
        nothing_is_left(server, "keep");
        server.query("", "DROP DATABASE IF EXISTS keep_new");
        place.refused(&["restore-db", "latest", "--into", &server.url("root", "keep_new")], 1);
        assert_eq!(server.query("", "SHOW DATABASES LIKE 'keep_new'"), "");
    }
    // Torn off between two statements, where nothing of a table is missing that is there.
    let end = dump.find("CREATE TABLE `orders`").unwrap();
    let end = dump[..end].rfind("DROP TABLE").unwrap();
    std::fs::write(place.path().join("dump"), &dump[..end]).unwrap();
    let file = place.path().join("dump").to_str().unwrap().to_string();
    let output = place.run(&["backup", &file]);
    assert_eq!(output.status.code(), Some(3), "a dump that ends too soon is not passed over");
    assert!(String::from_utf8_lossy(&output.stderr).contains("ends too soon"));
    assert_eq!(place.run(&["tables", &format!("latest:{file}")]).status.code(), Some(3));
    let url = server.url("root", "keep");
    let text = place
        .refused(&["restore-db", &format!("latest:{file}"), "--into", &url, "--yes-overwrite", "keep"], 18);
    assert!(text.contains("ends too soon"), "{text}");
    assert_eq!(state(server, "keep"), before);
}

/// Asks until there is an answer.
fn asked_until_some(server: &MariaDb, sql: &str) -> String {
    let start = Instant::now();
    loop {
        let answer = server.query("", sql);
        if !answer.is_empty() {
            return answer.trim().to_string();
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no answer to {sql}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Tables cannot move while somebody has locked one: then triggers, routines and events are gone already, and nobody is left who knows them.
#[test]
fn what_a_killed_restore_dropped_is_made_again_from_what_it_kept() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("killed");
    server.query("killed", SHOP);
    let url = server.url("root", "killed");
    place.ok(&["backup", "--init", "--mariadb", &format!("shop.sql={url}")]);
    server.query("killed", CHANGED);
    let before = state(server, "killed");
    let mut other =
        server.client("mariadb").arg("killed").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    other.stdin.as_mut().unwrap().write_all(b"LOCK TABLES parts READ;\n").unwrap();
    asked_until_some(server, "SHOW OPEN TABLES FROM killed WHERE `Table` = 'parts' AND In_use > 0");
    let mut restore = place
        .command(&["restore-db", "latest", "--into", &url, "--yes-overwrite", "killed"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let id = "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'RENAME TABLE%'";
    let id = asked_until_some(server, id);
    restore.kill().unwrap();
    restore.wait().unwrap();
    // Its client may live on, or have gone with it.
    server.client("mariadb").args(["-e", &format!("KILL {id}")]).output().unwrap();
    let is_gone = format!(
        "SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {id})"
    );
    asked_until_some(server, &is_gone);
    drop(other.stdin.take());
    other.wait().unwrap();

    let lost = "SELECT (SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'killed') \
        + (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'killed') \
        + (SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'killed')";
    assert_eq!(server.query("", lost), "0\n");
    let old = server.query("", "SHOW DATABASES LIKE 'killed\\_strongroom\\_old%'");
    let mut read = server.client("mariadb");
    read.args(["-BNr", "-e", "SELECT statements FROM strongroom_undo ORDER BY number", old.trim()]);
    output_of(server.client("mariadb").args(["--force", "killed"]), &output_of(&mut read, b""));
    assert_eq!(state(server, "killed"), before);
    let fresh = server.query("", "SHOW DATABASES LIKE 'killed\\_strongroom\\_new%'");
    server.query("", &format!("DROP DATABASE {old}; DROP DATABASE {fresh}"));
}

const CRM: &str = r#"
CREATE SCHEMA "Odd name";
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id SERIAL PRIMARY KEY, name TEXT NOT NULL, m mood, big BIGINT GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE "Odd name".notes (id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person INT REFERENCES people ON DELETE CASCADE, v TEXT);
INSERT INTO people (name, m) VALUES (E'tab\there', 'ok'), ('\.', NULL);
INSERT INTO "Odd name".notes (person, v) VALUES (1, 'x');
CREATE VIEW names AS SELECT name FROM people;
CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := upper(NEW.name); RETURN NEW; END$$;
CREATE TRIGGER up BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION up();
SELECT lo_from_bytea(0, 'large');
"#;

fn pg_state(server: &PostgreSql, database: &str) -> String {
    let dump = server.dump(&["--create", "--restrict-key=x", database]);
    String::from_utf8(dump).unwrap()
}

#[test]
fn a_restored_postgresql_is_what_was_dumped_and_keeps_what_belongs_to_its_name() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("pg_back");
    server.query("pg_back", CRM);
    server
        .query("postgres", "DO $$BEGIN CREATE ROLE clerk; EXCEPTION WHEN duplicate_object THEN NULL; END$$");
    let own = "ALTER DATABASE pg_back SET search_path = \"$user\", 'Odd name', public; ALTER DATABASE pg_back SET work_mem = '5MB'; \
        ALTER ROLE clerk IN DATABASE pg_back SET statement_timeout = '9s'; COMMENT ON DATABASE pg_back IS 'it''s ours'; \
        REVOKE ALL ON DATABASE pg_back FROM PUBLIC; GRANT CONNECT ON DATABASE pg_back TO clerk WITH GRANT OPTION";
    for statement in own.split("; ") {
        server.query("postgres", statement);
    }
    let url = server.url("postgres", "pg_back");
    place.ok(&["backup", "--init", "--postgres", &format!("crm.sql={url}")]);
    let dumped = pg_state(server, "pg_back");
    server.query("pg_back", "DROP VIEW names; DELETE FROM people; CREATE TABLE later (v INT)");
    let changed = pg_state(server, "pg_back");
    place.refused(&["restore-db", "latest", "--into", &url], 1);
    assert_eq!(pg_state(server, "pg_back"), changed);
    place.ok(&["restore-db", "latest", "--into", &url, "--yes-overwrite", "pg_back"]);
    assert_eq!(pg_state(server, "pg_back"), dumped);
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'pg_back_strongroom%'";
    assert_eq!(server.query("postgres", left), "0\n");
    server.query("postgres", "DROP DATABASE IF EXISTS pg_back2");
    place.ok(&["restore-db", "latest", "--into", &server.url("postgres", "pg_back2")]);
    assert_eq!(server.query("pg_back2", "SELECT count(*) FROM people"), "2\n");
}

#[test]
fn a_dump_of_postgresql_with_an_error_or_a_busy_database_changes_nothing() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("pg_keep");
    server.query("pg_keep", CRM);
    let url = server.url("postgres", "pg_keep");
    let dump = String::from_utf8(server.dump(&["pg_keep"])).unwrap();
    let before = pg_state(server, "pg_keep");
    let restore = ["restore-db", "latest", "--into", &url, "--yes-overwrite", "pg_keep"];
    for (from, to) in
        [("\t\\N", "\tmad"), ("CREATE VIEW", "CREATE VIEWS"), ("ADD CONSTRAINT", "ADD CONSTRAINTS x")]
    {
        assert!(dump.contains(from), "{from}");
        std::fs::write(place.path().join("dump"), dump.replacen(from, to, 1)).unwrap();
        let command = format!("crm.sql=cat {}/dump", place.path().display());
        place.ok(&["backup", "--init", "--command", &command]);
        let text = place.refused(&restore, 1);
        assert!(text.contains("ERROR:"), "{text}");
        assert_eq!(pg_state(server, "pg_keep"), before, "{from}");
    }
    place.ok(&["backup", "--postgres", &format!("crm.sql={url}")]);
    let mut busy =
        server.client("psql").arg("pg_keep").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'pg_keep'";
    while server.query("postgres", count) == "0\n" {
        std::thread::yield_now();
    }
    let text = place.refused(&restore, 1);
    assert!(text.contains("1 sessions use it"), "{text}");
    drop(busy.stdin.take());
    busy.wait().unwrap();
    assert_eq!(pg_state(server, "pg_keep"), before);
}
