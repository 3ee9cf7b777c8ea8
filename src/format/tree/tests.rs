use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::base::Timestamp;
use crate::format::{EntryKind, Recipe, Record, Root};

type Chunks = HashMap<ChunkId, Vec<u8>>;

fn entry(path: &[u8]) -> Entry {
    Entry {
        path: TreePath::new(path).unwrap(),
        kind: EntryKind::File,
        mode: 0o644,
        uid: 1000,
        gid: 1000,
        user: Some("shop".into()),
        group: None,
        mtime: Timestamp::new(1_763_607_600, 123),
        ctime: Timestamp::new(1_763_607_601, 0),
        inode: 77,
        device: 0,
        links: 1,
        size: 5,
        link_target: None,
        device_number: None,
        xattrs: vec![],
        content: Some(Recipe { depth: 0, records: vec![Record { id: ChunkId::new([1; 32]), bytes: 5 }] }),
        compressed: None,
        torn: false,
    }
}

fn boundary(level: u8, path: &[u8]) -> u32 {
    let hash = blake3::Hasher::new().update(&[level]).update(path).finalize();
    u32::from_le_bytes(hash.as_bytes()[..4].try_into().unwrap())
}

fn build(entries: &[Entry]) -> (Root, Chunks) {
    let mut chunks = HashMap::new();
    let mut store = |bytes: Vec<u8>| {
        let id = ChunkId::new(*blake3::hash(&bytes).as_bytes());
        chunks.insert(id, bytes);
        Ok::<_, FormatError>(id)
    };
    let mut builder = TreeBuilder::new(boundary);
    for entry in entries {
        builder.push(entry, &mut store).unwrap();
    }
    (builder.finish(&mut store).unwrap(), chunks)
}

fn entries_of(id: ChunkId, level: u8, first: Option<&TreePath>, chunks: &Chunks) -> Vec<Entry> {
    match decode_node(&chunks[&id], level, first).unwrap() {
        Items::Entries(entries) => entries,
        Items::Children(children) => children
            .iter()
            .flat_map(|child| {
                let entries = entries_of(child.id, level - 1, Some(&child.first), chunks);
                assert_eq!(entries.len() as u64, child.entries);
                entries
            })
            .collect(),
    }
}

fn many(count: u32) -> Vec<Entry> {
    let mut entries: Vec<_> =
        (0..count).map(|n| entry(format!("srv/{:03}/file-{n}", n % 500).as_bytes())).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

#[test]
fn every_field_of_an_entry_comes_back() {
    let full = Entry {
        group: Some("www".into()),
        ctime: Timestamp::new(-1, 999_999_999),
        device: 9,
        links: 3,
        size: 1 << 40,
        xattrs: vec![(b"security.x".to_vec(), vec![0, 255]), (b"user.y".to_vec(), vec![])],
        content: Some(Recipe { depth: 2, records: vec![Record { id: ChunkId::new([2; 32]), bytes: 72 }] }),
        compressed: None,
        torn: true,
        ..entry(b"a/\xff\n")
    };
    let plain = Entry { content: None, size: 0, ..entry(b"b") };
    let link = Entry { kind: EntryKind::Symlink, link_target: Some(b"../x".to_vec()), ..plain.clone() };
    let device = Entry {
        path: TreePath::new("c").unwrap(),
        kind: EntryKind::BlockDevice,
        device_number: Some((8, 1)),
        user: None,
        ..plain
    };
    let entries = vec![full, link, device];
    let (root, chunks) = build(&entries);
    assert_eq!(entries_of(root.id, root.level, None, &chunks), entries);
}

#[test]
fn an_empty_tree_is_a_leaf_without_items() {
    let (root, chunks) = build(&[]);
    assert_eq!(root.level, 0);
    assert_eq!(entries_of(root.id, 0, None, &chunks), vec![]);
    let named = TreePath::new("a").unwrap();
    assert!(decode_node(&chunks[&root.id], 0, Some(&named)).is_err(), "only a root may be empty");
}

#[test]
fn a_few_changes_in_many_entries_write_few_bytes() {
    let mut entries = many(100_000);
    let (root, before) = build(&entries);
    assert!(root.level >= 2);
    for n in 0..25 {
        entries[n * 4000 + 17].size = 0;
        entries[n * 4000 + 17].content = None;
    }
    let (_, after) = build(&entries);
    let new: usize =
        after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, bytes)| bytes.len()).sum();
    assert!(new < 400_000, "{new}");
}

#[test]
fn a_few_paths_longer_than_a_node_make_a_low_tree() {
    let long = |n: u32| entry(format!("{n:05}{}", "/x".repeat(30_000)).as_bytes());
    let entries: Vec<_> = (0..40).map(long).collect();
    let (root, chunks) = build(&entries);
    assert_eq!(root.level, 3);
    assert_eq!(entries_of(root.id, root.level, None, &chunks), entries);
    let mut store = |_: Vec<u8>| Ok::<_, FormatError>(ChunkId::new([1; 32]));
    let mut everywhere = TreeBuilder::new(|_, _: &[u8]| 0);
    for entry in &entries {
        everywhere.push(entry, &mut store).unwrap();
    }
    assert_eq!(everywhere.finish(&mut store).unwrap().level, 3);
}

