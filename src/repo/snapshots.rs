//! Manifests: listed, read, written. Writing one is the commit of a backup.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::lease::remove_if_there;
use super::object::{name_in, read_named};
use super::{RepoError, Repository, Subject};
use crate::base::{ObjectId, SnapshotId};
use crate::format::{Loss, Manifest, ObjectKind};

/// The snapshots of a repository.
#[derive(Debug, Default)]
pub struct Snapshots {
    /// Those that can be read, in the order of their sequence.
    pub whole: Vec<(SnapshotId, Manifest)>,
    /// Those whose manifest cannot be read.
    pub unreadable: Vec<(SnapshotId, RepoError)>,
    /// Those that are forgotten and whose manifests lie there all the same.
    pub left_over: Vec<SnapshotId>,
    /// Forgetting records that cannot be read: what they name is in `whole` as long as its manifest is there.
    pub forgettings_damaged: Vec<RepoError>,
    /// All forgetting records, and the greatest sequence number in each; 0 of one that cannot be read.
    pub forgettings: BTreeMap<ObjectId, u64>,
    /// The snapshots that they name.
    pub forgotten: BTreeSet<SnapshotId>,
    /// The greatest sequence number there ever was, of forgotten ones too; 0 if there was none.
    pub sequence: u64,
    /// What is known to be lost of any of them. A loss that cannot be read tells nothing; a check tells of it.
    pub losses: BTreeMap<SnapshotId, Loss>,
}

impl Snapshots {
    /// Those of `whole` that nothing is known to be lost of, in the order of their sequence.
    pub fn sound(&self) -> impl DoubleEndedIterator<Item = &(SnapshotId, Manifest)> + Clone {
        self.whole.iter().filter(|(id, _)| !self.losses.contains_key(id))
    }
}

impl Repository {
    /// All snapshots in the order of their sequence, and those whose manifest cannot be read.
    ///
    /// # Errors
    /// [`RepoError::Backend`] if they cannot be listed or the store fails.
    pub fn snapshots(&self) -> Result<Snapshots, RepoError> {
        let names = self.backend.list(ObjectKind::Manifest.folder())?;
        let forgettings = self.forgettings()?;
        let forgotten = forgettings.snapshots();
        let ids = names.iter().filter_map(|stored| stored.name.last_part().parse().ok());
        let (left_over, ids): (Vec<SnapshotId>, Vec<_>) = ids.partition(|id| forgotten.contains(id));
        let read: Vec<_> = ids.into_par_iter().map(|id| (id, self.snapshot(id))).collect();
        let (mut whole, mut unreadable) = (vec![], vec![]);
        for (id, manifest) in read {
            match manifest {
                Ok(manifest) => whole.push((id, manifest)),
                // Somebody forgot it between the listing and the reading.
                Err(RepoError::Missing { .. }) => {}
                Err(error) if error.is_damage() => unreadable.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        whole.sort_by_key(|(id, manifest): &(_, Manifest)| (manifest.sequence, manifest.started, *id));
        let newest = whole.last().map_or(0, |(_, manifest)| manifest.sequence);
        let sequence = newest.max(forgettings.newest());
        let numbers = forgettings.numbers();
        let forgettings_damaged = forgettings.damaged.into_iter().map(|(_, error)| error).collect();
        let (forgettings, losses) = (numbers, self.losses()?.of);
        Ok(Snapshots {
            whole,
            unreadable,
            left_over,
            forgettings_damaged,
            forgettings,
            forgotten,
            sequence,
            losses,
        })
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

    /// Puts the manifest that another copy of the repository has in the place of one that cannot be read. `false` if that is not whole either.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn take_snapshot(&self, id: SnapshotId, from: &Self) -> Result<bool, RepoError> {
        let name = name_in(ObjectKind::Manifest.folder(), &id)?;
        let bytes = match read_named(from.backend(), &name, &Subject::Snapshot(id)) {
            Ok(bytes) => bytes,
            Err(error) if error.is_damage() => return Ok(false),
            Err(error) => return Err(error),
        };
        self.backend.replace(&name, &bytes)?;
        Ok(true)
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
