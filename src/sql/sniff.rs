//! Recognises a dump by what is in it, not by its name: by the banner of the program that wrote it, or by its first statement.

use memchr::memmem;

use super::{Dialect, Producer};
use crate::base::limits::SQL_PREFIX_BYTES;

/// What the first bytes of a file tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognition {
    /// It is a dump.
    Dump {
        /// The grammar it is to be read with.
        dialect: Dialect,
        /// Who seems to have written it.
        producer: Producer,
    },
    /// It is one that cannot be read, and why.
    Refused(&'static str),
    /// It is something else.
    NotADump,
    /// More bytes could decide; if there are none, it is something else.
    Undecided,
}

/// The line that a dump with this header has at its end when all of it is there; `None` if its program writes none, or was told not to.
#[must_use]
pub fn closing_line(header: &[u8]) -> Option<&'static [u8]> {
    let lines: [(&[u8], &[u8]); 4] = [
        (b"-- MySQL dump ", b"-- Dump completed"),
        (b"-- MariaDB dump ", b"-- Dump completed"),
        (b"-- PostgreSQL database dump\n", b"-- PostgreSQL database dump complete"),
        (b"-- PostgreSQL database cluster dump\n", b"-- PostgreSQL database cluster dump complete"),
    ];
    let begins =
        |line: &[u8]| header.starts_with(line) || memmem::find(header, &[b"\n", line].concat()).is_some();
    lines.into_iter().find(|(banner, _)| begins(banner)).map(|(_, closing)| closing)
}

/// Recognises a file by its first bytes, of which `limits::SQL_PREFIX_BYTES` always decide.
#[must_use]
pub fn recognise(prefix: &[u8]) -> Recognition {
    let prefix = prefix.get(..SQL_PREFIX_BYTES).unwrap_or(prefix);
    if matches!(prefix, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'-' | b'/', 0, ..] | [0, b'-' | b'/', ..]) {
        return Recognition::Refused(
            "UTF-16 text: the redirection of a Windows shell has rewritten the dump",
        );
    }
    let text = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix);
    if text.iter().take(512).any(|byte| *byte == 0) {
        return Recognition::NotADump;
    }
    let mut rest = text;
    loop {
        rest = rest.trim_ascii_start();
        if let Some((dialect, producer)) = banner(rest) {
            return Recognition::Dump { dialect, producer };
        }
        let end = match rest {
            [b'/', b'*', b'!', ..] | [b'/', b'*', b'M', b'!', ..] => break,
            [b'/', b'*', ..] => memmem::find(rest, b"*/").map(|at| at + 2),
            [b'-', b'-', ..] | [b'#', ..] => memmem::find(rest, b"\n"),
            [] => None,
            _ => break,
        };
        match end.and_then(|end| rest.get(end..)) {
            Some(after) => rest = after,
            None if prefix.len() < SQL_PREFIX_BYTES => return Recognition::Undecided,
            None => return Recognition::NotADump,
        }
    }
    by_statements(rest, prefix.len() < SQL_PREFIX_BYTES)
}

/// The line that a dump program begins with.
fn banner(text: &[u8]) -> Option<(Dialect, Producer)> {
    let line = text.get(..text.len().min(200))?;
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |start: &[u8]| line.starts_with(start);
    let is_mariadb = memmem::find(line, b"MariaDB").is_some();
    let mysql = |producer| Some((Dialect::MySql, producer));
    match () {
        () if has(b"-- MariaDB dump") || has(b"-- MySQL dump") && is_mariadb => mysql(Producer::MariadbDump),
        () if has(b"/*M!999999\\-") || has(b"/*!999999\\-") => mysql(Producer::MariadbDump),
        () if has(b"-- MySQL dump") => mysql(Producer::MysqlDump),
        () if has(b"-- phpMyAdmin SQL Dump") => mysql(Producer::PhpMyAdmin),
        () if has(b"-- PostgreSQL database cluster dump") => Some((Dialect::Postgres, Producer::PgDumpAll)),
        () if has(b"-- PostgreSQL database dump") => Some((Dialect::Postgres, Producer::PgDump)),
        () => None,
    }
}

