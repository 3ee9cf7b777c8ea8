use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::*;
use crate::base::Silent;
use crate::ops::house::{House, entry, path};
use crate::repo::forest::Forest;

fn differences(reader: &ChunkReader, roots: [Root; 2], path: Option<&TreePath>) -> (Vec<String>, DiffReport) {
    let mut lines = vec![];
    let report = run(reader, roots, path, ["a", "b"], &Silent, &mut |difference| {
        lines.push(match difference {
            Difference::Added(entry) => format!("+ {}", entry.path),
            Difference::Removed(entry) => format!("- {}", entry.path),
            Difference::Changed { after, changes, .. } => {
                format!("{} {}", changes.words().concat(), after.path)
            }
        });
        Ok(())
    });
    (lines, report.unwrap())
}

/// What an unhurried comparison finds.
fn naive(before: &[Entry], after: &[Entry]) -> Vec<String> {
    let mut both: BTreeMap<TreePath, [Option<&Entry>; 2]> = BTreeMap::new();
    for entry in before {
        both.entry(entry.path.clone()).or_default()[0] = Some(entry);
    }
    for entry in after {
        both.entry(entry.path.clone()).or_default()[1] = Some(entry);
    }
    let line = |(path, entries): (&TreePath, &[Option<&Entry>; 2])| match entries {
        [None, _] => Some(format!("+ {path}")),
        [_, None] => Some(format!("- {path}")),
        [Some(before), Some(after)] => {
            let changes = Changes::between(before, after);
            (!changes.is_none()).then(|| format!("{} {path}", changes.words().concat()))
        }
    };
    both.iter().filter_map(line).collect()
}

#[test]
fn a_path_in_neither_tree_is_an_error_and_one_in_either_is_not() {
    let house = House::new();
    house.write("old/file", b"1");
    let before = house.save().manifest.root;
    std::fs::remove_dir_all(house.data().join("old")).unwrap();
    house.write("new/file", b"1");
    let after = house.save().manifest.root;
    let reader = house.reader();
    let nowhere = house.path("nowhere");
    let error = run(&reader, [before, after], Some(&nowhere), ["12", "34"], &Silent, &mut |_| Ok(()));
    assert!(
        matches!(error, Err(OpsError::NoEntry { snapshot, .. }) if snapshot == "12 or 34"),
        "it names both"
    );
    let same = run(&reader, [after, after], Some(&nowhere), ["12", "34"], &Silent, &mut |_| Ok(()));
    assert!(same.is_err());
    let (lines, report) = differences(&reader, [before, after], Some(&house.path("old")));
    let lines_wanted = ["old", "old/file"].map(|name| format!("- {}", house.path(name)));
    assert_eq!(lines, lines_wanted);
    assert_eq!(report.removed, Count { files: 1, directories: 1, others: 0, bytes: 1 });
}

