//! Objects as files of a local (or mounted) directory: `<root>/packs/ab/abcd...`, unfinished ones in `<root>/tmp/`.
//!
//! Writing is `publish.rs` on `disk.rs`; here are opening, reading and listing. A directory below the root may be a symbolic
//! link (then it must lie on the same file system); an object may not.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

use super::disk::Disk;
use super::name::{TEMPORARY, check_prefix, join};
use super::publish::Publisher;
use super::{Backend, BackendError, ObjectName, Stored};
use crate::base::escape;
use crate::base::limits::OBJECT_NAME_PARTS_MAX;

/// Keeps objects as files (mode 0600) in directories (mode 0700) below one root.
pub struct LocalBackend {
    publisher: Publisher<Disk>,
}

impl LocalBackend {
    /// Opens the directory `path`, which must be there. Writes nothing: a read-only store can be opened and read.
    ///
    /// # Errors
    /// [`BackendError::Unreachable`] if it is not there or not a directory.
    pub fn open(path: &Path) -> Result<Self, BackendError> {
        let location = escape(path.as_os_str().as_bytes());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty())) {
            Ok(root) => Ok(Self { publisher: Publisher::new(Disk { root }, location) }),
            Err(errno) => Err(BackendError::Unreachable { location, source: errno.into() }),
        }
    }

    /// Makes the directory `path` and those above it as far as they are missing, durably, and opens it.
    ///
    /// A directory that is there is opened, whatever is in it: whether there is a repository is for others to see.
    ///
    /// # Errors
    /// [`BackendError::Unreachable`] if it cannot be made or opened.
    pub fn create(path: &Path) -> Result<Self, BackendError> {
        make_directories(path).map_err(|source| BackendError::Unreachable {
            location: escape(path.as_os_str().as_bytes()),
            source,
        })?;
        Self::open(path)
    }

    /// Removes what writers that are no longer alive left unfinished, and says how many files it was.
    ///
    /// Files of living writers, in this process or another, stay. Safe at any time, also beside other sweeps.
    ///
    /// # Errors
    /// [`BackendError::Unreachable`], with the directory of unfinished writes as its location.
    pub fn sweep(&self) -> Result<usize, BackendError> {
        self.publisher.steps.sweep().map_err(|source| self.unfinished(source))
    }

    /// An error of the directory of unfinished writes.
    fn unfinished(&self, source: io::Error) -> BackendError {
        BackendError::Unreachable { location: format!("{}/{TEMPORARY}", self.publisher.location()), source }
    }

    fn error(&self, name: &ObjectName, source: impl Into<io::Error>) -> BackendError {
        BackendError::from_io(name, self.publisher.location(), source.into())
    }

    /// Opens an object and says how many bytes it has.
    fn open_object(&self, name: &ObjectName) -> Result<(OwnedFd, u64), BackendError> {
        // Not blocking, so that a foreign pipe in the place of an object is found out and not waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let root = &self.publisher.steps.root;
        let file = retry_on_intr(|| rustix::fs::openat(root, name.as_str(), flags, Mode::empty()))
            .map_err(|errno| self.reading(name, errno))?;
        let stat = rustix::fs::fstat(&file).map_err(|errno| self.error(name, errno))?;
        Ok((file, self.object_bytes(name, &stat)?))
    }

    fn object_bytes(&self, name: &ObjectName, stat: &Stat) -> Result<u64, BackendError> {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(file_bytes(stat)),
            FileType::Directory => Err(BackendError::NotFound { name: name.clone() }),
            _ => Err(BackendError::NotAFile { name: name.clone() }),
        }
    }

    fn reading(&self, name: &ObjectName, errno: Errno) -> BackendError {
        match errno {
            // `a/b` where `a` is a file.
            Errno::NOTDIR => BackendError::NotFound { name: name.clone() },
            // A socket or a device without a driver.
            Errno::NXIO => BackendError::NotAFile { name: name.clone() },
            errno => self.error(name, errno),
        }
    }

    /// Reads `wanted` bytes that were there when the object was opened.
    fn read(
        &self,
        name: &ObjectName,
        file: &OwnedFd,
        offset: u64,
        wanted: usize,
    ) -> Result<Vec<u8>, BackendError> {
        let mut content = Vec::new();
        content.try_reserve_exact(wanted).map_err(|_| self.error(name, Errno::NOMEM))?;
        while content.len() < wanted {
            let at = offset + content.len() as u64;
            let read = retry_on_intr(|| rustix::io::pread(file, spare_capacity(&mut content), at));
            if read.map_err(|errno| self.error(name, errno))? == 0 {
                let found = content.len();
                return Err(BackendError::ShortRead { name: name.clone(), offset, wanted, found });
            }
        }
        // The allocator may have given more room than was asked for.
        content.truncate(wanted);
        Ok(content)
    }

    /// Adds what lies in the directory `path`, and below it as deep as names go, to `found`.
    fn walk(&self, path: &str, found: &mut Vec<Stored>) -> Result<(), BackendError> {
        let directory = match self.publisher.steps.directory(path) {
            Err(error) if leads_nowhere(&error) => return Ok(()),
            other => other.map_err(|error| self.listing(path, error))?,
        };
        for entry in Dir::read_from(&directory).map_err(|errno| self.listing(path, errno))? {
            let entry = entry.map_err(|errno| self.listing(path, errno))?;
            let Ok(part) = entry.file_name().to_str() else { continue };
            let Ok(name) = ObjectName::new(&join(path, part)) else { continue };
            if entry.file_type() == FileType::Directory {
                self.walk_below(name.as_str(), found)?;
                continue;
            }
            let stat = match rustix::fs::statat(&directory, part, AtFlags::SYMLINK_NOFOLLOW) {
                // Removed since the directory was read.
                Err(Errno::NOENT) => continue,
                other => other.map_err(|errno| self.error(&name, errno))?,
            };
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => found.push(Stored { name, bytes: file_bytes(&stat) }),
                FileType::Directory | FileType::Symlink => self.walk_below(name.as_str(), found)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn walk_below(&self, path: &str, found: &mut Vec<Stored>) -> Result<(), BackendError> {
        if path.split('/').count() < OBJECT_NAME_PARTS_MAX { self.walk(path, found) } else { Ok(()) }
    }

    fn listing(&self, path: &str, source: impl Into<io::Error>) -> BackendError {
        match ObjectName::new(path) {
            Ok(directory) => self.error(&directory, source),
            Err(_) => BackendError::Unreachable { location: self.location(), source: source.into() },
        }
    }
}

impl Backend for LocalBackend {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.publisher.put(name, bytes)
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        // What is not an object is refused as it is when it is read.
        self.size(name)?;
        self.publisher.replace(name, bytes)
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        let (file, bytes) = self.open_object(name)?;
        if bytes > bytes_max {
            return Err(BackendError::TooLarge { name: name.clone(), bytes, bytes_max });
        }
        let wanted = usize::try_from(bytes).map_err(|_| self.error(name, Errno::NOMEM))?;
        self.read(name, &file, 0, wanted)
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        let (file, bytes_there) = self.open_object(name)?;
        let rest = bytes_there.saturating_sub(offset);
        if rest < bytes as u64 {
            let found = usize::try_from(rest).unwrap_or(usize::MAX);
            return Err(BackendError::ShortRead { name: name.clone(), offset, wanted: bytes, found });
        }
        self.read(name, &file, offset, bytes)
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        let root = &self.publisher.steps.root;
        let stat = rustix::fs::statat(root, name.as_str(), AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|errno| self.reading(name, errno))?;
        self.object_bytes(name, &stat)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        check_prefix(prefix)?;
        let mut found = Vec::new();
        self.walk(prefix, &mut found)?;
        found.sort_unstable();
        Ok(found)
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.publisher.remove(name)
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        // What is not an object is refused as it is when it is read.
        self.size(name)?;
        self.publisher.make_durable(name)
    }

    fn keep_reserve(&self, bytes: u64) -> Result<(), BackendError> {
        self.publisher.steps.keep_reserve(bytes).map_err(|source| self.unfinished(source))
    }

    fn give_up_reserve(&self) -> Result<bool, BackendError> {
        // Best without giving anything up.
        let swept = self.sweep().unwrap_or(0);
        let given = self.publisher.steps.give_up_reserve().map_err(|source| self.unfinished(source))?;
        Ok(given || swept > 0)
    }

    fn location(&self) -> String {
        self.publisher.location().to_owned()
    }
}

/// The length of a regular file, which is never negative.
fn file_bytes(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or_default()
}

/// Whether there is no directory to list: nothing, a file, or a link that leads nowhere.
fn leads_nowhere(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP))
}

fn make_directories(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(Errno::NOENT.into()),
    };
    make_directories(parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        // Someone else was quicker; if it is not a directory, opening it says so.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(parent)?.sync_all()
}
