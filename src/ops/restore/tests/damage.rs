use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;

use super::super::*;
use crate::repo::forest::{Forest, damaged, entries, path};
use crate::target::TargetOptions;

/// Hears warnings.
#[derive(Default)]
struct Listener(Mutex<Vec<Warning>>);

impl Observer for Listener {
    fn progress(&self, _: &Progress<'_>) {}
    fn warning(&self, warning: Warning) {
        self.0.lock().unwrap().push(warning);
    }
    fn is_cancelled(&self) -> bool {
        false
    }
}

fn restore(
    forest: &Forest,
    root: Root,
    to: &Path,
    options: &RestoreOptions,
    observer: &dyn Observer,
) -> Result<RestoreReport, OpsError> {
    let owner = TargetOptions { sync: false, owner: false, ..TargetOptions::default() };
    let target = DirectoryTarget::create(to, owner).unwrap();
    run(&forest.reader(), root, &target, options, observer)
}

fn only(subtree: &str) -> RestoreOptions {
    let selection = Selection::new(Some(path(subtree)), &[], &[]).unwrap();
    RestoreOptions { selection, ..RestoreOptions::default() }
}

#[test]
fn a_damaged_node_loses_what_is_in_it_and_nothing_before_or_behind_it() {
    let forest = Forest::new();
    let (root, lost) = damaged(&forest);
    let place = tempfile::tempdir().unwrap();
    let listener = Listener::default();
    let options = RestoreOptions { verify: true, ..RestoreOptions::default() };
    let report = restore(&forest, root, place.path(), &options, &listener).unwrap();
    assert_eq!(report.trees_damaged, [lost[0].clone()]);
    assert_eq!((report.files, report.directories), (4001 - lost.len() as u64, 3));
    assert_eq!(report.verified, report.files);
    for entry in entries() {
        let at = place.path().join(entry.path.to_string());
        assert_eq!(at.exists(), !lost.contains(&entry.path), "{}", entry.path);
    }
    for directory in ["a", "b", "z"] {
        let mode = place.path().join(directory).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o751, "{directory} has its metadata");
    }
    let warnings = listener.0.into_inner().unwrap();
    let named: Vec<_> = warnings.iter().filter(|warning| warning.subject == lost[0].to_string()).collect();
    assert_eq!(named.len(), 1, "{warnings:?}");
}

#[test]
fn nothing_is_removed_where_a_part_of_the_tree_cannot_be_read() {
    let forest = Forest::new();
    let (root, lost) = damaged(&forest);
    let place = tempfile::tempdir().unwrap();
    let survivor = place.path().join(lost[0].to_string());
    let stranger = place.path().join("a/stranger");
    for file in [&survivor, &stranger] {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, b"x").unwrap();
    }
    for dry_run in [true, false] {
        let listener = Listener::default();
        let options = RestoreOptions { delete: true, dry_run, ..RestoreOptions::default() };
        let report = restore(&forest, root, place.path(), &options, &listener).unwrap();
        assert!(report.deleted.is_empty() && survivor.exists() && stranger.exists());
        let warnings = listener.0.into_inner().unwrap();
        assert!(warnings.iter().any(|warning| warning.subject == "delete"), "{warnings:?}");
    }
}

#[test]
fn damage_is_told_only_where_the_selection_may_have_lost_something() {
    let forest = Forest::new();
    let (root, lost) = damaged(&forest);
    let run = |subtree: &str| {
        let to = tempfile::tempdir().unwrap();
        restore(&forest, root, to.path(), &only(subtree), &crate::base::Silent).unwrap()
    };
    for whole in ["a", "z"] {
        assert!(run(whole).trees_damaged.is_empty(), "{whole}");
    }
    assert_eq!(run("b").files, 2000 - lost.len() as u64);
    let inside = run(&lost[1].to_string());
    assert_eq!((inside.files, inside.trees_damaged), (0, vec![lost[0].clone()]));
    let before = lost[0].to_string();
    let number: u32 = before[before.len() - 4..].parse().unwrap();
    let before = format!("b/file-{:04}", number - 1);
    assert!(run(&before).trees_damaged.is_empty(), "the node behind {before} is no part of it");
}
