//! What can go wrong below the root of a target, by what a caller can do about it.

use std::io;

use rustix::io::Errno;

use crate::base::TreePath;

/// Why something could not be restored. Paths are escaped when shown.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The target directory itself cannot be made, opened or read.
    #[error("target directory {path}: {source}")]
    Root {
        /// The directory, escaped.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something of another kind is there, or something came there after it was looked at.
    #[error("{at}: something else is in the way")]
    InTheWay {
        /// Where.
        at: TreePath,
    },
    /// The system does not permit it, or the file system is read-only.
    #[error("{at}: {source}")]
    Denied {
        /// Where.
        at: TreePath,
        /// What the system said.
        source: io::Error,
    },
    /// The file system, a quota or the largest possible file is full.
    #[error("{at}: no space left")]
    NoSpace {
        /// Where.
        at: TreePath,
    },
    /// A symbolic link (or, when deleting, a mount point) on the way there would lead elsewhere.
    #[error("{at}: path leads out of the target directory through a link or a mount")]
    Escapes {
        /// Where.
        at: TreePath,
    },
    /// Device nodes were not asked for.
    #[error("{at}: device node is not made unless asked for")]
    DeviceRefused {
        /// Where.
        at: TreePath,
    },
    /// The entry cannot be made into anything.
    #[error("{at}: {what}")]
    Malformed {
        /// Where.
        at: TreePath,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The system says something else.
    #[error("{at}: {source}")]
    Io {
        /// Where.
        at: TreePath,
        /// What the system said.
        source: io::Error,
    },
}

impl TargetError {
    /// The error of a system call about `at`. `EXDEV` is an escape only where paths are resolved: see [`Self::path`].
    pub(super) fn call(at: &TreePath, errno: Errno) -> Self {
        let at = at.clone();
        match errno {
            Errno::NOTDIR | Errno::EXIST | Errno::ISDIR | Errno::NOTEMPTY => Self::InTheWay { at },
            Errno::ACCESS | Errno::PERM | Errno::ROFS => Self::Denied { at, source: errno.into() },
            Errno::NOSPC | Errno::DQUOT | Errno::FBIG => Self::NoSpace { at },
            Errno::LOOP => Self::Escapes { at },
            _ => Self::Io { at, source: errno.into() },
        }
    }

    /// The error of resolving the path `at`.
    pub(super) fn path(at: &TreePath, errno: Errno) -> Self {
        match errno {
            Errno::XDEV => Self::Escapes { at: at.clone() },
            errno => Self::call(at, errno),
        }
    }
}
