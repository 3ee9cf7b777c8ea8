//! A repository that went back in time is found out (rows 13 of the fault matrix), and what goes on is no alarm.

use std::path::PathBuf;

use super::place::{Place, json};

/// Saves a night; the snapshot's id.
fn night(place: &Place, content: &str) -> String {
    std::fs::write(place.path().join("data/file"), content).unwrap();
    let text = place.ok(&["--json", "backup", "--init", &place.data()]);
    json(text.lines().last().unwrap())["snapshot"].as_str().unwrap().to_string()
}

fn manifest(place: &Place, id: &str) -> PathBuf {
    place.path().join("repo/snapshots").join(id)
}

fn copy(place: &Place, from: &str, to: &str) {
    let status = std::process::Command::new("cp")
        .args(["-a", "--", from, to])
        .current_dir(place.path())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Runs the program as another machine would, which remembers for itself.
fn on_another_machine(place: &Place, arguments: &[&str]) -> std::process::Output {
    place.command(arguments).env("STRONGROOM_STATE_DIR", place.path().join("other")).output().unwrap()
}

/// Two nights, the repository as it was after the first put back.
fn gone_back() -> (Place, [String; 2]) {
    let place = Place::new();
    let first = night(&place, "one");
    copy(&place, "repo", "old");
    let second = night(&place, "two");
    std::fs::remove_dir_all(place.path().join("repo")).unwrap();
    copy(&place, "old", "repo");
    (place, [first, second])
}

#[test]
fn an_old_repository_that_is_put_back_ends_checks_with_14_until_that_is_accepted() {
    let (place, [_, second]) = gone_back();
    for _ in 0..2 {
        let text = place.refused(&["check"], 14);
        assert!(text.contains("went back in time") && text.contains(&second), "{text}");
    }
    let out = place.run(&["--json", "check"]);
    assert_eq!(out.status.code(), Some(14));
    let text = String::from_utf8(out.stdout).unwrap();
    let gone = text.lines().map(json).find(|line| line["type"] == "gone").unwrap();
    assert_eq!((&gone["id"], &gone["sequence"]), (&second.clone().into(), &2.into()));
    let accepted = place.run(&["check", "--accept-rollback"]);
    assert_eq!(accepted.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&accepted.stderr).contains(&second));
    place.ok(&["check"]);
    place.ok(&["forget", "--keep-last", "1"]);
}

#[test]
fn nothing_is_forgotten_or_pruned_in_a_repository_that_went_back() {
    let (place, [first, _]) = gone_back();
    let forget = place.refused(&["forget", "--keep-last", "1"], 14);
    assert!(forget.contains("nothing was forgotten"), "{forget}");
    place.refused(&["forget", "--prune", &first], 14);
    let prune = place.refused(&["prune"], 14);
    assert!(prune.contains("nothing was deleted"), "{prune}");
    assert!(manifest(&place, &first).exists());
}

#[test]
fn a_night_is_saved_all_the_same_with_a_number_above_all_that_were_seen_and_the_alarm_stays() {
    let (place, [first, second]) = gone_back();
    let out = place.run(&["--json", "backup", &place.data()]);
    assert_eq!(out.status.code(), Some(14));
    let text = String::from_utf8(out.stdout).unwrap();
    let saved = json(text.lines().last().unwrap());
    assert_eq!((&saved["type"], &saved["status"]), (&"summary".into(), &"complete".into()));
    assert!(String::from_utf8_lossy(&out.stderr).contains("this night is saved all the same"));
    let listed = place.run(&["--json", "snapshots"]);
    assert_eq!(listed.status.code(), Some(3), "what only reads warns");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let lines: Vec<_> = listed.lines().filter(|line| line.contains("\"snapshot\"")).map(json).collect();
    let numbers: Vec<_> = lines.iter().filter_map(|line| line["sequence"].as_u64()).collect();
    assert_eq!((numbers, &lines[0]["id"]), (vec![1, 3], &first.into()));
    assert!(place.refused(&["check"], 14).contains(&second));
}

#[test]
fn a_manifest_that_somebody_removes_is_missed() {
    let place = Place::new();
    let ids = [night(&place, "one"), night(&place, "two"), night(&place, "three")];
    std::fs::remove_file(manifest(&place, &ids[1])).unwrap();
    assert!(place.refused(&["check"], 14).contains(&ids[1]));
    let out = place.path().join("out");
    let restored = place.run(&["restore", "latest", "--target", out.to_str().unwrap()]);
    assert_eq!(restored.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&restored.stderr).contains("went back in time"));
    assert_eq!(std::fs::read(out.join(&place.data()[1..]).join("file")).unwrap(), b"three");
}

#[test]
fn a_forgetting_record_that_somebody_removes_is_missed_also_with_its_snapshot_back() {
    let place = Place::new();
    let first = night(&place, "one");
    night(&place, "two");
    let bytes = std::fs::read(manifest(&place, &first)).unwrap();
    place.ok(&["forget", &first]);
    std::fs::write(manifest(&place, &first), bytes).unwrap();
    place.ok(&["check"]);
    std::fs::remove_dir_all(place.path().join("repo/forgotten")).unwrap();
    assert!(place.refused(&["check"], 14).contains("forgetting record"));
}

#[test]
fn what_one_machine_forgets_is_no_alarm_on_another() {
    let place = Place::new();
    let first = night(&place, "one");
    night(&place, "two");
    assert!(on_another_machine(&place, &["check"]).status.success());
    place.ok(&["forget", &first]);
    place.ok(&["prune"]);
    night(&place, "three");
    for command in [&["check"][..], &["snapshots"], &["forget", "--keep-last", "1"], &["prune"]] {
        let out = on_another_machine(&place, command);
        assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
    place.ok(&["check"]);
    place.ok(&["backup", &place.data()]);
}

#[test]
fn a_lost_or_damaged_memory_is_a_first_meeting_and_one_that_cannot_be_written_a_warning() {
    let (place, _) = gone_back();
    let state = place.path().join("state");
    let file = std::fs::read_dir(&state).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "torn").unwrap();
    place.ok(&["check"]);
    std::fs::remove_dir_all(&state).unwrap();
    place.ok(&["backup", &place.data()]);
    let below_a_file = place.path().join("data/file/state");
    let out = place.command(&["snapshots"]).env("STRONGROOM_STATE_DIR", &below_a_file).output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(text.matches("would not be found out").count(), 1, "{text}");
}
