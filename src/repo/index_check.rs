//! Index objects read anew, for a check: the cache is not asked what they say.

use std::collections::BTreeSet;

use super::{IndexState, RepoError, Repository, Subject};
use crate::base::PackId;
use crate::format::{IndexedPack, index as index_format};
use crate::index::{Index, IndexError};

/// What reading every index object found.
#[derive(Debug, Default)]
pub struct IndexCheck {
    /// Index objects that cannot be read.
    pub damaged: Vec<RepoError>,
    /// Packs that are not there and of which something is nowhere else.
    pub packs_lost: BTreeSet<PackId>,
}

impl Repository {
    /// Reads every index object anew, whatever the cache holds.
    ///
    /// # Errors
    /// [`RepoError::Backend`], [`RepoError::Index`].
    pub fn check_index(&self, state: &IndexState) -> Result<IndexCheck, RepoError> {
        let mut check = IndexCheck::default();
        for id in self.index_objects()? {
            let read = self.index_object(id).and_then(|body| {
                let decoded = index_format::decode::<IndexError>(&body, |pack| {
                    let is_missing = state.packs_missing.binary_search(&pack.id).is_ok();
                    if is_missing && !is_elsewhere(&pack, &state.index)? {
                        check.packs_lost.insert(pack.id);
                    }
                    Ok(())
                });
                decoded.map_err(|error| match error {
                    IndexError::Format(error) => RepoError::damaged(Subject::Index(id), error),
                    error => error.into(),
                })
            });
            match read {
                // Replaced by a prune meanwhile; what took its place was put before.
                Ok(()) | Err(RepoError::Missing { .. }) => {}
                Err(error) if error.is_damage() => check.damaged.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(check)
    }
}

/// Whether every chunk of a pack that is not there is found in another one.
fn is_elsewhere(pack: &IndexedPack, index: &Index) -> Result<bool, IndexError> {
    for chunk in pack.contents.regions.iter().flat_map(|region| &region.chunks) {
        if index.find(&chunk.id)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
