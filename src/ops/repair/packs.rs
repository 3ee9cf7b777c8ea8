//! `repair packs`: every byte of every pack is read; what is damaged is healed, taken from a copy, or saved as far as it is whole.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use super::salvage::{self, Saved};
use crate::base::{ObjectId, Observer, PackId, Phase, Progress, SnapshotId};
use crate::index::Index;
use crate::ops::OpsError;
use crate::repo::{ParityState, RepoError, Repository};

/// Where the bytes of a pack come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Its parity.
    Parity,
    /// The other copy of the repository.
    Copy,
    /// It was out of use only since it leans on what is back now.
    Itself,
}

/// What would be done.
#[derive(Debug, Default)]
pub struct PacksPlan {
    /// Packs whose bytes are known, and from where.
    pub heal: Vec<(PackId, Source)>,
    /// Packs that nothing heals, and why: what is whole of them is saved, and they are taken out of use.
    pub hopeless: Vec<(PackId, String)>,
    /// Packs whose parity is made anew.
    pub parity: Vec<PackId>,
    /// Manifests that cannot be read here and can in the copy.
    pub manifests: Vec<SnapshotId>,
    /// Packs that were read.
    pub packs_read: usize,
    /// Their bytes.
    pub bytes_read: u64,
}

impl PacksPlan {
    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.heal.is_empty()
            && self.hopeless.is_empty()
            && self.parity.is_empty()
            && self.manifests.is_empty()
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct PacksReport {
    /// Packs that are whole again.
    pub healed: u64,
    /// Packs that have parity again.
    pub parity_made: u64,
    /// Manifests that are whole again.
    pub manifests: u64,
    /// Packs that are out of use now, with what was saved of them.
    pub saved: Vec<Saved>,
}

/// What reading a pack found.
enum Found {
    Whole,
    NoParity,
    Heals(Source),
    Hopeless(String),
}

/// Reads all packs and their parity and finds what could be done. `from` is another copy of the repository.
///
/// # Errors
/// [`OpsError::Request`] if `from` is another repository; those of a failing store or cache.
pub fn plan(
    repo: &Repository,
    cache: &Path,
    from: Option<&Repository>,
    observer: &dyn Observer,
) -> Result<PacksPlan, OpsError> {
    if let Some(other) = from.filter(|other| other.id() != repo.id()) {
        let reason = format!("{} is another repository, not a copy of this one", other.backend().location());
        return Err(OpsError::Request(reason));
    }
    let state = repo.open_index(cache, observer)?;
    let mut packs = repo.packs()?;
    let bytes_total = packs.iter().map(|(_, bytes)| bytes).sum();
    let there = packs.len() as u64;
    packs.extend(state.packs_missing.iter().map(|id| (*id, 0)));
    let done = Mutex::new((0_u64, 0_u64));
    let look = |(id, bytes): &(PackId, u64)| {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled);
        }
        let found = look_at(repo, *id, from)?;
        let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *done = (done.0 + 1, done.1 + bytes);
        observer.progress(&Progress {
            phase: Phase::Check,
            items_done: done.0,
            items_total: Some(there),
            bytes_done: done.1,
            bytes_total: Some(bytes_total),
            current: None,
        });
        Ok((*id, found))
    };
    let found: Vec<Result<(PackId, Found), RepoError>> = packs.par_iter().map(look).collect();
    let mut plan = PacksPlan { packs_read: packs.len(), bytes_read: bytes_total, ..PacksPlan::default() };
    for found in found {
        match found? {
            (_, Found::Whole) => {}
            (id, Found::NoParity) => plan.parity.push(id),
            (id, Found::Heals(source)) => plan.heal.push((id, source)),
            (id, Found::Hopeless(reason)) => plan.hopeless.push((id, reason)),
        }
    }
    if let Some(other) = from {
        look_elsewhere(repo, other, &state.index, &mut plan)?;
    }
    Ok(plan)
}

fn look_at(repo: &Repository, id: PackId, from: Option<&Repository>) -> Result<Found, RepoError> {
    let wants_parity = repo.parameters().parity_percent > 0;
    let there = repo.pack_bytes(id)?;
    if there.as_ref().is_some_and(|bytes| blake3::hash(bytes) == *id.as_bytes()) {
        let lacks = wants_parity && repo.check_parity(id)? != ParityState::Whole;
        return Ok(if lacks { Found::NoParity } else { Found::Whole });
    }
    let reason = match repo.heal_pack(id, there.as_deref().unwrap_or_default())? {
        Ok(_) => return Ok(Found::Heals(Source::Parity)),
        Err(reason) => reason,
    };
    if elsewhere(id, from)?.is_some() {
        return Ok(Found::Heals(Source::Copy));
    }
    let what = if there.is_some() { "damaged" } else { "missing" };
    Ok(Found::Hopeless(format!("it is {what}; {reason}")))
}

