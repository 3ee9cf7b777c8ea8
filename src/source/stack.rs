//! The directories a walk is in, from `/` down. Only the deepest of them are kept open.

use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::error::{SourceError, shown};
use super::facts::{Identity, facts_of, identity};
use super::names::Names;
use crate::base::limits::DIRECTORIES_OPEN_MAX;

/// A directory a walk is in.
#[derive(Debug)]
pub(super) struct Level {
    /// The open directory; `None` while it is closed.
    pub directory: Option<Arc<OwnedFd>>,
    pub identity: Identity,
    /// What is there to visit, sorted.
    pub names: Names,
    /// The next of them.
    pub at: usize,
    /// The roots below this directory.
    pub roots: Range<usize>,
    /// Whether all that is in it is wanted, and not only what leads to a root.
    pub full: bool,
    /// Whether a symbolic link was followed to get here, as on the way to a root.
    pub followed: bool,
    /// The device of the root this belongs to.
    pub device: u64,
    /// How much of the stack's path is this directory's. Set by [`Stack::push`].
    pub path_bytes: usize,
}

/// The directories from `/` down to where the walk is, and the path of the last one.
///
/// The topmost stays open; of the others those from `first_open` on.
#[derive(Debug, Default)]
pub(super) struct Stack {
    levels: Vec<Level>,
    path: Vec<u8>,
    first_open: usize,
}

impl Stack {
    /// How many directories there are, `/` included.
    pub const fn len(&self) -> usize {
        self.levels.len()
    }

    /// How many directories are open.
    #[cfg(test)]
    pub fn open_count(&self) -> usize {
        self.levels.iter().filter(|level| level.directory.is_some()).count()
    }

    /// The directory the walk is in, and its path.
    pub fn top(&mut self) -> Option<(&mut Level, &[u8])> {
        self.levels.last_mut().map(|level| (level, self.path.as_slice()))
    }

    /// Goes down into `level`, whose path is `path`.
    pub fn push(&mut self, mut level: Level, path: &[u8]) {
        self.path.clear();
        self.path.extend_from_slice(path);
        level.path_bytes = path.len();
        self.levels.push(level);
        self.first_open = self.first_open.max(1);
        self.close_all_but(DIRECTORIES_OPEN_MAX);
    }

    /// Closes the upper directories, so that at most `count` besides the topmost are open. Says whether any was closed.
    pub fn close_all_but(&mut self, count: usize) -> bool {
        let until = self.levels.len().saturating_sub(count);
        let from = self.first_open.min(until);
        for level in self.levels.get_mut(from.max(1)..until).unwrap_or_default() {
            level.directory = None;
        }
        let closed = until > self.first_open;
        self.first_open = self.first_open.max(until);
        closed
    }

    /// Leaves the last directory for the one above, which is opened again if it was closed.
    ///
    /// # Errors
    /// If the one above is not to be found again: then what is left in it is given up.
    pub fn leave(&mut self) -> Result<(), SourceError> {
        let left = self.levels.pop().and_then(|level| level.directory);
        let Some(above) = self.levels.last() else { return Ok(()) };
        self.path.truncate(above.path_bytes);
        let at = self.levels.len() - 1;
        if at == 0 || at >= self.first_open {
            return Ok(());
        }
        self.first_open = at;
        let is_done = above.at >= above.names.len();
        match self.reopen(left.as_deref()) {
            Ok(directory) => {
                if let Some(above) = self.levels.last_mut() {
                    above.directory = Some(Arc::new(directory));
                }
                Ok(())
            }
            Err(_) if is_done => Ok(()),
            Err(errno) => Err(self.lost(errno)),
        }
    }

    /// Gives up the names that are left in the last directory.
    fn lost(&mut self, errno: Errno) -> SourceError {
        if let Some(level) = self.levels.last_mut() {
            level.at = level.names.len();
        }
        match errno {
            // The way down leads to another directory now.
            Errno::XDEV => SourceError::Changed { path: shown(&self.path) },
            errno => SourceError::of(&self.path, errno),
        }
    }

    /// Opens the last directory again: from the one below, or, should that have been moved, down from the top.
    fn reopen(&self, below: Option<&OwnedFd>) -> Result<OwnedFd, Errno> {
        let wanted = self.levels.last().map(|level| level.identity);
        let is_it =
            |directory: &OwnedFd| facts_of(directory).is_ok_and(|facts| Some(identity(&facts)) == wanted);
        if let Some(Ok(directory)) = below.map(|below| open_level(below, b"..", false))
            && is_it(&directory)
        {
            return Ok(directory);
        }
        let mut levels = self.levels.iter();
        let mut top = levels.next().and_then(|level| level.directory.clone()).ok_or(Errno::NOENT)?;
        let mut start = 0;
        for level in levels {
            let name = self.path.get(start..level.path_bytes).unwrap_or_default();
            top = Arc::new(open_level(&top, name, level.followed)?);
            start = level.path_bytes + 1;
        }
        if !is_it(&top) {
            return Err(Errno::XDEV);
        }
        Arc::into_inner(top).ok_or(Errno::NOENT)
    }
}

/// Opens a directory only to find what is in it, which takes no right to list it.
pub(super) fn open_level(directory: impl AsFd, name: &[u8], follow: bool) -> Result<OwnedFd, Errno> {
    let link = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let flags = link | OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    retry_on_intr(|| rustix::fs::openat(directory.as_fd(), name, flags, Mode::empty()))
}

/// The path of `name` in the directory at `path`.
pub(super) fn joined(path: &[u8], name: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(path.len() + 1 + name.len());
    joined.extend_from_slice(path);
    if !path.is_empty() {
        joined.push(b'/');
    }
    joined.extend_from_slice(name);
    joined
}
