//! `repair index`: index objects that can be relied on, made from the packs.

use std::path::Path;

use crate::base::{ObjectId, Observer, PackId};
use crate::ops::OpsError;
use crate::repo::{RepoError, Repository};

/// What would be done.
#[derive(Debug, Default)]
pub struct IndexPlan {
    /// Index objects that are written anew, and why.
    pub odd: Vec<(ObjectId, String)>,
    /// Packs that no index object tells of.
    pub untold: Vec<PackId>,
    /// Packs that no index object tells of and that cannot be read: `repair packs` is for them.
    pub unreadable: Vec<String>,
}

impl IndexPlan {
    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.odd.is_empty() && self.untold.is_empty()
    }
}

/// Finds what is wrong with the index objects; reads the table of contents of every pack.
///
/// # Errors
/// Those of a failing store or cache.
pub fn plan(repo: &Repository, cache: &Path, observer: &dyn Observer) -> Result<IndexPlan, OpsError> {
    let state = repo.open_index(cache, observer)?;
    if observer.is_cancelled() {
        return Err(RepoError::Cancelled.into());
    }
    Ok(IndexPlan {
        odd: repo.odd_index_objects(true)?,
        untold: state.packs_adopted,
        unreadable: state.packs_unreadable.iter().map(ToString::to_string).collect(),
    })
}

/// Does it; returns how many packs new index objects tell of.
///
/// # Errors
/// Those of a failing store or cache.
pub fn apply(
    repo: &Repository,
    cache: &Path,
    plan: &IndexPlan,
    observer: &dyn Observer,
) -> Result<u64, OpsError> {
    let odd: Vec<ObjectId> = plan.odd.iter().map(|(id, _)| *id).collect();
    Ok(repo.renew_index(&odd, cache, observer)?)
}
