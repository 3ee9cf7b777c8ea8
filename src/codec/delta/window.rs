//! What two streams have in common: a window over the old one, in which bytes of the new one are looked for.
//!
//! Where the two streams run in step nothing but a comparison happens. Where they part, the next bytes are first compared at the same
//! distance, since most changes replace bytes by as many; then samples of them are searched for a little further on, which finds what got longer or
//! shorter, and rows that came or went. Only what is not there either is looked up in a hash table of every thirty-second place of the window, which is
//! filled when it is needed first.

use std::ops::Range;

/// Bytes that a hash is made of.
const HASHED_BYTES: usize = 16;
/// Every so many bytes of the window stand in the table.
const STRIDE: usize = 32;
/// The shortest copy that is worth a step.
const COPY_BYTES_MIN: usize = 24;
/// So many bytes behind a difference are compared at the same distance.
const REPLACED_BYTES_MAX: usize = 32;
/// Behind a difference, samples of the new bytes are taken at these distances.
const SAMPLES_AT: [usize; 6] = [0, 24, 64, 128, 256, 640];
/// So many bytes before the place that a sample led to may have moved here from elsewhere.
const MOVED_BYTES_MIN: usize = 64;
/// Bytes of a sample.
const SAMPLE_BYTES: usize = 16;
/// So far beyond its distance a sample is searched for in the window.
const SEARCHED_BYTES: usize = 1024;
/// A copy that a sample leads to has so many bytes at least.
const SAMPLED_COPY_BYTES_MIN: usize = 256;
/// Buckets of the table, as a power of two: with two places each, as many as a window of 8 MiB has strides.
const BUCKETS_LOG: u32 = 17;
/// Behind so many bytes that are nowhere, not every place is looked up any more, but every third, then every fifteenth: both
/// meet every phase of [`STRIDE`].
const PATIENCE: [(usize, usize); 2] = [(512, 3), (4096, 15)];

/// Bytes that are inserted, and a copy of the old stream behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// How many bytes are inserted.
    pub insert: u32,
    /// Where in the old stream the copy begins.
    pub from: u64,
    /// How many bytes are copied; 0 for what is behind the last copy.
    pub copy: u32,
}

/// Part of an old stream.
pub struct Window {
    start: u64,
    bytes: Vec<u8>,
    /// Places that are in the table end here.
    indexed: u64,
    /// By hash: the last two places, in strides from the start of the stream.
    table: Vec<[u32; 2]>,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Window({}..{})", self.start, self.end())
    }
}

impl Default for Window {
    fn default() -> Self {
        Self { start: 0, bytes: vec![], indexed: 0, table: vec![[0; 2]; 1 << BUCKETS_LOG] }
    }
}

impl Window {
    /// Where in the stream it begins.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Where in the stream it ends.
    pub const fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Its bytes from `start` to `end` of the stream.
    pub fn get(&self, start: u64, end: u64) -> Option<&[u8]> {
        let place = |offset: u64| usize::try_from(offset.checked_sub(self.start)?).ok();
        self.bytes.get(place(start)?..place(end)?)
    }

    /// An empty window at `start`.
    pub fn restart(&mut self, start: u64) {
        self.bytes.clear();
        self.start = start;
        self.indexed = start.next_multiple_of(STRIDE as u64);
    }

    /// The next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Puts what is not there yet into the table.
    fn index(&mut self) {
        self.indexed = self.indexed.max(self.start.next_multiple_of(STRIDE as u64));
        while let Some(hash) = self.place(self.indexed).and_then(|at| hash_at(&self.bytes, at)) {
            let stride = (self.indexed / STRIDE as u64) as u32;
            if let Some(bucket) = self.table.get_mut(hash) {
                *bucket = [stride, bucket[0]];
            }
            self.indexed += STRIDE as u64;
        }
    }

