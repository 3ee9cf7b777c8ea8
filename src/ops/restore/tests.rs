mod damage;

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::backend::{Backend, LocalBackend, MemoryBackend};
use crate::base::{SnapshotId, Timestamp};
use crate::crypto::PasswordCost;
use crate::format::{Parameters, Status};
use crate::ops::backup::{self, BackupOptions, Input};
use crate::ops::{check, list};
use crate::repo::{NewSlot, Repository};
use crate::target::TargetOptions;

struct House {
    repo: Repository,
    place: tempfile::TempDir,
}

fn house_on(backend: Arc<dyn Backend>) -> House {
    let now = Timestamp::new(1, 0);
    let slot = NewSlot { password: b"x", label: "", host: "", cost: PasswordCost::DEFAULT, now };
    let repo = Repository::create(backend, &slot, Parameters::default(), now).unwrap();
    House { repo, place: tempfile::tempdir().unwrap() }
}

fn noise(seed: u32, bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut out);
    out
}

impl House {
    fn new() -> Self {
        house_on(Arc::new(MemoryBackend::new()))
    }

    fn data(&self) -> std::path::PathBuf {
        let data = self.place.path().join("data");
        std::fs::create_dir_all(&data).unwrap();
        data
    }

    fn options() -> BackupOptions {
        BackupOptions::new("h", "u", "test", Timestamp::new(2, 0))
    }

    fn backup(&self, inputs: Vec<Input>) -> backup::BackupReport {
        backup::run(
            &self.repo,
            &self.place.path().join("cache"),
            inputs,
            &Self::options(),
            &crate::base::Silent,
        )
        .unwrap()
    }

    fn save(&self) -> backup::BackupReport {
        self.backup(vec![Input::Path(self.data())])
    }

    fn restore(&self, id: SnapshotId, to: &Path, options: &RestoreOptions) -> RestoreReport {
        let state = self.repo.open_index(&self.place.path().join("cache2"), &crate::base::Silent).unwrap();
        let reader = ChunkReader::new(&self.repo, state.index.view());
        let target =
            DirectoryTarget::create(to, TargetOptions { sync: false, ..TargetOptions::default() }).unwrap();
        run(&reader, self.repo.snapshot(id).unwrap().root, &target, options, &crate::base::Silent).unwrap()
    }

    fn subtree(&self) -> RestoreOptions {
        let path = self.data();
        let path = path.to_str().unwrap().trim_start_matches('/');
        let selection = Selection::new(Some(TreePath::new(path).unwrap()), &[], &[]).unwrap();
        RestoreOptions { selection, verify: true, ..RestoreOptions::default() }
    }
}

fn fill(data: &Path) {
    std::fs::create_dir_all(data.join("a/b")).unwrap();
    std::fs::write(data.join("a/big"), noise(1, 9_000_000)).unwrap();
    std::fs::write(data.join("a/b/small"), b"hello").unwrap();
    std::fs::write(data.join("empty"), b"").unwrap();
    std::fs::hard_link(data.join("a/big"), data.join("z-link")).unwrap();
    symlink("../etc/passwd", data.join("link")).unwrap();
    let sparse = std::fs::File::create(data.join("sparse")).unwrap();
    sparse.set_len(8 << 40).unwrap();
    std::os::unix::fs::FileExt::write_at(&sparse, b"data", 1 << 30).unwrap();
    std::fs::set_permissions(data.join("a"), std::fs::Permissions::from_mode(0o751)).unwrap();
}

