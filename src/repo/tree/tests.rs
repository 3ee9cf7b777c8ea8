use super::super::forest::{Forest, Nodes, entry, path};
use super::*;
use crate::format::EntryKind;

fn entries(large: u32) -> Vec<Entry> {
    let mut entries: Vec<_> = ["a", "b", "b/c", "b.", "d"].map(|at| entry(at, EntryKind::Directory)).into();
    entries.extend((0..large).map(|n| entry(format!("b/c/file-{n}"), EntryKind::File)));
    entries.extend((0..20).map(|n| entry(format!("d/file-{n}"), EntryKind::File)));
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// Stores a tree without the leaves that have nothing but what is below `b/c`, and tells how many those are.
fn plant(forest: &Forest, entries: &[Entry]) -> (Root, usize) {
    let (root, nodes) = forest.grow(entries);
    let is_lost = |node: &Vec<u8>| match decode_node(node, node[0], None).unwrap() {
        Items::Entries(entries) => entries.iter().all(|entry| entry.path.is_within(&path("b/c"))),
        Items::Children(_) => false,
    };
    let (lost, kept): (Nodes, Nodes) = nodes.into_iter().partition(|(_, node)| is_lost(node));
    forest.plant(kept.values());
    (root, lost.len())
}

#[test]
fn skipping_a_subtree_reads_none_of_its_nodes() {
    let forest = Forest::new();
    let entries = entries(100_000);
    let (root, lost) = plant(&forest, &entries);
    assert!(root.level >= 2 && lost > 100, "{root:?} {lost}");
    let reader = forest.reader();
    for skipped in ["b", "b/c"] {
        let mut tree = TreeReader::new(&reader, root).unwrap();
        while tree.next_entry().unwrap().is_some_and(|entry| entry.path != path(skipped)) {}
        tree.skip_below(&path(skipped)).unwrap();
        let rest: Vec<_> =
            std::iter::from_fn(|| tree.next_entry().unwrap()).map(|entry| entry.path).collect();
        let wanted: Vec<_> =
            entries.iter().map(|entry| entry.path.clone()).filter(|at| *at > path("b/d")).collect();
        assert_eq!(rest, wanted, "{skipped}");
    }
}

#[test]
fn skipping_what_is_below_a_path_passes_over_nothing_else() {
    let forest = Forest::new();
    for large in [0, 3, 500, 5000] {
        let entries = entries(large);
        let (root, nodes) = forest.grow(&entries);
        forest.plant(nodes.values());
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
    let (root, lost) = plant(&forest, &entries);
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

/// What is left of a tree, and the first paths of what is not.
fn survivors(tree: &mut TreeReader<'_>) -> (Vec<TreePath>, Vec<TreePath>) {
    let (mut whole, mut damaged) = (vec![], vec![]);
    while let Some(next) = tree.next_survivor().unwrap() {
        match next {
            Survivor::Entry(entry) => whole.push(entry.path),
            Survivor::Damage { from, .. } => damaged.push(from),
        }
    }
    (whole, damaged)
}

#[test]
fn a_lost_node_of_any_level_is_one_gap_wherever_the_reading_starts() {
    let entries = entries(100_000);
    // Where nodes end is another matter of every key: a root of two has none in its middle.
    let (forest, root, mut nodes, children) = loop {
        let forest = Forest::new();
        let (root, nodes) = forest.grow(&entries);
        assert!(root.level >= 2);
        match decode_node(&nodes[&root.id], root.level, None).unwrap() {
            Items::Children(children) if children.len() > 2 => break (forest, root, nodes, children),
            other => assert!(matches!(other, Items::Children(_))),
        }
    };
    let (lost, next) = (&children[children.len() / 2], &children[children.len() / 2 + 1]);
    nodes.remove(&lost.id);
    forest.plant(nodes.values());
    let reader = forest.reader();
    let is_lost = |path: &TreePath| *path >= lost.first && *path < next.first;
    let left: Vec<_> = entries.iter().map(|entry| entry.path.clone()).filter(|path| !is_lost(path)).collect();
    let mut tree = TreeReader::surviving(&reader, root, None).unwrap();
    assert_eq!(survivors(&mut tree), (left.clone(), vec![lost.first.clone()]));
    let inside = entries.iter().position(|entry| entry.path == lost.first).unwrap() + 1;
    for (from, damaged) in [(&entries[inside].path, 1), (&next.first, 0), (&entries[inside - 2].path, 1)] {
        let mut tree = TreeReader::surviving(&reader, root, Some(from)).unwrap();
        let (whole, gaps) = survivors(&mut tree);
        assert_eq!(gaps.len(), damaged, "{from}");
        assert!(whole.iter().eq(left.iter().filter(|path| *path >= from)), "{from}");
    }
    assert!(TreeReader::starting_at(&reader, root, &entries[inside].path).is_err());
}

#[test]
fn entries_where_they_may_not_be_are_damage() {
    let mut order = EntryOrder::default();
    let names = [("a", EntryKind::Directory), ("a/b", EntryKind::File), ("a.", EntryKind::File)];
    for (name, kind) in names {
        order.follow(&path(name), kind).unwrap();
    }
    let whole = order.clone();
    for bad in ["a.", "a", "a/z", "a./b"] {
        assert!(order.follow(&path(bad), EntryKind::File).unwrap_err().is_damage(), "{bad}");
        assert!(order.follow_known(&path(bad), &whole).unwrap_err().is_damage(), "{bad}");
    }
    let mut end = EntryOrder::default();
    end.follow(&path("m"), EntryKind::File).unwrap();
    order.follow_known(&path("b"), &end).unwrap();
    order.follow(&path("l"), EntryKind::File).unwrap_err();
    order.follow(&path("n"), EntryKind::File).unwrap();
}
