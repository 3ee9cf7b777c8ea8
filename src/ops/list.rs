//! `ls`: the entries of a snapshot or of one directory in it.

use super::OpsError;
use crate::base::TreePath;
use crate::format::{Entry, EntryKind, Root};
use crate::repo::{ChunkReader, TreeReader};

/// Hands `each` the entries of the tree at `root`: all of them, or those in `directory`, or the one file that it is.
///
/// Without `recursive` only direct children are handed on. `snapshot` is for messages.
///
/// # Errors
/// [`OpsError::NoEntry`] if nothing has this path; those of reading the tree and of `each`.
pub fn run(
    reader: &ChunkReader,
    root: Root,
    directory: Option<&TreePath>,
    recursive: bool,
    snapshot: &str,
    each: &mut dyn FnMut(&Entry) -> Result<(), OpsError>,
) -> Result<(), OpsError> {
    let mut entries = match directory {
        None => TreeReader::new(reader, root)?,
        Some(directory) => TreeReader::starting_at(reader, root, directory)?,
    };
    let mut is_first = true;
    while let Some(entry) = entries.next_entry()? {
        let below = match directory {
            None => entry.path.as_bytes(),
            Some(directory) => match entry.path.below(directory) {
                Some(below) => below,
                None => break,
            },
        };
        is_first = false;
        let is_directory_itself = below.is_empty() && entry.kind == EntryKind::Directory;
        let is_child = !below.contains(&b'/');
        if !is_directory_itself && (recursive || is_child) {
            each(&entry)?;
        }
    }
    match directory {
        Some(path) if is_first => {
            Err(OpsError::NoEntry { path: path.to_string(), snapshot: snapshot.to_string() })
        }
        _ => Ok(()),
    }
}
