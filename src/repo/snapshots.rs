//! Manifests: listed, read, written. Writing one is the commit of a backup.

use rayon::prelude::*;

use super::lease::remove_if_there;
use super::{RepoError, Repository, Subject};
use crate::base::SnapshotId;
use crate::format::{Manifest, ObjectKind};

/// The snapshots of a repository.
#[derive(Debug, Default)]
pub struct Snapshots {
    /// Those that can be read, in the order of their sequence.
    pub whole: Vec<(SnapshotId, Manifest)>,
    /// Those whose manifest cannot be read.
    pub unreadable: Vec<(SnapshotId, RepoError)>,
}

impl Repository {
    /// All snapshots in the order of their sequence, and those whose manifest cannot be read.
    ///
    /// # Errors
    /// [`RepoError::Backend`] if they cannot be listed or the store fails.
    pub fn snapshots(&self) -> Result<Snapshots, RepoError> {
        let names = self.backend.list(ObjectKind::Manifest.folder())?;
        let ids: Vec<SnapshotId> =
            names.iter().filter_map(|stored| stored.name.last_part().parse().ok()).collect();
        let read: Vec<_> = ids.into_par_iter().map(|id| (id, self.snapshot(id))).collect();
        let Snapshots { mut whole, mut unreadable } = Snapshots::default();
        for (id, manifest) in read {
            match manifest {
                Ok(manifest) => whole.push((id, manifest)),
                // Somebody forgot it between the listing and the reading.
                Err(RepoError::Missing { .. }) => {}
                Err(error) if error.is_damage() => unreadable.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        whole.sort_by_key(|(id, manifest)| (manifest.sequence, manifest.started, *id));
        Ok(Snapshots { whole, unreadable })
    }

    /// One snapshot's manifest.
    ///
    /// # Errors
    /// [`RepoError::Missing`], [`RepoError::Damaged`], [`RepoError::Backend`].
    pub fn snapshot(&self, id: SnapshotId) -> Result<Manifest, RepoError> {
        let subject = Subject::Snapshot(id);
        let body = self.get_object(ObjectKind::Manifest, &id, &subject)?;
        Manifest::decode(&body).map_err(|error| RepoError::damaged(subject, error))
    }

    /// Commits a snapshot: when this returns, it survives a power cut. Everything it reaches must be durable before.
    ///
    /// # Errors
    /// [`RepoError::Backend`]; [`RepoError::Encode`] for a manifest that a reader would refuse.
    pub fn commit(&self, manifest: &Manifest) -> Result<SnapshotId, RepoError> {
        let (id, _) = self.put_object(ObjectKind::Manifest, &manifest.encode()?)?;
        Ok(SnapshotId::new(id))
    }

    /// Removes a manifest; that it is gone already is as good.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_manifest(&self, id: &SnapshotId) -> Result<(), RepoError> {
        remove_if_there(self, ObjectKind::Manifest, id)
    }
}
