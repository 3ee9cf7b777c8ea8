//! The entries of a snapshot, or of one directory in it, past the nodes of the tree that damage hides.

use crate::base::{Observer, TreePath, Warning};
use crate::format::{Entry, Root};
use crate::repo::{ChunkReader, RepoError, Survivor, TreeReader};

/// Entries in tree order. A damaged node is told to the observer, noted, and passed over.
pub struct Entries<'a> {
    tree: TreeReader<'a>,
    directory: Option<&'a TreePath>,
    observer: &'a dyn Observer,
    damaged: Vec<TreePath>,
}

impl<'a> Entries<'a> {
    /// The entry at `directory` and those below it; without one, all there are.
    ///
    /// # Errors
    /// Those of reading the root, without which nothing is left of a tree.
    pub fn open(
        reader: &'a ChunkReader,
        root: Root,
        directory: Option<&'a TreePath>,
        observer: &'a dyn Observer,
    ) -> Result<Self, RepoError> {
        let tree = TreeReader::surviving(reader, root, directory)?;
        Ok(Self { tree, directory, observer, damaged: vec![] })
    }

    /// The next entry, and its path below the directory, which is empty for the directory itself; `None` at the end.
    ///
    /// # Errors
    /// Those of a failing store.
    pub fn next_entry(&mut self) -> Result<Option<(Entry, Vec<u8>)>, RepoError> {
        while let Some(survivor) = self.tree.next_survivor()? {
            match survivor {
                Survivor::Entry(entry) => {
                    let below = match self.directory {
                        None => Some(entry.path.as_bytes()),
                        Some(directory) => entry.path.below(directory),
                    };
                    let below = below.map(<[u8]>::to_vec);
                    return Ok(below.map(|below| (entry, below)));
                }
                Survivor::Damage { from, .. } if self.ends_before(&from) => return Ok(None),
                Survivor::Damage { from, error } => self.note(from, &error),
            }
        }
        Ok(None)
    }

    /// Passes over everything below the entry that came last.
    ///
    /// # Errors
    /// Those of a failing store.
    pub fn skip_below(&mut self, directory: &TreePath) -> Result<(), RepoError> {
        loop {
            match self.tree.skip_below(directory) {
                // What follows the directory may be in the node too.
                Err(error) if error.is_damage() => self.note(directory.clone(), &error),
                other => return other,
            }
        }
    }

    /// Where parts of the tree could not be read, in order.
    pub fn into_damaged(self) -> Vec<TreePath> {
        self.damaged
    }

    fn ends_before(&self, path: &TreePath) -> bool {
        self.directory.is_some_and(|directory| path > directory && !path.is_within(directory))
    }

    fn note(&mut self, from: TreePath, error: &RepoError) {
        if self.damaged.last() != Some(&from) {
            let message = format!("the tree cannot be read from here on: {error}");
            self.observer.warning(Warning { subject: from.to_string(), message });
            self.damaged.push(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Silent;
    use crate::ops::OpsError;
    use crate::ops::dump::{self, DumpOptions};
    use crate::ops::list::{self, ListOptions};
    use crate::repo::forest::{Forest, damaged, entries, path};

    /// All paths but these.
    fn without(lost: &[TreePath]) -> Vec<TreePath> {
        entries().into_iter().map(|entry| entry.path).filter(|path| !lost.contains(path)).collect()
    }

    #[test]
    fn a_list_goes_on_behind_a_damaged_node_and_names_its_first_path() {
        let forest = Forest::new();
        let (root, lost) = damaged(&forest);
        let listed = |directory: Option<&TreePath>, recursive| {
            let mut paths = vec![];
            let options = ListOptions { directory, recursive, snapshot: "x" };
            let damaged = list::run(&forest.reader(), root, options, &Silent, &mut |entry| {
                paths.push(entry.path.clone());
                Ok(())
            });
            damaged.map(|damaged| (paths, damaged))
        };
        assert_eq!(listed(None, true).unwrap(), (without(&lost), vec![lost[0].clone()]));
        assert_eq!(listed(None, false).unwrap().0, ["a", "b", "z"].map(path));
        let (below_a, damaged) = listed(Some(&path("a")), true).unwrap();
        assert_eq!((below_a.len(), damaged), (2000, vec![]), "damage elsewhere is not looked at");
        let (below_b, damaged) = listed(Some(&path("b")), false).unwrap();
        assert_eq!((below_b.len(), damaged), (2000 - lost.len(), vec![lost[0].clone()]));
        assert_eq!(listed(Some(&lost[1]), false).unwrap(), (vec![], vec![lost[0].clone()]));
        assert!(matches!(listed(Some(&path("none")), true), Err(OpsError::NoEntry { .. })));
    }

    #[test]
    fn an_archive_has_what_is_behind_a_damaged_node_and_no_mark_of_its_end() {
        let forest = Forest::new();
        let (root, lost) = damaged(&forest);
        let mut out = vec![];
        let report = dump::run(&forest.reader(), root, DumpOptions::default(), &mut out, &Silent).unwrap();
        assert_eq!(report.trees_damaged, [lost[0].clone()]);
        assert!(!out.ends_with(&[0; 1024]));
        let mut archive = tar::Archive::new(out.as_slice());
        let names: Vec<_> =
            archive.entries().unwrap().map(|entry| entry.unwrap().path_bytes().to_vec()).collect();
        let trimmed = names.iter().map(|name| path(name.strip_suffix(b"/").unwrap_or(name).to_vec()));
        assert_eq!(trimmed.collect::<Vec<_>>(), without(&lost));
    }
}
