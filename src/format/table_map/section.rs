//! Sections: what the parts of a dump are.

use super::{MapSectionKind, Page, wire};
use crate::format::{FormatError, refuse_unless};

/// What the keys in a table's pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Integers.
    Integer,
    /// Bytes.
    Bytes,
}

/// Most bytes of a header or a footer that stand in the map.
pub const TEXT_BYTES_MAX: usize = 2048;

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
    /// Their collations, empty where none is told; of none if there are fewer.
    pub collations: Vec<Vec<u8>>,
    /// The columns that the server computes, from 0.
    pub generated: Vec<u32>,
    /// Columns of the primary key, from 0.
    pub primary_key: Vec<u32>,
    /// Which column of a row the keys in the pages are of, and what they are.
    pub key: Option<(u32, KeyKind)>,
    /// Whether the dump has all of it.
    pub is_whole: bool,
    /// Of data: its chunks hold what stands beside it too, and it has no pages.
    pub shares_chunks: bool,
    /// Why it is not.
    pub note: Option<String>,
    /// How its rows stand there; `None` if that is not understood.
    pub form: Option<RowsForm>,
    /// The database that was current before it.
    pub database: Option<Vec<u8>>,
    /// What ends a statement where it begins, if that is not `;`.
    pub delimiter: Option<Vec<u8>>,
    /// Of a header or a footer: its bytes, if they are at most [`TEXT_BYTES_MAX`]; else empty.
    pub text: Vec<u8>,
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
            collations: vec![],
            generated: vec![],
            primary_key: vec![],
            key: None,
            is_whole: true,
            shares_chunks: false,
            note: None,
            form: None,
            database: None,
            delimiter: None,
            text: vec![],
        }
    }

    /// Whether no chunk of it holds anything else, and there is a page for each.
    pub fn has_pages(&self) -> bool {
        self.kind == MapSectionKind::TableData && !self.shares_chunks
    }

    /// How many pages it has.
    pub fn pages(&self) -> u64 {
        if self.has_pages() { self.chunks } else { 0 }
    }

    /// Appends it to `out`.
    ///
    /// # Errors
    /// [`FormatError`] for what a reader would refuse.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.check()?;
        wire::encode(self, out)
    }

    /// Its pages in `bytes`, which must be all of them and nothing else.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode_pages(&self, bytes: &[u8]) -> Result<Vec<Page>, FormatError> {
        let pages = Page::decode_all(bytes)?;
        refuse_unless(pages.len() as u64 == self.pages(), "number of pages")?;
        let rows: u64 = pages.iter().map(|page| u64::from(page.rows)).sum();
        refuse_unless(rows == self.rows || !self.has_pages(), "rows of the pages")?;
        Ok(pages)
    }

    /// Holds if the section is possible by itself.
    pub(super) fn check(&self) -> Result<(), FormatError> {
        let columns = self.columns.len();
        refuse_unless(self.types.is_empty() || self.types.len() == columns, "number of types")?;
        let is_inside = self.primary_key.iter().all(|at| (*at as usize) < columns);
        refuse_unless(is_inside, "column of the primary key")?;
        let has_frame_kind = matches!(self.kind, MapSectionKind::Header | MapSectionKind::Footer);
        let is_its_own =
            self.text.len() as u64 == self.bytes && self.text.len() <= TEXT_BYTES_MAX && has_frame_kind;
        refuse_unless(self.text.is_empty() || is_its_own, "text of a section")?;
        refuse_unless(self.chunks <= self.bytes, "chunks of a section")?;
        refuse_unless(self.rows <= self.bytes, "rows of a section")?;
        let begins_with_chunk = !self.has_pages() || self.bytes == 0 || self.chunks > 0;
        refuse_unless(begins_with_chunk, "section without a chunk")
    }
}
