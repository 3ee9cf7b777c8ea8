//! Where a repository is: a path now, other stores later.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CliError;
use crate::backend::{Backend, BackendError, LocalBackend, ObjectName};
use crate::base::escape;
use crate::repo::RepoError;

/// The path that `location` is.
///
/// # Errors
/// [`CliError::Usage`] for a kind of store that this version does not know.
pub fn path_of(location: &OsStr) -> Result<PathBuf, CliError> {
    let bytes = location.as_encoded_bytes();
    let scheme = bytes.windows(3).position(|part| part == b"://").and_then(|end| bytes.get(..end));
    match scheme {
        Some(scheme) if !scheme.contains(&b'/') => Err(CliError::Usage(format!(
            "{}:// repositories are not in this version: give a directory",
            escape(scheme)
        ))),
        _ if bytes.is_empty() => Err(CliError::Usage("the repository's location is empty".into())),
        _ => Ok(PathBuf::from(location)),
    }
}

/// Opens the store at `path`, which must hold a repository.
///
/// # Errors
/// [`RepoError::NoRepository`], [`RepoError::Backend`].
pub fn open(path: &Path) -> Result<Arc<LocalBackend>, CliError> {
    let backend = match LocalBackend::open(path) {
        Err(BackendError::Unreachable { location, source }) if is_nothing(&source) => {
            return Err(RepoError::NoRepository { location }.into());
        }
        other => Arc::new(other?),
    };
    if has_repository(&backend)? {
        Ok(backend)
    } else {
        Err(RepoError::NoRepository { location: backend.location() }.into())
    }
}

/// Whether there is a repository in the store. A store that fails is an error: it may hold one.
pub fn has_repository(backend: &LocalBackend) -> Result<bool, CliError> {
    match backend.size(&ObjectName::new("config").map_err(BackendError::from)?) {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_stores_are_refused_by_name_and_paths_are_not() {
        for text in ["s3://bucket/prefix", "sftp://user:pass@host/path"] {
            assert!(
                matches!(path_of(OsStr::new(text)), Err(CliError::Usage(said)) if !said.contains("pass")),
                "{text}"
            );
        }
        for text in ["/srv/backup", "relative", "./a://b"] {
            assert_eq!(path_of(OsStr::new(text)).unwrap(), PathBuf::from(text));
        }
    }
}
