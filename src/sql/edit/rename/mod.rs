//! A table under another name, and what belongs to it under names that do not collide with those of the original.
//!
//! First every statement that goes out is learnt from, then each is renamed. Names stand where the grammar has names of tables;
//! values, strings and comments are left alone, but for the comments in which dump programs name what follows, and the strings by
//! which functions are given a sequence.

mod comment;
mod learn;

use std::collections::{HashMap, HashSet};

use super::super::ddl::tokens::{Token, TokenKind};
use super::super::{Dialect, TableName};
use super::path::{between, name, path, quoted, text_of, tokens};
use super::places::{Class, Place, Why, places};

/// What is called otherwise in an extract than in the dump.
#[derive(Debug, Clone)]
pub struct Renames {
    dialect: Dialect,
    /// The table, and its new name.
    table: Option<(TableName, Vec<u8>)>,
    names: HashMap<(Class, Vec<u8>), Vec<New>>,
    taken: HashSet<(Class, Vec<u8>)>,
    /// New names of sequences that come along without being the table's.
    sequences: Vec<Vec<u8>>,
}

/// What something with a name is called now.
#[derive(Debug, Clone)]
struct New {
    schema: Option<Vec<u8>>,
    name: Vec<u8>,
}

/// A statement that has been gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The statement.
    pub bytes: Vec<u8>,
    /// How many names are others now.
    pub names: usize,
}

/// Something else for a part of a text.
type Change = (std::ops::Range<usize>, Vec<u8>);

