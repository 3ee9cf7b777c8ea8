//! Walks over directories made for the purpose.

mod kinds;
mod left_out;
mod order;
mod races;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::format::EntryKind;

/// A directory in which a test makes what it needs.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: impl AsRef<[u8]>) -> PathBuf {
        self.0.path().join(OsStr::from_bytes(name.as_ref()))
    }

    /// A file with the name as its content, and the directories above it.
    fn file(&self, name: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, name).unwrap();
        path
    }

    fn directory(&self, name: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    fn symlink(&self, target: impl AsRef<Path>, name: &str) -> PathBuf {
        let path = self.path(name);
        std::os::unix::fs::symlink(target, &path).unwrap();
        path
    }

    /// The path as it stands in a snapshot.
    fn entry_path(&self, name: &[u8]) -> Vec<u8> {
        self.path(name).as_os_str().as_bytes()[1..].to_vec()
    }

    /// What of the path of an entry lies below this directory; `None` for the directory itself and those above it.
    fn below<'a>(&self, found: &'a Found) -> Option<&'a [u8]> {
        let root = self.entry_path(b"");
        found.entry.path.as_bytes().strip_prefix(root.as_slice()).filter(|rest| !rest.is_empty())
    }

    fn walk(&self, roots: &[&str], options: &SourceOptions) -> Walk {
        let roots: Vec<_> = roots.iter().map(|root| self.path(root)).collect();
        Walk::open(&roots, options).unwrap()
    }

    /// The names a walk yields, below this directory and with a slash after those of directories.
    fn names(&self, walk: &mut Walk) -> Vec<String> {
        let mut names = Vec::new();
        for found in walk {
            let found = found.unwrap();
            let Some(below) = self.below(&found) else { continue };
            let slash = if found.entry.kind == EntryKind::Directory { "/" } else { "" };
            names.push(String::from_utf8(below.to_vec()).unwrap() + slash);
        }
        names
    }

    /// The entry with this name.
    fn found(&self, name: &str) -> Found {
        let wanted = self.entry_path(name.as_bytes());
        self.walk(&[""], &SourceOptions::default())
            .map(Result::unwrap)
            .find(|found| found.entry.path.as_bytes() == wanted)
            .unwrap()
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
