//! Rows as CSV, as JSON lines, and as SQL again. No form loses anything that the dump has.

mod csv;
mod json;
mod statement;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::ddl::{Column, ColumnKind};
use super::value::Value;

pub use csv::{write_csv_header, write_csv_row};
pub use json::write_json_row;
pub use statement::{COPY_END, quoted_name, write_copy_head, write_copy_row, write_insert};

/// Why a row cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// COPY has room for values and not for what a server computes.
    #[error(
        "the value of column {column:?} is the expression {text:?}, which COPY cannot carry; write INSERT statements"
    )]
    Expression {
        /// The column.
        column: String,
        /// The expression.
        text: String,
    },
}

/// The value with what its column says of it: a string in a binary column of MySQL's is binary data.
fn in_column<'v>(column: &Column, value: &'v Value<'v>) -> Cow<'v, Value<'v>> {
    match value {
        Value::Text(text) if column.kind == ColumnKind::Binary && !is_postgres_binary(column) => {
            Cow::Owned(Value::Bytes(Cow::Borrowed(text)))
        }
        value => Cow::Borrowed(value),
    }
}

fn is_postgres_binary(column: &Column) -> bool {
    column.type_text.eq_ignore_ascii_case(b"bytea")
}
