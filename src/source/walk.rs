//! The walk: one directory's names after the other, each a call for its facts, directories entered as they come.

use std::ffi::CStr;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{CWD, FileType, OFlags, Statx};
use rustix::io::Errno;

use super::error::{SourceError, shown};
use super::excludes::{CACHE_TAG, Rules, is_cache};
use super::facts::{self, Identity, facts_at, facts_of, file_type, identity, open_quietly};
use super::names::{Hint, Names};
use super::owners::Owners;
use super::roots::Roots;
use super::stack::{Level, Stack, joined, open_level};
use super::{Found, SourceOptions};
use crate::base::{PathError, TreePath, limits};
use crate::format::EntryKind;

/// How much one call that lists a directory brings, in bytes.
const LISTING_BYTES: usize = 64 * 1024;

/// Yields what lies at and below the roots, and the directories above them, in the order of the tree, each once.
///
/// An `Err` is about one path; the walk goes on after it. A symbolic link is an entry and is not followed, except on
/// the way down to a root: there the directory it points to is the entry.
#[derive(Debug)]
pub struct Walk {
    roots: Roots,
    rules: Rules,
    pub(super) stack: Stack,
    /// The directory that was yielded last, to go down into.
    descent: Option<Descent>,
    owners: Owners,
    buffer: Vec<u8>,
    left_out: LeftOut,
}

/// What is left out without a warning.
#[derive(Debug, Default)]
struct LeftOut {
    excluded: u64,
    sockets: u64,
    mount_points: u64,
    skipped: Vec<TreePath>,
}

/// A directory to go down into.
#[derive(Debug)]
struct Descent {
    identity: Identity,
    path: Vec<u8>,
    roots: Range<usize>,
    is_root: bool,
    full: bool,
    followed: bool,
    device: u64,
}

impl Walk {
    /// A walk over `roots`. A relative root is taken from the working directory, `.` and `..` are resolved by letters.
    ///
    /// # Errors
    /// If a root does not exist or is not reachable, or a pattern or a file of patterns cannot be understood.
    pub fn open(roots: &[PathBuf], options: &SourceOptions) -> Result<Self, SourceError> {
        let roots = Roots::find(roots)?;
        let (full, below) = roots.all();
        let mut descent = None;
        if full || !below.is_empty() {
            let facts = facts_at(CWD, c"/", false).map_err(|errno| SourceError::of(b"", errno))?;
            let identity = identity(&facts);
            let device = identity.device;
            let path = Vec::new();
            descent =
                Some(Descent { identity, path, roots: below, is_root: full, full, followed: false, device });
        }
        Ok(Self {
            roots,
            rules: Rules::new(options)?,
            stack: Stack::default(),
            descent,
            owners: Owners::default(),
            buffer: Vec::with_capacity(LISTING_BYTES),
            left_out: LeftOut::default(),
        })
    }

    /// How many names were left out by a pattern or for a cache tag. What lies below them is not counted.
    pub const fn excluded(&self) -> u64 {
        self.left_out.excluded
    }

    /// How many sockets were left out.
    pub const fn sockets_left_out(&self) -> u64 {
        self.left_out.sockets
    }

    /// How many directories were kept without their content because they are on another file system.
    pub const fn mount_points(&self) -> u64 {
        self.left_out.mount_points
    }

    /// Where directories were left out because they were to be skipped.
    pub fn skipped(&self) -> &[TreePath] {
        &self.left_out.skipped
    }
}

impl Iterator for Walk {
    type Item = Result<Found, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(descent) = self.descent.take()
                && let Err(error) = self.descend(descent)
            {
                return Some(Err(error));
            }
            let (level, _) = self.stack.top()?;
            let step =
                if level.at < level.names.len() { self.visit() } else { self.stack.leave().map(|()| None) };
            if let Some(item) = step.transpose() {
                return Some(item);
            }
        }
    }
}

impl Walk {
    /// Looks at the next name of the directory the walk is in. `None` if it is left out.
    fn visit(&mut self) -> Result<Option<Found>, SourceError> {
        let Some((level, above)) = self.stack.top() else { return Ok(None) };
        let at = level.at;
        level.at += 1;
        let level: &Level = level;
        let (Some((hint, name)), Some(directory)) = (level.names.get(at), &level.directory) else {
            return Ok(None);
        };
        let path = joined(above, name.to_bytes());
        let (is_root, roots) = if level.roots.is_empty() {
            (false, 0..0)
        } else {
            self.roots.behind(&level.roots, path.len() - name.count_bytes(), name.to_bytes())
        };
        let mut full = is_root || level.full;
        if full && !is_root && self.rules.exclude(directory, name, hint, &path) {
            self.left_out.excluded += 1;
            if roots.is_empty() {
                return Ok(None);
            }
            full = false;
        }
        let (facts, followed) =
            look(directory, name, &roots).map_err(|errno| SourceError::of(&path, errno))?;
        let Some(kind) = facts::entry_kind(file_type(&facts)) else {
            self.left_out.sockets += 1;
            return Ok(None);
        };
        let path = tree_path(path)?;
        let identity = identity(&facts);
        if kind == EntryKind::Directory {
            if self.rules.skip.contains(&identity) {
                self.left_out.skipped.push(path);
                return Ok(None);
            }
            let device = if is_root { identity.device } else { level.device };
            full &= !followed;
            if full && self.rules.one_file_system && identity.device != device {
                self.left_out.mount_points += 1;
                full = false;
            }
            if full || !roots.is_empty() {
                let path = path.as_bytes().to_vec();
                self.descent = Some(Descent { identity, path, roots, is_root, full, followed, device });
            }
        } else if !roots.is_empty() {
            return Err(SourceError::Changed { path: shown(path.as_bytes()) });
        }
        let entry = facts::entry(&facts, kind, path, &mut self.owners);
        Ok(Some(Found { entry, directory: Arc::clone(directory), identity, followed }))
    }

