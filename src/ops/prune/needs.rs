//! What snapshots need, chunk by chunk, and what that makes of each pack.

use std::collections::HashMap;

use super::plan::PackUse;
use crate::base::{Encoding, Observer, PackId, Phase, Progress};
use crate::format::RegionRecord;
use crate::index::{IndexView, Location};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, Reach, RepoError, Repository, Snapshots};

/// The chunks that snapshots need, by where the index finds them. Eight bytes each, and up to as many again while they are gathered.
#[derive(Debug, Default)]
pub struct Needs {
    packs: HashMap<u32, Places>,
    /// Chunks that are needed and in no pack: lost before.
    pub lost: u64,
}

/// Places in a pack: the number of the region, then the offset in it.
#[derive(Debug, Default)]
struct Places {
    places: Vec<u64>,
    sorted: usize,
}

fn place(at: &Location) -> u64 {
    u64::from(at.region) << 32 | u64::from(at.offset)
}

impl Places {
    fn add(&mut self, place: u64) {
        if self.places.last() == Some(&place) {
            return;
        }
        self.places.push(place);
        // Most chunks are needed by many snapshots: what was said again is thrown away whenever there is twice as much.
        if self.places.len() >= 2 * self.sorted + 64 {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.places.sort_unstable();
        self.places.dedup();
        self.sorted = self.places.len();
    }
}

impl Needs {
    /// What all snapshots need.
    ///
    /// # Errors
    /// [`OpsError::Repo`] with damage if a node cannot be read: what is behind it is not known, and nothing may be deleted then. Of snapshots
    /// that are marked as having lost something (`repair snapshots`) it is known to be lost.
    pub fn of(
        reader: &ChunkReader,
        Snapshots { whole: snapshots, losses, .. }: &Snapshots,
        observer: &dyn Observer,
    ) -> Result<Self, OpsError> {
        let (mut needs, mut reach) = (Self::default(), Reach::new(reader));
        for (done, (id, manifest)) in (0_u64..).zip(snapshots) {
            observer.progress(&Progress {
                phase: Phase::Prune,
                items_done: done,
                items_total: Some(snapshots.len() as u64),
                bytes_done: 0,
                bytes_total: None,
                current: None,
            });
            reach.snapshot(manifest, &mut |id| {
                if observer.is_cancelled() {
                    return Err(RepoError::Cancelled);
                }
                match reader.locate(&id) {
                    Ok(at) => needs.packs.entry(at.pack).or_default().add(place(&at)),
                    Err(RepoError::Missing { .. }) => needs.lost += 1,
                    Err(error) => return Err(error),
                }
                Ok(())
            })?;
            match reach.damage.pop() {
                Some(error) if !losses.contains_key(id) => return Err(error.into()),
                _ => reach.damage.clear(),
            }
        }
        needs.packs.values_mut().for_each(Places::settle);
        Ok(needs)
    }

    /// Whether the chunk at this place is needed.
    pub fn has(&self, at: &Location) -> bool {
        self.packs.get(&at.pack).is_some_and(|pack| pack.places.binary_search(&place(at)).is_ok())
    }
}

/// A pack that index objects tell of.
#[derive(Debug, Clone, Copy)]
pub struct KnownPack {
    /// The index's number.
    pub number: u32,
    /// Which it is.
    pub id: PackId,
}

/// What is known of every pack that the index has.
///
/// # Errors
/// Those of reading index objects.
pub fn survey(
    repo: &Repository,
    index: &IndexView,
    needs: &Needs,
) -> Result<(Vec<KnownPack>, Vec<PackUse>), OpsError> {
    let (mut known, mut uses) = (vec![], vec![]);
    let mut leans: Vec<(usize, u32)> = vec![];
    let mut places = HashMap::new();
    repo.each_pack(index, &mut |number, pack| {
        let at = known.len();
        places.insert(number, at);
        known.push(KnownPack { number, id: pack.id });
        let mut of_pack = PackUse { bytes: pack.bytes, ..PackUse::default() };
        for (region, record) in (0..).zip(&pack.contents.regions) {
            of_pack.unused += unused(record, (number, region), needs, &mut of_pack.is_wanted);
            for base in &record.bases {
                // One that is in no pack was lost before, and what leans on it with it: `check` says so.
                if let Some(found) = index.find(base)? {
                    of_pack.leans_on_unwanted |= !needs.has(&found);
                    leans.push((at, found.pack));
                }
            }
        }
        uses.push(of_pack);
        Ok(())
    })?;
    leans.sort_unstable();
    leans.dedup();
    for (at, pack) in leans {
        if let (Some(of_pack), Some(base)) = (uses.get_mut(at), places.get(&pack))
            && *base != at
        {
            of_pack.leans_on.push(*base);
        }
    }
    Ok((known, uses))
}

/// Stored bytes of a region that nothing needs. Notes whether anything in it is needed.
fn unused(record: &RegionRecord, (pack, region): (u32, u32), needs: &Needs, is_wanted: &mut bool) -> u64 {
    let (mut offset, mut wanted) = (0, 0_u64);
    for chunk in &record.chunks {
        if needs.has(&Location { pack, region, offset, bytes: chunk.plain_bytes }) {
            wanted += u64::from(chunk.plain_bytes);
        }
        offset += chunk.plain_bytes;
    }
    *is_wanted |= wanted > 0;
    let (stored, plain) = (u64::from(record.stored_bytes), record.plain_bytes().max(1));
    debug_assert!(record.encoding == Encoding::Delta || record.bases.is_empty());
    stored - u64::try_from(u128::from(stored) * u128::from(wanted) / u128::from(plain)).unwrap_or(stored)
}
