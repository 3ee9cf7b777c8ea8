//! What the lexer says and what the chunker cuts, brought together to a table map.
//!
//! The lexer runs ahead of the cuts. Rows and sections wait here until the cuts have passed them; pages are encoded as soon as that is so, and
//! memory does not grow with the dump.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use super::frame::{DumpTally, Frame};
use super::marks::Marking;
use super::names;
use super::waiting::{Drafted, Waiting, key_of, pop_front_if};
use super::walls::{Hint, Walls};
use crate::chunker::CutHint;
use crate::format::FormatError;
use crate::format::table_map::{KeyKind, MapSectionKind, MapTrailer, Page, PageKeys};
use crate::sql::{self, Row, Section, Sink, TableName};

/// Makes the table map of one dump.
#[derive(Debug)]
pub struct Mapping {
    trailer: MapTrailer,
    /// What the chunks are marked with.
    pub marks: Marking,
    hints: VecDeque<Hint>,
    walls: Walls,
    rows: VecDeque<Waiting>,
    ended: VecDeque<Section>,
    /// Pages of the section that the cuts are in, and what its keys were so far.
    pages: Vec<Drafted>,
    key_kind: Option<KeyKind>,
    /// Chunks that began in that section.
    chunks: u64,
    /// Rows that began in those chunks.
    has_rows: bool,
    /// Whether pages of that section have been handed on: then it is one with rows.
    is_data: bool,
    section_start: u64,
    /// Whether a chunk begins there.
    begins_with_chunk: bool,
    /// Where the last row ends that was told: none that is still to come begins before that.
    rows_end: u64,
    out: Vec<u8>,
    sections: Vec<u8>,
    frame: Frame,
    tables: HashSet<(Option<Vec<u8>>, TableName)>,
    rows_told: u64,
    refused: Option<FormatError>,
}

/// Pages that wait for the end of their section; more are handed on when rows have been seen.
const PAGES_WAITING_MAX: usize = 1024;

impl Sink for Mapping {
    fn row(&mut self, row: Row<'_>) {
        self.marks.row(&row);
        self.rows_end = row.end;
        if row.end >= self.trailer.dump_bytes {
            self.hints.push_back(Hint { offset: row.end, is_wall: false });
        }
        let waiting = Waiting { start: row.start, key: row.key.and_then(key_of) };
        if row.start < self.trailer.dump_bytes {
            self.take_late(waiting, row.end);
        } else {
            self.rows.push_back(waiting);
        }
    }

    fn section(&mut self, section: Section) {
        self.marks.section(&section);
        if section.kind == sql::SectionKind::TableData {
            self.wall(section.range.end);
        }
        if section.range.end < self.trailer.dump_bytes {
            // Chunks have been counted to a section that was over: the map would be wrong.
            self.refused.get_or_insert(FormatError::Value { field: "end of a section" });
        }
        self.ended.push_back(section);
    }

    fn wall(&mut self, offset: u64) {
        if offset < self.trailer.dump_bytes {
            return;
        }
        self.walls.push(offset);
    }
}

impl Mapping {
    /// The map of a dump of which nothing is known yet; what is shorter than `bytes_small` shares chunks with its like.
    pub fn new(dialect: sql::Dialect, producer: sql::Producer, bytes_small: u64) -> Self {
        let trailer = MapTrailer {
            pages: 0,
            sections_bytes: 0,
            sections: 0,
            dump_bytes: 0,
            dump_chunks: 0,
            dialect: names::dialect(dialect),
            producer: names::producer(producer),
        };
        Self {
            trailer,
            marks: Marking::default(),
            hints: VecDeque::new(),
            walls: Walls::new(bytes_small),
            rows: VecDeque::new(),
            ended: VecDeque::new(),
            pages: vec![],
            key_kind: None,
            chunks: 0,
            has_rows: false,
            is_data: false,
            section_start: 0,
            begins_with_chunk: true,
            rows_end: 0,
            out: vec![],
            sections: vec![],
            frame: Frame::default(),
            tables: HashSet::new(),
            rows_told: 0,
            refused: None,
        }
    }

    /// All walls before `reached` have been told; `is_end` is whether it is the dump's end. Gives up to where hints are known.
    pub fn reach(&mut self, reached: u64, is_end: bool, print: &dyn Fn(Range<u64>) -> u64) -> u64 {
        while let Some(hint) = self.walls.decide(reached, is_end, print) {
            self.hint(hint);
        }
        self.walls.undecided().map_or(reached, |wall| wall.min(reached))
    }

    fn hint(&mut self, hint: Hint) {
        let place = self.hints.partition_point(|other| other.offset < hint.offset);
        match self.hints.get_mut(place) {
            Some(other) if other.offset == hint.offset => other.is_wall |= hint.is_wall,
            _ => self.hints.insert(place, hint),
        }
    }

    /// The hints between `start` and `end`, as offsets from `start`, into `out`.
    pub fn hints(&self, start: u64, end: u64, out: &mut Vec<CutHint>) {
        out.clear();
        let from = self.hints.partition_point(|hint| hint.offset <= start);
        for hint in self.hints.range(from..).take_while(|hint| hint.offset <= end) {
            let offset = usize::try_from(hint.offset - start).unwrap_or(usize::MAX);
            out.push(if hint.is_wall { CutHint::Hard(offset) } else { CutHint::Soft(offset) });
        }
    }

