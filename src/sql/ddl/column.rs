//! One column of `CREATE TABLE`: its name, its type, and what else is said of it.

use super::create::{Create, Draft};
use super::kind::kind_of;
use super::tokens::{Token, TokenKind};
use super::{Collation, Column, ColumnKind};
use crate::sql::Dialect;

/// Words that end a type and start what else is said of a column.
const ATTRIBUTES: &[&str] = &[
    "not",
    "null",
    "default",
    "on",
    "auto_increment",
    "autoincrement",
    "unique",
    "key",
    "primary",
    "comment",
    "collate",
    "charset",
    "generated",
    "as",
    "virtual",
    "stored",
    "persistent",
    "invisible",
    "visible",
    "check",
    "references",
    "constraint",
    "column_format",
    "storage",
    "srid",
    "ref_system_id",
    "compressed",
    "compression",
    "engine_attribute",
    "secondary_engine_attribute",
    "binary",
    "ascii",
    "unicode",
    "byte",
    "options",
    "deferrable",
    "initially",
    "encode",
    "signed",
];

/// Words that follow the name of a SQLite column that has no type.
const SQLITE_NO_TYPES: &[&str] = &[
    "constraint",
    "primary",
    "not",
    "null",
    "unique",
    "check",
    "default",
    "collate",
    "references",
    "generated",
    "as",
];

impl<'a> Create<'a> {
    /// Reads a column to its comma or the closing parenthesis; whether it was that.
    pub(super) fn read_column(&mut self, first: &Token<'a>) -> Option<bool> {
        let name = first.name()?;
        let column = self.read_type(name)?;
        self.columns.push(Draft { column, charset: None, collate: None });
        self.read_attributes()
    }

    fn read_type(&mut self, name: Vec<u8>) -> Option<Column> {
        let (mut start, mut end) = (None, 0);
        let mut words: Vec<u8> = Vec::new();
        let mut is_array = false;
        let mut is_unsigned = false;
        while let Some(token) = self.tokens.peek() {
            let is_first = start.is_none();
            let ends = match token.kind {
                TokenKind::Mark(b',' | b')' | b';') => true,
                TokenKind::Word => self.ends_type(&token, is_first),
                TokenKind::Text => true,
                _ => false,
            };
            if ends {
                break;
            }
            self.tokens.next();
            is_unsigned |=
                token.is_one_of(&["unsigned", "zerofill", "serial"]) && self.dialect == Dialect::MySql;
            is_array |= !is_first && (token.is_mark(b'[') || token.is("array"));
            start.get_or_insert(token.range.start);
            end = token.range.end;
            match token.kind {
                TokenKind::Mark(b'(') => {
                    self.tokens.pass_parenthesis();
                    end = self.tokens.at();
                }
                TokenKind::Mark(mark @ b'.') => words.push(mark),
                TokenKind::Word | TokenKind::Name => {
                    if !words.is_empty() && !words.ends_with(b".") {
                        words.push(b' ');
                    }
                    words.extend(token.name()?.to_ascii_lowercase());
                }
                _ => {}
            }
        }
        let type_text = start.and_then(|start| self.ddl.get(start..end)).unwrap_or_default().to_vec();
        if type_text.is_empty() && self.dialect != Dialect::Sqlite {
            return None;
        }
        let kind = kind_of(self.dialect, &String::from_utf8_lossy(&words));
        let kind = if is_array && self.dialect == Dialect::Postgres { ColumnKind::Array } else { kind };
        Some(Column {
            name,
            kind,
            type_text,
            is_generated: false,
            is_unsigned,
            collation: Collation::Unknown,
            collation_name: Vec::new(),
        })
    }

    fn ends_type(&self, token: &Token<'_>, is_first: bool) -> bool {
        let next_is = |word: &str| {
            let mut ahead = self.tokens.clone();
            ahead.next();
            ahead.next().is_some_and(|next| next.is(word))
        };
        // `binary` is a type of MySQL's as well, and SQLite's columns need none.
        let can_be_type = is_first && (self.dialect != Dialect::Sqlite || !token.is_one_of(SQLITE_NO_TYPES));
        if can_be_type {
            return false;
        }
        match self.dialect {
            _ if token.is_one_of(ATTRIBUTES) => true,
            Dialect::MySql => {
                token.is("character") && next_is("set") || token.is("with") || token.is("without")
            }
            Dialect::Postgres => token.is("with") && next_is("options"),
            Dialect::Sqlite => false,
        }
    }

    fn read_attributes(&mut self) -> Option<bool> {
        loop {
            let token = self.tokens.next()?;
            match token.kind {
                TokenKind::Mark(b'(') => self.tokens.pass_parenthesis(),
                TokenKind::Mark(b',') => return Some(false),
                TokenKind::Mark(b')') => return Some(true),
                TokenKind::Word => self.read_attribute(&token)?,
                _ => {}
            }
        }
    }

    fn read_attribute(&mut self, word: &Token<'a>) -> Option<()> {
        let is_mysql = self.dialect == Dialect::MySql;
        if word.is("default") || word.is("comment") {
            // A bare word here is a value.
            if self.tokens.peek()?.kind != TokenKind::Mark(b'(') {
                self.tokens.next();
            }
        } else if word.is("primary") || is_mysql && word.is("key") {
            let name = self.columns.last()?.column.name.clone();
            self.key = vec![name];
            self.tokens.take_word("key");
        } else if word.is("unique") {
            self.tokens.take_word("key");
        } else if word.is("as") {
            let is_expression = self.tokens.peek()?.is_mark(b'(');
            let is_row = self.tokens.peek()?.is("row");
            self.columns.last_mut()?.column.is_generated |= is_expression || is_row;
        } else if word.is("collate") {
            let name = self.read_collation()?;
            self.columns.last_mut()?.collate = Some(name);
        } else if is_mysql && word.is("charset") || word.is("character") && self.tokens.take_word("set") {
            let name = self.tokens.next()?.name()?;
            self.columns.last_mut()?.charset = Some(name);
        } else if is_mysql && word.is("binary") {
            self.columns.last_mut()?.collate = Some(b"_bin".to_vec());
        }
        Some(())
    }

    fn read_collation(&mut self) -> Option<Vec<u8>> {
        let mut name = self.tokens.next()?.name()?;
        while self.tokens.take_mark(b'.') {
            name.push(b'.');
            name.extend(self.tokens.next()?.name()?);
        }
        name.make_ascii_lowercase();
        Some(name)
    }
}
