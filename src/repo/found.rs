//! Sealed objects of one kind, all of them: leases, marks, holds, forgetting records.

use super::lease::remove_if_there;
use super::{RepoError, Repository, Subject};
use crate::base::ObjectId;
use crate::format::{FormatError, ObjectKind};

/// All objects of one kind.
#[derive(Debug)]
pub struct Found<T> {
    /// Those that can be read, sorted by id.
    pub whole: Vec<(ObjectId, T)>,
    /// Those that cannot.
    pub damaged: Vec<(ObjectId, RepoError)>,
}

impl Repository {
    /// Reads all objects of `kind`; `what` is what people call one.
    pub(super) fn all_of<T>(
        &self,
        kind: ObjectKind,
        what: &str,
        decode: impl Fn(&[u8]) -> Result<T, FormatError>,
    ) -> Result<Found<T>, RepoError> {
        let mut found = Found { whole: vec![], damaged: vec![] };
        for stored in self.backend.list(kind.folder())? {
            let Ok(id) = stored.name.last_part().parse::<ObjectId>() else { continue };
            let subject = Subject::Object(format!("{what} {}", id.short()));
            let read = self
                .get_object(kind, &id, &subject)
                .and_then(|body| decode(&body).map_err(|error| RepoError::damaged(subject.clone(), error)));
            match read {
                Ok(object) => found.whole.push((id, object)),
                // Removed since it was listed; what took its place was put before.
                Err(RepoError::Missing { .. }) => {}
                Err(error) if error.is_damage() => found.damaged.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Stores an object and tells its id.
    pub(super) fn put_of(&self, kind: ObjectKind, body: &[u8]) -> Result<ObjectId, RepoError> {
        Ok(ObjectId::new(self.put_object(kind, body)?.0))
    }

    /// Removes an object; that it is gone already is as good.
    pub(super) fn remove_of(&self, kind: ObjectKind, id: &ObjectId) -> Result<(), RepoError> {
        remove_if_there(self, kind, id)
    }
}
