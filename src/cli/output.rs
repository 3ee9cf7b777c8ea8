//! Standard output and standard error, and JSON lines of one shape.

use std::io::{self, Write};

use serde::Serialize;

use super::error::CliError;
use crate::base::escape;

/// Writes a line of data to standard output.
pub fn line(text: impl std::fmt::Display) -> Result<(), CliError> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// Writes a line for people to standard error. That nobody listens is no reason to stop.
pub fn say(text: impl std::fmt::Display) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// A JSON line: version and type first, then the fields.
#[derive(Serialize)]
struct Line<'a, T: Serialize> {
    v: u8,
    r#type: &'a str,
    #[serde(flatten)]
    fields: T,
}

/// A JSON line as text.
pub fn json_text(kind: &str, fields: impl Serialize) -> String {
    serde_json::to_string(&Line { v: 1, r#type: kind, fields })
        .unwrap_or_else(|error| format!("{{\"v\":1,\"type\":\"error\",\"error\":\"{error}\"}}"))
}

/// Writes a JSON line to standard output.
pub fn json(kind: &str, fields: impl Serialize) -> Result<(), CliError> {
    line(json_text(kind, fields))
}

/// A path in JSON: escaped, and exactly where it is not UTF-8.
#[derive(Debug, Clone, Serialize)]
pub struct JsonPath {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_b64: Option<String>,
}

impl JsonPath {
    /// The path with these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let path_b64 = std::str::from_utf8(bytes).is_err().then(|| data_encoding::BASE64.encode(bytes));
        let path = std::str::from_utf8(bytes).map_or_else(|_| escape(bytes), ToString::to_string);
        Self { path, path_b64 }
    }
}

/// Lines of a table, each column as wide as its widest cell; columns named in `right` are aligned to the right.
pub fn table(head: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let render = |cells: &[String]| {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let gap = if column == 0 { "" } else { "  " };
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            let text = if right.contains(&column) {
                format!("{gap}{padding}{cell}")
            } else {
                format!("{gap}{cell}{padding}")
            };
            line.push_str(&text);
        }
        line.trim_end().to_string()
    };
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    std::iter::once(head.as_slice())
        .chain(rows.iter().map(Vec::as_slice))
        .map(render)
        .collect::<Vec<_>>()
        .join("\n")
}
