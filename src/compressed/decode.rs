//! What reading any of the formats has in common.

use super::format::Format;
use super::gzip::GzipDecoder;
use super::xz::XzDecoder;
use super::zstd::ZstdDecoder;
use crate::base::limits::{COMPRESSED_TAIL_BYTES_MAX, REPLAY_EMPTY_BYTES_MAX};

/// Why a compressed file cannot be read on. What was decoded before is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not what the format says.
    #[error("{format} data damaged at offset {offset}: {what}")]
    Damaged {
        /// Its format.
        format: Format,
        /// Where in the compressed file, at the latest.
        offset: u64,
        /// What stands there.
        what: &'static str,
    },
    /// It wants more memory than is granted.
    #[error("{format} data wants more memory than {bytes_max} bytes to be read")]
    Memory {
        /// Its format.
        format: Format,
        /// What is granted.
        bytes_max: u64,
    },
}

/// A place in both the compressed file and its plaintext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A member, frame or stream starts.
    Start {
        /// Plaintext before it.
        plain_at: u64,
        /// Where its header starts.
        compressed_at: u64,
        /// A gzip member's header as it stands there; empty for other formats.
        header: Vec<u8>,
    },
    /// It ends, and its checksum was right.
    End {
        /// Plaintext before and in it.
        plain_at: u64,
        /// Where it ends.
        compressed_at: u64,
    },
}

/// What follows the last member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// Zeros, as block devices and tapes leave them.
    pub zeros: u64,
    /// What comes behind those and is no member; empty if there was too much of it.
    pub garbage: Vec<u8>,
    /// How much of it there was.
    pub garbage_bytes: u64,
}

impl Tail {
    pub(super) fn add(&mut self, byte: u8) {
        if byte == 0 && self.garbage_bytes == 0 {
            self.zeros += 1;
            return;
        }
        self.garbage_bytes += 1;
        if self.garbage_bytes <= COMPRESSED_TAIL_BYTES_MAX as u64 {
            self.garbage.push(byte);
        } else {
            self.garbage = Vec::new();
        }
    }

    /// Whether `garbage` is all of it.
    pub const fn is_whole(&self) -> bool {
        self.garbage_bytes == self.garbage.len() as u64
    }

    /// Whether a recipe may keep it.
    pub const fn is_kept(&self) -> bool {
        self.is_whole() && self.zeros <= REPLAY_EMPTY_BYTES_MAX
    }
}

/// What there was when nothing follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Members, frames or streams that were whole.
    pub members: u64,
    /// What follows the last.
    pub tail: Tail,
    /// Whether the last one is not whole.
    pub is_truncated: bool,
}

/// Reads a compressed file.
#[derive(Debug)]
pub struct Decoder {
    reader: Reader,
    marks: Vec<Mark>,
}

#[derive(Debug)]
enum Reader {
    Gzip(Box<GzipDecoder>),
    Zstd(Box<ZstdDecoder>),
    Xz(Box<XzDecoder>),
}

impl Decoder {
    /// A reader of a file that starts with the next byte.
    pub fn new(format: Format) -> Self {
        let reader = match format {
            Format::Gzip => Reader::Gzip(Box::new(GzipDecoder::new())),
            Format::Zstd => Reader::Zstd(Box::new(ZstdDecoder::new())),
            Format::Xz => Reader::Xz(Box::new(XzDecoder::new())),
        };
        Self { reader, marks: Vec::new() }
    }

    /// Takes up `compressed` and appends its plaintext to `out`, but stops soon after `room` bytes of it; returns how many bytes were taken up.
    /// The rest is given again.
    ///
    /// # Errors
    /// [`DecodeError`]; what came before it is in `out`. Nothing can be pushed any more then.
    pub fn push(&mut self, compressed: &[u8], room: usize, out: &mut Vec<u8>) -> Result<usize, DecodeError> {
        match &mut self.reader {
            Reader::Gzip(gzip) => gzip.push(compressed, room, out, &mut self.marks),
            Reader::Zstd(zstd) => zstd.push(compressed, room, out, &mut self.marks),
            Reader::Xz(xz) => xz.push(compressed, room, out, &mut self.marks),
        }
    }

    /// The places that were passed since the last call.
    pub fn take_marks(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.marks)
    }

    /// What follows the last member, as far as it was seen.
    pub const fn tail(&self) -> &Tail {
        match &self.reader {
            Reader::Gzip(gzip) => gzip.tail(),
            Reader::Zstd(zstd) => zstd.tail(),
            Reader::Xz(xz) => xz.tail(),
        }
    }

    /// What there was.
    pub fn finish(&mut self) -> Ending {
        match &mut self.reader {
            Reader::Gzip(gzip) => gzip.finish(),
            Reader::Zstd(zstd) => zstd.finish(),
            Reader::Xz(xz) => xz.finish(),
        }
    }
}
