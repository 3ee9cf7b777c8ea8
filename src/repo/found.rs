//! Sealed objects of one kind, all of them: leases, marks, holds, forgetting records.

use std::collections::BTreeSet;

use super::lease::remove_if_there;
use super::{RepoError, Repository, Subject};
use crate::base::ObjectId;
use crate::base::limits::LISTINGS_MAX;
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
    ///
    /// A lease or a mark is written anew before the old one is removed, so that one of them is always there. A listing that was taken between may
    /// have neither: it is taken again until nothing has come or gone.
    pub(super) fn all_of<T>(
        &self,
        kind: ObjectKind,
        what: &str,
        decode: impl Fn(&[u8]) -> Result<T, FormatError>,
    ) -> Result<Found<T>, RepoError> {
        let mut listed = self.ids_of(kind)?;
        for _ in 1..LISTINGS_MAX {
            let (found, is_all) = self.read_all(kind, what, &listed, &decode)?;
            let again = self.ids_of(kind)?;
            if is_all && again.is_subset(&listed) {
                return Ok(found);
            }
            listed = again;
        }
        Ok(self.read_all(kind, what, &listed, &decode)?.0)
    }

    fn ids_of(&self, kind: ObjectKind) -> Result<BTreeSet<ObjectId>, RepoError> {
        let listed = self.backend.list(kind.folder())?;
        Ok(listed.iter().filter_map(|stored| stored.name.last_part().parse().ok()).collect())
    }

    /// Reads these; `false` if one is not there any more.
    fn read_all<T>(
        &self,
        kind: ObjectKind,
        what: &str,
        ids: &BTreeSet<ObjectId>,
        decode: &impl Fn(&[u8]) -> Result<T, FormatError>,
    ) -> Result<(Found<T>, bool), RepoError> {
        let (mut found, mut is_all) = (Found { whole: vec![], damaged: vec![] }, true);
        for id in ids.iter().copied() {
            let subject = Subject::Object(format!("{what} {}", id.short()));
            let read = self
                .get_object(kind, &id, &subject)
                .and_then(|body| decode(&body).map_err(|error| RepoError::damaged(subject.clone(), error)));
            match read {
                Ok(object) => found.whole.push((id, object)),
                Err(RepoError::Missing { .. }) => is_all = false,
                Err(error) if error.is_damage() => found.damaged.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        Ok((found, is_all))
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
