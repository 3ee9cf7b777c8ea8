//! The words of a DDL statement, with comments left out and conditional comments (`/*!50100 ... */`) opened.
//!
//! It never fails: a quote that does not end goes to the end of the bytes.

use std::ops::Range;

use crate::sql::Dialect;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A bare word: a keyword or a name.
    Word,
    /// A quoted name.
    Name,
    /// A string literal.
    Text,
    /// A number.
    Number,
    /// Any other byte.
    Mark(u8),
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: TokenKind,
    /// The bytes as they stand there, quotes included.
    pub raw: &'a [u8],
    pub range: Range<usize>,
}

impl Token<'_> {
    /// Whether it is this bare word, in any case.
    pub fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.raw.eq_ignore_ascii_case(word.as_bytes())
    }

    /// Whether it is one of these bare words.
    pub fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether it is this mark.
    pub fn is_mark(&self, mark: u8) -> bool {
        self.kind == TokenKind::Mark(mark)
    }

    /// The name it is, without its quotes; `None` for what cannot be a name.
    pub fn name(&self) -> Option<Vec<u8>> {
        match self.kind {
            TokenKind::Word => Some(self.raw.to_vec()),
            TokenKind::Name => Some(without_quotes(self.raw)),
            // SQLite takes strings for names, and MySQL's dumps have them nowhere else.
            TokenKind::Text if self.raw.first() == Some(&b'\'') => Some(without_quotes(self.raw)),
            _ => None,
        }
    }
}

fn without_quotes(raw: &[u8]) -> Vec<u8> {
    let Some((&quote, rest)) = raw.split_first() else { return Vec::new() };
    let closing = if quote == b'[' { b']' } else { quote };
    let inner = rest.strip_suffix(&[closing]).unwrap_or(rest);
    let mut name = Vec::with_capacity(inner.len());
    let mut was_quote = false;
    for &byte in inner {
        was_quote = byte == closing && !was_quote;
        if !was_quote {
            name.push(byte);
        }
    }
    name
}

/// The tokens of a statement, one after the other.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
}

