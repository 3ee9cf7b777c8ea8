//! Prune and repair take turns, told by leases; and what runs that ended early left behind.

use super::OpsError;
use crate::base::{LeaseId, Timestamp};
use crate::format::LeasePurpose;
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
    /// # Errors
    /// [`OpsError::Pruning`] if another such run is at work.
    pub fn take(repo: &Repository, host: &str, now: Timestamp) -> Result<Self, OpsError> {
        let lease = repo.take_lease(LeasePurpose::Prune, host)?;
        let leases = repo.leases()?;
        for (object, _) in &leases.damaged {
            repo.remove_lease(object)?;
        }
        for (object, other) in leases.whole.iter().filter(|(_, other)| other.id != lease.id()) {
            // A process of this machine that was killed need not be waited for. Where the name of the machine deceives, its owner finds
            // its lease gone and looks again.
            let is_killed = other.host == host && !is_alive(other.process);
            if is_killed || !other.is_live(now) {
                repo.remove_lease(object)?;
            } else if other.purpose == LeasePurpose::Prune && other.id < lease.id() {
                let (host, since) = (other.host.clone(), other.started);
                return Err(OpsError::Pruning { host, process: other.process, since });
            }
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
