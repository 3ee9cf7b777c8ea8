//! Everything once, in the order of the tree, however deep and whatever its name.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;

use proptest::prelude::*;
use rustix::fs::{AtFlags, Mode, OFlags};

use super::*;
use crate::base::{TreePath, limits};

fn open(directory: &OwnedFd, name: &str) -> OwnedFd {
    rustix::fs::openat(directory, name, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).unwrap()
}

/// Makes directories `d/d/d...` in `at`, each with a file `z`, deeper than a path can say.
fn dig(at: &Path, depth: usize) {
    let mut directory = rustix::fs::open(at, OFlags::PATH, Mode::empty()).unwrap();
    for _ in 0..depth {
        rustix::fs::mkdirat(&directory, "d", Mode::RWXU).unwrap();
        rustix::fs::openat(&directory, "z", OFlags::CREATE | OFlags::WRONLY, Mode::RUSR).unwrap();
        directory = open(&directory, "d");
    }
}

/// Removes what [`dig`] made, which `remove_dir_all` is not up to.
fn fill_in(at: &Path, depth: usize) {
    let mut directory = rustix::fs::open(at, OFlags::PATH, Mode::empty()).unwrap();
    for _ in 0..depth {
        directory = open(&directory, "d");
    }
    for _ in 0..depth {
        directory = open(&directory, "..");
        rustix::fs::unlinkat(&directory, "z", AtFlags::empty()).unwrap();
        rustix::fs::unlinkat(&directory, "d", AtFlags::REMOVEDIR).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_is_yielded_once_in_the_order_of_the_tree(
        paths in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![&b"a"[..], b"b", b"a.b", b"a!", b"a b", b"A", b"a\xff", b"a\n", b"-rf"]),
                1..5,
            ),
            0..40,
        ),
    ) {
        let tree = Tree::new();
        let mut expected = BTreeSet::new();
        for names in paths {
            let path = names.join(&b'/');
            // A file may already stand where a directory would have to be, and the other way round.
            let made = std::fs::create_dir_all(tree.path(&path).parent().unwrap())
                .and_then(|()| std::fs::write(tree.path(&path), ""));
            if made.is_ok() {
                for end in 1..=names.len() {
                    expected.insert(TreePath::new(tree.entry_path(&names[..end].join(&b'/'))).unwrap());
                }
            }
        }
        let mut root = Some(TreePath::new(tree.entry_path(b"").strip_suffix(b"/").unwrap()).unwrap());
        while let Some(path) = root {
            root = path.parent();
            expected.insert(path);
        }
        let walk = tree.walk(&[""], &SourceOptions::default());
        let found: Vec<_> = walk.map(|found| found.unwrap().entry.path).collect();
        // A directory that was made for a file that could not be made is not expected, but may be there.
        prop_assert!(found.is_sorted_by(|a, b| a < b));
        let found: BTreeSet<_> = found.into_iter().collect();
        prop_assert!(expected.is_subset(&found));
        for path in found.difference(&expected) {
            prop_assert!(std::fs::symlink_metadata(Path::new("/").join(OsStr::from_bytes(path.as_bytes()))).is_ok());
        }
    }
}

#[test]
fn names_of_255_bytes_with_newlines_and_without_utf8_are_exact() {
    let tree = Tree::new();
    let mut names = [vec![b'x'; 255], b"a\nb\x1b[31m".to_vec(), b"\xff\xfe\x80".to_vec(), b"-rf".to_vec()];
    for name in &names {
        tree.file(name);
    }
    names.sort();
    let walk = tree.walk(&[""], &SourceOptions::default());
    let found: Vec<_> = walk.map(Result::unwrap).collect();
    let found: Vec<_> = found.iter().filter_map(|found| tree.below(found)).collect();
    assert_eq!(found, names);
}

#[test]
fn nested_and_repeated_roots_are_visited_once() {
    let tree = Tree::new();
    for name in ["a/x", "a!", "b/c/y", "b/d/z", "c"] {
        tree.file(name);
    }
    let mut walk = tree.walk(&["b/d/../c", "a/x", "a", "./a//", "b/c/y", "a!"], &SourceOptions::default());
    assert_eq!(tree.names(&mut walk), ["a/", "a/x", "a!", "b/", "b/c/", "b/c/y"]);
}

#[test]
fn the_directories_above_a_root_are_entries_with_their_own_metadata() {
    let tree = Tree::new();
    let file = tree.file("a/b/file");
    std::fs::set_permissions(tree.path("a"), std::os::unix::fs::PermissionsExt::from_mode(0o2710)).unwrap();
    let found: Vec<_> = Walk::open(&[file], &SourceOptions::default()).unwrap().map(Result::unwrap).collect();
    let above = found.iter().find(|found| tree.below(found) == Some(b"a")).unwrap();
    assert_eq!((above.entry.kind, above.entry.mode), (EntryKind::Directory, 0o2710));
    let depth = tree.entry_path(b"a/b/file").split(|byte| *byte == b'/').count();
    assert_eq!(found.len(), depth);
}

#[test]
fn a_symlink_on_the_way_to_a_root_is_kept_as_the_directory_it_points_to() {
    let tree = Tree::new();
    tree.file("real/below/file");
    tree.file("real/other");
    tree.symlink("real", "link");
    let mut walk = tree.walk(&["link/below"], &SourceOptions::default());
    assert_eq!(tree.names(&mut walk), ["link/", "link/below/", "link/below/file"]);
    let mut walk = tree.walk(&["", "link/below"], &SourceOptions::default());
    let all =
        ["link/", "link/below/", "link/below/file", "real/", "real/below/", "real/below/file", "real/other"];
    assert_eq!(tree.names(&mut walk), all);
    let link = tree.walk(&["link/below"], &SourceOptions::default()).map(Result::unwrap);
    for mut found in link.filter(|found| tree.below(found) == Some(b"link")) {
        found.complete().unwrap();
        assert_eq!(found.entry.link_target, None);
    }
}

