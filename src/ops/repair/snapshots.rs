//! `repair snapshots`: those that lost something are marked as damaged, and those that are whole again are not any more. None is dropped.

use std::collections::BTreeMap;

use crate::base::{ObjectId, SnapshotId, Timestamp};
use crate::format::Loss;
use crate::ops::OpsError;
use crate::repo::Repository;

/// What would be done.
#[derive(Debug, Default)]
pub struct SnapshotsPlan {
    /// Snapshots that are marked, or whose mark says something else now.
    pub mark: Vec<Loss>,
    /// Snapshots whose mark goes: they are whole.
    pub unmark: Vec<SnapshotId>,
    /// Losses that say nothing any more: of snapshots that are whole or gone, superseded, or not to be read.
    remove: Vec<ObjectId>,
}

impl SnapshotsPlan {
    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.mark.is_empty() && self.remove.is_empty()
    }
}

/// Compares what a check found to be lost with what is written down. `lost` must be everything that a check of all snapshots found.
///
/// # Errors
/// Those of a failing store.
pub fn plan(repo: &Repository, lost: &[Loss]) -> Result<SnapshotsPlan, OpsError> {
    let losses = repo.losses()?;
    let now: BTreeMap<SnapshotId, &Loss> = lost.iter().map(|loss| (loss.snapshot, loss)).collect();
    // What stays: one loss of a snapshot, if the latest still says what is so.
    let is_so = |id: &SnapshotId| {
        losses.of.get(id).zip(now.get(id)).is_some_and(|(held, loss)| is_same(held, loss))
            && losses.objects.iter().filter(|(_, snapshot)| snapshot == id).count() == 1
    };
    let mut remove: Vec<ObjectId> =
        losses.objects.iter().filter(|(_, snapshot)| !is_so(snapshot)).map(|(id, _)| *id).collect();
    remove.extend(losses.unreadable.iter().map(|(id, _)| *id));
    Ok(SnapshotsPlan {
        mark: lost.iter().filter(|loss| !is_so(&loss.snapshot)).cloned().collect(),
        unmark: losses.of.keys().filter(|id| !now.contains_key(id)).copied().collect(),
        remove,
    })
}

/// Whether two losses say the same, whenever they were found.
fn is_same(one: &Loss, other: &Loss) -> bool {
    let of = |loss: &Loss| Loss { time: Timestamp::new(0, 0), ..loss.clone() };
    of(one) == of(other)
}

/// Does it. New marks are durable before old ones go.
///
/// # Errors
/// Those of a failing store.
pub fn apply(repo: &Repository, plan: &SnapshotsPlan) -> Result<(), OpsError> {
    for loss in &plan.mark {
        repo.put_loss(loss)?;
    }
    for id in &plan.remove {
        repo.remove_loss(*id)?;
    }
    Ok(())
}
