//! gzip files read as they come: members, what stands between header and trailer, and what follows the last.

use super::crc32::Crc32;
use super::decode::{DecodeError, Ending, Mark, Tail};
use super::format::Format;
use super::inflate::{BitReader, Halt, Inflater};
use crate::base::limits::GZIP_HEADER_BYTES_MAX;

const FLAG_HEADER_CHECK: u8 = 2;
const FLAG_EXTRA: u8 = 4;
const FLAG_NAME: u8 = 8;
const FLAG_COMMENT: u8 = 16;
const FLAGS_RESERVED: u8 = 0xe0;
const TRAILER_BYTES: usize = 8;

/// Which part of a header the next byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Fixed,
    ExtraLength { left: usize },
    Extra { left: usize },
    Name,
    Comment,
    Check { left: usize },
    End,
}

/// The header of a member, byte by byte.
#[derive(Debug)]
struct Header {
    bytes: Vec<u8>,
    part: Part,
}

/// What a byte made of a header.
enum Grown {
    Whole,
    Longer,
    No(&'static str),
}

impl Header {
    const fn new() -> Self {
        Self { bytes: Vec::new(), part: Part::Fixed }
    }

    fn flags(&self) -> u8 {
        self.bytes.get(3).copied().unwrap_or_default()
    }

    fn grow(&mut self, byte: u8) -> Grown {
        self.bytes.push(byte);
        if self.bytes.len() > GZIP_HEADER_BYTES_MAX {
            return Grown::No("a header that does not end");
        }
        match (self.bytes.len(), byte) {
            (1, 0x1f) | (2, 0x8b) | (3, 8) => {}
            (1..=3, _) => return Grown::No("no header of a member"),
            (4, flags) if flags & FLAGS_RESERVED != 0 => return Grown::No("a header with unknown flags"),
            _ => {}
        }
        self.part = match self.part {
            Part::Fixed if self.bytes.len() < 10 => Part::Fixed,
            Part::Fixed => self.after(Part::Fixed),
            Part::ExtraLength { left: 2 } => Part::ExtraLength { left: 1 },
            Part::ExtraLength { .. } => {
                match self.bytes.last_chunk::<2>().map_or(0, |two| u16::from_le_bytes(*two)) {
                    0 => self.after(Part::Extra { left: 0 }),
                    bytes => Part::Extra { left: usize::from(bytes) },
                }
            }
            Part::Extra { left: 2.. } | Part::Check { left: 2.. } | Part::Name | Part::Comment
                if byte != 0 =>
            {
                self.same_part_shorter()
            }
            Part::Extra { left: 2.. } | Part::Check { left: 2.. } => self.same_part_shorter(),
            part => self.after(part),
        };
        if self.part == Part::End { Grown::Whole } else { Grown::Longer }
    }

    const fn same_part_shorter(&self) -> Part {
        match self.part {
            Part::Extra { left } => Part::Extra { left: left - 1 },
            Part::Check { left } => Part::Check { left: left - 1 },
            part => part,
        }
    }

    /// The part that follows `part`, by the flags.
    fn after(&self, part: Part) -> Part {
        let flags = self.flags();
        let is_before = |other: u8| match part {
            Part::Fixed => true,
            Part::Extra { .. } => other != FLAG_EXTRA,
            Part::Name => matches!(other, FLAG_COMMENT | FLAG_HEADER_CHECK),
            Part::Comment => other == FLAG_HEADER_CHECK,
            _ => false,
        };
        let follows = |flag: u8| flags & flag != 0 && is_before(flag);
        if follows(FLAG_EXTRA) {
            Part::ExtraLength { left: 2 }
        } else if follows(FLAG_NAME) {
            Part::Name
        } else if follows(FLAG_COMMENT) {
            Part::Comment
        } else if follows(FLAG_HEADER_CHECK) {
            Part::Check { left: 2 }
        } else {
            Part::End
        }
    }
}

#[derive(Debug)]
enum Stage {
    Header(Header),
    Body,
    Trailer(Vec<u8>),
    Tail,
}

/// Reads a gzip file.
#[derive(Debug)]
pub struct GzipDecoder {
    bits: BitReader,
    inflater: Inflater,
    stage: Stage,
    members: u64,
    crc: Crc32,
    plain_bytes: u64,
    tail: Tail,
}

impl GzipDecoder {
    pub fn new() -> Self {
        Self {
            bits: BitReader::default(),
            inflater: Inflater::new(),
            stage: Stage::Header(Header::new()),
            members: 0,
            crc: Crc32::new(),
            plain_bytes: 0,
            tail: Tail::default(),
        }
    }

