//! The symbols of a block: gathered, counted, and written with the cheapest of the three kinds of block.
#![expect(
    clippy::indexing_slicing,
    reason = "literals are bytes, lengths 3 to 258, distances 1 to 32,768, and their codes have entries for all of these"
)]

use super::bits::BitWriter;
use super::huffman::{Alphabet, Code, SYMBOLS_MAX};
use super::parameters::{DeflateParameters, Matching};
use crate::compressed::rfc1951::{
    CODE_LENGTH_ORDER, DISTANCE_CODES, END_OF_BLOCK, LENGTH_CODES, distance_code, length_code,
};

const LITERALS: Alphabet = Alphabet {
    symbols: SYMBOLS_MAX,
    bits_max: 15,
    extra: |symbol| symbol.checked_sub(257).map_or(0, |code| LENGTH_CODES[code].extra_bits),
    fixed: |symbol| u32::from(fixed_literal(symbol)),
};
const DISTANCES: Alphabet =
    Alphabet { symbols: 30, bits_max: 15, extra: |symbol| DISTANCE_CODES[symbol].extra_bits, fixed: |_| 5 };
const CODE_LENGTHS: Alphabet = Alphabet {
    symbols: 19,
    bits_max: 7,
    extra: |symbol| match symbol {
        16 => 2,
        17 => 3,
        18 => 7,
        _ => 0,
    },
    fixed: |_| 0,
};

const fn fixed_literal(symbol: usize) -> u8 {
    match symbol {
        0..=143 => 8,
        144..=255 => 9,
        256..=279 => 7,
        _ => 8,
    }
}

/// How a stream is asked to end its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockEnd {
    /// Because it is full, or more follows.
    Open,
    /// It is the last of the stream.
    Last,
    /// GNU gzip at a point where a stream can be synchronised: with an empty stored block, unless a byte ends there anyway.
    Padded,
}

/// A block that is being filled.
#[derive(Debug, Clone)]
pub struct Block {
    parameters: DeflateParameters,
    full: usize,
    /// Distance, or 0 for a literal, above nine bits for the literal or the length.
    symbols: Vec<u32>,
    matches: usize,
    literal_counts: [u32; SYMBOLS_MAX],
    distance_counts: [u32; 30],
    fixed: [Code; 2],
}

impl Block {
    /// An empty block.
    pub fn new(parameters: DeflateParameters) -> Self {
        let mut literal_counts = [0; SYMBOLS_MAX];
        literal_counts[END_OF_BLOCK] = 1;
        Self {
            parameters,
            full: parameters.block_symbols(),
            symbols: Vec::with_capacity(parameters.block_symbols()),
            matches: 0,
            literal_counts,
            distance_counts: [0; 30],
            fixed: [Code::fixed(SYMBOLS_MAX + 2, fixed_literal), Code::fixed(30, |_| 5)],
        }
    }

    /// Whether nothing has been added yet.
    pub const fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// Adds a byte; whether the block must end now.
    ///
    /// `plain_bytes` is the plaintext of the block that has been looked at.
    pub fn literal(&mut self, byte: u8, plain_bytes: usize) -> bool {
        self.symbols.push(u32::from(byte));
        self.literal_counts[usize::from(byte)] += 1;
        self.is_full(plain_bytes)
    }

    /// Adds a match; whether the block must end now.
    pub fn repetition(&mut self, distance: usize, length: usize, plain_bytes: usize) -> bool {
        self.symbols.push((distance as u32) << 9 | length as u32);
        self.literal_counts[257 + length_code(length)] += 1;
        self.distance_counts[distance_code(distance)] += 1;
        self.matches += 1;
        self.is_full(plain_bytes)
    }

    fn is_full(&self, plain_bytes: usize) -> bool {
        let symbols = self.symbols.len();
        symbols == self.full || (symbols & 0xfff == 0 && self.is_worth_ending(plain_bytes))
    }

    /// GNU gzip ends a block early when it compresses well: `format-spec/replay.md`, "Blocks".
    fn is_worth_ending(&self, plain_bytes: usize) -> bool {
        if !self.parameters.is_gnu() || self.parameters.level <= 2 {
            return false;
        }
        let distances = self.distance_counts.iter().zip(&DISTANCE_CODES);
        let bits: usize =
            distances.map(|(count, code)| *count as usize * (5 + code.extra_bits as usize)).sum();
        let bytes = (8 * self.symbols.len() + bits) / 8;
        self.matches < self.symbols.len() / 2 && bytes < plain_bytes / 2
    }

