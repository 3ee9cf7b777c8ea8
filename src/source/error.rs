//! What can go wrong with one path of a source. It is only ever a warning for the run: the rest can still be read.

use std::io;

use rustix::io::Errno;

use crate::base::{Warning, escape, limits};

/// Why a path of a source could not be read. `path` is absolute and escaped for a terminal.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The system refused to read it, or a device failed.
    #[error("{path}: {source}")]
    Unreadable {
        /// What could not be read.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// It was there when its directory was read, and is gone now.
    #[error("{path}: vanished while it was read")]
    Vanished {
        /// What is gone.
        path: String,
    },
    /// Something else stands there now: another file, another directory, a symbolic link.
    #[error("{path}: replaced by something else while it was read")]
    Changed {
        /// Where it stands.
        path: String,
    },
    /// A root that does not exist.
    #[error("{path}: does not exist")]
    NotFound {
        /// The root as an absolute path.
        path: String,
    },
    /// A pattern that cannot be understood.
    #[error("{pattern}: not a pattern: {reason}")]
    Pattern {
        /// The pattern, or the file it stands in, escaped.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A directory [`limits::DEPTH_MAX`] levels deep has content, which is left out.
    #[error("{path}: content left out, more than {} directories deep", limits::DEPTH_MAX)]
    TooDeep {
        /// The directory.
        path: String,
    },
    /// The path has more than [`limits::PATH_BYTES_MAX`] bytes; it is left out with what is below.
    #[error("{path}: left out, path longer than {} bytes", limits::PATH_BYTES_MAX)]
    TooLong {
        /// The whole path.
        path: String,
    },
}

impl SourceError {
    /// The error of a call about `path` (bytes of the tree, without the leading slash).
    pub(super) fn of(path: &[u8], errno: Errno) -> Self {
        match errno {
            Errno::NOENT | Errno::STALE => Self::Vanished { path: shown(path) },
            Errno::LOOP | Errno::NOTDIR | Errno::NXIO | Errno::NODEV => Self::Changed { path: shown(path) },
            errno => Self::Unreadable { path: shown(path), source: errno.into() },
        }
    }

    /// What it is about: an absolute path or a pattern, escaped for a terminal.
    pub fn subject(&self) -> &str {
        match self {
            Self::Unreadable { path, .. }
            | Self::Vanished { path }
            | Self::Changed { path }
            | Self::NotFound { path }
            | Self::TooDeep { path }
            | Self::TooLong { path } => path,
            Self::Pattern { pattern, .. } => pattern,
        }
    }
}

impl From<&SourceError> for Warning {
    fn from(error: &SourceError) -> Self {
        let text = error.to_string();
        let message = text.strip_prefix(error.subject()).and_then(|rest| rest.strip_prefix(": "));
        Self { subject: error.subject().to_owned(), message: message.unwrap_or(&text).to_owned() }
    }
}

/// A path of the tree as an absolute path for people.
pub(super) fn shown(path: &[u8]) -> String {
    let mut shown = escape(path);
    shown.insert(0, '/');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_names_its_subject_once() {
        let warning = Warning::from(&SourceError::of(b"srv/a\nb", Errno::NOENT));
        assert_eq!(warning.subject, "/srv/a\\nb");
        assert_eq!(warning.message, "vanished while it was read");
    }

    #[test]
    fn what_was_replaced_is_told_from_what_cannot_be_read() {
        assert!(matches!(SourceError::of(b"a", Errno::LOOP), SourceError::Changed { .. }));
        assert!(matches!(SourceError::of(b"a", Errno::MFILE), SourceError::Unreadable { .. }));
    }
}
