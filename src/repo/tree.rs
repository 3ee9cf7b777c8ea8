//! A snapshot's entries in order, read node by node, from any path on.

mod order;

use std::collections::VecDeque;

use super::{ChunkReader, RepoError, Subject};
use crate::base::{ChunkId, TreePath};
use crate::format::{Child, Entry, Items, Root, decode_node};

pub use order::EntryOrder;

/// The entries of a tree, in tree order.
#[derive(Debug)]
pub struct TreeReader<'a> {
    reader: &'a ChunkReader,
    /// Nodes that are still to come, the deepest last: level and children.
    above: Vec<(u8, VecDeque<Child>)>,
    leaf: VecDeque<Entry>,
    order: EntryOrder,
    /// What is before it is left out.
    from: Option<TreePath>,
}

/// What comes next where damage does not end the reading.
#[derive(Debug)]
pub enum Survivor {
    /// An entry.
    Entry(Entry),
    /// A node that cannot be read or stands where it may not, and is passed over.
    Damage {
        /// The first path in it; what is lost goes on from there.
        from: TreePath,
        /// How that is known.
        error: RepoError,
    },
}

/// What a tree reader stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upcoming<'t> {
    /// An entry of a node that was read.
    Entry(&'t TreePath),
    /// A node that was not: its level, its chunk, and the path of the first entry in it.
    ///
    /// Two nodes with the same chunk have the same entries, whatever trees they are in.
    Node(u8, ChunkId, &'t TreePath),
}

impl<'t> Upcoming<'t> {
    /// The path of the next entry.
    pub const fn path(&self) -> &'t TreePath {
        match self {
            Self::Entry(path) | Self::Node(_, _, path) => path,
        }
    }
}

impl<'a> TreeReader<'a> {
    /// All entries of a tree.
    ///
    /// # Errors
    /// Those of reading a chunk; [`RepoError::Damaged`] for a node that is none.
    pub fn new(reader: &'a ChunkReader, root: Root) -> Result<Self, RepoError> {
        Self::surviving(reader, root, None)
    }

    /// The entries at and after `from`, if one is given, for [`Self::next_survivor`]: no node but the root is read yet.
    ///
    /// # Errors
    /// Those of [`Self::new`]: without its root nothing is left of a tree.
    pub fn surviving(
        reader: &'a ChunkReader,
        root: Root,
        from: Option<&TreePath>,
    ) -> Result<Self, RepoError> {
        let (above, leaf, order) = (vec![], VecDeque::new(), EntryOrder::default());
        let mut tree = Self { reader, above, leaf, order, from: from.cloned() };
        let items = read_node(reader, root, None)?;
        tree.enter(root.level, items);
        Ok(tree)
    }