impl Renames {
    /// Nothing is renamed.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, table: None, names: HashMap::new(), taken: HashSet::new(), sequences: vec![] }
    }

    /// The table `from` is called `to`.
    #[must_use]
    pub fn of_table(dialect: Dialect, from: &TableName, to: &[u8]) -> Self {
        let mut renames = Self { table: Some((from.clone(), to.to_vec())), ..Self::new(dialect) };
        renames.add(Class::Relation, from, to.to_vec());
        renames
    }

    /// Whether a table is called otherwise.
    #[must_use]
    pub fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// A sequence that comes along is in the database the extract goes to, whatever the dump says. Its name stays if the table's does.
    pub fn sequence(&mut self, name: &TableName) {
        if self.table.is_some() {
            self.derive(Class::Relation, name);
        } else {
            self.add(Class::Relation, name, name.name.clone());
        }
        let new = self.find(Class::Relation, name.schema.as_deref(), &name.name).map(<[u8]>::to_vec);
        self.sequences.extend(new);
    }

    /// Whether heads of rows are others, too.
    #[must_use]
    pub fn changes_data(&self) -> bool {
        self.has_table() || !self.sequences.is_empty()
    }

    fn key(&self, class: Class, name: &[u8]) -> (Class, Vec<u8>) {
        let is_folded = self.dialect == Dialect::Sqlite;
        (class, if is_folded { name.to_ascii_lowercase() } else { name.to_vec() })
    }

    fn add(&mut self, class: Class, name: &TableName, new: Vec<u8>) {
        self.taken.insert((class, new.clone()));
        let key = self.key(class, &name.name);
        self.names.entry(key).or_default().push(New { schema: name.schema.clone(), name: new });
    }

    /// The new name of something, if it has one.
    fn find(&self, class: Class, schema: Option<&[u8]>, name: &[u8]) -> Option<&[u8]> {
        let news = self.names.get(&self.key(class, name))?;
        let agrees = |new: &&New| match (&new.schema, schema) {
            (Some(one), Some(other)) => one.as_slice() == other,
            _ => true,
        };
        news.iter().find(agrees).map(|new| new.name.as_slice())
    }

    /// A statement, or the head of one, with the comments before it, under the new names.
    #[must_use]
    pub fn rename(&self, text: &[u8]) -> Renamed {
        if self.names.is_empty() {
            return Renamed { bytes: text.to_vec(), names: 0 };
        }
        let tokens = tokens(self.dialect, text);
        let mut changes: Vec<Change> = vec![];
        let places = places(self.dialect, &tokens);
        let home = self.home(&tokens, &places);
        for place in &places {
            changes.extend(self.change(&tokens, place, home.as_deref()));
        }
        changes.extend(self.strings(&tokens));
        changes.extend(self.locks(&tokens));
        let names = changes.len();
        let mut end = 0;
        for token in &tokens {
            self.comments(text, end..token.range.start, &mut changes);
            end = token.range.end;
        }
        self.comments(text, end..text.len(), &mut changes);
        Renamed { bytes: super::changed(text, changes), names }
    }

    fn name(&self, tokens: &[Token<'_>], at: usize) -> Option<Vec<u8>> {
        name(self.dialect, tokens.get(at)?)
    }

    /// The schema that the table of a statement of PostgreSQL is in, and with it what the statement names without one.
    fn home(&self, tokens: &[Token<'_>], places: &[Place]) -> Option<Vec<u8>> {
        let tells = |place: &&Place| matches!(place.why, Why::Word("TABLE" | "ON")) && place.parts.len() > 1;
        let place = places.iter().find(tells).filter(|_| self.dialect == Dialect::Postgres)?;
        self.name(tokens, *place.parts.first()?)
    }

    /// In MySQL a sequence that rows take numbers from must be locked with their table.
    fn locks(&self, tokens: &[Token<'_>]) -> Option<Change> {
        let is_lock = self.dialect == Dialect::MySql && tokens.first().is_some_and(|token| token.is("LOCK"));
        let end = tokens.iter().rfind(|token| !token.is_mark(b';'))?.range.end;
        let lock = |name: &Vec<u8>| [b", ".as_slice(), &quoted(self.dialect, name, b"`"), b" WRITE"].concat();
        (is_lock && !self.sequences.is_empty())
            .then(|| (end..end, self.sequences.iter().flat_map(lock).collect()))
    }

    /// What becomes of the name at a place; what is not qualified is in `home`.
    fn change(&self, tokens: &[Token<'_>], place: &Place, home: Option<&[u8]>) -> Option<Change> {
        let mut parts = place.parts.as_slice();
        if place.why == Why::Column {
            parts = parts.split_last()?.1;
        }
        if place.why == Why::Qualified {
            return self.change_qualified(tokens, parts);
        }
        let (last, above) = parts.split_last()?;
        let schema = above.last().and_then(|at| self.name(tokens, *at));
        let new = self.find(place.class, schema.as_deref().or(home), &self.name(tokens, *last)?)?;
        let token = tokens.get(*last)?;
        let is_local = self.dialect == Dialect::MySql && place.why == Why::Call;
        let start = if is_local { tokens.get(*parts.first()?)?.range.start } else { token.range.start };
        Some((start..token.range.end, quoted(self.dialect, new, token.raw)))
    }

    /// `schema.table`, `schema.table.column`, or, where there are queries, `table.column`.
    fn change_qualified(&self, tokens: &[Token<'_>], parts: &[usize]) -> Option<Change> {
        let [first, second, ..] = parts else { return None };
        let one = self.name(tokens, *first)?;
        let known = self.find(Class::Relation, Some(&one), &self.name(tokens, *second)?);
        let (at, new) = match known.filter(|_| self.dialect == Dialect::Postgres) {
            Some(new) => (*second, new),
            None if parts.len() == 2 => (*first, self.find(Class::Relation, None, &one)?),
            None => return None,
        };
        let token = tokens.get(at)?;
        Some((token.range.clone(), quoted(self.dialect, new, token.raw)))
    }

    /// Strings by which something is meant: `nextval('s.q'::regclass)`, a row of SQLite's counters.
    fn strings(&self, tokens: &[Token<'_>]) -> Vec<Change> {
        let is_counter = tokens.iter().take(4).any(|token| {
            name(self.dialect, token).is_some_and(|name| name.eq_ignore_ascii_case(b"sqlite_sequence"))
        });
        let found = tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Text);
        let change = |(at, token): (usize, &Token<'_>)| {
            let text = text_of(token)?;
            let new = match self.dialect {
                Dialect::Postgres if is_of_a_relation(tokens, at) => self.in_text(&text)?,
                Dialect::Sqlite if is_counter => self.find(Class::Relation, None, &text)?.to_vec(),
                _ => return None,
            };
            Some((token.range.clone(), between(b'\'', &new)))
        };
        found.filter_map(change).collect()
    }

    /// A name in a string, under its new name.
    fn in_text(&self, text: &[u8]) -> Option<Vec<u8>> {
        let tokens = tokens(self.dialect, text);
        let parts = path(self.dialect, &tokens, 0);
        let place = Place { class: Class::Relation, why: Why::Call, parts };
        let change = self.change(&tokens, &place, None)?;
        Some(super::changed(text, vec![change]))
    }
}

/// Whether a string is the name of a table or sequence.
pub(super) fn is_of_a_relation(tokens: &[Token<'_>], at: usize) -> bool {
    let is = |at: Option<usize>, words: &[&str]| {
        let name = at.and_then(|at| name(Dialect::Postgres, tokens.get(at)?)).unwrap_or_default();
        words.iter().any(|word| word.as_bytes() == name)
    };
    let is_mark =
        |at: Option<usize>, mark| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.is_mark(mark));
    let is_given =
        is_mark(at.checked_sub(1), b'(') && is(at.checked_sub(2), &["nextval", "setval", "currval"]);
    let is_cast = is_mark(Some(at + 1), b':') && is_mark(Some(at + 2), b':');
    is_given || is_cast && is(Some(at + 3), &["regclass"])
}
