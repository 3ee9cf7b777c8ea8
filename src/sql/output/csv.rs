//! CSV as in RFC 4180: lines end with CRLF, quotes are doubled.
//!
//! NULL is an empty field, and an empty text is `""`. Binary data is `\x` and hexadecimal digits, as PostgreSQL writes it.
//! All other values stand there byte for byte, so that a text that is no UTF-8 stays what it is.

use super::in_column;
use crate::sql::ddl::Column;
use crate::sql::value::Value;

/// Appends a line with the names of the columns.
pub fn write_csv_header(columns: &[Column], out: &mut Vec<u8>) {
    for (at, column) in columns.iter().enumerate() {
        out.extend((at > 0).then_some(b','));
        write_field(&column.name, out);
    }
    out.extend(b"\r\n");
}

/// Appends a line with the values of a row.
pub fn write_csv_row(columns: &[Column], row: &[Value<'_>], out: &mut Vec<u8>) {
    for (at, (column, value)) in columns.iter().zip(row).enumerate() {
        out.extend((at > 0).then_some(b','));
        match in_column(column, value).as_ref() {
            Value::Null => {}
            Value::Bool(is) => out.extend(if *is { b"true".as_slice() } else { b"false" }),
            Value::Bytes(bytes) => {
                out.extend(b"\\x");
                out.extend(data_encoding::HEXLOWER.encode(bytes).into_bytes());
            }
            Value::Number(text) | Value::Text(text) | Value::Bits(text) | Value::Expression(text) => {
                write_field(text, out);
            }
        }
    }
    out.extend(b"\r\n");
}

fn write_field(text: &[u8], out: &mut Vec<u8>) {
    let is_special = |byte: &u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    let has_blanks = text.first() == Some(&b' ') || text.last() == Some(&b' ');
    if !text.is_empty() && !has_blanks && !text.iter().any(is_special) {
        return out.extend(text);
    }
    out.push(b'"');
    for &byte in text {
        out.extend((byte == b'"').then_some(byte));
        out.push(byte);
    }
    out.push(b'"');
}
