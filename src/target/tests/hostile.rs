//! What lies in wait in the target or in the snapshot, and what must not happen.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;

use super::*;

#[test]
fn a_link_in_the_way_up_is_not_followed() {
    both_ways(options(Overwrite::Always), |place| {
        symlink(place.outside(), place.path("link")).unwrap();
        fs::create_dir(place.path("real")).unwrap();
        symlink("../link", place.path("real/link")).unwrap();
        let file = entry(EntryKind::File);
        assert_eq!(restore(place, &at("file"), &file).unwrap().len(), 0);
        for path in ["link/new", "link/secret", "real/link/new", "link/deep/er/new"].map(at) {
            let escapes = |result: Result<(), TargetError>| {
                assert!(matches!(result, Err(TargetError::Escapes { at }) if at == path));
            };
            let kinds = [EntryKind::File, EntryKind::Directory, EntryKind::Symlink, EntryKind::Fifo];
            for kind in kinds {
                escapes(restore(place, &path, &entry(kind)).map(drop));
            }
            escapes(place.target.file(&path, &file, Plan::Create).map(drop));
            escapes(place.target.directory(&path, &entry(EntryKind::Directory), Plan::Create));
            escapes(place.target.symlink(&path, &entry(EntryKind::Symlink), Plan::Create).map(drop));
            escapes(place.target.finish_directory(&path, &entry(EntryKind::Directory)).map(drop));
            escapes(place.target.hard_link(&path, &at("file"), Plan::Create));
            escapes(place.target.hard_link(&at("new"), &path, Plan::Create));
            escapes(place.target.open_file(&path).map(drop));
            escapes(place.target.delete_others(Some(&path), &|_| false, true).map(drop));
        }
        place.assert_outside_is_untouched();
        assert_names(&place.path(""), &["file", "link", "real"]);
    });
}

#[test]
fn a_link_in_the_place_itself_is_not_followed() {
    both_ways(options(Overwrite::Always), |place| {
        symlink(place.outside(), place.path("dir")).unwrap();
        symlink(place.outside().join("secret"), place.path("file")).unwrap();
        symlink(place.outside().join("new"), place.path("dangling")).unwrap();
        let (file, directory) = (entry(EntryKind::File), entry(EntryKind::Directory));
        assert!(matches!(
            place.target.finish_directory(&at("dir"), &directory),
            Err(TargetError::Escapes { .. })
        ));
        assert!(matches!(place.target.open_file(&at("file")), Err(TargetError::Escapes { .. })));
        assert!(matches!(
            place.target.hard_link(&at("hard"), &at("file"), Plan::Create),
            Err(TargetError::InTheWay { .. })
        ));
        // Even a plan that is wrong by now makes nothing through a link.
        assert!(place.target.file(&at("dangling"), &file, Plan::Create).is_err());
        assert!(place.target.directory(&at("dir"), &directory, Plan::Create).is_err());
        for (path, entry) in [("file", &file), ("dangling", &file), ("dir", &directory)] {
            assert_eq!(place.target.plan(&at(path), entry).unwrap(), Plan::Replace);
            assert!(restore(place, &at(path), entry).unwrap().is_empty());
            assert!(!place.path(path).is_symlink());
        }
        place.assert_outside_is_untouched();
    });
}

#[test]
fn a_link_planted_between_calls_is_not_followed() {
    both_ways(options(Overwrite::Always), |place| {
        let (file, directory) = (entry(EntryKind::File), entry(EntryKind::Directory));
        restore(place, &at("a/b"), &directory).unwrap();
        restore(place, &at("a/b/kept-open"), &file).unwrap();
        let writer = place.target.file(&at("a/b/file"), &file, Plan::Create).unwrap();
        writer.write_at(b"hello", 0).unwrap();
        fs::rename(place.path("a/b"), place.path("moved")).unwrap();
        symlink(place.outside(), place.path("a/b")).unwrap();
        writer.finish(&file).unwrap();
        let _ = restore(place, &at("a/b/secret"), &file);
        let _ = restore(place, &at("a/b/new"), &directory);
        let _ = restore(place, &at("a/b/link"), &entry(EntryKind::Symlink));
        assert!(matches!(
            place.target.finish_directory(&at("a/b"), &directory),
            Err(TargetError::Escapes { .. })
        ));
        assert!(matches!(
            place.target.delete_others(Some(&at("a/b")), &|_| false, true),
            Err(TargetError::Escapes { .. })
        ));
        assert_eq!(fs::read(place.path("moved/file")).unwrap(), b"hello");
        place.assert_outside_is_untouched();
    });
}

#[test]
fn a_directory_that_was_removed_while_open_is_made_again() {
    both_ways(options(Overwrite::Always), |place| {
        let file = entry(EntryKind::File);
        restore(place, &at("a/b/c/one"), &file).unwrap();
        fs::remove_dir_all(place.path("a")).unwrap();
        restore(place, &at("a/b/c/two"), &file).unwrap();
        assert_names(&place.path("a/b/c"), &["two"]);
        fs::remove_dir_all(place.path("a")).unwrap();
        symlink(place.outside(), place.path("a")).unwrap();
        assert!(matches!(restore(place, &at("a/b/c/three"), &file), Err(TargetError::Escapes { .. })));
        place.assert_outside_is_untouched();
    });
}

