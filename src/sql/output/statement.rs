//! Rows as statements: INSERT for every dialect, COPY for PostgreSQL.

use super::{OutputError, in_column};
use crate::sql::Dialect;
use crate::sql::ddl::Column;
use crate::sql::value::{Value, write_copy_field, write_literal};

/// Ends the rows of a COPY.
pub const COPY_END: &[u8] = b"\\.\n";

/// The name in the quotes of the dialect.
pub fn quoted_name(dialect: Dialect, name: &[u8]) -> Vec<u8> {
    let quote = if dialect == Dialect::MySql { b'`' } else { b'"' };
    let mut quoted = vec![quote];
    for &byte in name {
        quoted.extend((byte == quote).then_some(byte));
        quoted.push(byte);
    }
    quoted.push(quote);
    quoted
}

/// Appends an INSERT of one row, in a line of its own unless a value has line ends. Columns that the server computes are
/// left out. `table` is a name, or a schema and a name.
pub fn write_insert(
    dialect: Dialect,
    table: &[&[u8]],
    columns: &[Column],
    row: &[Value<'_>],
    out: &mut Vec<u8>,
) {
    let given = || columns.iter().zip(row).filter(|(column, _)| !column.is_generated);
    out.extend(b"INSERT INTO ");
    write_names(dialect, b'.', table.iter().copied(), out);
    out.extend(b" (");
    write_names(dialect, b',', given().map(|(column, _)| column.name.as_slice()), out);
    out.extend(b") VALUES (");
    for (at, (column, value)) in given().enumerate() {
        out.extend((at > 0).then_some(b','));
        write_literal(dialect, in_column(column, value).as_ref(), out);
    }
    out.extend(b");\n");
}

/// Appends the head of a COPY. Its rows follow, by [`write_copy_row`], and [`COPY_END`].
pub fn write_copy_head(table: &[&[u8]], columns: &[Column], out: &mut Vec<u8>) {
    let given = columns.iter().filter(|column| !column.is_generated);
    out.extend(b"COPY ");
    write_names(Dialect::Postgres, b'.', table.iter().copied(), out);
    out.extend(b" (");
    write_names(Dialect::Postgres, b',', given.map(|column| column.name.as_slice()), out);
    out.extend(b") FROM stdin;\n");
}

/// Appends a row as a line of COPY, without the columns that the server computes.
///
/// # Errors
/// [`OutputError::Expression`] if a value is one; then nothing is appended.
pub fn write_copy_row(columns: &[Column], row: &[Value<'_>], out: &mut Vec<u8>) -> Result<(), OutputError> {
    let start = out.len();
    let given = columns.iter().zip(row).filter(|(column, _)| !column.is_generated);
    for (at, (column, value)) in given.enumerate() {
        if let Value::Expression(text) = value {
            out.truncate(start);
            let text = String::from_utf8_lossy(text).into_owned();
            return Err(OutputError::Expression {
                column: String::from_utf8_lossy(&column.name).into_owned(),
                text,
            });
        }
        out.extend((at > 0).then_some(b'\t'));
        write_copy_field(value, out);
    }
    out.push(b'\n');
    Ok(())
}

fn write_names<'n>(dialect: Dialect, between: u8, names: impl Iterator<Item = &'n [u8]>, out: &mut Vec<u8>) {
    for (at, name) in names.enumerate() {
        out.extend((at > 0).then_some(between));
        out.extend(quoted_name(dialect, name));
    }
}
