//! Everything about an inode besides its bytes: owner, mode, extended attributes, times, in the order that keeps them.
//!
//! A change of owner takes setuid bits and capabilities away, so it comes first; `user.` attributes need a file that
//! may be written, so they come before the mode; access lists change the mode's group bits, so they come after it;
//! every one of them may touch the times, which come last. What cannot be set is told and is not an error: the bytes
//! are there.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, CWD, Gid, Mode, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags};
use rustix::io::Errno;

use super::TargetOptions;
use super::beneath::proc_path;
use super::owners::Owners;
use crate::base::{Timestamp, TreePath, escape};
use crate::format::{Entry, EntryKind};

const SETUID: u32 = 0o4000;
const SETGID: u32 = 0o2000;
const ACCESS_ACL: &[u8] = b"system.posix_acl_access";
const CAPABILITY: &[u8] = b"security.capability";

/// A kind of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metadata {
    /// The owner.
    Owner,
    /// The group.
    Group,
    /// Setuid and setgid bits and file capabilities.
    SetId,
    /// Permission bits.
    Mode,
    /// An access control list.
    Acl,
    /// Another extended attribute.
    Xattr,
    /// The modification time.
    Times,
}

/// Metadata that could not be set, or was left out on purpose.
#[derive(Debug)]
pub struct MetadataLoss {
    /// Of what.
    pub at: TreePath,
    /// What.
    pub what: Metadata,
    /// The name of the attribute, escaped, where there is one.
    pub name: Option<String>,
    /// What the system said; `None` where it was left out on purpose.
    pub source: Option<io::Error>,
}

impl fmt::Display for MetadataLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Metadata::Owner => "owner",
            Metadata::Group => "group",
            Metadata::SetId => "setuid, setgid or capability",
            Metadata::Mode => "mode",
            Metadata::Acl => "access control list",
            Metadata::Xattr => "extended attribute",
            Metadata::Times => "modification time",
        };
        write!(f, "{}: {what}", self.at)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        match &self.source {
            Some(source) => write!(f, " not set: {source}"),
            None => f.write_str(" left out"),
        }
    }
}

/// An inode that is to get its metadata.
pub(super) struct Inode<'a> {
    /// Where it is, for what is told.
    pub at: &'a TreePath,
    /// The inode itself, never a name that could have changed its meaning.
    pub fd: BorrowedFd<'a>,
    /// Whether `fd` is open as the file; else it is `O_PATH`.
    pub opened: bool,
    /// Its owner and group now, where that is known.
    pub uid: Option<u32>,
    /// See `uid`.
    pub gid: Option<u32>,
    /// Whether it may have an access list that the entry does not know of.
    pub inherited_acl: bool,
}

