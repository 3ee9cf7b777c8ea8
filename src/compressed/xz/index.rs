//! The index that ends a stream: the sizes of its blocks once more. They are compared by a digest, so that it does not matter how many there are.

use super::header::Number;
use crate::compressed::crc32::Crc32;

/// The sizes of blocks.
#[derive(Debug, Default)]
pub struct Blocks {
    count: u64,
    sizes: blake3::Hasher,
}

impl Blocks {
    /// Adds a block: its bytes without padding, and those of its plaintext.
    pub fn add(&mut self, unpadded_bytes: u64, plain_bytes: u64) {
        self.count += 1;
        self.sizes.update(&unpadded_bytes.to_le_bytes());
        self.sizes.update(&plain_bytes.to_le_bytes());
    }
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Count,
    UnpaddedBytes,
    PlainBytes { unpadded_bytes: u64 },
    Padding,
    Crc { at: usize },
}

/// Reads an index, byte by byte.
#[derive(Debug)]
pub struct Index {
    part: Part,
    number: Number,
    crc: Crc32,
    bytes: u64,
    left: u64,
    found: Blocks,
}

impl Index {
    /// Behind the byte that says that it is one.
    pub fn new() -> Self {
        let mut crc = Crc32::new();
        crc.add(&[0]);
        Self {
            part: Part::Count,
            number: Number::default(),
            crc,
            bytes: 1,
            left: 0,
            found: Blocks::default(),
        }
    }

    /// Adds a byte; how many bytes the index has if that was its last and it is that of `blocks`.
    pub fn grow(&mut self, byte: u8, blocks: &Blocks) -> Result<Option<u64>, &'static str> {
        self.bytes += 1;
        if let Part::Crc { at } = self.part {
            if self.crc.value().to_le_bytes().get(at) != Some(&byte) {
                return Err("an index with a wrong checksum");
            }
            self.part = Part::Crc { at: at + 1 };
            return Ok((at == 3).then_some(self.bytes));
        }
        self.crc.add(&[byte]);
        if matches!(self.part, Part::Padding) {
            if byte != 0 {
                return Err("an index with something behind it");
            }
            self.pad();
        } else if let Some(value) = self.number.grow(byte)? {
            self.value(value, blocks)?;
        }
        Ok(None)
    }

    fn value(&mut self, value: u64, blocks: &Blocks) -> Result<(), &'static str> {
        match self.part {
            // A count of more is known to be wrong before any of them is read.
            Part::Count if value != blocks.count => return Err("an index of other blocks"),
            Part::Count => self.left = value,
            Part::PlainBytes { unpadded_bytes } => {
                self.found.add(unpadded_bytes, value);
                self.left -= 1;
            }
            _ => {
                self.part = Part::PlainBytes { unpadded_bytes: value };
                return Ok(());
            }
        }
        self.part = Part::UnpaddedBytes;
        if self.left == 0 {
            if self.found.sizes.finalize() != blocks.sizes.finalize() {
                return Err("an index of other blocks");
            }
            self.pad();
        }
        Ok(())
    }

    const fn pad(&mut self) {
        self.part = if self.bytes.is_multiple_of(4) { Part::Crc { at: 0 } } else { Part::Padding };
    }
}
