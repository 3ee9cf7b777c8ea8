//! Why a command ended early, as the command line sees it, and the exit codes.

use std::io;
use std::path::{Path, PathBuf};

use super::password::PasswordError;
use crate::backend::BackendError;
use crate::ops::OpsError;
use crate::ops::rollback::WentBack;
use crate::repo::RepoError;

/// How a command ended, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// An error without a code of its own.
    Error,
    /// The arguments are wrong.
    Usage,
    /// There is no repository.
    NoRepository,
    /// Another run is at work that cannot be beside this one.
    Locked,
    /// No key slot opens, or no password is given.
    WrongPassword,
    /// Something is not what was written.
    Damage,
    /// The repository is older than what was seen of it.
    WentBack,
    /// What was written is not what it should be.
    Verification,
    /// The store cannot be reached.
    Unreachable,
    /// Something is full.
    NoSpace,
    /// A command whose output was to be saved went wrong.
    DumpFailed,
    /// Ended by a signal.
    Cancelled,
}

impl Exit {
    /// The process's exit code.
    pub const fn number(self) -> u8 {
        match self {
            Self::Error => 1,
            Self::Usage => 2,
            Self::NoRepository => 10,
            Self::Locked => 11,
            Self::WrongPassword => 12,
            Self::Damage => 13,
            Self::WentBack => 14,
            Self::Verification => 15,
            Self::Unreachable => 16,
            Self::NoSpace => 17,
            Self::DumpFailed => 18,
            Self::Cancelled => 130,
        }
    }
}

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
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A file or directory of this machine refuses.
    #[error("{}: {source}", super::output::shown(path))]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The repository is older than what this machine has seen of it.
    #[error("{0}")]
    WentBack(WentBack),
    /// What this machine remembers cannot be kept.
    #[error("{0}")]
    State(String),
    /// Standard output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// Makes the error of a call about `path`.
    pub fn at(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File { path: path.clone(), source }
    }
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
