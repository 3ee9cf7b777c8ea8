//! SQL dumps as values: what stands where in the text of a dump, and what the pieces mean.
//!
//! Bytes in, values out: no file is read here and no clock. [`ddl`] reads the columns of a table, [`value`] the
//! values of a row; [`filter`] picks rows by a condition, and [`output`]
//! writes them.

pub mod ddl;
pub mod filter;
pub mod output;
pub mod value;

/// The grammar a dump is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// MySQL and MariaDB.
    MySql,
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}
