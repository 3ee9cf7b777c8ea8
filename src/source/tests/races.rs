//! What changes while it is read is found out, and never something else delivered for it.

use std::io::Write;

use rustix::fs::{CWD, Mode};

use super::*;

fn found_and_removed(tree: &Tree) -> Found {
    let path = tree.file("file");
    let found = tree.found("file");
    // It stays on the disk, so that its inode number is not given to what comes in its place.
    std::fs::rename(path, tree.path("moved")).unwrap();
    found
}

#[test]
fn a_file_that_a_symlink_has_replaced_is_refused() {
    let tree = Tree::new();
    let mut found = found_and_removed(&tree);
    tree.symlink("moved", "file");
    assert!(matches!(found.open(), Err(SourceError::Changed { .. })));
    assert!(matches!(found.complete(), Err(SourceError::Changed { .. })));
    assert!(matches!(found.refresh(), Err(SourceError::Changed { .. })));
}

#[test]
fn a_file_that_another_file_has_replaced_is_refused() {
    let tree = Tree::new();
    let found = found_and_removed(&tree);
    tree.file("file");
    assert!(matches!(found.open(), Err(SourceError::Changed { .. })));
}

#[test]
fn a_file_that_a_pipe_has_replaced_is_refused_and_not_waited_for() {
    let tree = Tree::new();
    let found = found_and_removed(&tree);
    rustix::fs::mkfifoat(CWD, tree.path("file"), Mode::RUSR | Mode::WUSR).unwrap();
    assert!(matches!(found.open(), Err(SourceError::Changed { .. })));
}

#[test]
fn a_symlink_that_a_file_has_replaced_is_refused() {
    let tree = Tree::new();
    let path = tree.symlink("target", "link");
    let mut found = tree.found("link");
    std::fs::rename(path, tree.path("moved")).unwrap();
    tree.file("link");
    assert!(matches!(found.complete(), Err(SourceError::Changed { .. })));
    assert_eq!(found.entry.link_target, None);
}

#[test]
fn a_file_that_vanished_is_named() {
    let tree = Tree::new();
    let mut found = found_and_removed(&tree);
    let shown = tree.path("file").to_str().unwrap().to_owned();
    for error in [found.open().unwrap_err(), found.complete().unwrap_err(), found.refresh().unwrap_err()] {
        assert!(matches!(&error, SourceError::Vanished { path } if *path == shown), "{error}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_found_out() {
    let tree = Tree::new();
    let path = tree.file("file");
    let mut found = tree.found("file");
    let open = found.open().unwrap();
    assert!(!open.has_changed(&found.entry).unwrap());
    std::fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
    assert!(open.has_changed(&found.entry).unwrap());
    found.refresh().unwrap();
    assert_eq!(found.entry.size, 8);
    assert!(!found.open().unwrap().has_changed(&found.entry).unwrap());
}

#[test]
fn a_file_that_is_cut_while_it_is_read_ends_early_and_has_changed() {
    let tree = Tree::new();
    std::fs::write(tree.path("file"), vec![1; 100_000]).unwrap();
    let found = tree.found("file");
    let mut open = found.open().unwrap();
    let mut buffer = [0; 50_000];
    assert_eq!(open.read(&mut buffer).unwrap(), 50_000);
    std::fs::File::options().write(true).open(tree.path("file")).unwrap().set_len(10).unwrap();
    assert_eq!(open.read(&mut buffer).unwrap(), 0);
    assert!(open.has_changed(&found.entry).unwrap());
}

#[test]
fn a_name_that_vanishes_after_its_directory_was_listed_is_reported_and_the_walk_goes_on() {
    let tree = Tree::new();
    for name in ["d/a", "d/b", "d/c"] {
        tree.file(name);
    }
    let mut walk = tree.walk(&["d"], &SourceOptions::default());
    assert!(walk.find(|found| found.as_ref().unwrap().entry.path.name() == b"a").is_some());
    std::fs::remove_file(tree.path("d/b")).unwrap();
    assert!(matches!(walk.next(), Some(Err(SourceError::Vanished { .. }))));
    assert_eq!(walk.next().unwrap().unwrap().entry.path.name(), b"c");
    assert!(walk.next().is_none());
}

/// A walk that has yielded the directory `d`, which was moved away before the walk went into it.
fn walk_at_a_moved_directory(tree: &Tree) -> Walk {
    tree.file("d/file");
    tree.file("e");
    let mut walk = tree.walk(&[""], &SourceOptions::default());
    assert!(walk.find(|found| found.as_ref().unwrap().entry.path.name() == b"d").is_some());
    std::fs::rename(tree.path("d"), tree.path("moved")).unwrap();
    walk
}

#[test]
fn a_directory_that_a_symlink_replaces_is_not_entered() {
    let tree = Tree::new();
    let mut walk = walk_at_a_moved_directory(&tree);
    tree.symlink("moved", "d");
    assert!(matches!(walk.next(), Some(Err(SourceError::Changed { .. }))));
    assert_eq!(tree.names(&mut walk), ["e"]);
}

#[test]
fn a_directory_that_another_one_replaces_is_not_entered() {
    let tree = Tree::new();
    let mut walk = walk_at_a_moved_directory(&tree);
    tree.file("d/other");
    assert!(matches!(walk.next(), Some(Err(SourceError::Changed { .. }))));
    assert_eq!(tree.names(&mut walk), ["e"]);
}

#[test]
fn a_directory_that_vanishes_is_reported_and_the_walk_goes_on() {
    let tree = Tree::new();
    let mut walk = walk_at_a_moved_directory(&tree);
    assert!(matches!(walk.next(), Some(Err(SourceError::Vanished { .. }))));
    assert_eq!(tree.names(&mut walk), ["e"]);
}

#[test]
fn a_root_that_vanishes_after_the_walk_was_opened_is_reported() {
    let tree = Tree::new();
    let root = tree.file("d/root");
    let walk = Walk::open(std::slice::from_ref(&root), &SourceOptions::default()).unwrap();
    std::fs::remove_file(root).unwrap();
    let errors: Vec<_> = walk.filter_map(Result::err).collect();
    assert!(matches!(errors.as_slice(), [SourceError::Vanished { .. }]));
}

#[test]
fn a_directory_that_cannot_be_read_is_an_entry_and_an_error() {
    let tree = Tree::new();
    tree.file("closed/file");
    tree.file("z");
    std::fs::set_permissions(tree.path("closed"), std::os::unix::fs::PermissionsExt::from_mode(0o000))
        .unwrap();
    let walk = tree.walk(&[""], &SourceOptions::default());
    let (found, errors): (Vec<_>, Vec<_>) = walk.partition(Result::is_ok);
    let found: Vec<_> = found.into_iter().map(Result::unwrap).collect();
    let names: Vec<_> = found.iter().filter_map(|found| tree.below(found)).collect();
    std::fs::set_permissions(tree.path("closed"), std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .unwrap();
    if is_root() {
        // Nothing is closed to root.
        assert_eq!(names, [&b"closed"[..], b"closed/file", b"z"]);
    } else {
        assert_eq!(names, [&b"closed"[..], b"z"]);
        assert!(matches!(errors.as_slice(), [Err(SourceError::Unreadable { .. })]));
    }
}
