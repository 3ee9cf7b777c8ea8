//! Runs over code, quotes and comments to the next byte that shapes a statement. This is where the time goes.

use super::super::Dialect;
use super::grammar::{COMMA, COMMENT, END, Grammar, PAREN, QUOTE, is_blank, is_word};
use super::quotes::{
    close_block, close_dollar, close_quote, close_quote_with_leads, take_until, whole_string,
};
use super::window::Window;

/// The longest tag of a dollar quote that is one, with its dollars.
const TAG_BYTES_MAX: usize = 256;

/// What the next byte stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing.
    Code,
    /// A string or a name, up to the same quote that is not doubled.
    Quote { quote: u8, escapes: bool },
    /// A comment up to the end of the line.
    Line,
    /// A comment up to `*/`.
    Block { depth: u32 },
    /// A string up to the same tag.
    Dollar { tag: Vec<u8> },
}

/// What the scan has come upon, and taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// The terminator.
    End,
    /// Nothing: more bytes are needed.
    Starved,
}

/// Where a scan stands between two windows.
#[derive(Debug)]
pub(super) struct Scan {
    inside: Inside,
    /// The last two bytes of code, for what a quote's meaning depends on.
    before: [u8; 2],
}

impl Scan {
    pub fn new() -> Self {
        Self { inside: Inside::Code, before: [b' '; 2] }
    }

    /// What is open.
    pub fn inside(&self) -> &Inside {
        &self.inside
    }

    /// Opens a comment whose first bytes have been taken.
    pub fn open(&mut self, inside: Inside) {
        self.inside = inside;
    }

    /// Forgets what came before.
    pub fn start(&mut self) {
        *self = Self::new();
    }

    /// Takes bytes up to the next of those that `wanted` names (classes of the grammar; terminators always), and that one.
    pub fn advance(&mut self, window: &mut Window<'_>, grammar: &Grammar, wanted: u8) -> Step {
        loop {
            if self.inside == Inside::Code {
                if let Some(step) = self.code(window, grammar, wanted) {
                    return step;
                }
            } else if !self.close(window, grammar) {
                return Step::Starved;
            }
        }
    }

    /// Takes bytes up to the end of what is open. Whether that was there.
    pub fn close(&mut self, window: &mut Window<'_>, grammar: &Grammar) -> bool {
        let is_closed = match &mut self.inside {
            Inside::Code => return true,
            Inside::Quote { quote, escapes } => match grammar.lead {
                Some(lead) if *escapes => close_quote_with_leads(window, *quote, lead),
                _ => close_quote(window, *quote, *escapes),
            },
            Inside::Line => take_until(window, b'\n'),
            Inside::Block { depth } => close_block(window, depth, grammar.dialect == Dialect::Postgres),
            Inside::Dollar { tag } => close_dollar(window, tag),
        };
        if is_closed {
            self.before = *b" '";
            self.inside = Inside::Code;
        }
        is_closed
    }

    /// `None` when something has been opened or passed over and the scan goes on.
    fn code(&mut self, window: &mut Window<'_>, grammar: &Grammar, wanted: u8) -> Option<Step> {
        let rest = window.rest();
        let mask = wanted | QUOTE | COMMENT | END;
        let mut at = 0;
        let class = loop {
            let Some(byte) = rest.get(at) else {
                self.pass(window, at);
                return Some(Step::Starved);
            };
            let class = grammar.class(*byte);
            if class & mask == 0 {
                at += 1;
            } else if let (QUOTE, Some(bytes)) = (class, whole_string(rest, at, grammar)) {
                at += bytes;
            } else {
                break class;
            }
        };
        if class & !(PAREN | COMMA) == 0 {
            let byte = rest.get(at);
            self.pass(window, at + 1);
            return match byte {
                Some(b'(') => Some(Step::Open),
                Some(b')') => Some(Step::Close),
                _ => Some(Step::Comma),
            };
        }
        self.pass(window, at);
        self.odd(window, grammar)
    }

