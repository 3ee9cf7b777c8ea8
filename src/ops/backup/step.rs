//! What the producer hands to the consumer, in tree order.

use std::ops::Range;

use crossbeam_channel::{Receiver, bounded};

use super::dump::{DumpTally, MapEnd, Marks};
use super::unpack::Fate;
use crate::base::{ChunkId, TreePath};
use crate::format::{Entry, Recipe};
use crate::source::SourceError;

/// What a job of the pool will give.
pub type Promise<T> = Receiver<T>;

/// Runs in the pool; what it gives is waited for where it is needed.
pub fn job<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Promise<T> {
    let (give, promise) = bounded(1);
    rayon::spawn_fifo(move || drop(give.send(run())));
    promise
}

/// Bytes of a large file with the chunks in them.
#[derive(Debug, Default)]
pub struct Hashed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The chunks, in order.
    pub chunks: Vec<(ChunkId, Range<usize>)>,
    /// The marks of each, if the file is a dump.
    pub marks: Vec<Marks>,
}

/// Entries that were made ready together, in tree order.
#[derive(Debug, Default)]
pub struct Group {
    /// The bytes of the files that were read, one after another.
    pub bytes: Vec<u8>,
    /// The entries.
    pub entries: Vec<Result<Done, SourceError>>,
}

/// An entry of a group.
#[derive(Debug)]
pub struct Done {
    /// The entry; its recipe is there unless `pieces` is.
    pub entry: Entry,
    /// What the file is made of, if it was read.
    pub pieces: Option<Vec<Piece>>,
    /// How it compares with last night.
    pub change: Change,
    /// Its table map, if it was read and is a dump.
    pub map: Option<MapEnd>,
    /// Its content last night, if it was read.
    pub last: Option<Recipe>,
    /// What became of a compressed file, if it was read.
    pub fate: Option<Fate>,
}

/// A part of a file.
#[derive(Debug)]
pub enum Piece {
    /// A chunk, where its bytes are, and its marks if the file is a dump.
    Chunk(ChunkId, Range<usize>, Option<Marks>),
    /// A hole of so many bytes.
    Hole(u64),
}

/// How an entry compares with last night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There was none of this path.
    New,
    /// It differs.
    Changed,
    /// It does not.
    Unmodified,
}

/// One step of a backup.
#[derive(Debug)]
pub enum Step {
    /// Entries, in order.
    Group(Promise<Group>),
    /// A large file or a stream starts, or starts again from its beginning.
    Start {
        /// Where it lies.
        path: TreePath,
        /// Whether the bytes that come are the plaintext of a compressed file.
        is_unpacked: bool,
        /// Its content last night.
        last: Option<Recipe>,
    },
    /// So many bytes of a compressed file were read.
    Taken(u64),
    /// Its next bytes.
    Bytes(Promise<Hashed>),
    /// The next bytes of its table map.
    Map(Vec<u8>),
    /// Its table map is whole; these are the marks behind its last chunk.
    MapEnd(DumpTally, Marks),
    /// Its next hole.
    Hole(u64),
    /// It ends: its entry, complete but for recipe and size.
    End(Box<Entry>, Change),
    /// It cannot be read to its end and is left out.
    Abandon,
    /// A stream ended, but not as it should: its path and why.
    NotWhole(TreePath, String),
    /// What became of a compressed file.
    Fate(TreePath, Fate),
    /// The walk has ended.
    Tally(Tally),
    /// Nothing: asks whether somebody listens.
    Tick,
}

/// What a walk left out.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Sockets.
    pub sockets: u64,
    /// Names that patterns or cache tags left out.
    pub excluded: u64,
    /// Paths at which the repository lies.
    pub left_out: Vec<TreePath>,
}
