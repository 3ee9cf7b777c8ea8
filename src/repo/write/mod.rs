//! A writer's session: chunks in, deduplicated, gathered in regions, compressed and sealed on all cores, stored in packs.
//!
//! One thread offers chunks in order; a pool compresses and seals; one thread fills packs; two store them. All queues are bounded,
//! so memory is too. Nothing that was offered counts before [`Writer::finish`] returns: then packs and index objects are durable.

mod assemble;
mod charge;
mod copy;
mod durable;
mod likeness;
mod open_pack;

use std::collections::HashSet;
use std::sync::Arc;

use super::region::PlainRegion;
use super::{Avoided, RepoError, Repository};
use crate::base::ChunkId;
use crate::base::limits::{CHUNK_BYTES_ACCEPTED, INDEX_CHUNKS_PENDING_MAX};
use crate::codec::Compression;
use crate::format::{ChunkRecord, IndexedPack, RegionKind};
use crate::index::Index;
use assemble::Assembler;
pub use charge::{Account, Charges, Share, Shares};
pub use likeness::Likeness;

/// How a writer works.
#[derive(Debug, Clone, Copy)]
pub struct WriteOptions {
    /// How new data is compressed.
    pub compression: Compression,
    /// Nothing is written to the repository: everything is counted as if it were.
    pub dry_run: bool,
}

/// What a session wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Chunks that were new.
    pub chunks_new: u64,
    /// Plaintext bytes of new chunks.
    pub bytes_added: u64,
    /// Bytes the repository grew by: packs, their parity and index objects.
    pub bytes_stored: u64,
    /// Packs that were written.
    pub packs: u64,
}

/// The regions that are open at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Content,
    Metadata,
    Delta,
}

impl Slot {
    const fn of(kind: RegionKind) -> Self {
        match kind {
            RegionKind::Content => Self::Content,
            RegionKind::Metadata => Self::Metadata,
        }
    }
}

/// A session of writing chunks.
pub struct Writer<'r> {
    repo: &'r Repository,
    index: &'r mut Index,
    options: WriteOptions,
    avoided: Avoided,
    /// Chunks that are on their way and that the index does not tell of yet.
    pending: HashSet<ChunkId>,
    /// Where the bases of the open delta region lie.
    delta_place: Option<(u32, u32)>,
    open: [PlainRegion; 3],
    assembler: Option<Assembler>,
    finished: Vec<IndexedPack>,
    finished_chunks: usize,
    written: Written,
    charges: Charges,
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writer({:?}, {:?})", self.repo, self.written)
    }
}

impl<'r> Writer<'r> {
    /// A session on `repo`, whose index must be open for writing.
    ///
    /// # Errors
    /// [`RepoError::Encode`] if threads cannot be started.
    pub fn new(repo: &'r Repository, index: &'r mut Index, options: WriteOptions) -> Result<Self, RepoError> {
        let assembler = match options.dry_run {
            true => None,
            false => Some(Assembler::start(Arc::new(repo.clone()), options.compression)?),
        };
        Ok(Self {
            repo,
            index,
            options,
            avoided: Avoided::default(),
            pending: HashSet::new(),
            delta_place: None,
            open: [RegionKind::Content, RegionKind::Metadata, RegionKind::Content].map(PlainRegion::empty),
            assembler,
            finished: vec![],
            finished_chunks: 0,
            written: Written::default(),
            charges: Charges::default(),
        })
    }

    /// The same session, which does not rely on these packs: what is only in them it stores again.
    pub fn avoiding(self, avoided: Avoided) -> Self {
        Self { avoided, ..self }
    }

