//! Sections: what the parts of a dump are.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::format::cbor;
use crate::format::{FormatError, refuse_unless};

/// The kinds of sections, with the numbers that the page gives them.
macro_rules! kinds {
    ($($number:literal $kind:ident $says:literal,)*) => {
        /// What a section is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MapSectionKind {
            $(#[doc = $says] $kind,)*
            /// A kind that this program does not know.
            Unknown(u64),
        }

        impl MapSectionKind {
            const fn number(self) -> u64 {
                match self {
                    $(Self::$kind => $number,)*
                    Self::Unknown(number) => number,
                }
            }

            const fn of_number(number: u64) -> Self {
                match number {
                    $($number => Self::$kind,)*
                    number => Self::Unknown(number),
                }
            }
        }
    };
}

kinds! {
    0 Other "Anything else.",
    1 Header "Settings of the session, comments before the first object.",
    2 Replication "Coordinates, GTIDs.",
    3 Database "A database that is made or gone to.",
    4 TableDefinition "The definition of a table.",
    5 TableData "The data of a table.",
    6 Trigger "A trigger.",
    7 View "A view.",
    8 Routine "A procedure or function of MySQL.",
    9 Event "An event.",
    10 Sequence "A sequence.",
    11 SequenceValue "The value of a sequence.",
    12 SequenceOwned "The column that owns a sequence.",
    13 ColumnDefault "The default of a column.",
    14 Constraint "A constraint.",
    15 ForeignKey "A foreign key.",
    16 Index "An index.",
    17 Statistics "Extended statistics.",
    18 Policy "A policy of row security.",
    19 Rule "A rule.",
    20 Comment "A comment on an object.",
    21 Attach "The attaching of a partition or an index.",
    22 Identity "An identity column.",
    23 Cluster "Clustering, or a replica identity.",
    24 Owner "The owner of an object.",
    25 Acl "Privileges.",
    26 Type "A type or domain.",
    27 Extension "An extension.",
    28 Function "A function of PostgreSQL.",
    29 Schema "A schema.",
    30 LargeObject "Large objects.",
    31 Histogram "A histogram.",
    32 Keys "Keys that phpMyAdmin adds at the end.",
    33 Footer "The end.",
}

/// What the keys in a table's pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Integers.
    Integer,
    /// Bytes.
    Bytes,
}

/// How the rows of a table stand in a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowsForm {
    /// Tuples, in whose strings a backslash escapes.
    Escaped,
    /// Tuples, in whose strings it does not.
    Tuples,
    /// Lines of `COPY`.
    Copy,
}

/// A name as SQL means it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MapTableName {
    /// Schema or database, if the dump says it.
    pub schema: Option<Vec<u8>>,
    /// The name.
    pub name: Vec<u8>,
}

/// A part of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSection {
    /// What it is.
    pub kind: MapSectionKind,
    /// Its length in the dump.
    pub bytes: u64,
    /// Chunks of the dump that begin in it.
    pub chunks: u64,
    /// The table it belongs to.
    pub table: Option<MapTableName>,
    /// The object itself, if that is not the table.
    pub object: Option<MapTableName>,
    /// Rows in it.
    pub rows: u64,
    /// Columns: of a definition all, of data those that are named.
    pub columns: Vec<Vec<u8>>,
    /// Their types as the definition writes them.
    pub types: Vec<Vec<u8>>,
    /// Columns of the primary key, from 0.
    pub primary_key: Vec<u32>,
    /// Which column of a row the keys in the pages are of, and what they are.
    pub key: Option<(u32, KeyKind)>,
    /// Whether the dump has all of it.
    pub is_whole: bool,
    /// Why it is not.
    pub note: Option<String>,
    /// How its rows stand there; `None` if that is not understood.
    pub form: Option<RowsForm>,
    /// The database that was current before it.
    pub database: Option<Vec<u8>>,
    /// What ends a statement where it begins, if that is not `;`.
    pub delimiter: Option<Vec<u8>>,
}

impl MapSection {
    /// A section of nothing but a kind.
    pub const fn new(kind: MapSectionKind) -> Self {
        Self {
            kind,
            bytes: 0,
            chunks: 0,
            table: None,
            object: None,
            rows: 0,
            columns: vec![],
            types: vec![],
            primary_key: vec![],
            key: None,
            is_whole: true,
            note: None,
            form: None,
            database: None,
            delimiter: None,
        }
    }

    /// How many pages it has.
    pub fn pages(&self) -> u64 {
        if self.kind == MapSectionKind::TableData { self.chunks } else { 0 }
    }

    /// Appends it to `out`.
    ///
    /// # Errors
    /// [`FormatError`] for what a reader would refuse.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.check()?;
        out.extend_from_slice(&cbor::encode(&Wire::from(self))?);
        Ok(())
    }

    fn check(&self) -> Result<(), FormatError> {
        let columns = self.columns.len();
        let is_inside = self.primary_key.iter().all(|at| (*at as usize) < columns);
        refuse_unless(is_inside, "column of the primary key")
    }
}

