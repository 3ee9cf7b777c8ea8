//! The order that the entries of a tree have, across all of its nodes.

use super::{RepoError, Subject};
use crate::base::TreePath;
use crate::format::EntryKind;

/// Where a walk through a tree stands: each entry follows the one before it, and none lies below something that is no directory.
#[derive(Debug, Clone, Default)]
pub struct EntryOrder {
    last: Option<(TreePath, EntryKind)>,
}

impl EntryOrder {
    /// Goes on to the next entry.
    ///
    /// # Errors
    /// [`RepoError::Damaged`] for an entry that may not stand there; the walk stands where it was.
    pub fn follow(&mut self, path: &TreePath, kind: EntryKind) -> Result<(), RepoError> {
        self.refuse(path)?;
        self.last = Some((path.clone(), kind));
        Ok(())
    }

    /// Goes on over entries that are known to be in order: from the one at `first` to the one where `end` stands.
    ///
    /// # Errors
    /// Those of [`Self::follow`].
    pub fn follow_known(&mut self, first: &TreePath, end: &Self) -> Result<(), RepoError> {
        self.refuse(first)?;
        self.last.clone_from(&end.last);
        Ok(())
    }

    fn refuse(&self, path: &TreePath) -> Result<(), RepoError> {
        let Some((last, kind)) = &self.last else { return Ok(()) };
        let damaged =
            |reason: &str| Err(RepoError::damaged(Subject::Object(format!("tree entry {path}")), reason));
        if *last >= *path {
            return damaged("it is out of order");
        }
        if *kind != EntryKind::Directory && path.is_within(last) {
            return damaged("it lies below something that is no directory");
        }
        Ok(())
    }
}
