//! The columns of a table, out of its DDL as it stands in a dump.
//!
//! It reads what tells how a row is to be understood (names, order, types, collations, which columns are generated, the
//! primary key) and passes over everything else. It does not know what a dump is, nor where the statement came from.

mod column;
mod create;
mod kind;
#[cfg(test)]
mod tests;
pub(in crate::sql) mod tokens;

pub use create::table_schema;

use super::Dialect;

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSchema {
    /// In the order of the statement, which is that of the rows.
    pub columns: Vec<Column>,
    /// The primary key as places in `columns`, in the order of the key; empty if the statement does not tell one.
    pub primary_key: Vec<usize>,
    /// Whether these are all columns: with `INHERITS`, `PARTITION OF` or `LIKE` others come from another table.
    pub is_whole: bool,
}

impl TableSchema {
    /// The place of the column with this name: exactly this, else, if only one is, the one that differs in case.
    pub fn column(&self, name: &[u8]) -> Option<usize> {
        if let Some(place) = self.columns.iter().position(|column| column.name == name) {
            return Some(place);
        }
        let mut alike = self.columns.iter().enumerate();
        let place = alike.find(|(_, column)| column.name.eq_ignore_ascii_case(name))?.0;
        let is_alone = alike.all(|(_, column)| !column.name.eq_ignore_ascii_case(name));
        is_alone.then_some(place)
    }
}

/// The columns that have these names and types, as definitions write them; `None` where a type is not one.
///
/// The collations are given by their full names and by place, as [`Column::collation_name`] has them.
pub fn columns_of(
    dialect: Dialect,
    columns: &[(Vec<u8>, Vec<u8>)],
    collations: &[Vec<u8>],
) -> Option<Vec<Column>> {
    let mut text = b"CREATE TABLE x (".to_vec();
    for (place, (name, kind)) in columns.iter().enumerate() {
        text.extend((place > 0).then_some(b','));
        text.extend(crate::sql::output::quoted_name(dialect, name));
        text.push(b' ');
        text.extend_from_slice(kind);
    }
    text.push(b')');
    let mut schema = table_schema(dialect, &text)?;
    let is_same = schema.columns.iter().map(|column| &column.name).eq(columns.iter().map(|(name, _)| name));
    for (column, collation) in schema.columns.iter_mut().zip(collations) {
        column.collate(dialect, collation.clone());
    }
    is_same.then_some(schema.columns)
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Without quotes.
    pub name: Vec<u8>,
    /// What its values are.
    pub kind: ColumnKind,
    /// The type as it is written, from its first word to the last that belongs to it.
    pub type_text: Vec<u8>,
    /// Whether the server computes it from other columns.
    pub is_generated: bool,
    /// Whether it is a number that is never negative.
    pub is_unsigned: bool,
    /// How its text compares.
    pub collation: Collation,
    /// The name of its collation in lower case, its own or that of the table, with PostgreSQL's schema before it; empty
    /// if none is told.
    pub collation_name: Vec<u8>,
}

impl Column {
    /// A column of which nothing is known but its name.
    #[must_use]
    pub const fn untyped(name: Vec<u8>) -> Self {
        Self {
            name,
            kind: ColumnKind::Other,
            type_text: vec![],
            is_generated: false,
            is_unsigned: false,
            collation: Collation::Unknown,
            collation_name: vec![],
        }
    }

    /// Its text compares by the collation of this name, which may be empty.
    fn collate(&mut self, dialect: Dialect, name: Vec<u8>) {
        self.collation = match kind::collation_of(dialect, &name) {
            _ if matches!(self.kind, ColumnKind::Binary | ColumnKind::Bit) => Collation::Binary,
            // Every default of MySQL's and MariaDB's is of this kind.
            Collation::Unknown if dialect == Dialect::MySql && name.is_empty() => Collation::CaseInsensitive,
            collation => collation,
        };
        self.collation_name = name;
    }
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// Whole numbers; MySQL's `year` too.
    Integer,
    /// Decimal numbers with all their digits.
    Decimal,
    /// Binary floating point.
    Float,
    /// Text.
    Text,
    /// Bytes.
    Binary,
    /// A day.
    Date,
    /// A time of day; in MySQL a span of time.
    Time,
    /// A day and a time, with or without a zone.
    DateTime,
    /// True or false. MySQL's `tinyint(1)` is an integer.
    Boolean,
    /// A string of bits.
    Bit,
    /// A JSON document.
    Json,
    /// A UUID.
    Uuid,
    /// One of a list of texts.
    Enum,
    /// Some of a list of texts.
    Set,
    /// A shape.
    Geometry,
    /// PostgreSQL's arrays.
    Array,
    /// Anything else: types of a database's own, intervals, networks, and SQLite's columns without a type.
    Other,
}

/// How texts of a column compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collation {
    /// Byte by byte.
    Binary,
    /// Without regard to case, and perhaps to accents.
    CaseInsensitive,
    /// By rules that the statement does not tell.
    Unknown,
}
