//! Why a command ended early, as the command line sees it.

use crate::backend::BackendError;
use crate::ops::OpsError;
use crate::repo::RepoError;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A verb could not be done.
    #[error(transparent)]
    Ops(OpsError),
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// No password could be had.
    #[error("{0}")]
    Password(String),
    /// Standard output or a file cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] std::io::Error),
}

impl<E: Into<OpsError>> From<E> for CliError {
    fn from(error: E) -> Self {
        Self::Ops(error.into())
    }
}

impl From<BackendError> for CliError {
    fn from(error: BackendError) -> Self {
        Self::Ops(RepoError::from(error).into())
    }
}
