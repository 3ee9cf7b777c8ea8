//! Streams: a recipe expanded to its chunks, and their bytes one after another.

use std::collections::VecDeque;
use std::io;

use super::{ChunkReader, RepoError, Subject};
use crate::format::recipe::{RECORD_BYTES, decode_records};
use crate::format::{Recipe, Record};

/// The chunks and holes of a stream, in order, read as they are needed.
#[derive(Debug)]
pub struct Records<'a> {
    reader: &'a ChunkReader,
    levels: Vec<VecDeque<Record>>,
}

impl<'a> Records<'a> {
    /// The records of a recipe of any depth.
    pub fn new(reader: &'a ChunkReader, recipe: &Recipe) -> Self {
        // The last level is that of the stream itself; those before it are records of records.
        let mut levels = vec![VecDeque::new(); usize::from(recipe.depth) + 1];
        if let Some(top) = levels.first_mut() {
            top.extend(&recipe.records);
        }
        Self { reader, levels }
    }

    /// Goes over `count` chunks or holes, and reads of their records only what it must; fewer at the end.
    ///
    /// # Errors
    /// Those of [`Self::next_record`].
    pub fn skip_records(&mut self, count: u64) -> Result<(), RepoError> {
        let mut left = count;
        while left > 0 {
            let Some(at) = self.levels.iter().rposition(|level| !level.is_empty()) else { return Ok(()) };
            // A chunk of the last records but one says by its length how many it holds.
            let holds_last = at + 2 == self.levels.len();
            let is_last = at + 1 == self.levels.len();
            let Some(level) = self.levels.get_mut(at) else { return Ok(()) };
            let Some(first) = level.front() else { return Ok(()) };
            let records = match () {
                () if is_last => 1,
                () if holds_last => u64::from(first.bytes) / RECORD_BYTES as u64,
                () => u64::MAX,
            };
            if records <= left {
                level.pop_front();
                left -= records;
            } else {
                self.expand(at)?;
            }
        }
        Ok(())
    }

    /// The next chunk or hole; `None` at the end.
    ///
    /// # Errors
    /// Those of reading a chunk; [`RepoError::Damaged`] for records that are not possible.
    pub fn next_record(&mut self) -> Result<Option<Record>, RepoError> {
        loop {
            let Some(at) = self.levels.iter().rposition(|level| !level.is_empty()) else { return Ok(None) };
            if at + 1 == self.levels.len() {
                return Ok(self.levels.get_mut(at).and_then(VecDeque::pop_front));
            }
            self.expand(at)?;
        }
    }

    /// Puts the records of the first chunk of records at this level on the level below, which is empty.
    fn expand(&mut self, at: usize) -> Result<(), RepoError> {
        let Some(record) = self.levels.get_mut(at).and_then(VecDeque::pop_front) else { return Ok(()) };
        let records = Self::below(self.reader, &record)?;
        let is_last = at + 2 == self.levels.len();
        if !is_last && records.iter().any(Record::is_hole) {
            return Err(RepoError::damaged(Subject::Chunk(record.id), "a hole among records of records"));
        }
        if let Some(below) = self.levels.get_mut(at + 1) {
            below.extend(records);
        }
        Ok(())
    }

    /// The records in the chunk that a record of records stands for.
    ///
    /// # Errors
    /// Those of [`Self::next_record`].
    pub(super) fn below(reader: &ChunkReader, record: &Record) -> Result<Vec<Record>, RepoError> {
        let damaged = |reason: &dyn std::fmt::Display| RepoError::damaged(Subject::Chunk(record.id), reason);
        let bytes = reader.chunk(&record.id)?;
        if bytes.len() != record.bytes as usize {
            return Err(damaged(&"its length is not the one its recipe says"));
        }
        decode_records(&bytes).map_err(|error| damaged(&error))
    }
}

/// The bytes of a stream, holes as zeros; every chunk is compared with its id before a byte of it is given.
#[derive(Debug)]
pub struct StreamReader<'a> {
    records: Records<'a>,
    chunk: Vec<u8>,
    offset: usize,
    zeros: u64,
}

impl<'a> StreamReader<'a> {
    /// A reader at the start of the stream.
    pub fn new(reader: &'a ChunkReader, recipe: &Recipe) -> Self {
        Self { records: Records::new(reader, recipe), chunk: Vec::new(), offset: 0, zeros: 0 }
    }

    /// The next bytes, at most 128 KiB of a hole or one chunk; empty at the end.
    ///
    /// # Errors
    /// Those of reading a chunk.
    pub fn next_bytes(&mut self) -> Result<&[u8], RepoError> {
        const ZEROS: &[u8] = &[0; 128 * 1024];
        if self.offset >= self.chunk.len() && self.zeros == 0 {
            let Some(record) = self.records.next_record()? else { return Ok(&[]) };
            if record.is_hole() {
                self.zeros = u64::from(record.bytes);
            } else {
                self.chunk = self.records.reader.chunk(&record.id)?;
                self.offset = 0;
                if self.chunk.len() != record.bytes as usize {
                    let reason = "its length is not the one its recipe says";
                    return Err(RepoError::damaged(Subject::Chunk(record.id), reason));
                }
            }
        }
        if self.zeros > 0 {
            let count = usize::try_from(self.zeros).unwrap_or(usize::MAX).min(ZEROS.len());
            self.zeros -= count as u64;
            return Ok(ZEROS.get(..count).unwrap_or_default());
        }
        let rest = self.chunk.get(self.offset..).unwrap_or_default();
        self.offset = self.chunk.len();
        Ok(rest)
    }
}

impl io::Read for StreamReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.next_bytes().map_err(io::Error::other)?;
        let count = bytes.len().min(out.len());
        let is_hole = !std::ptr::eq(bytes.as_ptr_range().end, bytes.as_ptr()) && bytes.len() > count;
        if let (Some(to), Some(from)) = (out.get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        let left = bytes.len() - count;
        if is_hole && self.offset >= self.chunk.len() && self.chunk.is_empty() {
            self.zeros += left as u64;
        } else {
            self.offset -= left.min(self.offset);
        }
        Ok(count)
    }
}
