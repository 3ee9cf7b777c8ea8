//! Room set aside in a store that may become full, so that what gives room free can still be written down.
//!
//! Before prune and forget remove something they write what they are about to do. On a disk that is full to the last byte that fails, and
//! with it the only thing that would help. So a file without meaning lies in the directory of unfinished writes and is given up then.

use std::io;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::disk::Disk;
use super::name::{TEMPORARY, join};
use super::publish::{Steps, is};
use super::{Backend, BackendError, ObjectName, Stored};

/// What the reserve is called. No sweep takes it, for no writer gives such a name.
const RESERVE: &str = "reserve";

/// One part of the reserve.
const PART_BYTES: usize = 64 * 1024;

/// The store as those see it who free room in it: what they put takes the reserve if there is no other room.
pub struct Freeing(pub Arc<dyn Backend>);

impl Freeing {
    fn or_with_reserve<T>(&self, put: impl Fn() -> Result<T, BackendError>) -> Result<T, BackendError> {
        match put() {
            Err(error) if error.is_no_space() => {
                if self.0.give_up_reserve()? {
                    put()
                } else {
                    Err(error)
                }
            }
            other => other,
        }
    }
}

impl Backend for Freeing {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.or_with_reserve(|| self.0.put(name, bytes))
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.or_with_reserve(|| self.0.replace(name, bytes))
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        self.0.get(name, bytes_max)
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        self.0.get_range(name, offset, bytes)
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        self.0.size(name)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        self.0.list(prefix)
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.0.remove(name)
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.0.make_durable(name)
    }

    fn keep_reserve(&self, bytes: u64) -> Result<(), BackendError> {
        self.0.keep_reserve(bytes)
    }

    fn give_up_reserve(&self) -> Result<bool, BackendError> {
        self.0.give_up_reserve()
    }

    fn location(&self) -> String {
        self.0.location()
    }
}

impl Disk {
    /// Makes the reserve as long as `bytes`, if it is shorter.
    ///
    /// It is random: a file system that compresses, or has holes, would set nothing aside for zeros.
    pub(super) fn keep_reserve(&self, bytes: u64) -> io::Result<()> {
        match self.mkdir(TEMPORARY) {
            Err(error) if !is(&error, Errno::EXIST) => return Err(error),
            _ => {}
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = join(TEMPORARY, RESERVE);
        let mode = Mode::RUSR | Mode::WUSR;
        let file = std::fs::File::from(retry_on_intr(|| {
            rustix::fs::openat(&self.root, path.as_str(), flags, mode)
        })?);
        let there = file.metadata()?.len();
        if there >= bytes {
            return Ok(());
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        let mut random = blake3::Hasher::new_keyed(&seed).finalize_xof();
        let mut part = vec![0; PART_BYTES];
        let mut missing = bytes - there;
        while missing > 0 {
            let now = usize::try_from(missing).unwrap_or(PART_BYTES).min(PART_BYTES);
            let part = part.get_mut(..now).unwrap_or_default();
            random.fill(part);
            io::Write::write_all(&mut &file, part)?;
            missing -= now as u64;
        }
        Ok(())
    }

    /// Removes the reserve. `false` if there is none.
    pub(super) fn give_up_reserve(&self) -> io::Result<bool> {
        match self.unlink(&join(TEMPORARY, RESERVE)) {
            Err(error) if is(&error, Errno::NOENT) => Ok(false),
            Err(error) => Err(error),
            Ok(()) => {
                // Some file systems give the room free with what they write down next.
                self.fsync_directory(TEMPORARY).ok();
                Ok(true)
            }
        }
    }
}
