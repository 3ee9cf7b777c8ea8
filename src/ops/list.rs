//! `ls`: the entries of a snapshot or of one directory in it.

use super::OpsError;
use super::entries::Entries;
use crate::base::{Observer, TreePath};
use crate::format::{Entry, EntryKind, Root};
use crate::repo::ChunkReader;

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub struct ListOptions<'a> {
    /// Entries of this directory, or the one file that it is; without one, of the whole snapshot.
    pub directory: Option<&'a TreePath>,
    /// Everything below and not only direct children; otherwise what lies below those is not read.
    pub recursive: bool,
    /// The snapshot, for messages.
    pub snapshot: &'a str,
}

/// Hands `each` the entries of the tree at `root`. Returns where parts of the tree could not be read; `observer` hears of each.
///
/// # Errors
/// [`OpsError::NoEntry`] if nothing has this path; those of reading the root of the tree, of a failing store, and of `each`.
pub fn run(
    reader: &ChunkReader,
    root: Root,
    options: ListOptions<'_>,
    observer: &dyn Observer,
    each: &mut dyn FnMut(&Entry) -> Result<(), OpsError>,
) -> Result<Vec<TreePath>, OpsError> {
    let ListOptions { directory, recursive, snapshot } = options;
    let mut entries = Entries::open(reader, root, directory, observer)?;
    let mut is_first = true;
    while let Some((entry, below)) = entries.next_entry()? {
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
    let damaged = entries.into_damaged();
    match directory {
        Some(path) if is_first && damaged.is_empty() => {
            Err(OpsError::NoEntry { path: path.to_string(), snapshot: snapshot.to_string() })
        }
        _ => Ok(damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Silent;
    use crate::ops::house::{House, path};

    fn listed(house: &House, directory: &str, recursive: bool) -> Result<Vec<String>, OpsError> {
        let mut names = vec![];
        let directory = house.path(directory);
        let root = house.save().manifest.root;
        let options = ListOptions { directory: Some(&directory), recursive, snapshot: "1234" };
        let damaged = run(&house.reader(), root, options, &Silent, &mut |entry| {
            names.push(crate::base::escape(entry.path.below(&directory).unwrap()));
            Ok(())
        })?;
        assert_eq!(damaged, []);
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
        let options = ListOptions { directory: None, recursive: false, snapshot: "" };
        run(&house.reader(), root, options, &Silent, &mut each).unwrap();
        let first = house.path("").names().next().unwrap().to_vec();
        assert_eq!(names, [path(first)]);
    }
}
