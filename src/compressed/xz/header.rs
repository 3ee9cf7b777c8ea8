//! The headers of streams and blocks, and what ends a stream. Each is taken whole, and its own CRC is compared before anything in it counts.

use super::check::Check;
use crate::compressed::crc32::Crc32;

/// How a stream begins.
pub const MAGIC: [u8; 6] = *b"\xfd7zXZ\0";
/// How a stream ends.
const END_MAGIC: [u8; 2] = *b"YZ";
/// Bytes of the header of a stream, and of what ends it.
pub const STREAM_HEADER_BYTES: usize = 12;
const LZMA2: u64 = 0x21;
const HAS_COMPRESSED_SIZE: u8 = 0x40;
const HAS_PLAIN_SIZE: u8 = 0x80;
const RESERVED: u8 = 0x3c;

/// A number of one to nine bytes, seven bits in each, the lowest first.
#[derive(Debug, Default)]
pub struct Number {
    value: u64,
    bits: u32,
}

impl Number {
    /// Adds a byte; the number if that was its last.
    pub fn grow(&mut self, byte: u8) -> Result<Option<u64>, &'static str> {
        if self.bits > 56 || (byte == 0 && self.bits > 0) {
            return Err("a number that is too long");
        }
        self.value |= u64::from(byte & 0x7f) << self.bits;
        self.bits += 7;
        Ok((byte & 0x80 == 0).then(|| std::mem::take(self).value))
    }
}

/// The bytes without the CRC-32 of them that they end with; `None` if that is another.
fn without_crc(bytes: &[u8]) -> Option<&[u8]> {
    let (body, crc) = bytes.split_last_chunk::<4>()?;
    (crc32(body) == *crc).then_some(body)
}

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc32::new();
    crc.add(bytes);
    crc.value().to_le_bytes()
}

/// The number of the check that all blocks of a stream have, by the whole header of the stream.
pub fn stream_check(header: &[u8]) -> Result<u8, &'static str> {
    let flags = header.strip_prefix(&MAGIC).and_then(without_crc).ok_or("a stream header that is none")?;
    match flags {
        [0, number] if Check::new(*number).is_some() => Ok(*number),
        _ => Err("a check that is not known"),
    }
}

/// Whether these bytes end a stream with this check and an index of so many bytes.
pub fn is_stream_end(footer: &[u8], check: u8, index_bytes: u64) -> bool {
    let Some((crc, rest)) = footer.split_first_chunk::<4>() else { return false };
    let Some((body, magic)) = rest.split_last_chunk::<2>() else { return false };
    let Some((quarters, flags)) = body.split_first_chunk::<4>() else { return false };
    let index_bytes_told = (u64::from(u32::from_le_bytes(*quarters)) + 1) * 4;
    *crc == crc32(body) && *magic == END_MAGIC && *flags == [0, check] && index_bytes_told == index_bytes
}

/// What the header of a block tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockHeader {
    /// Bytes of its data, if they are told.
    pub compressed_bytes: Option<u64>,
    /// Bytes of its plaintext, if they are told.
    pub plain_bytes: Option<u64>,
    /// How far back matches reach.
    pub dictionary_bytes: u64,
}

impl BlockHeader {
    /// The header in `bytes`, which are as many as their first one says.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let body = without_crc(bytes).ok_or("a block header with a wrong checksum")?;
        let Some(([_, flags], mut fields)) = body.split_first_chunk::<2>() else {
            return Err("a block header that is too short");
        };
        let (fields, mut number) = (&mut fields, Number::default());
        let mut next = || loop {
            let (first, rest) = fields.split_first().ok_or("a block header that is too short")?;
            *fields = rest;
            if let Some(value) = number.grow(*first)? {
                return Ok::<u64, &'static str>(value);
            }
        };
        let mut told = |flag| if flags & flag != 0 { next().map(Some) } else { Ok(None) };
        let compressed_bytes = told(HAS_COMPRESSED_SIZE)?;
        let plain_bytes = told(HAS_PLAIN_SIZE)?;
        // The filters of machine code and sound: nobody writes a dump with them.
        if flags & RESERVED != 0 || flags & 3 != 0 || next()? != LZMA2 || next()? != 1 {
            return Err("a filter that is not known");
        }
        let Some((dictionary, padding)) = fields.split_first() else {
            return Err("a block header that is too short");
        };
        if padding.iter().any(|byte| *byte != 0) {
            return Err("a block header with something behind it");
        }
        let dictionary_bytes = dictionary_bytes(*dictionary).ok_or("a dictionary of an impossible size")?;
        Ok(Self { compressed_bytes, plain_bytes, dictionary_bytes })
    }
}

/// Sizes are 2^n and 2^n + 2^(n - 1), and at last one byte less than 4 GiB.
const fn dictionary_bytes(number: u8) -> Option<u64> {
    match number {
        0..40 => Some((2 | (number as u64 & 1)) << (number / 2 + 11)),
        40 => Some(u32::MAX as u64),
        _ => None,
    }
}
