//! Standard output and standard error, and JSON lines of one shape.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::args::ColorMode;
use super::error::CliError;
use crate::base::escape;

/// Whether standard output, and standard error, show colours.
static COLORS: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];

/// Decides once whether colours are shown.
pub fn choose_colors(mode: ColorMode) {
    let [out, err] = &COLORS;
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_plain = is_set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let wanted = |is_terminal: bool| match mode {
        ColorMode::Always => true,
        ColorMode::Never => false,
        ColorMode::Auto => is_terminal && !is_plain,
    };
    out.store(wanted(io::stdout().is_terminal()), Ordering::Relaxed);
    err.store(wanted(io::stderr().is_terminal()), Ordering::Relaxed);
}

/// A heading on standard output.
pub fn heading(text: &str) -> String {
    let [out, _] = &COLORS;
    paint(out, "1", text)
}

/// A word in a colour on standard output.
pub fn word(color: &str, text: &str) -> String {
    let [out, _] = &COLORS;
    paint(out, color, text)
}

/// The word before an error or a warning on standard error.
pub fn label(word: &str) -> String {
    let [_, err] = &COLORS;
    paint(err, if word.starts_with("error") { "31;1" } else { "33;1" }, word)
}

fn paint(colors: &AtomicBool, color: &str, text: &str) -> String {
    if colors.load(Ordering::Relaxed) { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_string() }
}

/// Writes a line of data to standard output. Whoever closed it has read enough: what the command did, and its exit code, stay what they are.
pub fn line(text: impl std::fmt::Display) -> Result<(), CliError> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// A path of this machine as it may be shown.
pub fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
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

    /// The path without its exact bytes.
    pub fn text(&self) -> &str {
        &self.path
    }
}

/// Takes the first bytes of what is written to it and then no more, like `head`.
pub struct Start {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Start {
    /// Takes so many bytes.
    pub const fn new(bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), bytes_max }
    }

    /// What it took.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

impl Write for Start {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let room = self.bytes_max.saturating_sub(self.bytes.len()).min(buffer.len());
        if room == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.bytes.extend_from_slice(buffer.get(..room).unwrap_or_default());
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
