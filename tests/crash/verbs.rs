//! What changes a repository besides `backup`: killed at a call, told that the disk fails there, or that it is full.
//!
//! By default a few calls of each kind, with one fault each; all calls with all faults by `STRONGROOM_SWEEP=all`, which takes half an hour.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::super::{PROGRAM, can_trace, command, done, strongroom, write_data};

const CALLS: [&str; 4] = ["fsync", "renameat2", "unlinkat,unlink", "write,pwrite64,ftruncate"];
const FAULTS: [&str; 3] = ["signal=KILL", "error=EIO", "error=ENOSPC"];

/// A verb whose calls are to fail.
struct Verb {
    /// Makes a repository for it and returns its arguments.
    prepare: fn(&Place) -> Vec<String>,
    /// What must be so right after the fault.
    between: fn(&Place, &str),
    /// The next run, which must succeed by itself.
    again: fn(&Place, &[String], &str),
    /// What must be so then.
    after: fn(&Place, &str),
}

/// A repository and what belongs to it.
struct Place {
    path: PathBuf,
    /// What was saved last.
    data: PathBuf,
    _directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_path_buf();
        Self { data: path.join("data"), path, _directory: directory }
    }

    /// A copy; the data stay where they are.
    fn copy(&self) -> Self {
        let copy = Self { data: self.data.clone(), ..Self::new() };
        for part in ["repo", "cache", "state"] {
            let (from, to) = (self.path.join(part), copy.path.join(part));
            assert!(
                !from.exists() || Command::new("cp").arg("-a").args([&from, &to]).status().unwrap().success()
            );
        }
        copy
    }

    fn ok(&self, arguments: &[&str], what: &str) -> String {
        let output = strongroom(&self.path, arguments).output().unwrap();
        done(&output, &format!("{what}: {arguments:?}"));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs `arguments` with a fault at the `nth` of `calls`; `None` if there are not so many.
    fn with_fault(&self, arguments: &[&str], calls: &str, fault: &str, nth: usize) -> Option<Output> {
        let log = self.path.join("log");
        let inject = format!("inject={calls}:{fault}:when={nth}");
        let trace = format!("trace={calls}");
        let before = ["-f", "-o", log.to_str().unwrap(), "-e", &trace, "-e", &inject, PROGRAM];
        let output = command(&self.path, "strace", &before, arguments).output().unwrap();
        let log = fs::read_to_string(log).unwrap();
        (log.contains("INJECTED") || log.contains("killed by SIGKILL")).then_some(output)
    }

    fn opens_with(&self, password: &str) -> bool {
        let mut list = strongroom(&self.path, &["key", "list"]);
        list.env("STRONGROOM_PASSWORD", password).output().unwrap().status.success()
    }

    /// Five nights of data of which something stays.
    fn nights(&self) {
        let noise: Vec<u8> =
            (0..20_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for night in 0..5 {
            write_data(&self.data, night);
            fs::write(self.data.join(format!("fixed {night}")), noise.split_at(night * 10_000).1).unwrap();
            self.ok(&["backup", "--init", self.data.to_str().unwrap()], "prepare");
        }
    }

    fn first_in(&self, folder: &str) -> PathBuf {
        fs::read_dir(self.path.join("repo").join(folder)).unwrap().next().unwrap().unwrap().path()
    }

    fn key_slots(&self) -> BTreeSet<String> {
        let names = fs::read_dir(self.path.join("repo/keys")).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Arguments of a `key` command that takes the password `changed`.
    fn new_key(&self, verb: &str) -> Vec<String> {
        fs::write(self.path.join("changed"), "changed\n").unwrap();
        let file = self.path.join("changed").to_str().unwrap().to_string();
        ["key", verb, "--new-password-file", &file].map(String::from).to_vec()
    }
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_string()).collect()
}

fn nothing(_: &Place, _: &str) {}

fn again(place: &Place, arguments: &[String], what: &str) {
    place.ok(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), what);
}

fn restores(place: &Place, what: &str) {
    let out = place.path.join("out");
    let subtree = format!("latest:{}", place.data.display());
    place.ok(&["restore", &subtree, "--target", out.to_str().unwrap()], what);
    let diff = Command::new("diff").arg("-r").args([&place.data, &out]).output().unwrap();
    assert!(diff.status.success(), "{what}: {}", String::from_utf8_lossy(&diff.stdout));
    fs::remove_dir_all(&out).unwrap();
}

fn is_whole(place: &Place, what: &str) {
    place.ok(&["check", "--read-data"], what);
    restores(place, what);
}

/// Whole, and nothing of the interrupted run is left that only a person would take away.
fn is_whole_and_pruned(place: &Place, what: &str) {
    is_whole(place, what);
    let out = place.ok(&["--json", "prune", "--dry-run", "--max-unused", "0"], what);
    let summary: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["bytes_unneeded"], &summary["packs_waiting"]), (&0.into(), &0.into()), "{what}");
    let marks = place.path.join("repo/marks");
    assert!(!marks.exists() || fs::read_dir(marks).unwrap().count() == 0, "{what}: a mark stays");
}

/// Lets the verb fail at one call; `false` if there is no such call.
fn one(
    verb: &Verb,
    template: &Place,
    arguments: &[String],
    (calls, fault, nth): (&str, &str, usize),
) -> bool {
    let place = template.copy();
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let what = format!("{given:?} {fault} at {calls} {nth}");
    let Some(output) = place.with_fault(&given, calls, fault, nth) else { return false };
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() != Some(101) && !text.contains("panicked"), "{what}: {text}");
    (verb.between)(&place, &what);
    (verb.again)(&place, arguments, &what);
    (verb.after)(&place, &what);
    true
}

