//! Chunks read through the index: located, their regions opened once and kept for a while, and always compared with their ids.

mod base;
mod chain;
mod delta;
mod kept;
mod presence;
mod raw;
mod rebase;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use lru::LruCache;

pub use self::base::BaseChunk;
use self::delta::{DeltaRegion, Stretch};
use self::kept::{Kept, lock};
use super::packs::PackSeals;
use super::{Avoided, RepoError, Repository, Subject, region};
use crate::base::limits::{DELTAS_KEPT_BYTES, PACKS_OPEN_MAX, REGIONS_KEPT_BYTES};
use crate::base::{ChunkId, Encoding};
use crate::format::{IndexedPack, PackHeader};
use crate::index::{IndexView, Location, PackPlace, RegionPlace};

/// Reads chunks of one repository; may be used from many threads.
pub struct ChunkReader {
    repo: Repository,
    index: Arc<IndexView>,
    /// What does not count as being there, and is read all the same.
    avoided: Avoided,
    places: Mutex<LruCache<u32, Arc<PackPlace>>>,
    packs: Mutex<LruCache<u32, Arc<OpenPack>>>,
    regions: Kept<KeptRegion>,
    deltas: Kept<Arc<DeltaRegion>>,
    regions_read: AtomicU64,
    bytes_read: AtomicU64,
}

/// A region that was opened, and how many delta regions are in its longest chain.
#[derive(Clone)]
struct KeptRegion {
    plain: Arc<Vec<u8>>,
    chain: u8,
}

/// A region that is about to be read.
struct SealedRegion {
    open: Arc<OpenPack>,
    place: RegionPlace,
    number: u32,
}

impl SealedRegion {
    fn damaged(&self, reason: &dyn std::fmt::Display) -> RepoError {
        RepoError::damaged(Subject::Pack(self.open.place.id), format!("region {}: {reason}", self.number))
    }
}

struct OpenPack {
    place: Arc<PackPlace>,
    seals: PackSeals,
    contents: OnceLock<IndexedPack>,
}

impl std::fmt::Debug for ChunkReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChunkReader({:?})", self.repo)
    }
}

impl ChunkReader {
    /// A reader that finds chunks by `index`.
    pub fn new(repo: &Repository, index: Arc<IndexView>) -> Self {
        let open_max = NonZeroUsize::new(PACKS_OPEN_MAX).unwrap_or(NonZeroUsize::MIN);
        let (places, packs) = (Mutex::new(LruCache::new(open_max)), Mutex::new(LruCache::new(open_max)));
        let regions = Kept::new(REGIONS_KEPT_BYTES, |region: &KeptRegion| region.plain.len());
        let deltas = Kept::new(DELTAS_KEPT_BYTES, |delta: &Arc<DeltaRegion>| delta.memory());
        let (regions_read, bytes_read) = (AtomicU64::new(0), AtomicU64::new(0));
        let (repo, avoided) = (repo.clone(), Avoided::default());
        Self { repo, index, avoided, places, packs, regions, deltas, regions_read, bytes_read }
    }

    /// The same for a writer: what is only in these packs counts as not being there.
    pub fn avoiding(self, avoided: Avoided) -> Self {
        Self { avoided, ..self }
    }

    /// How many regions were read from the store so far, and how many bytes these are there.
    pub fn work(&self) -> (u64, u64) {
        (self.regions_read.load(Ordering::Relaxed), self.bytes_read.load(Ordering::Relaxed))
    }

    /// The repository it reads.
    pub const fn repository(&self) -> &Repository {
        &self.repo
    }

    /// Where a chunk is.
    ///
    /// # Errors
    /// [`RepoError::Missing`] if no pack is known to have it; [`RepoError::Index`].
    pub fn locate(&self, id: &ChunkId) -> Result<Location, RepoError> {
        self.index.find(id)?.ok_or(RepoError::Missing { subject: Subject::Chunk(*id) })
    }

    /// Which pack a location's number stands for.
    ///
    /// # Errors
    /// [`RepoError::Index`].
    pub fn pack_place(&self, pack: u32) -> Result<Arc<PackPlace>, RepoError> {
        if let Some(place) = lock(&self.places).get(&pack) {
            return Ok(place.clone());
        }
        let place = Arc::new(self.index.pack(pack)?);
        lock(&self.places).put(pack, place.clone());
        Ok(place)
    }

    /// A chunk's plaintext, compared with its id.
    ///
    /// # Errors
    /// [`RepoError::Missing`], [`RepoError::Damaged`], [`RepoError::Backend`].
    pub fn chunk(&self, id: &ChunkId) -> Result<Vec<u8>, RepoError> {
        let location = self.locate(id)?;
        let region = self.kept_region(location)?;
        Ok(self.chunk_of(&region.plain, location, id)?.to_vec())
    }

