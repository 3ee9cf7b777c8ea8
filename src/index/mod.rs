//! Floor 2: the index in the cache directory, which finds chunks without the repository being read.
//!
//! It holds nothing but what index objects say, in a redb file, one for each repository and for each process that works
//! at the same time. Whatever is odd about the file, it is thrown away and made anew: it is never the only copy of a fact.

mod build;
mod file;
mod mark;
mod place;
mod sort;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTableMetadata, TableDefinition};

pub use build::IndexBuild;
pub use place::{Location, PackPlace, RegionPlace};

use crate::base::{ChunkId, FieldsError, ObjectId, PackId, RepositoryId};
use crate::format::FormatError;
use mark::Mark;

/// By the first half of a chunk's id. Ids are keyed hashes, so that nobody can make two with the same half, and by chance there
/// is one such pair in 10^18 repositories of 20 million chunks; whoever reads a chunk compares all of its id.
const CHUNKS: TableDefinition<'_, u128, u128> = TableDefinition::new("chunks");
const PACKS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("packs");
const PACK_NUMBERS: TableDefinition<'_, [u8; 32], u32> = TableDefinition::new("pack numbers");
const OBJECTS: TableDefinition<'_, [u8; 32], ()> = TableDefinition::new("objects");
/// Packs that no index object tells of: their own tables of contents were read.
const LOOSE: TableDefinition<'_, [u8; 32], ()> = TableDefinition::new("loose packs");
/// Packs that an index object tells of and that are not there.
const MISSING: TableDefinition<'_, [u8; 32], ()> = TableDefinition::new("missing packs");
const ABOUT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("about");

/// Why the index cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The cache's file system refuses.
    #[error("cache {path}: {source}")]
    Cache {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// redb refuses or found damage; making the index anew is the cure.
    #[error("index in the cache: {0}")]
    Database(String),
    /// An index object contradicts itself.
    #[error(transparent)]
    Format(#[from] FormatError),
}

impl IndexError {
    /// Whether the cure is to make the index anew.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Database(_))
    }

    /// Whether there is no room for the cache.
    pub fn is_no_space(&self) -> bool {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(self, Self::Cache { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge))
    }
}

impl From<FieldsError> for IndexError {
    fn from(error: FieldsError) -> Self {
        Self::Database(error.to_string())
    }
}

fn damaged(error: impl std::fmt::Display) -> IndexError {
    IndexError::Database(error.to_string())
}

/// The index of one repository, for one process.
pub struct Index {
    view: Arc<IndexView>,
    database: Database,
    /// Of the file; `None` of an index in memory.
    path: Option<PathBuf>,
    repository: RepositoryId,
    /// After the database, which may panic when it is dropped.
    mark: Mark,
}

/// What the index told at one moment; stays so while the index goes on. May be used from many threads.
pub struct IndexView {
    chunks: ReadOnlyTable<u128, u128>,
    packs: ReadOnlyTable<u32, &'static [u8]>,
    numbers: ReadOnlyTable<[u8; 32], u32>,
    objects: ReadOnlyTable<[u8; 32], ()>,
    loose: ReadOnlyTable<[u8; 32], ()>,
    missing: ReadOnlyTable<[u8; 32], ()>,
    mark: Mark,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({:?})", self.path)
    }
}

impl Index {
    /// Opens the index of `repository` below `cache`, or makes an empty one if there is none or it is of no use.
    ///
    /// Another process that has it open gets another file: up to eight work side by side.
    ///
    /// # Errors
    /// [`IndexError::Cache`] if the cache directory cannot be written; [`IndexError::Database`] if redb cannot work there.
    pub fn open(cache: &Path, repository: RepositoryId) -> Result<Self, IndexError> {
        file::open(cache, repository)
    }

    /// Makes an empty one in memory: 50 bytes for each chunk, gone with the process. For when the cache cannot be written.
    ///
    /// # Errors
    /// [`IndexError::Database`] if redb cannot work there.
    pub fn in_memory(repository: RepositoryId) -> Result<Self, IndexError> {
        file::in_memory(repository)
    }

