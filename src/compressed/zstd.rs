//! zstd files read as they come: frames, those that are skipped among them, and what follows the last.

use std::fmt;

use zstd::zstd_safe::{self, DCtx, DParameter, InBuffer, OutBuffer};

use super::decode::{DecodeError, Ending, Mark, Tail};
use super::format::{Format, ZSTD_MAGIC};
use crate::base::limits::ZSTD_WINDOW_LOG_MAX;

/// How all frames begin that are skipped, but for the lowest four bits.
const SKIPPED_MAGIC: u32 = 0x184d_2a50;
/// Plaintext that is decoded at a time.
const STEP_BYTES: usize = 128 * 1024;

#[derive(Debug)]
enum Stage {
    /// Between frames: the first bytes of the next.
    Magic(Vec<u8>),
    Frame,
    Tail,
}

/// Reads a zstd file.
pub struct ZstdDecoder {
    context: DCtx<'static>,
    is_set_up: bool,
    stage: Stage,
    frames: u64,
    taken: u64,
    plain_bytes: u64,
    tail: Tail,
}

impl ZstdDecoder {
    pub fn new() -> Self {
        Self {
            context: DCtx::create(),
            is_set_up: false,
            stage: Stage::Magic(Vec::new()),
            frames: 0,
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
            let before = (input.len(), out.len());
            if matches!(self.stage, Stage::Frame) {
                self.frame(&mut input, full, out, marks)?;
            } else if let Some((byte, rest)) = input.split_first() {
                self.between(*byte, marks)?;
                input = rest;
            }
            if before == (input.len(), out.len()) {
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
        let is_truncated = match &mut self.stage {
            Stage::Frame => true,
            Stage::Magic(magic) => {
                magic.iter().for_each(|byte| self.tail.add(*byte));
                self.frames == 0
            }
            Stage::Tail => false,
        };
        Ending { members: self.frames, tail: std::mem::take(&mut self.tail), is_truncated }
    }

    /// Takes a byte of the next frame's magic, or of what follows the last.
    fn between(&mut self, byte: u8, marks: &mut Vec<Mark>) -> Result<(), DecodeError> {
        self.taken += 1;
        let Stage::Magic(magic) = &mut self.stage else {
            self.tail.add(byte);
            return Ok(());
        };
        magic.push(byte);
        let Some(first) = magic.first_chunk::<4>().copied() else { return Ok(()) };
        if first != ZSTD_MAGIC && u32::from_le_bytes(first) & !0xf != SKIPPED_MAGIC {
            if self.frames == 0 {
                return Err(self.damaged("no frame"));
            }
            first.iter().for_each(|byte| self.tail.add(*byte));
            self.stage = Stage::Tail;
            return Ok(());
        }
        marks.push(Mark::Start {
            plain_at: self.plain_bytes,
            compressed_at: self.taken - first.len() as u64,
            header: Vec::new(),
        });
        self.stage = Stage::Frame;
        self.set_up()?;
        self.step(&mut first.as_slice(), STEP_BYTES, &mut Vec::new())?;
        Ok(())
    }

    fn set_up(&mut self) -> Result<(), DecodeError> {
        if !self.is_set_up {
            let limited = self.context.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX));
            limited.map_err(|code| self.damaged(zstd_safe::get_error_name(code)))?;
            self.is_set_up = true;
        }
        Ok(())
    }

    fn frame(
        &mut self,
        input: &mut &[u8],
        full: usize,
        out: &mut Vec<u8>,
        marks: &mut Vec<Mark>,
    ) -> Result<(), DecodeError> {
        let before = (input.len(), out.len());
        let room = (full - out.len()).min(STEP_BYTES);
        let is_end = self.step(input, room, out)?;
        self.taken += (before.0 - input.len()) as u64;
        self.plain_bytes += (out.len() - before.1) as u64;
        if is_end {
            marks.push(Mark::End { plain_at: self.plain_bytes, compressed_at: self.taken });
            self.frames += 1;
            self.stage = Stage::Magic(Vec::new());
        }
        Ok(())
    }

    /// Decodes at most `room` bytes; whether the frame has ended.
    fn step(&mut self, input: &mut &[u8], room: usize, out: &mut Vec<u8>) -> Result<bool, DecodeError> {
        let mut plain = Vec::with_capacity(room);
        let mut source = InBuffer::around(input);
        let left = self.context.decompress_stream(&mut OutBuffer::around(&mut plain), &mut source);
        *input = input.get(source.pos()..).unwrap_or_default();
        out.append(&mut plain);
        left.map(|left| left == 0).map_err(|code| match zstd_safe::get_error_name(code) {
            "Frame requires too much memory for decoding" => {
                DecodeError::Memory { format: Format::Zstd, bytes_max: 1 << ZSTD_WINDOW_LOG_MAX }
            }
            what => self.damaged(what),
        })
    }

    const fn damaged(&self, what: &'static str) -> DecodeError {
        DecodeError::Damaged { format: Format::Zstd, offset: self.taken, what }
    }
}

impl fmt::Debug for ZstdDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZstdDecoder({:?})", self.stage)
    }
}
