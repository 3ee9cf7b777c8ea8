//! Prefix codes of bounded length, with the choices among equals that zlib and GNU gzip make.
//!
//! Any Huffman tree would compress as well; only the one made in this order gives the same bits.
#![expect(
    clippy::indexing_slicing,
    reason = "symbols and nodes are below HEAP, which every array has; lengths are at most 15"
)]

/// Symbols of the largest alphabet.
pub const SYMBOLS_MAX: usize = 286;
/// Leaves and inner nodes, and one more.
const HEAP: usize = 2 * SYMBOLS_MAX + 1;
const BITS_MAX: usize = 15;

/// What is fixed about an alphabet.
#[derive(Debug, Clone, Copy)]
pub struct Alphabet {
    /// How many symbols it has.
    pub symbols: usize,
    /// The longest code.
    pub bits_max: usize,
    /// Bits that follow the code of a symbol.
    pub extra: fn(usize) -> u32,
    /// Length of a symbol's code where the code is the fixed one.
    pub fixed: fn(usize) -> u32,
}

/// A code and what it costs.
#[derive(Debug, Clone)]
pub struct Code {
    /// Length of each symbol's code; 0 for those that do not occur.
    pub lengths: [u8; SYMBOLS_MAX + 2],
    /// The codes, their first bit lowest.
    pub codes: [u16; SYMBOLS_MAX + 2],
    /// The greatest symbol that has a code.
    pub greatest: usize,
    /// Bits of all symbols with this code and with the fixed one.
    pub bits: [i64; 2],
}

struct Builder {
    alphabet: Alphabet,
    frequency: [u32; HEAP],
    depth: [u8; HEAP],
    parent: [u16; HEAP],
    length: [u8; HEAP],
    heap: [u16; HEAP],
    heap_len: usize,
    /// Where the nodes by falling frequency start, at the end of `heap`.
    sorted: usize,
    greatest: usize,
    bits: [i64; 2],
}

impl Code {
    /// The code for symbols that occur `frequencies` times each.
    pub fn new(alphabet: Alphabet, frequencies: &[u32]) -> Self {
        let mut builder = Builder {
            alphabet,
            frequency: [0; HEAP],
            depth: [0; HEAP],
            parent: [0; HEAP],
            length: [0; HEAP],
            heap: [0; HEAP],
            heap_len: 0,
            sorted: HEAP,
            greatest: 0,
            bits: [0; 2],
        };
        builder.gather(frequencies);
        builder.join();
        let counts = builder.lengths();
        let mut code = Self {
            lengths: [0; SYMBOLS_MAX + 2],
            codes: [0; SYMBOLS_MAX + 2],
            greatest: builder.greatest,
            bits: builder.bits,
        };
        code.lengths[..=builder.greatest].copy_from_slice(&builder.length[..=builder.greatest]);
        code.number(&counts);
        code
    }

    /// The fixed code of RFC 1951 for literals and lengths, or for distances.
    pub fn fixed(symbols: usize, length: fn(usize) -> u8) -> Self {
        let mut counts = [0; BITS_MAX + 1];
        let mut code = Self {
            lengths: [0; SYMBOLS_MAX + 2],
            codes: [0; SYMBOLS_MAX + 2],
            greatest: symbols - 1,
            bits: [0; 2],
        };
        for symbol in 0..symbols {
            code.lengths[symbol] = length(symbol);
            counts[usize::from(length(symbol))] += 1;
        }
        code.number(&counts);
        code
    }

    /// Gives canonical codes to the lengths, of each of which there are `counts`.
    fn number(&mut self, counts: &[u16; BITS_MAX + 1]) {
        let mut next = [0_u16; BITS_MAX + 1];
        for bits in 1..=BITS_MAX {
            next[bits] = next[bits - 1].wrapping_add(if bits == 1 { 0 } else { counts[bits - 1] }) << 1;
        }
        for symbol in 0..=self.greatest {
            let bits = usize::from(self.lengths[symbol]);
            if bits > 0 {
                self.codes[symbol] = next[bits].reverse_bits() >> (16 - bits);
                next[bits] = next[bits].wrapping_add(1);
            }
        }
    }
}

