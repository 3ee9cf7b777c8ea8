#![doc = include_str!("../../format-spec/table-map.md")]

mod kind;
mod page;
mod section;
mod wire;

pub use kind::MapSectionKind;
pub use page::{KEY_BYTES, PAGE_BYTES, Page, PageKeys, key_of_bytes, key_of_integer};
pub use section::{KeyKind, MapSection, MapTableName, RowsForm, TEXT_BYTES_MAX};

use super::{FormatError, refuse_unless};
use crate::base::Fields;
use crate::base::limits::{MAP_PAGES_MAX, MAP_SECTIONS_BYTES_MAX, MAP_SECTIONS_MAX};

/// Bytes of the trailer.
pub const TRAILER_BYTES: usize = 96;
const MAGIC: [u8; 8] = *b"STRGTMAP";

/// What a dump is written in, as the trailer numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MapDialect {
    /// MySQL and MariaDB.
    MySql,
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// The end of a table map, which tells where everything else in it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapTrailer {
    /// How many pages there are.
    pub pages: u64,
    /// Bytes of the sections.
    pub sections_bytes: u64,
    /// How many sections there are.
    pub sections: u64,
    /// Length of the dump.
    pub dump_bytes: u64,
    /// Chunks of the dump.
    pub dump_chunks: u64,
    /// Its grammar.
    pub dialect: MapDialect,
    /// Number of the program that wrote it; 0 for one that has none.
    pub producer: u8,
}

impl MapTrailer {
    /// The 96 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(TRAILER_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&1_u16.to_le_bytes());
        out.extend_from_slice(&[0; 6]);
        for number in [self.pages, self.sections_bytes, self.sections, self.dump_bytes, self.dump_chunks] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.push(match self.dialect {
            MapDialect::MySql => 1,
            MapDialect::Postgres => 2,
            MapDialect::Sqlite => 3,
        });
        out.push(self.producer);
        out.resize(TRAILER_BYTES, 0);
        out
    }

    /// The trailer in `bytes`, which must be nothing else, of a map of `map_bytes`.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(bytes: &[u8], map_bytes: u64) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        fields.version(1)?;
        fields.zeros(6)?;
        let mut numbers = [0; 5];
        for number in &mut numbers {
            *number = fields.u64_le()?;
        }
        let [pages, sections_bytes, sections, dump_bytes, dump_chunks] = numbers;
        let dialect = match fields.u8()? {
            1 => MapDialect::MySql,
            2 => MapDialect::Postgres,
            3 => MapDialect::Sqlite,
            _ => return Err(FormatError::Value { field: "dialect" }),
        };
        let producer = fields.u8()?;
        fields.zeros(38)?;
        fields.end()?;
        let trailer = Self { pages, sections_bytes, sections, dump_bytes, dump_chunks, dialect, producer };
        trailer.check()?;
        let whole = trailer.sections_offset() + sections_bytes + TRAILER_BYTES as u64;
        refuse_unless(whole == map_bytes, "length of the map")?;
        Ok(trailer)
    }

    /// Holds if no reader refuses the map for its size; a writer asks before it names one.
    ///
    /// # Errors
    /// [`FormatError::Value`].
    pub fn check(&self) -> Result<(), FormatError> {
        refuse_unless(self.pages <= MAP_PAGES_MAX, "number of pages")?;
        refuse_unless(self.sections <= MAP_SECTIONS_MAX, "number of sections")?;
        refuse_unless(self.sections_bytes <= MAP_SECTIONS_BYTES_MAX, "length of the sections")
    }

    /// Where the sections begin in the map.
    pub const fn sections_offset(&self) -> u64 {
        self.pages * PAGE_BYTES as u64
    }

    /// The sections in `bytes`, checked against what the trailer says.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode_sections(&self, bytes: &[u8]) -> Result<Vec<MapSection>, FormatError> {
        let sections = wire::decode_all(bytes, self.sections)?;
        let (mut dump_bytes, mut chunks, mut pages) = (Some(0_u64), 0_u64, 0_u64);
        let mut must_begin_chunk = true;
        for section in &sections {
            section.check()?;
            if section.bytes > 0 {
                refuse_unless(section.chunks > 0 || !must_begin_chunk, "section without a chunk")?;
                must_begin_chunk = section.has_pages();
            }
            dump_bytes = dump_bytes.and_then(|bytes| bytes.checked_add(section.bytes));
            // No section has more chunks than bytes: where these do not overflow, those do not.
            chunks = chunks.saturating_add(section.chunks);
            pages = pages.saturating_add(section.pages());
        }
        refuse_unless(dump_bytes == Some(self.dump_bytes), "length of the dump")?;
        refuse_unless(chunks == self.dump_chunks, "number of chunks")?;
        refuse_unless(pages == self.pages, "pages of the sections")?;
        Ok(sections)
    }
}

#[cfg(test)]
mod tests;
