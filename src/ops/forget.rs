//! `forget`: which snapshots stay, by rules or by name, and the record that says which do not.
//!
//! Planned first, applied second. What is forgotten is no snapshot any more from the moment at which the record is there; `prune` gives the room back.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::OpsError;
use super::select::Filter;
use crate::base::{SnapshotId, Timestamp};
use crate::format::{Forgetting, Hold, Manifest, Status};
use crate::repo::{Repository, Snapshots};
use crate::retention::{self, Candidate, Grouping, Judgement, Policy};

/// What is to be forgotten, and who says so.
#[derive(Debug, Clone)]
pub struct ForgetOptions {
    /// Which snapshots are spoken of; the others are as if they were not there.
    pub filter: Filter,
    /// By what they are grouped: rules hold for each group.
    pub grouping: Grouping,
    /// The calendar that days, weeks, months and years are of.
    pub zone: TimeZone,
    /// On which host.
    pub host: String,
    /// By whom.
    pub user: String,
    /// Now.
    pub now: Timestamp,
}

/// What becomes of each snapshot.
#[derive(Debug)]
pub struct ForgetPlan {
    /// Those that are spoken of, in the order of their sequence.
    pub snapshots: Vec<(SnapshotId, Manifest)>,
    /// What the rules say of them; of snapshots that were named there are none.
    pub judgement: Option<Judgement>,
    /// Those that are to be forgotten.
    pub drop: Vec<(SnapshotId, u64)>,
    /// Manifests that an earlier run left.
    left_over: Vec<SnapshotId>,
}

/// Judges all snapshots by rules. Nothing is changed.
///
/// # Errors
/// [`OpsError::Retention`] for rules that say nothing, or would leave a group without snapshots; [`OpsError::Repo`] with damage where a manifest or
/// a record cannot be read: nobody knows then what it would have counted for.
pub fn plan(repo: &Repository, policy: &Policy, options: &ForgetOptions) -> Result<ForgetPlan, OpsError> {
    let there = readable(repo)?;
    let holds = holds(repo)?;
    let losses = &there.losses;
    let candidate = |(id, manifest): &(SnapshotId, Manifest)| Candidate {
        is_damaged: losses.contains_key(id),
        ..candidate(*id, manifest, &holds)
    };
    // All of them, whatever the filter: whose clock was wrong is seen from all.
    let candidates: Vec<_> = there.whole.iter().map(candidate).collect();
    let mut judgement = retention::judge(&candidates, policy, options.grouping, options.now, &options.zone)?;
    let snapshots: Vec<_> =
        there.whole.into_iter().filter(|(_, manifest)| options.filter.fits(manifest)).collect();
    let spoken_of: BTreeSet<_> = snapshots.iter().map(|(id, _)| *id).collect();
    judgement.verdicts.retain(|verdict| spoken_of.contains(&verdict.id));
    let goes = judgement.verdicts.iter().filter(|verdict| !verdict.is_kept());
    let goes: BTreeSet<_> = goes.map(|verdict| verdict.id).collect();
    let drop = snapshots.iter().filter(|(id, _)| goes.contains(id));
    let drop = drop.map(|(id, manifest)| (*id, manifest.sequence)).collect();
    Ok(ForgetPlan { snapshots, judgement: Some(judgement), drop, left_over: there.left_over })
}

/// Takes the snapshots that were named, whatever rules there may be.
///
/// # Errors
/// [`OpsError::Held`] if one of them is held.
pub fn plan_named(repo: &Repository, named: &[(SnapshotId, Manifest)]) -> Result<ForgetPlan, OpsError> {
    let there = readable(repo)?;
    for hold in holds(repo)? {
        if named.iter().any(|(id, _)| *id == hold.snapshot) {
            let Hold { snapshot, user, host, reason, .. } = hold;
            return Err(OpsError::Held { snapshot: snapshot.short(), by: format!("{user}@{host}"), reason });
        }
    }
    let drop = named.iter().map(|(id, manifest)| (*id, manifest.sequence)).collect();
    Ok(ForgetPlan { snapshots: named.to_vec(), judgement: None, drop, left_over: there.left_over })
}

/// Forgets what the plan says. Returns how many snapshots.
///
/// # Errors
/// [`OpsError::Repo`]. Once the record is there they are forgotten; manifests that are left then are removed by the next run.
pub fn apply(repo: &Repository, plan: &ForgetPlan, options: &ForgetOptions) -> Result<usize, OpsError> {
    if !plan.drop.is_empty() {
        let ForgetOptions { host, user, now, .. } = options.clone();
        // What it gives free comes back with the next prune, which takes it too.
        repo.freeing().put_forgetting(&Forgetting { time: now, host, user, snapshots: plan.drop.clone() })?;
    }
    for id in plan.drop.iter().map(|(id, _)| id).chain(&plan.left_over) {
        repo.remove_manifest(id)?;
    }
    // What is left of it is set aside again, for the prune.
    repo.keep_reserve(0)?;
    Ok(plan.drop.len())
}

/// All snapshots, if every one of them can be read.
fn readable(repo: &Repository) -> Result<Snapshots, OpsError> {
    let mut there = repo.snapshots()?;
    match there.unreadable.pop().map(|(_, error)| error).or(there.forgettings_damaged.pop()) {
        Some(error) => Err(error.into()),
        None => Ok(there),
    }
}

/// All holds, if every one of them can be read: one that cannot may be of any snapshot.
fn holds(repo: &Repository) -> Result<Vec<Hold>, OpsError> {
    let mut holds = repo.holds()?;
    match holds.damaged.pop() {
        Some((_, error)) => Err(error.into()),
        None => Ok(holds.whole.into_iter().map(|(_, hold)| hold).collect()),
    }
}

fn candidate(id: SnapshotId, manifest: &Manifest, holds: &[Hold]) -> Candidate {
    Candidate {
        id,
        sequence: manifest.sequence,
        time: manifest.time,
        started: manifest.started,
        is_complete: manifest.status == Status::Complete,
        host: manifest.host.clone(),
        tags: manifest.tags.clone(),
        paths: manifest.components.iter().map(|component| component.path.clone()).collect(),
        is_held: holds.iter().any(|hold| hold.snapshot == id),
        is_damaged: false,
    }
}

#[cfg(test)]
mod tests;
