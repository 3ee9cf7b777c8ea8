//! Compressed dumps and archives: stored as what is in them, with what it takes to write the same file again.
//!
//! A file is known by its content, whatever its name. Only what is an SQL dump or a tar archive inside is taken apart: nothing else would
//! deduplicate better, and files that are many and small, like pages of a manual, cost nothing.

mod reader;
mod small;
mod stream;
mod verify;

use std::time::Duration;

pub use small::Small;
pub use stream::Sent;

use crate::base::TreePath;
use crate::base::limits::{
    CHUNK_BYTES_MAX, KEPT_FILES_TOLD_MAX, REPLAY_RECIPE_BYTES_INLINE_MAX, SQL_PREFIX_BYTES,
    UNPACK_SMALL_BYTES_MIN,
};
use crate::compressed::{DecodeError, Decoder, Difference, Format, Verifier};
use crate::format::{Compressed, CompressedFormat, Entry, EntryKind, Record, Replay};
use crate::repo::{RepoError, Writer};
use crate::sql::{Recognition, recognise};

/// What is kept of compressed dumps and archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GzipMode {
    /// What is in them, if they can be written again bit for bit; else the file.
    #[default]
    Replay,
    /// What is in them, and no more.
    Plain,
    /// The files.
    Opaque,
}

/// What became of the compressed dumps and archives that a backup read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CompressedTally {
    /// Files that were taken apart.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Bytes of what is in them.
    pub plain_bytes: u64,
    /// Those of which only the plaintext was kept.
    pub plain_only: u64,
    /// Bytes of plaintext of those that were written again to compare, and how long that took.
    pub verified_bytes: u64,
    /// See there.
    pub verify_seconds: f64,
    /// Files that are stored as they are.
    pub kept: u64,
    /// The first of those, and why.
    pub kept_files: Vec<(TreePath, String)>,
}

impl CompressedTally {
    /// Counts a file that was taken apart.
    pub fn count(&mut self, entry: &Entry) {
        let Some(compressed) = &entry.compressed else { return };
        self.files += 1;
        self.bytes = self.bytes.saturating_add(entry.size);
        self.plain_bytes = self.plain_bytes.saturating_add(compressed.plain_bytes);
        self.plain_only += u64::from(compressed.replay.is_none());
    }

    /// Notes what else is known of a file.
    pub fn note(&mut self, path: &TreePath, fate: Fate) {
        match fate {
            Fate::Verified { plain_bytes, time } => {
                self.verified_bytes = self.verified_bytes.saturating_add(plain_bytes);
                self.verify_seconds += time.as_secs_f64();
            }
            Fate::Kept(reason) => {
                self.kept += 1;
                if self.kept_files.len() < KEPT_FILES_TOLD_MAX {
                    self.kept_files.push((path.clone(), reason));
                }
            }
        }
    }
}

/// What became of a compressed file, besides its entry.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It was written again and compared.
    Verified {
        /// Bytes of its plaintext.
        plain_bytes: u64,
        /// What that took.
        time: Duration,
    },
    /// It is stored as it is, for this reason.
    Kept(String),
}

/// A file that was taken apart.
#[derive(Debug, Clone)]
pub struct Unpacked {
    /// Bytes of the file.
    pub bytes: u64,
    /// What it is besides its plaintext. A recipe stands there whole, however long it is.
    pub compressed: Compressed,
    /// How long it took to write it again.
    pub time: Option<Duration>,
}

impl Unpacked {
    /// The entry with what is known now.
    pub fn entry(self, entry: Entry) -> Entry {
        Entry { size: self.bytes, compressed: Some(Box::new(self.compressed)), ..entry }
    }

    /// What is to be told of it.
    pub fn fate(&self) -> Option<Fate> {
        let plain_bytes = self.compressed.plain_bytes;
        self.time.map(|time| Fate::Verified { plain_bytes, time })
    }
}

/// What is done with a file that begins with `head`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Nothing: it is something else.
    Foreign,
    /// It is taken apart.
    Unpack(Format),
    /// It is a compressed dump or archive, but is stored as it is.
    Keep(String),
}

