//! The file the index is in: found, made, or thrown away.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use redb::{Database, DatabaseError, ReadableDatabase};

use super::mark::Mark;
use super::{
    ABOUT, CHUNKS, Index, IndexError, IndexView, LOOSE, MISSING, OBJECTS, PACK_NUMBERS, PACKS, damaged,
};
use crate::base::RepositoryId;
use crate::base::limits::{INDEX_CACHE_BYTES, INDEX_FILES_MAX};

/// Another number means another layout: the file is then made anew.
const LAYOUT: &[u8] = b"strongroom index 3";

/// Opens the first of the repository's index files that no other process has open.
pub fn open(cache: &Path, repository: RepositoryId) -> Result<Index, IndexError> {
    let directory = cache.join(repository.to_string());
    let refused = |path: &Path, source| IndexError::Cache { path: path.to_path_buf(), source };
    fs::create_dir_all(&directory).map_err(|source| refused(&directory, source))?;
    for number in 0..INDEX_FILES_MAX {
        let path = directory.join(format!("index-{number}.redb"));
        let mark = Mark::of(&path);
        let opened = match open_file(&path, repository, &mark) {
            Err(OpenError::Odd) => empty(&path, &mark).and_then(|()| open_file(&path, repository, &mark)),
            other => other,
        };
        match opened {
            Ok(index) => return Ok(index),
            Err(OpenError::InUse) => {}
            Err(OpenError::Odd) => return Err(damaged("a new file cannot be made in the cache")),
            Err(OpenError::Io(source)) => return Err(refused(&path, source)),
        }
    }
    Err(damaged(format!("{INDEX_FILES_MAX} processes work with this repository already")))
}

/// An empty index in memory.
pub fn in_memory(repository: RepositoryId) -> Result<Index, IndexError> {
    let memory = redb::backends::InMemoryBackend::new();
    let database = Database::builder().create_with_backend(memory).map_err(damaged)?;
    clear(&database, repository)?;
    let mark = Mark::none();
    let view = Arc::new(IndexView::open(&database, &mark)?);
    Ok(Index { view, database, path: None, repository, mark })
}

/// Makes all tables anew and empty.
pub fn clear(database: &Database, repository: RepositoryId) -> Result<(), IndexError> {
    let transaction = write(database)?;
    for name in ["chunks", "packs", "pack numbers", "objects", "loose packs", "missing packs", "about"] {
        let table =
            transaction.list_tables().map_err(damaged)?.find(|table| redb::TableHandle::name(table) == name);
        if let Some(table) = table {
            transaction.delete_table(table).map_err(damaged)?;
        }
    }
    transaction.open_table(CHUNKS).map_err(damaged)?;
    transaction.open_table(PACKS).map_err(damaged)?;
    transaction.open_table(PACK_NUMBERS).map_err(damaged)?;
    transaction.open_table(OBJECTS).map_err(damaged)?;
    transaction.open_table(LOOSE).map_err(damaged)?;
    transaction.open_table(MISSING).map_err(damaged)?;
    {
        let mut about = transaction.open_table(ABOUT).map_err(damaged)?;
        about.insert("layout", LAYOUT).map_err(damaged)?;
        about.insert("repository", repository.as_bytes().as_slice()).map_err(damaged)?;
    }
    transaction.commit().map_err(damaged)
}

/// A write transaction that survives a crash in any state (`set_two_phase_commit`) and opens fast after one.
pub fn write(database: &Database) -> Result<redb::WriteTransaction, IndexError> {
    let mut transaction = database.begin_write().map_err(damaged)?;
    transaction.set_two_phase_commit(true);
    transaction.set_quick_repair(true);
    Ok(transaction)
}

enum OpenError {
    InUse,
    Odd,
    Io(std::io::Error),
}

fn open_file(path: &Path, repository: RepositoryId, mark: &Mark) -> Result<Index, OpenError> {
    if mark.is_set() {
        return Err(OpenError::Odd);
    }
    let is_new = fs::metadata(path).map_or(true, |metadata| metadata.len() == 0);
    let database =
        Database::builder().set_cache_size(INDEX_CACHE_BYTES).create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => OpenError::InUse,
            DatabaseError::Storage(redb::StorageError::Io(source))
                if !matches!(
                    source.kind(),
                    std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
                ) =>
            {
                OpenError::Io(source)
            }
            _ => OpenError::Odd,
        })?;
    if is_new {
        clear(&database, repository).map_err(|_| OpenError::Odd)?;
    } else if !is_of(&database, repository) {
        return Err(OpenError::Odd);
    }
    let view = Arc::new(IndexView::open(&database, mark).map_err(|_| OpenError::Odd)?);
    Ok(Index { view, database, path: Some(path.to_path_buf()), repository, mark: mark.clone() })
}

/// Throws away what is in a file that nobody has open, and its mark.
///
/// The file itself stays: who waits for it at this moment shall not get one that has no name any more.
fn empty(path: &Path, mark: &Mark) -> Result<(), OpenError> {
    let file = File::options().write(true).create(true).truncate(false).open(path).map_err(OpenError::Io)?;
    // redb takes this lock too. Other errors come from a file system without locks, where it gets none either.
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(OpenError::InUse);
    }
    file.set_len(0).and_then(|()| mark.remove()).map_err(OpenError::Io)
}

fn is_of(database: &Database, repository: RepositoryId) -> bool {
    let Ok(transaction) = database.begin_read() else { return false };
    let Ok(about) = transaction.open_table(ABOUT) else { return false };
    let is = |key: &str, wanted: &[u8]| matches!(about.get(key), Ok(Some(value)) if value.value() == wanted);
    is("layout", LAYOUT) && is("repository", repository.as_bytes())
}
