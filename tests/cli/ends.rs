//! Runs that end early, end twice, or whose reader goes away.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::place::Place;

pub fn signal(child: &Child) {
    let id = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
}

/// How it ended; a run that does not end soon is killed and fails the test.
pub fn end(mut child: Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return status,
            None if started.elapsed() > Duration::from_secs(30) => {
                child.kill().unwrap();
                panic!("it does not end");
            }
            None => std::thread::yield_now(),
        }
    }
}

/// A backup that waits for ever: a file appears when its command runs.
fn hanging(place: &Place) -> Child {
    let fifo = place.path().join("started");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
        .unwrap();
    let command = format!("dump.sql=echo > {}; exec sleep 1000", fifo.display());
    let child = place
        .command(&["backup", "--command", &command, &place.data()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(std::fs::File::open(&fifo).unwrap()).read_line(&mut line).unwrap();
    std::fs::remove_file(fifo).unwrap();
    child
}

#[test]
fn an_interrupted_backup_ends_with_130_and_the_next_one_succeeds() {
    let place = Place::new();
    place.ok(&["init"]);
    let mut child = hanging(&place);
    let mut stderr = child.stderr.take().unwrap();
    signal(&child);
    assert_eq!(end(child).code(), Some(130));
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("error: cancelled\nmeans: no snapshot was made"), "{text}");
    assert_eq!(place.ok(&["--json", "snapshots"]), "");
    place.ok(&["backup", &place.data()]);
    place.ok(&["check", "--read-data"]);
}

#[test]
fn a_backup_of_a_standard_input_that_brings_nothing_can_be_interrupted() {
    let place = Place::new();
    place.ok(&["init"]);
    let mut child = place
        .command(&["-v", "backup", "--stdin", "x"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // More than a pipe holds: when it is written, the program has begun to read, and listens to signals.
    child.stdin.as_mut().unwrap().write_all(&[7; 1 << 20]).unwrap();
    signal(&child);
    assert_eq!(end(child).code(), Some(130));
}

#[test]
fn a_reader_that_goes_away_does_not_change_what_is_said_of_a_backup() {
    let place = Place::new();
    place.ok(&["init"]);
    for (command, code) in [("a=exit 7", 18), ("a=echo whole", 0)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = place.command(&["backup", "--command", command]).stdout(writer).status().unwrap();
        assert_eq!(status.code(), Some(code), "{command}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let list = place.command(&["ls", "latest"]).stdout(writer).output().unwrap();
    assert_eq!((list.status.code(), list.stderr.len()), (Some(0), 0));
}

#[test]
fn output_that_has_no_room_is_told_with_17() {
    let place = Place::new();
    place.ok(&["backup", "--init", &place.data()]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(place.command(&["snapshots"]).stdout(full).status().unwrap().code(), Some(17));
}

#[test]
fn backups_that_make_the_repository_at_once_all_succeed() {
    let place = Place::new();
    let running: Vec<_> = (0..4)
        .map(|n| {
            place
                .command(&["-q", "backup", "--init", "--host", &format!("h{n}"), &place.data()])
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(place.ok(&["--json", "snapshots"]).lines().count(), 4);
}

#[test]
fn a_dry_run_makes_no_repository() {
    let place = Place::new();
    place.refused(&["backup", "--init", "--dry-run", &place.data()], 10);
    assert!(!place.path().join("repo").exists());
}

#[test]
fn a_store_that_fails_is_not_one_without_a_repository() {
    let place = Place::new();
    place.ok(&["init"]);
    let config = place.path().join("repo/config");
    std::fs::rename(&config, place.path().join("kept")).unwrap();
    std::os::unix::fs::symlink("config", &config).unwrap();
    place.refused(&["backup", "--init", &place.data()], 13);
}

#[test]
fn what_killed_runs_left_unfinished_is_cleared_up_by_the_next() {
    let place = Place::new();
    place.ok(&["init"]);
    let unfinished = place.path().join("repo/tmp").join("ab".repeat(16));
    std::fs::write(&unfinished, "half").unwrap();
    place.ok(&["backup", &place.data()]);
    assert!(!unfinished.exists());
}