#[test]
fn a_directory_comes_back_bit_for_bit_with_its_links_and_holes() {
    let house = House::new();
    let data = house.data();
    fill(&data);
    let report = house.save();
    assert_eq!(report.manifest.status, Status::Complete);
    let to = house.place.path().join("out");
    let restored = house.restore(report.snapshot.unwrap(), &to, &house.subtree());
    assert_eq!((restored.files, restored.verified), (4, 5), "{restored:?}");
    assert!(restored.damaged.is_empty() && restored.verify_failed.is_empty());
    assert_eq!(std::fs::read(to.join("a/big")).unwrap(), noise(1, 9_000_000));
    assert_eq!(std::fs::read(to.join("a/b/small")).unwrap(), b"hello");
    assert_eq!(std::fs::read_link(to.join("link")).unwrap(), Path::new("../etc/passwd"));
    let (big, link) = (to.join("a/big").metadata().unwrap(), to.join("z-link").metadata().unwrap());
    assert_eq!(big.ino(), link.ino());
    let sparse = to.join("sparse").metadata().unwrap();
    assert!(sparse.len() == 8 << 40 && sparse.blocks() < 100);
    for path in ["a", "a/big", "a/b", "empty"] {
        let (was, is) = (data.join(path).metadata().unwrap(), to.join(path).metadata().unwrap());
        assert_eq!(
            (was.mode(), was.mtime(), was.mtime_nsec()),
            (is.mode(), is.mtime(), is.mtime_nsec()),
            "{path}"
        );
    }
}

#[test]
fn an_unchanged_tree_is_not_read_and_stores_nothing_but_a_manifest() {
    let house = House::new();
    fill(&house.data());
    house.save();
    let again = house.save();
    assert_eq!(again.manifest.statistics.files_unmodified, 5);
    // Nodes of the tree for the directories above, in which other programs may make files at any time: a leaf, and what is above it.
    assert!(again.written.chunks_new <= 3 && again.written.bytes_added < 4096, "{:?}", again.written);
    std::fs::write(house.data().join("a/b/small"), b"other").unwrap();
    let changed = house.save();
    assert_eq!(changed.manifest.statistics.files_changed, 1);
    assert_eq!(changed.manifest.sequence, 3);
}

#[test]
fn a_stream_and_a_failed_command_are_files_and_the_snapshot_is_partial() {
    let house = House::new();
    let stream = |name: &str| TreePath::new(name).unwrap();
    let command = crate::process::Command::shell("dump", "printf half; echo broken >&2; exit 3", None);
    let inputs = vec![
        Input::Command { path: stream("b.sql"), command },
        Input::Stream { path: stream("a.sql"), reader: Box::new(std::io::Cursor::new(noise(7, 3_000_000))) },
    ];
    let report = house.backup(inputs);
    assert_eq!(report.manifest.status, Status::Partial);
    let failed: Vec<_> = report.manifest.components.iter().filter(|component| !component.is_whole).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].detail.as_ref().unwrap().contains("broken"));
    let to = house.place.path().join("out");
    house.restore(report.snapshot.unwrap(), &to, &RestoreOptions::default());
    assert_eq!(std::fs::read(to.join("a.sql")).unwrap(), noise(7, 3_000_000));
    assert_eq!(std::fs::read(to.join("b.sql")).unwrap(), b"half");
}

#[test]
fn overwrite_modes_and_delete_do_what_they_say() {
    let house = House::new();
    let data = house.data();
    fill(&data);
    let id = house.save().snapshot.unwrap();
    let to = house.place.path().join("out");
    house.restore(id, &to, &house.subtree());
    std::fs::write(to.join("a/b/small"), b"mine").unwrap();
    std::fs::write(to.join("stranger"), b"x").unwrap();
    let kept = house.restore(id, &to, &RestoreOptions { verify: false, ..house.subtree() });
    assert_eq!(
        (kept.files, std::fs::read(to.join("a/b/small")).unwrap().as_slice()),
        (0, b"mine".as_slice())
    );
    let dry = RestoreOptions { delete: true, dry_run: true, ..house.subtree() };
    assert_eq!(house.restore(id, &to, &dry).deleted, [TreePath::new("stranger").unwrap()]);
    assert!(to.join("stranger").exists());
    house.restore(id, &to, &RestoreOptions { delete: true, verify: false, ..house.subtree() });
    assert!(!to.join("stranger").exists() && to.join("empty").exists());
}

#[test]
fn patterns_choose_what_is_restored() {
    let house = House::new();
    fill(&house.data());
    let id = house.save().snapshot.unwrap();
    let to = house.place.path().join("out");
    let subtree = house.subtree().selection.subtree;
    let selection = Selection::new(subtree, &["small".into()], &[]).unwrap();
    let report = house.restore(id, &to, &RestoreOptions { selection, ..RestoreOptions::default() });
    assert_eq!(report.files, 1);
    assert!(to.join("a/b/small").exists() && !to.join("empty").exists());
    assert_eq!(to.join("a").metadata().unwrap().mode() & 0o7777, 0o751);
}