#[test]
fn a_hard_link_to_an_outside_file_is_not_written_through() {
    both_ways(options(Overwrite::Always), |place| {
        fs::hard_link(place.outside().join("secret"), place.path("file")).unwrap();
        let before = fs::metadata(place.outside().join("secret")).unwrap();
        let mut file = entry(EntryKind::File);
        file.mode = 0o777;
        restore(place, &at("file"), &file).unwrap();
        assert_eq!(fs::read(place.path("file")).unwrap(), b"hello");
        let after = fs::metadata(place.outside().join("secret")).unwrap();
        assert_eq!((after.mode(), after.mtime()), (before.mode(), before.mtime()));
        place.assert_outside_is_untouched();
    });
}

#[test]
fn names_of_all_kinds_are_only_names() {
    both_ways(options(Overwrite::Never), |place| {
        let long = vec![b'n'; 255];
        let names: [&[u8]; 9] =
            [b"-rf", b"new\nline", b"\xff\xfe", &long, b"...", b"..a", b"$(reboot)", b" ", b"*"];
        for name in names {
            let path = at([name, name].join(&b'/'));
            assert!(restore(place, &path, &entry(EntryKind::File)).unwrap().is_empty());
            let name = std::ffi::OsStr::from_bytes(name);
            assert_eq!(fs::read(place.path("").join(name).join(name)).unwrap(), b"hello");
        }
        assert_eq!(fs::read_dir(place.path("")).unwrap().count(), names.len());
        let too_long = at(vec![b'n'; 256]);
        assert!(matches!(restore(place, &too_long, &entry(EntryKind::File)), Err(TargetError::Io { .. })));
    });
}

#[test]
fn a_path_4000_levels_deep_is_restored_finished_read_and_removed() {
    both_ways(options(Overwrite::Always), |place| {
        // 16 kB: four times what one system call takes.
        let levels = vec!["dir"; 4_000].join("/");
        let file = at(format!("{levels}/file"));
        restore(place, &file, &entry(EntryKind::File)).unwrap();
        place.target.finish_directory(&at(levels), &entry(EntryKind::Directory)).unwrap();
        let read = std::io::read_to_string(place.target.open_file(&file).unwrap()).unwrap();
        assert_eq!(read, "hello");
        let removed = place.target.delete_others(None, &|_| false, true).unwrap();
        assert_eq!(removed.len(), 4_001);
        assert_names(&place.path(""), &[]);
    });
}

#[test]
fn a_device_is_refused_unless_asked_for() {
    let mut null = entry(EntryKind::CharDevice);
    null.device_number = Some((1, 3));
    both_ways(options(Overwrite::Always), |place| {
        assert!(matches!(restore(place, &at("null"), &null), Err(TargetError::DeviceRefused { .. })));
        let direct = place.target.special(&at("null"), &null, Plan::Create);
        assert!(matches!(direct, Err(TargetError::DeviceRefused { .. })));
        assert_names(&place.path(""), &[]);
    });
    if !is_root() {
        println!("skipped: only root makes devices");
        return;
    }
    let place = Place::new(TargetOptions { devices: true, ..options(Overwrite::IfChanged) });
    assert!(restore(&place, &at("null"), &null).unwrap().is_empty());
    let made = fs::symlink_metadata(place.path("null")).unwrap();
    assert_eq!(
        (made.mode(), made.rdev(), made.mtime_nsec()),
        (0o020_644, rustix::fs::makedev(1, 3), 123_456_789)
    );
    assert_eq!(place.target.plan(&at("null"), &null).unwrap(), Plan::Keep);
    null.device_number = Some((1, 5));
    assert_eq!(place.target.plan(&at("null"), &null).unwrap(), Plan::Replace);
}

#[test]
fn only_regular_files_are_opened_for_reading() {
    both_ways(options(Overwrite::Always), |place| {
        restore(place, &at("fifo"), &entry(EntryKind::Fifo)).unwrap();
        let _socket = UnixListener::bind(place.path("socket")).unwrap();
        for name in ["fifo", "socket"] {
            assert!(matches!(place.target.open_file(&at(name)), Err(TargetError::InTheWay { .. })));
        }
    });
}

#[test]
fn an_entry_that_cannot_be_made_is_refused() {
    let place = Place::new(TargetOptions { devices: true, ..options(Overwrite::Always) });
    let mut link = entry(EntryKind::Symlink);
    for target in [None, Some(Vec::new()), Some(b"a\0b".to_vec())] {
        link.link_target = target;
        assert!(matches!(restore(&place, &at("link"), &link), Err(TargetError::Malformed { .. })));
    }
    let device = entry(EntryKind::BlockDevice);
    assert!(matches!(restore(&place, &at("device"), &device), Err(TargetError::Malformed { .. })));
    assert_names(&place.path(""), &[]);
}

#[test]
fn a_file_longer_than_a_file_can_be_is_refused_and_removed() {
    let place = Place::new(options(Overwrite::Always));
    for size in [u64::MAX, 1 << 63] {
        let mut file = entry(EntryKind::File);
        file.size = size;
        assert!(matches!(restore(&place, &at("file"), &file), Err(TargetError::NoSpace { .. })));
        let writer = place.target.file(&at("file"), &file, Plan::Create).unwrap();
        assert!(matches!(writer.write_at(b"hello", size - 2), Err(TargetError::NoSpace { .. })));
    }
    assert_names(&place.path(""), &[]);
}
