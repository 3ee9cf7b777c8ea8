//! Marks: what prune is about to delete, told to writers before it is done.

use std::collections::HashSet;

use super::lease::remove_if_there;
use super::{RepoError, Repository, Subject};
use crate::base::{ObjectId, PackId};
use crate::format::{Mark, ObjectKind};

/// The marks of a repository.
#[derive(Debug, Default)]
pub struct Marks {
    /// Those that can be read.
    pub whole: Vec<(ObjectId, Mark)>,
    /// Those that cannot: what they tell is not known, and nobody acts on it.
    pub damaged: Vec<(ObjectId, RepoError)>,
}

impl Marks {
    /// The packs that are about to be deleted.
    pub fn packs(&self) -> HashSet<PackId> {
        self.whole.iter().flat_map(|(_, mark)| &mark.packs).copied().collect()
    }
}

impl Repository {
    /// All marks.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn marks(&self) -> Result<Marks, RepoError> {
        let mut marks = Marks::default();
        for stored in self.backend.list(ObjectKind::Mark.folder())? {
            let Ok(id) = stored.name.last_part().parse::<ObjectId>() else { continue };
            let subject = Subject::Object(format!("mark {}", id.short()));
            let read = self.get_object(ObjectKind::Mark, &id, &subject).and_then(|body| {
                Mark::decode(&body).map_err(|error| RepoError::damaged(subject.clone(), error))
            });
            match read {
                Ok(mark) => marks.whole.push((id, mark)),
                Err(RepoError::Missing { .. }) => {}
                Err(error) if error.is_damage() => marks.damaged.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(marks)
    }

    /// Tells every writer what is about to be deleted: when this returns, whoever lists the marks sees it.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn put_mark(&self, mark: &Mark) -> Result<ObjectId, RepoError> {
        Ok(ObjectId::new(self.put_object(ObjectKind::Mark, &mark.encode()?)?.0))
    }

    /// Takes a mark away.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_mark(&self, id: &ObjectId) -> Result<(), RepoError> {
        remove_if_there(self, ObjectKind::Mark, id)
    }
}