    /// What may be a terminator, opens a quote that is not plain, or has to do with comments.
    fn odd(&mut self, window: &mut Window<'_>, grammar: &Grammar) -> Option<Step> {
        let byte = window.first()?;
        let class = grammar.class(byte);
        if class & END != 0 {
            let delimiter = grammar.delimiter();
            match window.peek(delimiter.len()) {
                None => return Some(Step::Starved),
                Some(ahead) if ahead == delimiter => {
                    window.take(delimiter.len());
                    return Some(Step::End);
                }
                Some(_) => {}
            }
        }
        if class & QUOTE != 0 {
            return self.quote(window, grammar, byte);
        }
        if class & COMMENT != 0 {
            return self.comment(window, grammar, byte);
        }
        self.pass(window, 1);
        match byte {
            b'(' => Some(Step::Open),
            b')' => Some(Step::Close),
            b',' if class & COMMA != 0 => Some(Step::Comma),
            _ => None,
        }
    }

    /// Takes code.
    fn pass(&mut self, window: &mut Window<'_>, bytes: usize) {
        match window.rest().get(..bytes) {
            Some([.., one, two]) => self.before = [*one, *two],
            Some([one]) => self.before = [self.before[1], *one],
            _ => {}
        }
        window.take(bytes);
    }

    fn quote(&mut self, window: &mut Window<'_>, grammar: &Grammar, byte: u8) -> Option<Step> {
        if byte == b'$' {
            return self.dollar(window);
        }
        let is_prefixed = grammar.dialect == Dialect::Postgres
            && byte == b'\''
            && matches!(self.before, [before, b'E' | b'e'] if !is_word(before));
        let quote = if byte == b'[' { b']' } else { byte };
        self.inside = Inside::Quote { quote, escapes: is_prefixed || grammar.escapes_in(byte) };
        window.take(1);
        None
    }

    fn dollar(&mut self, window: &mut Window<'_>) -> Option<Step> {
        let ahead = window.rest();
        let tail = ahead.get(1..TAG_BYTES_MAX.min(ahead.len())).unwrap_or_default();
        let word = tail.iter().position(|byte| !is_word(*byte) || *byte == b'$');
        let Some(word) = word else {
            return if window.peek(TAG_BYTES_MAX).is_none() {
                Some(Step::Starved)
            } else {
                self.pass(window, 1);
                None
            };
        };
        let starts_well = tail.first().is_some_and(|byte| !byte.is_ascii_digit());
        let is_tag = tail.get(word) == Some(&b'$') && starts_well && !is_word(self.before[1]);
        if is_tag {
            let tag = ahead.get(..word + 2).unwrap_or_default().to_vec();
            window.take(tag.len());
            self.inside = Inside::Dollar { tag };
        } else {
            self.pass(window, 1);
        }
        None
    }

    /// Opens the comment that the next byte may open, or takes that byte; `Starved` if that is not decided.
    pub fn comment(&mut self, window: &mut Window<'_>, grammar: &Grammar, byte: u8) -> Option<Step> {
        let is_mysql = grammar.dialect == Dialect::MySql;
        let Some(ahead) = window.peek(4) else { return Some(Step::Starved) };
        let (bytes, inside) = match (byte, ahead) {
            (b'#', _) => (1, Inside::Line),
            (b'-', [_, b'-', after, ..]) if is_mysql && !is_blank(*after) && !after.is_ascii_control() => {
                (1, Inside::Code)
            }
            (b'-', [_, b'-', ..]) => (2, Inside::Line),
            // What stands in a conditional comment is code.
            (b'/', [_, b'*', b'!', ..]) if is_mysql => (3, Inside::Code),
            (b'/', [_, b'*', b'M', b'!']) if is_mysql => (4, Inside::Code),
            (b'/', [_, b'*', ..]) => (2, Inside::Block { depth: 1 }),
            (b'*', [_, b'/', ..]) => (2, Inside::Code),
            _ => (1, Inside::Code),
        };
        self.pass(window, bytes);
        self.inside = inside;
        None
    }
}
