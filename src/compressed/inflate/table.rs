//! Decoding of prefix codes: one look into a table for nearly all of them.
#![expect(
    clippy::indexing_slicing,
    reason = "lengths are at most 15, symbols under 320, and looks into the table are masked"
)]

const BITS_MAX: usize = 15;
/// Codes up to this length are found with one look.
const LOOK_BITS: usize = 10;
/// The most symbols of a code: literals and lengths, with those that never occur.
const SYMBOLS_MAX: usize = 288;

/// A code to decode.
#[derive(Debug)]
pub struct Table {
    /// Symbol above four bits for the length of its code; 0 where the code is longer.
    looks: Box<[u16; 1 << LOOK_BITS]>,
    counts: [u16; BITS_MAX + 1],
    /// Symbols in the order of their codes.
    symbols: [u16; SYMBOLS_MAX],
}

impl Table {
    /// A table that decodes nothing yet.
    pub fn new() -> Self {
        Self { looks: Box::new([0; 1 << LOOK_BITS]), counts: [0; BITS_MAX + 1], symbols: [0; SYMBOLS_MAX] }
    }

    /// Makes this the code with these lengths; whether there is such a code.
    ///
    /// A code must use up all bits, but for one of a single symbol of one bit where `may_be_single`.
    pub fn set(&mut self, lengths: &[u8], may_be_single: bool) -> bool {
        self.counts = [0; BITS_MAX + 1];
        for length in lengths {
            self.counts[usize::from(*length)] += 1;
        }
        self.counts[0] = 0;
        let mut left = 1_i32;
        for bits in 1..=BITS_MAX {
            left = 2 * left - i32::from(self.counts[bits]);
            if left < 0 {
                return false;
            }
        }
        let used: u16 = self.counts.iter().sum();
        if left > 0 && !(may_be_single && used <= 1 && self.counts[1] == used) {
            return false;
        }
        self.number(lengths);
        true
    }

    fn number(&mut self, lengths: &[u8]) {
        let mut starts = [0_u16; BITS_MAX + 2];
        let mut codes = [0_u16; BITS_MAX + 2];
        for bits in 1..=BITS_MAX {
            starts[bits + 1] = starts[bits] + self.counts[bits];
            codes[bits + 1] = (codes[bits] + self.counts[bits]) << 1;
        }
        self.looks.fill(0);
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let bits = usize::from(length);
            self.symbols[usize::from(starts[bits])] = symbol as u16;
            starts[bits] += 1;
            let code = usize::from(codes[bits].reverse_bits() >> (16 - bits));
            codes[bits] += 1;
            if bits <= LOOK_BITS {
                for look in (code..1 << LOOK_BITS).step_by(1 << bits) {
                    self.looks[look] = (symbol as u16) << 4 | u16::from(length);
                }
            }
        }
    }

    /// The symbol whose code `bits` begin with, and the length of that code; `None` if no code or more than `count` bits.
    #[inline]
    pub fn find(&self, bits: u64, count: u32) -> Found {
        let entry = self.looks[bits as usize & ((1 << LOOK_BITS) - 1)];
        let length = u32::from(entry & 15);
        if length > 0 && length <= count {
            return Found::Symbol(usize::from(entry >> 4), length);
        }
        self.find_long(bits, count)
    }

    /// Goes through the lengths one by one.
    fn find_long(&self, bits: u64, count: u32) -> Found {
        let (mut code, mut first, mut index) = (0_i32, 0_i32, 0_i32);
        for length in 1..=BITS_MAX {
            if length as u32 > count {
                return Found::More;
            }
            code |= (bits >> (length - 1) & 1) as i32;
            let symbols = i32::from(self.counts[length]);
            if code - symbols < first {
                return Found::Symbol(
                    usize::from(self.symbols[(index + code - first) as usize]),
                    length as u32,
                );
            }
            index += symbols;
            first = (first + symbols) << 1;
            code <<= 1;
        }
        Found::Nothing
    }
}

/// What bits begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A symbol, and the length of its code.
    Symbol(usize, u32),
    /// More bits are wanted.
    More,
    /// No code.
    Nothing,
}