    /// Writes the block and is empty again. `plain` is its plaintext where that is still in the window, `plain_bytes` its length.
    pub fn end(&mut self, plain: Option<&[u8]>, plain_bytes: usize, end: BlockEnd, out: &mut BitWriter) {
        let literals = Code::new(LITERALS, &self.literal_counts);
        let distances = Code::new(DISTANCES, &self.distance_counts);
        let runs = Runs::new(&literals, &distances);
        let [own, fixed] = [0, 1].map(|kind| literals.bits[kind] + distances.bits[kind]);
        let bytes = |bits: i64| (bits + 3 + 7) >> 3;
        let (own, fixed) = (bytes(own + runs.bits), bytes(fixed));
        let is_fixed = fixed <= own || self.parameters.strategy == Matching::Fixed;
        let best = if is_fixed { fixed } else { own };
        let last = u32::from(end == BlockEnd::Last);
        match plain {
            Some(plain) if plain_bytes as i64 + 4 <= best => stored(plain, last, out),
            _ if is_fixed => {
                out.put(1 << 1 | last, 3);
                self.write(&self.fixed[0], &self.fixed[1], out);
            }
            _ => {
                out.put(2 << 1 | last, 3);
                runs.write(&literals, &distances, out);
                self.write(&literals, &distances, out);
            }
        }
        match end {
            BlockEnd::Last => out.align(),
            BlockEnd::Padded if out.odd_bits() != 0 => stored(&[], 0, out),
            _ => {}
        }
        self.clear();
    }

    fn clear(&mut self) {
        self.symbols.clear();
        self.matches = 0;
        self.literal_counts = [0; SYMBOLS_MAX];
        self.literal_counts[END_OF_BLOCK] = 1;
        self.distance_counts = [0; 30];
    }

    fn write(&self, literals: &Code, distances: &Code, out: &mut BitWriter) {
        for &symbol in &self.symbols {
            let (distance, value) = ((symbol >> 9) as usize, (symbol & 0x1ff) as usize);
            if distance == 0 {
                out.put(u32::from(literals.codes[value]), u32::from(literals.lengths[value]));
                continue;
            }
            let code = length_code(value);
            let entry = LENGTH_CODES[code];
            let bits = u32::from(literals.lengths[257 + code]);
            let extra = (value - entry.base as usize) as u32;
            out.put(u32::from(literals.codes[257 + code]) | extra << bits, bits + entry.extra_bits);
            let code = distance_code(distance);
            let entry = DISTANCE_CODES[code];
            let bits = u32::from(distances.lengths[code]);
            let extra = (distance - entry.base as usize) as u32;
            out.put(u32::from(distances.codes[code]) | extra << bits, bits + entry.extra_bits);
        }
        out.put(u32::from(literals.codes[END_OF_BLOCK]), u32::from(literals.lengths[END_OF_BLOCK]));
    }
}

/// Writes a stored block.
pub fn stored(plain: &[u8], last: u32, out: &mut BitWriter) {
    out.put(last, 3);
    out.align();
    let bytes = plain.len() as u16;
    out.bytes.extend_from_slice(&bytes.to_le_bytes());
    out.bytes.extend_from_slice(&(!bytes).to_le_bytes());
    out.bytes.extend_from_slice(plain);
}

/// The lengths of both codes, with repetitions taken together, and the code for that.
struct Runs {
    /// Symbol and the value of its extra bits.
    symbols: Vec<(u8, u8)>,
    code: Code,
    /// How many lengths of the code are written.
    written: usize,
    bits: i64,
}

impl Runs {
    fn new(literals: &Code, distances: &Code) -> Self {
        let mut symbols = Vec::with_capacity(SYMBOLS_MAX + 30);
        for code in [literals, distances] {
            take_together(&code.lengths[..=code.greatest], &mut symbols);
        }
        let mut counts = [0; 19];
        for (symbol, _) in &symbols {
            counts[usize::from(*symbol)] += 1;
        }
        let code = Code::new(CODE_LENGTHS, &counts);
        let last = CODE_LENGTH_ORDER.iter().rposition(|symbol| code.lengths[*symbol] != 0);
        let written = last.map_or(4, |last| (last + 1).max(4));
        let bits = code.bits[0] + 3 * written as i64 + 5 + 5 + 4;
        Self { symbols, code, written, bits }
    }

    fn write(&self, literals: &Code, distances: &Code, out: &mut BitWriter) {
        out.put((literals.greatest + 1 - 257) as u32, 5);
        out.put(distances.greatest as u32, 5);
        out.put((self.written - 4) as u32, 4);
        for symbol in &CODE_LENGTH_ORDER[..self.written] {
            out.put(u32::from(self.code.lengths[*symbol]), 3);
        }
        for &(symbol, extra) in &self.symbols {
            let symbol = usize::from(symbol);
            out.put(u32::from(self.code.codes[symbol]), u32::from(self.code.lengths[symbol]));
            out.put(u32::from(extra), (CODE_LENGTHS.extra)(symbol));
        }
    }
}

fn take_together(lengths: &[u8], symbols: &mut Vec<(u8, u8)>) {
    let mut before = None;
    let mut count = 0;
    let (mut most, mut least) = if lengths.first() == Some(&0) { (138, 3) } else { (7, 4) };
    for (at, &length) in lengths.iter().enumerate() {
        let next = lengths.get(at + 1).copied();
        count += 1;
        if count < most && next == Some(length) {
            continue;
        }
        if count < least {
            symbols.extend((0..count).map(|_| (length, 0)));
        } else if length != 0 {
            if before != Some(length) {
                symbols.push((length, 0));
                count -= 1;
            }
            symbols.push((16, count - 3));
        } else if count <= 10 {
            symbols.push((17, count - 3));
        } else {
            symbols.push((18, count - 11));
        }
        count = 0;
        before = Some(length);
        (most, least) = match next {
            Some(0) => (138, 3),
            Some(next) if next == length => (6, 3),
            _ => (7, 4),
        };
    }
}
