//! Owner, mode, attributes and times.

use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::Arc;

use rustix::fs::XattrFlags;

use super::*;
use crate::target::metadata::Metadata;

const ACCESS: &[u8] = b"system.posix_acl_access";

/// `u::rw-, u:<uid>:r--, g::r--, m::r--, o::---` as the system stores it.
fn acl(uid: u32) -> Vec<u8> {
    let none = u32::MAX;
    let mut value = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in [(1_u16, 6_u16, none), (2, 4, uid), (4, 4, none), (16, 4, none), (32, 0, none)] {
        value.extend(tag.to_le_bytes());
        value.extend(rights.to_le_bytes());
        value.extend(id.to_le_bytes());
    }
    value
}

fn xattr(path: &Path, name: &[u8]) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let bytes = rustix::fs::lgetxattr(path, name, value.as_mut_slice()).ok()?;
    value.truncate(bytes);
    Some(value)
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn the_mode_and_the_nanosecond_are_exact_for_every_kind() {
    both_ways(options(Overwrite::Always), |place| {
        for kind in [EntryKind::File, EntryKind::Directory, EntryKind::Symlink, EntryKind::Fifo] {
            for (mode_bits, seconds, nanos) in
                [(0o1777, 1, 1), (0, -5, 999_999_999), (0o640, 4_000_000_000, 0)]
            {
                let mut entry = entry(kind);
                (entry.mode, entry.mtime) = (mode_bits, Timestamp::new(seconds, nanos));
                assert!(restore(place, &at(format!("a/{kind:?}")), &entry).unwrap().is_empty());
                let path = place.path(&format!("a/{kind:?}"));
                let made = fs::symlink_metadata(&path).unwrap();
                assert_eq!((made.mtime(), made.mtime_nsec()), (seconds, nanos.into()));
                assert!(kind == EntryKind::Symlink || mode(&path) == mode_bits, "{:o}", mode(&path));
            }
        }
    });
}

#[test]
fn nanoseconds_with_a_meaning_of_their_own_are_only_nanoseconds() {
    let place = Place::new(options(Overwrite::Always));
    let mut file = entry(EntryKind::File);
    for nanos in [(1 << 30) - 1, (1 << 30) - 2, u32::MAX] {
        file.mtime = Timestamp { seconds: 7, nanos };
        assert!(restore(&place, &at("file"), &file).unwrap().is_empty());
        let made = fs::metadata(place.path("file")).unwrap();
        assert_eq!((made.mtime(), made.mtime_nsec()), (7, 999_999_999));
    }
}

#[test]
fn setuid_setgid_and_capabilities_are_left_out_and_said_unless_asked_for() {
    let mut file = entry(EntryKind::File);
    file.mode = 0o6755;
    // VFS_CAP_REVISION_2 with CAP_NET_BIND_SERVICE.
    let capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
    file.xattrs = vec![(b"security.capability".to_vec(), capability.clone())];
    both_ways(options(Overwrite::Always), |place| {
        let losses = restore(place, &at("program"), &file).unwrap();
        assert_eq!(losses.iter().map(|loss| loss.what).collect::<Vec<_>>(), [Metadata::SetId; 2]);
        assert!(losses.iter().all(|loss| loss.source.is_none()));
        assert_eq!(mode(&place.path("program")), 0o755);
        assert_eq!(xattr(&place.path("program"), b"security.capability"), None);
    });
    if !is_root() {
        println!("skipped: only root sets capabilities");
        return;
    }
    // The owner changes, which takes both away if it is done too late.
    (file.uid, file.gid) = (1234, 5678);
    let place = Place::new(TargetOptions { setid: true, ..options(Overwrite::Always) });
    assert!(restore(&place, &at("program"), &file).unwrap().is_empty());
    assert_eq!(mode(&place.path("program")), 0o6755);
    assert_eq!(xattr(&place.path("program"), b"security.capability"), Some(capability));
}