/// The sections in `bytes`, which must be nothing else.
pub fn decode_all(bytes: &[u8]) -> Result<Vec<MapSection>, FormatError> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let mut sections = vec![];
    while decoder.position() < bytes.len() {
        let wire: Wire = decoder.decode().map_err(|error| cbor::refused(&error))?;
        sections.push(MapSection::try_from(wire)?);
    }
    Ok(sections)
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[n(1)]
    kind: u64,
    #[n(2)]
    bytes: u64,
    #[n(3)]
    chunks: Option<u64>,
    #[n(4)]
    table_schema: Option<ByteVec>,
    #[n(5)]
    table: Option<ByteVec>,
    #[n(6)]
    object_schema: Option<ByteVec>,
    #[n(7)]
    object: Option<ByteVec>,
    #[n(8)]
    rows: Option<u64>,
    #[n(9)]
    columns: Option<Vec<ByteVec>>,
    #[n(10)]
    types: Option<Vec<ByteVec>>,
    #[n(11)]
    primary_key: Option<Vec<u32>>,
    #[n(12)]
    key_column: Option<u32>,
    #[n(13)]
    key_kind: Option<u64>,
    #[n(14)]
    not_whole: Option<u64>,
    #[n(15)]
    note: Option<String>,
    #[n(16)]
    database: Option<ByteVec>,
    #[n(17)]
    delimiter: Option<ByteVec>,
    #[n(18)]
    form: Option<u64>,
}

fn unless_zero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn wire_names(names: &[Vec<u8>]) -> Option<Vec<ByteVec>> {
    (!names.is_empty()).then(|| names.iter().cloned().map(ByteVec::from).collect())
}

fn wire_name(name: Option<&MapTableName>) -> (Option<ByteVec>, Option<ByteVec>) {
    let schema = name.and_then(|name| name.schema.clone()).map(ByteVec::from);
    (schema, name.map(|name| name.name.clone().into()))
}

impl From<&MapSection> for Wire {
    fn from(section: &MapSection) -> Self {
        let (table_schema, table) = wire_name(section.table.as_ref());
        let (object_schema, object) = wire_name(section.object.as_ref());
        Self {
            kind: section.kind.number(),
            bytes: section.bytes,
            chunks: unless_zero(section.chunks),
            table_schema,
            table,
            object_schema,
            object,
            rows: unless_zero(section.rows),
            columns: wire_names(&section.columns),
            types: wire_names(&section.types),
            primary_key: (!section.primary_key.is_empty()).then(|| section.primary_key.clone()),
            key_column: section.key.map(|(column, _)| column),
            key_kind: section.key.map(|(_, kind)| match kind {
                KeyKind::Integer => 1,
                KeyKind::Bytes => 2,
            }),
            not_whole: unless_zero(u64::from(!section.is_whole)),
            note: section.note.clone(),
            database: section.database.clone().map(ByteVec::from),
            delimiter: section.delimiter.clone().map(ByteVec::from),
            form: section.form.map(|form| match form {
                RowsForm::Escaped => 1,
                RowsForm::Tuples => 2,
                RowsForm::Copy => 3,
            }),
        }
    }
}

impl TryFrom<Wire> for MapSection {
    type Error = FormatError;

    fn try_from(wire: Wire) -> Result<Self, FormatError> {
        let kind = wire.key_kind.map(|kind| match kind {
            1 => Ok(KeyKind::Integer),
            2 => Ok(KeyKind::Bytes),
            _ => Err(FormatError::Value { field: "kind of the keys" }),
        });
        let kind = kind.transpose()?;
        refuse_unless(wire.key_column.is_some() == kind.is_some(), "column of the keys")?;
        let names = |names: Option<Vec<ByteVec>>| -> Vec<Vec<u8>> {
            names.unwrap_or_default().into_iter().map(Vec::from).collect()
        };
        let name = |schema: Option<ByteVec>, name: Option<ByteVec>| {
            name.map(|name| MapTableName { schema: schema.map(Vec::from), name: name.into() })
        };
        let section = Self {
            kind: MapSectionKind::of_number(wire.kind),
            bytes: wire.bytes,
            chunks: wire.chunks.unwrap_or(0),
            table: name(wire.table_schema, wire.table),
            object: name(wire.object_schema, wire.object),
            rows: wire.rows.unwrap_or(0),
            columns: names(wire.columns),
            types: names(wire.types),
            primary_key: wire.primary_key.unwrap_or_default(),
            key: wire.key_column.zip(kind),
            is_whole: wire.not_whole.unwrap_or(0) == 0,
            note: wire.note,
            database: wire.database.map(Vec::from),
            delimiter: wire.delimiter.map(Vec::from),
            // A form that this program does not know is one that it does not understand.
            form: wire.form.and_then(|form| match form {
                1 => Some(RowsForm::Escaped),
                2 => Some(RowsForm::Tuples),
                3 => Some(RowsForm::Copy),
                _ => None,
            }),
        };
        section.check()?;
        Ok(section)
    }
}
