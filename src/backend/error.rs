//! What can go wrong between the program and its store. Each error names the object or the place.

use std::io;

use rustix::io::Errno;

use super::{NameError, ObjectName};

/// Why a backend did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// A text is not the name of an object, or not a prefix of one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// There is no such object.
    #[error("object {name} is not there")]
    NotFound {
        /// What was looked for.
        name: ObjectName,
    },
    /// The name is taken. What lies there is whole, unchanged and durable.
    #[error("object {name} is there already")]
    AlreadyExists {
        /// The name that is taken.
        name: ObjectName,
    },
    /// Something that is not a file lies where the object should.
    #[error("object {name} is not a regular file")]
    NotAFile {
        /// The name that leads there.
        name: ObjectName,
    },
    /// A full disk, a quota or a limit on the size of files. The object was not stored.
    #[error("no space for object {name}: {source}")]
    NoSpace {
        /// What was being written.
        name: ObjectName,
        /// Which of them, in the system's words.
        source: io::Error,
    },
    /// No permission, or a store that is read-only.
    #[error("access to object {name} is denied: {source}")]
    Denied {
        /// What was touched.
        name: ObjectName,
        /// Which of them, in the system's words.
        source: io::Error,
    },
    /// The object ends before the bytes that were asked for.
    #[error("object {name} has {found} of {wanted} bytes at offset {offset}")]
    ShortRead {
        /// What was read.
        name: ObjectName,
        /// Where reading began.
        offset: u64,
        /// How many bytes were asked for.
        wanted: usize,
        /// How many bytes there are from `offset` on.
        found: usize,
    },
    /// The object is larger than the caller accepts.
    #[error("object {name} has {bytes} bytes, more than the {bytes_max} accepted")]
    TooLarge {
        /// What was read.
        name: ObjectName,
        /// How many bytes it has.
        bytes: u64,
        /// How many bytes the caller accepts.
        bytes_max: u64,
    },
    /// The store failed on this object.
    #[error("object {name}: {source}")]
    Io {
        /// What was touched.
        name: ObjectName,
        /// What the system said.
        source: io::Error,
    },
    /// The store as a whole cannot be reached.
    #[error("{location} cannot be reached: {source}")]
    Unreachable {
        /// Where the store, or the part of it that was needed, should be.
        location: String,
        /// What the system said.
        source: io::Error,
    },
}

impl BackendError {
    /// Whether the object is not there.
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether the object was there before, whole and durable. A writer of named content is content with that.
    pub const fn is_already_exists(&self) -> bool {
        matches!(self, Self::AlreadyExists { .. })
    }

    /// Whether the store is full.
    pub const fn is_no_space(&self) -> bool {
        matches!(self, Self::NoSpace { .. })
    }

    /// Whether the store as a whole is gone, rather than one object.
    pub const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// The object it is about, if it is about one.
    pub const fn name(&self) -> Option<&ObjectName> {
        match self {
            Self::Name(_) | Self::Unreachable { .. } => None,
            Self::NotFound { name }
            | Self::AlreadyExists { name }
            | Self::NotAFile { name }
            | Self::NoSpace { name, .. }
            | Self::Denied { name, .. }
            | Self::ShortRead { name, .. }
            | Self::TooLarge { name, .. }
            | Self::Io { name, .. } => Some(name),
        }
    }

    /// What the system said about `name` in the store at `location`.
    pub(super) fn from_io(name: &ObjectName, location: &str, source: io::Error) -> Self {
        let name = name.clone();
        match Errno::from_io_error(&source) {
            // A directory is where other objects lie, and no object.
            Some(Errno::NOENT | Errno::ISDIR) => Self::NotFound { name },
            Some(Errno::EXIST) => Self::AlreadyExists { name },
            Some(Errno::LOOP) => Self::NotAFile { name },
            Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => Self::NoSpace { name, source },
            Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Self::Denied { name, source },
            Some(
                Errno::NOTCONN
                | Errno::STALE
                | Errno::TIMEDOUT
                | Errno::HOSTDOWN
                | Errno::HOSTUNREACH
                | Errno::NETDOWN
                | Errno::NETUNREACH,
            ) => Self::Unreachable { location: location.to_owned(), source },
            _ => Self::Io { name, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(errno: Errno) -> BackendError {
        BackendError::from_io(&ObjectName::new("packs/ab/cd").unwrap(), "here", errno.into())
    }

    #[test]
    fn a_full_disk_a_quota_and_a_size_limit_are_no_space() {
        assert!([Errno::NOSPC, Errno::DQUOT, Errno::FBIG].into_iter().all(|errno| kind(errno).is_no_space()));
    }

    #[test]
    fn a_store_that_is_read_only_is_denied_and_names_the_object() {
        let error = kind(Errno::ROFS);
        assert!(matches!(error, BackendError::Denied { .. }));
        assert!(error.to_string().contains("packs/ab/cd"));
    }

    #[test]
    fn a_lost_mount_is_unreachable_and_names_the_place() {
        let error = kind(Errno::STALE);
        assert!(error.is_unreachable() && error.name().is_none());
        assert!(error.to_string().starts_with("here"));
    }
}
