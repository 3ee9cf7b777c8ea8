//! For tests of what reads trees: a repository with trees in it of which nodes can be lost, so that reading them is an error.

use std::collections::BTreeMap;

use super::tests::repository;
use super::{ChunkReader, Repository, WriteOptions, Writer};
use crate::base::{ChunkId, Silent, Timestamp, TreePath};
use crate::codec::Compression;
use crate::format::{Entry, EntryKind, FormatError, Items, Root, TreeBuilder, decode_node};

/// Nodes of trees by their chunks.
pub type Nodes = BTreeMap<ChunkId, Vec<u8>>;

/// A repository of trees.
pub struct Forest {
    pub repo: Repository,
    cache: tempfile::TempDir,
}

impl Forest {
    pub fn new() -> Self {
        Self { repo: repository(), cache: tempfile::tempdir().unwrap() }
    }

    /// The nodes of a tree, which are stored nowhere.
    pub fn grow(&self, entries: &[Entry]) -> (Root, Nodes) {
        let keys = self.repo.keys();
        let mut nodes = Nodes::new();
        let mut store = |node: Vec<u8>| {
            let id = keys.chunk_id(&node);
            nodes.insert(id, node);
            Ok::<_, FormatError>(id)
        };
        let mut builder = TreeBuilder::new(|level, path: &[u8]| keys.tree_boundary(level, path));
        for entry in entries {
            builder.push(entry, &mut store).unwrap();
        }
        (builder.finish(&mut store).unwrap(), nodes)
    }

    /// Stores nodes; all others of a tree are lost.
    pub fn plant<'n>(&self, nodes: impl IntoIterator<Item = &'n Vec<u8>>) {
        let mut state = self.repo.open_index_for_writing(self.cache.path(), &Silent).unwrap();
        let options = WriteOptions { compression: Compression::default(), dry_run: false };
        let mut writer = Writer::new(&self.repo, &mut state.index, options).unwrap();
        for node in nodes {
            writer.put_metadata(node).unwrap();
        }
        writer.finish().unwrap();
    }

    /// A reader of what is planted now.
    pub fn reader(&self) -> ChunkReader {
        let state = self.repo.open_index(self.cache.path(), &Silent).unwrap();
        ChunkReader::new(&self.repo, state.index.view())
    }
}

pub fn path(bytes: impl Into<Vec<u8>>) -> TreePath {
    TreePath::new(bytes).unwrap()
}

/// An entry with nothing special about it; a file is empty.
pub fn entry(at: impl Into<Vec<u8>>, kind: EntryKind) -> Entry {
    Entry {
        path: path(at),
        kind,
        mode: 0o644,
        uid: 0,
        gid: 0,
        user: None,
        group: None,
        mtime: Timestamp::default(),
        ctime: Timestamp::default(),
        inode: 0,
        device: 0,
        links: 1,
        size: 0,
        link_target: None,
        device_number: None,
        xattrs: vec![],
        content: (kind == EntryKind::File).then(Default::default),
        compressed: None,
        torn: false,
    }
}

/// Directories of files, enough for several leaves, and a directory behind them.
pub fn entries() -> Vec<Entry> {
    let directory = |at: &str| Entry { mode: 0o751, ..entry(at, EntryKind::Directory) };
    let mut entries = ["a", "b", "z"].map(directory).to_vec();
    for above in ["a", "b"] {
        entries.extend((0..2000).map(|n| entry(format!("{above}/file-{n:04}"), EntryKind::File)));
    }
    entries.push(entry("z/last", EntryKind::File));
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// A tree of [`entries`] of which one leaf is lost that has only what is below `b`, not to its end, and the paths in that leaf.
pub fn damaged(forest: &Forest) -> (Root, Vec<TreePath>) {
    let (root, mut nodes) = forest.grow(&entries());
    assert!(root.level >= 1);
    let lost = nodes.iter().find_map(|(id, node)| match decode_node(node, node[0], None).unwrap() {
        Items::Entries(entries) => {
            let is_lost =
                entries.iter().all(|entry| entry.path.name() != b"last" && entry.path.is_within(&path("b")));
            is_lost.then(|| (*id, entries.into_iter().map(|entry| entry.path).collect::<Vec<_>>()))
        }
        Items::Children(_) => None,
    });
    let (id, lost) = lost.unwrap();
    nodes.remove(&id);
    forest.plant(nodes.values());
    (root, lost)
}
