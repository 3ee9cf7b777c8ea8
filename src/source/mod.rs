//! Floor 3: the directory source. A walk over root paths that yields entries in the order of the tree, and their content.
//!
//! Everything is opened relative to an open directory and never through a symbolic link, so that what is read is what was
//! found. Memory is bounded by the names of the directories on the way down. What becomes of the entries is not known here.

mod error;
mod excludes;
mod facts;
mod file;
mod found;
mod names;
mod owners;
mod roots;
mod stack;
#[cfg(test)]
mod tests;
mod walk;
mod xattrs;

use std::path::PathBuf;

pub use error::SourceError;
pub use file::{Extent, OpenFile};
pub use found::Found;
pub use walk::Walk;

/// What a walk leaves out. The default leaves out nothing.
///
/// What is named as a root, and the directories above it, are kept whatever stands here, `skip` excepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceOptions {
    /// Patterns in gitignore syntax, the last that matches decides. They are matched against absolute paths, as if `/`
    /// were the directory of the gitignore file: `*.log` matches anywhere, `/srv/shop/tmp/` only that directory,
    /// `shop/tmp` (a slash inside) only `/shop/tmp`, `**/shop/tmp` anywhere. What lies in an excluded directory is not
    /// looked at, so that a `!` pattern cannot bring it back.
    pub excludes: Vec<String>,
    /// Files with such patterns, one a line, read after `excludes`. They too are relative to `/`, wherever the file lies.
    pub exclude_files: Vec<PathBuf>,
    /// Whether of a directory with a valid `CACHEDIR.TAG` (<https://bford.info/cachedir/>) only itself and the tag are kept.
    pub exclude_caches: bool,
    /// Whether a directory on another file system than its root is kept without its content.
    pub one_file_system: bool,
    /// Directories that are left out altogether, whichever path leads to them. One that does not exist is ignored.
    pub skip: Vec<PathBuf>,
}
