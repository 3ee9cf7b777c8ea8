//! What is said of snapshots: which are held, and which are forgotten.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Found;
use super::{RepoError, Repository};
use crate::base::{ObjectId, SnapshotId};
use crate::format::{Forgetting, Hold, ObjectKind};

/// The holds of a repository.
pub type Holds = Found<Hold>;
/// The forgetting records of a repository.
pub type Forgettings = Found<Forgetting>;

impl Forgettings {
    /// The snapshots that are forgotten.
    pub fn snapshots(&self) -> BTreeSet<SnapshotId> {
        self.whole.iter().flat_map(|(_, record)| &record.snapshots).map(|(id, _)| *id).collect()
    }

    /// All of them, and the greatest sequence number in each; 0 of one that cannot be read.
    pub fn numbers(&self) -> BTreeMap<ObjectId, u64> {
        let greatest = |record: &Forgetting| record.snapshots.iter().map(|(_, sequence)| *sequence).max();
        let whole = self.whole.iter().map(|(id, record)| (*id, greatest(record).unwrap_or(0)));
        whole.chain(self.damaged.iter().map(|(id, _)| (*id, 0))).collect()
    }

    /// The greatest sequence number of a snapshot that is forgotten; 0 if none is.
    pub fn newest(&self) -> u64 {
        self.whole
            .iter()
            .flat_map(|(_, record)| &record.snapshots)
            .map(|(_, sequence)| *sequence)
            .max()
            .unwrap_or(0)
    }
}

impl Repository {
    /// All holds.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn holds(&self) -> Result<Holds, RepoError> {
        self.all_of(ObjectKind::Hold, "hold", Hold::decode)
    }

    /// Holds a snapshot: from now on nobody forgets it.
    ///
    /// # Errors
    /// [`RepoError::Encode`] for a reason that is too long; [`RepoError::Backend`].
    pub fn put_hold(&self, hold: &Hold) -> Result<ObjectId, RepoError> {
        self.put_of(ObjectKind::Hold, &hold.encode()?)
    }

    /// Releases a hold.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_hold(&self, id: &ObjectId) -> Result<(), RepoError> {
        self.remove_of(ObjectKind::Hold, id)
    }

    /// All forgetting records.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn forgettings(&self) -> Result<Forgettings, RepoError> {
        self.all_of(ObjectKind::Forgetting, "forgetting record", Forgetting::decode)
    }

    /// Forgets snapshots: when this returns they are none any more, whatever becomes of their manifests.
    ///
    /// # Errors
    /// [`RepoError::Encode`] for a record that a reader would refuse; [`RepoError::Backend`].
    pub fn put_forgetting(&self, record: &Forgetting) -> Result<ObjectId, RepoError> {
        self.put_of(ObjectKind::Forgetting, &record.encode()?)
    }
}
