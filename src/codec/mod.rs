//! Floor 1: how plaintext is compressed, and given back to exactly its length.
//!
//! Contexts of zstd are kept for as long as a [`Compressor`] or [`Decompressor`] lives; use one for each thread.

pub mod delta;

use std::fmt;

use crate::base::{Encoding, Fields};
use zstd::zstd_safe::{self, CCtx, CParameter, DCtx, ResetDirective};

/// One part in so many must be saved, or the bytes are stored: less is not worth decompressing. zstd passes over what does
/// not compress at more than a GB/s, so that trying costs less than any estimate beforehand.
const WORTH: usize = 128;
/// Levels whose matches are found by two hashes (`ZSTD_dfast`), where the length of the shorter one is worth choosing.
const LEVELS_OF_TWO_HASHES: std::ops::RangeInclusive<i32> = 3..=4;
/// Bytes of the shorter hash: zstd's own choice, and one that ignores the many short matches between rows of a table. On
/// dumps the latter saves 1 to 2.5 %, on programs and sources it costs as much.
const MATCH_BYTES: (u32, u32) = (5, 6);
/// After how many calls both are tried on the same bytes again.
const CALLS_A_TRIAL: u32 = 24;
/// Fewer bytes than this are not tried on.
const TRIAL_BYTES_MIN: usize = 128 * 1024;
/// The level of what is small beside what it stands for.
const LEVEL_DENSE: i32 = 12;
/// Of more bytes than this it takes too long, for the sixtieth that it saves.
const DENSE_BYTES_MAX: usize = 32 * 1024;
/// Their level.
const LEVEL_LESS_DENSE: i32 = 5;
/// The largest window a reader grants, in bytes.
const WINDOW_BYTES_MAX: u64 = 128 << 20;

/// Why bytes could not be compressed or decompressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The frame is damaged or of another length than its seal says.
    #[error("does not decompress: {0}")]
    Decompress(&'static str),
    /// The frame is shorter or longer than it must be.
    #[error("decompresses to {found} bytes and not to {wanted}")]
    Length {
        /// Bytes it must have.
        wanted: usize,
        /// Bytes it has.
        found: usize,
    },
    /// zstd refused to compress, for example for want of memory.
    #[error("does not compress: {0}")]
    Compress(&'static str),
}

/// How new data is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// zstd at a level from -7 to 19; data that does not compress is stored.
    Level(i32),
    /// Everything is stored as it is.
    Off,
}

impl Default for Compression {
    fn default() -> Self {
        Self::Level(3)
    }
}

/// Compresses; one for each thread.
pub struct Compressor {
    context: CCtx<'static>,
    compression: Compression,
    /// Which of [`MATCH_BYTES`] won the last trial.
    match_bytes: u32,
    calls: u32,
}

impl Compressor {
    /// A compressor with its own zstd context.
    pub fn new(compression: Compression) -> Self {
        Self { context: CCtx::create(), compression, match_bytes: MATCH_BYTES.0, calls: 0 }
    }

    /// Compresses `plain` after what is in `out`, or stores it there if that saves less than a 128th.
    ///
    /// # Errors
    /// [`CodecError::Compress`].
    pub fn compress(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<Encoding, CodecError> {
        let Compression::Level(level) = self.compression else {
            out.extend_from_slice(plain);
            return Ok(Encoding::Stored);
        };
        let start = out.len();
        if LEVELS_OF_TWO_HASHES.contains(&level) {
            self.frame_of_two_hashes(plain, level, out)?;
        } else {
            self.frame(plain, level, None, out)?;
        }
        if out.len() - start < plain.len() - plain.len() / WORTH {
            return Ok(Encoding::Zstd);
        }
        out.truncate(start);
        out.extend_from_slice(plain);
        Ok(Encoding::Stored)
    }

    /// `plain` compressed at a level for small things, or as it is if that is not longer.
    fn dense(&mut self, plain: &[u8]) -> Result<Vec<u8>, CodecError> {
        let Compression::Level(level) = self.compression else { return Ok(plain.to_vec()) };
        let mut frame = Vec::new();
        if !plain.is_empty() {
            let dense = if plain.len() > DENSE_BYTES_MAX { LEVEL_LESS_DENSE } else { LEVEL_DENSE };
            self.frame(plain, level.max(dense), None, &mut frame)?;
        }
        Ok(if frame.len() < plain.len() { frame } else { plain.to_vec() })
    }

    /// Compresses with the choice that is better for data of this kind, which from time to time is found out by trying both.
    fn frame_of_two_hashes(&mut self, plain: &[u8], level: i32, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let start = out.len();
        self.frame(plain, level, Some(self.match_bytes), out)?;
        let bytes = out.len() - start;
        if plain.len() < TRIAL_BYTES_MIN || bytes >= plain.len() - plain.len() / WORTH {
            return Ok(());
        }
        if self.calls.is_multiple_of(CALLS_A_TRIAL) {
            let other = MATCH_BYTES.0 + MATCH_BYTES.1 - self.match_bytes;
            let mut frame = Vec::new();
            self.frame(plain, level, Some(other), &mut frame)?;
            if frame.len() < bytes {
                self.match_bytes = other;
                out.truncate(start);
                out.extend_from_slice(&frame);
            }
        }
        self.calls = self.calls.wrapping_add(1);
        Ok(())
    }

    fn frame(
        &mut self,
        plain: &[u8],
        level: i32,
        match_bytes: Option<u32>,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let failed = |code| CodecError::Compress(zstd_safe::get_error_name(code));
        self.context.reset(ResetDirective::SessionAndParameters).map_err(failed)?;
        self.context.set_parameter(CParameter::CompressionLevel(level)).map_err(failed)?;
        self.context.set_parameter(CParameter::ContentSizeFlag(false)).map_err(failed)?;
        if let Some(bytes) = match_bytes {
            self.context.set_parameter(CParameter::MinMatch(bytes)).map_err(failed)?;
        }
        let start = out.len();
        let mut frame = std::mem::take(out);
        frame.reserve(zstd_safe::compress_bound(plain.len()));
        let mut buffer = zstd_safe::OutBuffer::around_pos(&mut frame, start);
        let mut input = zstd_safe::InBuffer::around(plain);
        let pledged = u64::try_from(plain.len()).ok();
        self.context.set_pledged_src_size(pledged).map_err(failed)?;
        let left = self
            .context
            .compress_stream2(&mut buffer, &mut input, zstd_safe::zstd_sys::ZSTD_EndDirective::ZSTD_e_end)
            .map_err(failed);
        let done =
            left.and_then(|left| if left == 0 { Ok(()) } else { Err(CodecError::Compress("no room")) });
        *out = frame;
        done
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compressor({:?})", self.compression)
    }
}

/// Decompresses; one for each thread.
pub struct Decompressor {
    context: DCtx<'static>,
}

impl Default for Decompressor {
    fn default() -> Self {
        Self::new()
    }
}

impl Decompressor {
    /// A decompressor with its own zstd context.
    pub fn new() -> Self {
        Self { context: DCtx::create() }
    }

