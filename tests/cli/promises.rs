//! What the program says is so: kits open, damage is told, what was there is left alone, and data is only data.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::place::{CANARY, Place, json, noise};

#[test]
fn a_recovery_kit_opens_a_repository_that_has_lost_its_key_slots() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let kit = place.path().join("kit");
    std::fs::write(&kit, place.ok(&["key", "export", "--paper"])).unwrap();
    std::fs::remove_dir_all(place.path().join("repo/keys")).unwrap();
    assert!(place.refused(&["snapshots"], 12).contains("--recovery-kit"));
    let kit_option = ["--recovery-kit", kit.to_str().unwrap()];
    let mut add = place.command(&[&kit_option[..], &["key", "add"]].concat());
    assert!(add.env("STRONGROOM_NEW_PASSWORD", CANARY).status().unwrap().success());
    assert_eq!(place.ok(&["--json", "snapshots"]).lines().count(), 1);
    let mistyped = std::fs::read_to_string(&kit).unwrap().replacen("1  ", "1  0000", 1);
    std::fs::write(&kit, mistyped).unwrap();
    assert!(place.refused(&[&kit_option[..], &["snapshots"]].concat(), 12).contains("row 1"));
    let other = Place::new();
    other.ok(&["init"]);
    std::fs::write(&kit, other.ok(&["key", "export", "--paper"])).unwrap();
    assert!(place.refused(&[&kit_option[..], &["snapshots"]].concat(), 12).contains("another one"));
}

#[test]
fn the_slot_that_opened_the_repository_is_not_removed() {
    let place = Place::new();
    place.ok(&["init"]);
    let first = place.ok(&["--json", "key", "list"]);
    let first = json(&first)["id"].as_str().unwrap().to_string();
    let added = place.command(&["key", "add"]).env("STRONGROOM_NEW_PASSWORD", "second").status().unwrap();
    assert!(added.success());
    assert!(place.refused(&["key", "remove", &first], 1).contains("opened with"));
    let other = place.command(&["key", "remove", &first]).env("STRONGROOM_PASSWORD", "second").output();
    assert!(other.unwrap().status.success());
    place.refused(&["snapshots"], 12);
}

#[test]
fn a_repository_that_lost_its_config_is_not_made_anew() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let config = place.path().join("repo/config");
    let bytes = std::fs::read(&config).unwrap();
    std::fs::remove_file(&config).unwrap();
    place.refused(&["init"], 13);
    place.refused(&["backup", "--init", &place.data()], 13);
    std::fs::write(&config, bytes).unwrap();
    place.ok(&["check", "--read-data"]);
}

#[test]
fn dumped_data_is_only_data_whatever_else_is_asked_for() {
    let place = Place::new();
    let content = noise(3, 40 << 20);
    std::fs::write(place.path().join("data/large"), &content).unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    let path = format!("latest:{}/large", place.data());
    for options in [&["--json"][..], &["--json", "--progress", "json"]] {
        let output = place.run(&[options, &["dump", &path]].concat());
        assert!(output.status.success() && output.stdout == content, "{options:?}");
    }
}

#[test]
fn an_empty_stream_is_no_dump() {
    let place = Place::new();
    place.ok(&["init"]);
    assert_eq!(place.run(&["backup", "--stdin", "shop.sql"]).status.code(), Some(18));
    assert_eq!(place.run(&["backup", "--command", "shop.sql=false | cat"]).status.code(), Some(18));
    place.refused(&["dump", "latest:shop.sql"], 1);
}

#[test]
fn streams_below_files_are_refused_or_take_their_place() {
    let place = Place::new();
    place.ok(&["init"]);
    place.refused(&["backup", "--command", "x=echo 1", "--command", "x/y=echo 2"], 2);
    let below = format!("{}/file/x", place.data().trim_start_matches('/'));
    let output = place.run(&["backup", "--command", &format!("{below}=echo 1"), &place.data()]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let out = place.path().join("out");
    place.ok(&["restore", "latest", "--target", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(out.join(below)).unwrap(), b"1\n");
    place.ok(&["check"]);
}

#[test]
fn a_directory_restored_to_a_place_of_its_own_is_that_directory() {
    let place = Place::new();
    let data = place.path().join("data");
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o2751)).unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    let (new, old) = (place.path().join("new"), place.path().join("old"));
    std::fs::create_dir(&old).unwrap();
    let mode_before = old.metadata().unwrap().mode();
    for target in [&new, &old] {
        let named = format!("latest:{}", place.data());
        place.ok(&["restore", &named, "--target", target.to_str().unwrap(), "--setid"]);
    }
    let (was, is) = (data.metadata().unwrap(), new.metadata().unwrap());
    assert_eq!((is.mode(), is.mtime_nsec()), (was.mode(), was.mtime_nsec()));
    assert_eq!(old.metadata().unwrap().mode(), mode_before, "a directory that was there is the user's");
}

#[test]
fn what_restores_nothing_makes_nothing_and_says_so() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let out = place.path().join("a/b");
    let target = ["--target", out.to_str().unwrap()];
    let named = format!("latest:{}/none", place.data());
    assert!(!place.refused(&[&["restore", &named], &target[..]].concat(), 1).contains("the snapshot,"));
    place.ok(&[&["restore", "latest", "--dry-run"], &target[..]].concat());
    assert!(!place.path().join("a").exists());
    place.refused(&[&["restore", "latest", "--include", "*.none"], &target[..]].concat(), 1);
}

