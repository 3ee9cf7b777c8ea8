#![doc = include_str!("../../../format-spec/tree.md")]

mod build;
mod compressed;
mod item;

pub use build::TreeBuilder;

use super::{Entry, FormatError, refuse_unless};
use crate::base::limits::TREE_DEPTH_MAX;
use crate::base::path::tree_order;
use crate::base::{ChunkId, Fields, TreePath};

const NODE_HEADER_BYTES: usize = 8;

/// A node below another: what a parent says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The first path in it.
    pub first: TreePath,
    /// The node's chunk.
    pub id: ChunkId,
    /// Its length in bytes.
    pub bytes: u32,
    /// How many entries are below it.
    pub entries: u64,
}

/// The items of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// Entries of a leaf.
    Entries(Vec<Entry>),
    /// Nodes one level below.
    Children(Vec<Child>),
}

impl Items {
    /// The first path in the node; `None` in an empty tree's root.
    pub fn first(&self) -> Option<&TreePath> {
        match self {
            Self::Entries(entries) => entries.first().map(|entry| &entry.path),
            Self::Children(children) => children.first().map(|child| &child.first),
        }
    }
}

/// The items of the node in `bytes`, which its parent or the manifest says to be of `level`.
///
/// `first` is the first path its parent says it has; `None` for the root, which alone may be empty.
///
/// # Errors
/// [`FormatError`] for everything the page says must be refused.
pub fn decode_node(bytes: &[u8], level: u8, first: Option<&TreePath>) -> Result<Items, FormatError> {
    refuse_unless(level <= TREE_DEPTH_MAX, "level of a tree node")?;
    let mut fields = Fields::new(bytes);
    refuse_unless(fields.u8()? == level, "level of a tree node")?;
    refuse_unless(fields.u8()? == 1, "version of a tree node")?;
    fields.zeros(2)?;
    let count = fields.u32_le()? as usize;
    // An item has at least four bytes: a false count cannot make this allocate more than the node's own size.
    refuse_unless(count <= fields.left() / 4, "number of a node's items")?;
    let mut reader = item::ItemReader::new(fields.take(fields.left())?);
    let items = if level == 0 {
        Items::Entries((0..count).map(|_| reader.entry()).collect::<Result<_, _>>()?)
    } else {
        Items::Children((0..count).map(|_| reader.child()).collect::<Result<_, _>>()?)
    };
    reader.end()?;
    let is_empty_root = first.is_none() && level == 0 && count == 0;
    refuse_unless(count > 0 || is_empty_root, "number of a node's items")?;
    refuse_unless(first.is_none() || first == items.first(), "first path of a tree node")?;
    Ok(items)
}

/// Bytes that `path` and the path before it share at the front.
fn shared_bytes(before: &[u8], path: &[u8]) -> usize {
    before.iter().zip(path).take_while(|(a, b)| a == b).count()
}

fn is_after(before: &[u8], path: &[u8]) -> bool {
    tree_order(before, path) == std::cmp::Ordering::Less
}

#[cfg(test)]
mod tests;
