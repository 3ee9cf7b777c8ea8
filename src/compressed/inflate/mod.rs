//! Deflate streams read, as they come, with a note of their blocks.
//!
//! The notes are what the search for a producer starts from: where blocks end says more than what is in them.

mod bits;
mod codes;
mod table;

use super::rfc1951::{DISTANCE_CODES, END_OF_BLOCK, LENGTH_CODES, WINDOW_BYTES};
pub use bits::BitReader;
use table::{Found, Table};

/// Blocks that are noted; the rest of a stream is like its beginning.
const NOTES_MAX: usize = 1_024;

/// The kind of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// Its bytes as they are.
    Stored,
    /// With the codes of RFC 1951.
    Fixed,
    /// With codes of its own.
    Own,
}

/// A block that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockNote {
    /// Its kind.
    pub kind: BlockKind,
    /// Literals and matches; 0 in a stored block.
    pub symbols: u64,
    /// Where its plaintext ends in that of the stream.
    pub plain_end: u64,
    /// Whether it is the last of the stream.
    pub is_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BlockStart,
    StoredStart,
    Stored { left: usize },
    CodesStart,
    CodeLengths { at: usize, wanted: usize },
    Lengths,
    Symbols,
    End,
}

/// Where reading came to a halt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// All input is taken up.
    Input,
    /// There is as much plaintext as was asked for.
    Room,
    /// The stream has ended.
    End,
}

/// Reads one deflate stream.
#[derive(Debug)]
pub struct Inflater {
    state: State,
    is_last: bool,
    kind: BlockKind,
    symbols: u64,
    literals: Table,
    distances: Table,
    /// How many lengths of literals and of distances the block has.
    wanted: [usize; 2],
    lengths: Vec<u8>,
    code_lengths: [u8; 19],
    /// The last 32 KiB of plaintext, and what is new.
    plain: Vec<u8>,
    /// Where the new plaintext starts.
    new_from: usize,
    plain_bytes: u64,
    /// The first blocks.
    pub notes: Vec<BlockNote>,
}

type Step = Result<bool, &'static str>;

impl Inflater {
    /// A reader at the start of a stream.
    pub fn new() -> Self {
        Self {
            state: State::BlockStart,
            is_last: false,
            kind: BlockKind::Stored,
            symbols: 0,
            literals: Table::new(),
            distances: Table::new(),
            wanted: [0; 2],
            lengths: Vec::new(),
            code_lengths: [0; 19],
            plain: Vec::new(),
            new_from: 0,
            plain_bytes: 0,
            notes: Vec::new(),
        }
    }

    /// At the start of the next stream.
    pub fn restart(&mut self) {
        self.state = State::BlockStart;
        self.plain.clear();
        self.new_from = 0;
        self.plain_bytes = 0;
        self.notes.clear();
    }

    /// Plaintext of the stream so far.
    pub const fn plain_bytes(&self) -> u64 {
        self.plain_bytes
    }