    /// The entries at and after `from`; nodes before it are not read.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn starting_at(reader: &'a ChunkReader, root: Root, from: &TreePath) -> Result<Self, RepoError> {
        let mut tree = Self::surviving(reader, root, Some(from))?;
        while tree.upcoming().is_some_and(|next| matches!(next, Upcoming::Node(_, _, first) if first <= from))
        {
            tree.open_upcoming()?;
        }
        Ok(tree)
    }

    /// The entry with exactly this path.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn find(reader: &'a ChunkReader, root: Root, path: &TreePath) -> Result<Option<Entry>, RepoError> {
        let mut entries = Self::starting_at(reader, root, path)?;
        Ok(entries.next_entry()?.filter(|entry| entry.path == *path))
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    /// Those of [`Self::new`]; [`RepoError::Damaged`] for entries out of order or below something that is no directory.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, RepoError> {
        while self.leaf.is_empty() && self.open_upcoming()? {}
        let Some(entry) = self.leaf.pop_front() else { return Ok(None) };
        self.order.follow(&entry.path, entry.kind)?;
        Ok(Some(entry))
    }

    /// The next entry, or damage in its place: the node is passed over, and what is behind it comes next. `None` at the end.
    ///
    /// # Errors
    /// Those of a failing store.
    pub fn next_survivor(&mut self) -> Result<Option<Survivor>, RepoError> {
        while let Some(Upcoming::Node(_, _, first)) = self.upcoming() {
            let from = first.clone();
            match self.open_upcoming() {
                Ok(_) => {}
                Err(error) if error.is_damage() => return Ok(Some(Survivor::Damage { from, error })),
                Err(error) => return Err(error),
            }
        }
        let Some(entry) = self.leaf.pop_front() else { return Ok(None) };
        Ok(Some(match self.order.follow(&entry.path, entry.kind) {
            Ok(()) => Survivor::Entry(entry),
            Err(error) => {
                self.leaf.clear();
                Survivor::Damage { from: entry.path, error }
            }
        }))
    }

    /// What comes next, without anything being read; `None` at the end.
    pub fn upcoming(&self) -> Option<Upcoming<'_>> {
        if let Some(entry) = self.leaf.front() {
            return Some(Upcoming::Entry(&entry.path));
        }
        let (level, child) =
            self.above.iter().rev().find_map(|(level, children)| Some((*level, children.front()?)))?;
        Some(Upcoming::Node(level.saturating_sub(1), child.id, &child.first))
    }

    /// Reads the upcoming node, so that its first child or entry comes next; `false` if there is none.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn open_upcoming(&mut self) -> Result<bool, RepoError> {
        match self.take_upcoming() {
            Some((level, child)) => self.descend(level, &child).map(|()| true),
            None => Ok(false),
        }
    }

    /// Passes over the upcoming node without reading it; an upcoming entry stays.
    pub fn pass_upcoming(&mut self) {
        self.take_upcoming();
    }

    /// Passes over everything below `directory`; nodes with nothing else in them are not read.
    ///
    /// What comes next must be at or after `directory`.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn skip_below(&mut self, directory: &TreePath) -> Result<(), RepoError> {
        loop {
            while self.leaf.front().is_some_and(|entry| entry.path.is_within(directory)) {
                self.leaf.pop_front();
            }
            let is_below =
                |child: Option<&Child>| child.is_some_and(|child| child.first.is_within(directory));
            let topmost = self.above.iter().position(|(_, children)| is_below(children.front()));
            let Some(topmost) = topmost.filter(|_| self.leaf.is_empty()) else { return Ok(()) };
            // The subtree goes on up to here, so it has all of the levels below.
            self.above.truncate(topmost + 1);
            let Some((_, children)) = self.above.last_mut() else { return Ok(()) };
            while is_below(children.get(1)) {
                children.pop_front();
            }
            self.open_upcoming()?;
        }
    }

    fn take_upcoming(&mut self) -> Option<(u8, Child)> {
        while self.leaf.is_empty() {
            let (level, children) = self.above.last_mut()?;
            if let Some(child) = children.pop_front() {
                return Some((level.saturating_sub(1), child));
            }
            self.above.pop();
        }
        None
    }

    fn descend(&mut self, level: u8, child: &Child) -> Result<(), RepoError> {
        let node = Root { id: child.id, bytes: child.bytes, level };
        let items = read_node(self.reader, node, Some(&child.first))?;
        self.enter(level, items);
        Ok(())
    }

    /// Makes the items of a node what comes next, without those before `from`.
    fn enter(&mut self, level: u8, items: Items) {
        match items {
            Items::Entries(entries) => {
                self.leaf = entries.into();
                if let Some(from) = &self.from {
                    self.leaf.retain(|entry| entry.path >= *from);
                }
            }
            Items::Children(children) => {
                let mut children = VecDeque::from(children);
                if let Some(from) = &self.from {
                    // The child that may hold `from` is the last one that starts at or before it.
                    let before = children.iter().take_while(|child| child.first <= *from).count();
                    children.drain(..before.saturating_sub(1));
                }
                self.above.push((level, children));
            }
        }
    }
}

/// The items of a node; `first` is the first path its parent says it has, `None` for a root.
///
/// # Errors
/// Those of reading a chunk; [`RepoError::Damaged`] for a node that is none.
pub fn read_node(reader: &ChunkReader, node: Root, first: Option<&TreePath>) -> Result<Items, RepoError> {
    let plain = reader.chunk(&node.id)?;
    let damaged = |reason: &dyn std::fmt::Display| RepoError::damaged(Subject::Chunk(node.id), reason);
    if plain.len() != node.bytes as usize {
        return Err(damaged(&"its length is not the one its parent says"));
    }
    decode_node(&plain, node.level, first).map_err(|error| damaged(&error))
}

#[cfg(test)]
mod tests;