#[test]
fn a_root_that_is_a_symlink_is_kept_as_one() {
    let tree = Tree::new();
    tree.file("real/file");
    tree.symlink("real", "link");
    let mut walk = tree.walk(&["link"], &SourceOptions::default());
    assert_eq!(tree.names(&mut walk), ["link"]);
}

#[test]
fn the_root_of_the_file_system_can_be_walked() {
    let walk = Walk::open(&["/".into()], &SourceOptions::default()).unwrap();
    let found: Vec<_> = walk.filter_map(Result::ok).take(300).map(|found| found.entry.path).collect();
    assert_eq!(found.len(), 300);
    assert!(found.is_sorted_by(|a, b| a < b));
    assert!(found.iter().any(|path| path.parent().is_none()));
}

#[test]
fn without_roots_there_is_nothing() {
    assert!(Walk::open(&[], &SourceOptions::default()).unwrap().next().is_none());
}

#[test]
fn a_directory_beyond_the_deepest_is_reported_and_the_walk_goes_on() {
    let tree = Tree::new();
    dig(&tree.directory("deep"), 10_000);
    tree.file("last");
    let (mut errors, mut last, mut entries, mut open_max) = (Vec::new(), None, 0, 0);
    let mut walk = tree.walk(&[""], &SourceOptions::default());
    while let Some(found) = walk.next() {
        open_max = open_max.max(walk.stack.open_count());
        match found {
            Ok(found) => {
                entries += 1;
                assert!(last < Some(found.entry.path.clone()));
                last = Some(found.entry.path);
            }
            Err(error) => errors.push(error),
        }
    }
    fill_in(&tree.path("deep"), 10_000);
    assert!(matches!(errors.as_slice(), [SourceError::TooDeep { .. }]), "{errors:?}");
    assert_eq!(last.unwrap().as_bytes(), tree.entry_path(b"last"));
    let above = tree.entry_path(b"deep").split(|byte| *byte == b'/').count();
    // A `d` and a `z` in each directory down to the deepest that is entered, and `last`.
    assert_eq!(entries, above + 2 * (limits::DEPTH_MAX - above + 1) + 1);
    assert_eq!(open_max, limits::DIRECTORIES_OPEN_MAX + 1);
}

#[test]
fn a_path_that_is_too_long_is_reported_and_the_walk_goes_on() {
    let tree = Tree::new();
    let name = "n".repeat(255);
    let mut directory = rustix::fs::open(tree.0.path(), OFlags::PATH, Mode::empty()).unwrap();
    for _ in 0..300 {
        rustix::fs::mkdirat(&directory, &name, Mode::RWXU).unwrap();
        directory = open(&directory, &name);
    }
    tree.file("o");
    let walk = tree.walk(&[""], &SourceOptions::default());
    let (found, errors): (Vec<_>, Vec<_>) = walk.partition(Result::is_ok);
    for _ in 0..300 {
        directory = open(&directory, "..");
        rustix::fs::unlinkat(&directory, &name, AtFlags::REMOVEDIR).unwrap();
    }
    assert!(matches!(errors.as_slice(), [Err(SourceError::TooLong { .. })]));
    assert!(found.len() > 250);
    assert_eq!(found.last().unwrap().as_ref().unwrap().entry.path.name(), b"o");
}

#[test]
fn what_is_moved_away_while_walked_does_not_lose_the_directories_above() {
    let tree = Tree::new();
    dig(&tree.directory("deep"), 100);
    let at = |level: usize| tree.path("deep".to_owned() + &"/d".repeat(level));
    let mut walk = tree.walk(&["deep"], &SourceOptions::default());
    let bottom = walk
        .find(|found| found.as_ref().unwrap().entry.path.names().filter(|name| *name == b"d").count() == 100);
    assert!(bottom.unwrap().is_ok());
    std::fs::rename(at(50), tree.path("moved")).unwrap();
    let rest: Vec<_> = walk.map(|found| found.unwrap().entry.path).collect();
    assert_eq!(rest.iter().filter(|path| path.name() == b"z").count(), 100);
}

#[test]
fn a_directory_that_cannot_be_found_again_is_reported_and_those_above_go_on() {
    let tree = Tree::new();
    dig(&tree.directory("deep"), 100);
    let at = |level: usize| tree.path("deep".to_owned() + &"/d".repeat(level));
    let mut walk = tree.walk(&["deep"], &SourceOptions::default());
    walk.find(|found| found.as_ref().unwrap().entry.path.names().filter(|name| *name == b"d").count() == 100)
        .unwrap()
        .unwrap();
    std::fs::rename(at(20), tree.path("below")).unwrap();
    std::fs::rename(at(10), tree.path("above")).unwrap();
    let (found, errors): (Vec<_>, Vec<_>) = walk.partition(Result::is_ok);
    // `z` of the levels 10 to 19 are lost, each with its directory named.
    assert_eq!(errors.len(), 10);
    assert!(errors.iter().all(|error| matches!(error, Err(SourceError::Vanished { .. }))));
    assert_eq!(found.len(), 90);
}

#[test]
fn a_relative_root_is_taken_from_the_working_directory() {
    let walk = Walk::open(&["./src/../Cargo.toml".into()], &SourceOptions::default()).unwrap();
    let last = walk.map(Result::unwrap).last().unwrap();
    let expected = std::env::current_dir().unwrap().join("Cargo.toml");
    assert_eq!(last.entry.path.as_bytes(), &expected.as_os_str().as_bytes()[1..]);
}