    /// Goes down into a directory. An error that leaves something to visit is returned after that was made ready.
    fn descend(&mut self, descent: Descent) -> Result<(), SourceError> {
        if self.stack.len() > limits::DEPTH_MAX {
            return Err(SourceError::TooDeep { path: shown(&descent.path) });
        }
        let fault = |errno| SourceError::of(&descent.path, errno);
        let Descent { mut full, roots, followed, device, .. } = descent;
        let mut trouble = Ok(());
        let opened = match self.open_below(&descent.path, full, followed) {
            // It cannot be listed, but what leads to a root need not be found by listing.
            Err(errno) if full && !roots.is_empty() => {
                (trouble, full) = (Err(fault(errno)), false);
                self.open_below(&descent.path, full, followed)
            }
            opened => opened,
        };
        let directory = opened.map_err(fault)?;
        if identity(&facts_of(&directory).map_err(fault)?) != descent.identity {
            return Err(SourceError::Changed { path: shown(&descent.path) });
        }
        let mut names = Names::default();
        if full {
            if let Err(errno) = names.read(&directory, &mut self.buffer) {
                trouble = Err(fault(errno));
            }
            names.sort();
            if self.rules.exclude_caches
                && !descent.is_root
                && names.find(CACHE_TAG).is_some()
                && is_cache(&directory)
            {
                self.left_out.excluded += names.keep_only(CACHE_TAG) as u64;
                full = false;
            }
        }
        if !roots.is_empty() {
            let prefix_bytes = if descent.path.is_empty() { 0 } else { descent.path.len() + 1 };
            for name in self.roots.names(&roots, prefix_bytes) {
                names.push(Hint::Unknown, name).map_err(fault)?;
            }
            names.sort();
        }
        let directory = Some(Arc::new(directory));
        let identity = descent.identity;
        let level = Level { directory, identity, names, at: 0, roots, full, followed, device, path_bytes: 0 };
        self.stack.push(level, &descent.path);
        trouble
    }

    /// Opens the directory at `path`, which is in the directory the walk is in, to be listed or only to be passed.
    fn open_below(&mut self, path: &[u8], listed: bool, follow: bool) -> Result<OwnedFd, Errno> {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let open = |above: BorrowedFd<'_>, name: &[u8]| {
            if listed {
                open_quietly(above, name, OFlags::DIRECTORY | OFlags::NOFOLLOW)
            } else {
                open_level(above, name, follow)
            }
        };
        loop {
            let opened = match self.stack.top() {
                None => open(CWD, b"/"),
                Some((Level { directory: Some(above), .. }, _)) => open(above.as_fd(), name),
                Some(_) => return Err(Errno::NOENT),
            };
            match opened {
                // Out of descriptors: some of them are ours.
                Err(Errno::MFILE | Errno::NFILE) if self.stack.close_all_but(1) => {}
                opened => return opened,
            }
        }
    }
}

/// The facts about a name. A symbolic link is followed if there are roots behind it, and that is said.
fn look(directory: &OwnedFd, name: &CStr, roots: &Range<usize>) -> Result<(Statx, bool), Errno> {
    let facts = facts_at(directory, name, false)?;
    if !roots.is_empty() && file_type(&facts) == FileType::Symlink {
        return Ok((facts_at(directory, name, true)?, true));
    }
    Ok((facts, false))
}

fn tree_path(path: Vec<u8>) -> Result<TreePath, SourceError> {
    if path.len() > limits::PATH_BYTES_MAX {
        return Err(SourceError::TooLong { path: shown(&path) });
    }
    TreePath::new(path).map_err(|error| {
        // No directory of this system lists such a name.
        let path = match &error {
            PathError::EmptyName(path) | PathError::Dots(path) | PathError::Zero(path) => format!("/{path}"),
            PathError::Long(_) => String::new(),
        };
        SourceError::Unreadable { path, source: io::Error::new(io::ErrorKind::InvalidData, error) }
    })
}
