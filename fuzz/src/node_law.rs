//! Law of a tree node: the items of one that is taken are in order, and entries come back from the tree made of them.

use strongroom::base::{ChunkId, TreePath};
use strongroom::format::{Entry, FormatError, Items, TreeBuilder, decode_node};

use super::{bounded, memory_for};

/// Paths share their fronts in a node and not in memory, within a limit of the format.
const PATHS_BYTES_MAX: usize = 64 << 20;

/// Holds for all bytes; the level asked for is the one that the node says.
pub fn holds(node: &[u8]) {
    let Some(level) = node.first() else { return };
    let memory = 2 * PATHS_BYTES_MAX + memory_for(node.len());
    let Ok(items) = bounded(memory, || decode_node(node, *level, None)) else { return };
    assert_eq!(decode_node(node, *level, items.first()).as_ref(), Ok(&items));
    assert!(decode_node(node, level ^ 1, None).is_err());
    match items {
        Items::Entries(entries) => {
            assert_eq!(*level, 0);
            in_order(entries.iter().map(|entry| &entry.path));
            assert_eq!(tree_of(&entries), entries);
        }
        Items::Children(children) => {
            assert!((1..=16).contains(level) && !children.is_empty());
            in_order(children.iter().map(|child| &child.first));
        }
    }
}

fn in_order<'a>(paths: impl Iterator<Item = &'a TreePath>) {
    let paths: Vec<_> = paths.collect();
    assert!(paths.is_sorted_by(|a, b| a < b));
}

/// The entries in the leaves of the tree that these entries make.
fn tree_of(entries: &[Entry]) -> Vec<Entry> {
    let mut leaves = Vec::new();
    let mut store = |node: Vec<u8>| {
        let id = ChunkId::new(*blake3::hash(&node).as_bytes());
        if node.first() == Some(&0) {
            leaves.push(node);
        }
        Ok::<_, FormatError>(id)
    };
    let mut builder = TreeBuilder::new(|_, path: &[u8]| path.len() as u32);
    for entry in entries {
        builder.push(entry, &mut store).unwrap();
    }
    builder.finish(&mut store).unwrap();
    let decode = |leaf: &Vec<u8>| match decode_node(leaf, 0, None).unwrap() {
        Items::Entries(entries) => entries,
        Items::Children(_) => panic!("a leaf has children"),
    };
    leaves.iter().flat_map(decode).collect()
}
