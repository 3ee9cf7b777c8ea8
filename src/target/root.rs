//! The root of a target, and how something new comes to its place below it.

use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::beneath::{Beneath, Directory, Resolution, split};
use super::metadata::{Inode, MetadataLoss};
use super::owners::Owners;
use super::{Plan, TargetError, TargetOptions};
use crate::base::{TreePath, escape};
use crate::format::{Entry, EntryKind};

/// A directory that entries are restored into.
///
/// A clone is the same directory. All methods may be called from several threads at once, as long as a name is made
/// before it is used: a directory before it is finished, a file before it is linked.
#[derive(Debug, Clone)]
pub struct DirectoryTarget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: TargetOptions,
    beneath: Beneath,
    owners: Owners,
    /// Shown in errors about the root itself.
    root: String,
    /// Whether the root was not there before.
    is_new: bool,
    uid: u32,
    gid: u32,
    /// The next temporary name. Starts at random, so that two runs do not meet.
    temporary: AtomicU64,
}

impl DirectoryTarget {
    /// The directory `root`, which is made (mode 0700) with all above it if it is not there. Links in `root` itself
    /// are followed: it is the user's word.
    ///
    /// # Errors
    /// [`TargetError::Root`] if it can neither be made nor opened, or is something else.
    pub fn create(root: &Path, options: TargetOptions) -> Result<Self, TargetError> {
        Self::create_resolving(root, options, None)
    }

