//! Marks: what prune is about to delete, told to writers before it is done.

use std::collections::HashSet;

use super::found::Found;
use super::{RepoError, Repository};
use crate::base::{ObjectId, PackId};
use crate::format::{Mark, ObjectKind};

/// The marks of a repository. What damaged ones tell is not known, and nobody acts on it.
pub type Marks = Found<Mark>;

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
        self.all_of(ObjectKind::Mark, "mark", Mark::decode)
    }

    /// Tells every writer what is about to be deleted: when this returns, whoever lists the marks sees it.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn put_mark(&self, mark: &Mark) -> Result<ObjectId, RepoError> {
        self.put_of(ObjectKind::Mark, &mark.encode()?)
    }

    /// Takes a mark away.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_mark(&self, id: &ObjectId) -> Result<(), RepoError> {
        self.remove_of(ObjectKind::Mark, id)
    }
}
