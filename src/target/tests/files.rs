//! Regular files and hard links: bytes, holes, the moment of replacing, full disks.

use std::os::unix::fs::MetadataExt;
use std::thread;

use super::*;

#[test]
fn the_old_content_is_there_until_the_new_one_is_whole() {
    both_ways(options(Overwrite::Always), |place| {
        fs::write(place.path("file"), "old").unwrap();
        let file = entry(EntryKind::File);
        let plan = place.target.plan(&at("file"), &file).unwrap();
        let writer = place.target.file(&at("file"), &file, plan).unwrap();
        writer.write_at(b"hello", 0).unwrap();
        assert_eq!(fs::read(place.path("file")).unwrap(), b"old");
        drop(writer);
        assert_eq!(fs::read(place.path("file")).unwrap(), b"old");
        assert_names(&place.path(""), &["file"]);

        restore(place, &at("file"), &file).unwrap();
        assert_eq!(fs::read(place.path("file")).unwrap(), b"hello");
        assert_names(&place.path(""), &["file"]);
    });
}

#[test]
fn a_new_file_that_is_not_finished_is_removed() {
    both_ways(options(Overwrite::Never), |place| {
        let writer = place.target.file(&at("a/file"), &entry(EntryKind::File), Plan::Create).unwrap();
        writer.write_at(b"hel", 0).unwrap();
        drop(writer);
        assert_names(&place.path("a"), &[]);
    });
}

#[test]
fn what_came_after_the_plan_is_not_overwritten() {
    both_ways(options(Overwrite::Always), |place| {
        let file = entry(EntryKind::File);
        assert_eq!(place.target.plan(&at("file"), &file).unwrap(), Plan::Create);
        fs::write(place.path("file"), "late").unwrap();
        let made = place.target.file(&at("file"), &file, Plan::Create);
        assert!(matches!(made, Err(TargetError::InTheWay { .. })));
        assert_eq!(fs::read(place.path("file")).unwrap(), b"late");
    });
}

#[test]
fn what_is_not_written_stays_a_hole() {
    let place = Place::new(options(Overwrite::Never));
    let mut file = entry(EntryKind::File);
    file.size = 1 << 40;
    let writer = place.target.file(&at("sparse"), &file, Plan::Create).unwrap();
    writer.write_at(b"middle", 1 << 30).unwrap();
    writer.finish(&file).unwrap();
    let made = fs::metadata(place.path("sparse")).unwrap();
    assert_eq!(made.len(), 1 << 40);
    assert!(made.blocks() * 512 <= 1 << 20, "{} blocks", made.blocks());
}

#[test]
fn a_file_is_cut_to_the_length_of_the_entry() {
    let place = Place::new(options(Overwrite::Never));
    let mut file = entry(EntryKind::File);
    for size in [0, 3, 5, 8] {
        file.size = size;
        let path = at(format!("file{size}"));
        restore(&place, &path, &file).unwrap();
        assert_eq!(fs::metadata(place.path(&format!("file{size}"))).unwrap().len(), size);
    }
}

#[test]
fn eight_threads_write_one_file() {
    let place = Place::new(options(Overwrite::Never));
    let mut file = entry(EntryKind::File);
    file.size = 8 * 64 * 1000;
    let writer = place.target.file(&at("file"), &file, Plan::Create).unwrap();
    thread::scope(|scope| {
        for number in 0..8_u8 {
            let writer = &writer;
            scope.spawn(move || {
                for piece in 0..64 {
                    let offset = (piece * 8 + u64::from(number)) * 1000;
                    writer.write_at(&[number; 1000], offset).unwrap();
                }
            });
        }
    });
    writer.finish(&file).unwrap();
    let expected: Vec<u8> = (0..8 * 64).flat_map(|piece: u32| [(piece % 8) as u8; 1000]).collect();
    assert!(fs::read(place.path("file")).unwrap() == expected);
}

#[test]
fn eight_threads_restore_into_the_same_new_directories() {
    both_ways(options(Overwrite::Never), |place| {
        thread::scope(|scope| {
            for number in 0..8 {
                scope.spawn(move || {
                    for name in 0..100 {
                        let path = at(format!("a/{}/{}/{number}-{name}", name % 7, name % 3));
                        restore(place, &path, &entry(EntryKind::File)).unwrap();
                    }
                });
            }
        });
        let all = place.target.delete_others(None, &|_| false, false).unwrap();
        assert_eq!(all.len(), 1 + 7 + 21 + 800);
    });
}

#[test]
fn hard_links_are_one_file_and_replace_what_is_there() {
    both_ways(options(Overwrite::Always), |place| {
        restore(place, &at("a/one"), &entry(EntryKind::File)).unwrap();
        fs::write(place.path("old"), "old").unwrap();
        place.target.hard_link(&at("b/c/two"), &at("a/one"), Plan::Create).unwrap();
        place.target.hard_link(&at("old"), &at("a/one"), Plan::Replace).unwrap();
        place.target.hard_link(&at("old"), &at("a/one"), Plan::Replace).unwrap();
        let inode = |name| fs::metadata(place.path(name)).unwrap().ino();
        assert_eq!((inode("b/c/two"), inode("old")), (inode("a/one"), inode("a/one")));
        assert_names(&place.path(""), &["a", "b", "old"]);
        let refused = place.target.hard_link(&at("dir"), &at("a"), Plan::Create);
        assert!(matches!(refused, Err(TargetError::InTheWay { at: existing }) if existing == at("a")));
    });
}

#[test]
fn a_full_disk_is_told_and_leaves_no_half_file() {
    let dir = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::tmpfs(&dir.path().join("small"), "1m") else { return };
    let root = dir.path().join("small/root");
    let target = DirectoryTarget::create(&root, options(Overwrite::Always)).unwrap();
    let mut file = entry(EntryKind::File);
    file.size = 4 << 20;
    for plan in [Plan::Create, Plan::Replace] {
        let writer = target.file(&at("big"), &file, plan).unwrap();
        let full = (0..64).map(|piece| writer.write_at(&[1; 65_536], piece * 65_536)).find(Result::is_err);
        assert!(matches!(full, Some(Err(TargetError::NoSpace { at: path })) if path == at("big")));
        drop(writer);
        assert_names(&root, &[]);
    }
}

#[test]
fn durable_files_are_the_same_files() {
    let place = Place::new(TargetOptions { sync: true, ..options(Overwrite::Always) });
    for _ in 0..2 {
        restore(&place, &at("a/file"), &entry(EntryKind::File)).unwrap();
    }
    restore(&place, &at("a"), &entry(EntryKind::Directory)).unwrap();
    place.target.finish().unwrap();
    assert_eq!(fs::read(place.path("a/file")).unwrap(), b"hello");
}
