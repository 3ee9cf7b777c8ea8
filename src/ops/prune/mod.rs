//! `prune`: what no snapshot needs is deleted, beside backups that run, by the order of `format-spec/lease.md`, "Writing beside prune".
//!
//! First it is found out what is needed, then decided what goes, then copied what is to outlive its pack, then marked; only what is marked, and
//! that nobody who was at work then can still count on, is deleted. What has to wait is deleted by a later run.

mod apply;
mod needs;
mod plan;

use std::path::Path;

pub use plan::Allowance;

use self::apply::{Deleted, delete, mark};
use self::needs::{KnownPack, Needs, survey};
use self::plan::{Decision, PackUse, decide};
use super::OpsError;
use super::turn::Turn;
use crate::base::{Observer, PackId, Timestamp, Warning};
use crate::codec::Compression;
use crate::repo::{ChunkReader, IndexState, Marks, Repository, Snapshots};

/// What a prune is told.
#[derive(Debug, Clone)]
pub struct PruneOptions {
    /// How much that nothing needs may stay.
    pub max_unused: Allowance,
    /// Seconds that must have passed since something was marked before it is deleted.
    pub grace_seconds: u64,
    /// How what is written anew is compressed, where it cannot be copied as it is.
    pub compression: Compression,
    /// Nothing is changed; only the plan is made.
    pub dry_run: bool,
    /// The host it runs on.
    pub host: String,
    /// When it starts.
    pub now: Timestamp,
}

/// Packs and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many.
    pub packs: u64,
    /// Bytes they take.
    pub bytes: u64,
}

impl Count {
    fn of<'p>(uses: impl Iterator<Item = &'p PackUse>) -> Self {
        uses.fold(Self::default(), |all, pack| Self { packs: all.packs + 1, bytes: all.bytes + pack.bytes })
    }
}

/// What a prune did, or, of a dry run, would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PruneReport {
    /// Snapshots that were looked at.
    pub snapshots: u64,
    /// All packs that there were.
    pub before: Count,
    /// Bytes in them that nothing needs, padding and tables of contents of packs that are needed not counted.
    pub unused_before: u64,
    /// Of these, packs that nothing needs.
    pub unneeded: Count,
    /// Of these, packs of which what is needed is written anew.
    pub rewritten: Count,
    /// The packs that were written for it. Unknown before it is done: a dry run says none.
    pub written: Count,
    /// Packs that were deleted.
    pub deleted: Count,
    /// Packs that are marked, and are deleted by a later run.
    pub waiting: Count,
    /// Leases that it waits for.
    pub leases: u64,
    /// Bytes that nothing needs in packs that stay.
    pub unused_left: u64,
    /// Chunks that snapshots need and that are in no pack: they were lost before.
    pub chunks_lost: u64,
    /// Whether there was no room for what would have been written anew. Those packs stay as they are.
    pub short_of_room: bool,
}

/// Deletes what no snapshot needs.
///
/// On a full disk what goes as a whole goes first, and what is to be written anew gets its room.
///
/// # Errors
/// [`OpsError::Pruning`] if another prune is at work; [`OpsError::Repo`] with damage if something that a snapshot needs cannot be read, since then nobody
/// knows what else it needs: nothing was deleted then. The same if the store is full and nothing can go as a whole.
pub fn run(
    repo: &Repository,
    cache: &Path,
    options: &PruneOptions,
    observer: &dyn Observer,
) -> Result<PruneReport, OpsError> {
    if options.dry_run {
        let state = repo.open_index(cache, observer)?;
        return Ok(Survey::make(repo, &state, options, observer)?.report());
    }
    let mut report = pass(repo, cache, options, observer)?;
    let mut last = report.deleted;
    while report.short_of_room && last.packs > 0 {
        let next = pass(repo, cache, options, observer)?;
        last = next.deleted;
        report = report.then(next);
    }
    Ok(report)
}

