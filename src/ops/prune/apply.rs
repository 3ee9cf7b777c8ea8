//! What a prune changes, in its order: copies, marks, index objects, packs.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::needs::{Needs, survey};
use super::plan::still_needed;
use super::{Count, OpsError, PruneOptions, Survey};
use crate::base::{ChunkId, Encoding, LeaseId, Observer, PackId, Phase, Progress};
use crate::format::{IndexedPack, Mark, RegionRecord};
use crate::index::Location;
use crate::ops::turn::Turn;
use crate::repo::{Avoided, ChunkReader, IndexState, Marks, RepoError, Repository, WriteOptions, Writer};

impl Survey {
    /// Copies what is needed of the packs that are written anew. Returns the new packs, which are durable and told of.
    pub(super) fn write_anew(
        &self,
        repo: &Repository,
        state: &mut IndexState,
        options: &PruneOptions,
        observer: &dyn Observer,
    ) -> Result<Count, OpsError> {
        if self.decision.rewrite.is_empty() {
            return Ok(Count::default());
        }
        let reader = ChunkReader::new(repo, state.index.view());
        let places = self.decision.delete.iter().chain(&self.decision.rewrite);
        let doomed: HashSet<PackId> = places.filter_map(|place| Some(self.known.get(*place)?.id)).collect();
        let avoided = Avoided::new(&state.index, &doomed)?;
        let write_options = WriteOptions { compression: options.compression, dry_run: false };
        let writer = Writer::new(repo, &mut state.index, write_options)?.avoiding(avoided);
        let mut copying = Copying { writer, reader: &reader, needs: &self.needs };
        let total = self.decision.rewrite.len() as u64;
        for (done, place) in (0..).zip(&self.decision.rewrite) {
            let (Some(known), Some(of_pack)) = (self.known.get(*place), self.uses.get(*place)) else {
                continue;
            };
            if observer.is_cancelled() {
                return Err(RepoError::Cancelled.into());
            }
            observer.progress(&Progress {
                phase: Phase::Prune,
                items_done: done,
                items_total: Some(total),
                bytes_done: copying.writer.written().bytes_stored,
                bytes_total: None,
                current: None,
            });
            copying.pack(known.number, &repo.pack_contents(known.id, of_pack.bytes)?)?;
        }
        let (written, _) = copying.writer.finish()?;
        Ok(Count { packs: written.packs, bytes: written.bytes_stored })
    }
}

/// Needed chunks on their way into new packs.
struct Copying<'r> {
    writer: Writer<'r>,
    reader: &'r ChunkReader,
    needs: &'r Needs,
}