    /// The plaintext of `body`, which must have `plain_bytes`; never allocates more, but for the steps of a delta.
    ///
    /// `base`, parts that lie back to back, is used with [`Encoding::Delta`] only.
    ///
    /// # Errors
    /// [`CodecError::Decompress`], [`CodecError::Length`].
    pub fn decompress(
        &mut self,
        encoding: Encoding,
        body: Vec<u8>,
        base: &[&[u8]],
        plain_bytes: usize,
    ) -> Result<Vec<u8>, CodecError> {
        let plain = match encoding {
            Encoding::Stored => body,
            Encoding::Zstd => decode(&mut self.context, &body, plain_bytes)?,
            Encoding::Delta => delta::decode(self, &body, base, plain_bytes)?,
        };
        exactly(plain, plain_bytes)
    }

    /// The plaintext of a part of a delta, which is as it is if it has that length.
    fn dense(&mut self, stored: &[u8], plain_bytes: usize) -> Result<Vec<u8>, CodecError> {
        let is_stored = stored.len() == plain_bytes;
        exactly(
            if is_stored { stored.to_vec() } else { decode(&mut self.context, stored, plain_bytes)? },
            plain_bytes,
        )
    }
}

fn exactly(plain: Vec<u8>, wanted: usize) -> Result<Vec<u8>, CodecError> {
    let found = plain.len();
    if found == wanted { Ok(plain) } else { Err(CodecError::Length { wanted, found }) }
}

impl fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decompressor")
    }
}

fn failed(code: usize) -> CodecError {
    CodecError::Decompress(zstd_safe::get_error_name(code))
}

/// How a frame of RFC 8878 begins.
const FRAME_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fn decode(context: &mut DCtx<'_>, body: &[u8], plain_bytes: usize) -> Result<Vec<u8>, CodecError> {
    check_header(body)?;
    // One frame and nothing after it: zstd itself would decode several in a row.
    if zstd_safe::find_frame_compressed_size(body).map_err(failed)? != body.len() {
        return Err(CodecError::Decompress("bytes after the frame"));
    }
    let mut plain = Vec::with_capacity(plain_bytes);
    context.decompress(&mut plain, body).map_err(failed)?;
    Ok(plain)
}

/// Refuses what `format-spec/conventions.md`, "zstd frames", does; zstd itself would not when it has the whole frame at once.
fn check_header(frame: &[u8]) -> Result<(), CodecError> {
    let mut fields = Fields::new(frame);
    let ended = |_| CodecError::Decompress("not a frame");
    // Frames that are skipped have no plaintext, and those of old versions of zstd another format.
    if fields.array().map_err(ended)? != FRAME_MAGIC {
        return Err(CodecError::Decompress("not a frame"));
    }
    let descriptor = fields.u8().map_err(ended)?;
    if descriptor & 0b11 != 0 {
        return Err(CodecError::Decompress("a dictionary id"));
    }
    let window_bytes = if descriptor & 0b10_0000 == 0 {
        let window = fields.u8().map_err(ended)?;
        let base = 1_u64 << (10 + (window >> 3));
        base + base / 8 * u64::from(window & 0b111)
    } else {
        // A frame of one segment has its content as its window.
        match descriptor >> 6 {
            0 => fields.u8().map(u64::from),
            1 => fields.u16_le().map(|bytes| u64::from(bytes) + 256),
            2 => fields.u32_le().map(u64::from),
            _ => fields.u64_le(),
        }
        .map_err(ended)?
    };
    if window_bytes > WINDOW_BYTES_MAX {
        return Err(CodecError::Decompress("a window over 128 MiB"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
