use minicbor::Encoder;

use super::*;
use crate::base::Silent;
use crate::format::{Child, Record};
use crate::ops::house::House;
use crate::repo::forest::{Forest, entry, path};

/// A leaf with these entries.
fn leaf(forest: &Forest, entries: &[Entry]) -> (Child, Vec<u8>) {
    let (root, nodes) = forest.grow(entries);
    assert_eq!(root.level, 0);
    let first = entries[0].path.clone();
    let child = Child { first, id: root.id, bytes: root.bytes, entries: entries.len() as u64 };
    (child, nodes[&root.id].clone())
}

/// A node of level 1 above leaves whose first paths begin with different bytes.
fn above(forest: &Forest, children: &[Child]) -> (Root, Vec<u8>) {
    let mut node = vec![1, 1, 0, 0];
    node.extend(u32::try_from(children.len()).unwrap().to_le_bytes());
    let mut e = Encoder::new(&mut node);
    for child in children {
        e.map(4).unwrap().u8(1).unwrap().bytes(child.first.as_bytes()).unwrap();
        e.u8(2).unwrap().bytes(child.id.as_bytes()).unwrap();
        e.u8(3).unwrap().u32(child.bytes).unwrap().u8(4).unwrap().u64(child.entries).unwrap();
    }
    let root =
        Root { id: forest.repo.keys().chunk_id(&node), bytes: u32::try_from(node.len()).unwrap(), level: 1 };
    (root, node)
}

/// What a check says of snapshots with these trees.
fn checked(forest: &Forest, roots: &[Root]) -> CheckReport {
    let saved = House::new().save();
    let snapshots: Vec<_> = roots
        .iter()
        .map(|root| (saved.snapshot.unwrap(), Manifest { root: *root, ..saved.manifest.clone() }))
        .collect();
    let mut report = CheckReport::default();
    check(&forest.reader(), &snapshots, &Bad::default(), &Silent, &mut report).unwrap();
    report
}

fn files(names: &[&str]) -> Vec<Entry> {
    names.iter().map(|name| entry(*name, EntryKind::File)).collect()
}

/// Where the trees are said to be damaged, a list for each snapshot that loses something.
fn damage(report: &CheckReport) -> Vec<Vec<String>> {
    let names = |loss: &Loss| loss.trees_damaged.iter().map(ToString::to_string).collect();
    report.losses.iter().map(names).collect()
}

#[test]
fn entries_that_a_restore_refuses_are_damage_also_at_the_borders_of_known_nodes() {
    let forest = Forest::new();
    let leaves = [files(&["a", "c"]), files(&["b"]), files(&["c/below"]), files(&["d"])];
    let [(ac, one), (b, two), (below, three), (d, four)] = leaves.map(|entries| leaf(&forest, &entries));
    let sound = [[ac.clone(), d.clone()], [b.clone(), d.clone()], [below.clone(), d.clone()]];
    let sound = sound.map(|children| above(&forest, &children));
    let unordered = above(&forest, &[ac.clone(), b, d.clone()]);
    let misplaced = above(&forest, &[ac.clone(), below, d.clone()]);
    let longer = above(&forest, &[ac, Child { bytes: d.bytes + 1, ..d }]);
    let bad = [unordered, misplaced, longer];
    forest
        .plant([&one, &two, &three, &four].into_iter().chain(sound.iter().chain(&bad).map(|(_, node)| node)));
    let sound = sound.map(|(root, _)| root);
    assert!(checked(&forest, &sound).errors.is_empty(), "the nodes alone are whole");
    let wanted = [["b"], ["c/below"], ["d"]];
    for (at, wanted) in wanted.iter().enumerate() {
        assert_eq!(damage(&checked(&forest, &[bad[at].0])), [wanted]);
    }
    let known: Vec<_> = sound.into_iter().chain(bad.map(|(root, _)| root)).collect();
    let report = checked(&forest, &known);
    assert_eq!(damage(&report), wanted);
    assert!(
        report.errors.iter().zip(wanted).all(|(error, [path])| error.ends_with(&format!("from /{path} on")))
    );
}

#[test]
fn a_file_whose_recipe_has_another_length_is_lost_in_every_snapshot() {
    let forest = Forest::new();
    let stream = [ChunkId::HOLE.as_bytes().as_slice(), &100_u32.to_le_bytes()].concat();
    let records = Record { id: forest.repo.keys().chunk_id(&stream), bytes: 36 };
    let mut entries = files(&["long", "right", "short"]);
    for (entry, size) in entries.iter_mut().zip([99, 100, 101]) {
        entry.size = size;
        entry.content = Some(Recipe { depth: 1, records: vec![records] });
    }
    let (root, nodes) = forest.grow(&entries);
    forest.plant(nodes.values().chain([&stream]));
    let report = checked(&forest, &[root, root]);
    assert_eq!(report.losses.len(), 2);
    for loss in &report.losses {
        assert_eq!(loss.files, [path("long"), path("short")]);
        assert!(!loss.is_tree_damaged);
    }
}

