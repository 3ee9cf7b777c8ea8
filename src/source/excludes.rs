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
            add(&mut builder, pattern).map_err(|error| not_a_pattern(pattern.as_bytes(), &error))?;
        }
        for file in &options.exclude_files {
            let name = file.as_os_str().as_bytes();
            let bytes = std::fs::read(file).map_err(|source| {
                let path = name.strip_prefix(b"/").map_or_else(|| escape(name), shown);
                SourceError::Unreadable { path, source }
            })?;
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let added = std::str::from_utf8(line)
                    .map_err(|_| "not UTF-8".to_string())
                    .and_then(|line| add(&mut builder, line).map_err(|error| error.to_string()));
                added.map_err(|reason| SourceError::Pattern {
                    pattern: escape(line),
                    reason: format!("{}, line {}: {reason}", escape(name), number + 1),
                })?;
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

/// Adds a pattern. One with a slash in it and none before it is meant wherever it fits: there is no file of patterns whose place it could start from.
fn add(builder: &mut GitignoreBuilder, pattern: &str) -> Result<(), ignore::Error> {
    let (not, rest) = pattern.strip_prefix('!').map_or(("", pattern), |rest| ("!", rest));
    let names = rest.trim_end().trim_end_matches('/');
    let floats = names.contains('/')
        && !names.starts_with('/')
        && !names.starts_with("**/")
        && !names.starts_with('#');
    let line = if floats { format!("{not}**/{rest}") } else { pattern.to_string() };
    builder.add_line(None, &line).map(|_| ())
}

fn not_a_pattern(pattern: &[u8], error: &ignore::Error) -> SourceError {
    SourceError::Pattern { pattern: escape(pattern), reason: escape(error.to_string().as_bytes()) }
}
