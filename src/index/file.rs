//! The file the index is in: found, made, or thrown away.

use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, ReadableDatabase};

use super::{ABOUT, CHUNKS, IndexError, LOOSE, MISSING, OBJECTS, PACK_NUMBERS, PACKS, damaged};
use crate::base::RepositoryId;
use crate::base::limits::{INDEX_CACHE_BYTES, INDEX_FILES_MAX};

/// Another number means another layout: the file is then made anew.
const LAYOUT: &[u8] = b"strongroom index 3";

/// Opens the first of the repository's index files that no other process has open.
pub fn open(cache: &Path, repository: RepositoryId) -> Result<(Database, PathBuf), IndexError> {
    let directory = cache.join(repository.to_string());
    let refused = |path: &Path, source| IndexError::Cache { path: path.to_path_buf(), source };
    fs::create_dir_all(&directory).map_err(|source| refused(&directory, source))?;
    for number in 0..INDEX_FILES_MAX {
        let path = directory.join(format!("index-{number}.redb"));
        match open_file(&path, repository) {
            Err(OpenError::InUse) => {}
            Err(OpenError::Odd) => {
                fs::remove_file(&path).map_err(|source| refused(&path, source))?;
                return match open_file(&path, repository) {
                    Ok(database) => Ok((database, path)),
                    Err(_) => Err(damaged("a new file cannot be made in the cache")),
                };
            }
            Err(OpenError::Io(source)) => return Err(refused(&path, source)),
            Ok(database) => return Ok((database, path)),
        }
    }
    Err(damaged(format!("{INDEX_FILES_MAX} processes work with this repository already")))
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

fn open_file(path: &Path, repository: RepositoryId) -> Result<Database, OpenError> {
    let is_new = !path.exists();
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
    Ok(database)
}

fn is_of(database: &Database, repository: RepositoryId) -> bool {
    let Ok(transaction) = database.begin_read() else { return false };
    let Ok(about) = transaction.open_table(ABOUT) else { return false };
    let is = |key: &str, wanted: &[u8]| matches!(about.get(key), Ok(Some(value)) if value.value() == wanted);
    is("layout", LAYOUT) && is("repository", repository.as_bytes())
}
