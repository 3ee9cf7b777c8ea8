//! What decides which bits a producer of deflate streams writes for the same data.

/// Which program's rules the stream follows where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// zlib, in any program that links it.
    Zlib {
        /// `memLevel`, 1 to 9: the sizes of the hash table and of a block.
        memory: u8,
    },
    /// GNU gzip with its own deflate.
    Gnu {
        /// `--rsyncable`: a block ends where the sum of the last 4,096 bytes says so.
        rsyncable: bool,
    },
}

/// How matches are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Matching {
    /// `Z_DEFAULT_STRATEGY`.
    Default,
    /// `Z_FILTERED`: matches of up to five bytes are not worth it.
    Filtered,
    /// `Z_HUFFMAN_ONLY`: no matches.
    HuffmanOnly,
    /// `Z_RLE`: repetitions of the byte before only.
    Rle,
    /// `Z_FIXED`: no codes of a block's own.
    Fixed,
}

/// Everything that decides the bits, beside the data and where it is flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeflateParameters {
    /// Whose rules.
    pub flavour: Flavour,
    /// 1 to 9.
    pub level: u8,
    /// How matches are looked for.
    pub strategy: Matching,
}

/// The searching effort of a level: `format-spec/replay.md`, "Levels".
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// With a match of this length at hand, a quarter of the chain is searched.
    pub good: usize,
    /// With a match of this length at hand, no other is looked for; where `is_lazy` is not set: the longest match inside of which strings are entered.
    pub lazy: usize,
    /// A match of this length ends the search.
    pub nice: usize,
    /// Candidates that are looked at.
    pub chain: usize,
    /// Whether a match waits for a better one at the next byte.
    pub is_lazy: bool,
}

impl Effort {
    const fn new(good: usize, lazy: usize, nice: usize, chain: usize, is_lazy: bool) -> Self {
        Self { good, lazy, nice, chain, is_lazy }
    }

    /// The effort of a level; levels over 9 are 9, and 0 is 1.
    pub const fn of(level: u8) -> Self {
        match level {
            0 | 1 => Self::new(4, 4, 8, 4, false),
            2 => Self::new(4, 5, 16, 8, false),
            3 => Self::new(4, 6, 32, 32, false),
            4 => Self::new(4, 4, 16, 16, true),
            5 => Self::new(8, 16, 32, 32, true),
            6 => Self::new(8, 16, 128, 128, true),
            7 => Self::new(8, 32, 128, 256, true),
            8 => Self::new(32, 128, 258, 1024, true),
            _ => Self::new(32, 258, 258, 4096, true),
        }
    }
}

impl DeflateParameters {
    /// zlib as nearly every program calls it: the default strategy, `memLevel` 8.
    pub const fn zlib(level: u8) -> Self {
        Self { flavour: Flavour::Zlib { memory: 8 }, level, strategy: Matching::Default }
    }

    /// GNU gzip.
    pub const fn gnu(level: u8, rsyncable: bool) -> Self {
        Self { flavour: Flavour::Gnu { rsyncable }, level, strategy: Matching::Default }
    }

    /// Whether it is GNU gzip.
    pub const fn is_gnu(self) -> bool {
        matches!(self.flavour, Flavour::Gnu { .. })
    }

    /// Bits of the hash of three bytes.
    pub(super) const fn hash_bits(self) -> u32 {
        match self.flavour {
            Flavour::Zlib { memory } => memory as u32 + 7,
            Flavour::Gnu { .. } => 15,
        }
    }

    /// Symbols that fill a block.
    pub(super) const fn block_symbols(self) -> usize {
        match self.flavour {
            Flavour::Zlib { memory } => (1 << (memory + 6)) - 1,
            Flavour::Gnu { .. } => (1 << 15) - 1,
        }
    }
}