#[test]
fn a_lost_node_is_named_by_its_first_path_and_what_is_behind_it_is_looked_at() {
    let forest = Forest::new();
    let mut entries: Vec<_> = (0..3000).map(|n| entry(format!("file-{n:04}"), EntryKind::File)).collect();
    entries[2999].size = 1;
    let nowhere = Record { id: ChunkId::new([6; 32]), bytes: 1 };
    entries[2999].content = Some(Recipe { depth: 0, records: vec![nowhere] });
    let (root, mut nodes) = forest.grow(&entries);
    let Items::Children(children) = read_of(&nodes[&root.id], root) else { panic!("one leaf") };
    // Not the last one, in which the file is.
    let lost = &children[(children.len() - 1) / 2];
    nodes.remove(&lost.id);
    forest.plant(nodes.values());
    let report = checked(&forest, &[root, root]);
    assert_eq!(report.losses.len(), 2);
    for loss in &report.losses {
        assert_eq!(loss.trees_damaged, std::slice::from_ref(&lost.first));
        assert_eq!(loss.files, [path("file-2999")]);
    }
}

fn read_of(node: &[u8], root: Root) -> Items {
    crate::format::decode_node(node, root.level, None).unwrap()
}

#[test]
fn a_subtree_that_was_whole_is_not_read_again() {
    let forest = Forest::new();
    let entries: Vec<_> = (0..3000).map(|n| entry(format!("file-{n:04}"), EntryKind::File)).collect();
    let (root, nodes) = forest.grow(&entries);
    forest.plant(nodes.values());
    let reader = forest.reader();
    let mut whole = HashMap::new();
    let snapshot = House::new().save().snapshot.unwrap();
    let walk = |reader: &ChunkReader, whole: &mut HashMap<ChunkId, Whole>| {
        let bad = Bad::default();
        let mut walk = Walk::new(reader, snapshot, &bad, &Silent, whole);
        walk.node(root, None).unwrap()
    };
    assert!(walk(&reader, &mut whole));
    assert_eq!(whole.len(), nodes.len());
    let empty = Forest::new();
    assert!(walk(&empty.reader(), &mut whole), "nothing is read");
    assert!(!walk(&empty.reader(), &mut HashMap::new()));
}

#[test]
fn a_table_map_is_read_once_for_all_snapshots() {
    let forest = Forest::new();
    let mut map = crate::format::table_map::MapTrailer {
        pages: 0,
        sections_bytes: 0,
        sections: 0,
        dump_bytes: 0,
        dump_chunks: 0,
        dialect: crate::format::table_map::MapDialect::Sqlite,
        producer: 7,
    }
    .encode();
    let of = |map: &Vec<u8>, path: &str| {
        let record =
            Record { id: forest.repo.keys().chunk_id(map), bytes: u32::try_from(map.len()).unwrap() };
        let recipe = Recipe { depth: 0, records: vec![record] };
        TableMapRef { path: path.into(), recipe, tables: 0, rows: 0, cost: None }
    };
    let right = of(&map, "right.sql");
    forest.plant([&map]);
    map[0] = b'x';
    let wrong = of(&map, "wrong.sql");
    forest.plant([&map]);
    let saved = House::new().save();
    let manifest = Manifest { table_maps: vec![right.clone(), wrong.clone()], ..saved.manifest };
    let mut known = HashMap::new();
    let mut lost = |reader: &ChunkReader, manifest: &Manifest| {
        let mut loss = Loss::none(saved.snapshot.unwrap());
        check_maps(reader, manifest, &Bad::default(), &mut known, &mut loss).unwrap();
        loss.maps
    };
    assert_eq!(lost(&forest.reader(), &manifest), [b"wrong.sql"]);
    let empty = Forest::new();
    assert_eq!(lost(&empty.reader(), &manifest), [b"wrong.sql"], "nothing is read");
    let longer =
        Recipe { records: [right.recipe.records.clone(), right.recipe.records.clone()].concat(), depth: 0 };
    let other = Manifest { table_maps: vec![right, TableMapRef { recipe: longer, ..wrong }], ..manifest };
    assert_eq!(lost(&forest.reader(), &other), [b"wrong.sql"], "another map is read");
}
