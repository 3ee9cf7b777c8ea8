//! The rows of an `INSERT .. VALUES`: parentheses of depth one, and what stands between them.

use super::super::{Row, Sink};
use super::grammar::{COMMA, COMMENT, END, Grammar, PAREN, is_blank};
use super::key::KeyValue;
use super::parts::Parts;
use super::scan::{Inside, Scan, Step};
use super::window::Window;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A row is to begin.
    Between,
    /// In a row, before its key.
    BeforeKey,
    Key,
    /// In a row, after its key.
    Rest,
    /// After a row.
    After,
    /// After a row, in what changes the statement's meaning: `ON DUPLICATE KEY ..`.
    Tail,
    /// After a comma, or (`true`) after the terminator.
    Separator(bool),
}

/// Where the rows of a statement stand.
#[derive(Debug)]
pub(super) struct Rows {
    place: Place,
    depth: u32,
    commas_left: usize,
    key_column: Option<usize>,
    key: KeyValue,
    start: u64,
    has_row: bool,
}

impl Rows {
    /// The first row's parenthesis has been taken; what belongs to it stands from `start`.
    pub fn new(start: u64, key_column: Option<usize>) -> Self {
        let mut rows = Self {
            place: Place::Between,
            depth: 0,
            commas_left: 0,
            key_column,
            key: KeyValue::new(),
            start,
            has_row: false,
        };
        rows.open();
        rows
    }

    /// Takes rows. Whether the statement has ended.
    pub fn read(
        &mut self,
        window: &mut Window<'_>,
        (scan, grammar): (&mut Scan, &Grammar),
        parts: &mut Parts,
        sink: &mut dyn Sink,
    ) -> bool {
        loop {
            let step = match self.place {
                Place::Rest => scan.advance(window, grammar, PAREN),
                Place::Between => scan.advance(window, grammar, PAREN),
                Place::BeforeKey => scan.advance(window, grammar, PAREN | COMMA),
                Place::Key => {
                    if !self.key.read(window, grammar) {
                        return false;
                    }
                    self.place = Place::Rest;
                    continue;
                }
                Place::After => match self.after(window, (scan, grammar), parts) {
                    Some(step) => step,
                    None => continue,
                },
                Place::Tail => scan.advance(window, grammar, 0),
                Place::Separator(is_end) => {
                    if !take_line_end(window) {
                        return false;
                    }
                    self.tell(window.offset(), parts, sink);
                    if is_end {
                        return true;
                    }
                    self.place = Place::Between;
                    continue;
                }
            };
            match step {
                Step::Starved => return false,
                Step::End => self.end(grammar, parts),
                step => self.step(step, parts),
            }
            if self.place == Place::After {
                self.go_on(window, parts, sink);
            }
        }
    }

    fn open(&mut self) {
        self.depth = 1;
        self.key.clear();
        self.commas_left = self.key_column.unwrap_or_default();
        self.place = match self.key_column {
            None => Place::Rest,
            Some(0) => Place::Key,
            Some(_) => Place::BeforeKey,
        };
    }

    /// Goes on with the next row at once where it stands in the window, as it nearly always does.
    fn go_on(&mut self, window: &mut Window<'_>, parts: &mut Parts, sink: &mut dyn Sink) {
        let separator = match window.rest() {
            [b',', b'(', ..] => 1,
            [b',', b'\n', b'(', ..] => 2,
            _ => return,
        };
        window.take(separator);
        self.tell(window.offset(), parts, sink);
        window.take(1);
        self.open();
    }

    fn step(&mut self, step: Step, parts: &mut Parts) {
        match (self.place, step) {
            (Place::Between, Step::Open) => self.open(),
            (Place::After, Step::Comma) => self.place = Place::Separator(false),
            (Place::Between, _) => {
                parts.note("something stands between the rows");
                self.place = Place::Tail;
            }
            (_, Step::Open) => self.depth = self.depth.saturating_add(1),
            (_, Step::Close) => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.has_row = true;
                    self.place = Place::After;
                }
            }
            (Place::BeforeKey, Step::Comma) if self.depth == 1 => {
                self.commas_left -= 1;
                if self.commas_left == 0 {
                    self.place = Place::Key;
                }
            }
            _ => {}
        }
    }

    /// What follows a row; `None` when something was passed over or the place is another one now.
    fn after(
        &mut self,
        window: &mut Window<'_>,
        (scan, grammar): (&mut Scan, &Grammar),
        parts: &mut Parts,
    ) -> Option<Step> {
        if *scan.inside() != Inside::Code {
            return if scan.close(window, grammar) { None } else { Some(Step::Starved) };
        }
        let Some(byte) = window.first() else { return Some(Step::Starved) };
        if byte == b',' {
            window.take(1);
            return Some(Step::Comma);
        }
        if is_blank(byte) {
            window.take(1);
            return None;
        }
        if grammar.class(byte) & END != 0 {
            match window.peek(grammar.delimiter().len()) {
                None => return Some(Step::Starved),
                Some(ahead) if ahead == grammar.delimiter() => {
                    window.take(ahead.len());
                    return Some(Step::End);
                }
                Some(_) => {}
            }
        }
        if grammar.class(byte) & COMMENT != 0 {
            let starved = scan.comment(window, grammar, byte);
            if starved.is_some() || *scan.inside() != Inside::Code {
                return starved;
            }
        } else if !byte.is_ascii_alphabetic() {
            parts.note("something stands between the rows");
        }
        self.place = Place::Tail;
        None
    }

    fn end(&mut self, grammar: &Grammar, parts: &mut Parts) {
        match self.place {
            Place::After | Place::Tail | Place::Between => {}
            // In PostgreSQL's own shell a parenthesis holds a statement together.
            _ if grammar.dialect == super::super::Dialect::Postgres => return,
            _ => parts.note("a statement ends inside of a row"),
        }
        self.place = Place::Separator(true);
    }

    fn tell(&mut self, end: u64, parts: &mut Parts, sink: &mut dyn Sink) {
        if self.has_row {
            parts.row(Row { start: self.start, end, key: self.key.get() }, sink);
            self.start = end;
            self.has_row = false;
        }
    }
}

/// Takes blanks and a line's end. Whether it is known that there are no more of them.
pub(super) fn take_line_end(window: &mut Window<'_>) -> bool {
    let rest = window.rest();
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    window.take(blanks);
    match window.first() {
        Some(b'\n') => {
            window.take(1);
            true
        }
        Some(_) => true,
        None => window.is_at_end(),
    }
}
