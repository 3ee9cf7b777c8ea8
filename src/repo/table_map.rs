//! A table map, read: the sections of a dump, where each lies, and the pages of one table when they are asked for.

use std::ops::Range;

use super::{ChunkReader, Records, RepoError, Subject};
use crate::base::escape;
use crate::base::limits::MAP_RECORDS_MAX;
use crate::format::table_map::{MapSection, MapTrailer, PAGE_BYTES, Page, TRAILER_BYTES};
use crate::format::{FormatError, Record, TableMapRef};

/// A section and where it lies.
#[derive(Debug, Clone)]
pub struct PlacedSection {
    /// What it is.
    pub section: MapSection,
    /// Bytes of the dump.
    pub range: Range<u64>,
    /// A place at or before its start where a chunk begins.
    pub anchor: Anchor,
    /// Its pages in the map, if it has any; then chunk `anchor.chunk + n` has the nth.
    pub pages: Range<u64>,
}

/// A place in a dump where a chunk begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anchor {
    /// Which chunk, from 0.
    pub chunk: u64,
    /// Where it begins in the dump.
    pub offset: u64,
}

/// The table map of a dump.
#[derive(Debug)]
pub struct TableMap<'r> {
    reader: &'r ChunkReader,
    path: String,
    records: Vec<Record>,
    /// What the map's end says.
    pub trailer: MapTrailer,
    /// The sections, which tile the dump.
    pub sections: Vec<PlacedSection>,
}

impl<'r> TableMap<'r> {
    /// The map that `at` names; its pages are not read.
    ///
    /// # Errors
    /// Those of reading chunks; [`RepoError::Damaged`] if it is no map.
    pub fn open(reader: &'r ChunkReader, at: &TableMapRef) -> Result<Self, RepoError> {
        let path = escape(&at.path);
        let mut stream = Records::new(reader, &at.recipe);
        let mut records = vec![];
        while let Some(record) = stream.next_record()? {
            if record.is_hole() {
                return Err(damaged(&path, &"it has a hole"));
            }
            if records.len() == MAP_RECORDS_MAX {
                return Err(damaged(&path, &"it has too many chunks"));
            }
            records.push(record);
        }
        let map_bytes: u64 = records.iter().map(|record| u64::from(record.bytes)).sum();
        let refused = |error: FormatError| damaged(&path, &error);
        let end = map_bytes
            .checked_sub(TRAILER_BYTES as u64)
            .ok_or_else(|| damaged(&path, &"it is shorter than its end"))?;
        let trailer = bytes_of(reader, &records, end..map_bytes)?;
        let trailer = MapTrailer::decode(&trailer, map_bytes).map_err(refused)?;
        let sections = bytes_of(reader, &records, trailer.sections_offset()..end)?;
        let sections = place(trailer.decode_sections(&sections).map_err(refused)?);
        Ok(Self { reader, path, records, trailer, sections })
    }

    /// The pages of a section.
    ///
    /// # Errors
    /// Those of reading chunks; [`RepoError::Damaged`].
    pub fn pages(&self, section: &PlacedSection) -> Result<Vec<Page>, RepoError> {
        let bytes = section.pages.start * PAGE_BYTES as u64..section.pages.end * PAGE_BYTES as u64;
        let bytes = bytes_of(self.reader, &self.records, bytes)?;
        section.section.decode_pages(&bytes).map_err(|error| damaged(&self.path, &error))
    }
}

fn damaged(path: &str, reason: &dyn std::fmt::Display) -> RepoError {
    RepoError::damaged(Subject::Object(format!("table map of {path}")), reason)
}

/// Some bytes of a stream whose records are known.
fn bytes_of(reader: &ChunkReader, records: &[Record], range: Range<u64>) -> Result<Vec<u8>, RepoError> {
    let mut out = vec![];
    let mut start = 0;
    for record in records {
        let end = start + u64::from(record.bytes);
        if start < range.end && end > range.start {
            let plain = reader.chunk(&record.id)?;
            let inside =
                |offset: u64| usize::try_from(offset.clamp(start, end) - start).unwrap_or(usize::MAX);
            let part = plain.get(inside(range.start)..inside(range.end));
            let part = part.filter(|_| plain.len() == record.bytes as usize);
            let reason = "its length is not the one its recipe says";
            out.extend_from_slice(part.ok_or_else(|| RepoError::damaged(Subject::Chunk(record.id), reason))?);
        }
        start = end;
    }
    Ok(out)
}

/// Where each section lies: the first begins at 0, and data begins and ends with a chunk.
fn place(sections: Vec<MapSection>) -> Vec<PlacedSection> {
    let (mut offset, mut chunk, mut page, mut anchor) = (0, 0, 0, Anchor::default());
    let placed = sections.into_iter().map(|section| {
        let pages = page..page + section.pages();
        if !pages.is_empty() {
            anchor = Anchor { chunk, offset };
        }
        let range = offset..offset + section.bytes;
        let placed = PlacedSection { range: range.clone(), anchor, pages: pages.clone(), section };
        (offset, page) = (range.end, pages.end);
        chunk += placed.section.chunks;
        if !pages.is_empty() {
            anchor = Anchor { chunk, offset };
        }
        placed
    });
    placed.collect()
}
