//! How bytes become an object of a file system: the one order of steps that survives a power cut.
//!
//! Write under a temporary name, fsync, rename without replacing, fsync the directory. The steps themselves are behind
//! [`Steps`], so that the same order runs on a disk (`disk.rs`) and on a model that loses what was not synced
//! (`double/simulated.rs`).

use std::collections::BTreeSet;
use std::io;
use std::sync::Mutex;

use data_encoding::HEXLOWER;
use rustix::io::Errno;

use super::name::{TEMPORARY, join, parent_of};
use super::{BackendError, ObjectName, lock};

/// What the order needs of a file system. Paths are relative to the root of the store; `""` is the root.
pub(super) trait Steps: Send + Sync {
    /// A file being written.
    type File;

    /// Makes a file nobody else has, and marks it as alive for as long as the value lives. `ESTALE` if a sweep took it
    /// before it could be marked.
    fn create(&self, path: &str) -> io::Result<Self::File>;
    /// Opens a file that is there, for its fsync alone.
    fn open(&self, path: &str) -> io::Result<Self::File>;
    /// Writes all of `bytes`.
    fn write(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content of the file durable.
    fn fsync(&self, file: &Self::File) -> io::Result<()>;
    /// Hears what closing the file has to say, while the file stays alive.
    fn close(&self, file: &Self::File) -> io::Result<()>;
    /// Gives the file its final name, if that is free (`EEXIST`).
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Gives the file the name of another one, which is gone then.
    fn rename_over(&self, from: &str, to: &str) -> io::Result<()>;
    /// Makes what was made, renamed or unlinked in the directory durable.
    fn fsync_directory(&self, path: &str) -> io::Result<()>;
    /// Makes a directory (`EEXIST` if it is there).
    fn mkdir(&self, path: &str) -> io::Result<()>;
    /// Removes the name of a file.
    fn unlink(&self, path: &str) -> io::Result<()>;
}

/// How often a sweep may take a file that was just made before the writer gives up: only one that never rests gets so far.
const SWEEPS_MAX: usize = 100;

/// Puts and removes objects so that what it reports done survives a power cut.
pub(super) struct Publisher<S> {
    pub(super) steps: S,
    location: String,
    /// Directories that are there and whose own names are durable.
    known: Mutex<BTreeSet<String>>,
}

/// How an object gets its name.
type Rename<S> = fn(&S, &str, &str) -> io::Result<()>;

/// Why one attempt to put an object ended.
enum Failure {
    /// Another file may fare better: this one is spoilt, or the directory was taken away.
    Again(io::Error),
    /// Nothing is won by trying again.
    Last(io::Error),
    /// The name is taken, durably.
    Taken,
}

impl<S: Steps> Publisher<S> {
    pub(super) fn new(steps: S, location: String) -> Self {
        Self { steps, location, known: Mutex::default() }
    }

    /// Where the store is, for messages.
    pub(super) fn location(&self) -> &str {
        &self.location
    }

    /// The object is there, whole and durable, or nothing is (`Backend::put`).
    ///
    /// A file whose write, fsync or close failed is given up, for the kernel forgets a failed fsync and would call the second
    /// one good; the object is written once more, from memory, to a new file.
    pub(super) fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.publish(name, bytes, S::rename)
    }

