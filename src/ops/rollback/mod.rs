//! Rollback: a repository that is older than what this machine has seen of it is found out.
//!
//! The repository alone cannot tell: every object of an old state is as sound as it was then. So each machine remembers, outside of it, which
//! snapshots and which forgetting records it saw. A snapshot goes by a record that names it, and a record never; what is gone otherwise was
//! taken away behind everybody's back, or the whole repository was put back.

mod seen;

use std::fmt;
use std::path::Path;

pub use seen::Seen;

use crate::base::{ObjectId, SnapshotId, units};
use crate::repo::{RepoError, Repository, Snapshots};
use crate::state::{StateError, StateFile};

/// Readings after which what does not become the same twice is believed all the same.
const READINGS_MAX: usize = 8;

/// What is gone that was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WentBack {
    /// The greatest sequence number that was seen, and the greatest there is.
    pub sequence: (u64, u64),
    /// Snapshots that are gone and that no record names, with their sequence numbers, which give the order.
    pub snapshots: Vec<(SnapshotId, u64)>,
    /// Forgetting records that are gone.
    pub forgettings: Vec<ObjectId>,
}

impl fmt::Display for WentBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seen, now) = self.sequence;
        let mut parts = vec![];
        if let [(first, _), rest @ ..] = self.snapshots.as_slice() {
            let count = units::counted(self.snapshots.len() as u64, "snapshot is", "snapshots are");
            let which = if rest.is_empty() { first.short() } else { format!("{} and more", first.short()) };
            parts.push(format!("{count} gone that nobody forgot ({which})"));
        }
        if !self.forgettings.is_empty() {
            let count = self.forgettings.len() as u64;
            parts.push(format!(
                "{} gone",
                units::counted(count, "forgetting record is", "forgetting records are")
            ));
        }
        if now < seen {
            parts.push(format!("the newest snapshot has number {now} and had {seen}"));
        }
        write!(f, "the repository went back in time: {}", parts.join(", "))
    }
}

/// What is gone of what was seen; pure.
///
/// While a forgetting record cannot be read it may name whatever is gone, and while a manifest cannot be read it may be the newest: that is
/// damage, which `check` names, and only what is certain is told here.
pub fn compare(seen: &Seen, there: &Snapshots) -> Option<WentBack> {
    let now = Seen::of(there);
    let are_records_whole = there.forgettings_damaged.is_empty();
    let is_all_read = are_records_whole && there.unreadable.is_empty();
    let is_there = |id: &SnapshotId| {
        now.snapshots.contains_key(id)
            || there.forgotten.contains(id)
            || there.unreadable.iter().any(|(unreadable, _)| unreadable == id)
    };
    let mut snapshots: Vec<_> = seen
        .snapshots
        .iter()
        .filter(|(id, _)| are_records_whole && !is_there(id))
        .map(|(id, n)| (*id, *n))
        .collect();
    snapshots.sort_by_key(|(id, sequence)| (*sequence, *id));
    let forgettings: Vec<_> =
        seen.forgettings.keys().filter(|id| !there.forgettings.contains_key(id)).copied().collect();
    let is_lower = is_all_read && now.sequence < seen.sequence;
    let went_back = !snapshots.is_empty() || !forgettings.is_empty() || is_lower;
    went_back.then_some(WentBack { sequence: (seen.sequence, now.sequence), snapshots, forgettings })
}

/// What is gone of what was seen, looked at again until two readings say the same.
///
/// Who forgets at this very moment puts the record first and takes the manifest away then: one reading may see neither.
///
/// # Errors
/// [`RepoError::Backend`].
pub fn look(repo: &Repository, seen: &Seen, there: &Snapshots) -> Result<Option<WentBack>, RepoError> {
    let mut found = compare(seen, there);
    for _ in 0..READINGS_MAX {
        if found.is_none() {
            break;
        }
        let again = compare(seen, &repo.snapshots()?);
        if again == found {
            break;
        }
        found = again;
    }
    Ok(found)
}

/// What this machine remembers of one repository.
#[derive(Debug, Clone)]
pub struct Memory(StateFile);

impl Memory {
    /// The memory in a directory of state. A repository that this machine meets for the first time has none yet.
    pub fn open(directory: &Path, repo: &Repository) -> Self {
        Self(StateFile::new(directory, repo.id()))
    }

    /// What was seen; nothing at the first meeting, or after the file was lost or damaged.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn seen(&self) -> Result<Seen, StateError> {
        Ok(Seen::from_facts(&self.0.read()?))
    }

    /// Remembers what is there besides what was: what is gone stays remembered, and is told of each time.
    ///
    /// # Errors
    /// Those of [`StateFile::update`].
    pub fn remember(&self, now: &Seen) -> Result<(), StateError> {
        self.0.update(|facts| Seen::from_facts(facts).and(now).put_in(facts))
    }

    /// Takes what is there for all there ever was.
    ///
    /// # Errors
    /// Those of [`StateFile::update`].
    pub fn accept(&self, now: &Seen) -> Result<(), StateError> {
        self.0.update(|facts| now.put_in(facts))
    }
}

#[cfg(test)]
mod tests;
