//! JSON lines: an object for every row, in one line, with the names of the columns.
//!
//! Numbers keep all their digits (a reader must not take them for double precision). What is no number in JSON, such as
//! `NaN` and `007`, is a string. Dates and times are strings as the dump has them. A JSON column is embedded if it is valid JSON, else
//! a string. What a string cannot carry is an object with one key that begins with a dollar sign:
//! - `{"$base64": ".."}`: binary data;
//! - `{"$text": ".."}`: a text that is not UTF-8, its bytes in base64;
//! - `{"$sql": ".."}`: an expression that a server computes.

use super::{in_column, is_postgres_binary};
use crate::sql::ddl::{Column, ColumnKind};
use crate::sql::value::Value;

/// Appends a row as a line.
pub fn write_json_row(columns: &[Column], row: &[Value<'_>], out: &mut Vec<u8>) {
    out.push(b'{');
    for (at, (column, value)) in columns.iter().zip(row).enumerate() {
        out.extend((at > 0).then_some(b','));
        write_string(&String::from_utf8_lossy(&column.name), out);
        out.push(b':');
        write_value(column, in_column(column, value).as_ref(), out);
    }
    out.extend(b"}\n");
}

fn write_value(column: &Column, value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(is) => out.extend(if *is { b"true".as_slice() } else { b"false" }),
        Value::Number(text) if is_number(text) => out.extend(text.iter()),
        Value::Bytes(bytes) => write_marked("$base64", &data_encoding::BASE64.encode(bytes), out),
        Value::Expression(text) => write_marked("$sql", &String::from_utf8_lossy(text), out),
        Value::Number(text) | Value::Bits(text) => write_text(text, out),
        Value::Text(text) => match column.kind {
            ColumnKind::Integer | ColumnKind::Decimal | ColumnKind::Float if is_number(text) => {
                out.extend(text.iter())
            }
            ColumnKind::Boolean if **text == *b"t" => out.extend(b"true"),
            ColumnKind::Boolean if **text == *b"f" => out.extend(b"false"),
            ColumnKind::Json if is_json(text) => {
                // Line ends stand between the parts only, where a blank says the same.
                out.extend(text.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
            }
            ColumnKind::Binary if is_postgres_binary(column) => match hex_bytes(text) {
                Some(bytes) => write_marked("$base64", &data_encoding::BASE64.encode(&bytes), out),
                None => write_text(text, out),
            },
            _ => write_text(text, out),
        },
    }
}

fn hex_bytes(text: &[u8]) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.strip_prefix(b"\\x")?).ok()
}

fn write_marked(key: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b'{');
    write_string(key, out);
    out.push(b':');
    write_string(value, out);
    out.push(b'}');
}

fn write_text(text: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(text) {
        Ok(text) => write_string(text, out),
        Err(_) => write_marked("$text", &data_encoding::BASE64.encode(text), out),
    }
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            0..0x20 | 0x7f => out.extend(format!("\\u{byte:04x}").into_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Whether the whole text is a number of JSON's.
fn is_number(text: &[u8]) -> bool {
    number_bytes(text) == Some(text.len())
}

fn number_bytes(text: &[u8]) -> Option<usize> {
    let digits = |at: usize| text.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    match (text.get(at)?, digits(at)) {
        (_, 0) => return None,
        (b'0', _) => at += 1,
        (_, count) => at += count,
    }
    if text.get(at) == Some(&b'.') {
        at += 1 + Some(digits(at + 1)).filter(|count| *count > 0)?;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'-' | b'+')));
        at += 1 + sign + Some(digits(at + 1 + sign)).filter(|count| *count > 0)?;
    }
    Some(at)
}

fn string_bytes(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match text.get(at + 1)? {
                b'u' if text.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => 6,
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                _ => return None,
            },
            0..0x20 => return None,
            _ => 1,
        };
    }
}

/// What may come next in a JSON text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

/// Whether a text is one JSON value (RFC 8259); what is open stands on a list, so that depth costs a byte.
fn is_json(text: &[u8]) -> bool {
    if std::str::from_utf8(text).is_err() {
        return false;
    }
    let mut open: Vec<u8> = Vec::new();
    let mut next = Next::Value;
    let mut rest = text;
    loop {
        rest = rest.trim_ascii_start();
        let Some(&first) = rest.first() else { return open.is_empty() && next == Next::CommaOrEnd };
        let step = match (next, first) {
            (Next::Value | Next::ValueOrEnd, b'{' | b'[') => {
                open.push(first);
                next = if first == b'{' { Next::KeyOrEnd } else { Next::ValueOrEnd };
                Some(1)
            }
            (Next::Value | Next::ValueOrEnd, first) if first != b']' => {
                next = Next::CommaOrEnd;
                scalar_bytes(rest, first)
            }
            (Next::Key | Next::KeyOrEnd, b'"') => {
                next = Next::Colon;
                string_bytes(rest)
            }
            (Next::Colon, b':') => {
                next = Next::Value;
                Some(1)
            }
            (Next::CommaOrEnd, b',') if !open.is_empty() => {
                next = if open.last() == Some(&b'{') { Next::Key } else { Next::Value };
                Some(1)
            }
            (Next::CommaOrEnd | Next::KeyOrEnd, b'}') => (open.pop() == Some(b'{')).then_some(1),
            (Next::CommaOrEnd | Next::ValueOrEnd, b']') => (open.pop() == Some(b'[')).then_some(1),
            _ => None,
        };
        if matches!(first, b'}' | b']') {
            next = Next::CommaOrEnd;
        }
        match step.and_then(|step| rest.get(step..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
}

fn scalar_bytes(rest: &[u8], first: u8) -> Option<usize> {
    match first {
        b'"' => string_bytes(rest),
        b't' => rest.starts_with(b"true").then_some(4),
        b'f' => rest.starts_with(b"false").then_some(5),
        b'n' => rest.starts_with(b"null").then_some(4),
        _ => number_bytes(rest),
    }
}
