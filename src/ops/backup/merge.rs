//! Last night's tree beside tonight's walk: both are sorted, so one pass finds what stood at each path.

use crate::base::{Observer, TreePath, Warning};
use crate::format::Entry;
use crate::repo::TreeReader;

/// Last night's entries, asked for in tree order.
pub struct LastNight<'a> {
    tree: Option<TreeReader<'a>>,
    next: Option<Entry>,
    observer: &'a dyn Observer,
}

impl std::fmt::Debug for LastNight<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LastNight")
    }
}

impl<'a> LastNight<'a> {
    /// Entries of `tree`, or none.
    pub fn new(tree: Option<TreeReader<'a>>, observer: &'a dyn Observer) -> Self {
        let mut last = Self { tree, next: None, observer };
        last.advance();
        last
    }

    /// The entry at `path`, which must be after every path asked for before.
    pub fn at(&mut self, path: &TreePath) -> Option<Box<Entry>> {
        while self.next.as_ref().is_some_and(|entry| entry.path < *path) {
            self.advance();
        }
        let found = self.next.take_if(|entry| entry.path == *path)?;
        self.advance();
        Some(Box::new(found))
    }

    /// A tree that cannot be read any further is no reason to fail: files are read instead.
    fn advance(&mut self) {
        let Some(tree) = &mut self.tree else { return };
        self.next = tree.next_entry().unwrap_or_else(|error| {
            let message = format!("cannot be compared with any further: {error}");
            self.observer.warning(Warning { subject: "the snapshot before".into(), message });
            None
        });
        if self.next.is_none() {
            self.tree = None;
        }
    }
}