#[test]
fn a_damaged_region_loses_its_files_by_name_and_never_gives_wrong_bytes() {
    let store = tempfile::tempdir().unwrap();
    let house = house_on(Arc::new(LocalBackend::create(&store.path().join("repo")).unwrap()));
    fill(&house.data());
    let id = house.save().snapshot.unwrap();
    let pack = house.repo.packs().unwrap().into_iter().max_by_key(|(_, bytes)| *bytes).unwrap().0.to_string();
    let path = store.path().join("repo/packs").join(&pack[..2]).join(&pack);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[3_000_000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let to = house.place.path().join("out");
    let report = house.restore(id, &to, &RestoreOptions { verify: false, ..house.subtree() });
    assert_eq!(report.damaged.len(), 1, "{report:?}");
    assert!(!to.join("a/big").exists() && to.join("a/b/small").exists());
    let options = check::CheckOptions { read_data: 1.0, seed: 0 };
    let found =
        check::run(&house.repo, &house.place.path().join("cache"), &options, &crate::base::Silent).unwrap();
    assert!(found.errors.iter().any(|error| error.contains(&pack[..8])), "{:?}", found.errors);
    assert_eq!(found.losses.len(), 1);
    assert!(found.losses[0].files.iter().any(|path| path.to_string().ends_with("a/big")));
    assert!((found.coverage() - 1.0).abs() < 1e-9);
    let quick = check::run(
        &house.repo,
        &house.place.path().join("cache"),
        &check::CheckOptions::default(),
        &crate::base::Silent,
    );
    assert!(quick.unwrap().coverage() < 1e-9, "a check that reads no data says so");
}

#[test]
fn a_file_of_a_lost_pack_is_read_again_by_the_next_backup() {
    let store = tempfile::tempdir().unwrap();
    let house = house_on(Arc::new(LocalBackend::create(&store.path().join("repo")).unwrap()));
    fill(&house.data());
    house.save();
    for (id, bytes) in house.repo.packs().unwrap() {
        if bytes > 1_000_000 {
            let id = id.to_string();
            std::fs::remove_file(store.path().join("repo/packs").join(&id[..2]).join(&id)).unwrap();
        }
    }
    let mended = house.save();
    assert!(mended.written.chunks_new > 100, "{mended:?}");
    let to = house.place.path().join("out");
    let report = house.restore(mended.snapshot.unwrap(), &to, &house.subtree());
    assert_eq!(
        (report.damaged.len(), report.verified),
        (0, 5),
        "{mended:?} {report:?} {:?}",
        house.repo.packs()
    );
}

#[test]
fn a_list_has_children_or_everything_below_and_knows_what_is_not_there() {
    let house = House::new();
    fill(&house.data());
    let report = house.save();
    let state = house.repo.open_index(&house.place.path().join("cache"), &crate::base::Silent).unwrap();
    let reader = ChunkReader::new(&house.repo, state.index.view());
    let names = |path: &str, recursive| {
        let base = house.data().to_str().unwrap().trim_start_matches('/').to_string();
        let path = TreePath::new(format!("{base}{path}")).unwrap();
        let mut names = vec![];
        let options = list::ListOptions { directory: Some(&path), recursive, snapshot: "x" };
        let silent = crate::base::Silent;
        let listed = list::run(&reader, report.manifest.root, options, &silent, &mut |entry| {
            names.push(String::from_utf8_lossy(entry.path.name()).into_owned());
            Ok(())
        });
        listed.map(|_| names)
    };
    assert_eq!(names("", false).unwrap(), ["a", "empty", "link", "sparse", "z-link"]);
    assert_eq!(names("/a", true).unwrap(), ["b", "small", "big"]);
    assert_eq!(names("/a/big", false).unwrap(), ["big"]);
    assert!(matches!(names("/none", false), Err(OpsError::NoEntry { .. })));
}
