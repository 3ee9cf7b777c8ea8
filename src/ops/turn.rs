//! Prune and repair take turns, told by leases; and what runs that ended early left behind.

use std::time::Instant;

use super::OpsError;
use crate::base::limits::{TURN_PAUSE, TURN_WAIT};
use crate::base::{LeaseId, Timestamp};
use crate::format::{Lease, LeasePurpose};
use crate::process::is_alive;
use crate::repo::{HeldLease, Marks, Repository};

/// The turn of a run that takes something out of the repository; it ends with it.
#[derive(Debug)]
pub struct Turn {
    lease: HeldLease,
    now: Timestamp,
}

impl Turn {
    /// Takes the turn, and removes the leases of those that are not at work any more.
    ///
    /// Of two that begin at the same time the one with the smaller id waits for the other to see it and end. One that is still there after some
    /// seconds has been at work before: then this one ends.
    ///
    /// # Errors
    /// [`OpsError::Pruning`] if another such run is at work.
    pub fn take(repo: &Repository, host: &str, now: Timestamp) -> Result<Self, OpsError> {
        let lease = repo.take_lease(LeasePurpose::Prune, host)?;
        let begin = Instant::now();
        while let Some(other) = first_of_others(repo, lease.id(), host, now)? {
            if other.id < lease.id() || begin.elapsed() >= TURN_WAIT {
                return Err(OpsError::Pruning {
                    host: other.host,
                    process: other.process,
                    since: other.started,
                });
            }
            std::thread::sleep(TURN_PAUSE);
        }
        Ok(Self { lease, now })
    }

    /// The marks that earlier runs left; those that nobody may act on are removed.
    ///
    /// # Errors
    /// [`OpsError::Repo`].
    pub fn tidy_marks(&self, repo: &Repository) -> Result<Marks, OpsError> {
        let mut marks = repo.marks()?;
        for (id, _) in marks.damaged.drain(..) {
            repo.remove_mark(&id)?;
        }
        let (settled, unsettled) = marks.whole.into_iter().partition(|(_, mark)| mark.leases.is_some());
        marks.whole = settled;
        let unsettled: Vec<_> = unsettled;
        for (id, _) in unsettled {
            repo.remove_mark(&id)?;
        }
        Ok(marks)
    }

    /// Those who are at work now and may count on what is there: backups and readers.
    ///
    /// # Errors
    /// [`OpsError::Repo`].
    pub fn at_work(&self, repo: &Repository) -> Result<Vec<LeaseId>, OpsError> {
        let leases = repo.leases()?.whole.into_iter().map(|(_, lease)| lease);
        let counts = |purpose| matches!(purpose, LeasePurpose::Backup | LeasePurpose::Reading);
        Ok(leases
            .filter(|lease| counts(lease.purpose) && lease.is_live(self.now))
            .map(|lease| lease.id)
            .collect())
    }

    /// Whether the turn was kept all the time: nobody else can have begun one.
    ///
    /// # Errors
    /// [`OpsError::Repo`].
    pub fn is_kept(&self) -> Result<bool, OpsError> {
        Ok(self.lease.is_intact()?)
    }

    /// Ends the turn.
    ///
    /// # Errors
    /// [`OpsError::Repo`].
    pub fn end(self) -> Result<(), OpsError> {
        Ok(self.lease.release()?)
    }
}

/// The live lease of another such run, the one with the smallest id of several. Those that mean nothing any more are removed.
fn first_of_others(
    repo: &Repository,
    own: LeaseId,
    host: &str,
    now: Timestamp,
) -> Result<Option<Lease>, OpsError> {
    let leases = repo.leases()?;
    for (object, _) in &leases.damaged {
        repo.remove_lease(object)?;
    }
    let mut first: Option<Lease> = None;
    for (object, other) in leases.whole.into_iter().filter(|(_, other)| other.id != own) {
        // A process of this machine that was killed need not be waited for. Where the name of the machine deceives, its owner finds
        // its lease gone and looks again.
        let is_killed = other.host == host && !is_alive(other.process);
        if is_killed || !other.is_live(now) {
            repo.remove_lease(&object)?;
        } else if other.purpose == LeasePurpose::Prune
            && first.as_ref().is_none_or(|first| other.id < first.id)
        {
            first = Some(other);
        }
    }
    Ok(first)
}