fn pass(
    repo: &Repository,
    cache: &Path,
    options: &PruneOptions,
    observer: &dyn Observer,
) -> Result<PruneReport, OpsError> {
    // Everything but the copies, for which there must be room beside.
    let freeing = repo.freeing();
    let turn = Turn::take(&freeing, &options.host, options.now)?;
    // What a run that was killed while it forgot left behind.
    repo.snapshots()?.left_over.iter().try_for_each(|id| repo.remove_manifest(id))?;
    let old = turn.tidy_marks(&freeing)?;
    let mut state = freeing.open_index_for_writing(cache, observer)?;
    for error in state.damaged.iter().map(|(_, error)| error).chain(&state.packs_unreadable) {
        observer.warning(Warning { subject: "repository".into(), message: error.to_string() });
    }
    let mut survey = Survey::make(repo, &state, options, observer)?;
    let (written, full) = match survey.write_anew(repo, &mut state, options, observer) {
        Err(OpsError::Repo(error)) if error.is_no_space() => {
            survey.leave_as_is();
            (Count::default(), Some(error))
        }
        other => (other?, None),
    };
    let (doomed, short_of_room) = (survey.doomed(&old), full.is_some());
    if let Some(error) = full.filter(|_| doomed.is_empty()) {
        return Err(error.into());
    }
    let marks = mark(&freeing, &old, &doomed, survey.newest(), &turn, options)?;
    drop(state);
    let Deleted { deleted, waiting, leases } =
        delete(&freeing, cache, &survey, &doomed, &marks, &turn, options, observer)?;
    turn.end()?;
    repo.keep_reserve((survey.known.len() as u64).saturating_sub(deleted.packs))?;
    Ok(PruneReport { written, deleted, waiting, leases, short_of_room, ..survey.report() })
}

impl PruneReport {
    /// This one and what another pass did after it.
    fn then(self, next: Self) -> Self {
        let sum = |a: Count, b: Count| Count { packs: a.packs + b.packs, bytes: a.bytes + b.bytes };
        Self {
            before: self.before,
            unused_before: self.unused_before,
            unneeded: self.unneeded,
            rewritten: sum(self.rewritten, next.rewritten),
            written: sum(self.written, next.written),
            deleted: sum(self.deleted, next.deleted),
            ..next
        }
    }
}

/// What was found out before anything is changed.
struct Survey {
    snapshots: Snapshots,
    needs: Needs,
    known: Vec<KnownPack>,
    uses: Vec<PackUse>,
    decision: Decision,
}

impl Survey {
    fn make(
        repo: &Repository,
        state: &IndexState,
        options: &PruneOptions,
        observer: &dyn Observer,
    ) -> Result<Self, OpsError> {
        let mut snapshots = repo.snapshots()?;
        if let Some((_, error)) = snapshots.unreadable.pop() {
            return Err(error.into());
        }
        let reader = ChunkReader::new(repo, state.index.view());
        let needs = Needs::of(&reader, &snapshots, observer)?;
        let (known, uses) = survey(repo, &state.index, &needs)?;
        let decision = decide(&uses, options.max_unused);
        Ok(Self { snapshots, needs, known, uses, decision })
    }

    /// Nothing is written anew; only what goes as a whole goes.
    fn leave_as_is(&mut self) {
        self.decision = decide(&self.uses, Allowance::Bytes(u64::MAX));
    }

    /// The greatest sequence number of the snapshots that were looked at.
    fn newest(&self) -> u64 {
        self.snapshots.whole.iter().map(|(_, manifest)| manifest.sequence).max().unwrap_or(0)
    }

    fn report(&self) -> PruneReport {
        let count = |places: &[usize]| Count::of(places.iter().filter_map(|place| self.uses.get(*place)));
        PruneReport {
            snapshots: self.snapshots.whole.len() as u64,
            before: Count::of(self.uses.iter()),
            unused_before: self
                .uses
                .iter()
                .map(|pack| if pack.is_wanted { pack.unused } else { pack.bytes })
                .sum(),
            unneeded: count(&self.decision.delete),
            rewritten: count(&self.decision.rewrite),
            unused_left: self.decision.unused_left,
            chunks_lost: self.needs.lost,
            ..PruneReport::default()
        }
    }

    /// The packs that are to be deleted, and what earlier runs marked and nobody tells of any more.
    fn doomed(&self, old: &Marks) -> Vec<(PackId, u64)> {
        let places = self.decision.delete.iter().chain(&self.decision.rewrite);
        let pack = |place: &usize| Some((self.known.get(*place)?.id, self.uses.get(*place)?.bytes));
        let mut doomed: Vec<_> = places.filter_map(pack).collect();
        let known: std::collections::HashSet<_> = self.known.iter().map(|pack| pack.id).collect();
        doomed.extend(old.packs().into_iter().filter(|id| !known.contains(id)).map(|id| (id, 0)));
        doomed.sort_unstable();
        doomed
    }
}

#[cfg(test)]
mod tests;
