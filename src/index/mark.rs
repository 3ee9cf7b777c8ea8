//! A file beside an index file that says: whoever opens this one next starts with an empty one.
//!
//! redb finds some damage when it comes upon it, and panics over some. Neither is seen when the file is opened, so that every
//! later run would end the same way. A killed process leaves no mark: redb recovers from that by itself.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::IndexError;

/// The mark of one index file; of an index in memory there is none. Dropped by a panic, it is set.
#[derive(Clone)]
pub struct Mark(Option<Arc<Path>>);

impl Mark {
    pub fn of(index: &Path) -> Self {
        Self(Some(index.with_extension("damaged").into()))
    }

    pub const fn none() -> Self {
        Self(None)
    }

    pub fn is_set(&self) -> bool {
        self.0.as_ref().is_some_and(|path| path.exists())
    }

    pub fn remove(&self) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Does `work` on the index file, and sets the mark if that finds damage or panics.
    pub fn watch<T>(&self, work: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
        let _on_panic = OnPanic(self);
        let result = work();
        if result.as_ref().is_err_and(IndexError::is_damage) {
            self.set();
        }
        result
    }

    fn set(&self) {
        // Without a mark the next run fails like this one, and tries again to set it.
        self.0.as_ref().map(File::create);
    }

    fn set_if_panicking(&self) {
        if std::thread::panicking() {
            self.set();
        }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.set_if_panicking();
    }
}

struct OnPanic<'m>(&'m Mark);

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        self.0.set_if_panicking();
    }
}