/// Looks at the first bytes of a file.
pub fn look(head: &[u8], mode: GzipMode) -> Look {
    let Some(format) = Format::recognise(head).filter(|_| mode != GzipMode::Opaque) else {
        return Look::Foreign;
    };
    let mut plain = Vec::new();
    // What comes before damage is right, and tells enough.
    let decoded = Decoder::new(format).push(head, SQL_PREFIX_BYTES, &mut plain);
    if let Err(error @ DecodeError::Memory { .. }) = decoded
        && plain.is_empty()
    {
        // Nobody saw what is in it.
        return Look::Keep(error.to_string());
    }
    let is_dump = matches!(recognise(&plain), Recognition::Dump { .. });
    if !is_dump && plain.get(257..262) != Some(b"ustar") {
        return Look::Foreign;
    }
    match (mode, format) {
        (GzipMode::Replay, Format::Gzip) | (GzipMode::Plain, _) => Look::Unpack(format),
        _ => Look::Keep(format!(
            "{format} files cannot be written again bit for bit: let gzip or nothing compress the dump, or keep only what is in it with --gzip plain"
        )),
    }
}

/// Whether the producer of a gzip file can be told from its first bytes; if not, the reason.
fn probe(head: &[u8]) -> Result<(), String> {
    let (mut decoder, mut verifier) = (Decoder::new(Format::Gzip), Verifier::new());
    let mut rest = head;
    while !rest.is_empty() && verifier.producer().is_none() && !verifier.has_failed() {
        let piece = rest.get(..PROBE_PIECE_BYTES).unwrap_or(rest);
        let mut plain = Vec::new();
        let Ok(taken) = decoder.push(piece, usize::MAX >> 1, &mut plain) else { return Ok(()) };
        verifier.push(piece.get(..taken).unwrap_or_default(), &plain, &decoder.take_marks());
        rest = rest.get(taken..).unwrap_or_default();
    }
    if verifier.has_failed() { Err(reason(Difference::NoProducer)) } else { Ok(()) }
}

/// Compressed bytes that are probed at a time.
const PROBE_PIECE_BYTES: usize = 32 * 1024;

/// Why a file is stored as it is, in words.
fn reason(difference: Difference) -> String {
    match difference {
        Difference::NoProducer => {
            "no program that is known here writes these bytes; --gzip plain keeps what is in it"
        }
        Difference::Bytes => {
            "it is not, to its end, what the program of its beginning writes; --gzip plain keeps what is in it"
        }
        Difference::Truncated => "it ends early",
        Difference::Tail => "something else follows the compressed data",
        Difference::Recipe => "it has too many parts that differ",
    }
    .into()
}

/// How names end under which even small files are read by themselves ([`may_hold_much`]).
const fn suffix(format: Format) -> &'static str {
    match format {
        Format::Gzip => ".gz",
        Format::Zstd => ".zst",
        Format::Xz => ".xz",
    }
}

const fn format_of(format: Format) -> CompressedFormat {
    match format {
        Format::Gzip => CompressedFormat::Gzip,
        Format::Zstd => CompressedFormat::Zstd,
        Format::Xz => CompressedFormat::Xz,
    }
}

/// Whether a small file is read by itself, because what is in it may be large.
pub fn may_hold_much(entry: &Entry) -> bool {
    const SUFFIXES: [&[u8]; 6] = [b".gz", b".tgz", b".zst", b".tzst", b".xz", b".txz"];
    entry.kind == EntryKind::File
        && entry.size >= UNPACK_SMALL_BYTES_MIN
        && SUFFIXES.iter().any(|suffix| entry.path.name().ends_with(suffix))
}

/// Stores a replay recipe that is too long for an entry.
///
/// # Errors
/// Those of [`Writer::put_metadata`].
pub fn store_recipe(compressed: &mut Compressed, writer: &mut Writer<'_>) -> Result<(), RepoError> {
    let Some(Replay::Inline(recipe)) = &compressed.replay else { return Ok(()) };
    if recipe.len() <= REPLAY_RECIPE_BYTES_INLINE_MAX {
        return Ok(());
    }
    let mut records = vec![];
    for piece in recipe.chunks(CHUNK_BYTES_MAX) {
        let bytes = u32::try_from(piece.len()).map_err(|_| RepoError::Encode("a chunk over 4 GiB".into()))?;
        records.push(Record { id: writer.put_metadata(piece)?, bytes });
    }
    compressed.replay = Some(Replay::Stored(records));
    Ok(())
}

#[cfg(test)]
mod tests;
