//! The lines between `COPY .. FROM stdin;` and `\.`. Nothing in them is SQL, whatever it looks like.

use memchr::{memchr, memchr2};

use super::super::{Row, Section, Sink};
use super::key::KeyValue;
use super::parts::Parts;
use super::window::Window;
use crate::base::limits::SQL_KEY_BYTES_MAX;

/// Where the lines of a `COPY` stand.
#[derive(Debug)]
pub(super) struct Copy {
    /// Rows are lines of values between tabs; otherwise only the end is looked for.
    has_rows: bool,
    key_column: Option<usize>,
    place: Place,
    /// Tabs before the value that is looked for.
    tabs_left: usize,
    start: u64,
    raw: Vec<u8>,
    key: KeyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    BeforeKey,
    Key,
    Rest,
}

impl Copy {
    /// The first line stands at `start`.
    pub fn new(start: u64, has_rows: bool, key_column: Option<usize>) -> Self {
        let key_column = key_column.filter(|_| has_rows);
        Self {
            has_rows,
            key_column,
            place: Place::LineStart,
            tabs_left: 0,
            start,
            raw: Vec::new(),
            key: KeyValue::new(),
        }
    }

    /// Takes lines. Whether the end was among them.
    pub fn read(&mut self, window: &mut Window<'_>, parts: &mut Parts, sink: &mut dyn Sink) -> bool {
        loop {
            match self.place {
                Place::LineStart => match is_terminator(window) {
                    None => return false,
                    Some(true) => return true,
                    Some(false) => self.begin(window),
                },
                Place::BeforeKey => self.skip_columns(window),
                Place::Key => self.gather(window),
                Place::Rest => {}
            }
            if self.place != Place::Rest {
                // The window ended inside of the line.
                return false;
            }
            let rest = window.rest();
            let Some(at) = memchr(b'\n', rest) else {
                window.take(rest.len());
                return false;
            };
            window.take(at + 1);
            self.end_line(window.offset(), parts, sink);
        }
    }

    /// Takes lines and tells nobody. Whether the end was among them.
    pub fn pass(&mut self, window: &mut Window<'_>) -> bool {
        self.read(window, &mut Parts::default(), &mut Nobody)
    }

    fn begin(&mut self, window: &mut Window<'_>) {
        match self.key_column {
            None => self.place = Place::Rest,
            Some(0) => {
                self.place = Place::Key;
                self.gather(window);
            }
            Some(column) => {
                (self.place, self.tabs_left) = (Place::BeforeKey, column);
                self.skip_columns(window);
            }
        }
    }

    fn skip_columns(&mut self, window: &mut Window<'_>) {
        while self.tabs_left > 0 {
            let rest = window.rest();
            match memchr2(b'\t', b'\n', rest).map(|at| (at, rest.get(at))) {
                None => return window.take(rest.len()),
                Some((at, Some(b'\t'))) => {
                    window.take(at + 1);
                    self.tabs_left -= 1;
                }
                Some((at, _)) => {
                    window.take(at);
                    self.place = Place::Rest;
                    return;
                }
            }
        }
        self.place = Place::Key;
        self.gather(window);
    }

    /// Gathers the raw bytes of the value: twice what a key may have, since escapes become shorter.
    fn gather(&mut self, window: &mut Window<'_>) {
        let raw_max = 2 * SQL_KEY_BYTES_MAX;
        let rest = window.rest();
        let end = rest.iter().take(raw_max + 1).position(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
        if let (Some(end), true) = (end, self.raw.is_empty()) {
            self.key.set_copied(rest.get(..end).unwrap_or_default(), true);
            window.take(end);
            self.place = Place::Rest;
            return;
        }
        // One byte more than there may be tells that the value is longer.
        let room = (raw_max + 1 - self.raw.len()).min(rest.len());
        let is_whole = end.is_some_and(|end| end <= room);
        let bytes = end.unwrap_or(room).min(room);
        self.raw.extend_from_slice(rest.get(..bytes).unwrap_or_default());
        window.take(bytes);
        if is_whole || self.raw.len() > raw_max {
            self.raw.truncate(raw_max);
            self.key.set_copied(&self.raw, is_whole);
            self.raw.clear();
            self.place = Place::Rest;
        }
    }

    fn end_line(&mut self, end: u64, parts: &mut Parts, sink: &mut dyn Sink) {
        self.place = Place::LineStart;
        if self.has_rows {
            parts.row(Row { start: self.start, end, key: self.key.get() }, sink);
            self.key.clear();
        }
        self.start = end;
    }
}

/// Hears nothing.
struct Nobody;

impl Sink for Nobody {
    fn row(&mut self, _: Row<'_>) {}
    fn section(&mut self, _: Section) {}
    fn wall(&mut self, _: u64) {}
}

/// Takes the line that ends the rows, if it is next; `None` if the bytes do not tell yet.
fn is_terminator(window: &mut Window<'_>) -> Option<bool> {
    match window.first()? {
        b'\\' => {}
        _ => return Some(false),
    }
    let ahead = window.peek(4)?;
    let bytes = match ahead {
        [b'\\', b'.', b'\n', ..] => 3,
        [b'\\', b'.', b'\r', b'\n'] => 4,
        [b'\\', b'.'] | [b'\\', b'.', b'\r'] => ahead.len(),
        _ => return Some(false),
    };
    window.take(bytes);
    Some(true)
}
