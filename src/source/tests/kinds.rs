//! What is told about each kind of entry.

use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, XattrFlags};

use super::*;

/// An access control list as the kernel keeps it: version 2, then tag, permission and id of each line.
const ACL: &[u8] =
    b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\x39\x30\0\0\x04\0\x04\0\xff\xff\xff\xff\
\x10\0\x04\0\xff\xff\xff\xff\x20\0\x04\0\xff\xff\xff\xff";

#[test]
fn each_kind_is_told_and_only_files_have_a_size() {
    let tree = Tree::new();
    tree.file("file");
    tree.directory("directory");
    tree.symlink("nowhere\n", "symlink");
    rustix::fs::mkfifoat(CWD, tree.path("fifo"), Mode::RUSR).unwrap();
    for (name, kind, size) in [
        ("file", EntryKind::File, 4),
        ("directory", EntryKind::Directory, 0),
        ("symlink", EntryKind::Symlink, 0),
        ("fifo", EntryKind::Fifo, 0),
    ] {
        let mut found = tree.found(name);
        found.complete().unwrap();
        let entry = &found.entry;
        assert_eq!((entry.kind, entry.size, entry.links, entry.device), (kind, size, 1, 0), "{name}");
        assert_eq!(entry.device_number, None);
        let target = (name == "symlink").then_some(b"nowhere\n".as_slice());
        assert_eq!(entry.link_target.as_deref(), target);
        assert_eq!(found.open().is_ok(), name == "file");
    }
}

#[test]
fn a_device_has_its_numbers() {
    let tree = Tree::new();
    let number = rustix::fs::makedev(1, 3);
    let made = rustix::fs::mknodat(CWD, tree.path("null"), FileType::CharacterDevice, Mode::RUSR, number);
    // Only root may, and not in every container; the system's own is there for the others.
    let (path, name) =
        if made.is_ok() { (tree.path("null"), "null") } else { ("/dev/null".into(), "/dev/null") };
    let found = Walk::open(&[path], &SourceOptions::default()).unwrap().map(Result::unwrap).last().unwrap();
    assert_eq!(
        (found.entry.kind, found.entry.device_number),
        (EntryKind::CharDevice, Some((1, 3))),
        "{name}"
    );
    assert!(found.open().is_err());
}

#[test]
fn sockets_are_left_out_and_counted() {
    let tree = Tree::new();
    let _socket = UnixListener::bind(tree.path("socket")).unwrap();
    tree.file("z");
    let mut walk = tree.walk(&[""], &SourceOptions::default());
    assert_eq!(tree.names(&mut walk), ["z"]);
    assert_eq!(walk.sockets_left_out(), 1);
}

#[test]
fn metadata_is_what_the_system_says() {
    let tree = Tree::new();
    let path = tree.file("file");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o4751)).unwrap();
    let before_the_epoch = std::time::UNIX_EPOCH - std::time::Duration::new(1, 250_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(before_the_epoch).unwrap();
    let entry = tree.found("file").entry;
    let expected = std::fs::metadata(&path).unwrap();
    assert_eq!(entry.mode, 0o4751);
    assert_eq!((entry.mtime.seconds, entry.mtime.nanos), (-2, 750_000_000));
    assert_eq!(
        (entry.ctime.seconds, i64::from(entry.ctime.nanos)),
        (expected.ctime(), expected.ctime_nsec())
    );
    assert_eq!((entry.uid, entry.gid, entry.inode), (expected.uid(), expected.gid(), expected.ino()));
    if is_root() {
        assert_eq!(entry.user.as_deref(), Some("root"));
    }
}

#[test]
fn hard_links_have_one_inode_and_their_device() {
    let tree = Tree::new();
    std::fs::hard_link(tree.file("a"), tree.path("b")).unwrap();
    let (a, b) = (tree.found("a").entry, tree.found("b").entry);
    assert_eq!((a.inode, a.device, a.links), (b.inode, b.device, 2));
    assert_eq!(a.device, std::fs::metadata(tree.path("a")).unwrap().dev());
}

#[test]
fn attributes_are_read_sorted_and_whole() {
    let tree = Tree::new();
    let path = tree.file("file");
    let long = vec![b'v'; 3000];
    let mut expected = Vec::new();
    for (name, value) in [
        ("user.z", b"".as_slice()),
        ("system.posix_acl_access", ACL),
        ("user.a", b"\0\xff"),
        ("user.long", &long),
    ] {
        // Not every file system takes every attribute.
        if rustix::fs::setxattr(&path, name, value, XattrFlags::empty()).is_ok() {
            expected.push((name.as_bytes().to_vec(), value.to_vec()));
        }
    }
    expected.sort();
    let mut found = tree.found("file");
    assert!(found.entry.xattrs.is_empty());
    found.complete().unwrap();
    assert_eq!(found.entry.xattrs, expected);
    let opened = super::super::xattrs::read_open(&found.directory, b"file").unwrap();
    assert_eq!(opened, expected);
}

#[test]
fn holes_are_found_in_a_file_of_8_tib() {
    const SIZE: u64 = 8 << 40;
    let tree = Tree::new();
    let file = std::fs::File::create(tree.path("sparse")).unwrap();
    file.set_len(SIZE).unwrap();
    file.write_all_at(&[7; 65_536], 1 << 40).unwrap();
    let mut open = tree.found("sparse").open().unwrap();
    let (mut at, mut extents) = (0, Vec::new());
    loop {
        match open.next_extent(at).unwrap() {
            Extent::End => break,
            Extent::Hole { start, end } => {
                assert_eq!(start, at);
                at = end;
            }
            Extent::Data { start, end } => {
                assert_eq!(start, at);
                extents.push((start, end));
                at = end;
            }
        }
    }
    assert_eq!((at, open.size()), (SIZE, SIZE));
    assert_eq!(extents, [(1 << 40, (1 << 40) + 65_536)]);
    open.seek(1 << 40);
    let mut byte = [0];
    assert_eq!((open.read(&mut byte).unwrap(), byte), (1, [7]));
}

#[test]
fn a_file_without_holes_is_one_extent_and_reads_to_its_end() {
    let tree = Tree::new();
    let content: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    std::fs::write(tree.path("full"), &content).unwrap();
    let mut open = tree.found("full").open().unwrap();
    assert_eq!(open.next_extent(0).unwrap(), Extent::Data { start: 0, end: 300_000 });
    assert_eq!(open.next_extent(300_000).unwrap(), Extent::End);
    let (mut read, mut buffer) = (Vec::new(), [0; 65_536]);
    loop {
        match open.read(&mut buffer).unwrap() {
            0 => break,
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
    assert_eq!(read, content);
}

#[test]
fn an_empty_file_has_no_extent() {
    let tree = Tree::new();
    std::fs::write(tree.path("empty"), "").unwrap();
    assert_eq!(tree.found("empty").open().unwrap().next_extent(0).unwrap(), Extent::End);
}

#[test]
fn what_was_found_can_be_taken_to_another_thread() {
    let tree = Tree::new();
    tree.file("file");
    let mut found = tree.found("file");
    let read = std::thread::spawn(move || {
        found.complete().unwrap();
        let mut buffer = [0; 8];
        found.open().unwrap().read(&mut buffer).unwrap()
    });
    assert_eq!(read.join().unwrap(), 4);
}