/// Lets the verb fail everywhere; says how many cases that were.
fn sweep(verb: &Verb) -> usize {
    let is_all = std::env::var("STRONGROOM_SWEEP").is_ok_and(|sweep| sweep == "all");
    let stride = if is_all { 1 } else { 17 };
    let template = Place::new();
    let arguments = (verb.prepare)(&template);
    let mut cases = 0;
    for (kind, calls) in CALLS.iter().enumerate() {
        let faults = if is_all { &FAULTS[..] } else { &FAULTS[kind % 3..=kind % 3] };
        for fault in faults {
            let has_case = |nth: &usize| one(verb, &template, &arguments, (calls, fault, *nth));
            cases += (1..).step_by(stride).take_while(has_case).count();
        }
    }
    println!("{arguments:?}: {cases} cases");
    cases
}

#[test]
fn a_prune_stopped_at_any_call_leaves_everything_whole_and_the_next_one_ends_it() {
    let prepare = |place: &Place| {
        place.nights();
        place.ok(&["forget", "--keep-last", "2"], "prepare");
        words(&["prune", "--max-unused", "0"])
    };
    let verb = Verb { prepare, between: is_whole, again, after: is_whole_and_pruned };
    assert!(!can_trace() || sweep(&verb) >= 4);
}

#[test]
fn a_forget_stopped_at_any_call_leaves_everything_whole_and_the_next_one_ends_it() {
    let prepare = |place: &Place| {
        place.nights();
        words(&["forget", "--keep-last", "2"])
    };
    let after = |place: &Place, what: &str| {
        is_whole(place, what);
        assert_eq!(place.ok(&["--json", "snapshots"], what).lines().count(), 2, "{what}");
    };
    assert!(!can_trace() || sweep(&Verb { prepare, between: is_whole, again, after }) >= 3);
}

#[test]
fn a_repair_of_the_index_stopped_at_any_call_is_ended_by_the_next_one() {
    let prepare = |place: &Place| {
        place.nights();
        fs::remove_file(place.first_in("index")).unwrap();
        words(&["repair", "index"])
    };
    assert!(!can_trace() || sweep(&Verb { prepare, between: restores, again, after: is_whole }) >= 3);
}

#[test]
fn a_repair_of_packs_stopped_at_any_call_is_ended_by_the_next_one() {
    let prepare = |place: &Place| {
        place.nights();
        let packs = fs::read_dir(place.path.join("repo/packs")).unwrap();
        let packs = packs.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
        let pack =
            packs.map(|pack| pack.unwrap().path()).max_by_key(|path| path.metadata().unwrap().len()).unwrap();
        let mut bytes = fs::read(&pack).unwrap();
        bytes[9_000..9_100].fill(0);
        fs::write(&pack, bytes).unwrap();
        words(&["repair", "packs"])
    };
    assert!(!can_trace() || sweep(&Verb { prepare, between: nothing, again, after: is_whole }) >= 3);
}

fn two_nights_and_a_key(place: &Place, verb: &str) -> Vec<String> {
    write_data(&place.data, 0);
    place.ok(&["backup", "--init", place.data.to_str().unwrap()], "prepare");
    place.new_key(verb)
}

#[test]
fn adding_a_key_stopped_at_any_call_takes_none_away() {
    let after = |place: &Place, what: &str| {
        is_whole(place, what);
        assert!(place.opens_with("changed"), "{what}");
    };
    let prepare = |place: &Place| two_nights_and_a_key(place, "add");
    assert!(!can_trace() || sweep(&Verb { prepare, between: is_whole, again, after }) >= 3);
}

#[test]
fn changing_a_key_stopped_at_any_call_leaves_one_that_opens() {
    let between = |place: &Place, what: &str| {
        assert!(place.opens_with("secret") || place.opens_with("changed"), "{what}");
    };
    let again = |place: &Place, arguments: &[String], what: &str| {
        if place.opens_with("secret") {
            again(place, arguments, what);
        }
    };
    let after = |place: &Place, what: &str| {
        assert!(place.opens_with("changed") && !place.opens_with("secret"), "{what}");
        let mut check = strongroom(&place.path, &["check", "--read-data"]);
        done(&check.env("STRONGROOM_PASSWORD", "changed").output().unwrap(), what);
    };
    let prepare = |place: &Place| two_nights_and_a_key(place, "change");
    assert!(!can_trace() || sweep(&Verb { prepare, between, again, after }) >= 3);
}

#[test]
fn removing_a_key_stopped_at_any_call_takes_no_other_away() {
    let prepare = |place: &Place| {
        let add = two_nights_and_a_key(place, "add");
        let before = place.key_slots();
        again(place, &add, "prepare");
        let added = place.key_slots();
        words(&["key", "remove", &added.difference(&before).next().unwrap()[..12]])
    };
    let again = |place: &Place, arguments: &[String], what: &str| {
        if place.opens_with("changed") {
            again(place, arguments, what);
        }
    };
    let after = |place: &Place, what: &str| {
        is_whole(place, what);
        assert!(!place.opens_with("changed"), "{what}");
    };
    assert!(!can_trace() || sweep(&Verb { prepare, between: is_whole, again, after }) >= 2);
}