#[test]
fn entries_out_of_order_are_neither_written_nor_read() {
    let mut store = |_: Vec<u8>| Ok::<_, FormatError>(ChunkId::new([0; 32]));
    let mut builder = TreeBuilder::new(boundary);
    builder.push(&entry(b"b"), &mut store).unwrap();
    assert!(builder.push(&entry(b"b"), &mut store).is_err());
    assert!(builder.push(&entry(b"a/c"), &mut store).is_err());
    let mut node = vec![0, 1, 0, 0, 2, 0, 0, 0];
    item::encode_entry(&entry(b"b"), &[], &mut node).unwrap();
    item::encode_entry(&entry(b"a"), &[], &mut node).unwrap();
    assert_eq!(decode_node(&node, 0, None), Err(FormatError::Value { field: "order of paths" }));
}

#[test]
fn nodes_with_false_headers_or_lengths_are_refused() {
    let (root, chunks) = build(&many(10));
    let node = &chunks[&root.id];
    assert!(decode_node(node, 0, None).is_ok());
    assert!(decode_node(node, 1, None).is_err() && decode_node(node, 17, None).is_err());
    assert!(decode_node(node, 0, Some(&TreePath::new("other").unwrap())).is_err());
    for length in 0..node.len() {
        assert!(decode_node(&node[..length], 0, None).is_err(), "{length}");
    }
    for (at, to) in [(0, 1), (1, 2), (2, 1), (4, 9), (4, 11), (7, 255)] {
        let mut changed = node.clone();
        changed[at] = to;
        assert!(decode_node(&changed, 0, None).is_err(), "{at}");
    }
}

#[test]
fn entries_that_contradict_themselves_are_not_written() {
    let good = entry(b"a");
    for bad in [
        Entry { mode: 0o10_000, ..good.clone() },
        Entry { kind: EntryKind::Symlink, ..good.clone() },
        Entry { kind: EntryKind::CharDevice, content: None, size: 0, ..good.clone() },
        Entry { link_target: Some(vec![]), ..good.clone() },
        Entry { kind: EntryKind::Directory, ..good.clone() },
        Entry { size: 6, ..good.clone() },
        Entry { links: 0, ..good.clone() },
        Entry { device: 1, ..good.clone() },
    ] {
        assert!(item::encode_entry(&bad, &[], &mut vec![]).is_err(), "{bad:?}");
    }
}

#[test]
fn paths_that_would_fill_the_memory_are_refused() {
    let front = "x".repeat(65_000);
    let paths: Vec<_> = (0..1100).map(|n| TreePath::new(format!("{front}{n:04}")).unwrap()).collect();
    let node_of = |count: usize| {
        let mut node = vec![1, 1, 0, 0];
        node.extend_from_slice(&u32::try_from(count).unwrap().to_le_bytes());
        let mut before: &[u8] = &[];
        for path in &paths[..count] {
            let child = Child { first: path.clone(), id: ChunkId::new([1; 32]), bytes: 1, entries: 1 };
            item::encode_child(&child, before, &mut node).unwrap();
            before = path.as_bytes();
        }
        node
    };
    assert!(decode_node(&node_of(1032), 1, None).is_ok());
    let refused = FormatError::Value { field: "length of a node's paths" };
    assert_eq!(decode_node(&node_of(1033), 1, None), Err(refused));
}

#[test]
fn attributes_of_unknown_length_are_refused() {
    let mut node = vec![0, 1, 0, 0, 1, 0, 0, 0];
    item::encode_entry(&Entry { xattrs: vec![(vec![], vec![])], ..entry(b"a") }, &[], &mut node).unwrap();
    assert!(decode_node(&node, 0, None).is_ok());
    let at = node.windows(5).position(|bytes| bytes == [18, 0x81, 0x82, 0x40, 0x40]).unwrap();
    node.splice(at + 1..at + 5, [0x9f]);
    assert!(matches!(decode_node(&node, 0, None), Err(FormatError::Cbor(_))));
}

proptest! {
    #[test]
    fn a_tree_gives_back_the_entries_it_was_made_of(count in 0_u32..4000) {
        let entries = many(count);
        let (root, chunks) = build(&entries);
        prop_assert_eq!(entries_of(root.id, root.level, None, &chunks), entries);
    }

    #[test]
    fn any_bytes_are_a_node_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), level in 0_u8..3) {
        let _ = decode_node(&bytes, level, None);
        let mut node = vec![level, 1, 0, 0, 1, 0, 0, 0];
        node.extend_from_slice(&bytes);
        if let Ok(Items::Entries(entries)) = decode_node(&node, level, None) {
            let (root, chunks) = build(&entries);
            prop_assert_eq!(entries_of(root.id, root.level, None, &chunks), entries);
        }
    }
}
