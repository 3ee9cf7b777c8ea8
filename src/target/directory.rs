//! Directories: made open for writing, finished when everything inside is done.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::beneath::{Directory, proc_path};
use super::metadata::{Inode, Metadata, MetadataLoss};
use super::root::entry_kind;
use super::{DirectoryTarget, Overwrite, Plan, TargetError};
use crate::base::TreePath;
use crate::format::{Entry, EntryKind};

impl DirectoryTarget {
    /// The directory `at` is there afterwards and can be written into; missing ones above it are made (0700).
    ///
    /// Its own metadata comes with [`Self::finish_directory`]. With [`Plan::Keep`] nothing happens to a directory that
    /// can be written into, and with [`Overwrite::Never`] nothing at all.
    ///
    /// # Errors
    /// [`TargetError`], e.g. `InTheWay` if something else came there.
    pub fn directory(&self, at: &TreePath, entry: &Entry, plan: Plan) -> Result<(), TargetError> {
        is_directory(at, entry)?;
        if plan == Plan::Keep {
            return self.make_writable(at);
        }
        self.in_parent(at, |parent, name| {
            if plan == Plan::Replace {
                match rustix::fs::unlinkat(&parent.fd, name, AtFlags::empty()) {
                    Ok(()) | Err(Errno::NOENT | Errno::ISDIR) => {}
                    Err(errno) => return Err(errno),
                }
            }
            match rustix::fs::mkdirat(&parent.fd, name, Mode::RWXU) {
                // Another thread needed it for something inside.
                Err(Errno::EXIST) if stands(parent, name) => Ok(()),
                other => other,
            }
        })
    }

    /// Gives the directory `at` its owner, mode, attributes and times; access lists and `user.` attributes the entry
    /// does not have are taken away. To be called when everything inside is done, the deepest first. Returns what
    /// could not be set.
    ///
    /// # Errors
    /// [`TargetError`] if there is no directory any more, or it cannot be made durable.
    pub fn finish_directory(&self, at: &TreePath, entry: &Entry) -> Result<Vec<MetadataLoss>, TargetError> {
        self.finish_at(at.as_bytes(), at, entry)
    }

    /// The same for the root of the target, which gets what `entry` had.
    ///
    /// # Errors
    /// Those of [`Self::finish_directory`].
    pub fn finish_root(&self, entry: &Entry) -> Result<Vec<MetadataLoss>, TargetError> {
        self.finish_at(b"", &entry.path, entry)
    }

    fn finish_at(
        &self,
        place: &[u8],
        at: &TreePath,
        entry: &Entry,
    ) -> Result<Vec<MetadataLoss>, TargetError> {
        is_directory(at, entry)?;
        let (fd, opened) = match self.beneath().open(place, OFlags::RDONLY) {
            Err(Errno::ACCESS) => (self.beneath().open(place, OFlags::PATH), false),
            other => (other, true),
        };
        let fd = fd.map_err(|errno| TargetError::path(at, errno))?;
        let stat = rustix::fs::fstat(&fd).map_err(|errno| TargetError::call(at, errno))?;
        let (uid, gid) = (Some(stat.st_uid), Some(stat.st_gid));
        let inode = Inode { at, fd: fd.as_fd(), opened, uid, gid, inherited_acl: false };
        let mut losses = Vec::new();
        if self.options().xattrs
            && opened
            && let Err(errno) = inode.remove_other_xattrs(entry)
        {
            let source = Some(errno.into());
            losses.push(MetadataLoss { at: at.clone(), what: Metadata::Xattr, name: None, source });
        }
        losses.extend(self.set_metadata(&inode, entry));
        if self.options().sync && opened {
            rustix::fs::fsync(&fd).map_err(|errno| TargetError::call(at, errno))?;
        }
        Ok(losses)
    }

    /// A directory that was there may lack its owner's rights; root needs none.
    fn make_writable(&self, at: &TreePath) -> Result<(), TargetError> {
        if self.uid() == 0 || self.options().overwrite == Overwrite::Never {
            return Ok(());
        }
        let fd =
            self.beneath().open(at.as_bytes(), OFlags::PATH).map_err(|errno| TargetError::path(at, errno))?;
        let stat = rustix::fs::fstat(&fd).map_err(|errno| TargetError::call(at, errno))?;
        let mode = Mode::from_raw_mode(stat.st_mode);
        if stat.st_uid == self.uid() && !mode.contains(Mode::RWXU) {
            // Where this is not possible, the first file inside tells.
            let _ = rustix::fs::chmod(proc_path(fd.as_fd()), mode | Mode::RWXU);
        }
        Ok(())
    }
}

fn is_directory(at: &TreePath, entry: &Entry) -> Result<(), TargetError> {
    let what = "entry is not a directory";
    if entry.kind == EntryKind::Directory {
        Ok(())
    } else {
        Err(TargetError::Malformed { at: at.clone(), what })
    }
}

fn stands(parent: &Directory, name: &[u8]) -> bool {
    rustix::fs::statat(&parent.fd, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| entry_kind(stat.st_mode) == Some(EntryKind::Directory))
}