impl Inode<'_> {
    /// Sets all metadata of `entry` and tells what is lost.
    pub fn set(&self, entry: &Entry, options: &TargetOptions, owners: &Owners) -> Vec<MetadataLoss> {
        let mut losses = Losses { at: self.at, list: Vec::new() };
        let owned = self.set_owner(entry, options, owners, &mut losses);
        if options.xattrs {
            self.set_xattrs(entry, options, false, &mut losses);
        }
        if entry.kind != EntryKind::Symlink {
            let mode = self.kept_mode(entry, options, owned, &mut losses);
            losses.note(Metadata::Mode, None, self.chmod(mode));
        }
        if options.xattrs {
            if self.inherited_acl && !entry.xattrs.iter().any(|(name, _)| name == ACCESS_ACL) {
                losses.note(Metadata::Acl, None, self.remove_xattr(ACCESS_ACL));
            }
            self.set_xattrs(entry, options, true, &mut losses);
        }
        losses.note(Metadata::Times, None, self.set_mtime(entry.mtime));
        losses.list
    }

    /// Whether owner and group are those of the entry afterwards.
    fn set_owner(
        &self,
        entry: &Entry,
        options: &TargetOptions,
        owners: &Owners,
        losses: &mut Losses<'_>,
    ) -> (bool, bool) {
        let (uid, gid) = owners.of(entry);
        let is = (self.uid == Some(uid), self.gid == Some(gid));
        if !options.owner || is == (true, true) {
            return is;
        }
        // All bits set mean "leave it" to the system.
        let user = (!is.0 && uid != u32::MAX).then(|| Uid::from_raw(uid));
        let group = (!is.1 && gid != u32::MAX).then(|| Gid::from_raw(gid));
        let whole = self.chown(user, group);
        let (user_set, group_set) = match whole {
            Err(_) if user.is_some() && group.is_some() => (whole, self.chown(None, group)),
            other => (other, other),
        };
        let refused = |number| if number == u32::MAX { Err(Errno::INVAL) } else { Ok(()) };
        let user_set = if is.0 { Ok(()) } else { refused(uid).and(user_set) };
        let group_set = if is.1 { Ok(()) } else { refused(gid).and(group_set) };
        losses.note(Metadata::Owner, None, user_set);
        losses.note(Metadata::Group, None, group_set);
        (user_set.is_ok(), group_set.is_ok())
    }

    /// The mode without the bits that would let the wrong people run it.
    fn kept_mode(
        &self,
        entry: &Entry,
        options: &TargetOptions,
        (user, group): (bool, bool),
        losses: &mut Losses<'_>,
    ) -> u32 {
        let mut left_out = 0;
        if !options.setid || !user {
            left_out |= SETUID;
        }
        if !options.setid || !group {
            left_out |= SETGID;
        }
        if entry.mode & left_out != 0 {
            losses.left_out(Metadata::SetId, None);
        }
        entry.mode & 0o7777 & !left_out
    }

    /// The attributes that are access lists, or those that are not.
    fn set_xattrs(&self, entry: &Entry, options: &TargetOptions, acls: bool, losses: &mut Losses<'_>) {
        for (name, value) in entry.xattrs.iter().filter(|(name, _)| is_acl(name) == acls) {
            if name == CAPABILITY && !options.setid {
                losses.left_out(Metadata::SetId, Some(name));
                continue;
            }
            let what = if acls { Metadata::Acl } else { Metadata::Xattr };
            losses.note(what, Some(name), self.set_xattr(name, value));
        }
    }

    fn chown(&self, user: Option<Uid>, group: Option<Gid>) -> Result<(), Errno> {
        if user.is_none() && group.is_none() {
            return Ok(());
        }
        if self.opened {
            return rustix::fs::fchown(self.fd, user, group);
        }
        rustix::fs::chownat(self.fd, c"", user, group, AtFlags::EMPTY_PATH)
    }

    fn chmod(&self, mode: u32) -> Result<(), Errno> {
        let mode = Mode::from_raw_mode(mode);
        if self.opened {
            return rustix::fs::fchmod(self.fd, mode);
        }
        rustix::fs::chmod(proc_path(self.fd), mode)
    }

    fn set_xattr(&self, name: &[u8], value: &[u8]) -> Result<(), Errno> {
        if self.opened {
            return rustix::fs::fsetxattr(self.fd, name, value, XattrFlags::empty());
        }
        rustix::fs::setxattr(proc_path(self.fd), name, value, XattrFlags::empty())
    }

    /// The attribute is not there afterwards.
    fn remove_xattr(&self, name: &[u8]) -> Result<(), Errno> {
        let removed = if self.opened {
            rustix::fs::fremovexattr(self.fd, name)
        } else {
            rustix::fs::removexattr(proc_path(self.fd), name)
        };
        match removed {
            Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(()),
            other => other,
        }
    }

    fn set_mtime(&self, mtime: Timestamp) -> Result<(), Errno> {
        // Larger nanoseconds have meanings of their own to the system.
        let mtime = Timestamp::new(mtime.seconds, mtime.nanos);
        let times = Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec: mtime.seconds, tv_nsec: mtime.nanos.into() },
        };
        if self.opened {
            return rustix::fs::futimens(self.fd, &times);
        }
        match rustix::fs::utimensat(self.fd, c"", &times, AtFlags::EMPTY_PATH) {
            // Before Linux 5.8.
            Err(Errno::INVAL) => rustix::fs::utimensat(CWD, proc_path(self.fd), &times, AtFlags::empty()),
            other => other,
        }
    }

    /// Takes away the access lists and `user.` attributes that the entry does not have: for directories that were
    /// there before. Needs an inode that is opened as the file.
    pub fn remove_other_xattrs(&self, entry: &Entry) -> Result<(), Errno> {
        let mut names = vec![0; rustix::fs::flistxattr_query(self.fd)?];
        if names.is_empty() {
            return Ok(());
        }
        let bytes = rustix::fs::flistxattr(self.fd, names.as_mut_slice())?;
        names.truncate(bytes);
        let others = names.split(|byte| *byte == 0).filter(|name| is_acl(name) || name.starts_with(b"user."));
        for name in others.filter(|name| !entry.xattrs.iter().any(|(kept, _)| kept == name)) {
            self.remove_xattr(name)?;
        }
        Ok(())
    }
}

fn is_acl(name: &[u8]) -> bool {
    name.starts_with(b"system.posix_acl_")
}

/// What was lost of one inode so far.
struct Losses<'a> {
    at: &'a TreePath,
    list: Vec<MetadataLoss>,
}

impl Losses<'_> {
    fn note(&mut self, what: Metadata, name: Option<&[u8]>, set: Result<(), Errno>) {
        if let Err(errno) = set {
            let (at, name) = (self.at.clone(), name.map(escape));
            self.list.push(MetadataLoss { at, what, name, source: Some(errno.into()) });
        }
    }

    fn left_out(&mut self, what: Metadata, name: Option<&[u8]>) {
        self.list.push(MetadataLoss { at: self.at.clone(), what, name: name.map(escape), source: None });
    }
}
