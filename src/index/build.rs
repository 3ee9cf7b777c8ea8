//! Loads index objects, sorted, in one transaction.
//!
//! Ids are random, so that records inserted as they come would touch every page of the tree again and again. All records of a
//! build are sorted first, on disk if they are many; then each page is touched once.

use std::ops::Bound;

use redb::{ReadableTable, ReadableTableMetadata, WriteTransaction};

use super::mark::Mark;
use super::place::key;
use super::{
    CHUNKS, Index, IndexError, IndexView, LOOSE, Location, MISSING, OBJECTS, PACK_NUMBERS, PACKS, PackPlace,
    damaged, file,
};
use crate::base::{ObjectId, PackId};
use crate::format::IndexedPack;
use crate::index::sort::{Sorted, Sorter};

/// Loading in progress. Dropped without [`Self::finish`] it leaves the index as it was.
pub struct IndexBuild<'i> {
    index: &'i mut Index,
    transaction: WriteTransaction,
    next_pack: u32,
    chunks: Sorter,
    mark: Mark,
}

impl std::fmt::Debug for IndexBuild<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IndexBuild({:?})", self.index)
    }
}

impl<'i> IndexBuild<'i> {
    pub(super) fn new(index: &'i mut Index) -> Result<Self, IndexError> {
        let mark = index.mark.clone();
        let (transaction, next_pack) = mark.watch(|| {
            let transaction = file::write(&index.database)?;
            let last = {
                let packs = transaction.open_table(PACKS).map_err(damaged)?;
                packs.last().map_err(damaged)?.map(|(number, _)| number.value())
            };
            let next = last.map_or(Some(0), |last| last.checked_add(1));
            Ok((transaction, next.ok_or_else(|| damaged("the numbers of packs are used up"))?))
        })?;
        // Nobody else has this index file open, and so nobody else makes the file beside it.
        let chunks = match &index.path {
            Some(path) => Sorter::new(path.with_extension("sort")),
            None => Sorter::in_memory(),
        };
        Ok(Self { index, transaction, next_pack, chunks, mark })
    }

    /// Adds a pack and its chunks; a pack that is known already is left as it is.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Cache`].
    pub fn add_pack(&mut self, pack: &IndexedPack) -> Result<(), IndexError> {
        self.mark.clone().watch(|| {
            self.transaction
                .open_table(LOOSE)
                .map_err(damaged)?
                .remove(pack.id.as_bytes())
                .map_err(damaged)?;
            self.add(pack)
        })
    }

    /// Adds a pack that no index object tells of.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Cache`].
    pub fn add_loose_pack(&mut self, pack: &IndexedPack) -> Result<(), IndexError> {
        self.mark.clone().watch(|| {
            let mut loose = self.transaction.open_table(LOOSE).map_err(damaged)?;
            loose.insert(pack.id.as_bytes(), ()).map_err(damaged)?;
            drop(loose);
            self.add(pack)
        })
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
                self.chunks.push((key(&chunk.id), location))?;
                offset += chunk.plain_bytes;
            }
        }
        self.next_pack += 1;
        Ok(())
    }

    /// Notes that everything an index object says was added.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn add_object(&mut self, id: ObjectId) -> Result<(), IndexError> {
        self.mark.watch(|| {
            let mut objects = self.transaction.open_table(OBJECTS).map_err(damaged)?;
            objects.insert(id.as_bytes(), ()).map_err(damaged)?;
            Ok(())
        })
    }

    /// Notes that an index object tells of a pack that is not there. Its chunks are found in other packs or not at all.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn add_missing_pack(&mut self, id: &PackId) -> Result<(), IndexError> {
        self.mark.watch(|| {
            let mut missing = self.transaction.open_table(MISSING).map_err(damaged)?;
            missing.insert(id.as_bytes(), ()).map_err(damaged)?;
            Ok(())
        })
    }

    /// Makes everything that was added visible and durable.
    ///
    /// # Errors
    /// [`IndexError::Database`], [`IndexError::Cache`].
    pub fn finish(self) -> Result<(), IndexError> {
        let Self { index, transaction, chunks, mark, .. } = self;
        index.view = mark.watch(|| {
            insert(&transaction, chunks)?;
            transaction.commit().map_err(damaged)?;
            Ok(std::sync::Arc::new(IndexView::open(&index.database, &mark)?))
        })?;
        Ok(())
    }
}

/// Inserts every chunk once: of several places the one in the pack that was added last.
fn insert(transaction: &WriteTransaction, chunks: Sorter) -> Result<(), IndexError> {
    let mut table = transaction.open_table(CHUNKS).map_err(damaged)?;
    let sorted = chunks.finish()?;
    if !table.is_empty().map_err(damaged)? {
        return each(sorted, |id, place| table.insert(id, place).map(drop).map_err(damaged));
    }
    // Nothing is in between: whole pages are written one after another, in half the time.
    let mut end = table.upper_bound_mut(Bound::<u128>::Unbounded).map_err(damaged)?;
    each(sorted, |id, place| end.insert_before(id, place).map_err(damaged))?;
    end.close().map_err(damaged)
}

fn each(
    mut sorted: Sorted,
    mut take: impl FnMut(u128, u128) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut next = sorted.next_record()?;
    while let Some((id, location)) = next {
        next = sorted.next_record()?;
        if next.is_none_or(|(after, _)| after != id) {
            take(id, location.encode())?;
        }
    }
    Ok(())
}
