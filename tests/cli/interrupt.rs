//! Control-C while data is on its way: exit code 130, a sound repository, nothing unfinished left, and the next run works.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::ends::{end, signal};
use super::place::{Place, noise};

const MIB: u64 = 1 << 20;

/// Every regular file below a directory, sorted; none if it is not there.
fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(below).into_iter().flatten() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    found
}

#[test]
fn a_backup_interrupted_between_packs_leaves_them_for_the_next_one() {
    let place = Place::new();
    place.ok(&["init"]);
    let mut child = place
        .command(&["backup", "--stdin", "dump.sql"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (repo, mut bytes) = (place.path().join("repo"), vec![]);
    // As much as it takes until a pack is stored, however much is on its way at once. The pipe stays open, so that the
    // backup cannot come to its end.
    let mut stdin = child.stdin.take().unwrap();
    for seed in 0.. {
        if files(&repo.join("packs")).len() > 1 {
            break;
        }
        let more = noise(seed, 8 * MIB);
        stdin.write_all(&more).unwrap();
        bytes.extend_from_slice(&more);
    }
    let mut stderr = child.stderr.take().unwrap();
    signal(&child);
    assert_eq!(end(child).code(), Some(130));
    drop(stdin);
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("error: cancelled\nmeans: no snapshot was made"), "{text}");
    assert_eq!(files(&repo.join("tmp")), [repo.join("tmp/reserve")]);
    assert!(files(&repo.join("packs")).len() > 1, "what was stored is not thrown away");
    assert_eq!(place.ok(&["--json", "snapshots"]), "");
    place.ok(&["check", "--read-data"]);
    let mut again = place.command(&["--json", "backup", "--stdin", "dump.sql"]);
    let mut again = again.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    again.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = again.wait_with_output().unwrap();
    assert!(output.status.success());
    let summary = super::place::json(String::from_utf8(output.stdout).unwrap().lines().last().unwrap());
    assert_eq!(summary["bytes_processed"], bytes.len());
    // Two packs of 16 MiB at least are used.
    assert!(summary["bytes_added"].as_u64().unwrap() < bytes.len() as u64 - 30 * MIB, "{summary}");
    place.ok(&["check", "--read-data"]);
    assert!(place.command(&["dump", "latest:dump.sql"]).output().unwrap().stdout == bytes);
}

#[test]
fn an_interrupted_restore_leaves_only_whole_files_and_the_next_one_goes_on() {
    let place = Place::new();
    for n in 0..48 {
        std::fs::write(place.path().join(format!("data/{n:02}")), noise(n, 4 * MIB)).unwrap();
    }
    place.ok(&["backup", "--init", &place.data()]);
    let (saved, out) = (format!("latest:{}", place.data()), place.path().join("out"));
    let arguments = ["restore", &saved, "--target", out.to_str().unwrap()];
    let child = place.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // It has begun to write when there is a file, and has far to go.
    while !out.exists() || files_now(&out) == 0 {
        std::thread::yield_now();
    }
    signal(&child);
    let mut child = child;
    let mut stderr = child.stderr.take().unwrap();
    assert_eq!(end(child).code(), Some(130));
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("error: cancelled\nmeans: "), "{text}");
    let restored = files(&out);
    assert!(restored.len() < 49, "it was interrupted");
    for path in &restored {
        let original = place.path().join("data").join(path.file_name().unwrap());
        assert!(original.exists(), "{} is left over", path.display());
        assert!(std::fs::read(path).unwrap() == std::fs::read(&original).unwrap(), "{}", path.display());
    }
    place.ok(&["check"]);
    place.ok(&arguments);
    assert_eq!(files(&out).len(), 49);
    for path in files(&out) {
        let original = place.path().join("data").join(path.file_name().unwrap());
        assert!(std::fs::read(&path).unwrap() == std::fs::read(original).unwrap());
    }
}

/// How many names there are in a directory that changes.
fn files_now(directory: &Path) -> usize {
    std::fs::read_dir(directory).map_or(0, |entries| entries.flatten().count())
}
