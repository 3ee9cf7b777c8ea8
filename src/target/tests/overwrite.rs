//! What happens to things that are there already, and to things of another kind.

use super::*;

const KINDS: [EntryKind; 4] = [EntryKind::File, EntryKind::Directory, EntryKind::Symlink, EntryKind::Fifo];

#[test]
fn never_keeps_whatever_is_there() {
    both_ways(options(Overwrite::Never), |place| {
        for there in KINDS {
            restore(place, &at("thing"), &entry(there)).unwrap();
            for kind in KINDS {
                assert_eq!(place.target.plan(&at("thing"), &entry(kind)).unwrap(), Plan::Keep);
            }
            place.target.delete_others(None, &|_| false, true).unwrap();
        }
    });
}

#[test]
fn another_kind_is_replaced_and_the_same_unchanged_thing_is_kept() {
    both_ways(options(Overwrite::IfChanged), |place| {
        for there in KINDS {
            for kind in KINDS {
                restore(place, &at("thing"), &entry(there)).unwrap();
                let expected = if there == kind { Plan::Keep } else { Plan::Replace };
                assert_eq!(place.target.plan(&at("thing"), &entry(kind)).unwrap(), expected);
                restore(place, &at("thing"), &entry(kind)).unwrap();
                assert_eq!(place.target.plan(&at("thing"), &entry(kind)).unwrap(), Plan::Keep);
                assert_names(&place.path(""), &["thing"]);
            }
        }
    });
}

#[test]
fn one_nanosecond_one_byte_or_another_link_target_is_a_change() {
    both_ways(options(Overwrite::IfChanged), |place| {
        let (mut file, mut link) = (entry(EntryKind::File), entry(EntryKind::Symlink));
        restore(place, &at("file"), &file).unwrap();
        restore(place, &at("link"), &link).unwrap();
        file.mtime.nanos += 1;
        assert_eq!(place.target.plan(&at("file"), &file).unwrap(), Plan::Replace);
        file.mtime.nanos -= 1;
        file.size += 1;
        assert_eq!(place.target.plan(&at("file"), &file).unwrap(), Plan::Replace);
        link.link_target = Some(b"../outsidf".to_vec());
        assert_eq!(place.target.plan(&at("link"), &link).unwrap(), Plan::Replace);
    });
}

#[test]
fn always_replaces_all_but_directories() {
    both_ways(options(Overwrite::Always), |place| {
        for kind in KINDS {
            restore(place, &at(format!("{kind:?}")), &entry(kind)).unwrap();
            let expected = if kind == EntryKind::Directory { Plan::Keep } else { Plan::Replace };
            assert_eq!(place.target.plan(&at(format!("{kind:?}")), &entry(kind)).unwrap(), expected);
        }
    });
}

#[test]
fn a_directory_with_something_in_it_is_in_the_way() {
    for overwrite in [Overwrite::IfChanged, Overwrite::Always] {
        both_ways(options(overwrite), |place| {
            restore(place, &at("thing/inside"), &entry(EntryKind::File)).unwrap();
            for kind in [EntryKind::File, EntryKind::Symlink, EntryKind::Fifo] {
                assert!(matches!(
                    place.target.plan(&at("thing"), &entry(kind)),
                    Err(TargetError::InTheWay { .. })
                ));
            }
            // The same if something came in after the plan was made.
            let writer = place.target.file(&at("thing"), &entry(EntryKind::File), Plan::Replace).unwrap();
            let finished = writer.finish(&entry(EntryKind::File));
            assert!(matches!(finished, Err(TargetError::InTheWay { .. })));
            assert_names(&place.path(""), &["thing"]);
            assert_names(&place.path("thing"), &["inside"]);
        });
    }
}

#[test]
fn nothing_is_restored_below_a_file() {
    both_ways(options(Overwrite::Always), |place| {
        restore(place, &at("file"), &entry(EntryKind::File)).unwrap();
        for kind in KINDS {
            let below = restore(place, &at("file/below"), &entry(kind));
            assert!(matches!(below, Err(TargetError::InTheWay { .. })));
        }
    });
}

#[test]
fn a_directory_that_was_replaced_is_not_written_into() {
    both_ways(options(Overwrite::Always), |place| {
        let file = entry(EntryKind::File);
        restore(place, &at("a/file"), &file).unwrap();
        place.target.delete_others(Some(&at("a")), &|_| false, true).unwrap();
        restore(place, &at("a"), &entry(EntryKind::Symlink)).unwrap();
        assert!(matches!(restore(place, &at("a/secret"), &file), Err(TargetError::Escapes { .. })));
        place.assert_outside_is_untouched();
    });
}

#[test]
fn a_root_that_cannot_be_a_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let made = DirectoryTarget::create(&dir.path().join("file"), TargetOptions::default());
    assert!(matches!(made, Err(TargetError::Root { path, .. }) if path.ends_with("file")));
}