#[test]
fn changes_of_real_files_are_named_by_their_kind() {
    let house = House::new();
    for name in ["a", "b", "becomes-directory", "same", "touched", "mode"] {
        house.write(name, b"12345");
    }
    let before = house.save().manifest.root;
    let data = house.data();
    house.write("a", b"other");
    std::fs::remove_file(data.join("b")).unwrap();
    std::fs::remove_file(data.join("becomes-directory")).unwrap();
    house.write("becomes-directory/file", b"1234567");
    let touched = std::fs::File::open(data.join("touched")).unwrap();
    touched.set_modified(std::time::UNIX_EPOCH).unwrap();
    std::fs::set_permissions(data.join("mode"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let after = house.save().manifest.root;
    let (lines, report) = differences(&house.reader(), [before, after], Some(&house.path("")));
    let at = |name: &str| house.path(name).to_string();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(lines[0].starts_with("content") && lines[0].ends_with(&at("a")));
    assert_eq!(lines[1], format!("- {}", at("b")));
    assert!(lines[2].starts_with("kindcontentmode") && lines[2].ends_with(&at("becomes-directory")));
    assert_eq!(lines[3], format!("+ {}", at("becomes-directory/file")));
    assert_eq!(lines[4], format!("mode {}", at("mode")));
    assert_eq!(lines[5], format!("mtime {}", at("touched")));
    assert_eq!((report.changed.files, report.changed.directories, report.changed.bytes), (1, 1, 5));
    assert_eq!(report.changed_bytes_before, 10);
    assert_eq!((report.added.bytes, report.removed.bytes, report.metadata.files), (7, 5, 2));
    let (lines, report) = differences(&house.reader(), [after, after], None);
    assert!(lines.is_empty() && report.is_same());
}

#[test]
fn nodes_that_both_trees_have_are_not_read() {
    let forest = Forest::new();
    let mut before: Vec<_> =
        (0..200_000).map(|n| entry(format!("{:03}-{n}", n / 1000), EntryKind::File)).collect();
    before.sort_by(|a, b| a.path.cmp(&b.path));
    let mut after = before.clone();
    after[70_000].mode = 0;
    after.remove(100_000);
    after.insert(150_000, entry(format!("{}-inserted", after[149_999].path), EntryKind::File));
    let ((root, nodes), (other, others)) = (forest.grow(&before), forest.grow(&after));
    assert!(root.level >= 2);
    let only = nodes.iter().filter(|(id, _)| !others.contains_key(id));
    let only_other = others.iter().filter(|(id, _)| !nodes.contains_key(id));
    let stored: Vec<_> = only.chain(only_other).map(|(_, node)| node).collect();
    assert!(stored.len() < 30 && nodes.len() > 1000, "{} of {}", stored.len(), nodes.len());
    forest.plant(stored);
    let (lines, _) = differences(&forest.reader(), [root, other], None);
    assert_eq!(lines, naive(&before, &after));
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_damaged_node_is_an_error() {
    let forest = Forest::new();
    let (root, nodes) = forest.grow(&[entry("a", EntryKind::File)]);
    let (other, _) = forest.grow(&[entry("b", EntryKind::File)]);
    forest.plant(nodes.values());
    let error = run(&forest.reader(), [root, other], None, ["a", "b"], &Silent, &mut |_| Ok(()));
    assert!(matches!(error, Err(OpsError::Repo(error)) if error.is_damage()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn two_trees_differ_where_their_entries_do(
        count in 0_usize..3000,
        edits in proptest::collection::vec((0_usize..3000, 0_u8..3), 0..40),
        from in 0_usize..3000,
    ) {
        let forest = Forest::new();
        let mut before: Vec<_> =
            (0..count).map(|n| entry(format!("d{}/{n}", n % 7), EntryKind::File)).collect();
        before.extend((0..7).map(|n| entry(format!("d{n}"), EntryKind::Directory)));
        before.sort_by(|a, b| a.path.cmp(&b.path));
        let mut after = before.clone();
        for (at, edit) in edits {
            let at = at % after.len();
            match edit {
                _ if after[at].kind == EntryKind::Directory => {}
                0 => drop(after.remove(at)),
                1 => after[at].mode ^= 1,
                _ => {
                    let name = format!("{}x", after[at].path);
                    if let Err(at) = after.binary_search_by(|entry| entry.path.cmp(&path(name.clone()))) {
                        after.insert(at, entry(name, EntryKind::File));
                    }
                }
            }
        }
        let ((root, nodes), (other, others)) = (forest.grow(&before), forest.grow(&after));
        forest.plant(nodes.values().chain(others.values()));
        let reader = forest.reader();
        prop_assert_eq!(differences(&reader, [root, other], None).0, naive(&before, &after));
        let below = path(format!("d{}", from % 7));
        let part = |entries: &[Entry]| -> Vec<Entry> {
            entries.iter().filter(|entry| entry.path.is_within(&below)).cloned().collect()
        };
        let (lines, _) = differences(&reader, [root, other], Some(&below));
        prop_assert_eq!(lines, naive(&part(&before), &part(&after)));
    }
}
