//! Makes a tree from sorted entries, handing finished nodes on as chunks.

use super::item::{encode_child, encode_entry};
use super::{Child, NODE_HEADER_BYTES, is_after};
use crate::base::limits::TREE_DEPTH_MAX;
use crate::base::{ChunkId, TreePath};
use crate::format::{Entry, EntryKind, FormatError, Root};

type EncodeItem<'a> = &'a dyn Fn(&[u8], &mut Vec<u8>) -> Result<(), FormatError>;

const NODE_BYTES_MIN: usize = 512;
const NODE_BYTES_MAX: usize = 16_384;
const BOUNDARY_MODULUS: u32 = 16;
/// Items of a node above the leaves before it may end: whatever the paths are, each level is a quarter of the one below.
const CHILDREN_MIN: u32 = 4;

/// Makes a tree, level by level, in memory of a few nodes.
///
/// `boundary` gives the keyed number for a level and a path, `store` keeps a node and tells its id.
#[derive(Debug)]
pub struct TreeBuilder<B> {
    boundary: B,
    levels: Vec<Node>,
    /// The path of the last entry if it is no directory, with a `/`: nothing can lie below it.
    closed: Vec<u8>,
}

#[derive(Debug, Default)]
struct Node {
    items: Vec<u8>,
    count: u32,
    entries: u64,
    first: Option<TreePath>,
    last: Vec<u8>,
    has_cut: bool,
}

impl<B: Fn(u8, &[u8]) -> u32> TreeBuilder<B> {
    /// An empty tree.
    pub const fn new(boundary: B) -> Self {
        Self { boundary, levels: Vec::new(), closed: Vec::new() }
    }

    /// Adds the next entry, whose path must be after all before it.
    ///
    /// # Errors
    /// [`FormatError::Value`] for an entry out of order or one that a reader would refuse; those of `store`.
    pub fn push<E: From<FormatError>>(
        &mut self,
        entry: &Entry,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
    ) -> Result<(), E> {
        if self
            .levels
            .first()
            .is_some_and(|leaf| leaf.first.is_some() && !is_after(&leaf.last, entry.path.as_bytes()))
        {
            return Err(FormatError::Value { field: "order of paths" }.into());
        }
        if !self.closed.is_empty() && entry.path.as_bytes().starts_with(&self.closed) {
            return Err(FormatError::Value { field: "path below what is no directory" }.into());
        }
        self.closed.clear();
        if entry.kind != EntryKind::Directory {
            self.closed.extend_from_slice(entry.path.as_bytes());
            self.closed.push(b'/');
        }
        self.push_item(0, &entry.path, 1, store, &|before, out| encode_entry(entry, before, out))
    }

    /// The root, after everything left over was stored.
    ///
    /// # Errors
    /// Those of `store`.
    pub fn finish<E: From<FormatError>>(
        mut self,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
    ) -> Result<Root, E> {
        for level in 0..=TREE_DEPTH_MAX {
            let node = self.levels.get_mut(usize::from(level)).map(std::mem::take).unwrap_or_default();
            let is_root = !node.has_cut;
            let child = store_node(level, node, store)?;
            if is_root {
                return Ok(Root { id: child.id, bytes: child.bytes, level });
            }
            if let Some(child) = child.into_child() {
                self.push_child(level + 1, &child, store)?;
            }
        }
        Err(FormatError::Value { field: "level of a tree node" }.into())
    }

    fn push_child<E: From<FormatError>>(
        &mut self,
        level: u8,
        child: &Child,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
    ) -> Result<(), E> {
        self.push_item(level, &child.first, child.entries, store, &|before, out| {
            encode_child(child, before, out)
        })
    }

    fn push_item<E: From<FormatError>>(
        &mut self,
        level: u8,
        path: &TreePath,
        entries: u64,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
        encode: EncodeItem<'_>,
    ) -> Result<(), E> {
        super::refuse_unless(level <= TREE_DEPTH_MAX, "level of a tree node")?;
        let at = usize::from(level);
        while self.levels.len() <= at {
            self.levels.push(Node::default());
        }
        let Some(node) = self.levels.get_mut(at) else { return Ok(()) };
        let start = node.items.len();
        encode(&node.last, &mut node.items)?;
        let bytes = NODE_HEADER_BYTES + start;
        let items_min = if level == 0 { 1 } else { CHILDREN_MIN };
        let ends_before = node.count >= items_min
            && (NODE_HEADER_BYTES + node.items.len() > NODE_BYTES_MAX
                || (bytes >= NODE_BYTES_MIN
                    && (self.boundary)(level, path.as_bytes()).is_multiple_of(BOUNDARY_MODULUS)));
        if !ends_before {
            node.add(path, entries);
            return Ok(());
        }
        node.items.truncate(start);
        let full = std::mem::take(node);
        node.has_cut = true;
        encode(&[], &mut node.items)?;
        node.add(path, entries);
        match store_node(level, full, store)?.into_child() {
            Some(child) => self.push_child(level + 1, &child, store),
            None => Ok(()),
        }
    }
}

impl Node {
    fn add(&mut self, path: &TreePath, entries: u64) {
        self.count += 1;
        self.entries += entries;
        path.as_bytes().clone_into(&mut self.last);
        if self.first.is_none() {
            self.first = Some(path.clone());
        }
    }
}

struct StoredNode {
    first: Option<TreePath>,
    id: ChunkId,
    bytes: u32,
    entries: u64,
}

impl StoredNode {
    fn into_child(self) -> Option<Child> {
        let Self { first, id, bytes, entries } = self;
        Some(Child { first: first?, id, bytes, entries })
    }
}

fn store_node<E: From<FormatError>>(
    level: u8,
    node: Node,
    store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
) -> Result<StoredNode, E> {
    let mut bytes = Vec::with_capacity(NODE_HEADER_BYTES + node.items.len());
    bytes.extend_from_slice(&[level, 1, 0, 0]);
    bytes.extend_from_slice(&node.count.to_le_bytes());
    bytes.extend_from_slice(&node.items);
    let length = super::super::to_u32(bytes.len(), "length of a tree node")?;
    Ok(StoredNode { first: node.first, id: store(bytes)?, bytes: length, entries: node.entries })
}
