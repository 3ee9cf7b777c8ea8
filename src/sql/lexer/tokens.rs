//! The words of a statement's head, to tell what it is about. Comments are passed over, conditional ones are read.

use super::super::{Dialect, TableName};
use super::grammar::{Grammar, is_blank, is_word};

/// A word of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'h> {
    /// A keyword, a name without quotes, a number.
    Word(&'h [u8]),
    /// What stands between quotes, doubled quotes and escapes as they are.
    Quoted(u8, &'h [u8]),
    /// Any other byte.
    Symbol(u8),
}

/// Reads a head from its start. The methods that look for something take it only if it is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'h> {
    rest: &'h [u8],
    dialect: Dialect,
    has_backslash: bool,
}

impl<'h> Words<'h> {
    pub fn new(head: &'h [u8], grammar: &Grammar) -> Self {
        Self { rest: head, dialect: grammar.dialect, has_backslash: grammar.has_backslash }
    }

    /// The next token, without taking it.
    pub fn peek(&self) -> Option<Token<'h>> {
        self.clone().next()
    }

    /// Takes the word, in any case.
    pub fn word(&mut self, word: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word.as_bytes()));
        if is_next {
            self.next();
        }
        is_next
    }

    /// Takes all of the words, which follow each other, or none.
    pub fn words(&mut self, words: &str) -> bool {
        let mut ahead = *self;
        let are_next = words.split(' ').all(|word| ahead.word(word));
        if are_next {
            *self = ahead;
        }
        are_next
    }

    /// Takes one of the words.
    pub fn any_of(&mut self, words: &str) -> bool {
        self.which(words).is_some()
    }

    /// Takes one of the words, and tells which.
    pub fn which<'w>(&mut self, words: &'w str) -> Option<&'w str> {
        words.split(' ').find(|word| self.word(word))
    }

    /// Takes the symbol.
    pub fn symbol(&mut self, symbol: u8) -> bool {
        let is_next = self.peek() == Some(Token::Symbol(symbol));
        if is_next {
            self.next();
        }
        is_next
    }

    /// Takes tokens up to one of the words, and it, outside of parentheses.
    pub fn seek<'w>(&mut self, words: &'w str) -> Option<&'w str> {
        loop {
            if let Some(word) = self.which(words) {
                return Some(word);
            }
            if self.next()? == Token::Symbol(b'(') {
                self.skip_parentheses();
            }
        }
    }

    /// What follows the words, wherever they are.
    pub fn find_after(mut self, words: &str) -> Option<Self> {
        while !self.words(words) {
            self.next()?;
        }
        Some(self)
    }

    /// Takes tokens up to the parenthesis that closes the one that was taken.
    pub fn skip_parentheses(&mut self) {
        let mut depth = 1_u32;
        while depth > 0 {
            match self.next() {
                None => return,
                Some(Token::Symbol(b'(')) => depth += 1,
                Some(Token::Symbol(b')')) => depth -= 1,
                Some(_) => {}
            }
        }
    }

    /// Takes an identifier, unquoted.
    pub fn identifier(&mut self) -> Option<Vec<u8>> {
        let name = match self.peek()? {
            Token::Word(word) if self.dialect == Dialect::Postgres => word.to_ascii_lowercase(),
            Token::Word(word) => word.to_vec(),
            Token::Quoted(b'\'', text) if self.dialect == Dialect::Sqlite => unquoted(b'\'', text),
            Token::Quoted(quote, text) if quote != b'\'' && quote != b'$' => unquoted(quote, text),
            _ => return None,
        };
        self.next();
        Some(name)
    }

    /// Takes a name, qualified or not; of more than two parts the last two.
    pub fn name(&mut self) -> Option<TableName> {
        let mut name = TableName { schema: None, name: self.identifier()? };
        while self.symbol(b'.') {
            let next = self.identifier()?;
            name = TableName { schema: Some(name.name), name: next };
        }
        Some(name)
    }

    /// Takes a string, without its quotes; only doubled quotes are read.
    pub fn text(&mut self) -> Option<Vec<u8>> {
        match self.peek()? {
            Token::Quoted(quote @ (b'\'' | b'"'), text) => {
                self.next();
                Some(unquoted(quote, text))
            }
            _ => None,
        }
    }

    /// Takes a word or a string as it is.
    pub fn value(&mut self) -> Option<&'h [u8]> {
        match self.next()? {
            Token::Word(text) | Token::Quoted(_, text) => Some(text),
            Token::Symbol(_) => None,
        }
    }

    /// Takes a list of names in parentheses, if there is a whole one.
    pub fn columns(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut ahead = *self;
        if !ahead.symbol(b'(') {
            return None;
        }
        let mut columns = Vec::new();
        while !ahead.symbol(b')') {
            if !columns.is_empty() && !ahead.symbol(b',') {
                return None;
            }
            columns.push(ahead.identifier()?);
        }
        *self = ahead;
        Some(columns)
    }

    fn take(&mut self, bytes: usize) -> &'h [u8] {
        let (taken, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let before = self.rest.len();
            let blanks = self.rest.iter().take_while(|byte| is_blank(**byte)).count();
            self.take(blanks);
            let is_mysql = self.dialect == Dialect::MySql;
            match self.rest {
                [b'/', b'*', b'!', ..] if is_mysql => self.take_version(3),
                [b'/', b'*', b'M', b'!', ..] if is_mysql => self.take_version(4),
                [b'*', b'/', ..] if is_mysql => _ = self.take(2),
                [b'/', b'*', ..] => {
                    let end = self.rest.windows(2).skip(2).position(|two| two == b"*/");
                    self.take(end.map_or(self.rest.len(), |at| at + 4));
                }
                [b'-', b'-', ..] => self.take_line(),
                [b'#', ..] if is_mysql => self.take_line(),
                _ => {}
            }
            if self.rest.len() == before {
                return;
            }
        }
    }

    fn take_version(&mut self, bytes: usize) {
        self.take(bytes);
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.take(digits);
    }

    fn take_line(&mut self) {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        self.take(end.map_or(self.rest.len(), |at| at + 1));
    }

    fn quoted(&mut self, open: u8) -> Token<'h> {
        let quote = if open == b'[' { b']' } else { open };
        let escapes = self.has_backslash && matches!(open, b'\'' | b'"');
        let mut end = 1;
        while let Some(byte) = self.rest.get(end) {
            if *byte == b'\\' && escapes {
                end += 1;
            } else if *byte == quote {
                if self.rest.get(end + 1) != Some(&quote) {
                    break;
                }
                end += 1;
            }
            end += 1;
        }
        let text = self.rest.get(1..end.min(self.rest.len())).unwrap_or_default();
        self.take(end + 1);
        Token::Quoted(open, text)
    }

    /// A dollar quote, as far as it is there; `None` for a dollar that opens none.
    fn dollar_quoted(&mut self) -> Option<Token<'h>> {
        let tail = self.rest.get(1..)?;
        let word = tail.iter().position(|byte| !is_word(*byte) || *byte == b'$')?;
        if tail.get(word) != Some(&b'$') || tail.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let tag = self.take(word + 2);
        let end = self.rest.windows(tag.len()).position(|part| part == tag);
        let text = self.take(end.unwrap_or(self.rest.len()));
        self.take(tag.len());
        Some(Token::Quoted(b'$', text))
    }
}

impl<'h> Iterator for Words<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        self.skip_blanks_and_comments();
        let first = *self.rest.first()?;
        match first {
            b'\'' | b'"' => return Some(self.quoted(first)),
            b'`' if self.dialect != Dialect::Postgres => return Some(self.quoted(first)),
            b'[' if self.dialect == Dialect::Sqlite => return Some(self.quoted(first)),
            b'$' if self.dialect == Dialect::Postgres => {
                if let Some(token) = self.dollar_quoted() {
                    return Some(token);
                }
            }
            _ => {}
        }
        let word = self.rest.iter().take_while(|byte| is_word(**byte)).count();
        if word > 0 {
            return Some(Token::Word(self.take(word)));
        }
        self.take(1);
        Some(Token::Symbol(first))
    }
}

/// The text with doubled quotes made single.
fn unquoted(quote: u8, text: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        name.push(*byte);
        if *byte == quote && bytes.as_slice().first() == Some(&quote) {
            bytes.next();
        }
    }
    name
}
