//! The command line as scripts rely on it: exit codes, three-line errors, JSON, and no secret anywhere.
#![cfg(test)]

mod cli {
    mod changes;
    mod costs;
    mod ends;
    mod extract;
    mod forget;
    mod full_disk;
    mod hooks;
    mod interrupt;
    mod latest;
    pub mod place;
    mod promises;
    mod prune;
    mod repair;
    mod rollback;
    mod secrets;
    mod tables;
    mod words;
}

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use cli::place::{Place, json};

#[test]
fn a_backup_tells_its_summary_as_json_and_snapshots_list_it() {
    let place = Place::new();
    let out = place.ok(&["--json", "backup", "--init", "--tag", "nightly", &place.data()]);
    let summary = json(out.lines().last().unwrap());
    assert_eq!(
        (&summary["v"], &summary["type"], &summary["status"]),
        (&1.into(), &"summary".into(), &"complete".into())
    );
    assert_eq!((&summary["files"], &summary["bytes_processed"]), (&1.into(), &5.into()));
    for key in ["bytes_added", "bytes_stored", "dumps", "tables", "rows", "warnings", "seconds", "files_new"]
    {
        assert!(summary[key].is_number(), "{key}");
    }
    assert_eq!(summary["components"][0]["whole"], true);
    let snapshot = json(place.ok(&["--json", "snapshots", "--tag", "nightly"]).lines().next().unwrap());
    assert_eq!(snapshot["id"], summary["snapshot"]);
    assert!(snapshot["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(place.ok(&["--json", "snapshots", "--tag", "other"]), "");
}

#[test]
fn what_cannot_be_opened_has_its_exit_code_and_three_lines() {
    let place = Place::new();
    place.refused(&["snapshots"], 10);
    place.ok(&["init"]);
    place.refused(&["init"], 1);
    place.refused(&["restore", "latest", "--target", "x"], 1);
    place.refused(&["backup", "/nowhere/at/all"], 1);
    let wrong = place.command(&["snapshots"]).env("STRONGROOM_PASSWORD", "wrong").output().unwrap();
    assert_eq!(wrong.status.code(), Some(12));
    let none = place.command(&["snapshots"]).env_remove("STRONGROOM_PASSWORD").output().unwrap();
    assert_eq!(none.status.code(), Some(12), "no prompt without a terminal");
    assert_eq!(place.run(&["no-such-command"]).status.code(), Some(2));
    assert_eq!(place.run(&["--repo", "s3://bucket/x", "snapshots"]).status.code(), Some(2));
}

#[test]
fn a_damaged_key_slot_and_a_damaged_config_are_not_a_wrong_password() {
    let place = Place::new();
    place.ok(&["init"]);
    let keys = place.path().join("repo/keys");
    let slot = std::fs::read_dir(&keys).unwrap().next().unwrap().unwrap().path();
    let good = std::fs::read(&slot).unwrap();
    std::fs::write(&slot, &good[..good.len() - 1]).unwrap();
    assert!(place.refused(&["snapshots"], 12).contains("damaged"));
    std::fs::write(&slot, good).unwrap();
    let config = place.path().join("repo/config");
    let mut bytes = std::fs::read(&config).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&config, bytes).unwrap();
    assert!(place.refused(&["snapshots"], 13).contains("config is damaged"));
}

#[test]
fn a_failed_command_makes_a_partial_snapshot_that_nothing_automatic_counts() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let first = json(place.ok(&["--json", "snapshots"]).lines().next().unwrap())["id"].clone();
    let output = place.run(&["backup", "--command", "dump.sql=echo half; exit 7", &place.data()]);
    assert_eq!(output.status.code(), Some(18));
    assert!(String::from_utf8_lossy(&output.stderr).contains("exit code 7"));
    let lines: Vec<_> = place.ok(&["--json", "snapshots"]).lines().map(json).collect();
    assert_eq!(lines[1]["status"], "partial");
    let list = place.ok(&["ls", "-R", "latest"]);
    assert!(!list.contains("dump.sql"), "latest is {first}");
    place.ok(&["backup", "--command", "dump.sql=echo whole", &place.data()]);
    assert_eq!(place.ok(&["dump", "latest:dump.sql"]), "whole\n");
}

#[test]
fn names_that_play_tricks_are_escaped_in_text_and_exact_in_json() {
    let place = Place::new();
    let hostile = OsStr::from_bytes(b"-rf\x1b[31m\n\xff");
    std::fs::write(place.path().join("data").join(hostile), "x").unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    let text = place.ok(&["ls", "-R", "latest"]);
    assert!(text.contains("-rf\\x1b[31m\\n\\xff") && !text.contains('\x1b'));
    let listed = place.ok(&["--json", "ls", "-R", "latest"]);
    let line = listed.lines().map(json).find(|line| line["path_b64"].is_string()).unwrap();
    let exact = data_encoding::BASE64.decode(line["path_b64"].as_str().unwrap().as_bytes()).unwrap();
    assert!(exact.ends_with(b"/data/-rf\x1b[31m\n\xff"));
    let out = place.path().join("out");
    place.ok(&["restore", "latest", "--target", out.to_str().unwrap()]);
    assert!(out.join(place.data().trim_start_matches('/')).join(hostile).exists());
}