/// A pack as the other copy has it, if that is whole.
fn elsewhere(id: PackId, from: Option<&Repository>) -> Result<Option<Vec<u8>>, RepoError> {
    let bytes = match from {
        Some(other) => other.pack_bytes(id)?,
        None => None,
    };
    Ok(bytes.filter(|bytes| blake3::hash(bytes) == *id.as_bytes()))
}

/// Adds what only a copy makes possible: packs that are out of use, packs with chunks that nothing here knows of, and manifests.
fn look_elsewhere(
    repo: &Repository,
    other: &Repository,
    index: &Index,
    plan: &mut PacksPlan,
) -> Result<(), RepoError> {
    let mut themselves = vec![];
    let mut brings = plan.heal.iter().any(|(_, source)| *source == Source::Copy);
    for id in repo.packs_out_of_use()? {
        if elsewhere(id, Some(other))?.is_some() {
            plan.heal.push((id, Source::Copy));
            brings = true;
        } else if repo.pack_out_of_use(id)?.is_some() {
            themselves.push((id, Source::Itself));
        }
    }
    let here: BTreeSet<PackId> = repo.packs()?.into_iter().map(|(id, _)| id).collect();
    let planned: BTreeSet<PackId> = plan.heal.iter().map(|(id, _)| *id).collect();
    for (id, bytes) in other.packs()? {
        if !here.contains(&id) && !planned.contains(&id) && has_unknown(other, id, bytes, index)? {
            plan.heal.push((id, Source::Copy));
        }
    }
    if brings {
        plan.heal.append(&mut themselves);
    }
    for (id, _) in repo.snapshots()?.unreadable {
        if other.snapshot(id).is_ok() {
            plan.manifests.push(id);
        }
    }
    Ok(())
}

/// Whether a pack of the copy is whole and has a chunk that nothing here knows of. With packs and index objects lost nothing else tells that it
/// was here; it may also be one that was not needed any more.
fn has_unknown(other: &Repository, id: PackId, bytes: u64, index: &Index) -> Result<bool, RepoError> {
    let pack = match other.pack_contents(id, bytes) {
        Ok(pack) => pack,
        Err(error) if error.is_damage() => return Ok(false),
        Err(error) => return Err(error),
    };
    for chunk in pack.contents.regions.iter().flat_map(|region| &region.chunks) {
        if index.find(&chunk.id)?.is_none() {
            return Ok(elsewhere(id, Some(other))?.is_some());
        }
    }
    Ok(false)
}

/// Does it: heals, makes parity, and saves what is left of what nothing heals.
///
/// # Errors
/// Those of a failing store or cache. What was done until then stays, and a second run goes on.
pub fn apply(
    repo: &Repository,
    cache: &Path,
    from: Option<&Repository>,
    plan: &PacksPlan,
    observer: &dyn Observer,
) -> Result<PacksReport, OpsError> {
    let mut report = PacksReport::default();
    for (id, source) in &plan.heal {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        report.healed += u64::from(heal(repo, *id, *source, from)?);
    }
    for id in &plan.parity {
        let bytes = repo.pack_bytes(*id)?.unwrap_or_default();
        // A pack that was damaged since the plan was made gives no parity.
        if blake3::hash(&bytes) == *id.as_bytes() {
            make_parity(repo, *id, &bytes)?;
            report.parity_made += 1;
        }
    }
    for id in &plan.manifests {
        if let Some(other) = from {
            repo.take_snapshot(*id, other)?;
            report.manifests += 1;
        }
    }
    let hopeless: BTreeSet<PackId> = plan.hopeless.iter().map(|(id, _)| *id).collect();
    if !hopeless.is_empty() {
        report.saved = salvage::run(repo, cache, &hopeless, observer)?;
    }
    // Packs that are back or gone: no index object may tell otherwise.
    if !hopeless.is_empty() || !plan.heal.is_empty() {
        let odd: Vec<ObjectId> = repo.odd_index_objects(false)?.into_iter().map(|(id, _)| id).collect();
        repo.renew_index(&odd, cache, observer)?;
    }
    Ok(report)
}

/// Puts the bytes of a pack in its place, and whole parity beside it; `false` if they are nowhere any more.
fn heal(repo: &Repository, id: PackId, source: Source, from: Option<&Repository>) -> Result<bool, RepoError> {
    let there = repo.pack_bytes(id)?.unwrap_or_default();
    let bytes = match source {
        Source::Parity => repo.heal_pack(id, &there)?.ok(),
        Source::Copy => elsewhere(id, from)?,
        Source::Itself => repo.pack_out_of_use(id)?,
    };
    let Some(bytes) = bytes else { return Ok(false) };
    repo.restore_pack(id, &bytes)?;
    if repo.check_parity(id)? != ParityState::Whole {
        make_parity(repo, id, &bytes)?;
    }
    repo.put_in_use(id)?;
    Ok(true)
}

fn make_parity(repo: &Repository, id: PackId, pack: &[u8]) -> Result<(), RepoError> {
    match repo.make_parity(id, pack)? {
        Some(object) => repo.put_parity(id, &object),
        None => Ok(()),
    }
}
