//! Chunks that move from packs which are to be deleted: whole regions as they are, single chunks, and deltas whose bases changed.
//!
//! The session must avoid the packs that they come from, or it takes them for stored.

use super::super::read::ChunkReader;
use super::{Likeness, RepoError, Slot, Writer};
use crate::base::ChunkId;
use crate::format::RegionKind;

impl Writer<'_> {
    /// Stores a region as it is encoded, if none of its chunks is there already, and returns whether it did.
    ///
    /// # Errors
    /// Those of reading it, and of [`Self::put`].
    pub fn copy_region(&mut self, reader: &ChunkReader, pack: u32, number: u32) -> Result<bool, RepoError> {
        let region = reader.raw_region(pack, number)?;
        for chunk in &region.source.chunks {
            if self.knows(&chunk.id)? {
                return Ok(false);
            }
        }
        for chunk in &region.source.chunks {
            self.pending.insert(chunk.id);
            self.written.chunks_new += 1;
            self.written.bytes_added += u64::from(chunk.plain_bytes);
        }
        let Some(assembler) = &mut self.assembler else { return Ok(true) };
        let packs = assembler.offer_encoded(region)?;
        self.note(packs)?;
        Ok(true)
    }

    /// Stores a chunk unless it is there already, as a delta if it is like chunks that stay.
    ///
    /// Their packs may be among those that are avoided, if they move too: a delta names chunks and not places.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn copy_chunk(
        &mut self,
        kind: RegionKind,
        id: ChunkId,
        plain: &[u8],
        likeness: Option<&Likeness>,
    ) -> Result<(), RepoError> {
        match likeness {
            _ if self.knows(&id)? => Ok(()),
            Some(likeness) => self.store_delta(id, plain, likeness, &[]),
            None => self.store(Slot::of(kind), id, plain, &[]),
        }
    }

    /// Ends the delta region at hand: chunks of two regions never come together in one, or chains of regions could become circles.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn end_deltas(&mut self) -> Result<(), RepoError> {
        self.close_region(Slot::Delta)
    }
}
