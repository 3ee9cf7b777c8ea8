//! `forget`, `hold` and `release` as people and scripts run them.

use super::place::{Place, json};

/// A repository with a night for each day, the last one yesterday by its own clock.
fn nights(count: usize) -> (Place, Vec<String>) {
    let place = Place::new();
    place.ok(&["init"]);
    let mut ids = vec![];
    for night in 0..count {
        std::fs::write(place.path().join("data/file"), night.to_string()).unwrap();
        let time = format!("2026-{:02}-{:02}T03:00:00Z", 1 + night / 28, 1 + night % 28);
        let text = place.ok(&["--json", "backup", "--time", &time, &place.data()]);
        ids.push(json(text.lines().last().unwrap())["snapshot"].as_str().unwrap().to_string());
    }
    (place, ids)
}

fn listed(place: &Place) -> Vec<String> {
    let text = place.ok(&["--json", "snapshots"]);
    text.lines().map(|line| json(line)["id"].as_str().unwrap().to_string()).collect()
}

#[test]
fn rules_are_shown_with_their_reasons_and_then_followed() {
    let (place, ids) = nights(6);
    let rules = ["forget", "--keep-daily", "2", "--keep-monthly", "1", "--timezone", "UTC"];
    let text = place.ok(&[&rules[..], &["--dry-run"]].concat());
    assert!(
        text.contains("newest, daily, monthly") && text.contains("4 snapshots would be forgotten, 2 kept"),
        "{text}"
    );
    assert_eq!(listed(&place), ids);
    let text = place.ok(&[&["--json"], &rules[..]].concat());
    let lines: Vec<_> = text.lines().map(json).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["drop", "drop", "drop", "drop", "keep", "keep", "summary"]);
    assert_eq!((&lines[4]["id"], &lines[4]["reasons"][0]), (&ids[4].clone().into(), &"daily".into()));
    assert_eq!((&lines[6]["kept"], &lines[6]["dropped"]), (&2.into(), &4.into()));
    assert_eq!(listed(&place), ids[4..]);
    place.ok(&["check", "--read-data"]);
}

#[test]
fn nothing_is_forgotten_without_a_rule_or_against_common_sense() {
    let (place, ids) = nights(2);
    for wrong in [
        &[][..],
        &["--keep-last", "0"],
        &["--keep-last", "many"],
        &["--preset", "x"],
        &["--keep-within", "5"],
        &["--group-by", "moon"],
        &["--timezone", "Middle/Earth"],
        &["--keep-last", "1", &ids[0]],
    ] {
        place.refused(&[&["forget"], wrong].concat(), 2);
    }
    place.refused(&["forget", "ffff"], 1);
    assert_eq!(listed(&place), ids);
    let empty = Place::new();
    empty.ok(&["init"]);
    assert!(empty.ok(&["forget", "--keep-last", "1"]).contains("0 snapshots forgotten"));
}

#[test]
fn snapshots_are_forgotten_by_name_and_pruned_in_one_go() {
    let (place, ids) = nights(3);
    let text = place.ok(&["forget", "--prune", "--max-unused", "0", &ids[0], &ids[2][..10]]);
    assert!(text.contains("2 snapshots forgotten") && text.contains("deleted"), "{text}");
    assert_eq!(listed(&place), [ids[1].clone()]);
    let out = place.path().join("out");
    place.ok(&["restore", "latest", "--target", out.to_str().unwrap()]);
    place.ok(&["check", "--read-data"]);
}

#[test]
fn what_is_held_survives_rules_and_names_until_it_is_released() {
    let (place, ids) = nights(4);
    place.ok(&["hold", &ids[0], "--reason", "closing of the year"]);
    let held: Vec<bool> = place
        .ok(&["--json", "snapshots"])
        .lines()
        .map(|line| json(line)["held"].as_bool().unwrap())
        .collect();
    assert_eq!(held, [true, false, false, false]);
    assert!(place.ok(&["snapshots"]).contains("complete, held"));
    let text = place.refused(&["forget", &ids[0]], 1);
    assert!(text.contains("closing of the year"), "{text}");
    place.ok(&["forget", "--keep-last", "1"]);
    assert_eq!(listed(&place), [ids[0].clone(), ids[3].clone()]);
    assert!(place.ok(&["release", &ids[0]]).contains("closing of the year"));
    assert!(place.ok(&["release", &ids[0]]).contains("was not held"));
    place.ok(&["forget", "--keep-last", "1"]);
    assert_eq!(listed(&place), [ids[3].clone()]);
    place.refused(&["hold", "latest", "--reason", &"x".repeat(5_000)], 1);
}

#[test]
fn an_old_manifest_that_is_put_back_is_no_snapshot() {
    let (place, ids) = nights(2);
    let manifest = place.path().join("repo/snapshots").join(&ids[0]);
    let bytes = std::fs::read(&manifest).unwrap();
    place.ok(&["forget", "--keep-last", "1"]);
    assert!(!manifest.exists());
    std::fs::write(&manifest, bytes).unwrap();
    assert_eq!(listed(&place), [ids[1].clone()]);
    assert!(String::from_utf8_lossy(&place.run(&["check"]).stderr).contains("forgotten"));
    place.ok(&["prune"]);
    assert!(!manifest.exists());
}
