//! The plaintext of a compressed file, read as any other file is, while the file is compared with what would be written again.

use std::sync::Arc;

use super::verify::{Checking, Piece};
use super::{Unpacked, format_of, reason};
use crate::base::limits::{
    UNPACK_BATCH_BYTES, UNPACK_PLAIN_BATCH_BYTES, UNPACK_PLAIN_BYTES_FREE, UNPACK_RATIO_MAX,
};
use crate::compressed::{Decoder, Difference, Ending, Format, Verdict};
use crate::format::{Compressed, Replay};

/// Why a file is not taken apart to its end.
pub enum Stop<E> {
    /// It cannot be read.
    Source(E),
    /// It is stored as it is, for this reason.
    Keep(String),
}

/// Reads plaintext.
pub struct Unpacker<R> {
    read: R,
    format: Format,
    decoder: Decoder,
    checking: Checking,
    /// Compressed bytes, and how many of them were taken up.
    batch: Vec<u8>,
    taken: usize,
    /// Plaintext, and how much of it was given.
    plain: Arc<Vec<u8>>,
    given: usize,
    is_end: bool,
    bytes: u64,
    plain_bytes: u64,
}

impl<E, R: FnMut(&mut [u8]) -> Result<usize, E>> Unpacker<R> {
    /// At the start of a file that `read` gives.
    pub fn new(format: Format, checking: Checking, read: R) -> Self {
        Self {
            read,
            format,
            decoder: Decoder::new(format),
            checking,
            batch: Vec::new(),
            taken: 0,
            plain: Arc::default(),
            given: 0,
            is_end: false,
            bytes: 0,
            plain_bytes: 0,
        }
    }

    /// The next bytes of plaintext; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop<E>> {
        while self.given == self.plain.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let ready = self.plain.get(self.given..).unwrap_or_default();
        let bytes = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..bytes), ready.get(..bytes)) {
            to.copy_from_slice(from);
        }
        self.given += bytes;
        Ok(bytes)
    }

    /// Decodes more; `false` if nothing is left. There may be no plaintext in what was decoded.
    fn fill(&mut self) -> Result<bool, Stop<E>> {
        if self.checking.has_failed() {
            // The reason is told by the end.
            return Ok(false);
        }
        if self.taken == self.batch.len() && !self.is_end {
            self.batch.resize(UNPACK_BATCH_BYTES, 0);
            let bytes = (self.read)(&mut self.batch).map_err(Stop::Source)?;
            self.batch.truncate(bytes);
            self.taken = 0;
            self.is_end = bytes == 0;
        }
        let rest = self.batch.get(self.taken..).unwrap_or_default();
        let mut plain = Vec::new();
        let decoded = self.decoder.push(rest, UNPACK_PLAIN_BATCH_BYTES, &mut plain);
        let taken = decoded.map_err(|error| Stop::Keep(error.to_string()))?;
        self.bytes += taken as u64;
        self.plain_bytes += plain.len() as u64;
        if self.plain_bytes
            > UNPACK_PLAIN_BYTES_FREE.saturating_add(self.bytes.saturating_mul(UNPACK_RATIO_MAX))
        {
            return Err(Stop::Keep(format!("it holds over {UNPACK_RATIO_MAX} times its own size")));
        }
        if self.is_followed() {
            return Err(Stop::Keep(reason(Difference::Tail)));
        }
        self.plain = Arc::new(plain);
        self.given = 0;
        let compressed = rest.get(..taken).unwrap_or_default().to_vec();
        let marks = self.decoder.take_marks();
        let has_more = taken > 0 || !self.plain.is_empty() || !self.is_end;
        if taken > 0 || !self.plain.is_empty() {
            self.checking.push(Piece { compressed, plain: self.plain.clone(), marks });
        }
        self.taken += taken;
        Ok(has_more)
    }

    /// Whether more is known to follow the compressed data than can be kept of it; the rest needs not be read.
    const fn is_followed(&self) -> bool {
        let tail = self.decoder.tail();
        match self.checking {
            Checking::Not => tail.garbage_bytes > 0,
            Checking::Here(..) | Checking::Beside(_) => !tail.is_kept(),
        }
    }

    /// What the file is, if it can be kept as its plaintext; else why not.
    pub fn finish(mut self) -> Result<Unpacked, String> {
        let ending = self.decoder.finish();
        let plain_ending = verdict_of_plain(&ending);
        let checked = self.checking.finish(ending);
        let checked = checked.map_err(|()| "the comparison broke off".to_string())?;
        let (replay, time) = match checked {
            None => {
                plain_ending?;
                (None, None)
            }
            Some((Verdict::Differs { reason: difference, .. }, _)) => return Err(reason(difference)),
            Some((Verdict::Exact(recipe), time)) => {
                let bytes = recipe.encode().map_err(|error| error.to_string())?;
                (Some(Replay::Inline(bytes)), Some(time))
            }
        };
        let compressed = Compressed { format: format_of(self.format), plain_bytes: self.plain_bytes, replay };
        Ok(Unpacked { bytes: self.bytes, compressed, time })
    }
}

/// Whether nothing is lost but the form if only the plaintext is kept.
fn verdict_of_plain(ending: &Ending) -> Result<(), String> {
    if ending.is_truncated {
        Err(reason(Difference::Truncated))
    } else if ending.tail.garbage_bytes > 0 {
        Err(reason(Difference::Tail))
    } else {
        Ok(())
    }
}
