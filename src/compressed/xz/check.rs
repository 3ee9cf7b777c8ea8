//! The checks that the blocks of an xz file end with.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::compressed::crc32::Crc32;

/// CRC-64 with the polynomial of ECMA-182, bits reflected.
static TABLE: [u64; 256] = table();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xc96c_5795_d787_0f42 } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

/// What is computed of the plaintext of a block.
#[derive(Clone)]
pub enum Check {
    /// Nothing: damage is only seen where the data makes no sense.
    None,
    Crc32(Crc32),
    /// The CRC, inverted.
    Crc64(u64),
    Sha256(Sha256),
}

impl Check {
    /// The check with this number, at the start of a block; `None` if it is not known.
    pub fn new(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::Crc32(Crc32::new())),
            4 => Some(Self::Crc64(!0)),
            10 => Some(Self::Sha256(Sha256::new())),
            _ => None,
        }
    }

    /// Adds plaintext.
    #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
    pub fn add(&mut self, plain: &[u8]) {
        match self {
            Self::None => {}
            Self::Crc32(crc) => crc.add(plain),
            Self::Crc64(crc) => {
                *crc = plain.iter().fold(*crc, |crc, byte| crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)]);
            }
            Self::Sha256(digest) => digest.update(plain),
        }
    }

    /// The bytes that stand behind the block.
    pub fn value(&self) -> Vec<u8> {
        match self {
            Self::None => vec![],
            Self::Crc32(crc) => crc.value().to_le_bytes().to_vec(),
            Self::Crc64(crc) => (!crc).to_le_bytes().to_vec(),
            Self::Sha256(digest) => digest.clone().finalize().to_vec(),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Crc32(_) => "Crc32",
            Self::Crc64(_) => "Crc64",
            Self::Sha256(_) => "Sha256",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_values_come_out_however_the_bytes_are_cut() {
        let wanted = [
            (0, ""),
            (1, "2639f4cb"),
            (4, "fa3919dfbbc95d99"),
            (10, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ];
        for (number, wanted) in wanted {
            for cut in 0..=9 {
                let mut check = Check::new(number).unwrap();
                let (first, second) = b"123456789".split_at(cut);
                check.add(first);
                check.add(second);
                assert_eq!(data_encoding::HEXLOWER.encode(&check.value()), wanted, "{number}");
            }
        }
        assert!(Check::new(2).is_none() && Check::new(15).is_none());
    }
}
