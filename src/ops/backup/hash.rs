//! What the pool does for a backup: reads small files, hashes chunks, compares with last night.

use std::ops::Range;
use std::sync::Arc;

use super::dump::{Chunkers, Cutter, Look, MapEnd, Marks};
use super::maps::LastDumps;
use super::step::{Change, Done, Group, Hashed, Piece};
use super::unpack::{Fate, GzipMode, Small, Unpacked};
use crate::base::limits::UNPACK_SMALL_PLAIN_BYTES_MAX;
use crate::base::{ChunkId, TreePath};
use crate::crypto::Keys;
use crate::format::{Entry, EntryKind, Recipe};
use crate::repo::ChunkReader;
use crate::source::{Extent, Found, SourceError};
use crate::sql::KnownKeys;

/// What jobs need; shared by all of them.
#[derive(Debug)]
pub struct Workshop {
    /// Names chunks.
    pub keys: Keys,
    /// Cuts them.
    pub chunkers: Chunkers,
    /// Knows which are there.
    pub reader: Arc<ChunkReader>,
    /// Tells what dumps were like.
    pub last_dumps: LastDumps,
    /// What is kept of compressed dumps and archives.
    pub gzip: GzipMode,
}

/// An entry that was found, and what stood there last night.
#[derive(Debug)]
pub struct Item {
    /// What was found.
    pub found: Found,
    /// The entry of the same path last night.
    pub last: Option<Box<Entry>>,
}

/// Whether a file has not been touched since `last`: size, times and inode are the same, and it was whole then.
pub fn is_untouched(entry: &Entry, last: &Entry) -> bool {
    let same = |entry: &Entry| (entry.kind, entry.size, entry.mtime, entry.ctime, entry.inode);
    same(entry) == same(last) && !last.torn
}

impl Workshop {
    /// Whether last night's content of an untouched file can be taken over: every chunk of it is there, and it is as much as is to be kept.
    pub fn has_content(&self, last: &Entry) -> bool {
        if last.is_plain_only() && self.gzip != GzipMode::Plain {
            return false;
        }
        // What cannot be looked up is read again: that mends it.
        self.reader.has_content(last).unwrap_or(false)
    }

    /// The keys of the tables in the dump at `path`, as far as they are known.
    pub fn known_keys(&self, path: &TreePath) -> Option<KnownKeys> {
        self.last_dumps.known_keys(&self.reader, path.as_bytes())
    }

    /// The content from which that at `path` goes on: what was there last night, or in a dump whose name tells another night.
    pub fn last_content(&self, path: &TreePath, last: Option<Box<Entry>>) -> Option<Recipe> {
        match last {
            Some(last) => last.content,
            None => self.last_dumps.content(&self.reader, path.as_bytes()),
        }
    }

    /// Hashes the chunks of a large file's bytes.
    pub fn hash(&self, bytes: Vec<u8>, ends: &[usize], marks: Vec<Marks>) -> Hashed {
        let mut start = 0;
        let chunks = ends
            .iter()
            .map(|end| std::mem::replace(&mut start, *end)..*end)
            .map(|range| self.name(&bytes, range));
        let chunks = chunks.collect();
        Hashed { bytes, chunks, marks }
    }

    /// Makes entries ready: takes over what is untouched, reads the rest.
    pub fn group(&self, items: Vec<Item>) -> Group {
        let mut bytes = Vec::new();
        let entries = items.into_iter().map(|item| self.make_ready(item, &mut bytes)).collect();
        Group { bytes, entries }
    }

    fn make_ready(&self, item: Item, bytes: &mut Vec<u8>) -> Result<Done, SourceError> {
        let Item { mut found, last } = item;
        let change = match &last {
            None => Change::New,
            Some(last) if is_untouched(&found.entry, last) && self.has_content(last) => Change::Unmodified,
            Some(_) => Change::Changed,
        };
        let (unmodified, last) = if change == Change::Unmodified { (last, None) } else { (None, last) };
        if let Some(last) = unmodified {
            let Entry { xattrs, link_target, content, compressed, .. } = *last;
            let entry = Entry { xattrs, link_target, content, compressed, ..found.entry };
            return Ok(Done { entry, pieces: None, change, map: None, last: None, fate: None });
        }
        if found.entry.kind == EntryKind::File {
            let last = self.last_content(&found.entry.path, last);
            return Ok(Done { last, ..self.read_small(found, bytes, change)? });
        }
        found.complete()?;
        Ok(Done { entry: found.entry, pieces: None, change, map: None, last: None, fate: None })
    }