    /// Forgets what is before `start`. Costs as much as what is left has bytes.
    pub fn forget_before(&mut self, start: u64) {
        let count =
            usize::try_from(start.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.drain(..count);
        self.start += count as u64;
    }

    /// What `new` has in common with the window, if it is what stood at `expected` or near it: inserts and copies that
    /// together give it.
    pub fn find(&mut self, new: &[u8], expected: u64) -> Vec<Match> {
        let mut found = Found { matches: vec![], ended: 0 };
        let mut at = 0;
        let mut old = self.place(expected).map_or(self.bytes.len(), |place| place.min(self.bytes.len()));
        while at < new.len() {
            let Some((next, from)) = self.next(new, found.ended, at, old) else { break };
            let copy = common(self.bytes.get(from..), new.get(next..));
            found.push(next, self.start + from as u64, copy);
            (at, old) = (next + copy, from + copy);
        }
        if found.ended < new.len() {
            found.push(new.len(), self.start + old as u64, 0);
        }
        found.matches
    }

    /// The next place at or behind `at` of `new` that is worth a copy, and where it is in the window.
    fn next(&mut self, new: &[u8], ended: usize, at: usize, old: usize) -> Option<(usize, usize)> {
        let is_copy = |place: usize, at: usize| {
            let new = new.get(at..).map(|new| new.get(..COPY_BYTES_MIN).unwrap_or(new));
            let bytes = common(self.bytes.get(place..), new);
            bytes > 0 && new.is_some_and(|new| bytes == new.len())
        };
        let same = (0..REPLACED_BYTES_MAX).find(|distance| is_copy(old + distance, at + distance));
        if let Some(distance) = same {
            return Some((at + distance, old + distance));
        }
        let further_on = self.further_on(new, at, old);
        let until = further_on.map_or(new.len(), |(next, _)| next);
        if until - at < MOVED_BYTES_MIN {
            return further_on;
        }
        self.index();
        self.anywhere(new, ended, at..until, old).or(further_on)
    }

    /// The same by samples, a little further on than `at` and `old`.
    fn further_on(&self, new: &[u8], at: usize, old: usize) -> Option<(usize, usize)> {
        SAMPLES_AT.into_iter().find_map(|distance| {
            let sample = new.get(at + distance..at + distance + SAMPLE_BYTES)?;
            let end = (old + distance + SEARCHED_BYTES).min(self.bytes.len());
            let place = old + memchr::memmem::find(self.bytes.get(old..end)?, sample)?;
            let before = common_before(self.bytes.get(old..place)?, new.get(at..at + distance)?);
            let bytes = common(self.bytes.get(place..), new.get(at + distance..));
            (before + bytes >= SAMPLED_COPY_BYTES_MIN).then_some((at + distance - before, place - before))
        })
    }

    /// The same by the table.
    fn anywhere(&self, new: &[u8], ended: usize, range: Range<usize>, old: usize) -> Option<(usize, usize)> {
        let Range { start: mut at, end } = range;
        while let Some(hash) = hash_at(new, at).filter(|_| at < end) {
            let bucket = self.table.get(hash).copied().unwrap_or_default();
            let places = bucket.into_iter().filter_map(|stride| self.place_of(stride));
            let copies = places.filter_map(|place| {
                let before = common_before(self.bytes.get(..place)?, new.get(ended..at)?);
                let bytes = common(self.bytes.get(place..), new.get(at..));
                (bytes >= HASHED_BYTES && before + bytes >= COPY_BYTES_MIN)
                    .then_some((at - before, place - before))
            });
            // Where the same bytes stand in several places, the copy from near by keeps step.
            if let Some(copy) = copies.min_by_key(|(_, place)| place.abs_diff(old)) {
                return Some(copy);
            }
            let alone = at - ended;
            at += PATIENCE.iter().rev().find(|(bytes, _)| alone >= *bytes).map_or(1, |(_, step)| *step);
        }
        None
    }

    /// Where in `bytes` an offset of the stream is.
    fn place(&self, offset: u64) -> Option<usize> {
        usize::try_from(offset.checked_sub(self.start)?).ok()
    }

    /// Where in `bytes` a place of the table is, if it is still in the window.
    fn place_of(&self, stride: u32) -> Option<usize> {
        let first = self.start.div_ceil(STRIDE as u64);
        let strides = stride.wrapping_sub(first as u32) as usize;
        let place = (first * STRIDE as u64 - self.start) as usize + strides * STRIDE;
        (place < self.bytes.len()).then_some(place)
    }
}

struct Found {
    matches: Vec<Match>,
    /// Where the last copy ended in the new bytes.
    ended: usize,
}

impl Found {
    fn push(&mut self, at: usize, from: u64, copy: usize) {
        self.matches.push(Match { insert: (at - self.ended) as u32, from, copy: copy as u32 });
        self.ended = at + copy;
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The bucket of the bytes at `at`.
fn hash_at(bytes: &[u8], at: usize) -> Option<usize> {
    let (first, second) = (word(bytes, at)?, word(bytes, at + 8)?);
    let mixed = first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ second.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    Some((mixed.wrapping_mul(0x9fb2_1c65_1e98_df25) >> (64 - BUCKETS_LOG)) as usize)
}

/// How many bytes are the same at the start of both.
fn common(old: Option<&[u8]>, new: Option<&[u8]>) -> usize {
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (old_words, old_rest) = old.as_chunks::<8>();
    let (new_words, new_rest) = new.as_chunks::<8>();
    let mut count = 0;
    for (old, new) in old_words.iter().zip(new_words) {
        let difference = u64::from_le_bytes(*old) ^ u64::from_le_bytes(*new);
        if difference != 0 {
            return count + difference.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    let (old, new) = match old_words.len().cmp(&new_words.len()) {
        std::cmp::Ordering::Less => (old_rest, new.get(count..).unwrap_or_default()),
        std::cmp::Ordering::Equal => (old_rest, new_rest),
        std::cmp::Ordering::Greater => (old.get(count..).unwrap_or_default(), new_rest),
    };
    count + old.iter().zip(new).take_while(|(old, new)| old == new).count()
}

/// How many bytes are the same at the end of both.
fn common_before(old: &[u8], new: &[u8]) -> usize {
    old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count()
}
