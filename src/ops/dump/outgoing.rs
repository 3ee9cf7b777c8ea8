//! Content on its way out: as it is stored, or written again as the compressed file that it was.

use std::io::Write;

use super::{DumpOptions, refused, write_zeros};
use crate::base::{Observer, Warning};
use crate::format::Entry;
use crate::ops::OpsError;
use crate::ops::rewriting::{self, Rewriting};
use crate::repo::{ChunkReader, RepoError};

/// Zeros of a hole that are written again at a time.
const ZEROS: &[u8] = &[0; 64 * 1024];

/// The content of one file.
#[derive(Default)]
pub struct Outgoing {
    rewriting: Option<Rewriting>,
}

impl Outgoing {
    /// At the start of the file of `entry`.
    ///
    /// # Errors
    /// Those of reading its replay recipe.
    pub fn open(reader: &ChunkReader, entry: &Entry) -> Result<Self, RepoError> {
        Ok(Self { rewriting: Rewriting::open(reader, entry)? })
    }

    /// Writes what becomes of the next bytes; how many that are.
    ///
    /// # Errors
    /// [`OpsError::Output`], and those of writing the file again.
    pub fn bytes(&mut self, bytes: &[u8], out: &mut dyn Write) -> Result<u64, OpsError> {
        let mut written = 0;
        let mut write = |bytes: &[u8]| -> Result<(), OpsError> {
            written += bytes.len() as u64;
            out.write_all(bytes).map_err(refused)
        };
        match &mut self.rewriting {
            Some(rewriting) => rewriting.push_to(bytes, &mut write)?,
            None => write(bytes)?,
        }
        Ok(written)
    }

    /// The same for so many zeros.
    ///
    /// # Errors
    /// Those of [`Self::bytes`].
    pub fn zeros(&mut self, bytes: u64, out: &mut dyn Write) -> Result<u64, OpsError> {
        if self.rewriting.is_none() {
            write_zeros(out, bytes).map_err(refused)?;
            return Ok(bytes);
        }
        let (mut left, mut written) = (bytes, 0);
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            written += self.bytes(ZEROS.get(..part).unwrap_or_default(), out)?;
            left -= part as u64;
        }
        Ok(written)
    }

    /// Writes the end of the file; how many bytes that is.
    ///
    /// # Errors
    /// Those of [`Self::bytes`].
    pub fn finish(&mut self, out: &mut dyn Write) -> Result<u64, OpsError> {
        let end = self.rewriting.take().map_or_else(|| Ok(Vec::new()), Rewriting::finish)?;
        out.write_all(&end).map_err(refused)?;
        Ok(end.len() as u64)
    }
}

/// The entry of what is written for `entry`, and whether that is the plaintext of a compressed file. Where that is all there is, the
/// observer is told.
pub fn as_it_goes_out(
    entry: Entry,
    options: DumpOptions<'_>,
    plain_only: &mut u64,
    observer: &dyn Observer,
) -> (Entry, bool) {
    let is_plain_only = entry.is_plain_only();
    if is_plain_only {
        let message = "only its plaintext was kept (backup --gzip plain), and that is written".into();
        observer.warning(Warning { subject: entry.path.to_string(), message });
        *plain_only += 1;
    }
    let is_plain = entry.compressed.is_some() && (options.decompressed || is_plain_only);
    (if is_plain { rewriting::plaintext_entry(entry) } else { entry }, is_plain)
}
