//! Commands before and after a backup.

use std::time::{Duration, Instant};

use super::ends::{end, signal};
use super::place::Place;

/// What was said by commands to a file of the place.
fn said(place: &Place) -> String {
    std::fs::read_to_string(place.path().join("said")).unwrap_or_default()
}

fn says(place: &Place, what: &str) -> String {
    format!("echo {what} >> {}", place.path().join("said").display())
}

/// Waits until the commands have said this.
fn wait_for(place: &Place, text: &str) {
    let started = Instant::now();
    while said(place) != text {
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", said(place));
        std::thread::yield_now();
    }
}

#[test]
fn before_comes_before_and_after_after_a_backup_and_knows_its_snapshot() {
    let place = Place::new();
    place.ok(&["init"]);
    let (before, during) = (says(&place, "before"), says(&place, "during"));
    let after = says(&place, "$STRONGROOM_STATUS");
    let command = format!("x={during}; echo y");
    place.ok(&["backup", "--before", &before, "--after", &after, "--command", &command]);
    assert_eq!(said(&place), "before\nduring\ncomplete\n");
    std::fs::remove_file(place.path().join("said")).unwrap();
    let after = says(&place, "$STRONGROOM_STATUS $STRONGROOM_SNAPSHOT");
    let partial = place.run(&["--json", "backup", "--after", &after, "--command", "x=echo y; exit 1"]);
    assert_eq!(partial.status.code(), Some(18));
    let summary = String::from_utf8(partial.stdout).unwrap();
    let summary = super::place::json(summary.lines().last().unwrap());
    assert_eq!(said(&place), format!("partial {}\n", summary["snapshot"].as_str().unwrap()));
    place.ok(&["backup", "--dry-run", "--before", &before, "--after", &after, &place.data()]);
    assert_eq!(said(&place).lines().count(), 1, "a dry run runs neither");
}

#[test]
fn a_before_that_fails_saves_nothing_and_after_runs_all_the_same() {
    let place = Place::new();
    place.ok(&["init"]);
    let after = says(&place, "$STRONGROOM_STATUS");
    let before = "echo the shop is busy >&2; exit 4";
    let text = place.refused(&["backup", "--before", before, "--after", &after, &place.data()], 1);
    assert!(text.contains("exit code 4: the shop is busy"), "{text}");
    assert_eq!((said(&place).as_str(), place.ok(&["--json", "snapshots"]).as_str()), ("failed\n", ""));
    place.refused(&["backup", "--after", &after, "/no/such/path"], 1);
    assert_eq!(said(&place), "failed\nfailed\n");
}

#[test]
fn an_after_that_fails_is_a_warning() {
    let place = Place::new();
    place.ok(&["init"]);
    let output = place.run(&["backup", "--after", "exit 9", &place.data()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("exit code 9"));
    assert_eq!(place.ok(&["--json", "snapshots"]).lines().count(), 1);
}

#[test]
fn after_runs_when_a_backup_is_interrupted_and_when_it_is_killed() {
    for (is_killed, wanted) in [(false, "in\ncancelled\n"), (true, "in\nkilled\n")] {
        let place = Place::new();
        place.ok(&["init"]);
        let after = says(&place, "$STRONGROOM_STATUS");
        let command = format!("x={}; exec sleep 1000", says(&place, "in"));
        let mut child =
            place.command(&["-q", "backup", "--after", &after, "--command", &command]).spawn().unwrap();
        wait_for(&place, "in\n");
        if is_killed {
            child.kill().unwrap();
            child.wait().unwrap();
        } else {
            signal(&child);
            assert_eq!(end(child).code(), Some(130));
        }
        wait_for(&place, wanted);
    }
}

#[test]
fn a_before_that_hangs_can_be_interrupted() {
    let place = Place::new();
    place.ok(&["init"]);
    let (before, after) =
        (format!("{}; exec sleep 1000", says(&place, "in")), says(&place, "$STRONGROOM_STATUS"));
    let child = place
        .command(&["-q", "backup", "--before", &before, "--after", &after, &place.data()])
        .spawn()
        .unwrap();
    wait_for(&place, "in\n");
    signal(&child);
    assert_eq!(end(child).code(), Some(130));
    assert_eq!(said(&place), "in\ncancelled\n");
}
