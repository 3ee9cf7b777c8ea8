//! `prune` as people and scripts run it.

use std::time::{Duration, Instant};

use super::place::{Place, json, noise};

/// A repository with two nights, the first of which is forgotten.
fn half_forgotten() -> Place {
    let place = Place::new();
    let big = place.path().join("data/big");
    std::fs::write(&big, noise(1, 2_000_000)).unwrap();
    let night = place.ok(&["--json", "backup", "--init", &place.data()]);
    let first = json(night.lines().last().unwrap())["snapshot"].as_str().unwrap().to_string();
    std::fs::remove_file(&big).unwrap();
    place.ok(&["backup", &place.data()]);
    place.ok(&["forget", &first]);
    place
}

fn summary(place: &Place, arguments: &[&str]) -> serde_json::Value {
    let text = place.ok(&[&["--json", "prune"], arguments].concat());
    json(text.lines().last().unwrap())
}

#[test]
fn a_prune_says_what_it_would_do_does_it_and_says_so() {
    let place = half_forgotten();
    let text = place.ok(&["prune", "--dry-run"]);
    assert!(text.contains("unneeded   ") && !text.contains("deleted"), "{text}");
    let planned = summary(&place, &["--dry-run"]);
    assert!(planned["bytes_unneeded"].as_u64() >= Some(2_000_000), "{planned}");
    let done = summary(&place, &["--max-unused", "0"]);
    assert_eq!(done["bytes_unused"], 0);
    assert!(done["bytes_deleted"].as_u64() >= Some(2_000_000), "{done}");
    assert_eq!((&done["dry_run"], &done["packs_waiting"]), (&false.into(), &0.into()));
    place.ok(&["check", "--read-data"]);
    assert!(place.ok(&["prune"]).contains("deleted    0 packs"));
    let out = place.path().join("out");
    place.ok(&["restore", "latest", "--target", out.to_str().unwrap()]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let place = half_forgotten();
    for wrong in [&["--max-unused", "much"][..], &["--max-unused", "101%"], &["--grace", "5"], &["latest"]] {
        place.refused(&[&["prune"], wrong].concat(), 2);
    }
    place.refused(&["--repo", "/nowhere/at/all", "prune"], 10);
}

#[test]
fn a_damaged_manifest_stops_a_prune_before_it_deletes() {
    let place = half_forgotten();
    let manifest =
        std::fs::read_dir(place.path().join("repo/snapshots")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&manifest, b"torn").unwrap();
    let before = place.path().join("repo/packs");
    let count = || walk(&before);
    let packs = count();
    place.refused(&["prune", "--max-unused", "0"], 13);
    assert_eq!(count(), packs);
}

fn walk(path: &std::path::Path) -> usize {
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| std::fs::read_dir(entry.unwrap().path()).unwrap().count())
        .sum()
}

#[test]
fn a_prune_does_not_wait_for_a_backup_and_takes_nothing_that_it_may_need() {
    let place = half_forgotten();
    // A backup that is at work for as long as its command is.
    let fifo = place.path().join("go-on");
    std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    let command = format!("slow.sql=cat {}", fifo.display());
    let mut backup = place.command(&["backup", "--command", &command, &place.data()]).spawn().unwrap();
    let leases = || std::fs::read_dir(place.path().join("repo/leases")).map_or(0, Iterator::count);
    let start = Instant::now();
    while leases() == 0 {
        assert!(start.elapsed() < Duration::from_secs(60) && backup.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    let waiting = summary(&place, &["--max-unused", "0"]);
    assert_eq!((&waiting["packs_deleted"], &waiting["runs_waited_for"]), (&0.into(), &1.into()), "{waiting}");
    assert!(place.ok(&["prune"]).contains("deleted by the first prune after the backup"));
    std::fs::write(&fifo, "CREATE TABLE t (id int);\n").unwrap();
    let ended = backup.wait().unwrap();
    assert!(matches!(ended.code(), Some(0 | 3)), "{ended}");
    assert!(summary(&place, &["--max-unused", "0"])["packs_deleted"].as_u64() > Some(0));
    place.ok(&["check", "--read-data"]);
}

#[test]
fn damaged_leases_and_marks_are_named_and_the_next_prune_takes_them_away() {
    let place = half_forgotten();
    for folder in ["leases", "marks"] {
        let folder = place.path().join("repo").join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ab".repeat(32)), b"torn").unwrap();
    }
    let text = place.refused(&["check"], 13);
    assert!(
        text.contains("lease abababab is damaged") && text.contains("mark abababab is damaged"),
        "{text}"
    );
    place.ok(&["prune"]);
    place.ok(&["check"]);
}