    /// The object, which is there, has these bytes, whole and durable (`Backend::replace`).
    pub(super) fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.steps
            .open(name.as_str())
            .map_err(|source| BackendError::from_io(name, &self.location, source))?;
        self.publish(name, bytes, S::rename_over)
    }

    fn publish(&self, name: &ObjectName, bytes: &[u8], rename: Rename<S>) -> Result<(), BackendError> {
        let attempt = self.attempt(name, bytes, rename).or_else(|failure| match failure {
            Failure::Again(_) => {
                self.forget_directories();
                self.attempt(name, bytes, rename)
            }
            other => Err(other),
        });
        attempt.map_err(|failure| match failure {
            Failure::Taken => BackendError::AlreadyExists { name: name.clone() },
            // Not the object is missing but the place to write it.
            Failure::Again(source) | Failure::Last(source) if is(&source, Errno::NOENT) => {
                BackendError::Unreachable { location: self.location.clone(), source }
            }
            Failure::Again(source) | Failure::Last(source) => {
                BackendError::from_io(name, &self.location, source)
            }
        })
    }

    /// The object is gone for good (`Backend::remove`).
    pub(super) fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        let path = name.as_str();
        let unlinked = self.steps.unlink(path);
        let gone = match unlinked {
            Err(error) if !is(&error, Errno::NOENT) => Err(error),
            // A removal by a process that was killed may not be durable yet: who finds the name gone syncs as well.
            unlinked => match self.steps.fsync_directory(parent_of(path)) {
                Err(error) if !is(&error, Errno::NOENT) => Err(error),
                _ => unlinked,
            },
        };
        gone.map_err(|source| BackendError::from_io(name, &self.location, source))
    }

    /// The object, which is there, and its name are durable (`Backend::make_durable`).
    pub(super) fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        let directory = parent_of(name.as_str());
        let file = self.steps.open(name.as_str());
        let durable = file.and_then(|file| {
            self.steps.fsync(&file)?;
            self.ensure_directory(directory)?;
            // Not only once for each directory: names that came into it since the last time are not durable.
            self.steps.fsync_directory(directory)
        });
        durable.map_err(|source| BackendError::from_io(name, &self.location, source))
    }

    /// Forgets which directories are there, as a new process would.
    pub(super) fn forget_directories(&self) {
        lock(&self.known).clear();
    }

    fn attempt(&self, name: &ObjectName, bytes: &[u8], rename: Rename<S>) -> Result<(), Failure> {
        let directory = parent_of(name.as_str());
        self.ensure_directory(TEMPORARY).map_err(Failure::of_directory)?;
        self.ensure_directory(directory).map_err(Failure::of_directory)?;
        let (temporary, mut file) = self.create()?;
        let renamed = self.fill(&mut file, bytes).map_err(Failure::of_file).and_then(|()| {
            rename(&self.steps, &temporary, name.as_str()).map_err(|error| match error {
                error if is(&error, Errno::EXIST) => Failure::Taken,
                error => Failure::of_directory(error),
            })
        });
        if renamed.is_err() {
            // The first error is the one to report; what stays behind is swept by the next run.
            self.steps.unlink(&temporary).ok();
        }
        if matches!(renamed, Ok(()) | Err(Failure::Taken)) {
            // Also when another writer was first: it may have been killed before it came to this.
            self.steps.fsync_directory(directory).map_err(Failure::Last)?;
        }
        renamed
    }

    /// Makes a temporary file, again if a sweep was quicker than its mark of life.
    fn create(&self) -> Result<(String, S::File), Failure> {
        let mut sweeps = 0;
        loop {
            let temporary = temporary_path().map_err(Failure::Last)?;
            match self.steps.create(&temporary) {
                Ok(file) => return Ok((temporary, file)),
                Err(error) if is(&error, Errno::STALE) && sweeps < SWEEPS_MAX => sweeps += 1,
                Err(error) => return Err(Failure::of_directory(error)),
            }
        }
    }

    fn fill(&self, file: &mut S::File, bytes: &[u8]) -> io::Result<()> {
        self.steps.write(file, bytes)?;
        self.steps.fsync(file)?;
        self.steps.close(file)
    }

    /// The directory is there and durable, and so are those above it.
    fn ensure_directory(&self, path: &str) -> io::Result<()> {
        if path.is_empty() || lock(&self.known).contains(path) {
            return Ok(());
        }
        let parent = parent_of(path);
        self.ensure_directory(parent)?;
        match self.steps.mkdir(path) {
            // One that is there may have been made a moment ago by someone who has not synced it yet.
            Err(error) if !is(&error, Errno::EXIST) => return Err(error),
            _ => self.steps.fsync_directory(parent)?,
        }
        lock(&self.known).insert(path.to_owned());
        Ok(())
    }
}

impl Failure {
    /// An error of writing: a broken file is replaced by another, a full disk is not.
    fn of_file(error: io::Error) -> Self {
        if is(&error, Errno::IO) { Self::Again(error) } else { Self::Last(error) }
    }

    /// An error of naming: a directory that was removed behind our back is made again.
    fn of_directory(error: io::Error) -> Self {
        if is(&error, Errno::NOENT) { Self::Again(error) } else { Self::Last(error) }
    }
}

/// Whether `part`, a name in the directory of unfinished writes, was made by [`temporary_path`].
pub(super) fn is_temporary(part: &str) -> bool {
    part.len() == 32 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn temporary_path() -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(join(TEMPORARY, &HEXLOWER.encode(&random)))
}

pub(super) fn is(error: &io::Error, errno: Errno) -> bool {
    Errno::from_io_error(error) == Some(errno)
}
