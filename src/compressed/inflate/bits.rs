//! Bits of a compressed stream that comes in pieces, the lowest of each byte first.

/// Holds what of the input was taken up and not used yet.
#[derive(Debug, Default)]
pub struct BitReader {
    held: u64,
    /// Bits in `held`; all bits above them are zero.
    count: u32,
    /// Bytes taken up so far.
    taken: u64,
}

impl BitReader {
    /// Takes up bytes from the front of `input` until 56 bits or more are held, or none are left.
    #[inline]
    pub fn fill(&mut self, input: &mut &[u8]) {
        if let Some((eight, _)) = input.split_first_chunk::<8>() {
            let bytes = (63 - self.count) / 8;
            let more = u64::from_le_bytes(*eight) & ((1_u64 << (8 * bytes)) - 1);
            self.held |= more << self.count;
            self.count += 8 * bytes;
            self.taken += u64::from(bytes);
            *input = input.get(bytes as usize..).unwrap_or_default();
            return;
        }
        while self.count < 56
            && let Some((byte, rest)) = input.split_first()
        {
            self.held |= u64::from(*byte) << self.count;
            self.count += 8;
            self.taken += 1;
            *input = rest;
        }
    }

    /// How many bits are held.
    #[inline]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The bits that are held, the next one lowest, zeros above.
    #[inline]
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Uses up `count` bits, which are held.
    #[inline]
    pub const fn skip(&mut self, count: u32) {
        self.held >>= count;
        self.count -= count;
    }

    /// The next `count` bits, under 32, if they are there.
    #[inline]
    pub fn take(&mut self, count: u32, input: &mut &[u8]) -> Option<u32> {
        if self.count < count {
            self.fill(input);
        }
        if self.count < count {
            return None;
        }
        let bits = (self.held & ((1 << count) - 1)) as u32;
        self.skip(count);
        Some(bits)
    }

    /// Goes to the start of the next byte; the bits that were passed over.
    pub const fn align(&mut self) -> u64 {
        let odd = self.count % 8;
        let passed = self.held & ((1 << odd) - 1);
        self.skip(odd);
        passed
    }

    /// Where the next byte stands that is not used up, counted from the first that came.
    pub const fn offset(&self) -> u64 {
        self.taken - (self.count / 8) as u64
    }
}
