//! Last night's chunks of one file in order, read by the pool before they are asked for.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::super::step::{Promise, job};
use crate::base::ChunkId;
use crate::base::limits::{LINEAGE_CHUNKS_AHEAD_MAX, LINEAGE_READS_AHEAD};
use crate::format::{Recipe, Record};
use crate::repo::{BaseChunk, ChunkReader, Records};

/// A chunk of last night's stream.
#[derive(Debug)]
pub struct Placed {
    /// Where it begins in the stream.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
    /// What it is.
    pub base: BaseChunk,
}

/// Chunks of one region, next to each other in the stream, that are being read together.
#[derive(Debug)]
struct Reading {
    starts: VecDeque<u64>,
    chunks: Option<Promise<Option<Vec<BaseChunk>>>>,
    read: VecDeque<BaseChunk>,
}

/// The chunks that come, as far as is looked ahead.
#[derive(Debug)]
pub struct Ahead<'r> {
    reader: &'r Arc<ChunkReader>,
    recipe: Recipe,
    records: Records<'r>,
    /// Where the next of `records` begins.
    offset: u64,
    coming: VecDeque<(u64, Record)>,
    by_id: HashMap<ChunkId, u64>,
    readings: VecDeque<Reading>,
}

impl<'r> Ahead<'r> {
    /// Those of `recipe`.
    pub fn new(reader: &'r Arc<ChunkReader>, recipe: &Recipe) -> Self {
        let records = Records::new(reader, recipe);
        let (coming, by_id, readings) = (VecDeque::new(), HashMap::new(), VecDeque::new());
        Self { reader, recipe: recipe.clone(), records, offset: 0, coming, by_id, readings }
    }

    /// Whose chunks they are.
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Where a chunk that comes begins.
    pub fn find(&mut self, id: &ChunkId) -> Option<u64> {
        self.look_ahead()?;
        self.by_id.get(id).copied()
    }

    /// Goes to a chunk at or before the one in which `offset` is, in what is being read already as far as that goes.
    pub fn seek(&mut self, offset: u64) {
        let first = |reading: &Reading| reading.starts.front().copied();
        let next = self.coming.front().map_or(self.offset, |(start, _)| *start);
        if offset < self.readings.front().and_then(first).unwrap_or(next) {
            *self = Self::new(self.reader, &self.recipe);
        }
        // Of the last reading it is not known where it ends, but not behind what comes next.
        while !self.readings.is_empty() && self.readings.get(1).and_then(first).unwrap_or(next) <= offset {
            self.readings.pop_front();
        }
        while self.look_ahead().is_some() {
            let Some((start, record)) = self.coming.front() else { break };
            if start + u64::from(record.bytes) > offset {
                break;
            }
            self.by_id.remove(&record.id);
            self.coming.pop_front();
        }
    }

    /// The next chunk; holes are passed over. `Some(None)` at the end, `None` if it cannot be read.
    pub fn next(&mut self) -> Option<Option<Placed>> {
        loop {
            while self.readings.len() < LINEAGE_READS_AHEAD && self.read_more()? {}
            let Some(reading) = self.readings.front_mut() else { return Some(None) };
            if let Some(promise) = reading.chunks.take() {
                reading.read = promise.recv().ok()??.into();
            }
            let Some((start, base)) = reading.starts.pop_front().zip(reading.read.pop_front()) else {
                self.readings.pop_front();
                continue;
            };
            let end = start + base.plain().len() as u64;
            return Some(Some(Placed { start, end, base }));
        }
    }

    /// Has the pool read what comes next and lies in one region; `false` at the end.
    fn read_more(&mut self) -> Option<bool> {
        self.look_ahead()?;
        let (mut starts, mut ids, mut region) = (VecDeque::new(), vec![], None);
        while let Some((start, record)) = self.coming.front() {
            if !record.is_hole() {
                let place = self.reader.locate(&record.id).ok().map(|place| (place.pack, place.region))?;
                if region.is_some_and(|region| region != place) {
                    break;
                }
                region = Some(place);
                starts.push_back(*start);
                ids.push(record.id);
            }
            self.by_id.remove(&record.id);
            self.coming.pop_front();
        }
        if ids.is_empty() {
            return Some(false);
        }
        let reader = self.reader.clone();
        let read = move || ids.iter().map(|id| reader.base_chunk(id).ok()).collect();
        self.readings.push_back(Reading { starts, chunks: Some(job(read)), read: VecDeque::new() });
        Some(true)
    }

    /// Reads on in the recipe; `None` if it cannot be read.
    fn look_ahead(&mut self) -> Option<()> {
        if self.coming.len() > LINEAGE_CHUNKS_AHEAD_MAX / 2 {
            return Some(());
        }
        while self.coming.len() < LINEAGE_CHUNKS_AHEAD_MAX {
            let Some(record) = self.records.next_record().ok()? else { break };
            self.coming.push_back((self.offset, record));
            if !record.is_hole() {
                self.by_id.entry(record.id).or_insert(self.offset);
            }
            self.offset = self.offset.saturating_add(u64::from(record.bytes));
        }
        Some(())
    }
}
