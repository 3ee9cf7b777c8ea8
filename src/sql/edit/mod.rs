//! Statements on their way out of a dump: under other names, without users, without foreign keys.
//!
//! Bytes in, bytes out. What is not understood is left as it is, and counted. Rows pass untouched, however many there are: an
//! [`Editor`] takes a dump's sections in pieces of any length, and keeps no more than a statement without its rows.

mod definer;
mod foreign_keys;
mod mentions;
mod path;
mod places;
mod rename;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::Dialect;
use super::lexer::{Heads, Stretch};
use crate::base::limits::SQL_STATEMENT_BYTES_MAX;

pub use definer::without_definer;
pub use foreign_keys::{referenced_tables, used_tables, without_foreign_keys};
pub use mentions::Mentions;
pub use rename::{Renamed, Renames};

/// What is done to statements.
#[derive(Debug, Clone)]
pub struct Edits {
    /// Names that are others.
    pub renames: Renames,
    /// `DEFINER` is left out.
    pub no_definer: bool,
    /// Foreign keys are left out.
    pub no_foreign_keys: bool,
}

/// Changes sections that are pushed through it, one after the other.
#[derive(Debug)]
pub struct Editor {
    dialect: Dialect,
    edits: Edits,
    heads: Heads,
    is_of_table: bool,
    unnamed: u64,
}

/// Takes bytes that are done.
pub type Out<'o> = dyn FnMut(&[u8]) + 'o;

impl Editor {
    /// An editor for a dump's sections.
    #[must_use]
    pub fn new(dialect: Dialect, edits: Edits) -> Self {
        let heads = Heads::new(dialect, SQL_STATEMENT_BYTES_MAX);
        Self { dialect, edits, heads, is_of_table: false, unnamed: 0 }
    }

    /// A section begins: what ends a statement in it, and whether it belongs to the table, which its statements then name.
    pub fn begin(&mut self, delimiter: Option<&[u8]>, is_of_table: bool) {
        self.heads.set_delimiter(delimiter.unwrap_or(b";"));
        self.is_of_table = is_of_table;
    }

    /// The next bytes of the section.
    pub fn push(&mut self, bytes: &[u8], out: &mut Out<'_>) {
        let Self { dialect, edits, heads, is_of_table, unnamed } = self;
        heads.push(bytes, &mut |stretch| stretch.edit(*dialect, edits, *is_of_table, unnamed, out));
    }

    /// The section ends.
    pub fn end(&mut self, out: &mut Out<'_>) {
        let Self { dialect, edits, heads, is_of_table, unnamed } = self;
        heads.end(&mut |stretch| stretch.edit(*dialect, edits, *is_of_table, unnamed, out));
    }

    /// Statements of the table that were to be under its new name, and in which its name was not found.
    #[must_use]
    pub fn unnamed(&self) -> u64 {
        self.unnamed
    }
}

impl Stretch<'_> {
    fn edit(self, dialect: Dialect, edits: &Edits, is_of_table: bool, unnamed: &mut u64, out: &mut Out<'_>) {
        let text = match self {
            Stretch::Rows(rows) => return out(rows),
            Stretch::Statement(text) => text,
        };
        let Renamed { bytes: mut text, names } = edits.renames.rename(text);
        if names == 0
            && is_of_table
            && edits.renames.has_table()
            && places::Verb::is_definition(dialect, &text)
        {
            *unnamed += 1;
        }
        if edits.no_definer && dialect == Dialect::MySql {
            text = without_definer(&text);
        }
        if edits.no_foreign_keys {
            text = without_foreign_keys(dialect, &text);
        }
        if !text.is_empty() {
            out(&text);
        }
    }
}

/// The text with parts of it replaced, which may be in any order; of those that overlap the first counts.
fn changed(text: &[u8], mut changes: Vec<(Range<usize>, Vec<u8>)>) -> Vec<u8> {
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in changes {
        if range.start >= at {
            out.extend_from_slice(text.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(&new);
            at = range.end;
        }
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}
