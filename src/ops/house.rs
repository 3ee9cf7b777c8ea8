//! For tests of verbs: a repository in memory, a directory that is saved in it, and its damage.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::backup::{self, BackupOptions, BackupReport, Input};
use crate::backend::{Backend, MemoryBackend, ObjectName};
use crate::base::{Silent, SnapshotId, Timestamp, TreePath};
use crate::crypto::PasswordCost;
use crate::format::{Manifest, Parameters};
pub use crate::repo::forest::{entry, path};
use crate::repo::{ChunkReader, NewSlot, Repository};

/// A repository and what belongs to it.
pub struct House {
    pub repo: Repository,
    place: tempfile::TempDir,
}

/// Bytes that do not compress and are the same each time.
pub fn noise(seed: u32, bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut out);
    out
}

pub fn backup_options() -> BackupOptions {
    BackupOptions::new("h", "u", "test", Timestamp::new(2, 0))
}

impl House {
    pub fn new() -> Self {
        Self::over(Arc::new(MemoryBackend::new()), 0)
    }

    /// A new repository in this store, with so much parity.
    pub fn over(backend: Arc<dyn Backend>, parity_percent: u8) -> Self {
        let now = Timestamp::new(1, 0);
        let slot = NewSlot { password: b"x", label: "", host: "", cost: PasswordCost::DEFAULT, now };
        let parameters = Parameters { parity_percent, ..Parameters::default() };
        let repo = Repository::create(backend, &slot, parameters, now).unwrap();
        let house = Self { repo, place: tempfile::tempdir().unwrap() };
        std::fs::create_dir(house.data()).unwrap();
        house
    }

    /// Another house with the same data, a cache of its own and the repository in another store, as it is now.
    pub fn moved_to<B: Backend + 'static>(&self, backend: Arc<B>) -> Self {
        for stored in self.repo.backend().list("").unwrap() {
            backend.put(&stored.name, &self.repo.backend().get(&stored.name, 1 << 30).unwrap()).unwrap();
        }
        let house = Self { repo: self.repo.at(backend), place: tempfile::tempdir().unwrap() };
        std::os::unix::fs::symlink(self.data(), house.data()).unwrap();
        house
    }

    /// The directory that is saved.
    pub fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    pub fn cache(&self) -> PathBuf {
        self.place.path().join("cache")
    }

    /// The path in a snapshot of what is `name` in the directory.
    pub fn path(&self, name: &str) -> TreePath {
        let data = self.data();
        let data = data.as_os_str().as_bytes();
        let name = if name.is_empty() { vec![] } else { [b"/", name.as_bytes()].concat() };
        path([&data[1..], &name].concat())
    }

    /// Writes a file and makes the directories above it.
    pub fn write(&self, name: &str, content: &[u8]) {
        self.write_bytes(name.as_bytes(), content);
    }

    pub fn write_bytes(&self, name: &[u8], content: &[u8]) {
        let path = self.data().join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn save(&self) -> BackupReport {
        self.save_with(&backup_options())
    }

    pub fn save_with(&self, options: &BackupOptions) -> BackupReport {
        backup::run(&self.repo, &self.cache(), vec![Input::Path(self.data())], options, &Silent).unwrap()
    }

    pub fn snapshots(&self) -> Vec<(SnapshotId, Manifest)> {
        self.repo.snapshots().unwrap().whole
    }

    /// A reader with nothing in its memory.
    pub fn reader(&self) -> ChunkReader {
        let state = self.repo.open_index(&self.cache(), &Silent).unwrap();
        ChunkReader::new(&self.repo, state.index.view())
    }

    /// Turns a bit in the middle of the first region of the pack that has this chunk's content, whoever needs it.
    pub fn damage(&self, content: &[u8]) {
        let reader = self.reader();
        let location = reader.locate(&self.repo.keys().chunk_id(content)).unwrap();
        let place = reader.pack_place(location.pack).unwrap();
        let region = place.regions[location.region as usize];
        let id = place.id.to_string();
        let name = ObjectName::new(&format!("packs/{}/{id}", &id[..2])).unwrap();
        let backend = self.repo.backend();
        let mut bytes = backend.get(&name, 1 << 30).unwrap();
        bytes[usize::try_from(region.offset).unwrap() + region.stored_bytes as usize / 2] ^= 1;
        backend.remove(&name).unwrap();
        backend.put(&name, &bytes).unwrap();
    }
}
