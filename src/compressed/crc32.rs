//! CRC-32 as gzip has it (RFC 1952, section 8).

/// Tables for eight bytes at a time.
static TABLES: [[u32; 256]; 8] = tables();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        tables[0][byte] = value;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// The CRC of what was added.
#[derive(Debug, Clone, Copy)]
pub struct Crc32(u32);

impl Crc32 {
    /// Of nothing.
    pub const fn new() -> Self {
        Self(!0)
    }

    /// Adds bytes.
    #[expect(clippy::indexing_slicing, reason = "a byte is below 256, and there are eight tables")]
    pub fn add(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut crc = self.0;
        for eight in eights {
            let mixed = u64::from_le_bytes(*eight) ^ u64::from(crc);
            let parts = mixed.to_le_bytes().into_iter().zip(TABLES.iter().rev());
            crc = parts.fold(0, |crc, (byte, table)| crc ^ table[usize::from(byte)]);
        }
        for byte in rest {
            crc = crc >> 8 ^ TABLES[0][usize::from(crc as u8 ^ byte)];
        }
        self.0 = crc;
    }

    /// The value.
    pub const fn value(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_comes_out_however_the_bytes_are_cut() {
        for cut in 0..=9 {
            let mut crc = Crc32::new();
            let (first, second) = b"123456789".split_at(cut);
            crc.add(first);
            crc.add(second);
            assert_eq!(crc.value(), 0xcbf4_3926);
        }
        assert_eq!(Crc32::new().value(), 0);
    }
}
