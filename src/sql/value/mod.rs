//! The values of a row: out of a dump as they stand there, and back as literals, with nothing lost.
//!
//! A value says what the dump says: `'1.50'` is a text wherever it stands, and a field of COPY is a text or NULL. What it
//! means in its column is for others to tell. Nothing here recurses, and a value costs at most a copy of itself.

mod copy;
mod escapes;
mod literal;
#[cfg(test)]
mod tests;
mod tuple;
mod word;
mod wrapped;

use std::borrow::Cow;

use super::Dialect;

pub use literal::{write_copy_field, write_literal};

/// A value as a dump has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `NULL`, or `\N` in COPY.
    Null,
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A number, digit for digit as it stands there.
    Number(Cow<'a, [u8]>),
    /// A string, unescaped: bytes in the character set of the dump.
    Text(Cow<'a, [u8]>),
    /// Binary data: `0xFF`, `X'FF'`, `_binary '..'`, `'\xff'::bytea`.
    Bytes(Cow<'a, [u8]>),
    /// A string of bits as `0` and `1`: `b'01'`, and PostgreSQL's `X'1F'`.
    Bits(Cow<'a, [u8]>),
    /// Anything else, such as `CURRENT_TIMESTAMP` or `ARRAY[1,2]`, as it stands there.
    Expression(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same value, on its own.
    pub fn into_owned(self) -> Value<'static> {
        let own = |bytes: Cow<'_, [u8]>| Cow::Owned(bytes.into_owned());
        match self {
            Self::Null => Value::Null,
            Self::Bool(is) => Value::Bool(is),
            Self::Number(text) => Value::Number(own(text)),
            Self::Text(text) => Value::Text(own(text)),
            Self::Bytes(bytes) => Value::Bytes(own(bytes)),
            Self::Bits(bits) => Value::Bits(own(bits)),
            Self::Expression(text) => Value::Expression(own(text)),
        }
    }
}

/// How rows stand in a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowForm {
    /// A tuple of an INSERT of MySQL or MariaDB.
    MySql {
        /// Whether `\` escapes in strings; not so under `NO_BACKSLASH_ESCAPES`.
        has_backslashes: bool,
    },
    /// A tuple of an INSERT of PostgreSQL.
    Postgres {
        /// Whether `\` escapes in all strings and not only in `E'..'`; so under `standard_conforming_strings = off`.
        has_backslashes: bool,
    },
    /// A line of `COPY .. FROM stdin`.
    Copy,
    /// A tuple of an INSERT of SQLite.
    Sqlite,
}

impl RowForm {
    /// The grammar it belongs to.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::MySql { .. } => Dialect::MySql,
            Self::Postgres { .. } | Self::Copy => Dialect::Postgres,
            Self::Sqlite => Dialect::Sqlite,
        }
    }
}

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Something begins and does not end.
    #[error("the {what} that begins at byte {offset} of the row does not end")]
    Unended {
        /// Where it begins.
        offset: usize,
        /// What it is.
        what: &'static str,
    },
    /// Something else stands where something is wanted.
    #[error("at byte {offset} of the row: {wanted} is wanted")]
    Wanted {
        /// Where.
        offset: usize,
        /// What should be there.
        wanted: &'static str,
    },
    /// There is no tuple in these bytes.
    #[error("no row begins in these {bytes} bytes")]
    NoRow {
        /// How many bytes were looked at.
        bytes: usize,
    },
    /// The row has another number of values than its table has columns.
    #[error("the row has {found} values for {columns} columns")]
    Count {
        /// Values of the row.
        found: usize,
        /// Columns.
        columns: usize,
    },
}

/// The values of one row, one after the other; after an error there are none.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    form: RowForm,
    row: &'a [u8],
    at: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Within,
    End,
}

impl<'a> Values<'a> {
    /// The values of a row. It may have around it what a lexer counts to a row: before a tuple the head of its INSERT and
    /// the statements before that, behind it a comma or semicolon; behind a line of COPY its end.
    pub const fn new(form: RowForm, row: &'a [u8]) -> Self {
        Self { form, row, at: 0, state: State::Start }
    }

    /// How far it is, in bytes from the start of the row.
    pub const fn offset(&self) -> usize {
        self.at
    }

    fn step(&mut self) -> Result<Option<Value<'a>>, ValueError> {
        if self.form == RowForm::Copy { self.copy_step() } else { self.tuple_step() }
    }

    fn rest(&self) -> &'a [u8] {
        self.row.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.row.get(self.at.saturating_add(ahead)).copied()
    }

    const fn wanted(&self, wanted: &'static str) -> ValueError {
        ValueError::Wanted { offset: self.at, wanted }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<Value<'a>, ValueError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::End {
            return None;
        }
        let step = self.step();
        if !matches!(step, Ok(Some(_))) {
            self.state = State::End;
        }
        step.transpose()
    }
}

/// All values of a row into `values`, which is emptied first.
///
/// # Errors
/// [`ValueError`] for the first byte that is not as it should be, and if there are not `columns` values.
pub fn read_row<'a>(
    form: RowForm,
    row: &'a [u8],
    columns: usize,
    values: &mut Vec<Value<'a>>,
) -> Result<(), ValueError> {
    values.clear();
    let mut found = 0;
    for value in Values::new(form, row) {
        let value = value?;
        found += 1;
        if found <= columns {
            values.push(value);
        }
    }
    if found == columns { Ok(()) } else { Err(ValueError::Count { found, columns }) }
}
