//! What a file was last night, read beside what it is now, so that what is new of it is stored as what changed.
//!
//! Last night's chunks are read into a window that slides along. A chunk that is there already tells where the two streams stand; a new one is
//! looked for in the window, and the end of what was found tells where the next one will be. Where nothing is found for a while, something
//! was put in or rewritten: the window then goes on at the pace of the new stream and keeps what it has passed, so that either is noticed
//! when it is over.

mod ahead;
mod scout;
mod sift;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use self::ahead::{Ahead, Placed};
use self::scout::Scout;
use crate::base::ChunkId;
use crate::base::limits::{
    DELTA_DEPTH_WRITTEN, LINEAGE_AHEAD_BYTES, LINEAGE_BEHIND_BYTES, LINEAGE_LOST_BYTES, SCOUT_LOST_BYTES,
};
use crate::codec::delta::{Match, Window};
use crate::format::Recipe;
use crate::repo::{ChunkReader, Likeness};

/// Shorter chunks are not worth a delta.
const CHUNK_BYTES_MIN: usize = 2048;
/// A copy of so many bytes tells where the streams stand.
const COPY_BYTES_TELLING: u32 = 512;

/// What a new chunk has in common with last night's.
#[derive(Debug)]
pub struct Alike {
    /// How it is made from them.
    pub likeness: Likeness,
    /// Whether it is to be stored whole all the same, since the chain would become too long.
    pub is_whole: bool,
}

/// The streams of files last night, one after another.
#[derive(Debug)]
pub struct Lineage<'r> {
    reader: &'r Arc<ChunkReader>,
    window: Window,
    /// The chunks that are in the window.
    pieces: VecDeque<Placed>,
    ahead: Option<Ahead<'r>>,
    /// Where in last night's stream the next bytes are expected.
    expected: u64,
    /// So many bytes of the new stream were nowhere, in a row.
    lost: u64,
    /// Looks for them all over, when there are many.
    scout: Option<Scout<'r>>,
}

impl<'r> Lineage<'r> {
    /// No file yet.
    pub fn new(reader: &'r Arc<ChunkReader>) -> Self {
        let (window, pieces) = (Window::default(), VecDeque::new());
        Self { reader, window, pieces, ahead: None, expected: 0, lost: 0, scout: None }
    }

    /// A file begins, which was `last` last night.
    pub fn start(&mut self, last: Option<&Recipe>) {
        let reader = self.reader;
        self.ahead = last.map(|recipe| Ahead::new(reader, recipe));
        (self.expected, self.lost, self.scout) = (0, 0, None);
        self.pieces.clear();
        self.window.restart(0);
    }

    /// A chunk of the file is in the repository already.
    pub fn known(&mut self, id: &ChunkId, bytes: u64) {
        let Some(ahead) = &mut self.ahead else { return };
        let place = self.pieces.iter().find(|piece| piece.base.id == *id).map(|piece| piece.start);
        let found = place.or_else(|| ahead.find(id));
        self.expected = found.unwrap_or(self.expected).saturating_add(bytes);
        self.lost = if found.is_some() { 0 } else { self.lost };
    }

    /// A hole of the file.
    pub const fn hole(&mut self, bytes: u64) {
        self.expected = self.expected.saturating_add(bytes);
    }

    /// What a new chunk of the file has in common with last night's, if that is much.
    pub fn like(&mut self, id: &ChunkId, plain: &[u8]) -> Option<Alike> {
        if plain.len() < CHUNK_BYTES_MIN || self.ahead.is_none() {
            self.expected = self.expected.saturating_add(plain.len() as u64);
            return None;
        }
        let matches = self.matches(plain).or_else(|| {
            // What cannot be read is no base; nobody has to hear of it from here.
            self.ahead = None;
            None
        })?;
        let depth_max =
            DELTA_DEPTH_WRITTEN + id.as_bytes().first().map_or(0, |byte| byte % (DELTA_DEPTH_WRITTEN / 2));
        let sift = |depth_max| sift::sift(&matches, &self.pieces, plain.len(), depth_max);
        let (sifted, is_whole) = match sift(depth_max) {
            Some(sifted) => (sifted, false),
            None => (sift(u8::MAX)?, true),
        };
        let base = |number: &usize| Some(self.pieces.get(*number)?.base.clone());
        let bases: Option<Vec<_>> = sifted.pieces.iter().map(base).collect();
        Some(Alike { likeness: Likeness { bases: bases?, steps: sifted.steps }, is_whole })
    }

    /// What a chunk has in common with last night's stream where it is expected, or where it is found; `None` if something cannot be read.
    fn matches(&mut self, plain: &[u8]) -> Option<Vec<Match>> {
        let matches = self.matches_here(plain)?;
        if self.lost < SCOUT_LOST_BYTES {
            return Some(matches);
        }
        let (reader, end) = (self.reader, self.window.end());
        let recipe = self.ahead.as_ref()?.recipe();
        let scout = self.scout.get_or_insert_with(|| Scout::new(reader, recipe, end));
        let Some(start) = scout.find(plain) else { return Some(matches) };
        let before = (self.expected, self.lost);
        (self.expected, self.lost) = (start, 0);
        let matches = self.matches_here(plain)?;
        if self.lost > 0 {
            // It was another place with the same bytes.
            (self.expected, self.lost) = before;
        }
        Some(matches)
    }

    /// The same where it is expected, which is told anew then.
    fn matches_here(&mut self, plain: &[u8]) -> Option<Vec<Match>> {
        let bytes = plain.len() as u64;
        // What is lost may have been put in: then the rest is here. Or it took the place of something: then it is further on. Or something
        // was taken away: then it is further still.
        let ahead = (LINEAGE_AHEAD_BYTES + 4 * self.lost).min(LINEAGE_LOST_BYTES / 2);
        let reach = self.expected.saturating_add(self.lost).saturating_add(bytes + ahead);
        self.slide(reach)?;
        let matches = self.window.find(plain, self.expected);
        let telling = matches.iter().rev().find(|found| found.copy >= COPY_BYTES_TELLING);
        match telling {
            Some(found) => (self.expected, self.lost) = (found.from + u64::from(found.copy), 0),
            None => self.lost += bytes,
        }
        Some(matches)
    }

    /// Fills the window up to `reach`, and forgets what is far behind; `None` if something cannot be read.
    fn slide(&mut self, reach: u64) -> Option<()> {
        let start = self.expected.saturating_sub(LINEAGE_BEHIND_BYTES);
        if start > self.window.end() + LINEAGE_AHEAD_BYTES || self.expected < self.window.start() {
            self.pieces.clear();
            self.window.restart(start);
            self.ahead.as_mut()?.seek(start);
        }
        let ahead = self.ahead.as_mut()?;
        while self.window.end() < reach {
            let Some(chunk) = ahead.next()? else { break };
            if chunk.start != self.window.end() {
                // Behind a hole, or at the place that was jumped to.
                self.pieces.clear();
                self.window.restart(chunk.start);
            }
            self.window.push(chunk.base.plain());
            self.pieces.push_back(chunk);
        }
        let start = start.max(self.window.end().saturating_sub(LINEAGE_LOST_BYTES));
        // Moving what is left costs something: it is done when there is much to forget.
        if start.saturating_sub(self.window.start()) > LINEAGE_LOST_BYTES / 2 {
            while self.pieces.front().is_some_and(|piece| piece.end <= start) {
                self.pieces.pop_front();
            }
            self.window.forget_before(self.pieces.front().map_or(start, |piece| piece.start));
        }
        Some(())
    }
}
