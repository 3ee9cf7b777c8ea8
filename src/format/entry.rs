//! A directory entry: everything a file has besides its bytes, and where its bytes are.
//!
//! How entries are laid out in a tree is `super::tree`'s matter.

use std::sync::Arc;

use crate::base::{ChunkId, Timestamp, TreePath};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
}

/// A directory entry of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies in the snapshot.
    pub path: TreePath,
    /// What it is.
    pub kind: EntryKind,
    /// Permission, setuid, setgid and sticky bits: the low 12 bits of `st_mode`.
    pub mode: u32,
    /// Number of the owner.
    pub uid: u32,
    /// Number of the group.
    pub gid: u32,
    /// Name of the owner where the system knew one.
    pub user: Option<Arc<str>>,
    /// Name of the group where the system knew one.
    pub group: Option<Arc<str>>,
    /// When the content was last modified.
    pub mtime: Timestamp,
    /// When content or metadata were last changed; only for recognising unchanged files.
    pub ctime: Timestamp,
    /// Inode number; for recognising unchanged files and, with `device`, hard links.
    pub inode: u64,
    /// Number of the device the inode is on; 0 unless `links` is above 1.
    pub device: u64,
    /// How many names the file had; 1 for everything that is not a regular file.
    pub links: u64,
    /// Bytes of a regular file's content, holes included; 0 for everything else.
    pub size: u64,
    /// What a symbolic link points to, as it stood.
    pub link_target: Option<Vec<u8>>,
    /// Major and minor number of a device.
    pub device_number: Option<(u32, u32)>,
    /// Extended attributes (POSIX ACLs are among them), sorted by name: name and value.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the bytes of a regular file are; those of its plaintext if it is `compressed`.
    pub content: Option<Recipe>,
    /// What a compressed file is besides its plaintext; `None` for a file that is stored as it is.
    pub compressed: Option<Box<Compressed>>,
    /// Whether the file changed while it was read, twice, so that the content may mix two states.
    pub torn: bool,
}

impl Entry {
    /// Bytes that `content` joins to.
    pub fn content_bytes(&self) -> u64 {
        self.compressed.as_ref().map_or(self.size, |compressed| compressed.plain_bytes)
    }

    /// Whether only the plaintext of a compressed file was kept.
    pub fn is_plain_only(&self) -> bool {
        self.compressed.as_ref().is_some_and(|compressed| compressed.replay.is_none())
    }
}

/// A compressed file that is stored as its plaintext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compressed {
    /// What it is compressed with.
    pub format: CompressedFormat,
    /// Bytes of its plaintext.
    pub plain_bytes: u64,
    /// With what it is written again bit for bit; `None` if only the plaintext was kept.
    pub replay: Option<Replay>,
}

/// Formats that files come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompressedFormat {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The .xz file format.
    Xz,
}

/// A replay recipe (`format-spec/replay.md`), or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Its bytes.
    Inline(Vec<u8>),
    /// The chunks that join to it.
    Stored(Vec<Record>),
}

/// A stream as the chunks it is made of (`format-spec/recipe.md`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Recipe {
    /// 0: `records` are the stream's chunks. N: they are the chunks of a stream of records of depth N - 1.
    pub depth: u8,
    /// The records, in order.
    pub records: Vec<Record>,
}

/// One chunk of a stream, or a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// The chunk; [`ChunkId::HOLE`] for a hole.
    pub id: ChunkId,
    /// Plaintext bytes of the chunk or of the hole.
    pub bytes: u32,
}
