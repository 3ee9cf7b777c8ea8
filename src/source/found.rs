//! An entry that was found, and the way to what is not read until it is asked for.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, Statx};
use rustix::io::{Errno, retry_on_intr};

use super::error::{SourceError, shown};
use super::facts::{self, Identity, facts_at, facts_of, file_type, identity, open_quietly};
use super::file::OpenFile;
use super::owners::Owners;
use super::xattrs::{self, Xattrs};
use crate::format::{Entry, EntryKind};

/// An entry as the walk found it. May be taken to another thread.
///
/// It keeps its directory open, so hold no more than a few hundred of them, or the process runs out of descriptors.
#[derive(Debug)]
pub struct Found {
    /// The entry. Attributes and link target are not there before [`Found::complete`], content never.
    pub entry: Entry,
    pub(super) directory: Arc<OwnedFd>,
    pub(super) identity: Identity,
    /// Whether the entry is what a symbolic link on the way to a root points to.
    pub(super) followed: bool,
}

impl Found {
    /// The entry has its extended attributes, sorted by name, and its link target.
    ///
    /// # Errors
    /// [`SourceError::Vanished`], [`SourceError::Changed`] if something else has its name now, or
    /// [`SourceError::Unreadable`]. Then the entry is as it was.
    pub fn complete(&mut self) -> Result<(), SourceError> {
        let (xattrs, target) = self.details().map_err(|errno| self.fault(errno))?;
        self.facts()?;
        self.entry.xattrs = xattrs;
        self.entry.link_target = target;
        Ok(())
    }

    /// The entry has the size, times, owner and mode that the file has now, and no attributes; for a second attempt at
    /// a file that changed while it was read.
    ///
    /// # Errors
    /// As [`Found::complete`].
    pub fn refresh(&mut self) -> Result<(), SourceError> {
        let facts = self.facts()?;
        let path = self.entry.path.clone();
        self.entry = facts::entry(&facts, self.entry.kind, path, &mut Owners::default());
        Ok(())
    }

    /// The content of a regular file.
    ///
    /// # Errors
    /// As [`Found::complete`]. What is not a regular file any more is refused and not read.
    pub fn open(&self) -> Result<OpenFile, SourceError> {
        if self.entry.kind != EntryKind::File {
            return Err(self.fault(Errno::INVAL));
        }
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = match open_quietly(&self.directory, self.entry.path.name(), flags) {
            Err(Errno::AGAIN) => self.open_leased(),
            opened => opened,
        };
        let file = file.map_err(|errno| self.fault(errno))?;
        let facts = facts_of(&file).map_err(|errno| self.fault(errno))?;
        self.check(&facts)?;
        Ok(OpenFile::new(file, &facts, self.entry.path.clone()))
    }

    /// Opens a file that another process holds a lease on, which takes waiting. To wait is safe only for a regular
    /// file, so that is made sure of first.
    fn open_leased(&self) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let name = self.entry.path.name();
        let place = retry_on_intr(|| rustix::fs::openat(&self.directory, name, flags, Mode::empty()))?;
        if identity(&facts_of(&place)?) != self.identity {
            return Err(Errno::LOOP);
        }
        let path = format!("/proc/self/fd/{}", place.as_raw_fd());
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        retry_on_intr(|| rustix::fs::open(path.as_str(), flags, Mode::empty()))
    }

    fn details(&self) -> Result<(Xattrs, Option<Vec<u8>>), Errno> {
        let name = self.entry.path.name();
        let target = match self.entry.kind {
            EntryKind::Symlink => {
                let target = rustix::fs::readlinkat(&self.directory, name, Vec::new());
                // It is something else by now that cannot be read as a link.
                Some(
                    target
                        .map_err(|errno| if errno == Errno::INVAL { Errno::LOOP } else { errno })?
                        .into_bytes(),
                )
            }
            _ => None,
        };
        // "link/." is the directory that the link points to.
        let name = if self.followed { [name, b"/."].concat() } else { name.to_vec() };
        let xattrs = match xattrs::read(&self.directory, &name) {
            Err(Errno::NOENT) if facts_at(&self.directory, name.as_slice(), false).is_ok() => {
                match self.entry.kind {
                    EntryKind::File | EntryKind::Directory => xattrs::read_open(&self.directory, &name)?,
                    _ => Vec::new(),
                }
            }
            xattrs => xattrs?,
        };
        Ok((xattrs, target))
    }

    /// The facts as they are now, if they still are about the same file.
    fn facts(&self) -> Result<Statx, SourceError> {
        let facts = facts_at(&self.directory, self.entry.path.name(), self.followed);
        let facts = facts.map_err(|errno| self.fault(errno))?;
        self.check(&facts)?;
        Ok(facts)
    }

    fn check(&self, facts: &Statx) -> Result<(), SourceError> {
        let kind = facts::entry_kind(file_type(facts));
        if identity(facts) == self.identity && kind == Some(self.entry.kind) {
            Ok(())
        } else {
            Err(SourceError::Changed { path: shown(self.entry.path.as_bytes()) })
        }
    }

    fn fault(&self, errno: Errno) -> SourceError {
        SourceError::of(self.entry.path.as_bytes(), errno)
    }
}
