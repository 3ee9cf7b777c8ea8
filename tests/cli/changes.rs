//! What changes while it is saved is read once more and then flagged; what goes away is named, and the rest is saved.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::place::{Place, json, noise};

const LARGE: u64 = 32 << 20;

/// A thread that changes something again and again until this is dropped.
struct Racer(Arc<AtomicBool>, Option<JoinHandle<()>>);

impl Racer {
    fn start(mut change: impl FnMut(u64) + Send + 'static) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let asked = is_over.clone();
        let run = move || (0..).take_while(|_| !asked.load(Ordering::Relaxed)).for_each(&mut change);
        Self(is_over, Some(std::thread::spawn(run)))
    }
}

impl Drop for Racer {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
        self.1.take().unwrap().join().unwrap();
    }
}

/// A place whose `data/raced` is this long, and the file.
fn with_large_file() -> (Place, File) {
    let place = Place::new();
    let path = place.path().join("data/raced");
    std::fs::write(&path, noise(1, LARGE)).unwrap();
    (place, File::options().write(true).open(path).unwrap())
}

/// The entries of the newest snapshot below `data`, by name.
fn entry(place: &Place, name: &str) -> Option<Value> {
    let listed = place.ok(&["--json", "ls", &format!("latest:{}", place.data())]);
    let end = format!("/{name}");
    listed.lines().map(json).find(|line| line["path"].as_str().unwrap().ends_with(&end))
}

/// What a backup says that is expected to end with this code: its summary and its warnings.
fn backup(place: &Place, code: i32, more: &[&str]) -> (Value, Vec<Value>) {
    let data = place.data();
    let arguments = [&["--json", "backup", "--init", &data], more].concat();
    let output = place.run(&arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    let warnings: Vec<_> = stderr.lines().map(json).filter(|line| line["type"] == "warning").collect();
    let summary = json(String::from_utf8(output.stdout).unwrap().lines().last().unwrap());
    assert_eq!(summary["warnings"], warnings.len());
    (summary, warnings)
}

/// The snapshot is of use although a file in it is flagged.
fn assert_restores_flagged(place: &Place) {
    let flagged = entry(place, "raced").unwrap();
    assert_eq!(flagged["torn"], true);
    place.ok(&["check", "--read-data"]);
    let out = place.path().join("out");
    place.ok(&["restore", &format!("latest:{}", place.data()), "--target", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(out.join("file")).unwrap(), b"hello");
    assert_eq!(std::fs::metadata(out.join("raced")).unwrap().len(), flagged["size"].as_u64().unwrap());
    let (summary, _) = backup(place, 0, &[]);
    assert_eq!((&summary["files_unmodified"], &summary["files_changed"]), (&1.into(), &1.into()));
    assert_eq!(entry(place, "raced").unwrap()["torn"], false);
    let now = std::fs::read(place.path().join("data/raced")).unwrap();
    let saved = place.command(&["dump", &format!("latest:{}/raced", place.data())]).output().unwrap();
    assert!(saved.stdout == now, "what holds still is saved as it is");
}

#[test]
fn a_file_that_never_holds_still_is_flagged_and_the_next_quiet_night_has_it_whole() {
    let (place, file) = with_large_file();
    let racer = Racer::start(move |n| {
        file.write_all_at(&n.to_le_bytes(), n.wrapping_mul(0x9e37_79b9) % (LARGE - 8)).unwrap();
    });
    let (summary, warnings) = backup(&place, 3, &[]);
    drop(racer);
    assert_eq!((&summary["status"], &summary["files"]), (&"complete".into(), &2.into()));
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0]["subject"], format!("{}/raced", place.data()));
    assert!(warnings[0]["message"].as_str().unwrap().contains("changed while it was read, twice"));
    assert_eq!(entry(&place, "raced").unwrap()["size"], LARGE);
    assert_restores_flagged(&place);
}

#[test]
fn a_file_that_grows_and_shrinks_all_the_time_is_flagged_and_as_long_as_it_was_read() {
    let (place, file) = with_large_file();
    let racer = Racer::start(move |n| file.set_len(LARGE / 2 + (n % 64) * (1 << 20)).unwrap());
    let (_, warnings) = backup(&place, 3, &[]);
    drop(racer);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0]["subject"], format!("{}/raced", place.data()));
    assert_restores_flagged(&place);
}

