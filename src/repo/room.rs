//! Room set aside in the store for those who free room in it.

use std::sync::Arc;

use super::{RepoError, Repository};
use crate::backend::Freeing;
use crate::base::limits::RESERVE_BYTES_MIN;
use crate::format::ObjectKind;

impl Repository {
    /// The same repository for those who free room in it: what they write takes what was set aside if the store is full.
    pub fn freeing(&self) -> Self {
        Self { backend: Arc::new(Freeing(self.backend.clone())), ..self.clone() }
    }

    /// Sets aside what a prune writes before it deletes, in a repository of so many packs. Does nothing where there is no room.
    ///
    /// # Errors
    /// [`RepoError::Backend`] if the store cannot be listed.
    pub fn keep_reserve(&self, packs: u64) -> Result<(), RepoError> {
        let indexes = self.backend.list(ObjectKind::Index.folder())?;
        let largest = indexes.iter().map(|stored| stored.bytes).max().unwrap_or(0);
        // An index object is told anew before the old one goes; a pack's id stands in two marks.
        let bytes = RESERVE_BYTES_MIN + largest + 64 * packs;
        // A disk that has no room for it has none for a backup either, which says so itself.
        self.backend.keep_reserve(bytes).ok();
        Ok(())
    }
}
