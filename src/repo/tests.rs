use std::sync::Arc;

use super::*;
use crate::backend::MemoryBackend;
use crate::backend::double::{Answer, NonDurable, Step, Survivors};
use crate::base::{ChunkId, Silent};
use crate::codec::Compression;
use crate::crypto::PasswordCost;
use crate::format::RegionKind;

fn slot(password: &'static [u8]) -> NewSlot<'static> {
    NewSlot { password, label: "test", host: "here", cost: PasswordCost::DEFAULT, now: Timestamp::new(1, 0) }
}

pub fn repository() -> Repository {
    let backend = Arc::new(MemoryBackend::new());
    Repository::create(backend, &slot(b"secret"), Parameters::default(), Timestamp::new(1, 0)).unwrap()
}

fn noise(seed: u32, bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut out);
    out
}

fn write(repo: &Repository, cache: &std::path::Path, chunks: &[Vec<u8>]) -> (Vec<ChunkId>, Written) {
    let mut state = repo.open_index_for_writing(cache, &Silent).unwrap();
    let options = WriteOptions { compression: Compression::default(), dry_run: false };
    let mut writer = Writer::new(repo, &mut state.index, options).unwrap();
    let ids = chunks
        .iter()
        .map(|chunk| {
            let id = repo.keys().chunk_id(chunk);
            writer.put(RegionKind::Content, id, chunk).unwrap();
            id
        })
        .collect();
    (ids, writer.finish().unwrap().0)
}

#[test]
fn chunks_come_back_through_a_new_index_and_are_stored_once() {
    let (repo, cache) = (repository(), tempfile::tempdir().unwrap());
    let chunks: Vec<_> = (0..2000).map(|n| noise(n, 1 + (n as usize * 37) % 60_000)).collect();
    let (ids, written) = write(&repo, cache.path(), &chunks);
    assert_eq!(written.chunks_new, 2000);
    assert!(written.packs >= 3, "{written:?}");
    let (_, again) = write(&repo, cache.path(), &chunks);
    assert_eq!((again.chunks_new, again.bytes_stored), (0, 0));
    let fresh = tempfile::tempdir().unwrap();
    let state = repo.open_index(fresh.path(), &Silent).unwrap();
    let reader = ChunkReader::new(&repo, state.index.view());
    for (id, chunk) in ids.iter().zip(&chunks) {
        assert_eq!(reader.chunk(id).unwrap(), *chunk);
    }
    for (pack, bytes) in repo.packs().unwrap() {
        let scan = repo.scan_pack(pack, &reader).unwrap();
        assert!(scan.damage.is_empty(), "{:?}", scan.damage);
        assert_eq!(scan.bytes, bytes);
    }
}

#[test]
fn full_packs_have_one_size_and_others_a_padded_one() {
    let (repo, cache) = (repository(), tempfile::tempdir().unwrap());
    let chunks: Vec<_> = (0..1200).map(|n| noise(n, 30_000)).collect();
    write(&repo, cache.path(), &chunks);
    let full = u64::from(repo.parameters().pack_bytes);
    let sizes: Vec<_> = repo.packs().unwrap().iter().map(|(_, bytes)| *bytes).collect();
    assert_eq!(sizes.iter().filter(|bytes| **bytes == full).count(), 2, "{sizes:?}");
    for bytes in sizes {
        assert_eq!(crate::format::padme(bytes as usize) as u64, bytes);
    }
}

#[test]
fn packs_without_an_index_object_are_adopted_and_lost_ones_are_stored_again() {
    let (repo, cache) = (repository(), tempfile::tempdir().unwrap());
    let chunks: Vec<_> = (0..100).map(|n| noise(n, 10_000)).collect();
    let (ids, _) = write(&repo, cache.path(), &chunks);
    for object in repo.backend().list("index").unwrap() {
        repo.backend().remove(&object.name).unwrap();
    }
    let state = repo.open_index(cache.path(), &Silent).unwrap();
    assert_eq!(state.packs_adopted.len(), 1);
    assert!(state.index.find(&ids[5]).unwrap().is_some());
    drop(state);
    let (_, again) = write(&repo, cache.path(), &chunks);
    assert_eq!(again.chunks_new, 0);
    assert_eq!(
        repo.backend().list("index").unwrap().len(),
        1,
        "a writer gives adopted packs an index object"
    );
    for pack in repo.backend().list("packs").unwrap() {
        repo.backend().remove(&pack.name).unwrap();
    }
    let (_, again) = write(&repo, cache.path(), &chunks);
    assert_eq!(again.chunks_new, 100);
}

#[test]
fn a_pack_of_a_writer_that_was_killed_before_it_was_durable_is_made_so_when_it_is_adopted() {
    let backend = Arc::new(NonDurable::new());
    let repo =
        Repository::create(backend.clone(), &slot(b"secret"), Parameters::default(), Timestamp::new(1, 0))
            .unwrap();
    backend.set_script(Box::new(|_, step, path| match step {
        Step::FsyncDirectory if path.starts_with("packs/") => Answer::Fail(5),
        _ => Answer::Do,
    }));
    let chunk = noise(1, 10_000);
    let [killed, next] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut state = repo.open_index_for_writing(killed.path(), &Silent).unwrap();
    let options = WriteOptions { compression: Compression::default(), dry_run: false };
    let mut writer = Writer::new(&repo, &mut state.index, options).unwrap();
    writer.put(RegionKind::Content, repo.keys().chunk_id(&chunk), &chunk).unwrap();
    writer.finish().unwrap_err();
    let packs = repo.packs().unwrap();
    assert_eq!(packs.len(), 1);
    backend.set_script(Box::new(|_, _, _| Answer::Do));
    let (_, written) = write(&repo, next.path(), &[chunk]);
    assert_eq!(written.chunks_new, 0, "the pack is adopted");
    backend.power_cut(Survivors::Nothing);
    assert_eq!(repo.packs().unwrap(), packs);
}

#[test]
fn slots_open_with_their_own_password_and_the_last_one_stays() {
    let repo = repository();
    let added = repo.add_key_slot(&slot(b"other")).unwrap();
    assert!(matches!(repo.key_slot_of(b"wrong"), Err(RepoError::WrongPassword { slots: 2, .. })));
    assert_eq!(repo.key_slot_of(b"other").unwrap().0, added);
    assert_eq!(repo.remove_key_slot(&added.to_string()).unwrap(), added);
    let last = repo.key_slots().unwrap()[0].id;
    assert!(matches!(repo.remove_key_slot(&last.to_string()), Err(RepoError::LastKeySlot { .. })));
    assert!(matches!(repo.remove_key_slot(""), Err(RepoError::KeySlotNotUnique { .. })));
}

#[test]
fn a_second_repository_is_not_made_over_the_first() {
    let backend: Arc<dyn Backend> = Arc::new(MemoryBackend::new());
    let make =
        || Repository::create(backend.clone(), &slot(b"x"), Parameters::default(), Timestamp::new(1, 0));
    make().unwrap();
    assert!(matches!(make(), Err(RepoError::AlreadyThere { .. })));
    assert_eq!(backend.list("keys").unwrap().len(), 1);
    let empty: Arc<dyn Backend> = Arc::new(MemoryBackend::new());
    assert!(matches!(Repository::open(empty, b"x"), Err(RepoError::NoRepository { .. })));
    assert!(matches!(Repository::open(backend, b"y"), Err(RepoError::WrongPassword { .. })));
}
