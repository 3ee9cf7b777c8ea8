//! xz files read as they come (The .xz File Format 1.2): streams, the zeros between them, and what follows the last.
//!
//! What stands around the data is read here, so that memory does not grow with the number of blocks and every check that can be made is
//! made; only LZMA2 is a library's matter, one without `unsafe`.

mod check;
mod header;
mod index;

use std::fmt;
use std::io::ErrorKind;

use check::Check;
pub use header::MAGIC;
use header::{BlockHeader, STREAM_HEADER_BYTES, is_stream_end, stream_check};
use index::{Blocks, Index};
use lzma_rust2::{Action, Lzma2Stream, Status};

use super::decode::{DecodeError, Ending, Mark, Tail};
use super::format::Format;
use crate::base::limits::XZ_DICTIONARY_BYTES_MAX;

/// Plaintext that is decoded at a time.
const STEP_BYTES: usize = 64 * 1024;

#[derive(Debug)]
enum Stage {
    /// Before a stream, or in the zeros behind one.
    Between,
    StreamHeader,
    /// At the byte that tells how long the header of a block is, or that there is no other.
    BlockOrIndex,
    BlockHeader {
        bytes: usize,
    },
    Data(Block),
    /// In the padding and the check of a block.
    BlockEnd {
        padding: usize,
        check: Vec<u8>,
    },
    Index(Box<Index>),
    StreamEnd {
        index_bytes: u64,
    },
    Tail,
}

/// A block whose data is being read.
struct Block {
    header: BlockHeader,
    header_bytes: u64,
    data: Box<Lzma2Stream>,
    check: Check,
}

/// Reads an xz file.
pub struct XzDecoder {
    stage: Stage,
    /// What there is so far of the part that is taken whole.
    held: Vec<u8>,
    step: Vec<u8>,
    check: u8,
    blocks: Blocks,
    streams: u64,
    taken: u64,
    plain_bytes: u64,
    tail: Tail,
}

