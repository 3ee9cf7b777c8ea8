//! Every byte of a small repository flipped in turn, every object cut short, missing or swapped: a check names it, a restore never
//! gives wrong bytes, and nothing panics.
#![cfg(test)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use strongroom::backend::{Backend, MemoryBackend, ObjectName};
use strongroom::base::{Silent, Timestamp, TreePath};
use strongroom::crypto::PasswordCost;
use strongroom::format::{EntryKind, Parameters};
use strongroom::ops::backup::{self, BackupOptions, Input};
use strongroom::ops::{check, dump};
use strongroom::repo::{ChunkReader, NewSlot, Repository, TreeReader};

const PASSWORD: &[u8] = b"secret";

struct Small {
    backend: Arc<MemoryBackend>,
    repo: Repository,
    place: tempfile::TempDir,
    files: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// A repository with two snapshots of a few files, each under 4 kB.
fn small() -> Small {
    let backend = Arc::new(MemoryBackend::new());
    let now = Timestamp::new(1_763_607_600, 0);
    let slot = NewSlot { password: PASSWORD, label: "", host: "", cost: PasswordCost::DEFAULT, now };
    let repo = Repository::create(backend.clone(), &slot, Parameters::default(), now).unwrap();
    let place = tempfile::tempdir().unwrap();
    let mut files = BTreeMap::new();
    let options = BackupOptions::new("h", "u", "test", now);
    for (name, content) in
        [("a.sql", "INSERT INTO t VALUES (1,'x');\n".repeat(40)), ("b.txt", "hello\n".into())]
    {
        files.insert(name.as_bytes().to_vec(), content.clone().into_bytes());
        let stream = |(path, bytes): (&Vec<u8>, &Vec<u8>)| Input::Stream {
            path: TreePath::new(path.clone()).unwrap(),
            reader: Box::new(std::io::Cursor::new(bytes.clone())),
        };
        let inputs = files.iter().map(stream).collect();
        backup::run(&repo, &place.path().join("cache"), inputs, &options, &Silent).unwrap();
    }
    Small { backend, repo, place, files }
}

impl Small {
    fn objects(&self) -> Vec<(ObjectName, Vec<u8>)> {
        let all = self.backend.list("").unwrap();
        all.into_iter()
            .map(|stored| (stored.name.clone(), self.backend.get(&stored.name, 1 << 30).unwrap()))
            .collect()
    }

    /// What a check says: lines of damage, or why the repository does not open.
    fn complaints(&self, name: &ObjectName, cache: &Path) -> Vec<String> {
        let outside = ["config", "keys"].iter().any(|part| name.as_str().starts_with(part));
        let repo = match outside {
            false => self.repo.clone(),
            true => match Repository::open(self.backend.clone(), PASSWORD) {
                Ok(repo) => repo,
                Err(error) => return vec![error.to_string()],
            },
        };
        let options = check::CheckOptions { read_data: 1.0, seed: 0 };
        check::run(&repo, cache, &options, &Silent).unwrap().errors
    }

    /// Reads every file of every snapshot: what comes out is right or is refused.
    fn nothing_wrong_comes_out(&self, what: &str) {
        let cache = self.place.path().join("cache");
        let Ok(state) = self.repo.open_index(&cache, &Silent) else { return };
        let reader = ChunkReader::new(&self.repo, state.index.view());
        let Ok(snapshots) = self.repo.snapshots() else { return };
        for (_, manifest) in snapshots.whole {
            let Ok(mut entries) = TreeReader::new(&reader, manifest.root) else { continue };
            while let Ok(Some(entry)) = entries.next_entry() {
                assert_eq!(entry.kind, EntryKind::File);
                let mut out = vec![];
                if dump::run(
                    &reader,
                    manifest.root,
                    dump::DumpOptions { path: Some(&entry.path), ..dump::DumpOptions::default() },
                    &mut out,
                    &Silent,
                )
                .is_ok()
                {
                    assert_eq!(self.files.get(entry.path.as_bytes()), Some(&out), "{what}: wrong bytes");
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_any_byte_of_any_object_is_named() {
    let small = small();
    let cache = small.place.path().join("cache");
    let mut flips = 0;
    for (name, good) in small.objects() {
        // A key slot takes a tenth of a second to try: every byte of it is hashed alike, so that a few stand for all.
        let step = if name.as_str().starts_with("keys") { 37 } else { 1 };
        for at in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            small.backend.overwrite(&name, &bad);
            let what = format!("{name} byte {at} of {}", good.len());
            assert!(!small.complaints(&name, &cache).is_empty(), "{what}: not found");
            if at % 16 == 0 {
                small.nothing_wrong_comes_out(&what);
            }
            flips += 1;
        }
        small.backend.overwrite(&name, &good);
    }
    println!("{flips} bytes");
    assert!(flips > 3000, "{flips}");
    let config = ObjectName::new("config").unwrap();
    assert!(small.complaints(&config, &cache).is_empty(), "everything is whole again");
}

#[test]
fn an_object_cut_short_or_grown_is_named() {
    let small = small();
    let mut lengths = 0;
    for (name, good) in small.objects() {
        let step = if name.as_str().starts_with("keys") { good.len() / 3 } else { 1 + good.len() / 60 };
        for length in (0..good.len()).step_by(step).chain([good.len() + 1]) {
            let mut bad = good.clone();
            bad.resize(length, 0);
            small.backend.overwrite(&name, &bad);
            let cache = tempfile::tempdir().unwrap();
            let what = format!("{name} with {length} bytes of {}", good.len());
            assert!(!small.complaints(&name, cache.path()).is_empty(), "{what}: not found");
            small.nothing_wrong_comes_out(&what);
            lengths += 1;
        }
        small.backend.overwrite(&name, &good);
    }
    println!("{lengths} lengths");
    assert!(lengths > 200, "{lengths}");
}

#[test]
fn two_objects_of_one_kind_swapped_are_both_named() {
    let small = small();
    let objects = small.objects();
    let cache = tempfile::tempdir().unwrap();
    let mut swaps = 0;
    for (first, one) in &objects {
        for (second, two) in objects.iter().filter(|(name, _)| name > first) {
            small.backend.overwrite(first, two);
            small.backend.overwrite(second, one);
            assert!(!small.complaints(first, cache.path()).is_empty(), "{first} and {second}");
            small.nothing_wrong_comes_out("swapped");
            small.backend.overwrite(first, one);
            small.backend.overwrite(second, two);
            swaps += 1;
        }
    }
    println!("{swaps} swaps");
    assert!(swaps > 20);
}

#[test]
fn a_missing_pack_is_named_with_the_snapshots_that_lose_something() {
    let small = small();
    for (name, good) in small.objects().into_iter().filter(|(name, _)| name.as_str().starts_with("packs")) {
        small.backend.remove(&name).unwrap();
        let cache = tempfile::tempdir().unwrap();
        let options = check::CheckOptions::default();
        let report = check::run(&small.repo, cache.path(), &options, &Silent).unwrap();
        assert!(report.errors.iter().any(|error| error.contains("missing")), "{:?}", report.errors);
        assert!(!report.losses.is_empty(), "{name}");
        small.nothing_wrong_comes_out("missing");
        small.backend.put(&name, &good).unwrap();
    }
}