#[test]
fn an_unreadable_file_is_named_and_the_rest_is_saved() {
    let place = Place::new();
    let secret = place.path().join("data/unreadable");
    std::fs::write(&secret, "x").unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let mut command = place.command(&["backup", "--init", &place.data()]);
    if rustix::process::geteuid().is_root() {
        for directory in ["", "data"] {
            let path = place.path().join(directory);
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        }
        command.uid(65_534).gid(65_534);
        // The program must be where everybody may run it.
        let program = place.path().join("program");
        std::fs::copy(env!("CARGO_BIN_EXE_strongroom"), &program).unwrap();
        let mut moved = Command::new(&program);
        moved.args(command.get_args()).uid(65_534).gid(65_534).stdin(Stdio::null());
        moved.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command = moved;
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("unreadable"), "{text}");
}

#[test]
fn a_full_disk_ends_the_run_with_code_17_and_loses_nothing() {
    let place = Place::new();
    let repo = place.path().join("repo");
    std::fs::create_dir(&repo).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "none"]).arg(&repo).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no right to mount");
        return;
    }
    place.ok(&["backup", "--init", &place.data()]);
    let mut noise = vec![0; 8 << 20];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    std::fs::write(place.path().join("data/noise"), noise).unwrap();
    let full = place.command(&["backup", &place.data()]).output().unwrap();
    let checked = place.command(&["check", "--read-data"]).output().unwrap();
    std::fs::remove_file(place.path().join("data/noise")).unwrap();
    let again = place.command(&["backup", &place.data()]).output().unwrap();
    Command::new("umount").arg("-l").arg(&repo).status().unwrap();
    let text = String::from_utf8_lossy(&full.stderr);
    assert_eq!(full.status.code(), Some(17), "{text}");
    assert!(text.contains("means: ") && text.contains("try:   "), "{text}");
    assert!(checked.status.success() && again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
}

#[test]
fn eight_backups_at_once_all_succeed() {
    let place = Place::new();
    place.ok(&["init"]);
    let running: Vec<_> = (0..8)
        .map(|n| place.command(&["-q", "backup", "--host", &format!("h{n}"), &place.data()]).spawn().unwrap())
        .collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(place.ok(&["--json", "snapshots"]).lines().count(), 8);
    place.ok(&["check", "--read-data"]);
}

#[test]
fn the_repository_inside_the_tree_it_saves_is_left_out_and_said() {
    let place = Place::new();
    let all = place.path().to_str().unwrap().to_string();
    let output = place.run(&["backup", "--init", &all]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("is the repository itself"));
    let list = place.ok(&["ls", "-R", "latest"]);
    assert!(list.contains("data/file") && !list.contains("repo/config"));
}

#[test]
fn keys_are_added_changed_removed_and_printed() {
    let place = Place::new();
    place.ok(&["init"]);
    let mut add = place.command(&["key", "add", "--label", "office"]);
    assert!(add.env("STRONGROOM_NEW_PASSWORD", "second").output().unwrap().status.success());
    assert!(place.ok(&["key", "list"]).contains("this one  first\n"));
    let office =
        place.command(&["--json", "key", "list"]).env("STRONGROOM_PASSWORD", "second").output().unwrap();
    let mut slots: Vec<_> = String::from_utf8(office.stdout).unwrap().lines().map(json).collect();
    slots.sort_by_key(|slot| slot["in_use"].as_bool());
    assert_eq!([&slots[0]["label"], &slots[1]["label"]], [&serde_json::Value::Null, &"office".into()]);
    assert_eq!(place.ok(&["--json", "key", "list"]).lines().count(), 2);
    let change = place.command(&["key", "change"]).env("STRONGROOM_NEW_PASSWORD", "third").output().unwrap();
    assert!(change.status.success(), "{}", String::from_utf8_lossy(&change.stderr));
    place.refused(&["snapshots"], 12);
    for password in ["second", "third"] {
        let opened = place.command(&["snapshots"]).env("STRONGROOM_PASSWORD", password).output().unwrap();
        assert!(opened.status.success());
    }
    let kit =
        place.command(&["key", "export", "--paper"]).env("STRONGROOM_PASSWORD", "third").output().unwrap();
    let text = String::from_utf8(kit.stdout).unwrap();
    let rows: Vec<_> = text.lines().skip(2).collect();
    assert!(strongroom::format::recovery::decode(&rows.join("\n")).is_ok(), "{text}");
}
