//! The packs that are about to be deleted, for a writer: what is only in them counts as not being there.

use std::collections::HashSet;

use super::RepoError;
use crate::base::PackId;
use crate::index::IndexView;

/// Packs by the index's numbers. What is added to the index later is in none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Avoided(HashSet<u32>);

impl Avoided {
    /// Those of `packs` that are in the index.
    ///
    /// # Errors
    /// [`RepoError::Index`].
    pub fn new(index: &IndexView, packs: &HashSet<PackId>) -> Result<Self, RepoError> {
        if packs.is_empty() {
            return Ok(Self::default());
        }
        let all = index.packs()?.into_iter();
        Ok(Self(all.filter(|(id, _)| packs.contains(id)).map(|(_, number)| number).collect()))
    }

    /// Whether the pack with this number is one of them.
    pub fn has(&self, pack: u32) -> bool {
        !self.0.is_empty() && self.0.contains(&pack)
    }
}
