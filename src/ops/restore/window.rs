//! What is restored together: files and the chunks that go into them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::is_damage;
use crate::base::{ChunkId, TreePath};
use crate::format::Entry;
use crate::index::Location;
use crate::repo::{ChunkReader, RepoError};
use crate::target::{DirectoryTarget, FileWriter, Plan, TargetError};

/// Files and chunks that are restored together.
#[derive(Default)]
pub struct Window {
    pub chunks: Vec<Wanted>,
    pub files: Vec<Arc<FileTask>>,
    /// Files that are written again from their plaintext.
    pub replays: Vec<Arc<FileTask>>,
}

/// A chunk and where it goes.
pub struct Wanted {
    pub id: ChunkId,
    pub bytes: u32,
    pub file: u32,
    pub offset: u64,
}

/// The same, and where it is.
pub struct Placement {
    pub location: Location,
    pub id: ChunkId,
    pub file: u32,
    pub offset: u64,
}

/// A file that is being filled.
pub struct FileTask {
    pub at: TreePath,
    pub entry: Entry,
    pub plan: Plan,
    pub writer: Mutex<Option<FileWriter>>,
    /// Placements that are not written yet, and one more until all of them are queued.
    pub left: AtomicUsize,
    pub failure: Mutex<Option<Failure>>,
    pub has_failed: AtomicBool,
    pub is_finished: AtomicBool,
}

pub enum Failure {
    Damage(String),
    Target(TargetError),
    Fatal(RepoError),
}

impl FileTask {
    pub fn fail(&self, failure: Failure) {
        self.has_failed.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(failure);
    }

    /// Writes at `offset`, making the file first if that was not done yet.
    pub fn write(&self, target: &DirectoryTarget, bytes: &[u8], offset: u64) -> Result<(), TargetError> {
        let mut writer = lock(&self.writer);
        let writer = match &mut *writer {
            Some(writer) => writer,
            none => none.insert(target.file(&self.at, &self.entry, self.plan)?),
        };
        writer.write_at(bytes, offset)
    }
}

/// Finds a chunk. One that is nowhere, or has another length than its recipe says, fails its file.
pub fn place(reader: &ChunkReader, wanted: Wanted, files: &[Arc<FileTask>]) -> Option<Placement> {
    let Wanted { id, bytes, file, offset } = wanted;
    let located = reader.locate(&id).and_then(|location| {
        if location.bytes == bytes {
            return Ok(location);
        }
        let subject = crate::repo::Subject::Chunk(id);
        Err(RepoError::damaged(subject, "its length is not the one its recipe says"))
    });
    match located {
        Ok(location) => Some(Placement { location, id, file, offset }),
        Err(error) => {
            let task = files.get(file as usize)?;
            let is_damage = is_damage(&error);
            task.fail(if is_damage { Failure::Damage(error.to_string()) } else { Failure::Fatal(error) });
            None
        }
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
