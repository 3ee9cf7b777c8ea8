//! What a chunk is made of where only some of the chunks that it leans on stay.
//!
//! Its chain is followed, stretch by stretch, until everything is bytes of chunks that stay, or new: what links that go have inserted, and what
//! they have copied from a region that goes too. Nothing is searched for.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::write::Likeness;
use super::super::{RepoError, Subject};
use super::delta::{Cursor, DeltaRegion, Part};
use super::{BaseChunk, ChunkReader};
use crate::base::limits::DELTA_DEPTH_ACCEPTED;
use crate::base::{ChunkId, Encoding};
use crate::codec::delta::Step;
use crate::index::Location;

/// A stretch of the chunk, and where it stands in a region that is still to be followed.
struct Stretch {
    to: u32,
    region: (u32, u32),
    from: u32,
    bytes: u32,
}

/// A stretch of the chunk that stands in one that stays.
struct Copy {
    to: u32,
    base: ChunkId,
    from: u32,
    bytes: u32,
}

impl ChunkReader {
    /// How a chunk is made from chunks that `stays` says yes to; `None` if more than half of it would be new.
    ///
    /// # Errors
    /// Those of reading a region; [`RepoError::Damaged`] for a chain that is too long.
    pub fn likeness_to(
        &self,
        id: &ChunkId,
        stays: &dyn Fn(&Location) -> bool,
    ) -> Result<Option<Likeness>, RepoError> {
        let at = self.locate(id)?;
        let mut open =
            vec![Stretch { to: 0, region: (at.pack, at.region), from: at.offset, bytes: at.bytes }];
        let (mut copies, mut deltas) = (vec![], HashMap::new());
        let mut links = 0;
        while !open.is_empty() {
            if links > DELTA_DEPTH_ACCEPTED {
                return Err(RepoError::damaged(Subject::Chunk(*id), "its chain of bases is too deep"));
            }
            links += 1;
            for stretch in std::mem::take(&mut open) {
                self.follow(stretch, stays, &mut deltas, &mut open, &mut copies)?;
            }
        }
        copies.sort_unstable_by_key(|copy| copy.to);
        self.steps(&copies, at.bytes)
    }

    fn follow(
        &self,
        Stretch { mut to, region, from, bytes }: Stretch,
        stays: &dyn Fn(&Location) -> bool,
        deltas: &mut HashMap<(u32, u32), Option<Arc<DeltaRegion>>>,
        open: &mut Vec<Stretch>,
        copies: &mut Vec<Copy>,
    ) -> Result<(), RepoError> {
        let known = deltas.get(&region).cloned();
        let delta = match known {
            Some(delta) => delta,
            None => deltas.entry(region).or_insert(self.delta_of(region)?).clone(),
        };
        // What stands in a region that is no delta is new, unless its chunk stays, and then it is not followed.
        let Some(delta) = delta else { return Ok(()) };
        let ids = self.bases_of(region)?;
        let end = from.saturating_add(bytes).min(delta.bytes);
        delta.expand(&mut Cursor::default(), from, end, &mut |Part { base, from, bytes }| {
            let placed = base.and_then(|base| Some((delta.bases.get(base)?, ids.get(base)?)));
            if let Some((place, id)) = placed {
                let (pack, number) = place.region;
                let at = Location { pack, region: number, offset: place.offset, bytes: place.bytes };
                if stays(&at) {
                    copies.push(Copy { to, base: *id, from: from - place.offset, bytes });
                } else {
                    open.push(Stretch { to, region: place.region, from, bytes });
                }
            }
            to += bytes;
        });
        Ok(())
    }

    fn delta_of(&self, region: (u32, u32)) -> Result<Option<Arc<DeltaRegion>>, RepoError> {
        if let Some(delta) = self.deltas.get(region) {
            return Ok(Some(delta));
        }
        let sealed = self.sealed_region(region.0, region.1)?;
        if sealed.place.encoding != Encoding::Delta {
            return Ok(None);
        }
        let delta = Arc::new(self.open_delta(&sealed)?);
        Ok(Some(self.deltas.keep(region, delta)))
    }

    /// The base chunks of a region, in order; none if it is no delta.
    fn bases_of(&self, (pack, number): (u32, u32)) -> Result<Vec<ChunkId>, RepoError> {
        let open = self.open_pack(pack)?;
        let record = self.contents(&open)?.contents.regions.get(number as usize);
        Ok(record.map(|record| record.bases.clone()).unwrap_or_default())
    }

    fn steps(&self, copies: &[Copy], chunk_bytes: u32) -> Result<Option<Likeness>, RepoError> {
        let copied: u64 = copies.iter().map(|copy| u64::from(copy.bytes)).sum();
        if copied * 2 < u64::from(chunk_bytes) {
            return Ok(None);
        }
        let mut bases: Vec<BaseChunk> = vec![];
        let (mut starts, mut length) = (HashMap::new(), 0_u32);
        let (mut steps, mut at) = (vec![], 0);
        for copy in copies {
            let start = match starts.get(&copy.base) {
                Some(start) => *start,
                None => {
                    let base = self.base_chunk(&copy.base)?;
                    let start = length;
                    length = length.saturating_add(u32::try_from(base.plain().len()).unwrap_or(u32::MAX));
                    bases.push(base);
                    starts.insert(copy.base, start);
                    start
                }
            };
            steps.push(Step { insert: copy.to - at, from: start + copy.from, copy: copy.bytes });
            at = copy.to + copy.bytes;
        }
        if at < chunk_bytes {
            steps.push(Step { insert: chunk_bytes - at, from: 0, copy: 0 });
        }
        Ok(Some(Likeness { bases, steps }))
    }
}
