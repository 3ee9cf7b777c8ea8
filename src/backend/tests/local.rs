//! What lies in a real directory: foreign things, leftovers, links, modes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::name;
use crate::backend::disk::{Disk, eventually};
use crate::backend::publish::Steps;
use crate::backend::{Backend, BackendError, LocalBackend};

crate::backend::contract::suite!(|path| LocalBackend::open(path).unwrap());

fn local() -> (TempDir, LocalBackend) {
    let directory = tempfile::tempdir().unwrap();
    let backend = LocalBackend::open(directory.path()).unwrap();
    (directory, backend)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn temporary_files(root: &Path) -> usize {
    fs::read_dir(root.join("tmp")).map_or(0, Iterator::count)
}

#[test]
fn a_directory_that_is_not_there_is_unreachable() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("missing");
    let error = LocalBackend::open(&path).err().unwrap();
    assert!(error.is_unreachable() && error.to_string().contains("missing"), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_file_is_not_a_store() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    assert!(LocalBackend::open(&directory.path().join("file")).err().unwrap().is_unreachable());
    assert!(LocalBackend::create(&directory.path().join("file")).err().unwrap().is_unreachable());
    assert!(LocalBackend::create(&directory.path().join("file/below")).err().unwrap().is_unreachable());
}

#[test]
fn a_symbolic_link_in_the_place_of_an_object_is_not_followed() {
    let (directory, backend) = local();
    fs::write(directory.path().join("secret"), "secret").unwrap();
    symlink("secret", directory.path().join("config")).unwrap();
    let config = name("config");
    assert!(matches!(backend.get(&config, 100), Err(BackendError::NotAFile { .. })));
    assert!(matches!(backend.get_range(&config, 0, 1), Err(BackendError::NotAFile { .. })));
    assert!(matches!(backend.size(&config), Err(BackendError::NotAFile { .. })));
    assert!(backend.put(&config, b"new").unwrap_err().is_already_exists());
    let listing = backend.list("").unwrap();
    assert_eq!(listing.iter().map(|stored| stored.name.as_str()).collect::<Vec<_>>(), ["secret"]);
}

#[test]
fn a_pipe_in_the_place_of_an_object_is_not_waited_for() {
    let (directory, backend) = local();
    let mode = rustix::fs::Mode::RUSR;
    let root = fs::File::open(directory.path()).unwrap();
    rustix::fs::mknodat(&root, "config", rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert!(matches!(backend.get(&name("config"), 100), Err(BackendError::NotAFile { .. })));
    assert_eq!(backend.list("").unwrap(), []);
}

#[test]
fn foreign_things_are_not_listed_and_stay() {
    let (directory, backend) = local();
    backend.put(&name("packs/ab/cd"), b"").unwrap();
    let foreign = [".DS_Store", "lost+found", "packs/README.txt", "packs/ab/cd.part", "tmp/notes"];
    for path in foreign {
        fs::write(directory.path().join(path), "").unwrap();
    }
    fs::create_dir_all(directory.path().join("packs/ab/deep")).unwrap();
    fs::write(directory.path().join("packs/ab/deep/er"), "").unwrap();
    symlink("self", directory.path().join("self")).unwrap();
    let listing = backend.list("").unwrap();
    assert_eq!(listing.iter().map(|stored| stored.name.as_str()).collect::<Vec<_>>(), ["packs/ab/cd"]);
    assert_eq!(backend.sweep().unwrap(), 0);
    assert!(foreign.iter().all(|path| directory.path().join(path).exists()));
}

#[test]
fn a_directory_that_is_a_link_is_listed_and_read_like_any_other() {
    let (directory, backend) = local();
    fs::create_dir_all(directory.path().join("elsewhere.d")).unwrap();
    symlink("elsewhere.d", directory.path().join("packs")).unwrap();
    backend.put(&name("packs/ab/cd"), b"content").unwrap();
    assert_eq!(backend.get(&name("packs/ab/cd"), 100).unwrap(), b"content");
    assert_eq!(backend.list("").unwrap().len(), 1);
    assert_eq!(backend.list("packs").unwrap().len(), 1);
}

#[test]
fn nobody_else_may_read_what_is_stored() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("a/b/store");
    let backend = LocalBackend::create(&root).unwrap();
    backend.put(&name("packs/ab/cd"), b"").unwrap();
    for path in ["a", "a/b", "a/b/store", "a/b/store/tmp", "a/b/store/packs", "a/b/store/packs/ab"] {
        assert_eq!(mode(&directory.path().join(path)), 0o700, "{path}");
    }
    assert_eq!(mode(&root.join("packs/ab/cd")), 0o600);
}

#[test]
fn creating_a_store_that_is_there_opens_it() {
    let (directory, backend) = local();
    backend.put(&name("config"), b"content").unwrap();
    let again = LocalBackend::create(directory.path()).unwrap();
    assert_eq!(again.get(&name("config"), 100).unwrap(), b"content");
}

#[test]
fn opening_and_reading_writes_nothing() {
    let (directory, backend) = local();
    backend.list("").unwrap();
    backend.get(&name("config"), 100).unwrap_err();
    assert_eq!(backend.sweep().unwrap(), 0);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_put_leaves_no_temporary_file_also_when_the_name_is_taken() {
    let (directory, backend) = local();
    backend.put(&name("config"), b"first").unwrap();
    backend.put(&name("config"), b"second").unwrap_err();
    assert_eq!(temporary_files(directory.path()), 0);
}

#[test]
fn a_directory_taken_away_behind_our_back_is_made_again() {
    let (directory, backend) = local();
    backend.put(&name("packs/ab/cd"), b"").unwrap();
    fs::remove_dir_all(directory.path().join("packs")).unwrap();
    fs::remove_dir_all(directory.path().join("tmp")).unwrap();
    backend.put(&name("packs/ab/cd"), b"content").unwrap();
    assert_eq!(backend.get(&name("packs/ab/cd"), 100).unwrap(), b"content");
}

#[test]
fn a_sweep_removes_what_dead_writers_left_and_nothing_of_the_living() {
    let (directory, backend) = local();
    backend.put(&name("config"), b"").unwrap();
    let (dead, alive) = ("a".repeat(32), "b".repeat(32));
    fs::write(directory.path().join("tmp").join(&dead), "half").unwrap();
    let other = Disk { root: fs::File::open(directory.path()).unwrap().into() };
    let writer = other.create(&format!("tmp/{alive}")).unwrap();
    assert_eq!(backend.sweep().unwrap(), 1);
    assert_eq!(temporary_files(directory.path()), 1);
    drop(writer);
    eventually(|| backend.sweep().unwrap() == 1);
    assert_eq!(temporary_files(directory.path()), 0);
    assert_eq!(backend.list("").unwrap().len(), 1);
}

#[test]
fn sweeps_beside_writers_take_nothing_from_them() {
    let (directory, backend) = local();
    std::thread::scope(|scope| {
        let writers = [0, 1].map(|writer| {
            let backend = &backend;
            scope.spawn(move || {
                for round in 0..50 {
                    backend.put(&name(&format!("packs/ab/{writer}-{round}")), b"content").unwrap();
                }
            })
        });
        while !writers.iter().all(|writer| writer.is_finished()) {
            backend.sweep().unwrap();
        }
    });
    assert_eq!(backend.list("packs").unwrap().len(), 100);
    assert_eq!(temporary_files(directory.path()), 0);
}

#[test]
fn a_store_renamed_under_the_writer_is_still_the_one_written_to() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (directory.path().join("old"), directory.path().join("new"));
    let backend = LocalBackend::create(&old).unwrap();
    fs::rename(&old, &new).unwrap();
    backend.put(&name("config"), b"content").unwrap();
    assert_eq!(fs::read(new.join("config")).unwrap(), b"content");
}

#[test]
fn a_store_removed_under_the_writer_is_unreachable() {
    let directory = tempfile::tempdir().unwrap();
    let backend = LocalBackend::create(&directory.path().join("store")).unwrap();
    fs::remove_dir_all(directory.path().join("store")).unwrap();
    assert!(backend.put(&name("config"), b"").unwrap_err().is_unreachable());
}

#[test]
fn an_object_that_claims_to_be_huge_is_refused_before_memory_is_taken() {
    let (directory, backend) = local();
    let file = fs::File::create(directory.path().join("config")).unwrap();
    file.set_len(1 << 40).unwrap();
    let error = backend.get(&name("config"), 1 << 20).unwrap_err();
    assert!(matches!(error, BackendError::TooLarge { .. }), "{error}");
}

#[test]
fn a_location_cannot_play_tricks_on_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let error = LocalBackend::open(&directory.path().join("a\x1b[31m")).err().unwrap();
    assert!(!error.to_string().contains('\x1b'), "{error}");
}