    /// Reads on until `room` bytes or a few more were appended to `out`.
    ///
    /// # Errors
    /// What is wrong with the stream. What came before it is in `out`.
    pub fn read(
        &mut self,
        bits: &mut BitReader,
        input: &mut &[u8],
        room: usize,
        out: &mut Vec<u8>,
    ) -> Result<Halt, &'static str> {
        let halt = self.read_into_window(bits, input, room);
        let new = self.plain.get(self.new_from..).unwrap_or_default();
        out.extend_from_slice(new);
        self.plain_bytes += new.len() as u64;
        if self.plain.len() > 4 * WINDOW_BYTES {
            self.plain.drain(..self.plain.len() - WINDOW_BYTES);
        }
        self.new_from = self.plain.len();
        halt
    }

    fn read_into_window(
        &mut self,
        bits: &mut BitReader,
        input: &mut &[u8],
        room: usize,
    ) -> Result<Halt, &'static str> {
        let full = self.new_from + room;
        while self.state != State::End {
            if self.plain.len() >= full {
                return Ok(Halt::Room);
            }
            let has_gone_on = match self.state {
                State::BlockStart => self.block_start(bits, input),
                State::StoredStart => self.stored_start(bits, input),
                State::Stored { left } => Ok(self.stored(bits, input, left, full)),
                State::CodesStart => Ok(self.codes_start(bits, input)),
                State::CodeLengths { at, wanted } => self.code_lengths(bits, input, at, wanted),
                State::Lengths => self.lengths(bits, input),
                State::Symbols => self.symbols(bits, input, full),
                State::End => Ok(true),
            }?;
            if !has_gone_on {
                return Ok(Halt::Input);
            }
        }
        Ok(Halt::End)
    }

    fn block_start(&mut self, bits: &mut BitReader, input: &mut &[u8]) -> Step {
        let Some(header) = bits.take(3, input) else { return Ok(false) };
        self.is_last = header & 1 == 1;
        self.symbols = 0;
        (self.kind, self.state) = match header >> 1 {
            0 => {
                bits.align();
                (BlockKind::Stored, State::StoredStart)
            }
            1 => {
                let mut lengths = [8_u8; 288];
                lengths.iter_mut().take(256).skip(144).for_each(|length| *length = 9);
                lengths.iter_mut().take(280).skip(256).for_each(|length| *length = 7);
                self.literals.set(&lengths, false);
                self.distances.set(&[5; 32], false);
                (BlockKind::Fixed, State::Symbols)
            }
            2 => (BlockKind::Own, State::CodesStart),
            _ => return Err("a block of no known kind"),
        };
        Ok(true)
    }

    fn end_block(&mut self) {
        if self.notes.len() < NOTES_MAX {
            let plain_end = self.plain_bytes + (self.plain.len() - self.new_from) as u64;
            let (kind, symbols, is_last) = (self.kind, self.symbols, self.is_last);
            self.notes.push(BlockNote { kind, symbols, plain_end, is_last });
        }
        self.state = if self.is_last { State::End } else { State::BlockStart };
    }

    fn stored_start(&mut self, bits: &mut BitReader, input: &mut &[u8]) -> Step {
        bits.fill(input);
        if bits.count() < 32 {
            return Ok(false);
        }
        let (left, inverse) = (bits.held() & 0xffff, bits.held() >> 16 & 0xffff);
        bits.skip(32);
        if left ^ inverse != 0xffff {
            return Err("a stored block whose lengths do not agree");
        }
        self.state = State::Stored { left: left as usize };
        Ok(true)
    }

    fn stored(&mut self, bits: &mut BitReader, input: &mut &[u8], left: usize, full: usize) -> bool {
        let mut left = left;
        while left > 0 && self.plain.len() < full {
            let Some(byte) = bits.take(8, input) else {
                self.state = State::Stored { left };
                return false;
            };
            self.plain.push(byte as u8);
            left -= 1;
        }
        self.state = State::Stored { left };
        if left == 0 {
            self.end_block();
        }
        true
    }

    fn symbols(&mut self, bits: &mut BitReader, input: &mut &[u8], full: usize) -> Step {
        while self.plain.len() < full {
            bits.fill(input);
            let (symbol, length) = match self.literals.find(bits.held(), bits.count()) {
                Found::Symbol(symbol, length) => (symbol, length),
                Found::More => return Ok(false),
                Found::Nothing => return Err("a literal or length that is none"),
            };
            if symbol < END_OF_BLOCK {
                self.plain.push(symbol as u8);
                bits.skip(length);
            } else if symbol == END_OF_BLOCK {
                bits.skip(length);
                self.end_block();
                return Ok(true);
            } else if !self.repetition(bits, symbol, length)? {
                return Ok(false);
            }
            self.symbols += 1;
        }
        Ok(true)
    }

    /// Reads a match whose first `used` bits are known, all of it or nothing.
    #[inline]
    fn repetition(&mut self, bits: &mut BitReader, symbol: usize, used: u32) -> Step {
        let Some(code) = LENGTH_CODES.get(symbol - 257) else { return Err("a length that is none") };
        let length = usize::from(code.base) + (bits.held() >> used) as usize % (1 << code.extra_bits);
        let used = used + code.extra_bits;
        if bits.count() < used {
            return Ok(false);
        }
        let held = bits.held() >> used;
        let (symbol, more) = match self.distances.find(held, bits.count() - used) {
            Found::Symbol(symbol, more) => (symbol, more),
            Found::More => return Ok(false),
            Found::Nothing => return Err("a distance that is none"),
        };
        let Some(code) = DISTANCE_CODES.get(symbol) else { return Err("a distance that is none") };
        let distance = usize::from(code.base) + (held >> more) as usize % (1 << code.extra_bits);
        let used = used + more + code.extra_bits;
        if bits.count() < used {
            return Ok(false);
        }
        bits.skip(used);
        let end = self.plain.len();
        let Some(start) = end.checked_sub(distance) else { return Err("a match from before the start") };
        if distance >= length {
            self.plain.extend_from_within(start..start + length);
        } else {
            // It repeats itself: what was added is copied again.
            let mut left = length;
            while left > 0 {
                let bytes = left.min(self.plain.len() - start);
                self.plain.extend_from_within(start..start + bytes);
                left -= bytes;
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
