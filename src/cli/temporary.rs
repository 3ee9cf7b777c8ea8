//! A place for the index where the cache cannot be written.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::crypto::random_array;
use crate::index::IndexError;
use crate::ops::OpsError;
use crate::repo::RepoError;

/// A directory that is gone when this is dropped. An index that is open in it goes on.
pub struct TemporaryCache(PathBuf);

impl TemporaryCache {
    /// Makes one that only this user may enter.
    pub fn create() -> Result<Self, CliError> {
        let number = u64::from_le_bytes(random_array().map_err(RepoError::from)?);
        let path = std::env::temp_dir().join(format!("strongroom-{number:016x}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(RepoError::from(IndexError::Cache { path, source }).into()),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryCache {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Whether the cache refuses, and another place would do.
pub const fn is_of_cache(error: &CliError) -> bool {
    matches!(error, CliError::Ops(OpsError::Repo(RepoError::Index(IndexError::Cache { .. }))))
}
