//! What a walk leaves out, and what it must not.

use std::os::unix::fs::MetadataExt;

use super::*;
use crate::base::TreePath;

const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# made for a test";

fn excluding(patterns: &[&str]) -> SourceOptions {
    SourceOptions {
        excludes: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
        ..Default::default()
    }
}

#[test]
fn a_pattern_matches_anywhere_and_a_later_one_decides() {
    let tree = Tree::new();
    for name in ["a.log", "keep.log", "sub/b.log", "sub/c.txt", "new\nline.log"] {
        tree.file(name);
    }
    let mut walk = tree.walk(&[""], &excluding(&["*.log", "!keep.log", "# a comment", ""]));
    assert_eq!(tree.names(&mut walk), ["keep.log", "sub/", "sub/c.txt"]);
    assert_eq!(walk.excluded(), 3);
}

#[test]
fn a_pattern_is_anchored_only_by_a_slash_before_it() {
    let tree = Tree::new();
    for name in ["tmp/a", "sub/tmp/b", "sub/file"] {
        tree.file(name);
    }
    let anchored = tree.path("tmp/").to_str().unwrap().to_owned();
    let mut walk = tree.walk(&[""], &excluding(&[&anchored, "/sub/file"]));
    assert_eq!(tree.names(&mut walk), ["sub/", "sub/file", "sub/tmp/", "sub/tmp/b"]);
    for pattern in ["sub/file", "**/sub/file"] {
        let mut walk = tree.walk(&[""], &excluding(&[pattern]));
        assert_eq!(tree.names(&mut walk), ["sub/", "sub/tmp/", "sub/tmp/b", "tmp/", "tmp/a"]);
    }
    let mut walk = tree.walk(&[""], &excluding(&["tmp/", "!sub/tmp/"]));
    assert_eq!(tree.names(&mut walk), ["sub/", "sub/file", "sub/tmp/", "sub/tmp/b"]);
}

#[test]
fn a_pattern_for_directories_spares_files_and_links() {
    let tree = Tree::new();
    tree.file("cache/file");
    tree.file("sub/cache");
    tree.symlink("sub", "other");
    let mut walk = tree.walk(&[""], &excluding(&["cache/", "other/"]));
    assert_eq!(tree.names(&mut walk), ["other", "sub/", "sub/cache"]);
}

#[test]
fn what_is_in_an_excluded_directory_is_not_looked_at() {
    let tree = Tree::new();
    tree.file("private/file");
    tree.file("public");
    let mut walk = tree.walk(&[""], &excluding(&["private", "!private/file"]));
    assert_eq!(tree.names(&mut walk), ["public"]);
    assert_eq!(walk.excluded(), 1);
}

#[test]
fn a_root_is_kept_whatever_the_patterns_say() {
    let tree = Tree::new();
    for name in ["out/a", "out/in/b", "out/in/b.log", "other"] {
        tree.file(name);
    }
    let mut walk = tree.walk(&["", "out/in"], &excluding(&["out/", "*.log"]));
    assert_eq!(tree.names(&mut walk), ["other", "out/", "out/in/", "out/in/b"]);
}

#[test]
fn patterns_are_read_from_files() {
    let tree = Tree::new();
    for name in ["a.log", "b.tmp", "c"] {
        tree.file(name);
    }
    let file = tree.path("patterns");
    std::fs::write(&file, "\u{feff}*.log\n\n# no\n!b.tmp\n").unwrap();
    let options = SourceOptions { exclude_files: vec![file], ..excluding(&["*.tmp"]) };
    let mut walk = tree.walk(&[""], &options);
    assert_eq!(tree.names(&mut walk), ["b.tmp", "c", "patterns"]);
}

#[test]
fn patterns_that_cannot_be_understood_are_named() {
    let refused = |options| Walk::open(&["/".into()], &options).err().unwrap();
    let error = refused(excluding(&["a{b"]));
    assert!(matches!(&error, SourceError::Pattern { pattern, .. } if pattern == "a{b"), "{error}");
    let nowhere = SourceOptions { exclude_files: vec!["/nowhere/patterns".into()], ..Default::default() };
    let error = refused(nowhere);
    assert!(matches!(&error, SourceError::Unreadable { path, .. } if path == "/nowhere/patterns"), "{error}");
    let tree = Tree::new();
    let file = tree.path("patterns");
    std::fs::write(&file, "fine\n[z-a]\n").unwrap();
    let error = refused(SourceOptions { exclude_files: vec![file], ..Default::default() });
    assert!(matches!(&error, SourceError::Pattern { reason, .. } if reason.contains('2')), "{error}");
}

#[test]
fn of_a_cache_only_the_directory_and_its_tag_are_kept() {
    let tree = Tree::new();
    for name in ["cache/A", "cache/sub/x", "cache/z", "no/x", "short/x", "y"] {
        tree.file(name);
    }
    std::fs::write(tree.path("cache/CACHEDIR.TAG"), TAG).unwrap();
    std::fs::write(tree.path("no/CACHEDIR.TAG"), TAG.replace('8', "9")).unwrap();
    std::fs::write(tree.path("short/CACHEDIR.TAG"), "Signature: 8a").unwrap();
    let options = SourceOptions { exclude_caches: true, ..Default::default() };
    let mut walk = tree.walk(&[""], &options);
    let expected = [
        "cache/",
        "cache/CACHEDIR.TAG",
        "no/",
        "no/CACHEDIR.TAG",
        "no/x",
        "short/",
        "short/CACHEDIR.TAG",
        "short/x",
        "y",
    ];
    assert_eq!(tree.names(&mut walk), expected);
    assert_eq!(walk.excluded(), 3);
    let mut walk = tree.walk(&[""], &SourceOptions::default());
    assert_eq!(tree.names(&mut walk).len(), expected.len() + 4);
}

