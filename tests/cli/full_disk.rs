//! A disk that is full to the last byte: what makes room on it works. Needs the right to mount; without it the tests say so and end.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::place::{Place, json};

const MIB: usize = 1 << 20;

/// A place whose repository lies on a small file system.
struct Small {
    place: Place,
    mounted: PathBuf,
}

impl Small {
    /// `parts` of the place (`repo`, `cache`, `state`) lie on it.
    fn mount(parts: &[&str]) -> Option<Self> {
        let place = Place::new();
        let mounted = place.path().join("small");
        fs::create_dir_all(&mounted).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=24m", "strongroom-test"]).arg(&mounted).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            println!("skipped: a tmpfs cannot be mounted here");
            return None;
        }
        for part in parts {
            fs::create_dir(mounted.join(part)).unwrap();
            std::os::unix::fs::symlink(mounted.join(part), place.path().join(part)).unwrap();
        }
        Some(Self { place, mounted })
    }

    /// Writes a file that nothing makes smaller.
    fn write(&self, name: &str, seed: &str, bytes: usize) {
        fs::write(self.place.path().join("data").join(name), noise(seed, bytes)).unwrap();
    }

    /// Takes what is free, to the last byte.
    fn fill(&self) {
        let mut filler = File::options().append(true).create(true).open(self.mounted.join("filler")).unwrap();
        for bytes in [64 * 1024, 4096, 1] {
            while filler.write_all(&vec![7; bytes]).is_ok() {}
        }
    }

    /// A backup, with the exit code that it ends with.
    fn backup(&self) -> Option<i32> {
        self.place.run(&["--quiet", "backup", &self.place.data()]).status.code()
    }

    fn snapshots(&self) -> usize {
        self.place.ok(&["--json", "snapshots"]).lines().count()
    }

    /// What is in the newest snapshot is what lies in the data directory.
    fn restores(&self, target: &str) {
        let target = self.place.path().join(target);
        self.place.ok(&["check", "--read-data"]);
        self.place.ok(&["restore", "latest", "--target", target.to_str().unwrap()]);
        let restored = target.join(self.place.data().trim_start_matches('/'));
        let diff =
            Command::new("diff").arg("-r").args([&self.place.data().into(), &restored]).output().unwrap();
        assert!(diff.status.success(), "{}", String::from_utf8_lossy(&diff.stdout));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.mounted).status().unwrap();
    }
}

fn noise(seed: &str, bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    blake3::Hasher::new().update(seed.as_bytes()).finalize_xof().fill(&mut noise);
    noise
}

/// Backups of something new each night until the disk is full. Returns how many there are.
fn nights_until_full(small: &Small) -> usize {
    small.place.ok(&["init"]);
    let full = (0..100).find(|night| {
        small.write("file", &format!("night {night}"), 3 * MIB);
        match small.backup() {
            Some(0) => false,
            Some(17) => true,
            other => panic!("exit {other:?}"),
        }
    });
    let nights = full.unwrap();
    small.fill();
    assert_eq!((nights > 2, small.snapshots()), (true, nights));
    nights
}

fn forget_and_prune_make_room(small: &Small) {
    let nights = nights_until_full(small);
    assert_eq!(small.backup(), Some(17));
    small.write("file", &format!("night {}", nights - 1), 3 * MIB);
    small.place.ok(&["forget", "--keep-last", "1"]);
    assert_eq!(small.snapshots(), 1);
    small.fill();
    let out = small.place.ok(&["--json", "prune"]);
    let summary = json(out.lines().last().unwrap());
    assert!(summary["bytes_deleted"].as_u64().unwrap() > (nights as u64 - 1) * 3 * MIB as u64, "{summary}");
    small.restores("back");
    small.write("file", "the night after", 3 * MIB);
    assert_eq!(small.backup(), Some(0));
    small.restores("back again");
    // And once more: there is a reserve again.
    small.fill();
    let out = small.place.run(&["--json", "forget", "--keep-last", "1", "--prune"]);
    // Where the state lies there too, this machine cannot note down what it saw, and says so.
    let code = if small.mounted.join("state").exists() { 3 } else { 0 };
    assert_eq!(out.status.code(), Some(code), "{}", String::from_utf8_lossy(&out.stderr));
    let summary = json(String::from_utf8(out.stdout).unwrap().lines().last().unwrap());
    assert!(summary["bytes_deleted"].as_u64().unwrap() > 3 * MIB as u64, "{summary}");
    small.restores("back once more");
}

#[test]
fn forget_and_prune_make_room_on_a_full_disk() {
    let Some(small) = Small::mount(&["repo"]) else { return };
    forget_and_prune_make_room(&small);
}

#[test]
fn forget_and_prune_make_room_where_cache_and_state_lie_on_the_full_disk_too() {
    let Some(small) = Small::mount(&["repo", "cache", "state"]) else { return };
    forget_and_prune_make_room(&small);
}

#[test]
fn packs_that_are_partly_needed_are_written_anew_with_the_room_that_others_gave() {
    let Some(small) = Small::mount(&["repo"]) else { return };
    small.place.ok(&["init"]);
    // Half of this one's pack is needed later on.
    for part in 0..6 {
        small.write(&format!("part {part}"), &format!("part {part}"), MIB);
    }
    assert_eq!(small.backup(), Some(0));
    for part in 3..6 {
        fs::remove_file(small.place.path().join(format!("data/part {part}"))).unwrap();
    }
    small.write("file", "one", 6 * MIB);
    assert_eq!(small.backup(), Some(0));
    fs::remove_file(small.place.path().join("data/file")).unwrap();
    assert_eq!(small.backup(), Some(0));
    small.place.ok(&["forget", "--keep-last", "1"]);
    small.fill();
    let out = small.place.ok(&["--json", "prune", "--max-unused", "0"]);
    let summary = json(out.lines().last().unwrap());
    assert_eq!(summary["bytes_unused"], 0, "{summary}");
    assert!(summary["bytes_deleted"].as_u64().unwrap() > 12 * MIB as u64, "{summary}");
    assert!(summary["bytes_written"].as_u64().unwrap() > 3 * MIB as u64, "{summary}");
    small.restores("back");
}

#[test]
fn where_nothing_goes_as_a_whole_a_full_disk_is_said_and_nothing_is_lost() {
    let Some(small) = Small::mount(&["repo"]) else { return };
    small.place.ok(&["init"]);
    for part in 0..6 {
        small.write(&format!("part {part}"), &format!("part {part}"), MIB);
    }
    assert_eq!(small.backup(), Some(0));
    for part in 3..6 {
        fs::remove_file(small.place.path().join(format!("data/part {part}"))).unwrap();
    }
    assert_eq!(small.backup(), Some(0));
    small.place.ok(&["forget", "--keep-last", "1"]);
    small.fill();
    small.place.refused(&["prune", "--max-unused", "0"], 17);
    small.restores("back");
    // With room it goes on.
    fs::remove_file(small.mounted.join("filler")).unwrap();
    small.place.ok(&["prune", "--max-unused", "0"]);
    small.restores("back again");
}
