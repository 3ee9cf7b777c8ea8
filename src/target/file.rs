//! Regular files: written in any order by several threads, and in their place only when they are whole.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::beneath::split;
use super::metadata::{Inode, MetadataLoss};
use super::root::{Made, entry_kind};
use super::{DirectoryTarget, Plan, TargetError};
use crate::base::TreePath;
use crate::format::{Entry, EntryKind};

/// The largest offset a file has.
const FILE_BYTES_MAX: u64 = i64::MAX.cast_unsigned();

/// A regular file that is being written.
///
/// Where something is replaced, the old content stays until [`Self::finish`]. A writer that is dropped before takes
/// away what it made. Each holds a descriptor: the caller limits how many there are.
#[derive(Debug)]
pub struct FileWriter {
    target: DirectoryTarget,
    fd: OwnedFd,
    made: Made,
    /// Where the last written byte ends: how long the file is.
    end: AtomicU64,
}

impl DirectoryTarget {
    /// An empty file of mode 0600 that becomes `at`; missing directories above it are made.
    ///
    /// # Errors
    /// [`TargetError::InTheWay`] if something came there after it was planned, and for [`Plan::Keep`];
    /// [`TargetError`] otherwise.
    pub fn file(&self, at: &TreePath, entry: &Entry, plan: Plan) -> Result<FileWriter, TargetError> {
        if entry.kind != EntryKind::File {
            return Err(TargetError::Malformed { at: at.clone(), what: "entry is not a regular file" });
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let (made, fd) = self.make(at, plan, |parent, name| {
            rustix::fs::openat(&parent.fd, name, flags, Mode::RUSR | Mode::WUSR)
        })?;
        Ok(FileWriter { target: self.clone(), fd, made, end: AtomicU64::new(0) })
    }

    /// The regular file `at`, open for reading, so that what was restored can be compared.
    ///
    /// # Errors
    /// [`TargetError::Escapes`] if it or something above is a link, `InTheWay` if it is not a regular file.
    pub fn open_file(&self, at: &TreePath) -> Result<File, TargetError> {
        let failed = |errno| TargetError::call(at, errno);
        let (parent, name) = split(at.as_bytes());
        let parent = self.beneath().directory(parent).map_err(|errno| TargetError::path(at, errno))?;
        // Opening a device can do things, so it is not even opened to find out what it is.
        let stat = rustix::fs::statat(&parent.fd, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
        match entry_kind(stat.st_mode) {
            Some(EntryKind::File) => {}
            Some(EntryKind::Symlink) => return Err(TargetError::Escapes { at: at.clone() }),
            _ => return Err(TargetError::InTheWay { at: at.clone() }),
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&parent.fd, name, flags, Mode::empty()).map_err(failed)?;
        let opened = rustix::fs::fstat(&fd).map_err(failed)?;
        if entry_kind(opened.st_mode) != Some(EntryKind::File) {
            return Err(TargetError::InTheWay { at: at.clone() });
        }
        Ok(File::from(fd))
    }
}

impl FileWriter {
    /// `bytes` stand at `offset` afterwards. What nobody writes is a hole.
    ///
    /// # Errors
    /// [`TargetError::NoSpace`] if the file system is full or the file would be longer than one can be;
    /// [`TargetError`] otherwise. Some of the bytes may have been written.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), TargetError> {
        let end = offset.checked_add(bytes.len() as u64).filter(|end| *end <= FILE_BYTES_MAX);
        let end = end.ok_or_else(|| TargetError::NoSpace { at: self.made.at.clone() })?;
        let (mut left, mut at) = (bytes, offset);
        while !left.is_empty() {
            let written = match rustix::io::pwrite(&self.fd, left, at) {
                Err(Errno::INTR) => continue,
                other => other.map_err(|errno| TargetError::call(&self.made.at, errno))?,
            };
            if written == 0 {
                let source = io::ErrorKind::WriteZero.into();
                return Err(TargetError::Io { at: self.made.at.clone(), source });
            }
            left = left.get(written..).unwrap_or_default();
            at += written as u64;
        }
        self.end.fetch_max(end, Ordering::Relaxed);
        Ok(())
    }

    /// The file has the length and all metadata of `entry` and stands in its place; what was there before is gone,
    /// in one step. Returns what metadata could not be set.
    ///
    /// # Errors
    /// [`TargetError`] if it cannot get its length, be made durable ([`super::TargetOptions::sync`]) or be renamed;
    /// then it is removed, and what was there before stays.
    pub fn finish(self, entry: &Entry) -> Result<Vec<MetadataLoss>, TargetError> {
        let Self { target, fd, made, end } = self;
        let failed = |errno| TargetError::call(&made.at, errno);
        if entry.size > FILE_BYTES_MAX {
            return Err(TargetError::NoSpace { at: made.at.clone() });
        }
        if end.into_inner() != entry.size {
            rustix::fs::ftruncate(&fd, entry.size).map_err(failed)?;
        }
        let inode = Inode {
            at: &made.at,
            fd: fd.as_fd(),
            opened: true,
            uid: Some(target.uid()),
            gid: target.gid_in(&made.parent),
            inherited_acl: made.parent.default_acl,
        };
        let losses = target.set_metadata(&inode, entry);
        if target.options().sync {
            rustix::fs::fsync(&fd).map_err(failed)?;
        }
        made.place(target.beneath())?;
        Ok(losses)
    }
}
