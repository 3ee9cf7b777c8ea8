//! The value of a row's key column, gathered as its bytes pass.

use crate::base::limits::SQL_KEY_BYTES_MAX;

use super::super::{Dialect, Key, KeyKind};
use super::grammar::{Grammar, is_blank};
use super::window::Window;

/// Digits of the largest integer there is.
const DIGITS_MAX: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Blank,
    Integer,
    Text(u8),
    Escape(u8),
    /// After a quote that may be the first of two.
    Quote(u8),
    After,
}

/// A key in the making.
#[derive(Debug)]
pub(super) struct KeyValue {
    state: State,
    kind: Option<KeyKind>,
    bytes: [u8; SQL_KEY_BYTES_MAX],
    length: usize,
    is_cut: bool,
}

impl KeyValue {
    pub fn new() -> Self {
        Self { state: State::Blank, kind: None, bytes: [0; SQL_KEY_BYTES_MAX], length: 0, is_cut: false }
    }

    /// Begins with the next row.
    pub fn clear(&mut self) {
        (self.state, self.kind, self.length, self.is_cut) = (State::Blank, None, 0, false);
    }

    /// The key, if the value was one.
    pub fn get(&self) -> Option<Key<'_>> {
        let bytes = self.bytes.get(..self.length)?;
        Some(Key { kind: self.kind?, bytes, is_cut: self.is_cut })
    }

    /// Takes bytes of a value in a list up to its end, or as far as they are of use. Whether that was reached.
    pub fn read(&mut self, window: &mut Window<'_>, grammar: &Grammar) -> bool {
        if self.state == State::Blank && self.read_digits(window) {
            return true;
        }
        let rest = window.rest();
        for (at, byte) in rest.iter().enumerate() {
            if self.state == State::Blank && *byte == b'-' {
                match rest.get(at + 1) {
                    // A minus or a comment: the byte after it will tell.
                    None => {
                        window.take(at);
                        return window.peek(2).is_some() && !self.give_up();
                    }
                    Some(next) if !next.is_ascii_digit() => {
                        window.take(at);
                        return !self.give_up();
                    }
                    Some(_) => {}
                }
            }
            if !self.step(*byte, grammar) {
                window.take(at);
                return true;
            }
        }
        window.take(rest.len());
        false
    }

    /// Takes a number that the window has whole, as most keys are.
    fn read_digits(&mut self, window: &mut Window<'_>) -> bool {
        let rest = window.rest();
        let digits = rest.iter().take(DIGITS_MAX + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let (Some(number), Some(b',' | b')')) = (rest.get(..digits), rest.get(digits)) else { return false };
        let Some(place) = self.bytes.get_mut(..digits).filter(|_| (1..=DIGITS_MAX).contains(&digits)) else {
            return false;
        };
        place.copy_from_slice(number);
        (self.kind, self.length, self.state) = (Some(KeyKind::Integer), digits, State::After);
        window.take(digits);
        true
    }

    /// Whether the byte was taken.
    fn step(&mut self, byte: u8, grammar: &Grammar) -> bool {
        self.state = match self.state {
            State::Blank if is_blank(byte) => State::Blank,
            State::Blank if byte == b'-' || byte.is_ascii_digit() => {
                self.kind = Some(KeyKind::Integer);
                self.push(byte);
                State::Integer
            }
            State::Blank if is_plain_quote(byte, grammar) => {
                self.kind = Some(KeyKind::Text);
                State::Text(byte)
            }
            State::Blank => return self.give_up(),
            State::Integer if byte.is_ascii_digit() => {
                self.push(byte);
                State::Integer
            }
            State::Integer | State::After if is_blank(byte) => State::After,
            State::Integer | State::After => return self.end(byte),
            State::Text(quote) if byte == quote => State::Quote(quote),
            State::Text(quote) if byte == b'\\' && grammar.escapes_in(quote) => State::Escape(quote),
            State::Text(quote) => {
                self.push(byte);
                State::Text(quote)
            }
            State::Escape(quote) => {
                // Numbers of characters: more than is worth reading here.
                if grammar.dialect == Dialect::Postgres && matches!(byte, b'0'..=b'7' | b'x' | b'u' | b'U') {
                    self.kind = None;
                }
                self.push_escaped(byte, grammar.dialect);
                State::Text(quote)
            }
            State::Quote(quote) if byte == quote => {
                self.push(byte);
                State::Text(quote)
            }
            State::Quote(_) if is_blank(byte) => State::After,
            State::Quote(_) => return self.end(byte),
        };
        true
    }

    fn give_up(&mut self) -> bool {
        self.kind = None;
        false
    }

    /// A value ends where the next one or the row's end follows; anything else was the beginning of an expression.
    fn end(&mut self, byte: u8) -> bool {
        if !matches!(byte, b',' | b')') {
            self.kind = None;
        }
        false
    }

    fn push(&mut self, byte: u8) {
        match self.bytes.get_mut(self.length) {
            Some(place) => {
                *place = byte;
                self.length += 1;
            }
            None => self.is_cut = true,
        }
    }

    fn push_escaped(&mut self, byte: u8, dialect: Dialect) {
        match (byte, dialect) {
            (b'n', _) => self.push(b'\n'),
            (b'r', _) => self.push(b'\r'),
            (b't', _) => self.push(b'\t'),
            (b'b', _) => self.push(8),
            (b'0', Dialect::MySql) => self.push(0),
            (b'Z', Dialect::MySql) => self.push(0x1a),
            // LIKE needs the backslash of these two, so the server keeps it.
            (b'%' | b'_', Dialect::MySql) => {
                self.push(b'\\');
                self.push(byte);
            }
            _ => self.push(byte),
        }
    }

    /// Takes the value of a line of `COPY`, between tabs.
    pub fn set_copied(&mut self, value: &[u8], is_whole: bool) {
        self.clear();
        if value == b"\\N" && is_whole {
            return;
        }
        let digits = value.strip_prefix(b"-").unwrap_or(value);
        let is_integer = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        self.kind = Some(if is_integer { KeyKind::Integer } else { KeyKind::Text });
        let mut bytes = value.iter();
        while let Some(byte) = bytes.next() {
            match (byte, if *byte == b'\\' { bytes.next() } else { None }) {
                (b'\\', Some(b'v')) => self.push(0x0b),
                (b'\\', Some(b'f')) => self.push(0x0c),
                (b'\\', Some(escaped)) => self.push_escaped(*escaped, Dialect::Postgres),
                (b'\\', None) => {}
                (byte, _) => self.push(*byte),
            }
        }
        self.is_cut |= !is_whole;
    }
}

/// Strings of charsets whose characters may hide a quote's escape are left to the scan.
fn is_plain_quote(byte: u8, grammar: &Grammar) -> bool {
    let is_string = byte == b'\'' || byte == b'"' && !grammar.has_quoted_names;
    is_string && (grammar.lead.is_none() || !grammar.escapes_in(byte))
}