impl Copying<'_> {
    fn pack(&mut self, number: u32, pack: &IndexedPack) -> Result<(), OpsError> {
        for (region, record) in (0..).zip(&pack.contents.regions) {
            let mut offset = 0;
            let places = record.chunks.iter().map(|chunk| {
                let at = Location { pack: number, region, offset, bytes: chunk.plain_bytes };
                offset += chunk.plain_bytes;
                (chunk.id, at)
            });
            let wanted: Vec<_> = places.filter(|(_, at)| self.needs.has(at)).collect();
            if wanted.is_empty() {
                continue;
            }
            let is_whole = wanted.len() == record.chunks.len() && self.leans_on_wanted(record)?;
            if !(is_whole && self.writer.copy_region(self.reader, number, region)?) {
                self.region(record, &wanted)?;
            }
        }
        Ok(())
    }

    /// Whether every chunk that a region leans on is one that some snapshot needs.
    fn leans_on_wanted(&self, record: &RegionRecord) -> Result<bool, OpsError> {
        for base in &record.bases {
            if !self.needs.has(&self.reader.locate(base)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Copies some chunks of a region, deltas as deltas of chunks that stay.
    fn region(&mut self, record: &RegionRecord, wanted: &[(ChunkId, Location)]) -> Result<(), OpsError> {
        for (id, _) in wanted {
            let likeness = match record.encoding {
                Encoding::Delta => self.reader.likeness_to(id, &|at| self.needs.has(at))?,
                Encoding::Stored | Encoding::Zstd => None,
            };
            let plain = self.reader.chunk(id)?;
            self.writer.copy_chunk(record.kind, *id, &plain, likeness.as_ref())?;
        }
        Ok(self.writer.end_deltas()?)
    }
}

/// Marks what is not marked yet of the packs that are to be deleted. Returns all marks that anybody may act on.
pub(super) fn mark(
    repo: &Repository,
    old: &Marks,
    doomed: &[(PackId, u64)],
    sequence: u64,
    turn: &Turn,
    options: &PruneOptions,
) -> Result<Marks, OpsError> {
    let marked = old.packs();
    let packs: Vec<PackId> = doomed.iter().map(|(id, _)| *id).filter(|id| !marked.contains(id)).collect();
    let mut marks = Marks { whole: old.whole.clone(), damaged: vec![] };
    if !packs.is_empty() {
        // Who takes a lease after the first one is there sees it; who had one before is in the second one.
        let mark = Mark { time: options.now, sequence, packs, indexes: vec![], leases: None };
        let first = repo.put_mark(&mark)?;
        let mark = Mark { leases: Some(turn.at_work(repo)?), ..mark };
        marks.whole.push((repo.put_mark(&mark)?, mark));
        repo.remove_mark(&first)?;
    }
    Ok(marks)
}

/// What was deleted, and what has to wait for whom.
pub(super) struct Deleted {
    pub deleted: Count,
    pub waiting: Count,
    pub leases: u64,
}

/// Deletes what nobody can count on any more.
#[expect(clippy::too_many_arguments, reason = "the last step takes what all before it found")]
pub(super) fn delete(
    repo: &Repository,
    cache: &Path,
    survey: &Survey,
    doomed: &[(PackId, u64)],
    marks: &Marks,
    turn: &Turn,
    options: &PruneOptions,
    observer: &dyn Observer,
) -> Result<Deleted, OpsError> {
    let at_work = turn.at_work(repo)?;
    let is_ripe = |mark: &Mark| {
        let age = options.now.seconds.saturating_sub(mark.time.seconds);
        let waits_for = |lease: &LeaseId| at_work.contains(lease);
        let is_free = mark.leases.as_ref().is_some_and(|leases| !leases.iter().any(waits_for));
        is_free && u64::try_from(age).is_ok_and(|age| age >= options.grace_seconds)
    };
    let (ripe, unripe): (Vec<_>, Vec<_>) = marks.whole.iter().partition(|(_, mark)| is_ripe(mark));
    let of = |marks: &[&(_, Mark)]| -> HashSet<PackId> {
        marks.iter().flat_map(|(_, mark)| &mark.packs).copied().collect()
    };
    let (ripe_packs, unripe_packs) = (of(&ripe), of(&unripe));
    let bytes: BTreeMap<PackId, u64> = doomed.iter().copied().collect();
    let mut gone: HashSet<PackId> = bytes.keys().filter(|id| ripe_packs.contains(id)).copied().collect();
    look_again(repo, cache, survey, &mut gone, observer)?;
    // From here on something is lost if another prune has begun meanwhile and counts on what this one takes away.
    if !turn.is_kept()? {
        return Err(OpsError::Overtaken);
    }
    if !gone.is_empty() {
        repo.tell_no_more(&gone)?;
    }
    for id in &gone {
        repo.remove_pack(id)?;
    }
    for (id, _) in ripe {
        repo.remove_mark(id)?;
    }
    let count = |packs: &dyn Fn(&PackId) -> bool| {
        let counted = bytes.iter().filter(|(id, _)| packs(id));
        counted.fold(Count::default(), |all, (_, bytes)| Count {
            packs: all.packs + 1,
            bytes: all.bytes + bytes,
        })
    };
    let waits = |id: &PackId| unripe_packs.contains(id) && !gone.contains(id);
    let waited_for: HashSet<_> = unripe.iter().flat_map(|(_, mark)| mark.leases.iter().flatten()).collect();
    let leases = at_work.iter().filter(|lease| waited_for.contains(lease)).count() as u64;
    Ok(Deleted { deleted: count(&|id| gone.contains(id)), waiting: count(&waits), leases })
}

/// Takes out of `gone` what snapshots need that came after the survey, and what the packs that stay for them lean on.
fn look_again(
    repo: &Repository,
    cache: &Path,
    survey_before: &Survey,
    gone: &mut HashSet<PackId>,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    if gone.is_empty() {
        return Ok(());
    }
    let mut now = repo.snapshots()?;
    if let Some((_, error)) = now.unreadable.pop() {
        return Err(error.into());
    }
    let before: HashSet<_> = survey_before.snapshots.whole.iter().map(|(id, _)| *id).collect();
    if now.whole.iter().all(|(id, _)| before.contains(id)) {
        return Ok(());
    }
    let state = repo.open_index(cache, observer)?;
    let reader = ChunkReader::new(repo, state.index.view());
    let needs = Needs::of(&reader, &now, observer)?;
    let (known, uses) = survey(repo, &state.index, &needs)?;
    for (pack, is_needed) in known.iter().zip(still_needed(&uses)) {
        if is_needed {
            gone.remove(&pack.id);
        }
    }
    Ok(())
}