#[test]
fn a_root_in_a_cache_is_kept_and_a_cache_that_is_a_root_too() {
    let tree = Tree::new();
    for name in ["cache/a", "cache/sub/x", "cache/sub/y/z"] {
        tree.file(name);
    }
    std::fs::write(tree.path("cache/CACHEDIR.TAG"), TAG).unwrap();
    let options = SourceOptions { exclude_caches: true, ..Default::default() };
    let mut walk = tree.walk(&["", "cache/sub/y"], &options);
    let expected = ["cache/", "cache/CACHEDIR.TAG", "cache/sub/", "cache/sub/y/", "cache/sub/y/z"];
    assert_eq!(tree.names(&mut walk), expected);
    let mut walk = tree.walk(&["cache"], &options);
    assert_eq!(tree.names(&mut walk).len(), 7);
}

#[test]
fn a_tag_that_is_a_fifo_or_a_link_makes_no_cache() {
    let tree = Tree::new();
    std::fs::write(tree.path("tag"), TAG).unwrap();
    tree.file("fifo/x");
    rustix::fs::mkfifoat(rustix::fs::CWD, tree.path("fifo/CACHEDIR.TAG"), rustix::fs::Mode::RUSR).unwrap();
    tree.file("link/x");
    tree.symlink("../tag", "link/CACHEDIR.TAG");
    let mut walk = tree.walk(&[""], &SourceOptions { exclude_caches: true, ..Default::default() });
    assert_eq!(walk.excluded(), 0);
    assert_eq!(tree.names(&mut walk).iter().filter(|name| name.ends_with("/x")).count(), 2);
}

#[test]
fn a_directory_to_skip_is_known_by_its_inode() {
    let tree = Tree::new();
    for name in ["a/file", "skipped/file", "z"] {
        tree.file(name);
    }
    let link = tree.symlink("skipped", "link");
    let options = SourceOptions { skip: vec![link, tree.path("nowhere")], ..Default::default() };
    let mut walk = tree.walk(&[""], &options);
    assert_eq!(tree.names(&mut walk), ["a/", "a/file", "link", "z"]);
    assert_eq!(
        walk.skipped().iter().map(|path| path.as_bytes().to_vec()).collect::<Vec<_>>(),
        [tree.entry_path(b"skipped")]
    );
    assert_eq!(walk.excluded(), 0);
}

#[test]
fn a_root_that_is_to_be_skipped_is_skipped() {
    let tree = Tree::new();
    tree.file("skipped/file");
    let options = SourceOptions { skip: vec![tree.path("skipped")], ..Default::default() };
    let mut walk = tree.walk(&["skipped"], &options);
    assert!(tree.names(&mut walk).is_empty());
    assert_eq!(walk.skipped().len(), 1);
}

/// Directories that are mounted in `/dev` nearly everywhere.
fn mounts() -> Vec<PathBuf> {
    let device = std::fs::metadata("/dev").unwrap().dev();
    let is_mount =
        |path: &PathBuf| std::fs::metadata(path).is_ok_and(|found| found.is_dir() && found.dev() != device);
    ["/dev/mqueue", "/dev/pts", "/dev/shm"].map(PathBuf::from).into_iter().filter(is_mount).collect()
}

#[test]
fn on_one_file_system_a_mount_point_is_an_empty_directory() {
    let options = SourceOptions { one_file_system: true, ..Default::default() };
    let mut walk = Walk::open(&["/dev".into()], &options).unwrap();
    let found: Vec<_> = walk.by_ref().filter_map(Result::ok).map(|found| found.entry).collect();
    for mount in mounts() {
        let path = TreePath::new(&mount.as_os_str().as_bytes()[1..]).unwrap();
        assert!(found.iter().any(|entry| entry.path == path && entry.kind == EntryKind::Directory), "{path}");
        assert!(!found.iter().any(|entry| entry.path > path && entry.path.is_within(&path)), "{path}");
    }
    assert!(walk.mount_points() >= mounts().len() as u64);
}

#[test]
fn a_root_on_another_file_system_is_walked_all_the_same() {
    let options = SourceOptions { one_file_system: true, ..Default::default() };
    // Unless there is no such file system here, where it is looked for in vain.
    let exists = Path::new("/dev/pts/ptmx").exists();
    let roots: &[PathBuf] = if exists { &["/dev".into(), "/dev/pts".into()] } else { &["/dev".into()] };
    let mut walk = Walk::open(roots, &options).unwrap();
    let is_inside = |found: Found| found.entry.path.as_bytes() == b"dev/pts/ptmx";
    assert_eq!(walk.any(|found| found.is_ok_and(is_inside)), exists);
}
