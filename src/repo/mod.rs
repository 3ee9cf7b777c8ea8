//! Floor 3: a repository as its objects: keys, snapshots, packs, trees and streams. Knows no files and no SQL.
//!
//! Reading trusts nothing: every object is compared with its name, every message is authenticated, every chunk is compared with
//! its id. Writing follows one order: packs, then an index object, then the manifest.

mod access;
mod adopt;
mod avoided;
mod contents;
mod error;
#[cfg(test)]
pub(crate) mod forest;
mod found;
mod index_check;
mod indexing;
mod keeping;
mod lease;
mod losses;
mod marks;
mod object;
mod packs;
mod parity;
mod reach;
mod read;
mod region;
mod room;
mod salvage;
mod slots;
mod snapshots;
mod stream;
mod table_map;
mod tree;
mod write;

use std::sync::Arc;

pub use avoided::Avoided;
pub use error::{RepoError, Subject};
pub use found::Found;
pub use index_check::IndexCheck;
pub use indexing::IndexState;
pub use keeping::{Forgettings, Holds};
pub use lease::{HeldLease, Leases};
pub use losses::Losses;
pub use marks::Marks;
pub use object::{OpenError, message_kind, open_envelope, open_sealed};
pub use packs::PackScan;
pub use parity::ParityState;
pub use reach::Reach;
pub use read::{BaseChunk, ChunkReader};
pub use salvage::EachRegion;
pub use slots::{KeySlot, NewSlot};
pub use snapshots::Snapshots;
pub use stream::{Records, StreamReader};
pub use table_map::{Anchor, Pages, PlacedSection, TableMap};
pub use tree::{EntryOrder, Survivor, TreeReader, Upcoming, read_node};
pub use write::{Account, Charges, Likeness, Share, WriteOptions, Writer, Written};

use crate::backend::Backend;
use crate::base::{ObjectId, RepositoryId, Timestamp};
use crate::chunker::{Chunker, ChunkerError, ChunkerParameters};
use crate::crypto::Keys;
use crate::format::{Config, Parameters};

/// An open repository: its store and its keys. Cheap to clone.
#[derive(Clone)]
pub struct Repository {
    backend: Arc<dyn Backend>,
    keys: Arc<Keys>,
    config: Config,
    /// The key slot it was opened with.
    slot: Option<OpenSlot>,
}

/// The key slot a repository was opened with.
#[derive(Debug, Clone)]
struct OpenSlot {
    id: ObjectId,
    label: Arc<str>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repository({} at {})", self.id().short(), self.backend.location())
    }
}

impl Repository {
    /// Which repository it is.
    pub fn id(&self) -> RepositoryId {
        self.keys.repository()
    }

    /// When it was made.
    pub const fn created(&self) -> Timestamp {
        self.config.created
    }

    /// What its writers share.
    pub const fn parameters(&self) -> &Parameters {
        &self.config.parameters
    }

    /// Its keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Its store.
    pub fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// The same repository in another store, which has the same objects.
    #[cfg(test)]
    pub(crate) fn at(&self, backend: Arc<dyn Backend>) -> Self {
        Self { backend, ..self.clone() }
    }

    /// A chunker with its parameters and gear table.
    ///
    /// # Errors
    /// [`ChunkerError`] for parameters that this program cannot chunk with.
    pub fn chunker(&self) -> Result<Chunker, ChunkerError> {
        let Parameters { chunk_bytes: [bytes_min, bytes_average, bytes_max], normalization, .. } =
            *self.parameters();
        let parameters = ChunkerParameters { bytes_min, bytes_average, bytes_max, normalization };
        Chunker::new(parameters, self.keys.gear_table())
    }
}

#[cfg(test)]
mod tests;