#[test]
fn a_program_never_runs_as_an_owner_it_did_not_have() {
    let mut file = entry(EntryKind::File);
    (file.mode, file.uid, file.gid) = (0o6755, 1234, 5678);
    let place = Place::new(TargetOptions { setid: true, owner: false, ..options(Overwrite::Always) });
    let losses = restore(&place, &at("program"), &file).unwrap();
    assert_eq!(losses.iter().map(|loss| loss.what).collect::<Vec<_>>(), [Metadata::SetId]);
    assert_eq!(mode(&place.path("program")), 0o755);
}

#[test]
fn an_owner_is_set_by_name_where_the_machine_knows_it_and_by_number_otherwise() {
    if !is_root() {
        println!("skipped: only root gives files away");
        return;
    }
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap().uid.as_raw();
    for kind in [EntryKind::File, EntryKind::Directory, EntryKind::Symlink, EntryKind::Fifo] {
        let mut entry = entry(kind);
        (entry.uid, entry.gid) = (1234, 5678);
        (entry.user, entry.group) = (Some(Arc::from("nobody")), Some(Arc::from("no such group")));
        for (numeric_ids, owner) in [(false, nobody), (true, 1234)] {
            let place = Place::new(TargetOptions { numeric_ids, ..options(Overwrite::Always) });
            assert!(restore(&place, &at("thing"), &entry).unwrap().is_empty());
            let made = fs::symlink_metadata(place.path("thing")).unwrap();
            assert_eq!((made.uid(), made.gid()), (owner, 5678), "{kind:?}");
        }
    }
}

#[test]
fn the_number_that_means_leave_it_is_a_loss() {
    let place = Place::new(TargetOptions { owner: true, ..options(Overwrite::Always) });
    let mut file = entry(EntryKind::File);
    (file.uid, file.gid) = (u32::MAX, u32::MAX);
    let losses = restore(&place, &at("file"), &file).unwrap();
    assert_eq!(losses.iter().map(|loss| loss.what).collect::<Vec<_>>(), [Metadata::Owner, Metadata::Group]);
    assert_eq!(losses[0].to_string(), "file: owner not set: Invalid argument (os error 22)");
}

#[test]
fn a_group_is_right_in_a_directory_that_gives_its_own() {
    if !is_root() {
        println!("skipped: only root gives files away");
        return;
    }
    both_ways(options(Overwrite::Always), |place| {
        fs::create_dir(place.path("shared")).unwrap();
        std::os::unix::fs::chown(place.path("shared"), None, Some(4321)).unwrap();
        fs::set_permissions(place.path("shared"), fs::Permissions::from_mode(0o2775)).unwrap();
        for kind in [EntryKind::File, EntryKind::Directory, EntryKind::Symlink] {
            restore(place, &at(format!("shared/{kind:?}")), &entry(kind)).unwrap();
            let made = fs::symlink_metadata(place.path(&format!("shared/{kind:?}"))).unwrap();
            assert_eq!(made.gid(), entry(kind).gid);
        }
        assert_eq!(mode(&place.path("shared/Directory")), 0o755);
    });
}

#[test]
fn attributes_and_access_lists_are_restored_byte_by_byte() {
    let mut thing = entry(EntryKind::File);
    thing.mode = 0o440;
    thing.xattrs = vec![
        (ACCESS.to_vec(), acl(1234)),
        (b"user.empty".to_vec(), Vec::new()),
        (b"user.\xffbytes".to_vec(), b"\0\xff".to_vec()),
    ];
    both_ways(options(Overwrite::Always), |place| {
        for kind in [EntryKind::File, EntryKind::Directory] {
            let path = place.path(&format!("{kind:?}"));
            let thing = Entry { kind, ..thing.clone() };
            assert!(restore(place, &at(format!("{kind:?}")), &thing).unwrap().is_empty());
            for (name, value) in &thing.xattrs {
                assert_eq!(xattr(&path, name).as_ref(), Some(value));
            }
            assert_eq!(fs::metadata(&path).unwrap().mtime_nsec(), 123_456_789);
        }
    });
}