#[test]
fn a_small_file_that_never_holds_still_is_flagged_under_each_of_its_names() {
    let place = Place::new();
    let path = place.path().join("data/small");
    std::fs::write(&path, noise(2, 500_000)).unwrap();
    for n in 0..100 {
        std::fs::hard_link(&path, place.path().join(format!("data/small-{n}"))).unwrap();
    }
    let file = File::options().write(true).open(path).unwrap();
    // The times that a system gives by itself may stand still for some milliseconds.
    let racer = Racer::start(move |n| {
        file.write_all_at(&n.to_le_bytes(), n % 400_000).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(n)).unwrap();
    });
    let (_, warnings) = backup(&place, 3, &[]);
    drop(racer);
    let listed = place.ok(&["--json", "ls", &format!("latest:{}", place.data())]);
    let flagged: Vec<_> = listed.lines().map(json).filter(|line| line["torn"] == true).collect();
    let named: Vec<_> = warnings.iter().map(|warning| &warning["subject"]).collect();
    assert_eq!(named, flagged.iter().map(|line| &line["path"]).collect::<Vec<_>>());
    place.ok(&["check", "--read-data"]);
    backup(&place, 0, &[]);
}

/// Stops the process at a moment at which it has this file open.
fn stop_while_open(child: &Child, path: &std::path::Path) {
    let id = Pid::from_raw(child.id().cast_signed()).unwrap();
    let process = std::path::PathBuf::from(format!("/proc/{}", child.id()));
    let is_open = || {
        let open = std::fs::read_dir(process.join("fd")).unwrap().flatten();
        open.filter_map(|fd| std::fs::read_link(fd.path()).ok()).any(|link| link == path)
    };
    let state = || std::fs::read_to_string(process.join("stat")).unwrap();
    loop {
        if is_open() {
            kill_process(id, Signal::STOP).unwrap();
            while !state().contains(") T ") {
                assert!(!state().contains(") Z "), "it has ended");
            }
            if is_open() {
                return;
            }
            kill_process(id, Signal::CONT).unwrap();
        }
        assert!(!state().contains(") Z "), "it has ended");
    }
}

#[test]
fn a_file_that_is_emptied_while_it_is_read_is_read_once_more_and_then_whole() {
    let (place, file) = with_large_file();
    place.ok(&["init"]);
    let child = place.command(&["-q", "backup", &place.data()]).spawn().unwrap();
    stop_while_open(&child, &place.path().join("data/raced"));
    file.set_len(0).unwrap();
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::CONT).unwrap();
    let mut child = child;
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let saved = entry(&place, "raced").unwrap();
    assert_eq!((&saved["size"], &saved["torn"]), (&0.into(), &false.into()));
    place.ok(&["check", "--read-data"]);
}

/// A command's output is taken when its place in the tree comes, and the entry after it has been looked at by then: so a
/// command can change a file between its listing and its reading, and never at another time.
#[test]
fn what_changes_between_listing_and_reading_is_read_as_it_is_or_named() {
    let place = Place::new();
    let data = place.data();
    let changes = [
        ("gone", "rm ITEM"),
        ("now-a-directory", "rm ITEM; mkdir ITEM; echo inside > ITEM/inside"),
        ("now-a-link", "mv ITEM ITEM.old; ln -s file ITEM"),
        ("now-a-pipe", "mv ITEM ITEM.old; mkfifo ITEM"),
        ("emptied", ": > ITEM"),
        ("grown", "echo more >> ITEM"),
        ("large-emptied", ": > ITEM"),
    ];
    let commands = changes.map(|(name, change)| {
        let bytes = if name.starts_with("large") { 2 << 20 } else { 1000 };
        std::fs::write(format!("{data}/{name}"), noise(3, bytes)).unwrap();
        // The command's name sorts directly before the file's.
        let (last, front) = (name.chars().last().unwrap(), &name[..name.len() - 1]);
        let before = char::from_u32(u32::from(last) - 1).unwrap();
        let change = change.replace("ITEM", &format!("{data}/{name}"));
        format!("{data}/{front}{before}={change}; echo done")
    });
    let commands: Vec<_> = commands.iter().flat_map(|command| ["--command", command]).collect();
    let (summary, warnings) = backup(&place, 3, &commands);
    assert_eq!(summary["status"], "complete");
    let mut named: Vec<_> = warnings.iter().map(|line| line["subject"].as_str().unwrap()).collect();
    named.sort_unstable();
    let lost = ["gone", "now-a-directory", "now-a-link", "now-a-pipe"];
    assert_eq!(named, lost.map(|name| format!("{data}/{name}")));
    for name in lost {
        assert_eq!(entry(&place, name), None, "{name}");
    }
    for (name, bytes) in [("emptied", 0), ("grown", 1005), ("large-emptied", 0), ("file", 5)] {
        let saved = entry(&place, name).unwrap();
        assert_eq!((&saved["size"], &saved["torn"]), (&bytes.into(), &false.into()), "{name}");
    }
    // Their times are those of what was read, too.
    let (summary, _) = backup(&place, 0, &[]);
    assert_eq!((&summary["files_unmodified"], &summary["files_changed"]), (&4.into(), &0.into()));
    assert!(place.ok(&["ls", "-R", "latest"]).contains("now-a-directory/inside"));
    place.ok(&["check", "--read-data"]);
}