impl Builder {
    /// Puts the symbols that occur into the heap, at least two of them.
    fn gather(&mut self, frequencies: &[u32]) {
        for (symbol, &frequency) in frequencies.iter().enumerate().take(self.alphabet.symbols) {
            self.frequency[symbol] = frequency;
            if frequency > 0 {
                self.greatest = symbol;
                self.push(symbol);
            }
        }
        // Older decoders want two codes; the bits that these do not take are taken off beforehand.
        let mut greatest = if self.heap_len == 0 { None } else { Some(self.greatest) };
        while self.heap_len < 2 {
            let symbol = match greatest {
                None => 0,
                Some(symbol) if symbol < 2 => symbol + 1,
                Some(_) => 0,
            };
            if greatest.is_none_or(|greatest| greatest < 2) {
                greatest = Some(symbol);
            }
            self.frequency[symbol] = 1;
            self.push(symbol);
            self.bits[0] -= 1;
            self.bits[1] -= i64::from((self.alphabet.fixed)(symbol));
        }
        self.greatest = greatest.unwrap_or(0);
    }

    fn push(&mut self, symbol: usize) {
        self.heap_len += 1;
        self.heap[self.heap_len] = symbol as u16;
    }

    fn is_smaller(&self, a: u16, b: u16) -> bool {
        let (a, b) = (usize::from(a), usize::from(b));
        (self.frequency[a], self.depth[a]) <= (self.frequency[b], self.depth[b])
    }

    /// Lets the node at `at` sink to where it belongs.
    fn sink(&mut self, mut at: usize) {
        let node = self.heap[at];
        let mut child = 2 * at;
        while child <= self.heap_len {
            if child < self.heap_len && self.is_smaller(self.heap[child + 1], self.heap[child]) {
                child += 1;
            }
            if self.is_smaller(node, self.heap[child]) {
                break;
            }
            self.heap[at] = self.heap[child];
            at = child;
            child *= 2;
        }
        self.heap[at] = node;
    }

    fn set_apart(&mut self, node: u16) {
        self.sorted -= 1;
        self.heap[self.sorted] = node;
    }

    /// Joins the two rarest nodes until one is left.
    fn join(&mut self) {
        for at in (1..=self.heap_len / 2).rev() {
            self.sink(at);
        }
        let mut node = self.alphabet.symbols;
        loop {
            let a = self.heap[1];
            self.heap[1] = self.heap[self.heap_len];
            self.heap_len -= 1;
            self.sink(1);
            let b = self.heap[1];
            self.set_apart(a);
            self.set_apart(b);
            let (left, right) = (usize::from(a), usize::from(b));
            self.frequency[node] = self.frequency[left] + self.frequency[right];
            self.depth[node] = self.depth[left].max(self.depth[right]) + 1;
            self.parent[left] = node as u16;
            self.parent[right] = node as u16;
            self.heap[1] = node as u16;
            node += 1;
            self.sink(1);
            if self.heap_len < 2 {
                break;
            }
        }
        self.set_apart(self.heap[1]);
    }

    const fn is_leaf(&self, node: usize) -> bool {
        node <= self.greatest
    }

    /// The length of each symbol's code, none over the longest; returns how many there are of each length.
    fn lengths(&mut self) -> [u16; BITS_MAX + 1] {
        let bits_max = self.alphabet.bits_max;
        let mut counts = [0_u16; BITS_MAX + 1];
        let mut too_long = 0_i32;
        self.length[usize::from(self.heap[self.sorted])] = 0;
        for at in self.sorted + 1..HEAP {
            let node = usize::from(self.heap[at]);
            let mut bits = usize::from(self.length[usize::from(self.parent[node])]) + 1;
            if bits > bits_max {
                bits = bits_max;
                too_long += 1;
            }
            self.length[node] = bits as u8;
            if self.is_leaf(node) {
                counts[bits] += 1;
                let extra = i64::from((self.alphabet.extra)(node));
                let frequency = i64::from(self.frequency[node]);
                self.bits[0] += frequency * (bits as i64 + extra);
                self.bits[1] += frequency * (i64::from((self.alphabet.fixed)(node)) + extra);
            }
        }
        if too_long > 0 {
            self.shorten(&mut counts, too_long);
        }
        counts
    }

    /// Makes room for codes that would have been too long, at the cost of shorter ones.
    fn shorten(&mut self, counts: &mut [u16; BITS_MAX + 1], mut too_long: i32) {
        let bits_max = self.alphabet.bits_max;
        while too_long > 0 {
            let mut bits = bits_max - 1;
            while counts[bits] == 0 {
                bits -= 1;
            }
            counts[bits] -= 1;
            counts[bits + 1] += 2;
            counts[bits_max] -= 1;
            too_long -= 2;
        }
        let mut at = HEAP;
        for bits in (1..=bits_max).rev() {
            let mut left = counts[bits];
            while left > 0 {
                at -= 1;
                let node = usize::from(self.heap[at]);
                if self.is_leaf(node) {
                    let longer = bits as i64 - i64::from(self.length[node]);
                    self.bits[0] += longer * i64::from(self.frequency[node]);
                    self.length[node] = bits as u8;
                    left -= 1;
                }
            }
        }
    }
}
