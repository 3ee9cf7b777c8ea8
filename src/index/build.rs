//! Loads index objects, sorted, in one transaction.
//!
//! Records are gathered up to a bound and inserted in the order of their ids, so that each page of the tree is touched once a batch.

use redb::{ReadableTable, ReadableTableMetadata, WriteTransaction};

use super::{
    CHUNKS, Index, IndexError, IndexView, LOOSE, Location, MISSING, OBJECTS, PACK_NUMBERS, PACKS, PackPlace,
    damaged, file,
};
use crate::base::limits::INDEX_BATCH_RECORDS;
use crate::base::{ObjectId, PackId};
use crate::format::IndexedPack;

/// Loading in progress. Dropped without [`Self::finish`] it leaves the index as it was.
pub struct IndexBuild<'i> {
    index: &'i mut Index,
    transaction: WriteTransaction,
    next_pack: u32,
    batch: Vec<([u8; 32], Location)>,
}

impl std::fmt::Debug for IndexBuild<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IndexBuild({:?})", self.index)
    }
}

impl<'i> IndexBuild<'i> {
    pub(super) fn new(index: &'i mut Index) -> Result<Self, IndexError> {
        let transaction = file::write(&index.database)?;
        let next_pack = {
            let packs = transaction.open_table(PACKS).map_err(damaged)?;
            packs.last().map_err(damaged)?.map_or(0, |(number, _)| number.value() + 1)
        };
        Ok(Self { index, transaction, next_pack, batch: Vec::new() })
    }

    /// Adds a pack and its chunks; a pack that is known already is left as it is.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn add_pack(&mut self, pack: &IndexedPack) -> Result<(), IndexError> {
        self.transaction.open_table(LOOSE).map_err(damaged)?.remove(pack.id.as_bytes()).map_err(damaged)?;
        self.add(pack)
    }

    /// Adds a pack that no index object tells of.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn add_loose_pack(&mut self, pack: &IndexedPack) -> Result<(), IndexError> {
        self.transaction
            .open_table(LOOSE)
            .map_err(damaged)?
            .insert(pack.id.as_bytes(), ())
            .map_err(damaged)?;
        self.add(pack)
    }

    fn add(&mut self, pack: &IndexedPack) -> Result<(), IndexError> {
        {
            let mut numbers = self.transaction.open_table(PACK_NUMBERS).map_err(damaged)?;
            if numbers.get(pack.id.as_bytes()).map_err(damaged)?.is_some() {
                return Ok(());
            }
            numbers.insert(pack.id.as_bytes(), self.next_pack).map_err(damaged)?;
            let mut packs = self.transaction.open_table(PACKS).map_err(damaged)?;
            packs.insert(self.next_pack, PackPlace::of(pack).encode().as_slice()).map_err(damaged)?;
        }
        for (region, record) in (0..).zip(&pack.contents.regions) {
            let mut offset = 0;
            for chunk in &record.chunks {
                let location = Location { pack: self.next_pack, region, offset, bytes: chunk.plain_bytes };
                self.batch.push((*chunk.id.as_bytes(), location));
                offset += chunk.plain_bytes;
            }
        }
        self.next_pack += 1;
        if self.batch.len() >= INDEX_BATCH_RECORDS { self.insert_batch() } else { Ok(()) }
    }

    /// Notes that everything an index object says was added.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn add_object(&mut self, id: ObjectId) -> Result<(), IndexError> {
        let mut objects = self.transaction.open_table(OBJECTS).map_err(damaged)?;
        objects.insert(id.as_bytes(), ()).map_err(damaged)?;
        Ok(())
    }

    /// Notes that an index object tells of a pack that is not there. Its chunks are found in other packs or not at all.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn add_missing_pack(&mut self, id: &PackId) -> Result<(), IndexError> {
        let mut missing = self.transaction.open_table(MISSING).map_err(damaged)?;
        missing.insert(id.as_bytes(), ()).map_err(damaged)?;
        Ok(())
    }

    /// Makes everything that was added visible and durable.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn finish(mut self) -> Result<(), IndexError> {
        self.insert_batch()?;
        self.transaction.commit().map_err(damaged)?;
        self.index.view = std::sync::Arc::new(IndexView::open(&self.index.database)?);
        Ok(())
    }

    fn insert_batch(&mut self) -> Result<(), IndexError> {
        self.batch.sort_unstable();
        let mut chunks = self.transaction.open_table(CHUNKS).map_err(damaged)?;
        for (id, location) in self.batch.drain(..) {
            chunks.insert(id, location.encode()).map_err(damaged)?;
        }
        debug_assert!(chunks.len().is_ok());
        Ok(())
    }
}