    /// The repository that is written to.
    pub const fn repository(&self) -> &'r Repository {
        self.repo
    }

    /// What was written so far, without what is still under way.
    pub const fn written(&self) -> Written {
        self.written
    }

    /// Whether a chunk is there, or on its way.
    ///
    /// # Errors
    /// [`RepoError::Index`].
    pub fn knows(&self, id: &ChunkId) -> Result<bool, RepoError> {
        let is_there = || self.index.find(id).map(|at| at.is_some_and(|at| !self.avoided.has(at.pack)));
        Ok(self.pending.contains(id) || is_there()?)
    }

    /// Stores a chunk unless it is there already; `true` if it was new. Its id must be that of `plain`.
    ///
    /// # Errors
    /// Whatever went wrong in the session's threads so far.
    pub fn put(&mut self, kind: RegionKind, id: ChunkId, plain: &[u8]) -> Result<bool, RepoError> {
        if self.knows(&id)? {
            return Ok(false);
        }
        self.store(Slot::of(kind), id, plain, &[])?;
        Ok(true)
    }

    /// Stores a chunk although it is known, since where it is known to be cannot be relied on. Once a session.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_again(&mut self, kind: RegionKind, id: ChunkId, plain: &[u8]) -> Result<(), RepoError> {
        match self.pending.contains(&id) {
            true => Ok(()),
            false => self.store(Slot::of(kind), id, plain, &[]),
        }
    }

    /// Stores a chunk of a file's content that [`Self::knows`] did not know, as a delta of others if it is like them.
    ///
    /// Chunks gather in one region while their bases lie in one, so that whoever reads a delta follows one chain. `shares` tells on whose account
    /// the chunk goes: parts of all its bytes, in their order, or of those that are inserted.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_new(
        &mut self,
        id: ChunkId,
        plain: &[u8],
        likeness: Option<&Likeness>,
        shares: &[Share],
    ) -> Result<(), RepoError> {
        let lasts = |likeness: &&Likeness| likeness.bases.iter().all(|base| !self.avoided.has(base.place.0));
        let Some(likeness) = likeness.filter(lasts) else {
            return self.store(Slot::Content, id, plain, shares);
        };
        self.store_delta(id, plain, likeness, shares)
    }

    fn store_delta(
        &mut self,
        id: ChunkId,
        plain: &[u8],
        likeness: &Likeness,
        shares: &[Share],
    ) -> Result<(), RepoError> {
        let place = likeness.bases.first().map(|base| base.place);
        if place != self.delta_place {
            self.close_region(Slot::Delta)?;
        }
        self.delta_place = place;
        let is_elsewhere = likeness.bases.iter().any(|base| Some(base.place) != place);
        likeness.join(self.open_region(Slot::Delta).basis.get_or_insert_default());
        self.store(Slot::Delta, id, plain, shares)?;
        if is_elsewhere { self.close_region(Slot::Delta) } else { Ok(()) }
    }

    fn store(&mut self, slot: Slot, id: ChunkId, plain: &[u8], shares: &[Share]) -> Result<(), RepoError> {
        // What no reader would accept is found out here and not in a year.
        if plain.is_empty() || plain.len() > CHUNK_BYTES_ACCEPTED {
            return Err(RepoError::Encode(format!("a chunk of {} bytes", plain.len())));
        }
        self.pending.insert(id);
        self.written.chunks_new += 1;
        self.written.bytes_added += plain.len() as u64;
        let plain_bytes =
            u32::try_from(plain.len()).map_err(|_| RepoError::Encode("a chunk over 4 GiB".into()))?;
        let target = self.repo.parameters().region_bytes as usize;
        let region = self.open_region(slot);
        if region.plain.capacity() == 0 {
            region.plain.reserve(target + target / 4);
        }
        region.plain.extend_from_slice(plain);
        region.chunks.push(ChunkRecord { id, plain_bytes });
        // What is told of no share is nobody's; whatever is parted has to be told of as a whole.
        let nobody = [Share { account: Account::NONE, bytes: plain_bytes }];
        let shares = if shares.is_empty() { &nobody } else { shares };
        shares.iter().for_each(|share| region.shares.push(*share));
        if region.plain.len() >= target { self.close_region(slot) } else { Ok(()) }
    }

    /// Stores metadata (a tree node, records of a recipe) and tells its id.
    ///
    /// # Errors
    /// Those of [`Self::put`].
    pub fn put_metadata(&mut self, plain: &[u8]) -> Result<ChunkId, RepoError> {
        let id = self.repo.keys().chunk_id(plain);
        self.put(RegionKind::Metadata, id, plain)?;
        Ok(id)
    }

    /// Makes everything durable that was offered: the last packs, then the last index object. A dry run charges nobody.
    ///
    /// # Errors
    /// Whatever went wrong in the session.
    pub fn finish(mut self) -> Result<(Written, Charges), RepoError> {
        for slot in [Slot::Content, Slot::Delta, Slot::Metadata] {
            self.close_region(slot)?;
        }
        if let Some(assembler) = self.assembler.take() {
            let packs = assembler.finish()?;
            self.note(packs)?;
            self.write_index()?;
        }
        Ok((self.written, self.charges))
    }

    const fn open_region(&mut self, slot: Slot) -> &mut PlainRegion {
        let [content, metadata, delta] = &mut self.open;
        match slot {
            Slot::Content => content,
            Slot::Metadata => metadata,
            Slot::Delta => delta,
        }
    }

    fn close_region(&mut self, slot: Slot) -> Result<(), RepoError> {
        if slot == Slot::Delta {
            self.delta_place = None;
        }
        let region = self.open_region(slot);
        if region.chunks.is_empty() {
            return Ok(());
        }
        let empty = PlainRegion::empty(region.kind);
        let region = std::mem::replace(region, empty);
        let Some(assembler) = &mut self.assembler else { return self.forget_dry(&region) };
        let packs = assembler.offer(region)?;
        self.note(packs)
    }

    /// A dry run's memory is bounded too: it forgets what it saw after a while, and may then count a chunk twice.
    fn forget_dry(&mut self, region: &PlainRegion) -> Result<(), RepoError> {
        debug_assert!(self.options.dry_run && !region.chunks.is_empty());
        if self.pending.len() > 16 * INDEX_CHUNKS_PENDING_MAX {
            self.pending.clear();
        }
        Ok(())
    }
}