    /// Reads a small file; one that changes meanwhile is read once more, and then flagged.
    fn read_small(&self, mut found: Found, bytes: &mut Vec<u8>, change: Change) -> Result<Done, SourceError> {
        let start = bytes.len();
        for is_last_attempt in [false, true] {
            bytes.truncate(start);
            let mut file = found.open()?;
            let (mut pieces, mut map) = (vec![], None);
            let (mut unpacked, mut fate) = (None, None);
            let mut offset = 0;
            loop {
                match file.next_extent(offset)? {
                    Extent::End => break,
                    Extent::Hole { start, end } => {
                        pieces.push(Piece::Hole(end - start));
                        offset = end;
                    }
                    Extent::Data { start, end } => {
                        file.seek(start);
                        let from = bytes.len();
                        let wanted = usize::try_from(end - start).unwrap_or(usize::MAX);
                        let is_short =
                            read_exactly(&mut |buffer: &mut [u8]| file.read(buffer), wanted, bytes)?;
                        let may_be_dump = start == 0 && end >= file.size();
                        if may_be_dump {
                            (unpacked, fate) = self.unpack(bytes, from);
                        }
                        let known_keys = || self.known_keys(&found.entry.path);
                        let look = if may_be_dump { Look::Dump(&known_keys) } else { Look::Plain };
                        map = self.cut(bytes, from, look, &mut pieces);
                        offset = if is_short { file.size() } else { end };
                    }
                }
            }
            found.complete()?;
            let has_changed = file.has_changed(&found.entry)?;
            if !has_changed || is_last_attempt {
                let entry = Entry { torn: has_changed, ..found.entry };
                let entry = match unpacked {
                    Some(unpacked) => unpacked.entry(entry),
                    None => entry,
                };
                return Ok(Done { entry, pieces: Some(pieces), change, map, last: None, fate });
            }
            found.refresh()?;
        }
        Err(SourceError::Changed { path: found.entry.path.to_string() })
    }

    /// Puts the plaintext in the place of a compressed dump or archive behind `from`.
    fn unpack(&self, bytes: &mut Vec<u8>, from: usize) -> (Option<Unpacked>, Option<Fate>) {
        let room = UNPACK_SMALL_PLAIN_BYTES_MAX.saturating_sub(from);
        match Small::of(bytes.get(from..).unwrap_or_default(), self.gzip, room) {
            Small::Foreign => (None, None),
            Small::Kept(reason) => (None, Some(Fate::Kept(reason))),
            Small::Unpacked(plain, unpacked) => {
                bytes.truncate(from);
                bytes.extend_from_slice(&plain);
                let fate = unpacked.fate();
                (Some(*unpacked), fate)
            }
        }
    }

    /// Cuts and names what is behind `from`; gives the table map if that is a dump.
    fn cut(&self, bytes: &[u8], from: usize, look: Look<'_>, pieces: &mut Vec<Piece>) -> Option<MapEnd> {
        let mut cutter = Cutter::new(&self.chunkers, look);
        let mut start = from;
        let ends = cutter.cut(bytes.get(from..).unwrap_or_default(), true);
        let mut marks = cutter.take_marks().into_iter();
        for end in ends {
            let (id, range) = self.name(bytes, start..from + end);
            start = range.end;
            pieces.push(Piece::Chunk(id, range, marks.next()));
        }
        let ready = cutter.take_map();
        let end = cutter.finish()?;
        Some(MapEnd { bytes: [ready, end.bytes].concat(), ..end })
    }

    fn name(&self, bytes: &[u8], range: Range<usize>) -> (ChunkId, Range<usize>) {
        (self.keys.chunk_id(bytes.get(range.clone()).unwrap_or_default()), range)
    }
}

/// Appends `wanted` bytes to `out`; `true` if the source ended before.
pub fn read_exactly<E>(
    read: &mut dyn FnMut(&mut [u8]) -> Result<usize, E>,
    wanted: usize,
    out: &mut Vec<u8>,
) -> Result<bool, E> {
    let start = out.len();
    let mut filled = start;
    out.resize(start + wanted, 0);
    while let Some(room) = out.get_mut(filled..).filter(|room| !room.is_empty()) {
        match read(room) {
            Ok(0) => {
                out.truncate(filled);
                return Ok(true);
            }
            Ok(count) => filled += count,
            Err(error) => {
                out.truncate(filled);
                return Err(error);
            }
        }
    }
    Ok(false)
}
