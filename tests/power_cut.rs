//! A real power cut: a loop device with ext4 that is shut down without flushing its journal, checked and mounted again.
//!
//! Needs root, loop devices and `mkfs.ext4`; where something is missing the test says so and ends.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says why it is skipped")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use strongroom::backend::{Backend, LocalBackend, ObjectName};

/// An ext4 file system in a file, for as long as the value lives.
struct Disk {
    mount: PathBuf,
    image: PathBuf,
    _directory: tempfile::TempDir,
}

impl Disk {
    fn new() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let (mount, image) = (directory.path().join("mount"), directory.path().join("image"));
        fs::create_dir(&mount).unwrap();
        fs::File::create(&image).unwrap().set_len(64 << 20).unwrap();
        let disk = Self { mount, image, _directory: directory };
        let is_ready = run(Command::new("mkfs.ext4").arg("-q").arg(&disk.image)) && disk.mount();
        if !is_ready {
            println!("skipped: an ext4 file system on a loop device cannot be made and mounted here");
        }
        is_ready.then_some(disk)
    }

    fn mount(&self) -> bool {
        run(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.mount))
    }

    /// Ends all writing at once and forgets what was not synced, the journal included (`FS_IOC_SHUTDOWN`, no flush).
    fn cut_power(&self) {
        const FS_IOC_SHUTDOWN: rustix::ioctl::Opcode = 0x8004_587D;
        const NO_LOG_FLUSH: u32 = 2;
        let root = fs::File::open(&self.mount).unwrap();
        #[expect(unsafe_code, reason = "the opcode takes a pointer to u32 (linux/fs.h) and writes nothing")]
        unsafe {
            rustix::ioctl::ioctl(&root, rustix::ioctl::Setter::<FS_IOC_SHUTDOWN, u32>::new(NO_LOG_FLUSH))
                .unwrap();
        }
    }

    fn mount_again(&self) {
        // A process that another test starts at this moment holds all files until it runs its program.
        let begin = Instant::now();
        while !run(Command::new("umount").arg(&self.mount)) {
            assert!(begin.elapsed().as_secs() < 60, "the file system is in use");
            thread::sleep(Duration::from_millis(20));
        }
        assert!(self.mount());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg("-l").arg(&self.mount));
    }
}

fn run(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success() && status.signal().is_none())
}

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

fn content_of(name: &ObjectName) -> Vec<u8> {
    name.as_str().repeat(1000).into_bytes()
}

/// Puts objects from three threads, cuts the power when `count` were acknowledged, and gives the names of those that were.
fn put_until_the_power_is_cut(disk: &Disk, root: &Path, count: usize) -> Vec<ObjectName> {
    let backend = LocalBackend::create(root).unwrap();
    let (acknowledge, acknowledged) = mpsc::channel();
    thread::scope(|scope| {
        for writer in 0..3 {
            let (backend, acknowledge) = (&backend, acknowledge.clone());
            scope.spawn(move || {
                for round in 0..100_000 {
                    let name = name(&format!("packs/{:02x}/{writer}-{round}", round % 16));
                    if backend.put(&name, &content_of(&name)).is_err() {
                        return;
                    }
                    acknowledge.send(name).unwrap();
                }
            });
        }
        drop(acknowledge);
        let mut names: Vec<ObjectName> = acknowledged.iter().take(count).collect();
        disk.cut_power();
        names.extend(acknowledged.iter());
        names
    })
}

#[test]
fn what_was_acknowledged_before_a_power_cut_is_there_and_whole_after_it() {
    let Some(disk) = Disk::new() else { return };
    for count in [1, 2, 7, 50, 200] {
        let root = disk.mount.join(format!("store-{count}"));
        let names = put_until_the_power_is_cut(&disk, &root, count);
        assert!(names.len() >= count);
        disk.mount_again();
        let backend = LocalBackend::open(&root).unwrap();
        for name in &names {
            assert!(backend.get(name, 1 << 20).unwrap() == content_of(name), "{name}");
        }
        for stored in backend.list("").unwrap() {
            assert!(
                backend.get(&stored.name, 1 << 20).unwrap() == content_of(&stored.name),
                "{}",
                stored.name
            );
        }
        backend.sweep().unwrap();
        assert_eq!(fs::read_dir(root.join("tmp")).unwrap().count(), 0);
        backend.put(&name("next"), &content_of(&name("next"))).unwrap();
    }
}

#[test]
fn what_was_removed_before_a_power_cut_does_not_come_back() {
    let Some(disk) = Disk::new() else { return };
    let root = disk.mount.join("store");
    let backend = LocalBackend::create(&root).unwrap();
    for round in 0..20 {
        backend.put(&name(&format!("packs/ab/{round}")), b"content").unwrap();
    }
    for round in 0..10 {
        backend.remove(&name(&format!("packs/ab/{round}"))).unwrap();
    }
    disk.cut_power();
    drop(backend);
    disk.mount_again();
    let backend = LocalBackend::open(&root).unwrap();
    let left: Vec<String> = backend.list("").unwrap().iter().map(|stored| stored.name.to_string()).collect();
    assert_eq!(left.len(), 10, "{left:?}");
    assert!((10..20).all(|round| left.contains(&format!("packs/ab/{round}"))), "{left:?}");
}
