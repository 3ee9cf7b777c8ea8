//! Sections as CBOR.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::{KeyKind, MapSection, MapSectionKind, MapTableName, RowsForm};
use crate::format::cbor;
use crate::format::{FormatError, refuse_unless};

/// No section is shorter: a map of two keys with small numbers.
const SECTION_BYTES_MIN: usize = 5;

pub fn encode(section: &MapSection, out: &mut Vec<u8>) -> Result<(), FormatError> {
    out.extend_from_slice(&cbor::encode(&Wire::from(section))?);
    Ok(())
}

/// The sections in `bytes`, which must be as many as `count` and nothing else.
pub fn decode_all(bytes: &[u8], count: u64) -> Result<Vec<MapSection>, FormatError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    refuse_unless(count <= bytes.len() / SECTION_BYTES_MIN, "number of sections")?;
    refuse_unless(count_items(bytes)? == count, "number of sections")?;
    let mut decoder = minicbor::Decoder::new(bytes);
    // Made as long as it will be, but for sections that are there: a vector that grows takes twice as much.
    let mut sections = Vec::with_capacity(count);
    while decoder.position() < bytes.len() {
        let wire: Wire = decoder.decode().map_err(|error| cbor::refused(&error))?;
        sections.push(MapSection::try_from(wire)?);
    }
    Ok(sections)
}

/// How many items of CBOR there are, whatever they are.
fn count_items(bytes: &[u8]) -> Result<usize, FormatError> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let mut count = 0;
    while decoder.position() < bytes.len() {
        decoder.skip().map_err(|error| cbor::refused(&error))?;
        count += 1;
    }
    Ok(count)
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
    #[n(19)]
    collations: Option<Vec<ByteVec>>,
    #[n(20)]
    generated: Option<Vec<u32>>,
    #[n(21)]
    shares_chunks: Option<u64>,
    #[n(22)]
    text: Option<ByteVec>,
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

fn name(schema: Option<ByteVec>, name: Option<ByteVec>) -> Result<Option<MapTableName>, FormatError> {
    refuse_unless(schema.is_none() || name.is_some(), "schema without a name")?;
    Ok(name.map(|name| MapTableName { schema: schema.map(Vec::from), name: name.into() }))
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
            collations: wire_names(&section.collations),
            generated: (!section.generated.is_empty()).then(|| section.generated.clone()),
            shares_chunks: unless_zero(u64::from(section.shares_chunks)),
            text: (!section.text.is_empty()).then(|| section.text.clone().into()),
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
        Ok(Self {
            kind: MapSectionKind::of_number(wire.kind),
            bytes: wire.bytes,
            chunks: wire.chunks.unwrap_or(0),
            table: name(wire.table_schema, wire.table)?,
            object: name(wire.object_schema, wire.object)?,
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
            collations: names(wire.collations),
            generated: wire.generated.unwrap_or_default(),
            shares_chunks: wire.shares_chunks.unwrap_or(0) != 0,
            text: wire.text.map(Vec::from).unwrap_or_default(),
        })
    }
}
