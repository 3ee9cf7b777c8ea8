//! Everything that snapshots need: each chunk that a manifest leads to, every node read once whatever number of snapshots share it.

use std::collections::HashSet;

use super::{ChunkReader, Records, RepoError, read_node};
use crate::base::{ChunkId, TreePath};
use crate::format::{Entry, Items, Manifest, Recipe, Replay, Root};

/// A walk over snapshots that share most of what they need.
pub struct Reach<'r> {
    reader: &'r ChunkReader,
    /// Nodes of trees and of recipes that were read, each as what it was read as.
    seen: HashSet<u128>,
    /// Nodes that could not be read: what they lead to is not known.
    pub damage: Vec<RepoError>,
}

impl std::fmt::Debug for Reach<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reach({} nodes)", self.seen.len())
    }
}

/// Takes the ids of chunks that are needed; the same id may come many times.
type Each<'e> = &'e mut dyn FnMut(ChunkId) -> Result<(), RepoError>;

impl<'r> Reach<'r> {
    /// A walk that has seen nothing yet.
    pub fn new(reader: &'r ChunkReader) -> Self {
        Self { reader, seen: HashSet::new(), damage: vec![] }
    }

    /// Hands on every chunk that the snapshot needs, but what nodes lead to that an earlier call has read.
    ///
    /// A node that cannot be read is kept in [`Self::damage`], and the walk goes on behind it.
    ///
    /// # Errors
    /// Those of a failing store, and of `each`.
    pub fn snapshot(&mut self, manifest: &Manifest, each: Each<'_>) -> Result<(), RepoError> {
        self.tree(manifest.root, None, each)?;
        manifest.table_maps.iter().try_for_each(|map| self.recipe(&map.recipe, each))
    }

    fn tree(&mut self, node: Root, first: Option<&TreePath>, each: Each<'_>) -> Result<(), RepoError> {
        if !self.is_new(&node.id, Role::Tree(node.level)) {
            return Ok(());
        }
        each(node.id)?;
        let items = match read_node(self.reader, node, first) {
            Ok(items) => items,
            Err(error) => return self.tolerate(error, &node.id, Role::Tree(node.level)),
        };
        match items {
            Items::Entries(entries) => entries.iter().try_for_each(|entry| self.entry(entry, each)),
            Items::Children(children) => children.iter().try_for_each(|child| {
                let level = node.level.saturating_sub(1);
                self.tree(Root { id: child.id, bytes: child.bytes, level }, Some(&child.first), each)
            }),
        }
    }

    fn entry(&mut self, entry: &Entry, each: Each<'_>) -> Result<(), RepoError> {
        let replay = entry.compressed.as_ref().and_then(|compressed| compressed.replay.as_ref());
        if let Some(Replay::Stored(records)) = replay {
            self.recipe(&Recipe { depth: 0, records: records.clone() }, each)?;
        }
        entry.content.as_ref().map_or(Ok(()), |recipe| self.recipe(recipe, each))
    }

    fn recipe(&mut self, recipe: &Recipe, each: Each<'_>) -> Result<(), RepoError> {
        for record in recipe.records.iter().filter(|record| !record.is_hole()) {
            each(record.id)?;
            if recipe.depth == 0 || !self.is_new(&record.id, Role::Recipe(recipe.depth)) {
                continue;
            }
            match Records::below(self.reader, record) {
                Ok(records) => self.recipe(&Recipe { depth: recipe.depth - 1, records }, each)?,
                Err(error) => self.tolerate(error, &record.id, Role::Recipe(recipe.depth))?,
            }
        }
        Ok(())
    }

    fn is_new(&mut self, id: &ChunkId, role: Role) -> bool {
        self.seen.insert(Self::key(id, role))
    }

    fn key(id: &ChunkId, role: Role) -> u128 {
        let half = id.as_bytes().first_chunk().map_or(0, |half| u128::from_le_bytes(*half));
        // Content can be what a node is, byte for byte, and a node of one level one of another: each is walked as what it is.
        let role = match role {
            Role::Tree(level) => u128::from(level),
            Role::Recipe(depth) => 0x80 | u128::from(depth),
        };
        half << 8 | role
    }

    /// Another snapshot that needs the node hears of it too.
    fn tolerate(&mut self, error: RepoError, id: &ChunkId, role: Role) -> Result<(), RepoError> {
        if !error.is_damage() {
            return Err(error);
        }
        self.seen.remove(&Self::key(id, role));
        self.damage.push(error);
        Ok(())
    }
}

/// As what a chunk is read.
enum Role {
    /// A node of a tree, of this level.
    Tree(u8),
    /// Records so many levels above a stream.
    Recipe(u8),
}