fn by_statements(text: &[u8], may_grow: bool) -> Recognition {
    let dump = |dialect, producer| Recognition::Dump { dialect, producer };
    let line_end = memmem::find(text, b"\n");
    let first: Vec<u8> = text.iter().take(48).map(u8::to_ascii_uppercase).collect();
    let has = |start: &str| first.starts_with(start.as_bytes());
    if first.len() < 48 && line_end.is_none() && may_grow {
        return Recognition::Undecided;
    }
    if has("/*!") || has("/*M!") {
        return dump(Dialect::MySql, Producer::MysqlDump);
    }
    if has("\\RESTRICT ") || has("\\CONNECT ") || has("\\C ") {
        return dump(Dialect::Postgres, Producer::Other);
    }
    if has("PRAGMA FOREIGN_KEYS") {
        return dump(Dialect::Sqlite, Producer::SqliteShell);
    }
    if has("DELIMITER ") || has("LOCK TABLES ") {
        return dump(Dialect::MySql, Producer::Other);
    }
    if has("PRAGMA ") {
        return dump(Dialect::Sqlite, Producer::Other);
    }
    if !STARTS.iter().any(|start| has(start)) {
        return Recognition::NotADump;
    }
    let dialect = likely_dialect(text);
    let is_shop = dialect == Dialect::MySql
        && has("TRUNCATE TABLE `")
        && memmem::find(text, b"INSERT INTO `").is_some();
    dump(dialect, if is_shop { Producer::OpenCart } else { Producer::Other })
}

/// How a script begins that makes or fills tables.
const STARTS: [&str; 27] = [
    "CREATE TABLE ",
    "CREATE DATABASE ",
    "CREATE SCHEMA ",
    "CREATE TYPE ",
    "CREATE SEQUENCE ",
    "CREATE EXTENSION ",
    "CREATE UNLOGGED TABLE ",
    "CREATE TEMPORARY TABLE ",
    "CREATE OR REPLACE ",
    "CREATE FUNCTION ",
    "CREATE VIEW ",
    "DROP TABLE ",
    "DROP DATABASE ",
    "DROP SCHEMA ",
    "DROP VIEW ",
    "INSERT INTO ",
    "INSERT IGNORE ",
    "INSERT  IGNORE ",
    "REPLACE INTO ",
    "TRUNCATE TABLE ",
    "TRUNCATE `",
    "START TRANSACTION",
    "BEGIN",
    "SET ",
    "USE ",
    "COPY ",
    "ALTER TABLE ",
];

/// The dialect that most of the signs in a text speak for.
fn likely_dialect(text: &[u8]) -> Dialect {
    const SIGNS: [(Dialect, &[&str]); 3] = [
        (
            Dialect::MySql,
            &[
                "`",
                "ENGINE=",
                "ENGINE =",
                "AUTO_INCREMENT",
                "LOCK TABLES",
                "/*!",
                "\\'",
                "UNSIGNED",
                "INSERT IGNORE",
            ],
        ),
        (
            Dialect::Postgres,
            &[
                "FROM stdin",
                "pg_catalog",
                "search_path",
                "standard_conforming_strings",
                "OWNER TO",
                "nextval(",
                "::",
                "public.",
                "SERIAL",
            ],
        ),
        (Dialect::Sqlite, &["AUTOINCREMENT", "BEGIN TRANSACTION", "PRAGMA ", " [", "sqlite_"]),
    ];
    let count =
        |signs: &[&str]| signs.iter().filter(|sign| memmem::find(text, sign.as_bytes()).is_some()).count();
    let counts = SIGNS.map(|(dialect, signs)| (count(signs), dialect));
    let most = counts.iter().map(|(count, _)| *count).max().unwrap_or_default();
    // Without a sign strings are read as the standard has them.
    let found = counts.iter().find(|(count, _)| *count == most && most > 0);
    found.map_or(Dialect::Sqlite, |(_, dialect)| *dialect)
}
