//! What belongs to a table and would collide with the same of the original: it gets a name made of the table's new one.

use super::super::super::ddl::tokens::Token;
use super::super::super::lexer::{Heads, Stretch};
use super::super::super::{Dialect, TableName};
use super::super::path::tokens;
use super::super::places::{Class, Place, Verb, Why, places};
use super::Renames;
use crate::base::limits::SQL_STATEMENT_BYTES_MAX;

/// Bytes of a name in PostgreSQL, characters in MySQL.
const POSTGRES_NAME_BYTES_MAX: usize = 63;
const MYSQL_NAME_CHARS_MAX: usize = 64;
/// Bytes of what tells names apart that were too long.
const MARK_BYTES: usize = 9;

impl Renames {
    /// Finds what belongs to the table in a section of statements that goes out.
    pub fn learn_all(&mut self, text: &[u8], delimiter: Option<&[u8]>) {
        let mut heads = Heads::new(self.dialect, SQL_STATEMENT_BYTES_MAX);
        heads.set_delimiter(delimiter.unwrap_or(b";"));
        let mut learn = |stretch: Stretch<'_>| {
            if let Stretch::Statement(text) = stretch {
                self.learn(text);
            }
        };
        heads.push(text, &mut learn);
        heads.end(&mut learn);
    }

    /// Finds what belongs to the table in a statement that goes out, or in the head of one.
    pub fn learn(&mut self, text: &[u8]) {
        if self.table.is_none() {
            return;
        }
        let tokens = tokens(self.dialect, text);
        let verb = Verb::of(&tokens);
        let places = places(self.dialect, &tokens);
        let home = self.home(&tokens, &places);
        for place in &places {
            let Some(last) = place.parts.last() else { continue };
            if !self.would_collide(verb, &tokens, place) {
                continue;
            }
            let above = place.parts.iter().rev().nth(1);
            let schema = above.and_then(|at| self.name(&tokens, *at)).or_else(|| home.clone());
            if let Some(name) = self.name(&tokens, *last) {
                self.derive(place.class, &TableName { schema, name });
            }
        }
    }

    fn would_collide(&self, verb: Verb, tokens: &[Token<'_>], place: &Place) -> bool {
        let Why::Word(word) = place.why else { return false };
        let next = place.parts.last().and_then(|last| tokens.get(last + 1));
        let is_next = |words: &[&str]| next.is_some_and(|token| token.is_one_of(words));
        let creates = |object: &str| verb.verb == "CREATE" && verb.object == object && object == word;
        match self.dialect {
            Dialect::MySql => {
                word == "CONSTRAINT" && is_next(&["FOREIGN", "CHECK"])
                    || creates("TRIGGER")
                    || creates("SEQUENCE")
            }
            Dialect::Postgres => {
                word == "CONSTRAINT" && is_next(&["PRIMARY", "UNIQUE", "EXCLUDE"])
                    || word == "SEQUENCE NAME"
                    || ["INDEX", "SEQUENCE", "STATISTICS", "TABLE"].into_iter().any(creates)
            }
            Dialect::Sqlite => creates("INDEX") || creates("TRIGGER"),
        }
    }

    /// Gives something a name made of the table's new one, if it has none yet.
    pub(super) fn derive(&mut self, class: Class, name: &TableName) {
        let Some((table, new)) = &self.table else { return };
        let schema = name.schema.clone().or_else(|| table.schema.clone());
        if self.find(class, schema.as_deref(), &name.name).is_some() {
            return;
        }
        let own = match name.name.strip_prefix(table.name.as_slice()) {
            Some(rest) => [new, rest].concat(),
            None => [new, b"_".as_slice(), &name.name].concat(),
        };
        let mut candidate = fitting(self.dialect, own.clone());
        let mut number = 2;
        while self.taken.contains(&(class, candidate.clone())) {
            candidate = fitting(self.dialect, [own.as_slice(), format!("_{number}").as_bytes()].concat());
            number += 1;
        }
        self.add(class, &TableName { schema, name: name.name.clone() }, candidate);
    }
}

/// The name, or as much of it as can be one and what tells it from others that begin alike.
fn fitting(dialect: Dialect, name: Vec<u8>) -> Vec<u8> {
    let is_start = |byte: u8| byte & 0xc0 != 0x80;
    let bytes_max = match dialect {
        Dialect::Sqlite => return name,
        Dialect::Postgres => POSTGRES_NAME_BYTES_MAX,
        Dialect::MySql => {
            let starts = name.iter().enumerate().filter(|(_, byte)| is_start(**byte));
            starts.map(|(at, _)| at).nth(MYSQL_NAME_CHARS_MAX).unwrap_or(name.len())
        }
    };
    if name.len() <= bytes_max {
        return name;
    }
    let cut = |chars: usize| match dialect {
        Dialect::MySql => {
            let starts = name.iter().enumerate().filter(|(_, byte)| is_start(**byte));
            starts.map(|(at, _)| at).nth(chars).unwrap_or(name.len())
        }
        _ => (0..=bytes_max - MARK_BYTES)
            .rev()
            .find(|at| name.get(*at).copied().is_none_or(is_start))
            .unwrap_or_default(),
    };
    let kept = cut(MYSQL_NAME_CHARS_MAX - MARK_BYTES);
    let mark = blake3::hash(&name).to_hex();
    let mark = mark.as_bytes().get(..MARK_BYTES - 1).unwrap_or_default();
    [name.get(..kept).unwrap_or_default(), b"_", mark].concat()
}
