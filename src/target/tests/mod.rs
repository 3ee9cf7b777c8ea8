//! A target as the outside sees it. Everything about paths is tried with `openat2` and without.

mod anything;
mod delete;
mod files;
mod hostile;
mod metadata;
mod overwrite;

use std::fs;
use std::path::Path;
use std::process::Command;

use super::beneath::Resolution;
use super::*;
use crate::base::{Timestamp, TreePath};
use crate::format::{Entry, EntryKind};

/// A target with something beside it that must not be touched.
struct Place {
    dir: tempfile::TempDir,
    target: DirectoryTarget,
}

impl Place {
    fn new(options: TargetOptions) -> Self {
        Self::resolving(options, None)
    }

    fn resolving(options: TargetOptions, resolution: Option<Resolution>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("outside")).unwrap();
        fs::write(dir.path().join("outside/secret"), "secret").unwrap();
        let target =
            DirectoryTarget::create_resolving(&dir.path().join("root"), options, resolution).unwrap();
        Self { dir, target }
    }

    /// A path below the root, as the operating system sees it.
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join("root").join(name)
    }

    fn outside(&self) -> std::path::PathBuf {
        self.dir.path().join("outside")
    }

    fn assert_outside_is_untouched(&self) {
        let names: Vec<_> = fs::read_dir(self.outside()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["secret"]);
        assert_eq!(fs::read(self.outside().join("secret")).unwrap(), b"secret");
    }
}

/// Runs a test with both ways of resolving a path.
fn both_ways(options: TargetOptions, test: impl Fn(&Place)) {
    for resolution in [Resolution::Openat2, Resolution::Walk] {
        test(&Place::resolving(options, Some(resolution)));
    }
}

fn options(overwrite: Overwrite) -> TargetOptions {
    TargetOptions { overwrite, ..TargetOptions::default() }
}

fn at(path: impl Into<Vec<u8>>) -> TreePath {
    TreePath::new(path).unwrap()
}

/// An entry of this process's user; the content of a file is `hello`.
fn entry(kind: EntryKind) -> Entry {
    Entry {
        path: at("somewhere/else"),
        kind,
        mode: if kind == EntryKind::Directory { 0o755 } else { 0o644 },
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        user: None,
        group: None,
        mtime: Timestamp::new(1_600_000_000, 123_456_789),
        ctime: Timestamp::default(),
        inode: 0,
        device: 0,
        links: 1,
        size: if kind == EntryKind::File { 5 } else { 0 },
        link_target: (kind == EntryKind::Symlink).then(|| b"../outside".to_vec()),
        device_number: None,
        xattrs: Vec::new(),
        content: None,
        compressed: None,
        torn: false,
    }
}

/// All that a restore does for one entry.
fn restore(place: &Place, path: &TreePath, entry: &Entry) -> Result<Vec<MetadataLoss>, TargetError> {
    let plan = place.target.plan(path, entry)?;
    match entry.kind {
        EntryKind::File if plan == Plan::Keep => Ok(Vec::new()),
        EntryKind::File => {
            let writer = place.target.file(path, entry, plan)?;
            writer.write_at(b"hello", 0)?;
            writer.finish(entry)
        }
        EntryKind::Directory => {
            place.target.directory(path, entry, plan)?;
            place.target.finish_directory(path, entry)
        }
        EntryKind::Symlink => place.target.symlink(path, entry, plan),
        _ => place.target.special(path, entry, plan),
    }
}

/// Whether there is nothing but the expected names in the root; a temporary file would be one more.
fn assert_names(directory: &Path, expected: &[&str]) {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, expected);
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A tmpfs that is there as long as this is.
struct Mount(std::path::PathBuf);

impl Mount {
    /// `None`, and a note, where this process may not mount.
    fn tmpfs(path: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let size = format!("size={size}");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).status();
        if is_root() && status.is_ok_and(|status| status.success()) {
            return Some(Self(path.to_path_buf()));
        }
        println!("skipped: this process may not mount a tmpfs");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
