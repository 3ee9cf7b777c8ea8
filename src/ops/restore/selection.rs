//! What of a snapshot is restored, and where it goes.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::base::TreePath;
use crate::format::{Entry, EntryKind};
use crate::ops::OpsError;

/// What is restored.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only what lies at or below this path; its content then lies directly in the target.
    pub subtree: Option<TreePath>,
    /// Only what matches; everything without one.
    pub include: Option<Gitignore>,
    /// Nothing that matches.
    pub exclude: Option<Gitignore>,
    /// Bytes there are, for progress.
    pub bytes_total: Option<u64>,
}

impl Selection {
    /// A selection of `subtree` with patterns in gitignore syntax, relative to it.
    ///
    /// # Errors
    /// [`OpsError::Request`] for a pattern that is none.
    pub fn new(subtree: Option<TreePath>, include: &[String], exclude: &[String]) -> Result<Self, OpsError> {
        Ok(Self { subtree, include: patterns(include)?, exclude: patterns(exclude)?, bytes_total: None })
    }

    /// Whether patterns narrow it.
    pub const fn is_filtered(&self) -> bool {
        self.include.is_some() || self.exclude.is_some()
    }

    /// Whether nothing at or after this path can belong to it.
    pub fn is_past(&self, path: &TreePath) -> bool {
        self.subtree.as_ref().is_some_and(|subtree| !path.is_within(subtree))
    }

    /// Whether all of it is before this path.
    pub fn ends_before(&self, path: &TreePath) -> bool {
        self.subtree.as_ref().is_some_and(|subtree| path > subtree && !path.is_within(subtree))
    }

    /// Where the entry goes in the target; `None` for the directory whose content is restored.
    ///
    /// # Errors
    /// Never in practice: what is left of a path is one.
    pub fn place(&self, entry: &Entry) -> Result<Option<TreePath>, OpsError> {
        let Some(subtree) = &self.subtree else { return Ok(Some(entry.path.clone())) };
        match entry.path.below(subtree) {
            Some([]) if entry.kind == EntryKind::Directory => Ok(None),
            Some([]) => Ok(Some(TreePath::new(entry.path.name())?)),
            Some(below) => Ok(Some(TreePath::new(below)?)),
            None => Ok(None),
        }
    }

    /// Whether patterns let the entry through.
    pub fn is_chosen(&self, entry: &Entry) -> bool {
        if !self.is_filtered() {
            return true;
        }
        let path = as_path(&entry.path);
        let is_directory = entry.kind == EntryKind::Directory;
        let matches =
            |patterns: &Gitignore| patterns.matched_path_or_any_parents(path, is_directory).is_ignore();
        self.include.as_ref().is_none_or(matches) && !self.exclude.as_ref().is_some_and(matches)
    }
}

fn as_path(path: &TreePath) -> &std::path::Path {
    std::path::Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(path.as_bytes()))
}

fn patterns(lines: &[String]) -> Result<Option<Gitignore>, OpsError> {
    if lines.is_empty() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new("");
    for line in lines {
        builder
            .add_line(None, line)
            .map_err(|error| OpsError::Request(format!("pattern {line:?}: {error}")))?;
    }
    builder.build().map(Some).map_err(|error| OpsError::Request(error.to_string()))
}
