//! A snapshot's entries in order, read node by node, from any path on.

use std::collections::VecDeque;

use super::{ChunkReader, RepoError, Subject};
use crate::base::path::tree_order;
use crate::base::{ChunkId, TreePath};
use crate::format::{Child, Entry, EntryKind, Items, Root, decode_node};

/// The entries of a tree, in tree order.
#[derive(Debug)]
pub struct TreeReader<'a> {
    reader: &'a ChunkReader,
    /// Nodes that are still to come, the deepest last: level and children.
    above: Vec<(u8, VecDeque<Child>)>,
    leaf: VecDeque<Entry>,
    last: Option<(TreePath, EntryKind)>,
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
        Self::starting(reader, root, None)
    }

    /// The entries at and after `from`; nodes before it are not read.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn starting_at(reader: &'a ChunkReader, root: Root, from: &TreePath) -> Result<Self, RepoError> {
        Self::starting(reader, root, Some(from))
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
        if let Some((last, kind)) = &self.last {
            let damaged = |reason: &str| {
                RepoError::damaged(Subject::Object(format!("tree entry {}", entry.path)), reason)
            };
            if *last >= entry.path {
                return Err(damaged("it is out of order"));
            }
            if *kind != EntryKind::Directory && entry.path.is_within(last) {
                return Err(damaged("it lies below something that is no directory"));
            }
        }
        self.last = Some((entry.path.clone(), entry.kind));
        Ok(Some(entry))
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

    fn starting(reader: &'a ChunkReader, root: Root, from: Option<&TreePath>) -> Result<Self, RepoError> {
        let mut tree = Self { reader, above: vec![], leaf: VecDeque::new(), last: None };
        match read_node(reader, root, None)? {
            Items::Entries(entries) => tree.leaf = entries.into(),
            Items::Children(children) => tree.above.push((root.level, children.into())),
        }
        if let Some(from) = from {
            tree.skip_to(from)?;
        }
        Ok(tree)
    }

    fn skip_to(&mut self, from: &TreePath) -> Result<(), RepoError> {
        while let Some((level, children)) = self.above.last_mut() {
            let level = *level;
            // The child that may hold `from` is the last one that starts at or before it.
            let before = children.iter().take_while(|child| child.first <= *from).count();
            children.drain(..before.saturating_sub(1));
            match children.pop_front() {
                Some(child) => self.descend(level - 1, &child)?,
                None => break,
            }
            if level == 1 {
                break;
            }
        }
        self.leaf.retain(|entry| tree_order(entry.path.as_bytes(), from.as_bytes()).is_ge());
        Ok(())
    }

    fn descend(&mut self, level: u8, child: &Child) -> Result<(), RepoError> {
        let node = Root { id: child.id, bytes: child.bytes, level };
        match read_node(self.reader, node, Some(&child.first))? {
            Items::Entries(entries) => self.leaf = entries.into(),
            Items::Children(children) => self.above.push((level, children.into())),
        }
        Ok(())
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
