//! Values as literals, so that a server reads back what they are.

use super::Value;
use crate::sql::Dialect;

/// Appends the literal of a value, for a statement of the dialect: MySQL with backslash escapes, PostgreSQL whatever
/// `standard_conforming_strings` is.
pub fn write_literal(dialect: Dialect, value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"NULL"),
        Value::Bool(true) => out.extend(b"TRUE"),
        Value::Bool(false) => out.extend(b"FALSE"),
        Value::Number(text) | Value::Expression(text) => out.extend(text.iter()),
        Value::Text(text) => match dialect {
            Dialect::MySql => write_mysql_string(text, out),
            Dialect::Postgres => write_postgres_string(text, out),
            Dialect::Sqlite => write_sqlite_string(text, out),
        },
        Value::Bytes(bytes) => match dialect {
            Dialect::MySql if !bytes.is_empty() => write_hex(b"0x", bytes, b"", out),
            Dialect::Postgres => write_hex(b"E'\\\\x", bytes, b"'::bytea", out),
            Dialect::MySql | Dialect::Sqlite => write_hex(b"X'", bytes, b"'", out),
        },
        Value::Bits(bits) => {
            out.extend(b"B'");
            out.extend(bits.iter());
            out.push(b'\'');
        }
    }
}

/// Appends a value as a field of a COPY line, without tab and line end.
pub fn write_copy_field(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"\\N"),
        Value::Bool(is) => out.push(if *is { b't' } else { b'f' }),
        Value::Number(text) | Value::Text(text) | Value::Bits(text) | Value::Expression(text) => {
            for &byte in text.iter() {
                write_copy_byte(byte, out);
            }
        }
        Value::Bytes(bytes) => write_hex(b"\\\\x", bytes, b"", out),
    }
}

fn write_copy_byte(byte: u8, out: &mut Vec<u8>) {
    let escape = match byte {
        8 => b'b',
        12 => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        11 => b'v',
        b'\\' => b'\\',
        _ => return out.push(byte),
    };
    out.extend([b'\\', escape]);
}

/// As `mysql_real_escape_string` does.
fn write_mysql_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    for &byte in text {
        match byte {
            0 => out.extend(b"\\0"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x1a => out.extend(b"\\Z"),
            b'\\' | b'\'' | b'"' => out.extend([b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

fn write_postgres_string(text: &[u8], out: &mut Vec<u8>) {
    if text.contains(&b'\\') {
        out.push(b'E');
    }
    out.push(b'\'');
    for &byte in text {
        if matches!(byte, b'\'' | b'\\') {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'\'');
}

/// SQLite's statements end at a NUL.
fn write_sqlite_string(text: &[u8], out: &mut Vec<u8>) {
    if text.contains(&0) {
        return write_hex(b"CAST(X'", text, b"' AS TEXT)", out);
    }
    out.push(b'\'');
    for &byte in text {
        if byte == b'\'' {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'\'');
}

fn write_hex(before: &[u8], bytes: &[u8], after: &[u8], out: &mut Vec<u8>) {
    const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
    out.extend(before);
    for byte in bytes {
        out.extend([byte >> 4, byte & 15].iter().filter_map(|digit| DIGITS.get(usize::from(*digit))));
    }
    out.extend(after);
}
