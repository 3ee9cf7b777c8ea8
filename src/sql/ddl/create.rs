//! `CREATE TABLE`: its head, constraints and options. The columns are read in `column.rs`.

use super::kind::default_collation;
use super::tokens::{Token, TokenKind, Tokens};
use super::{Column, TableSchema};
use crate::sql::Dialect;

/// Reads the first `CREATE TABLE` in `ddl`, whatever statements stand before it.
///
/// `None` if there is none, or none that can be understood. A statement that is cut short gives `None` too.
pub fn table_schema(dialect: Dialect, ddl: &[u8]) -> Option<TableSchema> {
    let mut tokens = Tokens::new(dialect, ddl);
    while !pass_create_table(&mut tokens) {
        pass_statement(&mut tokens)?;
    }
    pass_table_name(&mut tokens)?;
    let mut create = Create { dialect, ddl, tokens, columns: Vec::new(), key: Vec::new(), is_whole: true };
    create.read()?;
    create.finish()
}

/// Passes `CREATE .. TABLE [IF NOT EXISTS]` if the statement is one.
fn pass_create_table(tokens: &mut Tokens<'_>) -> bool {
    let mut ahead = tokens.clone();
    if !ahead.take_word("create") {
        return false;
    }
    const BEFORE: [&str; 8] =
        ["or", "replace", "temporary", "temp", "unlogged", "global", "local", "foreign"];
    while BEFORE.iter().any(|word| ahead.take_word(word)) {}
    if !ahead.take_word("table") {
        return false;
    }
    if ahead.take_word("if") {
        ahead.take_word("not");
        ahead.take_word("exists");
    }
    *tokens = ahead;
    true
}

/// Passes a statement with its semicolon; `None` at the end.
fn pass_statement(tokens: &mut Tokens<'_>) -> Option<()> {
    tokens.find(|token| token.is_mark(b';')).map(|_| ())
}

fn pass_table_name(tokens: &mut Tokens<'_>) -> Option<()> {
    tokens.next()?.name()?;
    while tokens.take_mark(b'.') {
        tokens.next()?.name()?;
    }
    Some(())
}

/// A column as it is read, before the table's own collation is known.
pub(super) struct Draft {
    pub column: Column,
    pub charset: Option<Vec<u8>>,
    pub collate: Option<Vec<u8>>,
}

pub(super) struct Create<'a> {
    pub(super) dialect: Dialect,
    pub(super) ddl: &'a [u8],
    pub(super) tokens: Tokens<'a>,
    pub(super) columns: Vec<Draft>,
    pub(super) key: Vec<Vec<u8>>,
    is_whole: bool,
}

impl<'a> Create<'a> {
    fn read(&mut self) -> Option<()> {
        let next = self.tokens.peek()?;
        if next.is_one_of(&["partition", "of", "like"]) {
            self.is_whole = false;
            return Some(());
        }
        if !self.tokens.take_mark(b'(') {
            return None;
        }
        loop {
            let first = self.tokens.next()?;
            if first.is_mark(b')') {
                return Some(());
            }
            let is_last = if self.is_constraint(&first) {
                self.read_constraint(first)?
            } else {
                self.read_column(&first)?
            };
            if is_last {
                return Some(());
            }
        }
    }

    /// Whether what starts with this word is no column.
    fn is_constraint(&self, first: &Token<'_>) -> bool {
        let next_is = |words: &[&str]| self.tokens.peek().is_some_and(|next| next.is_one_of(words));
        if first.is_one_of(&["constraint", "primary", "unique", "foreign", "check"]) {
            return true;
        }
        match self.dialect {
            Dialect::MySql => {
                first.is_one_of(&["key", "index"])
                    || first.is_one_of(&["fulltext", "spatial", "vector"])
                        && (next_is(&["key", "index"]) || self.tokens.peek().is_some_and(|t| t.is_mark(b'(')))
                    || first.is("period") && next_is(&["for"])
                    || first.is("like")
            }
            Dialect::Postgres => first.is("like") || first.is("exclude") && !self.is_type_next(),
            Dialect::Sqlite => false,
        }
    }

    fn is_type_next(&self) -> bool {
        !self.tokens.peek().is_some_and(|token| token.is("using") || token.is_mark(b'('))
    }

    /// Reads a constraint to its comma or the closing parenthesis; whether it was that.
    fn read_constraint(&mut self, first: Token<'a>) -> Option<bool> {
        let mut is_key = first.is("primary");
        if first.is("like") {
            self.is_whole = false;
        }
        loop {
            let token = self.tokens.next()?;
            match token.kind {
                TokenKind::Mark(b'(') if is_key => {
                    self.key = self.read_key_columns()?;
                    is_key = false;
                }
                TokenKind::Mark(b'(') => self.tokens.pass_parenthesis(),
                TokenKind::Mark(b',') => return Some(false),
                TokenKind::Mark(b')') => return Some(true),
                _ => is_key |= self.key.is_empty() && token.is("primary"),
            }
        }
    }

    /// Reads the columns of a key up to the closing parenthesis.
    fn read_key_columns(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        loop {
            names.push(self.tokens.next()?.name()?);
            loop {
                let token = self.tokens.next()?;
                match token.kind {
                    TokenKind::Mark(b'(') => self.tokens.pass_parenthesis(),
                    TokenKind::Mark(b',') => break,
                    TokenKind::Mark(b')') => return Some(names),
                    _ => {}
                }
            }
        }
    }

    /// Reads what stands after the columns, and puts it all together.
    fn finish(mut self) -> Option<TableSchema> {
        let (charset, collate) = self.read_options();
        let of_table =
            collate.unwrap_or_else(|| charset.as_deref().map(default_collation).unwrap_or_default());
        let is_mysql = self.dialect == Dialect::MySql;
        for draft in &mut self.columns {
            let name = match (draft.collate.take(), draft.charset.take()) {
                (Some(name), _) => name,
                (None, Some(charset)) => default_collation(&charset),
                (None, None) if is_mysql => of_table.clone(),
                (None, None) => Vec::new(),
            };
            draft.column.collate(self.dialect, name);
        }
        let columns: Vec<_> = self.columns.into_iter().map(|draft| draft.column).collect();
        let mut schema = TableSchema { columns, primary_key: Vec::new(), is_whole: self.is_whole };
        schema.primary_key = self.key.iter().map(|name| schema.column(name)).collect::<Option<_>>()?;
        Some(schema)
    }

    /// The character set and the collation of the table, out of its options.
    fn read_options(&mut self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let (mut charset, mut collate) = (None, None);
        while let Some(token) = self.tokens.next() {
            let is_charset = token.is("charset") || token.is("character") && self.tokens.take_word("set");
            if token.is_mark(b';') || token.is("partition") {
                break;
            } else if token.is_mark(b'(') {
                self.tokens.pass_parenthesis();
            } else if token.is("inherits") {
                self.is_whole = false;
            } else if self.dialect == Dialect::MySql && (is_charset || token.is("collate")) {
                self.tokens.take_mark(b'=');
                let name = self.tokens.next().and_then(|token| token.name());
                let place = if is_charset { &mut charset } else { &mut collate };
                *place = name.map(|name| name.to_ascii_lowercase());
            }
        }
        (charset, collate)
    }
}