#[test]
fn a_kept_file_lends_its_content_to_no_other_name() {
    let place = Place::new();
    let data = place.path().join("data");
    std::fs::hard_link(data.join("file"), data.join("link")).unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    let out = place.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("file"), "OTHER").unwrap();
    place.ok(&["restore", &format!("latest:{}", place.data()), "--target", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(out.join("file")).unwrap(), b"OTHER");
    assert_eq!(std::fs::read(out.join("link")).unwrap(), b"hello");
}

#[test]
fn delete_spares_what_lies_in_directories_without_an_entry() {
    let place = Place::new();
    place.ok(&["backup", "--init", "--command", "db/dump.sql=echo x"]);
    let out = place.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("stranger"), "x").unwrap();
    place.ok(&["restore", "latest", "--target", out.to_str().unwrap(), "--delete"]);
    assert_eq!(std::fs::read(out.join("db/dump.sql")).unwrap(), b"x\n");
    assert!(!out.join("stranger").exists());
}

#[test]
fn quiet_is_no_reason_to_hide_what_is_wrong() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let out = place.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("file"), "OTHER").unwrap();
    let named = format!("latest:{}", place.data());
    place.refused(&["-q", "restore", &named, "--target", out.to_str().unwrap(), "--verify"], 15);
}

#[test]
fn a_damaged_index_object_is_replaced_by_the_next_backup() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let index = std::fs::read_dir(place.path().join("repo/index")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&index).unwrap();
    bytes[50] ^= 1;
    std::fs::write(&index, bytes).unwrap();
    std::fs::remove_dir_all(place.path().join("cache")).unwrap();
    assert_eq!(place.run(&["check"]).status.code(), Some(13));
    assert_eq!(place.run(&["backup", &place.data()]).status.code(), Some(3));
    place.ok(&["check", "--read-data"]);
    place.ok(&["backup", &place.data()]);
}

#[test]
fn a_part_of_the_data_is_never_nothing_and_never_less_than_asked_for() {
    let place = Place::new();
    for seed in 0..4 {
        std::fs::write(place.path().join("data/noise"), noise(seed, 1 << 20)).unwrap();
        place.ok(&["backup", "--init", &place.data()]);
    }
    let read = |percent: &str| {
        let text = place.ok(&["--json", "check", "--read-data-subset", percent]);
        let summary = json(text.lines().last().unwrap());
        ["packs_read", "packs", "bytes_read", "bytes"].map(|key| summary[key].as_u64().unwrap())
    };
    let [some, all, ..] = read("1%");
    assert!(some >= 1 && all >= 4, "{some} of {all}");
    let [some, _, bytes_read, bytes] = read("60%");
    assert!(some < all && bytes_read * 100 >= bytes * 60, "{bytes_read} of {bytes}");
    let [some, _, bytes_read, _] = read("0%");
    assert_eq!((some, bytes_read), (0, 0));
    assert_eq!(read("100%")[0], all);
}

#[test]
fn what_damage_hides_of_a_tree_is_named_and_the_rest_is_listed_dumped_and_found() {
    let place = Place::new();
    let data = place.path().join("data");
    std::fs::remove_file(data.join("file")).unwrap();
    for n in 0..4000 {
        std::fs::write(data.join(format!("many-{n:04}")), "").unwrap();
    }
    place.ok(&["backup", "--init", &place.data()]);
    let packs = place.path().join("repo/packs");
    // The second snapshot has the leaves at both ends anew, and shares those between with the first.
    let first: Vec<_> = std::fs::read_dir(&packs).unwrap().map(|folder| folder.unwrap().path()).collect();
    std::fs::write(data.join("zz"), "new").unwrap();
    place.ok(&["backup", &place.data()]);
    for folder in first {
        std::fs::remove_dir_all(folder).unwrap();
    }
    for arguments in [&["ls", "-R"][..], &["find", "zz"], &["dump", "latest"]] {
        let output = place.run(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(13), "{arguments:?}: {err}");
        assert!(out.contains("/zz") && err.contains("cannot be read") && err.contains("\nmeans: "), "{err}");
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_no_reason_not_to_restore() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let (out, below_a_file) = (place.path().join("out"), format!("{}/file/cache", place.data()));
    let temporary = place.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let restore = ["restore", "latest", "--target", out.to_str().unwrap()];
    let file = format!("latest:{}/file", place.data());
    for arguments in
        [&restore[..], &["ls"], &["dump", &file], &["find", "file"], &["check", "--read-data"], &["stats"]]
    {
        let mut command = place.command(&[arguments, &["--cache-dir", &below_a_file]].concat());
        let output = command.env("TMPDIR", &temporary).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {text}");
        assert!(text.contains("temporary"), "{text}");
        assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "nothing is left of it");
    }
    assert!(out.join(place.data().trim_start_matches('/')).join("file").exists());
    let listed = place.command(&["snapshots", "--cache-dir", &below_a_file]).status().unwrap();
    assert!(listed.success());
    place.refused(&["backup", &place.data(), "--cache-dir", &below_a_file], 1);
}
