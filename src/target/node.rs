//! What has no bytes of its own: hard links, symbolic links, named pipes and devices.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, Mode, makedev};
use rustix::io::Errno;

use super::beneath::{Directory, split};
use super::metadata::{Inode, MetadataLoss};
use super::root::entry_kind;
use super::{DirectoryTarget, Plan, TargetError};
use crate::base::TreePath;
use crate::format::{Entry, EntryKind};

impl DirectoryTarget {
    /// `at` is another name of the regular file `existing` of this target, which must be finished. Nothing is done
    /// with [`Plan::Keep`].
    ///
    /// # Errors
    /// [`TargetError::InTheWay`] naming `existing` if it is not a regular file; [`TargetError`] otherwise.
    pub fn hard_link(&self, at: &TreePath, existing: &TreePath, plan: Plan) -> Result<(), TargetError> {
        if plan == Plan::Keep {
            return Ok(());
        }
        let failed = |errno| TargetError::path(existing, errno);
        let (directory, old) = split(existing.as_bytes());
        let directory = self.beneath().directory(directory).map_err(failed)?;
        let file = rustix::fs::statat(&directory.fd, old, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
        if entry_kind(file.st_mode) != Some(EntryKind::File) {
            return Err(TargetError::InTheWay { at: existing.clone() });
        }
        // A rename over the same inode would do nothing and leave the temporary name.
        let is_already = |parent: &Directory, name: &[u8]| {
            rustix::fs::statat(&parent.fd, name, AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|there| (there.st_dev, there.st_ino) == (file.st_dev, file.st_ino))
        };
        if plan == Plan::Replace && self.in_parent(at, |parent, name| Ok(is_already(parent, name)))? {
            return Ok(());
        }
        let (made, ()) = self.make(at, plan, |parent, name| {
            rustix::fs::linkat(&directory.fd, old, &parent.fd, name, AtFlags::empty())
        })?;
        made.place(self.beneath())
    }

    /// The symbolic link `at` points where the entry says, as it stood; nobody looks what is there. Returns what
    /// metadata could not be set. Nothing is done with [`Plan::Keep`].
    ///
    /// # Errors
    /// [`TargetError::Malformed`] if the entry points nowhere; [`TargetError`] otherwise.
    pub fn symlink(
        &self,
        at: &TreePath,
        entry: &Entry,
        plan: Plan,
    ) -> Result<Vec<MetadataLoss>, TargetError> {
        let target = entry.link_target.as_deref().unwrap_or_default();
        if entry.kind != EntryKind::Symlink || target.is_empty() || target.contains(&0) {
            return Err(TargetError::Malformed { at: at.clone(), what: "link has no usable target" });
        }
        self.make_node(at, entry, plan, |parent, name| rustix::fs::symlinkat(target, &parent.fd, name))
    }

    /// The named pipe or device `at` is there. Returns what metadata could not be set. Nothing is done with
    /// [`Plan::Keep`].
    ///
    /// # Errors
    /// [`TargetError::DeviceRefused`] for a device without [`super::TargetOptions::devices`],
    /// [`TargetError::Malformed`] for one without a number; [`TargetError`] otherwise.
    pub fn special(
        &self,
        at: &TreePath,
        entry: &Entry,
        plan: Plan,
    ) -> Result<Vec<MetadataLoss>, TargetError> {
        self.device_allowed(at, entry)?;
        let number = entry.device_number.map(|(major, minor)| makedev(major, minor));
        let (file_type, device) = match (entry.kind, number) {
            (EntryKind::Fifo, _) => (FileType::Fifo, 0),
            (EntryKind::CharDevice, Some(number)) => (FileType::CharacterDevice, number),
            (EntryKind::BlockDevice, Some(number)) => (FileType::BlockDevice, number),
            _ => {
                let what = "entry is neither a named pipe nor a device with a number";
                return Err(TargetError::Malformed { at: at.clone(), what });
            }
        };
        self.make_node(at, entry, plan, |parent, name| {
            rustix::fs::mknodat(&parent.fd, name, file_type, Mode::RUSR | Mode::WUSR, device)
        })
    }

    /// Whether the entry may be made at all.
    pub(super) fn device_allowed(&self, at: &TreePath, entry: &Entry) -> Result<(), TargetError> {
        let device = matches!(entry.kind, EntryKind::CharDevice | EntryKind::BlockDevice);
        if device && !self.options().devices {
            return Err(TargetError::DeviceRefused { at: at.clone() });
        }
        Ok(())
    }

    fn make_node(
        &self,
        at: &TreePath,
        entry: &Entry,
        plan: Plan,
        make: impl FnMut(&Directory, &[u8]) -> Result<(), Errno>,
    ) -> Result<Vec<MetadataLoss>, TargetError> {
        if plan == Plan::Keep {
            return Ok(Vec::new());
        }
        let (made, ()) = self.make(at, plan, make)?;
        let (fd, stat) = made.inode(entry.kind)?;
        let (uid, gid) = (Some(stat.st_uid), Some(stat.st_gid));
        let inherited_acl = made.parent.default_acl && entry.kind != EntryKind::Symlink;
        let inode = Inode { at, fd: fd.as_fd(), opened: false, uid, gid, inherited_acl };
        let losses = self.set_metadata(&inode, entry);
        made.place(self.beneath())?;
        Ok(losses)
    }
}