impl XzDecoder {
    pub fn new() -> Self {
        Self {
            stage: Stage::Between,
            held: Vec::new(),
            step: Vec::new(),
            check: 0,
            blocks: Blocks::default(),
            streams: 0,
            taken: 0,
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
        while out.len() < full {
            let has_gone_on = if matches!(self.stage, Stage::Data(_)) {
                self.data(&mut input, full - out.len(), out)?
            } else if let Some((byte, rest)) = input.split_first() {
                input = rest;
                self.taken += 1;
                self.byte(*byte, marks)?;
                true
            } else {
                false
            };
            if !has_gone_on {
                break;
            }
        }
        Ok(all - input.len())
    }

    /// What follows the last, as far as it was seen.
    pub const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// What there was, when no input follows.
    pub fn finish(&mut self) -> Ending {
        let mut is_truncated = true;
        if matches!(self.stage, Stage::Between | Stage::Tail) && self.streams > 0 {
            // The beginning of a stream is garbage if nothing follows.
            self.hold_no_more();
            // Zeros are written four at a time.
            is_truncated = self.tail.garbage_bytes == 0 && !self.tail.zeros.is_multiple_of(4);
        }
        Ending { members: self.streams, tail: std::mem::take(&mut self.tail), is_truncated }
    }

    fn hold_no_more(&mut self) {
        for byte in self.held.drain(..) {
            self.tail.add(byte);
        }
    }

    /// Takes a byte of anything but data.
    fn byte(&mut self, byte: u8, marks: &mut Vec<Mark>) -> Result<(), DecodeError> {
        if let Stage::Index(index) = &mut self.stage {
            let ended = index.grow(byte, &self.blocks);
            if let Some(index_bytes) = ended.map_err(|what| self.damaged(what))? {
                self.stage = Stage::StreamEnd { index_bytes };
            }
            return Ok(());
        }
        self.held.push(byte);
        match &self.stage {
            Stage::Between => return self.between(marks),
            Stage::Tail => self.hold_no_more(),
            Stage::StreamHeader if self.held.len() == STREAM_HEADER_BYTES => {
                self.check = stream_check(&self.held).map_err(|what| self.damaged(what))?;
                self.blocks = Blocks::default();
                self.next(Stage::BlockOrIndex);
            }
            Stage::BlockOrIndex if byte == 0 => self.next(Stage::Index(Box::new(Index::new()))),
            // The byte belongs to the header.
            Stage::BlockOrIndex => self.stage = Stage::BlockHeader { bytes: (usize::from(byte) + 1) * 4 },
            Stage::BlockHeader { bytes } if self.held.len() == *bytes => return self.block(),
            Stage::BlockEnd { padding, check } if self.held.len() == padding + check.len() => {
                let (zeros, found) = self.held.split_at(*padding);
                if zeros.iter().any(|byte| *byte != 0) {
                    return Err(self.damaged("a block with something behind it"));
                }
                if found != check {
                    return Err(self.damaged("a checksum that is another than that of the data"));
                }
                self.next(Stage::BlockOrIndex);
            }
            Stage::StreamEnd { index_bytes } if self.held.len() == STREAM_HEADER_BYTES => {
                if !is_stream_end(&self.held, self.check, *index_bytes) {
                    return Err(self.damaged("a stream that does not end as one"));
                }
                marks.push(Mark::End { plain_at: self.plain_bytes, compressed_at: self.taken });
                self.streams += 1;
                self.next(Stage::Between);
            }
            _ => {}
        }
        Ok(())
    }

    fn next(&mut self, stage: Stage) {
        self.held.clear();
        self.stage = stage;
    }

    /// Looks at what is held between streams: zeros, the magic of the next or its beginning, or garbage.
    fn between(&mut self, marks: &mut Vec<Mark>) -> Result<(), DecodeError> {
        if self.held == MAGIC && self.tail.zeros.is_multiple_of(4) {
            self.tail = Tail::default();
            self.stage = Stage::StreamHeader;
            let compressed_at = self.taken - MAGIC.len() as u64;
            marks.push(Mark::Start { plain_at: self.plain_bytes, compressed_at, header: Vec::new() });
        } else if self.streams == 0 && !MAGIC.starts_with(&self.held) {
            return Err(self.damaged("no stream"));
        } else if self.held == [0] {
            self.hold_no_more();
        } else if self.held == MAGIC || !MAGIC.starts_with(&self.held) {
            self.hold_no_more();
            self.stage = Stage::Tail;
        }
        Ok(())
    }

    /// Begins the block whose header is held.
    fn block(&mut self) -> Result<(), DecodeError> {
        let header = BlockHeader::parse(&self.held).map_err(|what| self.damaged(what))?;
        let bytes = u32::try_from(header.dictionary_bytes).unwrap_or(u32::MAX);
        if bytes > XZ_DICTIONARY_BYTES_MAX {
            return Err(Self::too_large());
        }
        let check = Check::new(self.check).unwrap_or(Check::None);
        let header_bytes = self.held.len() as u64;
        let data = Box::new(Lzma2Stream::new(bytes));
        self.next(Stage::Data(Block { header, header_bytes, data, check }));
        Ok(())
    }

    /// Decodes at most `room` bytes; whether anything became of it.
    fn data(&mut self, input: &mut &[u8], room: usize, out: &mut Vec<u8>) -> Result<bool, DecodeError> {
        let Stage::Data(block) = &mut self.stage else { return Ok(false) };
        self.step.resize(STEP_BYTES, 0);
        let step = self.step.get_mut(..room.min(STEP_BYTES)).unwrap_or_default();
        let before = (block.data.total_in(), block.data.total_out());
        let result = block.data.process(input, step, Action::Run);
        let (taken, made) = (block.data.total_in() - before.0, block.data.total_out() - before.1);
        let new = usize::try_from(made).ok().and_then(|made| step.get(..made)).unwrap_or_default();
        block.check.add(new);
        out.extend_from_slice(new);
        *input = usize::try_from(taken).ok().and_then(|taken| input.get(taken..)).unwrap_or_default();
        self.taken += taken;
        self.plain_bytes += made;
        match result {
            Ok(result) if result.status == Status::StreamEnd => self.end_block().map(|()| true),
            Ok(_) => Ok(taken > 0 || made > 0),
            Err(error) if error.kind() == ErrorKind::OutOfMemory => Err(Self::too_large()),
            Err(_) => Err(self.damaged("data that is not LZMA2")),
        }
    }

    fn end_block(&mut self) -> Result<(), DecodeError> {
        let Stage::Data(block) = &self.stage else { return Ok(()) };
        let (compressed_bytes, plain_bytes) = (block.data.total_in(), block.data.total_out());
        let is_as_told = |told: Option<u64>, found| told.is_none_or(|told| told == found);
        if !is_as_told(block.header.compressed_bytes, compressed_bytes)
            || !is_as_told(block.header.plain_bytes, plain_bytes)
        {
            return Err(self.damaged("a block of another size than its header says"));
        }
        let check = block.check.value();
        self.blocks.add(block.header_bytes + compressed_bytes + check.len() as u64, plain_bytes);
        let padding = (compressed_bytes.wrapping_neg() % 4) as usize;
        let is_over = padding + check.len() == 0;
        self.next(if is_over { Stage::BlockOrIndex } else { Stage::BlockEnd { padding, check } });
        Ok(())
    }

    const fn too_large() -> DecodeError {
        DecodeError::Memory { format: Format::Xz, bytes_max: XZ_DICTIONARY_BYTES_MAX as u64 }
    }

    const fn damaged(&self, what: &'static str) -> DecodeError {
        DecodeError::Damaged { format: Format::Xz, offset: self.taken, what }
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({:?}, {:?})", self.header, self.check)
    }
}

impl fmt::Debug for XzDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XzDecoder({:?})", self.stage)
    }
}

#[cfg(test)]
mod tests;
