//! Bits of a deflate stream, the lowest first, as bytes.

/// Collects bits; whole bytes wait in [`BitWriter::bytes`].
#[derive(Debug, Default, Clone)]
pub struct BitWriter {
    /// Whole bytes that nobody has taken yet.
    pub bytes: Vec<u8>,
    pending: u64,
    /// Bits in `pending`; under 32 between calls.
    count: u32,
}

impl BitWriter {
    /// Adds the lowest `count` bits of `value`, which has no others; at most 32.
    pub fn put(&mut self, value: u32, count: u32) {
        self.pending |= u64::from(value) << self.count;
        self.count += count;
        if self.count >= 32 {
            let [a, b, c, d, ..] = self.pending.to_le_bytes();
            self.bytes.extend_from_slice(&[a, b, c, d]);
            self.pending >>= 32;
            self.count -= 32;
        }
    }

    /// Bits of the last byte that has begun: 0 to 7.
    pub const fn odd_bits(&self) -> u32 {
        self.count % 8
    }

    /// Fills the byte that has begun with zeros; all that was put in is in [`BitWriter::bytes`] then.
    pub fn align(&mut self) {
        let whole = self.count.div_ceil(8) as usize;
        self.bytes.extend(self.pending.to_le_bytes().iter().take(whole));
        (self.pending, self.count) = (0, 0);
    }

    /// Hands on the bytes that are whole.
    pub fn drain(&mut self, out: &mut Vec<u8>) {
        let whole = (self.count / 8) as usize;
        self.bytes.extend(self.pending.to_le_bytes().iter().take(whole));
        self.pending >>= 8 * whole;
        self.count %= 8;
        out.append(&mut self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_fill_bytes_from_the_lowest_and_are_handed_on_when_whole() {
        let mut bits = BitWriter::default();
        let mut out = Vec::new();
        bits.put(0b1, 1);
        bits.put(0b010, 3);
        bits.put(0xabc, 12);
        bits.put(0x3, 2);
        bits.drain(&mut out);
        assert_eq!((out.as_slice(), bits.odd_bits()), ([0xc5, 0xab].as_slice(), 2));
        bits.put(u32::MAX, 32);
        bits.align();
        assert_eq!((bits.bytes.as_slice(), bits.odd_bits()), ([255, 255, 255, 255, 3].as_slice(), 0));
    }
}
