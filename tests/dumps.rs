//! What real servers' dump programs write, read by the lexers.

#![cfg(test)]

mod servers;

use servers::{MariaDb, PostgreSql};

#[test]
fn a_private_server_answers_and_is_dumped() {
    if let Some(server) = MariaDb::get() {
        server.create_database("answer");
        server.query("answer", "CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
        assert_eq!(server.query("answer", "SELECT COUNT(*) FROM t"), "2\n");
        assert!(server.dump(&["answer"]).windows(12).any(|part| part == b"CREATE TABLE"));
    }
    if let Some(server) = PostgreSql::get() {
        server.create_database("answer");
        server.query("answer", "CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
        assert_eq!(server.query("answer", "SELECT COUNT(*) FROM t"), "2\n");
        assert!(server.dump(&["answer"]).windows(12).any(|part| part == b"CREATE TABLE"));
    }
}
