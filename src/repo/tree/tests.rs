use super::super::tests::repository;
use super::*;
use crate::base::{Silent, Timestamp};
use crate::codec::Compression;
use crate::format::TreeBuilder;
use crate::repo::{Repository, WriteOptions, Writer};

/// A repository with one tree after another in it; nodes can be lost, so that reading them is an error.
struct Forest {
    repo: Repository,
    cache: tempfile::TempDir,
}

impl Forest {
    fn new() -> Self {
        Self { repo: repository(), cache: tempfile::tempdir().unwrap() }
    }

    /// Stores a tree without the leaves whose entries are all `lost`.
    fn plant(&self, entries: &[Entry], lost: &dyn Fn(&Entry) -> bool) -> (Root, usize) {
        let mut state = self.repo.open_index_for_writing(self.cache.path(), &Silent).unwrap();
        let options = WriteOptions { compression: Compression::default(), dry_run: false };
        let mut writer = Writer::new(&self.repo, &mut state.index, options).unwrap();
        let keys = self.repo.keys();
        let mut withheld = 0;
        let mut store = |node: Vec<u8>| {
            match decode_node(&node, node[0], None).unwrap() {
                Items::Entries(entries) if !entries.is_empty() && entries.iter().all(lost) => withheld += 1,
                _ => drop(writer.put_metadata(&node)?),
            }
            Ok::<_, RepoError>(keys.chunk_id(&node))
        };
        let mut builder = TreeBuilder::new(|level, path: &[u8]| keys.tree_boundary(level, path));
        for entry in entries {
            builder.push(entry, &mut store).unwrap();
        }
        let root = builder.finish(&mut store).unwrap();
        writer.finish().unwrap();
        (root, withheld)
    }

    fn reader(&self) -> ChunkReader {
        let state = self.repo.open_index(self.cache.path(), &Silent).unwrap();
        ChunkReader::new(&self.repo, state.index.view())
    }
}

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

fn entry(text: &str) -> Entry {
    let kind = if text.contains("file") { EntryKind::File } else { EntryKind::Directory };
    Entry {
        path: path(text),
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
        torn: false,
    }
}

fn entries(large: u32) -> Vec<Entry> {
    let mut entries: Vec<_> = ["a", "b", "b/c", "b.", "d"].map(entry).into();
    entries.extend((0..large).map(|n| entry(&format!("b/c/file-{n}"))));
    entries.extend((0..20).map(|n| entry(&format!("d/file-{n}"))));
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

fn rest(tree: &mut TreeReader<'_>) -> Vec<TreePath> {
    std::iter::from_fn(|| tree.next_entry().unwrap()).map(|entry| entry.path).collect()
}

#[test]
fn skipping_a_subtree_reads_none_of_its_nodes() {
    let forest = Forest::new();
    let entries = entries(100_000);
    let (root, lost) = forest.plant(&entries, &|entry| entry.path.is_within(&path("b/c")));
    assert!(root.level >= 2 && lost > 100, "{root:?} {lost}");
    let reader = forest.reader();
    for skipped in ["b", "b/c"] {
        let mut tree = TreeReader::new(&reader, root).unwrap();
        while tree.next_entry().unwrap().is_some_and(|entry| entry.path != path(skipped)) {}
        tree.skip_below(&path(skipped)).unwrap();
        let wanted: Vec<_> =
            entries.iter().map(|entry| entry.path.clone()).filter(|at| *at > path("b/d")).collect();
        assert_eq!(rest(&mut tree), wanted, "{skipped}");
    }
}

#[test]
fn skipping_what_has_nothing_below_it_passes_over_nothing_else() {
    let forest = Forest::new();
    for large in [0, 3, 500, 5000] {
        let entries = entries(large);
        let (root, _) = forest.plant(&entries, &|_| false);
        let reader = forest.reader();
        for at in 0..entries.len() {
            let mut tree = TreeReader::starting_at(&reader, root, &entries[at].path).unwrap();
            let directory = tree.next_entry().unwrap().unwrap().path;
            tree.skip_below(&directory).unwrap();
            let wanted = entries[at + 1..].iter().map(|entry| &entry.path);
            let wanted = wanted.filter(|path| !path.is_within(&directory)).take(3);
            let next: Vec<_> =
                std::iter::from_fn(|| tree.next_entry().unwrap()).take(3).map(|entry| entry.path).collect();
            assert_eq!(next.iter().collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{directory}");
        }
    }
}

#[test]
fn a_node_that_is_passed_over_is_not_read_and_what_follows_is() {
    let forest = Forest::new();
    let entries = entries(5000);
    let (root, lost) = forest.plant(&entries, &|entry| entry.path.is_within(&path("b/c")));
    assert!(lost > 3);
    let reader = forest.reader();
    let mut tree = TreeReader::new(&reader, root).unwrap();
    let mut seen = vec![];
    let mut passed = 0;
    while let Some(next) = tree.upcoming() {
        match next {
            Upcoming::Entry(path) => {
                let path = path.clone();
                assert_eq!(tree.next_entry().unwrap().unwrap().path, path);
                seen.push(path);
            }
            Upcoming::Node(0, id, _) if reader.chunk(&id).is_err() => {
                tree.pass_upcoming();
                passed += 1;
            }
            Upcoming::Node(..) => assert!(tree.open_upcoming().unwrap()),
        }
    }
    assert_eq!(passed, lost);
    assert_eq!(seen.first(), Some(&path("a")));
    assert_eq!(seen.last(), Some(&entries.last().unwrap().path));
    assert!(!tree.open_upcoming().unwrap());
}
