//! What a walk leaves out by pattern or by cache tag.

use std::ffi::{CStr, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustix::fs::{CWD, FileType, OFlags};
use rustix::io::retry_on_intr;

use super::SourceOptions;
use super::error::{SourceError, shown};
use super::facts::{Identity, facts_at, facts_of, file_type, identity, open_quietly};
use super::names::Hint;
use crate::base::escape;

/// The name of the file that makes its directory a cache.
pub(super) const CACHE_TAG: &CStr = c"CACHEDIR.TAG";
const CACHE_SIGNATURE: [u8; 43] = *b"Signature: 8a477f597d28d172789f06886806bc55";

/// What is left out, made ready for asking.
#[derive(Debug)]
pub(super) struct Rules {
    /// `None` if there is no pattern, so that nothing need be asked.
    patterns: Option<Gitignore>,
    pub exclude_caches: bool,
    pub one_file_system: bool,
    /// The directories to skip.
    pub skip: Vec<Identity>,
}

impl Rules {
    /// The rules of `options`: the patterns given first, then those in files.
    ///
    /// # Errors
    /// [`SourceError::Pattern`], and [`SourceError::Unreadable`] for a file that cannot be read.
    pub fn new(options: &SourceOptions) -> Result<Self, SourceError> {
        let mut builder = GitignoreBuilder::new("/");
        for pattern in &options.excludes {
            let added = builder.add_line(None, pattern).map(|_| ());
            added.map_err(|error| not_a_pattern(pattern.as_bytes(), &error))?;
        }
        for file in &options.exclude_files {
            if let Some(error) = builder.add(file) {
                return Err(bad_file(file, error));
            }
        }
        let patterns = builder.build().map_err(|error| not_a_pattern(b"", &error))?;
        let skip = options.skip.iter().filter_map(|path| facts_at(CWD, path, true).ok());
        Ok(Self {
            patterns: (!patterns.is_empty()).then_some(patterns),
            exclude_caches: options.exclude_caches,
            one_file_system: options.one_file_system,
            skip: skip.map(|facts| identity(&facts)).collect(),
        })
    }

    /// Whether the last pattern that matches `path`, which is `name` in `directory`, excludes it.
    pub fn exclude(&self, directory: &OwnedFd, name: &CStr, hint: Hint, path: &[u8]) -> bool {
        let Some(patterns) = &self.patterns else { return false };
        let is_directory = match hint {
            Hint::Directory => true,
            Hint::Other => false,
            Hint::Unknown => {
                facts_at(directory, name, false).is_ok_and(|facts| file_type(&facts) == FileType::Directory)
            }
        };
        patterns.matched(Path::new(OsStr::from_bytes(path)), is_directory).is_ignore()
    }
}

/// Whether the tag in `directory` is one: a regular file that starts with the signature.
pub(super) fn is_cache(directory: &OwnedFd) -> bool {
    let Ok(tag) = open_quietly(directory, CACHE_TAG, OFlags::NOFOLLOW | OFlags::NONBLOCK) else {
        return false;
    };
    let is_file = facts_of(&tag).is_ok_and(|facts| file_type(&facts) == FileType::RegularFile);
    let mut start = [0; CACHE_SIGNATURE.len()];
    is_file
        && retry_on_intr(|| rustix::io::pread(&tag, &mut start, 0)).is_ok_and(|read| read == start.len())
        && start == CACHE_SIGNATURE
}

fn not_a_pattern(pattern: &[u8], error: &ignore::Error) -> SourceError {
    SourceError::Pattern { pattern: escape(pattern), reason: escape(error.to_string().as_bytes()) }
}

fn bad_file(file: &Path, error: ignore::Error) -> SourceError {
    let name = file.as_os_str().as_bytes();
    let reason = escape(error.to_string().as_bytes());
    match error.into_io_error() {
        Some(source) => {
            let path = name.strip_prefix(b"/").map_or_else(|| escape(name), shown);
            SourceError::Unreadable { path, source }
        }
        None => SourceError::Pattern { pattern: escape(name), reason },
    }
}