#[test]
fn an_attribute_that_cannot_be_set_is_named_and_the_rest_is_there() {
    let mut fifo = entry(EntryKind::Fifo);
    fifo.xattrs = vec![(b"user.comment\n".to_vec(), b"x".to_vec())];
    both_ways(options(Overwrite::Always), |place| {
        let losses = restore(place, &at("fifo"), &fifo).unwrap();
        assert_eq!(losses.len(), 1);
        assert_eq!((losses[0].what, losses[0].name.as_deref()), (Metadata::Xattr, Some("user.comment\\n")));
        assert!(losses[0].to_string().starts_with("fifo: extended attribute user.comment\\n not set: "));
        assert_eq!(mode(&place.path("fifo")), 0o644);
    });
}

#[test]
fn attributes_are_left_alone_if_not_wanted() {
    let place = Place::new(TargetOptions { xattrs: false, ..options(Overwrite::Always) });
    let mut file = entry(EntryKind::File);
    file.xattrs = vec![(b"user.comment".to_vec(), b"x".to_vec())];
    assert!(restore(&place, &at("file"), &file).unwrap().is_empty());
    assert_eq!(xattr(&place.path("file"), b"user.comment"), None);
}

#[test]
fn access_lists_of_the_directory_are_not_inherited() {
    both_ways(options(Overwrite::Always), |place| {
        fs::create_dir(place.path("dir")).unwrap();
        let dir = fs::File::open(place.path("dir")).unwrap();
        let default = b"system.posix_acl_default".as_slice();
        rustix::fs::fsetxattr(dir.as_fd(), default, &acl(1234), XattrFlags::empty()).unwrap();
        for kind in [EntryKind::File, EntryKind::Directory, EntryKind::Fifo] {
            assert!(restore(place, &at(format!("dir/{kind:?}")), &entry(kind)).unwrap().is_empty());
            let path = place.path(&format!("dir/{kind:?}"));
            assert_eq!((xattr(&path, ACCESS), xattr(&path, default)), (None, None), "{kind:?}");
            assert_eq!(mode(&path), entry(kind).mode);
        }
    });
}

#[test]
fn attributes_that_a_directory_had_and_the_entry_has_not_are_removed() {
    both_ways(options(Overwrite::Always), |place| {
        fs::create_dir(place.path("dir")).unwrap();
        let dir = fs::File::open(place.path("dir")).unwrap();
        for name in [ACCESS, b"user.old"] {
            rustix::fs::fsetxattr(dir.as_fd(), name, &acl(1234), XattrFlags::empty()).unwrap();
        }
        assert!(restore(place, &at("dir"), &entry(EntryKind::Directory)).unwrap().is_empty());
        assert_eq!((xattr(&place.path("dir"), ACCESS), xattr(&place.path("dir"), b"user.old")), (None, None));
        assert_eq!(mode(&place.path("dir")), 0o755);
    });
}

#[test]
fn directories_on_the_way_are_private_and_a_finished_one_has_its_time_again() {
    both_ways(options(Overwrite::Always), |place| {
        let mut directory = entry(EntryKind::Directory);
        directory.mode = 0o500;
        place.target.directory(&at("a/b"), &directory, Plan::Create).unwrap();
        restore(place, &at("a/b/file"), &entry(EntryKind::File)).unwrap();
        assert_eq!((mode(&place.path("a")), mode(&place.path("a/b"))), (0o700, 0o700));
        place.target.finish_directory(&at("a/b"), &directory).unwrap();
        assert_eq!(mode(&place.path("a/b")), 0o500);
        assert_eq!(fs::metadata(place.path("a/b")).unwrap().mtime_nsec(), 123_456_789);
        // Once more, into what is now read-only.
        let plan = place.target.plan(&at("a/b"), &directory).unwrap();
        place.target.directory(&at("a/b"), &directory, plan).unwrap();
        restore(place, &at("a/b/file"), &entry(EntryKind::File)).unwrap();
        place.target.finish_directory(&at("a/b"), &directory).unwrap();
        assert_eq!(mode(&place.path("a/b")), 0o500);
    });
}
