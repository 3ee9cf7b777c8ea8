//! What is known of snapshots that lost something: written by a repair, heeded by everybody.

use std::collections::BTreeMap;

use super::object::name_in;
use super::{RepoError, Repository, Subject};
use crate::base::{ObjectId, SnapshotId};
use crate::format::{Loss, ObjectKind};

/// The losses of a repository.
#[derive(Debug, Default)]
pub struct Losses {
    /// The latest of each snapshot.
    pub of: BTreeMap<SnapshotId, Loss>,
    /// All that can be read, and whose they are.
    pub objects: Vec<(ObjectId, SnapshotId)>,
    /// Those that cannot be read.
    pub unreadable: Vec<(ObjectId, RepoError)>,
}

impl Repository {
    /// The snapshots that are known to have lost something.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn losses(&self) -> Result<Losses, RepoError> {
        let mut losses = Losses::default();
        for stored in self.backend.list(ObjectKind::Loss.folder())? {
            let Ok(id) = stored.name.last_part().parse::<ObjectId>() else { continue };
            let subject = Subject::Object(format!("loss {}", id.short()));
            let read = self.get_object(ObjectKind::Loss, &id, &subject).and_then(|body| {
                Loss::decode(&body).map_err(|error| RepoError::damaged(subject.clone(), error))
            });
            match read {
                Ok(loss) => {
                    losses.objects.push((id, loss.snapshot));
                    let held = losses.of.entry(loss.snapshot).or_insert_with(|| loss.clone());
                    if loss.time > held.time {
                        *held = loss;
                    }
                }
                // A repair removed it meanwhile.
                Err(RepoError::Missing { .. }) => {}
                Err(error) if error.is_damage() => losses.unreadable.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(losses)
    }

    /// Writes down durably what a snapshot lost.
    ///
    /// # Errors
    /// [`RepoError::Backend`]; [`RepoError::Encode`] for a loss that a reader would refuse.
    pub fn put_loss(&self, loss: &Loss) -> Result<ObjectId, RepoError> {
        let (id, _) = self.put_object(ObjectKind::Loss, &loss.encode()?)?;
        Ok(ObjectId::new(id))
    }

    /// Removes a loss, if it is there.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_loss(&self, id: ObjectId) -> Result<(), RepoError> {
        match self.backend.remove(&name_in(ObjectKind::Loss.folder(), &id)?) {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }
}
