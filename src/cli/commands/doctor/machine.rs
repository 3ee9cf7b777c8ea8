//! What can be seen without a repository: the program, limits, the cache, room on file systems.

use std::path::Path;

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
use rustix::process::{Resource, getrlimit};

use super::{Finding, State};
use crate::base::units;
use crate::cli::output::shown;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::format::FORMAT_VERSION;

/// With fewer files open at once a run may fail on a large tree.
const OPEN_FILES_MIN: u64 = 1024;
/// Less room than this is odd for a place that is written to, in bytes.
const ROOM_BYTES_MIN: u64 = 1 << 30;

/// Which program this is.
pub fn version() -> Finding {
    let version = env!("CARGO_PKG_VERSION");
    Finding::new("program", State::Ok, format!("strongroom {version}, format version {FORMAT_VERSION}"))
}

/// How many files may be open at once.
pub fn open_files() -> Finding {
    let Some(limit) = getrlimit(Resource::Nofile).current else {
        return Finding::new("open files", State::Ok, "as many as there are");
    };
    let state = if limit < OPEN_FILES_MIN { State::Warn } else { State::Ok };
    Finding::new("open files", state, format!("{} at once", units::count(limit)))
}

/// Whether the cache can be used.
pub fn cache(session: &Session) -> Finding {
    match session.cache() {
        Ok(path) => writable("cache", &path),
        Err(error) => {
            let report = Report::of(&error, session.doing());
            Finding::new("cache", State::Fail, format!("{}; {}", report.error, report.hint))
        }
    }
}

/// Whether a directory can be written to, and how much room is there.
pub fn writable(name: &'static str, path: &Path) -> Finding {
    let shown = shown(path);
    let facts = match statvfs(path) {
        Ok(facts) => facts,
        Err(errno) => {
            return Finding::new(name, State::Fail, format!("{shown}: {}", std::io::Error::from(errno)));
        }
    };
    if facts.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Finding::new(name, State::Warn, format!("{shown}: the file system is read-only"));
    }
    if access(path, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return Finding::new(name, State::Warn, format!("{shown}: may be read and not written by this user"));
    }
    let room = facts.f_bavail.saturating_mul(facts.f_frsize);
    let state = if room < ROOM_BYTES_MIN { State::Warn } else { State::Ok };
    Finding::new(name, state, format!("{shown}: {} of room", units::bytes(room)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_not_there_fails() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(writable("cache", &directory.path().join("none")).state, State::Fail);
        assert_ne!(writable("cache", directory.path()).state, State::Fail);
    }
}
