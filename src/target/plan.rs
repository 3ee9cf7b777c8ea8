//! What is to be done about an entry, from what is there now. Nothing is changed.

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat, major, minor};
use rustix::io::Errno;

use super::beneath::{Directory, split};
use super::root::entry_kind;
use super::{DirectoryTarget, Overwrite, TargetError};
use crate::base::{Timestamp, TreePath};
use crate::format::{Entry, EntryKind};

/// What is to be done about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing is there: make it.
    Create,
    /// Make it and put it in the place of what is there.
    Replace,
    /// Leave what is there; a directory stays and is gone into.
    Keep,
}

/// What lies where an entry shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    /// `None`: something no entry can be (a socket).
    kind: Option<EntryKind>,
    size: u64,
    mtime: Timestamp,
    device_number: (u32, u32),
    link_target: Option<Vec<u8>>,
}

impl DirectoryTarget {
    /// What is to be done about `entry` at `at`, by what is there now and [`super::TargetOptions::overwrite`].
    ///
    /// Everything above `at` should have been made already: nothing can be said about what lies below a thing that is
    /// itself about to be replaced.
    ///
    /// # Errors
    /// [`TargetError::InTheWay`] if a directory that is not empty would have to be replaced, or something above is
    /// not a directory; [`TargetError::Escapes`] if something above is a link; [`TargetError::DeviceRefused`].
    pub fn plan(&self, at: &TreePath, entry: &Entry) -> Result<Plan, TargetError> {
        self.device_allowed(at, entry)?;
        let overwrite = self.options().overwrite;
        let (parent, name) = split(at.as_bytes());
        let parent = match self.beneath().directory(parent) {
            Err(Errno::NOENT) => return Ok(Plan::Create),
            other => other.map_err(|errno| TargetError::path(at, errno))?,
        };
        let found = match rustix::fs::statat(&parent.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(Plan::Create),
            other => Found::new(&other.map_err(|errno| TargetError::call(at, errno))?),
        };
        let found = with_link_target(found, &parent, name, entry, overwrite)
            .map_err(|errno| TargetError::call(at, errno))?;
        let plan = decide(overwrite, entry, &found);
        if plan == Plan::Replace && found.kind == Some(EntryKind::Directory) {
            match is_empty(&parent, name).map_err(|errno| TargetError::call(at, errno))? {
                true => {}
                false => return Err(TargetError::InTheWay { at: at.clone() }),
            }
        }
        Ok(plan)
    }
}

/// What is done about `entry` where `found` lies.
fn decide(overwrite: Overwrite, entry: &Entry, found: &Found) -> Plan {
    let same_kind = found.kind == Some(entry.kind);
    let unchanged = match entry.kind {
        EntryKind::Directory | EntryKind::Fifo => true,
        EntryKind::File => found.size == entry.size && found.mtime == entry.mtime,
        EntryKind::Symlink => found.link_target == entry.link_target,
        EntryKind::CharDevice | EntryKind::BlockDevice => entry.device_number == Some(found.device_number),
    };
    match overwrite {
        Overwrite::Never => Plan::Keep,
        _ if same_kind && entry.kind == EntryKind::Directory => Plan::Keep,
        Overwrite::IfChanged if same_kind && unchanged => Plan::Keep,
        Overwrite::IfChanged | Overwrite::Always => Plan::Replace,
    }
}

impl Found {
    fn new(stat: &Stat) -> Self {
        Self {
            kind: entry_kind(stat.st_mode),
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            mtime: Timestamp::new(stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or_default()),
            device_number: (major(stat.st_rdev), minor(stat.st_rdev)),
            link_target: None,
        }
    }
}

/// `found` with where it points to, if that matters.
fn with_link_target(
    mut found: Found,
    parent: &Directory,
    name: &[u8],
    entry: &Entry,
    overwrite: Overwrite,
) -> Result<Found, Errno> {
    let both_links = found.kind == Some(EntryKind::Symlink) && entry.kind == EntryKind::Symlink;
    if both_links && overwrite == Overwrite::IfChanged {
        found.link_target = Some(rustix::fs::readlinkat(&parent.fd, name, Vec::new())?.into_bytes());
    }
    Ok(found)
}

fn is_empty(parent: &Directory, name: &[u8]) -> Result<bool, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let names = Dir::new(rustix::fs::openat(&parent.fd, name, flags, Mode::empty())?)?;
    for name in names {
        if !matches!(name?.file_name().to_bytes(), b"." | b"..") {
            return Ok(false);
        }
    }
    Ok(true)
}
