//! A table map, read: the sections of a dump, where each lies, and the pages of one table when they are asked for, a few at a time.

use std::ops::Range;

use super::{ChunkReader, Records, RepoError, Subject};
use crate::base::escape;
use crate::base::limits::MAP_RECORDS_MAX;
use crate::format::table_map::{MapSection, MapSectionKind, MapTrailer, PAGE_BYTES, Page, TRAILER_BYTES};
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
    stream: Stream,
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
        let stream = Stream::open(reader, at, &path)?;
        let map_bytes = stream.bytes();
        let refused = |error: FormatError| damaged(&path, &error);
        let end = map_bytes
            .checked_sub(TRAILER_BYTES as u64)
            .ok_or_else(|| damaged(&path, &"it is shorter than its end"))?;
        let trailer =
            MapTrailer::decode(&stream.read(reader, end..map_bytes)?, map_bytes).map_err(refused)?;
        let sections = stream.read(reader, trailer.sections_offset()..end)?;
        let sections = place(trailer.decode_sections(&sections).map_err(refused)?);
        Ok(Self { reader, path, stream, trailer, sections })
    }

    /// The pages of a section, in order: no more of them than a chunk of the map has are in memory. What is wrong with them all is
    /// said at the end.
    pub fn pages<'m>(&'m self, placed: &'m PlacedSection) -> Pages<'m> {
        let left = placed.pages.start * PAGE_BYTES as u64..placed.pages.end * PAGE_BYTES as u64;
        let section = &placed.section;
        let rows =
            if section.kind == MapSectionKind::TableData && !section.has_pages() { section.rows } else { 0 };
        Pages { map: self, section, left, begun: vec![], ready: vec![].into_iter(), rows }
    }
}

/// The pages of a section.
#[derive(Debug)]
pub struct Pages<'m> {
    map: &'m TableMap<'m>,
    section: &'m MapSection,
    /// Bytes of the map that have not been read.
    left: Range<u64>,
    /// The front of a page whose other bytes are in the next chunk.
    begun: Vec<u8>,
    ready: std::vec::IntoIter<Page>,
    /// Rows of the pages so far.
    rows: u64,
}

impl Iterator for Pages<'_> {
    type Item = Result<Page, RepoError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(page) = self.ready.next() {
                self.rows = self.rows.saturating_add(u64::from(page.rows));
                return Some(Ok(page));
            }
            if self.left.is_empty() {
                let told = std::mem::replace(&mut self.rows, self.section.rows);
                let error = FormatError::Value { field: "rows of the pages" };
                return (told != self.section.rows).then(|| Err(damaged(&self.map.path, &error)));
            }
            if let Err(error) = self.advance() {
                (self.left, self.rows) = (0..0, self.section.rows);
                return Some(Err(error));
            }
        }
    }
}

impl Pages<'_> {
    /// Reads what the next chunk of the map has of the section.
    fn advance(&mut self) -> Result<(), RepoError> {
        let end = self.map.stream.end_of_chunk(self.left.start).min(self.left.end);
        let mut bytes = std::mem::take(&mut self.begun);
        bytes.extend(self.map.stream.read(self.map.reader, self.left.start..end)?);
        self.left.start = end;
        self.begun = bytes.split_off(bytes.len() - bytes.len() % PAGE_BYTES);
        let pages = Page::decode_all(&bytes).map_err(|error| damaged(&self.map.path, &error))?;
        self.ready = pages.into_iter();
        Ok(())
    }
}

fn damaged(path: &str, reason: &dyn std::fmt::Display) -> RepoError {
    RepoError::damaged(Subject::Object(format!("table map of {path}")), reason)
}

/// The chunks of a map, and where each ends.
#[derive(Debug)]
struct Stream {
    records: Vec<Record>,
    ends: Vec<u64>,
}

impl Stream {
    fn open(reader: &ChunkReader, at: &TableMapRef, path: &str) -> Result<Self, RepoError> {
        let mut all = Records::new(reader, &at.recipe);
        let (mut records, mut ends, mut end) = (vec![], vec![], 0);
        while let Some(record) = all.next_record()? {
            if record.is_hole() {
                return Err(damaged(path, &"it has a hole"));
            }
            if records.len() == MAP_RECORDS_MAX {
                return Err(damaged(path, &"it has too many chunks"));
            }
            end += u64::from(record.bytes);
            records.push(record);
            ends.push(end);
        }
        Ok(Self { records, ends })
    }

    fn bytes(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Where the chunk ends that the byte at `offset` is in; the end of the stream behind it.
    fn end_of_chunk(&self, offset: u64) -> u64 {
        let at = self.ends.partition_point(|end| *end <= offset);
        self.ends.get(at).copied().unwrap_or_else(|| self.bytes())
    }

    /// Some bytes, which must be there.
    fn read(&self, reader: &ChunkReader, range: Range<u64>) -> Result<Vec<u8>, RepoError> {
        let mut out = vec![];
        let first = self.ends.partition_point(|end| *end <= range.start);
        for (record, end) in self.records.iter().zip(&self.ends).skip(first) {
            let start = end - u64::from(record.bytes);
            if start >= range.end {
                break;
            }
            let plain = reader.chunk(&record.id)?;
            let inside =
                |offset: u64| usize::try_from(offset.clamp(start, *end) - start).unwrap_or(usize::MAX);
            let part = plain.get(inside(range.start)..inside(range.end));
            let part = part.filter(|_| plain.len() == record.bytes as usize);
            let reason = "its length is not the one its recipe says";
            out.extend_from_slice(part.ok_or_else(|| RepoError::damaged(Subject::Chunk(record.id), reason))?);
        }
        Ok(out)
    }
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

#[cfg(test)]
mod tests;