impl<'a> Tokens<'a> {
    pub const fn new(dialect: Dialect, bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, dialect }
    }

    /// How far it is.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The token after this place, which stays where it is.
    pub fn peek(&self) -> Option<Token<'a>> {
        self.clone().next()
    }

    /// Takes the next token if it is this word.
    pub fn take_word(&mut self, word: &str) -> bool {
        self.take_if(|token| token.is(word))
    }

    /// Takes the next token if it is this mark.
    pub fn take_mark(&mut self, mark: u8) -> bool {
        self.take_if(|token| token.is_mark(mark))
    }

    fn take_if(&mut self, is_wanted: impl Fn(&Token<'a>) -> bool) -> bool {
        let mut ahead = self.clone();
        let is_there = ahead.next().is_some_and(|token| is_wanted(&token));
        if is_there {
            *self = ahead;
        }
        is_there
    }

    /// Passes everything up to the parenthesis that closes the one that was taken last.
    pub fn pass_parenthesis(&mut self) {
        let mut depth = 1_usize;
        for token in self.by_ref() {
            match token.kind {
                TokenKind::Mark(b'(') => depth += 1,
                TokenKind::Mark(b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at.saturating_add(ahead)).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes blanks and comments; of a conditional comment only the brackets.
    fn pass_blanks(&mut self) {
        let is_mysql = self.dialect == Dialect::MySql;
        while let Some(&byte) = self.rest().first() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'#' if is_mysql => self.pass_line(),
                b'-' if self.byte(1) == b'-' && (!is_mysql || self.byte(2) <= b' ') => self.pass_line(),
                b'/' if self.byte(1) == b'*' && is_mysql && self.conditional_bytes() > 0 => {
                    self.at += self.conditional_bytes();
                }
                b'/' if self.byte(1) == b'*' => self.pass_comment(),
                // What is left of a conditional comment; `*/` has no other meaning.
                b'*' if is_mysql && self.byte(1) == b'/' => self.at += 2,
                _ => return,
            }
        }
    }

    fn pass_line(&mut self) {
        let rest = self.rest();
        self.at += rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
    }

    /// Passes a comment; PostgreSQL's stand in one another.
    fn pass_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') if depth == 0 || self.dialect == Dialect::Postgres => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// How long the opening of a conditional comment is that stands here: `/*!`, `/*M!`, a version.
    fn conditional_bytes(&self) -> usize {
        let rest = self.rest();
        let opening = ["/*!", "/*M!"].iter().find(|opening| rest.starts_with(opening.as_bytes()));
        let Some(opening) = opening.map(|opening| opening.len()) else { return 0 };
        opening + rest.iter().skip(opening).take(6).take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// How many bytes the token has that starts here, and what it is.
    fn measure(&self, first: u8) -> (TokenKind, usize) {
        let is_mysql = self.dialect == Dialect::MySql;
        let is_postgres = self.dialect == Dialect::Postgres;
        match first {
            b'\'' => (TokenKind::Text, self.quoted_bytes(0, b'\'', is_mysql)),
            b'"' => (TokenKind::Name, self.quoted_bytes(0, b'"', is_mysql)),
            b'`' if !is_postgres => (TokenKind::Name, self.quoted_bytes(0, b'`', false)),
            b'[' if self.dialect == Dialect::Sqlite => (TokenKind::Name, self.quoted_bytes(0, b']', false)),
            b'E' | b'e' if is_postgres && self.byte(1) == b'\'' => {
                (TokenKind::Text, self.quoted_bytes(1, b'\'', true))
            }
            b'B' | b'b' | b'X' | b'x' | b'N' | b'n' if self.byte(1) == b'\'' => {
                (TokenKind::Text, self.quoted_bytes(1, b'\'', is_mysql))
            }
            b'$' if is_postgres && self.dollar_quoted_bytes() > 0 => {
                (TokenKind::Text, self.dollar_quoted_bytes())
            }
            b'0'..=b'9' => {
                let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'_');
                let bytes = self.rest().iter().take_while(is_part).count();
                // A bare name may start with a digit.
                let is_name = is_mysql && self.rest().iter().take(bytes).any(|byte| *byte == b'_');
                (if is_name { TokenKind::Word } else { TokenKind::Number }, bytes)
            }
            _ if is_of_a_word(first) => {
                (TokenKind::Word, self.rest().iter().take_while(|byte| is_of_a_word(**byte)).count())
            }
            _ => (TokenKind::Mark(first), 1),
        }
    }

    /// How many bytes go from here over the closing quote, the opening one being `skip` bytes ahead.
    fn quoted_bytes(&self, skip: usize, quote: u8, has_backslashes: bool) -> usize {
        let rest = self.rest();
        let mut at = skip + 1;
        while let Some(&byte) = rest.get(at) {
            at += match byte {
                b'\\' if has_backslashes => 2,
                byte if byte == quote && rest.get(at + 1) == Some(&quote) => 2,
                byte if byte == quote => return at + 1,
                _ => 1,
            };
        }
        rest.len()
    }

    /// How long the `$tag$ ... $tag$` is that stands here; 0 if none does.
    fn dollar_quoted_bytes(&self) -> usize {
        let rest = self.rest();
        let inner = rest.iter().skip(1).take_while(|byte| is_of_a_word(**byte) && **byte != b'$').count();
        let Some((tag, after)) = rest.split_at_checked(inner + 2) else { return 0 };
        if !tag.ends_with(b"$") || tag.get(1).is_some_and(u8::is_ascii_digit) {
            return 0;
        }
        let end = after.windows(tag.len()).position(|window| window == tag);
        tag.len() + end.map_or(after.len(), |at| at + tag.len())
    }
}

const fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.pass_blanks();
        let start = self.at;
        let first = *self.rest().first()?;
        let (kind, bytes) = self.measure(first);
        let raw = self.rest().get(..bytes)?;
        self.at += bytes;
        Some(Token { kind, raw, range: start..self.at })
    }
}
