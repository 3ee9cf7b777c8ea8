#![doc = include_str!("../../format-spec/manifest.md")]

mod cost;
mod statistics;
mod wire;

pub use cost::{COST_TABLES_MAX, DumpCost, TableCost, TablesCost};
use wire::Wire;

use super::{FormatError, Recipe, cbor, refuse_unless};
use crate::base::{ChunkId, SnapshotId, Timestamp};

/// Whether a snapshot counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Everything that was asked for is in it.
    Complete,
    /// A component is not whole; nothing automatic counts the snapshot.
    Partial,
    /// Written without the verification that a complete one has.
    Unverified,
}

/// Where a component came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComponentKind {
    /// A path that was named.
    Path,
    /// Standard input.
    Stdin,
    /// The output of a command.
    Command,
    /// A database's dump tool.
    Database,
    /// A kind that this program does not know.
    Unknown(u64),
}

/// A named part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What its owner calls it.
    pub name: String,
    /// Where it came from.
    pub kind: ComponentKind,
    /// Where it lies in the tree: the bytes of a path, empty for the whole tree.
    pub path: Vec<u8>,
    /// Whether all of it is there.
    pub is_whole: bool,
    /// What went wrong; of one that is whole, what was left out or could not be had.
    pub detail: Option<String>,
}

/// The tree of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// The root node.
    pub id: ChunkId,
    /// Its length in bytes.
    pub bytes: u32,
    /// Its level: 0 if it is a leaf.
    pub level: u8,
}

/// Where the table map of a dump is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMapRef {
    /// The dump's path in the tree.
    pub path: Vec<u8>,
    /// The map's bytes.
    pub recipe: Recipe,
    /// How many tables are in the dump.
    pub tables: u64,
    /// How many rows they have.
    pub rows: u64,
    /// What it cost; `None` if that is nothing, or not known.
    pub cost: Option<DumpCost>,
}

/// What the stored bytes of content were spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContentCost {
    /// Stored bytes of regions that are no deltas.
    pub new: u64,
    /// Stored bytes of deltas.
    pub delta: u64,
}

/// What a backup did, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Regular files.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// Links, pipes and devices.
    pub others: u64,
    /// Bytes of all files' content.
    pub bytes: u64,
    /// Files that were not in the snapshot compared with.
    pub files_new: u64,
    /// Files that differ from it.
    pub files_changed: u64,
    /// Files that do not.
    pub files_unmodified: u64,
    /// Plaintext bytes of content and metadata that were new.
    pub bytes_added: u64,
    /// Bytes the repository grew by before the manifest was written.
    pub bytes_stored: u64,
    /// Warnings.
    pub warnings: u64,
    /// Chunks that were new.
    pub chunks_new: u64,
    /// What of `bytes_stored` is content; the rest is metadata. `None` if that is not known.
    pub content: Option<ContentCost>,
}

impl Statistics {
    /// Bytes the repository grew by that are no content: trees, recipes, table maps, tables of contents, padding, index objects.
    pub fn metadata(&self) -> Option<u64> {
        self.content
            .map(|content| self.bytes_stored.saturating_sub(content.new.saturating_add(content.delta)))
    }
}

/// What a snapshot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Orders snapshots whatever clocks say; from 1.
    pub sequence: u64,
    /// The time it stands for.
    pub time: Timestamp,
    /// When the run started.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// On which host.
    pub host: String,
    /// By whom.
    pub user: String,
    /// Free words of its owner.
    pub tags: Vec<String>,
    /// A sentence of its owner.
    pub description: Option<String>,
    /// The program that wrote it.
    pub program: String,
    /// The snapshot it was compared with.
    pub parent: Option<SnapshotId>,
    /// Whether it counts.
    pub status: Status,
    /// What it is made of.
    pub components: Vec<Component>,
    /// What the backup did.
    pub statistics: Statistics,
    /// Its entries.
    pub root: Root,
    /// The dumps in it.
    pub table_maps: Vec<TableMapRef>,
    /// Patterns that were left out.
    pub excludes: Vec<String>,
    /// Paths left out because the repository lies there.
    pub left_out: Vec<Vec<u8>>,
}

impl Manifest {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] for what a reader would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        refuse_unless(self.sequence > 0, "sequence")?;
        cbor::encode(&Wire::from(self))
    }

    /// The manifest in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        cbor::decode::<Wire>(body)?.try_into()
    }
}

#[cfg(test)]
mod tests;
