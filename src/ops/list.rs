//! `ls`: the entries of a snapshot or of one directory in it.

use super::OpsError;
use crate::base::TreePath;
use crate::format::{Entry, EntryKind, Root};
use crate::repo::{ChunkReader, TreeReader};

/// Hands `each` the entries of the tree at `root`: all of them, or those in `directory`, or the one file that it is.
///
/// Without `recursive` only direct children are handed on, and what lies below those is not read. `snapshot` is for messages.
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
        if is_directory_itself {
            continue;
        }
        if recursive || is_child {
            each(&entry)?;
        }
        if !recursive && entry.kind == EntryKind::Directory {
            entries.skip_below(&entry.path)?;
        }
    }
    match directory {
        Some(path) if is_first => {
            Err(OpsError::NoEntry { path: path.to_string(), snapshot: snapshot.to_string() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::house::{House, path};

    fn listed(house: &House, directory: &str, recursive: bool) -> Result<Vec<String>, OpsError> {
        let mut names = vec![];
        let directory = house.path(directory);
        let root = house.save().manifest.root;
        run(&house.reader(), root, Some(&directory), recursive, "1234", &mut |entry| {
            names.push(crate::base::escape(entry.path.below(&directory).unwrap()));
            Ok(())
        })?;
        Ok(names)
    }

    fn house() -> House {
        let house = House::new();
        for name in ["a/x/deep", "a/y", "a.b", "b:c/file"] {
            house.write(name, b"1");
        }
        house.write_bytes(b"not-\xff-text", b"2");
        house
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error_that_names_it() {
        let error = listed(&house(), "a/z", false).unwrap_err();
        assert!(matches!(error, OpsError::NoEntry { snapshot, .. } if snapshot == "1234"));
        assert!(listed(&house(), "a/y/below-a-file", true).is_err());
    }

    #[test]
    fn children_are_listed_in_tree_order_without_what_is_below_them() {
        assert_eq!(listed(&house(), "", false).unwrap(), ["a", "a.b", "b:c", "not-\\xff-text"]);
        assert_eq!(listed(&house(), "a", false).unwrap(), ["x", "y"]);
    }

    #[test]
    fn everything_below_a_directory_and_nothing_beside_it_is_listed_recursively() {
        assert_eq!(listed(&house(), "a", true).unwrap(), ["x", "x/deep", "y"]);
        assert_eq!(listed(&house(), "b:c", true).unwrap(), ["file"]);
    }

    #[test]
    fn a_file_is_listed_as_itself() {
        assert_eq!(listed(&house(), "a/y", false).unwrap(), [""]);
        assert_eq!(listed(&house(), "a/y", true).unwrap(), [""]);
    }

    #[test]
    fn a_whole_snapshot_starts_at_its_root() {
        let house = house();
        let root = house.save().manifest.root;
        let mut names = vec![];
        let mut each = |entry: &Entry| {
            names.push(entry.path.clone());
            Ok(())
        };
        run(&house.reader(), root, None, false, "", &mut each).unwrap();
        let first = house.path("").names().next().unwrap().to_vec();
        assert_eq!(names, [path(first)]);
    }
}
