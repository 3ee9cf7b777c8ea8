//! Chunks that others are deltas of.

use std::ops::Range;
use std::sync::Arc;

use super::super::Subject;
use super::chain;
use super::delta::BasePlace;
use super::{ChunkReader, RepoError};
use crate::base::ChunkId;
use crate::base::limits::BASE_BYTES_ACCEPTED;
use crate::index::Location;

/// A chunk that others may be deltas of.
#[derive(Debug, Clone)]
pub struct BaseChunk {
    /// Which it is.
    pub id: ChunkId,
    region: Arc<Vec<u8>>,
    range: Range<usize>,
    /// The index's number of its pack, and the number of its region there.
    pub place: (u32, u32),
    /// How many delta regions have to be opened to read it.
    pub depth: u8,
}

impl BaseChunk {
    /// Its plaintext.
    pub fn plain(&self) -> &[u8] {
        self.region.get(self.range.clone()).unwrap_or_default()
    }
}

impl ChunkReader {
    /// A chunk's plaintext, and what is known of the region it lies in.
    ///
    /// It is not compared with its id: the region's seal and the pack's own table of contents say what it is. That is enough for a base,
    /// since a delta copies only what is equal in both.
    ///
    /// # Errors
    /// Those of [`Self::chunk`].
    pub fn base_chunk(&self, id: &ChunkId) -> Result<BaseChunk, RepoError> {
        let location = self.vouched(id)?;
        let region = self.kept_region(location)?;
        let range = location.offset as usize..location.offset as usize + location.bytes as usize;
        if region.plain.get(range.clone()).is_none() {
            return Err(Self::misplaced(id, location));
        }
        let place = (location.pack, location.region);
        Ok(BaseChunk { id: *id, region: region.plain, range, place, depth: region.chain })
    }

    /// Where a chunk is by the index, and by the pack's own table of contents.
    fn vouched(&self, id: &ChunkId) -> Result<Location, RepoError> {
        let location = self.locate(id)?;
        // Nothing is to lean on what is about to be deleted. A copy of it that is stored later might lean on what leans on it.
        if self.avoided.has(location.pack) {
            return Err(RepoError::Missing { subject: Subject::Chunk(*id) });
        }
        let open = self.open_pack(location.pack)?;
        let region = self.contents(&open)?.contents.regions.get(location.region as usize);
        let mut start = 0_u32;
        let is_there = region.into_iter().flat_map(|region| &region.chunks).any(|chunk| {
            let is_it = chunk.id == *id && start == location.offset && chunk.plain_bytes == location.bytes;
            start = start.saturating_add(chunk.plain_bytes);
            is_it
        });
        if is_there { Ok(location) } else { Err(Self::misplaced(id, location)) }
    }

    pub(super) fn misplaced(id: &ChunkId, location: Location) -> RepoError {
        RepoError::damaged(
            Subject::Chunk(*id),
            format!("its place in region {} has other bytes", location.region),
        )
    }

    /// The base of a delta region: the plaintexts of its bases, which are not compared with their ids. What is made from them is.
    ///
    /// # Errors
    /// Those of [`Self::chunk`].
    pub fn base(&self, bases: &[ChunkId]) -> Result<Vec<u8>, RepoError> {
        let bases = self.base_places(bases)?;
        Ok(chain::assemble(self, bases.iter().map(BasePlace::stretch).collect())?.0)
    }

    /// Where base chunks are.
    pub(super) fn base_places(&self, bases: &[ChunkId]) -> Result<Vec<BasePlace>, RepoError> {
        let mut start = 0;
        let place = |base: &ChunkId| {
            let Location { pack, region, offset, bytes } = self.vouched(base)?;
            let place = BasePlace { start, region: (pack, region), offset, bytes };
            start += u64::from(bytes);
            let is_short = start <= BASE_BYTES_ACCEPTED as u64;
            is_short
                .then_some(place)
                .ok_or_else(|| RepoError::damaged(Subject::Chunk(*base), "with it bases are over 128 MiB"))
        };
        bases.iter().map(place).collect()
    }
}
