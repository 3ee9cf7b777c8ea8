use std::collections::BTreeSet;

use super::*;
use crate::base::Silent;
use crate::format::EntryKind;
use crate::ops::backup::BackupOptions;
use crate::ops::house::{House, backup_options, entry, path};
use crate::repo::forest::{Forest, damaged};

fn pattern(text: &str) -> Pattern {
    Pattern::new(text, false).unwrap()
}

/// Hits as `name first-last count`, where snapshots are told by their sequence.
fn found(house: &House, text: &str) -> Vec<String> {
    let root = house.path("");
    let name = |path: &TreePath| crate::base::escape(path.below(&root).unwrap_or(b"elsewhere"));
    let hits = run(&house.reader(), &house.snapshots(), &pattern(text), &Silent).unwrap().hits;
    hits.iter()
        .map(|hit| {
            let (first, last) = (hit.first.sequence, hit.last.sequence);
            format!("{} {first}-{last} {}", name(&hit.entry.path), hit.snapshots)
        })
        .collect()
}

#[test]
fn a_pattern_that_is_none_is_refused_by_name() {
    for text in ["", "/", "a[", "{a"] {
        let error = Pattern::new(text, false).unwrap_err().to_string();
        assert!(error.starts_with(&format!("pattern {text:?}: ")), "{error}");
    }
}

#[test]
fn a_pattern_without_a_slash_is_of_names_and_one_with_a_slash_of_whole_paths() {
    let matches = |text: &str, at: &str| pattern(text).matches(&path(at));
    assert!(matches("*.sql", "srv/db/shop.sql") && matches("db", "srv/db"));
    assert!(!matches("*.sql", "srv/x.sql/y") && !matches("db", "srv/db/x"));
    assert!(matches("/srv/*/shop.sql", "srv/db/shop.sql") && !matches("srv/*.sql", "srv/db/shop.sql"));
    assert!(matches("srv/**/*.sql", "srv/a/b/c.sql") && matches("/srv", "srv") && !matches("/srv", "a/srv"));
    assert!(matches("{a,b}?[0-9]", "x/b-7"));
    assert!(Pattern::new("SHOP*", true).unwrap().matches(&path("shop.sql")));
    assert!(pattern("*").matches(&path(b"\xff\n".to_vec())));
}

#[test]
fn an_entry_that_stays_the_same_is_one_hit_and_each_change_another() {
    let house = House::new();
    house.write("a:file", b"1");
    house.write_bytes(b"\xfffile", b"1");
    house.save();
    house.save();
    house.write("a:file", b"22");
    house.save();
    std::fs::remove_file(house.data().join("a:file")).unwrap();
    house.save();
    house.write("a:file", b"333");
    house.save();
    assert_eq!(found(&house, "*file"), ["a:file 5-5 1", "a:file 3-3 1", "a:file 1-2 2", "\\xfffile 1-5 5"]);
    assert_eq!(found(&house, "nothing"), Vec::<String>::new());
}

#[test]
fn snapshots_of_another_host_do_not_come_between() {
    let house = House::new();
    house.write("file", b"1");
    house.save();
    house.save_with(&BackupOptions { host: "other".into(), ..backup_options() });
    house.save();
    assert_eq!(found(&house, "file"), ["file 1-3 2", "file 2-2 1"]);
}

#[test]
fn a_node_that_two_snapshots_have_is_read_once_and_a_damaged_tree_is_a_warning() {
    #[derive(Default)]
    struct Warned(std::sync::Mutex<Vec<Warning>>);
    impl Observer for Warned {
        fn progress(&self, _: &crate::base::Progress<'_>) {}
        fn warning(&self, warning: Warning) {
            self.0.lock().unwrap().push(warning);
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }
    let forest = Forest::new();
    let names: BTreeSet<_> = (0..5000).map(|n| path(format!("f{n}"))).collect();
    let entries: Vec<_> = names.iter().map(|path| entry(path.as_bytes(), EntryKind::File)).collect();
    let (root, nodes) = forest.grow(&entries);
    let (lost, _) = forest.grow(&[entry("lost", EntryKind::File)]);
    forest.plant(nodes.values());
    let house = House::new();
    let manifest = house.save().manifest;
    let snapshots: Vec<_> = [(1, root), (2, lost), (3, root)]
        .map(|(n, root)| {
            (SnapshotId::new([n; 32]), Manifest { sequence: n.into(), root, ..manifest.clone() })
        })
        .into();
    let (warned, pattern) = (Warned::default(), pattern("f12*"));
    let reader = forest.reader();
    let FindReport { hits, snapshots_damaged } = run(&reader, &snapshots, &pattern, &warned).unwrap();
    assert_eq!(hits.len(), 111);
    assert_eq!(snapshots_damaged, [SnapshotId::new([2; 32])]);
    assert!(hits.iter().all(|hit| hit.first.sequence == 1 && hit.last.sequence == 3 && hit.snapshots == 2));
    assert_eq!(warned.0.lock().unwrap().len(), 1);
    let mut search =
        Search { reader: &reader, pattern: &pattern, observer: &warned, nodes: HashMap::new(), entries: 0 };
    let mut found = || search.node(root, None).unwrap().found.unwrap();
    assert!(Arc::ptr_eq(&found(), &found()));
    assert_eq!(search.nodes.len(), nodes.len());
}

#[test]
fn what_is_before_and_behind_a_damaged_node_is_found() {
    let forest = Forest::new();
    let (root, lost) = damaged(&forest);
    let manifest = Manifest { root, ..House::new().save().manifest };
    let snapshots: Vec<_> = [1, 2].map(|n| (SnapshotId::new([n; 32]), manifest.clone())).into();
    let report = run(&forest.reader(), &snapshots, &pattern("file-*"), &Silent).unwrap();
    assert_eq!(report.hits.len(), 4000 - lost.len());
    assert!(report.hits.iter().all(|hit| hit.snapshots == 2 && !lost.contains(&hit.entry.path)));
    assert_eq!(report.snapshots_damaged, [2, 1].map(|n| SnapshotId::new([n; 32])));
}
