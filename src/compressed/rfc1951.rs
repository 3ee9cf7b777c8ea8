//! The tables of RFC 1951 that reading and writing share.

/// A code of a length or a distance.
#[derive(Debug, Clone, Copy)]
pub struct RangeCode {
    /// The least value.
    pub base: u16,
    /// Bits that are added to it.
    pub extra_bits: u32,
}

/// The symbol that ends a block.
pub const END_OF_BLOCK: usize = 256;
/// The longest match.
pub const MATCH_BYTES_MAX: usize = 258;
/// The shortest match.
pub const MATCH_BYTES_MIN: usize = 3;
/// How far back a match may lie, in bytes.
pub const WINDOW_BYTES: usize = 32_768;

/// In which order the lengths of the code for code lengths stand.
pub const CODE_LENGTH_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Lengths: symbol 257 is the first.
pub const LENGTH_CODES: [RangeCode; 29] = lengths();
/// Distances.
pub const DISTANCE_CODES: [RangeCode; 30] = distances();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn lengths() -> [RangeCode; 29] {
    let mut codes = [RangeCode { base: 0, extra_bits: 0 }; 29];
    let (mut code, mut base) = (0, 3);
    while code < 28 {
        let extra_bits = if code < 8 { 0 } else { code as u32 / 4 - 1 };
        codes[code] = RangeCode { base, extra_bits };
        base += 1 << extra_bits;
        code += 1;
    }
    // The longest has a code of its own.
    codes[28] = RangeCode { base: 258, extra_bits: 0 };
    codes
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn distances() -> [RangeCode; 30] {
    let mut codes = [RangeCode { base: 0, extra_bits: 0 }; 30];
    let (mut code, mut base) = (0, 1_u32);
    while code < 30 {
        let extra_bits = if code < 4 { 0 } else { code as u32 / 2 - 1 };
        codes[code] = RangeCode { base: base as u16, extra_bits };
        base += 1 << extra_bits;
        code += 1;
    }
    codes
}

const LENGTH_CODE_OF: [u8; 259] = length_code_of();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn length_code_of() -> [u8; 259] {
    let mut of = [0; 259];
    let mut length = 3;
    let mut code = 0;
    while length < 259 {
        while code < 28 && LENGTH_CODES[code + 1].base as usize <= length {
            code += 1;
        }
        of[length] = code as u8;
        length += 1;
    }
    of
}

/// The code of a match of `length` bytes, 3 to 258.
#[expect(clippy::indexing_slicing, reason = "no match is over 258 bytes")]
pub const fn length_code(length: usize) -> usize {
    LENGTH_CODE_OF[length] as usize
}

/// The code of a `distance`, 1 to 32,768.
pub const fn distance_code(distance: usize) -> usize {
    let less = distance - 1;
    if less < 4 {
        return less;
    }
    // Two codes for each power of two.
    let power = less.ilog2() as usize;
    2 * power + (less >> (power - 1) & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_and_distance_lies_within_its_code() {
        for length in MATCH_BYTES_MIN..=MATCH_BYTES_MAX {
            let code = LENGTH_CODES[length_code(length)];
            let over = length - usize::from(code.base);
            assert!(over < 1 << code.extra_bits, "{length}");
        }
        assert_eq!((length_code(257), length_code(258)), (27, 28));
        for distance in 1..=WINDOW_BYTES {
            let code = DISTANCE_CODES[distance_code(distance)];
            let over = distance - usize::from(code.base);
            assert!(over < 1 << code.extra_bits, "{distance}");
        }
    }
}