    /// A chunk was cut from `start` to `end`; what the lexer will say is behind `end`, but for the section that goes on there.
    pub fn cut(&mut self, start: u64, end: u64) {
        self.close_sections(start);
        self.trailer.dump_chunks += 1;
        self.trailer.dump_bytes = end;
        self.chunks += 1;
        let is_whole_row = start == self.section_start
            || self.hints.front().is_some_and(|hint| hint.offset == start)
            || self.hints.is_empty() && self.rows.is_empty();
        let page = Page { rows: 0, starts_inside: !is_whole_row, keys: None };
        let mut drafted = Drafted { page, start, end, is_known: true };
        while let Some(row) = pop_front_if(&mut self.rows, |row| row.start < end) {
            self.take_row(row, &mut drafted);
        }
        self.pages.push(drafted);
        if self.has_rows && self.pages.len() >= PAGES_WAITING_MAX {
            let are_done = self.pages.partition_point(|drafted| drafted.end <= self.rows_end);
            self.is_data |= are_done > 0;
            self.hand_on_pages(are_done);
        }
        while self.hints.front().is_some_and(|hint| hint.offset < end) {
            self.hints.pop_front();
        }
    }

    fn take_row(&mut self, row: Waiting, drafted: &mut Drafted) {
        let page = &mut drafted.page;
        page.rows = page.rows.saturating_add(1);
        drafted.is_known &= self.take_key(row, &mut page.keys);
        if !drafted.is_known {
            page.keys = None;
        }
        self.has_rows = true;
    }

    /// A row that is longer than what is looked ahead begins in a chunk that is cut already, and the chunks behind that begin inside of it.
    fn take_late(&mut self, row: Waiting, end: u64) {
        let place = self.pages.partition_point(|drafted| drafted.end <= row.start);
        let mut pages = self.pages.split_off(place);
        let mut drafts = pages.iter_mut();
        match drafts.next() {
            Some(first) => self.take_row(row, first),
            None => _ = self.refused.get_or_insert(FormatError::Value { field: "start of a row" }),
        }
        drafts.for_each(|drafted| drafted.page.starts_inside = drafted.start < end);
        self.pages.append(&mut pages);
    }

    /// Widens `keys` by the key of a row; `false` if it has none that can be compared with those before it.
    fn take_key(&mut self, row: Waiting, keys: &mut Option<PageKeys>) -> bool {
        let Some((key, kind)) = row.key else { return false };
        match keys {
            Some(keys) => keys.widen(key),
            None => *keys = Some(PageKeys::of(key)),
        }
        *self.key_kind.get_or_insert(kind) == kind
    }

    fn hand_on_pages(&mut self, count: usize) {
        self.trailer.pages += count as u64;
        self.pages.drain(..count).for_each(|drafted| drafted.page.encode(&mut self.out));
    }

    /// Encodes the sections that end at or before `start`, where a chunk begins.
    fn close_sections(&mut self, start: u64) {
        while let Some(section) = pop_front_if(&mut self.ended, |section| section.range.end <= start) {
            self.close(section, start);
        }
    }

    /// The next chunk begins at `start`, at or after the section's end.
    fn close(&mut self, section: Section, start: u64) {
        self.section_start = section.range.end;
        let begins = std::mem::replace(&mut self.begins_with_chunk, section.range.end == start);
        let chunks = std::mem::take(&mut self.chunks);
        let mut map = names::section(&section);
        map.chunks = chunks;
        self.frame.close(&mut map, section.range.start, section.note);
        // A section whose pages are out already has rows, whatever became of it later.
        let is_data = std::mem::take(&mut self.is_data);
        if is_data {
            map.kind = MapSectionKind::TableData;
        }
        map.shares_chunks =
            map.kind == MapSectionKind::TableData && !is_data && !(begins && self.begins_with_chunk);
        if is_data && !(begins && self.begins_with_chunk) {
            // Pages of chunks that hold something else: the map would be wrong.
            self.refused.get_or_insert(FormatError::Value { field: "borders of a section" });
        }
        let kind = self.key_kind.take();
        if map.has_pages() {
            self.hand_on_pages(self.pages.len());
            map.key = section.key_column.and_then(|column| u32::try_from(column).ok()).zip(kind);
        }
        self.pages.clear();
        self.has_rows = false;
        self.rows_told += section.rows;
        let is_table = matches!(map.kind, MapSectionKind::TableDefinition | MapSectionKind::TableData);
        if let Some(table) = section.table.filter(|_| is_table) {
            self.tables.insert((section.database, table));
        }
        self.trailer.sections += 1;
        if let Err(error) = map.encode(&mut self.sections) {
            self.refused.get_or_insert(error);
        }
    }

    /// Sees the bytes in which the lexer may have told of a header or a footer; they begin at `from`.
    pub fn look(&mut self, from: u64, window: &[u8]) {
        self.frame.keep(self.ended.iter(), from, window);
    }

    /// How many bytes of the map are ready.
    pub fn bytes_ready(&self) -> usize {
        self.out.len()
    }

    /// Bytes of the map that are ready; what comes later follows them.
    pub fn take_ready(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// The rest of the map, and what is in the dump.
    ///
    /// # Errors
    /// [`FormatError`] if what the lexer said cannot be a map.
    pub fn finish(mut self) -> Result<(Vec<u8>, DumpTally), FormatError> {
        self.close_sections(self.trailer.dump_bytes);
        if !self.ended.is_empty() {
            self.refused.get_or_insert(FormatError::Value { field: "end of a section" });
        }
        if let Some(error) = self.refused {
            return Err(error);
        }
        self.trailer.sections_bytes = self.sections.len() as u64;
        self.trailer.check()?;
        let mut out = self.out;
        out.append(&mut self.sections);
        out.extend(self.trailer.encode());
        let (tables, lacks) = (self.tables.len() as u64, self.frame.lacks());
        Ok((out, DumpTally { tables, rows: self.rows_told, lacks }))
    }
}
