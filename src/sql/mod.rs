//! What SQL dumps are made of: where their tables and rows lie, and what stands in them.
//!
//! A dump is understood while it streams past, and its pieces are understood again on the way out. Nothing here changes or drops
//! a byte: a lexer only says where things are, and what it does not understand is a section of its own with a note.
//! Bytes in, values out; this folder knows neither files nor repositories. [`ddl`] reads the columns of a table, [`value`] the
//! values of a row; [`filter`] picks rows by a condition, [`output`] writes them, and [`edit`] changes statements on their way out.

pub mod ddl;
pub mod edit;
pub mod filter;
pub mod lexer;
pub mod output;
pub mod section;
pub mod sniff;
pub mod value;

pub use lexer::{KnownKeys, Lexer};
pub use section::{Form, Key, KeyKind, Row, Section, SectionKind, Sink, TableName};
pub use sniff::{Recognition, closing_line, recognise};

/// Grammar a dump is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// MySQL and MariaDB.
    MySql,
    /// PostgreSQL, as `psql` reads it.
    Postgres,
    /// SQLite, as its shell reads it.
    Sqlite,
}

/// Program that wrote a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Producer {
    /// MySQL's `mysqldump`.
    MysqlDump,
    /// MariaDB's `mariadb-dump`, under its old name too.
    MariadbDump,
    /// phpMyAdmin's export.
    PhpMyAdmin,
    /// The backup of a shop that runs OpenCart.
    OpenCart,
    /// `pg_dump`.
    PgDump,
    /// `pg_dumpall`.
    PgDumpAll,
    /// `.dump` of SQLite's shell.
    SqliteShell,
    /// Another program, or a hand.
    Other,
}
