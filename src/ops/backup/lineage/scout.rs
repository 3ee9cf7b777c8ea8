//! Looks all over last night's stream for what the window does not have: where much was put in or taken away, or tables changed places.
//!
//! Some places of a stream are told by the bytes before them alone. Those of last night's stream are remembered, each by a hash and where it is;
//! those of a new chunk that are among them tell how far the two streams are apart. The stream is read on for this only as
//! far as what was lost is worth it, and once in all.

use std::collections::HashMap;
use std::sync::Arc;

use super::ahead::Ahead;
use crate::base::limits::{SCOUT_BYTES_A_BYTE, SCOUT_PLACES_MAX};
use crate::format::Recipe;
use crate::repo::ChunkReader;

/// One place in 4 KiB is remembered at first: so many low bits of its hash are zero.
const SPARSENESS_FIRST: u32 = 12;
/// Places that tell about the same distance, give or take so many bytes, tell it together.
const DISTANCE_BYTES: u64 = 256 * 1024;
/// A chunk with so many places needs two of them to agree.
const PLACES_SURE: usize = 4;

/// What is remembered of a stream.
#[derive(Debug)]
pub struct Scout<'r> {
    reader: &'r Arc<ChunkReader>,
    recipe: Recipe,
    ahead: Ahead<'r>,
    /// Where it began to read, and whether it came to the end and reads what is before that.
    first: u64,
    has_turned: bool,
    is_done: bool,
    /// Bytes that may still be read.
    allowed: u64,
    /// Where places are, by the hash of the bytes before them.
    places: HashMap<u64, u64>,
    sparseness: u32,
}

impl<'r> Scout<'r> {
    /// A scout that begins at `first` of this stream.
    pub fn new(reader: &'r Arc<ChunkReader>, recipe: &Recipe, first: u64) -> Self {
        let mut ahead = Ahead::new(reader, recipe);
        ahead.seek(first);
        Self {
            reader,
            recipe: recipe.clone(),
            ahead,
            first,
            has_turned: false,
            is_done: false,
            allowed: 0,
            places: HashMap::new(),
            sparseness: SPARSENESS_FIRST,
        }
    }

    /// Where in the stream a chunk would begin by what it has in common with it.
    pub fn find(&mut self, plain: &[u8]) -> Option<u64> {
        self.allowed = self.allowed.saturating_add(plain.len() as u64 * SCOUT_BYTES_A_BYTE);
        while self.allowed > 0 && !self.is_done {
            self.read_on();
        }
        let (mut starts, mut places) = (vec![], 0);
        each_place(plain, self.sparseness, |hash, at| {
            places += 1;
            starts.extend(self.places.get(&hash).and_then(|place| place.checked_sub(at as u64)));
        });
        let needed = if places < PLACES_SURE { 1 } else { 2 };
        starts.sort_unstable();
        let near =
            |start: &u64| starts.partition_point(|other| *other <= start.saturating_add(DISTANCE_BYTES));
        let agreeing = |(number, start): (usize, &u64)| (near(start) - number, *start);
        let best = starts.iter().enumerate().map(agreeing).max_by_key(|(count, _)| *count);
        best.filter(|(count, _)| *count >= needed).map(|(_, start)| start)
    }

    /// Reads the next chunk. What cannot be read is the end.
    fn read_on(&mut self) {
        let chunk = self.ahead.next().flatten().filter(|chunk| !self.has_turned || chunk.start < self.first);
        let Some(chunk) = chunk else {
            if self.has_turned {
                self.is_done = true;
            } else {
                self.has_turned = true;
                self.ahead = Ahead::new(self.reader, &self.recipe);
            }
            return;
        };
        let plain = chunk.base.plain();
        self.allowed = self.allowed.saturating_sub(plain.len() as u64);
        let places = &mut self.places;
        each_place(plain, self.sparseness, |hash, at| {
            places.entry(hash).or_insert(chunk.start + at as u64);
        });
        if self.places.len() > SCOUT_PLACES_MAX {
            self.sparseness += 1;
            let sparseness = self.sparseness;
            self.places.retain(|hash, _| is_place(*hash, sparseness));
        }
    }
}

const fn is_place(hash: u64, sparseness: u32) -> bool {
    hash.leading_zeros() >= sparseness
}

/// Tells the places in `plain` with the hash of the 64 bytes before each.
fn each_place(plain: &[u8], sparseness: u32, mut tell: impl FnMut(u64, usize)) {
    let (mut hash, mut last) = (0_u64, 0);
    for (at, byte) in plain.iter().enumerate() {
        hash = (hash << 1).wrapping_add(mixed(*byte));
        // A run of equal bytes is the same place everywhere.
        if is_place(hash, sparseness) && hash != last && at >= 64 {
            last = hash;
            tell(hash, at);
        }
    }
}

/// A number for each byte, unlike all others.
const fn mixed(byte: u8) -> u64 {
    let bits = (byte as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}