    /// The plaintext of a whole region, read from the store and not kept. Its chunks are not compared with their ids yet.
    ///
    /// # Errors
    /// Those of [`Self::chunk`].
    pub fn region(&self, pack: u32, number: u32) -> Result<Vec<u8>, RepoError> {
        Ok(self.read_region(pack, number)?.0)
    }

    /// The chunk at `location` of an opened region, compared with its id.
    ///
    /// # Errors
    /// [`RepoError::Damaged`].
    pub fn chunk_of<'p>(
        &self,
        plain: &'p [u8],
        location: Location,
        id: &ChunkId,
    ) -> Result<&'p [u8], RepoError> {
        region::chunk(self.repo.keys(), plain, location.offset, location.bytes, id)
            .ok_or_else(|| Self::misplaced(id, location))
    }

    fn kept_region(&self, location: Location) -> Result<KeptRegion, RepoError> {
        let key = (location.pack, location.region);
        if let Some(region) = self.regions.get(key) {
            return Ok(region);
        }
        let (plain, chain) = self.read_region(location.pack, location.region)?;
        Ok(self.regions.keep(key, KeptRegion { plain: Arc::new(plain), chain }))
    }

    /// The plaintext of a region, and how many delta regions are in its longest chain: 0 if it is none itself.
    fn read_region(&self, pack: u32, number: u32) -> Result<(Vec<u8>, u8), RepoError> {
        let read = self.sealed_region(pack, number)?;
        if read.place.encoding != Encoding::Delta {
            return Ok((self.open_region(read)?, 0));
        }
        let whole = Stretch { region: (pack, number), from: 0, bytes: read.place.plain_bytes };
        chain::assemble(self, vec![whole])
    }

    /// Where a region is; nothing of it is read yet.
    fn sealed_region(&self, pack: u32, number: u32) -> Result<SealedRegion, RepoError> {
        let open = self.open_pack(pack)?;
        let place = open.place.regions.get(number as usize).copied();
        let missing = || RepoError::damaged(Subject::Pack(open.place.id), format!("has no region {number}"));
        Ok(SealedRegion { place: place.ok_or_else(missing)?, open, number })
    }

    fn message(&self, region: &SealedRegion) -> Result<Vec<u8>, RepoError> {
        let (pack, place) = (region.open.place.id, region.place);
        let message = self.repo.read_pack(pack, place.offset, place.stored_bytes as usize)?;
        self.regions_read.fetch_add(1, Ordering::Relaxed);
        self.bytes_read.fetch_add(message.len() as u64, Ordering::Relaxed);
        Ok(message)
    }

    /// The plaintext of a region that is no delta.
    fn open_region(&self, region: SealedRegion) -> Result<Vec<u8>, RepoError> {
        let message = self.message(&region)?;
        let SealedRegion { open, place, number } = &region;
        let bytes = place.plain_bytes as usize;
        region::open(&open.seals.regions, u64::from(*number), message, place.encoding, &[], bytes)
            .map_err(|error| region.damaged(&error))
    }

    /// What a delta region says.
    fn open_delta(&self, region: &SealedRegion) -> Result<DeltaRegion, RepoError> {
        let record = self.contents(&region.open)?.contents.regions.get(region.number as usize);
        let record = record.ok_or_else(|| region.damaged(&"there is no such region"))?;
        let bases = self.base_places(&record.bases)?;
        let base_bytes = bases.iter().map(|base| base.bytes as usize).sum();
        let message = self.message(region)?;
        let (seal, bytes) = (&region.open.seals.regions, region.place.plain_bytes as usize);
        let delta = region::open_delta(seal, u64::from(region.number), message, base_bytes, bytes)
            .map_err(|error| region.damaged(&error))?;
        Ok(DeltaRegion::new(delta, bases))
    }

    fn open_pack(&self, pack: u32) -> Result<Arc<OpenPack>, RepoError> {
        if let Some(open) = lock(&self.packs).get(&pack) {
            return Ok(open.clone());
        }
        let place = self.pack_place(pack)?;
        let header = self.repo.read_pack(place.id, 0, crate::format::pack::HEADER_BYTES)?;
        let header = PackHeader::decode(&header)
            .map_err(|error| RepoError::damaged(Subject::Pack(place.id), error))?;
        let open = Arc::new(OpenPack {
            place,
            seals: PackSeals::new(&self.repo, &header),
            contents: OnceLock::new(),
        });
        lock(&self.packs).put(pack, open.clone());
        Ok(open)
    }

    fn contents<'o>(&self, open: &'o OpenPack) -> Result<&'o IndexedPack, RepoError> {
        if let Some(contents) = open.contents.get() {
            return Ok(contents);
        }
        let contents = self.repo.pack_contents(open.place.id, open.place.bytes)?;
        Ok(open.contents.get_or_init(|| contents))
    }
}
