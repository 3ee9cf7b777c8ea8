//! A disk that is really full: a tmpfs of one MiB. Needs the right to mount; without it the tests say so and end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::name;
use crate::backend::disk::eventually;
use crate::backend::{Backend, Freeing, LocalBackend};

/// A small file system, for as long as the value lives.
struct Small {
    path: PathBuf,
    _directory: tempfile::TempDir,
}

impl Small {
    fn mount() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("small");
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "strongroom-test"]).arg(&path).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            println!("skipped: a tmpfs cannot be mounted here");
            return None;
        }
        Some(Self { path, _directory: directory })
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.path).status().unwrap();
    }
}

fn bytes_used(root: &Path) -> u64 {
    let stat = rustix::fs::statvfs(root).unwrap();
    (stat.f_blocks - stat.f_bfree) * stat.f_frsize
}

#[test]
fn an_object_that_does_not_fit_is_no_space_and_leaves_nothing() {
    let Some(small) = Small::mount() else { return };
    let backend = LocalBackend::open(&small.path).unwrap();
    let error = backend.put(&name("packs/ab/cd"), &vec![7; 2 << 20]).unwrap_err();
    assert!(error.is_no_space() && error.name() == Some(&name("packs/ab/cd")), "{error}");
    assert_eq!(backend.list("").unwrap(), []);
    eventually(|| bytes_used(&small.path) == 0);
}

#[test]
fn on_a_full_disk_objects_can_be_removed_and_then_others_put() {
    let Some(small) = Small::mount() else { return };
    let backend = LocalBackend::open(&small.path).unwrap();
    let object = vec![7; 64 << 10];
    let full = (0..100).find(|round| backend.put(&name(&format!("packs/ab/{round}")), &object).is_err());
    let stored = backend.list("").unwrap();
    assert_eq!(full, Some(stored.len()));
    // What is left of the last block goes to a foreign file, so that not one byte is free.
    let filler = fs::File::create(small.path.join("filler.bin")).unwrap();
    while rustix::io::write(&filler, &[0; 4096]).is_ok() {}
    assert!(backend.put(&name("packs/ab/x"), b"x").unwrap_err().is_no_space());
    backend.remove(&name("packs/ab/0")).unwrap();
    eventually(|| backend.put(&name("packs/ab/x"), &object).is_ok());
    assert_eq!(backend.get(&name("packs/ab/x"), 1 << 20).unwrap(), object);
    assert_eq!(backend.list("").unwrap().len(), stored.len());
    assert_eq!(fs::read_dir(small.path.join("tmp")).unwrap().count(), 0);
}

fn fill(root: &Path) {
    let filler = fs::File::options().append(true).create(true).open(root.join("filler.bin")).unwrap();
    while rustix::io::write(&filler, &[0; 4096]).is_ok() {}
}

#[test]
fn a_reserve_is_for_those_who_make_room_and_for_nobody_else() {
    let Some(small) = Small::mount() else { return };
    let backend = Arc::new(LocalBackend::open(&small.path).unwrap());
    backend.keep_reserve(100_000).unwrap();
    backend.keep_reserve(50_000).unwrap();
    assert_eq!((backend.list("").unwrap(), backend.sweep().unwrap()), (vec![], 0));
    assert_eq!(fs::metadata(small.path.join("tmp/reserve")).unwrap().len(), 100_000);
    fill(&small.path);
    assert!(backend.put(&name("leases/a"), b"a").unwrap_err().is_no_space());
    let freeing = Freeing(backend.clone());
    freeing.put(&name("leases/a"), b"a").unwrap();
    assert!(!small.path.join("tmp/reserve").exists());
    freeing.replace(&name("leases/a"), &[1; 50_000]).unwrap();
    // There is no more than that.
    assert!(freeing.put(&name("leases/b"), &[2; 100_000]).unwrap_err().is_no_space());
    // Of what does not fit, as much as there is room for is set aside.
    assert!(backend.keep_reserve(200_000).is_err());
    assert!(backend.put(&name("leases/c"), b"c").unwrap_err().is_no_space());
    freeing.put(&name("leases/c"), b"c").unwrap();
}

#[test]
fn what_killed_writers_left_makes_room_before_the_reserve_does() {
    let Some(small) = Small::mount() else { return };
    let backend = Arc::new(LocalBackend::open(&small.path).unwrap());
    backend.put(&name("leases/a"), b"a").unwrap();
    fs::write(small.path.join("tmp/00112233445566778899aabbccddeeff"), vec![7; 100_000]).unwrap();
    fill(&small.path);
    assert!(backend.put(&name("leases/b"), b"b").unwrap_err().is_no_space());
    Freeing(backend).put(&name("leases/b"), b"b").unwrap();
}
