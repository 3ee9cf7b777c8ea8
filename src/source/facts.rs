//! What the system says about a file, and the entry that is made of it. Calls are relative to an open directory.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Statx, StatxFlags};
use rustix::io::{Errno, retry_on_intr};
use rustix::path::Arg;

use super::owners::Owners;
use crate::base::{Timestamp, TreePath};
use crate::format::{Entry, EntryKind};

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub device: u64,
    pub inode: u64,
}

/// The facts about `name` in `directory`, or of what it points to if `follow` is set.
pub(super) fn facts_at<N: Arg + Copy>(directory: impl AsFd, name: N, follow: bool) -> Result<Statx, Errno> {
    let directory = directory.as_fd();
    let link = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    let flags = link | AtFlags::NO_AUTOMOUNT;
    retry_on_intr(|| rustix::fs::statx(directory, name, flags, StatxFlags::BASIC_STATS))
}

/// The facts about an open file.
pub(super) fn facts_of(file: &OwnedFd) -> Result<Statx, Errno> {
    let empty: &CStr = c"";
    retry_on_intr(|| rustix::fs::statx(file, empty, AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS))
}

/// Opens `name` in `directory` for reading, without touching its access time where the system allows that.
pub(super) fn open_quietly<N: Arg + Copy>(
    directory: impl AsFd,
    name: N,
    flags: OFlags,
) -> Result<OwnedFd, Errno> {
    let directory = directory.as_fd();
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
    let open = |flags| retry_on_intr(|| rustix::fs::openat(directory, name, flags, Mode::empty()));
    match open(flags | OFlags::NOATIME) {
        Err(Errno::PERM) => open(flags),
        opened => opened,
    }
}

/// Which file `facts` are about.
pub(super) fn identity(facts: &Statx) -> Identity {
    let device = rustix::fs::makedev(facts.stx_dev_major, facts.stx_dev_minor);
    Identity { device, inode: facts.stx_ino }
}

/// The kind in `facts`.
pub(super) fn file_type(facts: &Statx) -> FileType {
    FileType::from_raw_mode(facts.stx_mode.into())
}

/// The kind of entry for `kind`; `None` for a socket, which is nothing that could be kept.
pub(super) const fn entry_kind(kind: FileType) -> Option<EntryKind> {
    match kind {
        FileType::RegularFile => Some(EntryKind::File),
        FileType::Directory => Some(EntryKind::Directory),
        FileType::Symlink => Some(EntryKind::Symlink),
        FileType::Fifo => Some(EntryKind::Fifo),
        FileType::CharacterDevice => Some(EntryKind::CharDevice),
        FileType::BlockDevice => Some(EntryKind::BlockDevice),
        FileType::Socket | FileType::Unknown => None,
    }
}

/// When the content was last modified.
pub(super) const fn mtime(facts: &Statx) -> Timestamp {
    Timestamp::new(facts.stx_mtime.tv_sec, facts.stx_mtime.tv_nsec)
}

/// When content or metadata were last changed.
pub(super) const fn ctime(facts: &Statx) -> Timestamp {
    Timestamp::new(facts.stx_ctime.tv_sec, facts.stx_ctime.tv_nsec)
}

/// The entry without what takes further calls: attributes, link target, content.
pub(super) fn entry(facts: &Statx, kind: EntryKind, path: TreePath, owners: &mut Owners) -> Entry {
    let is_file = kind == EntryKind::File;
    let links = if is_file { u64::from(facts.stx_nlink).max(1) } else { 1 };
    let is_device = matches!(kind, EntryKind::CharDevice | EntryKind::BlockDevice);
    Entry {
        path,
        kind,
        mode: u32::from(facts.stx_mode) & 0o7777,
        uid: facts.stx_uid,
        gid: facts.stx_gid,
        user: owners.user(facts.stx_uid),
        group: owners.group(facts.stx_gid),
        mtime: mtime(facts),
        ctime: ctime(facts),
        inode: facts.stx_ino,
        device: if links > 1 { identity(facts).device } else { 0 },
        links,
        size: if is_file { facts.stx_size } else { 0 },
        link_target: None,
        device_number: is_device.then_some((facts.stx_rdev_major, facts.stx_rdev_minor)),
        xattrs: Vec::new(),
        content: None,
        compressed: None,
        torn: false,
    }
}
