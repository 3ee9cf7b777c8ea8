//! The steps of `publish.rs` on a real directory, and the sweep of what killed writers left behind.
//!
//! A temporary file is locked (`flock`) while its writer lives. The lock goes with the process, so one that can be had means
//! that nobody will finish the file.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};

use super::name::TEMPORARY;
use super::publish::{Steps, is_temporary};

/// What one call writes. Calls of many MiB make the kernel gather large folios of memory that nothing has touched for long,
/// and cost three times as much (ext4 of Linux 6.18: 264 MB in 0.15 s of the system's time, in calls of 16 MiB 0.4 s and more).
const WRITE_BYTES: usize = 256 * 1024;

/// A directory on disk, held open: renaming or mounting over it does not lead the writer elsewhere.
pub(super) struct Disk {
    pub(super) root: OwnedFd,
}

impl Disk {
    /// Opens a directory below the root; `""` is the root.
    pub(super) fn directory(&self, path: &str) -> io::Result<OwnedFd> {
        let path = if path.is_empty() { "." } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(retry_on_intr(|| rustix::fs::openat(&self.root, path, flags, Mode::empty()))?)
    }

    /// Removes the temporary files no living writer holds, and says how many.
    pub(super) fn sweep(&self) -> io::Result<usize> {
        let directory = match self.directory(TEMPORARY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other?,
        };
        let mut swept = 0;
        for entry in Dir::read_from(&directory)? {
            let entry = entry?;
            let Ok(part) = entry.file_name().to_str() else { continue };
            if is_temporary(part) && self.sweep_one(&directory, part)? {
                swept += 1;
            }
        }
        Ok(swept)
    }

    fn sweep_one(&self, directory: &OwnedFd, part: &str) -> io::Result<bool> {
        // Write access, because some network file systems lock nothing without it.
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match retry_on_intr(|| rustix::fs::openat(directory, part, flags, Mode::empty())) {
            Ok(file) => file,
            // Finished meanwhile, another user's, or not a file of ours.
            Err(Errno::NOENT | Errno::ACCESS | Errno::LOOP | Errno::ISDIR | Errno::NXIO) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if !has_lock(&file) {
            return Ok(false);
        }
        // If its writer has finished since it was opened, the name is gone: names are never used twice.
        match rustix::fs::unlinkat(directory, part, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The way for file systems that cannot rename without replacing: a second name fails if there is one.
    fn link_and_unlink(&self, from: &str, to: &str) -> io::Result<()> {
        rustix::fs::linkat(&self.root, from, &self.root, to, AtFlags::empty())?;
        // The object has its name. The old one, should it stay, is swept later.
        self.unlink(from).ok();
        Ok(())
    }
}

impl Steps for Disk {
    type File = File;

    fn create(&self, path: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = retry_on_intr(|| rustix::fs::openat(&self.root, path, flags, mode))?;
        // A sweep that ran between these two calls holds the lock or has removed the file: as good as never made. Other errors
        // come from a file system without locks, where a sweep gets none either and removes nothing.
        let locked = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
        if locked == Err(Errno::WOULDBLOCK) {
            return Err(Errno::STALE.into());
        }
        if rustix::fs::fstat(&file)?.st_nlink == 0 {
            return Err(Errno::STALE.into());
        }
        Ok(File::from(file))
    }

    fn open(&self, path: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(retry_on_intr(|| rustix::fs::openat(&self.root, path, flags, Mode::empty()))?))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        bytes.chunks(WRITE_BYTES).try_for_each(|part| file.write_all(part))
    }

    fn fsync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn close(&self, file: &File) -> io::Result<()> {
        // Closing a duplicate brings the same news as closing the file, and the lock stays until the object has its name.
        let duplicate = file.try_clone()?;
        match nix::unistd::close(duplicate) {
            // Linux has closed it nevertheless, and the content was synced before.
            Ok(()) | Err(nix::errno::Errno::EINTR) => Ok(()),
            Err(error) => Err(io::Error::from_raw_os_error(error as i32)),
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.root, from, &self.root, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => self.link_and_unlink(from, to),
            other => Ok(other?),
        }
    }

    fn rename_over(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.root, from, &self.root, to)?)
    }

    fn fsync_directory(&self, path: &str) -> io::Result<()> {
        let directory = self.directory(path)?;
        match retry_on_intr(|| rustix::fs::fsync(&directory)) {
            // A file system that has no such thing keeps its directories in order by itself.
            Ok(()) | Err(Errno::INVAL | Errno::BADF) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn mkdir(&self, path: &str) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(&self.root, path, Mode::RWXU)?)
    }

    fn unlink(&self, path: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.root, path, AtFlags::empty())?)
    }
}

fn has_lock(file: impl AsFd) -> bool {
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Waits for a file to be let go: a process that another test starts at this moment holds all of them until it runs its program.
#[cfg(test)]
pub(super) fn eventually(mut is_so: impl FnMut() -> bool) {
    let begin = std::time::Instant::now();
    while !is_so() {
        assert!(begin.elapsed().as_secs() < 60, "the lock is never let go");
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> (tempfile::TempDir, Disk) {
        let directory = tempfile::tempdir().unwrap();
        let disk = Disk { root: File::open(directory.path()).unwrap().into() };
        (directory, disk)
    }

    #[test]
    fn a_rename_by_linking_does_not_replace() {
        let (_directory, disk) = disk();
        drop((disk.create("a").unwrap(), disk.create("b").unwrap()));
        assert_eq!(disk.link_and_unlink("a", "b").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        disk.link_and_unlink("a", "c").unwrap();
        assert_eq!(disk.unlink("a").unwrap_err().kind(), io::ErrorKind::NotFound);
        disk.unlink("c").unwrap();
    }

    #[test]
    fn a_rename_does_not_replace() {
        let (_directory, disk) = disk();
        drop((disk.create("a").unwrap(), disk.create("b").unwrap()));
        assert_eq!(disk.rename("a", "b").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        disk.rename("a", "c").unwrap();
    }

    #[test]
    fn a_file_that_is_made_stays_locked_until_it_is_dropped() {
        let (directory, disk) = disk();
        let mut file = disk.create("a").unwrap();
        disk.write(&mut file, b"content").unwrap();
        disk.close(&file).unwrap();
        let other = File::open(directory.path().join("a")).unwrap();
        assert!(!has_lock(&other));
        drop(file);
        eventually(|| has_lock(&other));
    }
}