    /// Takes up `input` until `out` has grown by about `room`; how many bytes were taken up.
    pub fn push(
        &mut self,
        mut input: &[u8],
        room: usize,
        out: &mut Vec<u8>,
        marks: &mut Vec<Mark>,
    ) -> Result<usize, DecodeError> {
        let (all, full) = (input.len(), out.len() + room);
        loop {
            let has_gone_on = match self.stage {
                Stage::Body => self.body(&mut input, full, out),
                _ => self.frame(&mut input, marks),
            };
            match has_gone_on {
                Ok(true) if out.len() < full => {}
                Ok(_) => return Ok(all - input.len()),
                Err(what) => return Err(self.damaged(what)),
            }
        }
    }

    /// What follows the last, as far as it was seen.
    pub const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// What there was, when no input follows.
    pub fn finish(&mut self) -> Ending {
        let mut is_truncated = true;
        if let Stage::Header(header) = &mut self.stage
            && self.members > 0
        {
            // The beginning of a member is garbage if nothing follows.
            let bytes = std::mem::take(&mut header.bytes);
            bytes.iter().for_each(|byte| self.tail.add(*byte));
            is_truncated = false;
        }
        is_truncated &= !matches!(self.stage, Stage::Tail);
        Ending { members: self.members, tail: std::mem::take(&mut self.tail), is_truncated }
    }

    fn damaged(&self, what: &'static str) -> DecodeError {
        DecodeError::Damaged { format: Format::Gzip, offset: self.bits.offset(), what }
    }

    fn body(&mut self, input: &mut &[u8], full: usize, out: &mut Vec<u8>) -> Result<bool, &'static str> {
        let start = out.len();
        let halt = self.inflater.read(&mut self.bits, input, full - start, out);
        let new = out.get(start..).unwrap_or_default();
        self.crc.add(new);
        self.plain_bytes += new.len() as u64;
        match halt? {
            Halt::Input => Ok(false),
            Halt::Room => Ok(true),
            Halt::End => {
                self.bits.align();
                self.stage = Stage::Trailer(Vec::with_capacity(TRAILER_BYTES));
                Ok(true)
            }
        }
    }

    /// Takes one byte of a header, a trailer or of what follows the last.
    fn frame(&mut self, input: &mut &[u8], marks: &mut Vec<Mark>) -> Result<bool, &'static str> {
        let Some(byte) = self.bits.take(8, input) else { return Ok(false) };
        let byte = byte as u8;
        match &mut self.stage {
            Stage::Header(header) => match header.grow(byte) {
                Grown::Longer => {}
                Grown::Whole => {
                    let header = std::mem::take(&mut header.bytes);
                    let compressed_at = self.bits.offset() - header.len() as u64;
                    marks.push(Mark::Start { plain_at: self.plain_bytes, compressed_at, header });
                    self.inflater.restart();
                    self.crc = Crc32::new();
                    self.stage = Stage::Body;
                }
                Grown::No(what) if self.members == 0 => return Err(what),
                Grown::No(_) => {
                    let bytes = std::mem::take(&mut header.bytes);
                    bytes.iter().for_each(|byte| self.tail.add(*byte));
                    self.stage = Stage::Tail;
                }
            },
            Stage::Trailer(trailer) => {
                trailer.push(byte);
                if trailer.len() == TRAILER_BYTES {
                    let mut wanted = self.crc.value().to_le_bytes().to_vec();
                    wanted.extend_from_slice(&(self.inflater.plain_bytes() as u32).to_le_bytes());
                    if *trailer != wanted {
                        return Err("a checksum or length that is another than that of the data");
                    }
                    marks.push(Mark::End { plain_at: self.plain_bytes, compressed_at: self.bits.offset() });
                    self.members += 1;
                    self.stage = Stage::Header(Header::new());
                }
            }
            Stage::Tail => self.tail.add(byte),
            Stage::Body => {}
        }
        Ok(true)
    }
}
