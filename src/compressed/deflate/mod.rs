//! Deflate streams, bit for bit as zlib and GNU gzip write them.
//!
//! What is written depends on the plaintext, the parameters and where it is flushed, and never on how the plaintext is cut into
//! [`Deflater::push`]es. The rules are those of `format-spec/replay.md`; no library is asked, so that no new version of one changes them.

mod bits;
mod block;
mod huffman;
mod parameters;
mod parse;
mod rsync;
mod search;

use std::fmt;

pub use parameters::{DeflateParameters, Flavour, Matching};

use super::rfc1951::{MATCH_BYTES_MIN, WINDOW_BYTES};
use bits::BitWriter;
use block::{Block, BlockEnd};
use rsync::Rsync;
use search::{DISTANCE_MAX, ROOM, Search};

/// What a stream writes at a point where it is flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// `Z_BLOCK`: the block ends, with whatever bit that is.
    Block,
    /// `Z_SYNC_FLUSH`: the block ends, an empty stored block follows.
    Sync,
    /// `Z_FULL_FLUSH`: as `Sync`, and what was before is not referred to any more.
    Full,
}

/// Writes one raw deflate stream.
#[derive(Clone)]
pub struct Deflater {
    parameters: DeflateParameters,
    search: Search,
    /// The place in the window that is looked at.
    at: usize,
    /// Bytes of plaintext from there on.
    ahead: usize,
    /// Where the block starts; under 0 when that has left the window.
    block_start: isize,
    /// Length of the match at `at`, and of the one at the byte before.
    length: usize,
    /// Whether the byte before `at` waits for a decision.
    waits: bool,
    /// Places before `at` that could not be entered yet for want of what follows.
    unentered: usize,
    /// GNU gzip knows that nothing follows.
    has_ended: bool,
    rsync: Option<Rsync>,
    block: Block,
    out: BitWriter,
}

impl Deflater {
    /// A stream without plaintext.
    pub fn new(parameters: DeflateParameters) -> Self {
        let mut deflater = Self {
            parameters,
            search: Search::new(parameters),
            at: 0,
            ahead: 0,
            block_start: 0,
            length: 0,
            waits: false,
            unentered: 0,
            has_ended: false,
            rsync: None,
            block: Block::new(parameters),
            out: BitWriter::default(),
        };
        deflater.restart();
        deflater
    }

    /// Begins another stream behind this one, which is finished or flushed to a whole byte.
    pub fn restart(&mut self) {
        self.search.forget();
        // A process of its own wrote the next stream: what is behind its plaintext in the window is zero.
        if self.parameters.is_gnu() {
            self.search.window.fill(0);
        }
        (self.at, self.ahead, self.block_start) = (0, 0, 0);
        self.length = MATCH_BYTES_MIN - 1;
        self.waits = false;
        self.unentered = 0;
        self.has_ended = false;
        let is_rsyncable = self.parameters.flavour == Flavour::Gnu { rsyncable: true };
        self.rsync = is_rsyncable.then(Rsync::default);
    }

    /// Makes the end of `dictionary` known as what came before: `deflateSetDictionary`, before anything is pushed.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) {
        let start = dictionary.len().saturating_sub(WINDOW_BYTES);
        let dictionary = dictionary.get(start..).unwrap_or_default();
        if let Some(room) = self.search.window.get_mut(..dictionary.len()) {
            room.copy_from_slice(dictionary);
        }
        for at in 0..dictionary.len().saturating_sub(MATCH_BYTES_MIN - 1) {
            self.search.enter(at);
        }
        self.at = dictionary.len();
        self.block_start = self.at.cast_signed();
        self.unentered = dictionary.len().min(MATCH_BYTES_MIN - 1);
    }

    /// Adds plaintext.
    pub fn push(&mut self, plain: &[u8]) {
        let mut plain = plain;
        while !plain.is_empty() {
            let end = self.at + self.ahead;
            let bytes = plain.len().min(ROOM.saturating_sub(end));
            let (now, later) = plain.split_at(bytes);
            if let Some(room) = self.search.window.get_mut(end..end + bytes) {
                room.copy_from_slice(now);
            }
            self.ahead += bytes;
            plain = later;
            self.enter_late();
            if self.at + self.ahead == ROOM {
                self.run(false);
            }
        }
    }

    /// Writes all that was pushed, and what marks the place.
    pub fn flush(&mut self, flush: Flush) {
        self.run(true);
        self.end_of_run();
        if !self.block.is_empty() {
            self.end_block(BlockEnd::Open);
        }
        if flush != Flush::Block {
            block::stored(&[], 0, &mut self.out);
        }
        if flush == Flush::Full {
            self.search.forget();
            (self.at, self.block_start, self.unentered) = (0, 0, 0);
        }
    }

    /// Writes all that was pushed and ends the stream, with the bits of the last byte that are left over zero.
    pub fn finish(&mut self) {
        self.run(true);
        self.end_of_run();
        self.end_block(BlockEnd::Last);
    }

    /// Writes an empty block with the fixed code: ten bits.
    pub fn put_empty_block(&mut self) {
        self.out.put(0b10, 10);
    }

    /// Bits of the last byte that has begun, 0 to 7.
    pub const fn odd_bits(&self) -> u32 {
        self.out.odd_bits()
    }

    /// Hands on what was written as whole bytes so far.
    pub fn drain(&mut self, out: &mut Vec<u8>) {
        self.out.drain(out);
    }

    /// Enters the places that waited for what follows them.
    fn enter_late(&mut self) {
        while self.unentered > 0 && self.ahead + self.unentered >= MATCH_BYTES_MIN {
            self.search.enter(self.at - self.unentered);
            self.unentered -= 1;
        }
    }

    fn end_of_run(&mut self) {
        if self.waits {
            let byte = self.search.window.get(self.at - 1).copied().unwrap_or_default();
            self.block.literal(byte, self.block_bytes());
            self.waits = false;
        }
        self.unentered = self.at.min(MATCH_BYTES_MIN - 1);
    }

    /// Plaintext of the block before `at`.
    fn block_bytes(&self) -> usize {
        (self.at.cast_signed() - self.block_start).cast_unsigned()
    }

    fn end_block(&mut self, end: BlockEnd) {
        let plain_bytes = self.block_bytes();
        let start = usize::try_from(self.block_start).ok();
        let plain = start.and_then(|start| self.search.window.get(start..self.at));
        self.block.end(plain, plain_bytes, end, &mut self.out);
        self.block_start = self.at.cast_signed();
    }

    /// Moves the window on when half of it is not needed any more, as both programs do when they want more plaintext.
    fn make_room(&mut self, is_end: bool) {
        if self.has_ended {
            return;
        }
        if self.at >= WINDOW_BYTES + DISTANCE_MAX {
            self.search.slide();
            self.at -= WINDOW_BYTES;
            self.block_start -= WINDOW_BYTES.cast_signed();
            if let Some(rsync) = &mut self.rsync {
                rsync.slide(WINDOW_BYTES);
            }
        }
        if is_end && self.parameters.is_gnu() {
            self.has_ended = true;
            let end = self.at + self.ahead;
            if let Some(behind) = self.search.window.get_mut(end..end + MATCH_BYTES_MIN - 1) {
                behind.fill(0);
            }
        }
    }
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deflater({:?})", self.parameters)
    }
}

#[cfg(test)]
mod tests;