    /// As [`Self::create`], resolving paths in the given way instead of the best one.
    pub(super) fn create_resolving(
        root: &Path,
        options: TargetOptions,
        resolution: Option<Resolution>,
    ) -> Result<Self, TargetError> {
        let shown = escape(root.as_os_str().as_bytes());
        let failed = |source| TargetError::Root { path: shown.clone(), source };
        let is_new = root.symlink_metadata().is_err();
        DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(failed)?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::open(root, flags, Mode::empty()).and_then(|fd| Beneath::new(fd, resolution));
        let beneath = opened.map_err(|errno| failed(errno.into()))?;
        let seed = getrandom::u64().map_err(|error| failed(io::Error::other(error.to_string())))?;
        let shared = Shared {
            options,
            beneath,
            owners: Owners::new(options.numeric_ids),
            root: shown,
            is_new,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            temporary: AtomicU64::new(seed),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Everything in the file system of the root is durable afterwards if [`TargetOptions::sync`] was asked for, with
    /// the root itself and the directories that were only made on the way to something.
    ///
    /// # Errors
    /// [`TargetError::Root`] if the system could not write something.
    pub fn finish(&self) -> Result<(), TargetError> {
        if !self.options().sync {
            return Ok(());
        }
        let root = self.beneath().open(b"", OFlags::RDONLY).map_err(|errno| self.root_failed(errno))?;
        rustix::fs::syncfs(&root).map_err(|errno| self.root_failed(errno))
    }

    /// Whether the root was made and not found.
    pub fn is_new(&self) -> bool {
        self.shared.is_new
    }

    /// How entries are turned into files here.
    pub fn options(&self) -> &TargetOptions {
        &self.shared.options
    }

    pub(super) fn beneath(&self) -> &Beneath {
        &self.shared.beneath
    }

    /// Number of the user whom new files belong to.
    pub(super) fn uid(&self) -> u32 {
        self.shared.uid
    }

    /// The group of new files in `parent`, whichever of the two customs the mount has: the process's or the parent's.
    pub(super) fn gid_in(&self, parent: &Directory) -> Option<u32> {
        (parent.gid == self.shared.gid).then_some(parent.gid)
    }

    pub(super) fn root_failed(&self, errno: Errno) -> TargetError {
        TargetError::Root { path: self.shared.root.clone(), source: errno.into() }
    }

    pub(super) fn set_metadata(&self, inode: &Inode<'_>, entry: &Entry) -> Vec<MetadataLoss> {
        inode.set(entry, &self.shared.options, &self.shared.owners)
    }

    /// Does `act` with the directory `at` lies in, which is made if it is missing, and the last name of `at`.
    ///
    /// `act` is done again if there is no such thing: the directory may have been open but removed.
    pub(super) fn in_parent<T>(
        &self,
        at: &TreePath,
        mut act: impl FnMut(&Arc<Directory>, &[u8]) -> Result<T, Errno>,
    ) -> Result<T, TargetError> {
        let (parent, name) = split(at.as_bytes());
        let open = || self.beneath().directory_made(parent).map_err(|errno| TargetError::path(at, errno));
        let done = match act(&open()?, name) {
            Err(Errno::NOENT) => {
                self.beneath().forget(parent);
                act(&open()?, name)
            }
            other => other,
        };
        done.map_err(|errno| TargetError::call(at, errno))
    }

    /// Something new that `make` makes: at its place if nothing is there, else beside it under a temporary name.
    pub(super) fn make<T>(
        &self,
        at: &TreePath,
        plan: Plan,
        mut make: impl FnMut(&Directory, &[u8]) -> Result<T, Errno>,
    ) -> Result<(Made, T), TargetError> {
        let temporary = match plan {
            Plan::Create => None,
            Plan::Replace => Some(self.temporary_name()),
            Plan::Keep => return Err(TargetError::InTheWay { at: at.clone() }),
        };
        let (parent, made) = self.in_parent(at, |parent, name| {
            let made = make(parent, temporary.as_deref().unwrap_or(name))?;
            Ok((Arc::clone(parent), made))
        })?;
        Ok((Made { parent, at: at.clone(), temporary, placed: false }, made))
    }

    fn temporary_name(&self) -> Vec<u8> {
        let number = self.shared.temporary.fetch_add(1, Ordering::Relaxed);
        format!(".strongroom-{number:016x}").into_bytes()
    }
}

/// Something new that is removed again when it is dropped before it is placed.
#[derive(Debug)]
pub(super) struct Made {
    pub parent: Arc<Directory>,
    pub at: TreePath,
    temporary: Option<Vec<u8>>,
    placed: bool,
}

impl Made {
    /// The name it has now.
    pub fn name(&self) -> &[u8] {
        self.temporary.as_deref().unwrap_or_else(|| self.at.name())
    }

    /// It has its name afterwards, and what had it before is gone, in one step unless that was an empty directory.
    pub fn place(mut self, beneath: &Beneath) -> Result<(), TargetError> {
        if self.temporary.is_some() {
            self.rename(beneath).map_err(|errno| TargetError::call(&self.at, errno))?;
        }
        self.placed = true;
        Ok(())
    }

    /// A descriptor (`O_PATH`) of the inode and what it is now.
    ///
    /// The system gives none when it makes a node, so somebody who may write here could have put another one under the
    /// name. One of another kind is refused, and one with a second name, which could be a file of somebody else.
    pub fn inode(&self, kind: EntryKind) -> Result<(OwnedFd, Stat), TargetError> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.parent.fd, self.name(), flags, Mode::empty());
        let inode = opened.and_then(|fd| rustix::fs::fstat(fd.as_fd()).map(|stat| (fd, stat)));
        let (fd, stat) = inode.map_err(|errno| TargetError::call(&self.at, errno))?;
        if entry_kind(stat.st_mode) != Some(kind) || stat.st_nlink > 1 {
            return Err(TargetError::InTheWay { at: self.at.clone() });
        }
        Ok((fd, stat))
    }

    fn rename(&self, beneath: &Beneath) -> Result<(), Errno> {
        let (fd, name) = (&self.parent.fd, self.at.name());
        let rename = || rustix::fs::renameat(fd, self.name(), fd, name);
        match rename() {
            Err(Errno::ISDIR) => {
                rustix::fs::unlinkat(fd, name, AtFlags::REMOVEDIR)?;
                beneath.forget(self.at.as_bytes());
                rename()
            }
            other => other,
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing more can be done about a file that cannot be removed; the error that led here is told.
            let _ = rustix::fs::unlinkat(&self.parent.fd, self.name(), AtFlags::empty());
        }
    }
}

/// What an inode is, by the type bits of its mode; `None` for what no entry can be (a socket).
pub(super) fn entry_kind(mode: u32) -> Option<EntryKind> {
    match FileType::from_raw_mode(mode) {
        FileType::RegularFile => Some(EntryKind::File),
        FileType::Directory => Some(EntryKind::Directory),
        FileType::Symlink => Some(EntryKind::Symlink),
        FileType::Fifo => Some(EntryKind::Fifo),
        FileType::CharacterDevice => Some(EntryKind::CharDevice),
        FileType::BlockDevice => Some(EntryKind::BlockDevice),
        _ => None,
    }
}