    /// Throws everything away.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn clear(&mut self) -> Result<(), IndexError> {
        self.view = self.mark.watch(|| {
            file::clear(&self.database, self.repository)?;
            Ok(Arc::new(IndexView::open(&self.database, &self.mark)?))
        })?;
        Ok(())
    }

    /// What the index tells now.
    pub fn view(&self) -> Arc<IndexView> {
        self.view.clone()
    }

    /// Starts loading index objects; nothing is seen of them before [`IndexBuild::finish`].
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn build(&mut self) -> Result<IndexBuild<'_>, IndexError> {
        IndexBuild::new(self)
    }
}

impl std::ops::Deref for Index {
    type Target = IndexView;

    fn deref(&self) -> &IndexView {
        &self.view
    }
}

impl std::fmt::Debug for IndexView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndexView")
    }
}

impl IndexView {
    /// Where the chunk is; `None` if no index object that was loaded tells of it.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn find(&self, id: &ChunkId) -> Result<Option<Location>, IndexError> {
        self.mark.watch(|| {
            let found = self.chunks.get(place::key(id)).map_err(damaged)?;
            Ok(found.map(|location| Location::decode(location.value())))
        })
    }

    /// The pack with the index's own number `pack`.
    ///
    /// # Errors
    /// [`IndexError::Database`], also if there is no such number.
    pub fn pack(&self, pack: u32) -> Result<PackPlace, IndexError> {
        self.mark.watch(|| {
            let found = self.packs.get(pack).map_err(damaged)?;
            PackPlace::decode(found.ok_or_else(|| damaged("a pack has no number"))?.value())
        })
    }

    /// Whether an index object that was loaded tells of this pack.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn knows_pack(&self, id: &PackId) -> Result<bool, IndexError> {
        self.mark.watch(|| Ok(self.numbers.get(id.as_bytes()).map_err(damaged)?.is_some()))
    }

    /// The ids of all packs, sorted.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn packs(&self) -> Result<Vec<(PackId, u32)>, IndexError> {
        self.mark.watch(|| {
            let all = self.numbers.range::<[u8; 32]>(..).map_err(damaged)?;
            all.map(|line| {
                line.map(|(id, number)| (PackId::new(id.value()), number.value())).map_err(damaged)
            })
            .collect()
        })
    }

    /// The index objects that were loaded, sorted.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn objects(&self) -> Result<Vec<ObjectId>, IndexError> {
        self.mark.watch(|| {
            let all = self.objects.range::<[u8; 32]>(..).map_err(damaged)?;
            all.map(|line| line.map(|(id, _)| ObjectId::new(id.value())).map_err(damaged)).collect()
        })
    }

    /// The packs that are known from their own tables of contents only, sorted.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn loose_packs(&self) -> Result<Vec<PackId>, IndexError> {
        self.mark.watch(|| ids(&self.loose))
    }

    /// The packs that an index object tells of and that were not there when it was loaded, sorted.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn missing_packs(&self) -> Result<Vec<PackId>, IndexError> {
        self.mark.watch(|| ids(&self.missing))
    }

    /// How many chunks are known.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn chunk_count(&self) -> Result<u64, IndexError> {
        self.mark.watch(|| self.chunks.len().map_err(damaged))
    }

    fn open(database: &Database, mark: &Mark) -> Result<Self, IndexError> {
        let transaction = database.begin_read().map_err(damaged)?;
        Ok(Self {
            chunks: transaction.open_table(CHUNKS).map_err(damaged)?,
            packs: transaction.open_table(PACKS).map_err(damaged)?,
            numbers: transaction.open_table(PACK_NUMBERS).map_err(damaged)?,
            objects: transaction.open_table(OBJECTS).map_err(damaged)?,
            loose: transaction.open_table(LOOSE).map_err(damaged)?,
            missing: transaction.open_table(MISSING).map_err(damaged)?,
            mark: mark.clone(),
        })
    }
}

fn ids(table: &ReadOnlyTable<[u8; 32], ()>) -> Result<Vec<PackId>, IndexError> {
    let all = table.range::<[u8; 32]>(..).map_err(damaged)?;
    all.map(|line| line.map(|(id, _)| PackId::new(id.value())).map_err(damaged)).collect()
}

#[cfg(test)]
mod tests;
