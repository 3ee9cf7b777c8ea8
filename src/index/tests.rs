use super::*;
use crate::base::Encoding;
use crate::format::{ChunkRecord, Contents, IndexedPack, RegionKind, RegionRecord};

fn pack(number: u8, chunks: u32) -> IndexedPack {
    let chunk = |n: u32| ChunkRecord {
        id: ChunkId::new(*blake3::hash(&[&[number][..], &n.to_le_bytes()].concat()).as_bytes()),
        plain_bytes: 100 + n,
    };
    let region = |range: std::ops::Range<u32>| RegionRecord {
        stored_bytes: 1000,
        encoding: Encoding::Zstd,
        depth: 0,
        kind: RegionKind::Content,
        chunks: range.map(chunk).collect(),
        bases: vec![],
    };
    let contents = Contents { regions: vec![region(0..chunks / 2), region(chunks / 2..chunks)] };
    IndexedPack { id: PackId::new([number; 32]), bytes: 5000, contents }
}

fn load(index: &mut Index, packs: &[IndexedPack]) {
    let mut build = index.build().unwrap();
    for pack in packs {
        build.add_pack(pack).unwrap();
    }
    build.add_object(ObjectId::new([9; 32])).unwrap();
    build.finish().unwrap();
}

const REPOSITORY: RepositoryId = RepositoryId::new([1; 32]);

#[test]
fn a_chunk_is_found_where_its_pack_says_also_after_reopening() {
    let cache = tempfile::tempdir().unwrap();
    let packs = [pack(1, 10), pack(2, 4)];
    load(&mut Index::open(cache.path(), REPOSITORY).unwrap(), &packs);
    let index = Index::open(cache.path(), REPOSITORY).unwrap();
    let wanted = packs[1].contents.regions[1].chunks[1];
    let location = index.find(&wanted.id).unwrap().unwrap();
    assert_eq!((location.region, location.offset, location.bytes), (1, 102, 103));
    let place = index.pack(location.pack).unwrap();
    assert_eq!((place.id, place.bytes), (packs[1].id, 5000));
    assert_eq!((place.regions[1].offset, place.regions[1].stored_bytes), (1048, 1000));
    assert_eq!(index.find(&ChunkId::new([0; 32])).unwrap(), None);
    assert_eq!(index.chunk_count().unwrap(), 14);
    assert!(index.knows_pack(&packs[0].id).unwrap() && !index.knows_pack(&PackId::new([3; 32])).unwrap());
    assert_eq!(index.objects().unwrap(), [ObjectId::new([9; 32])]);
}

#[test]
fn an_index_in_memory_says_the_same() {
    let mut index = Index::in_memory(REPOSITORY).unwrap();
    let packs = [pack(1, 10), pack(2, 4)];
    load(&mut index, &packs);
    let wanted = packs[1].contents.regions[1].chunks[1];
    assert_eq!(index.find(&wanted.id).unwrap().map(|location| location.offset), Some(102));
    index.clear().unwrap();
    assert_eq!((index.find(&wanted.id).unwrap(), index.chunk_count().unwrap()), (None, 0));
}

#[test]
fn a_chunk_that_several_packs_have_is_found_in_the_last_of_them_however_they_are_loaded() {
    let moved = IndexedPack { id: PackId::new([8; 32]), ..pack(1, 10) };
    let packs = [pack(1, 10), pack(2, 7), moved.clone(), pack(3, 5)];
    for together in [true, false] {
        let cache = tempfile::tempdir().unwrap();
        let mut index = Index::open(cache.path(), REPOSITORY).unwrap();
        for load_at_once in packs.chunks(if together { 4 } else { 1 }) {
            load(&mut index, load_at_once);
        }
        assert_eq!(index.chunk_count().unwrap(), 22);
        let pack_of =
            |chunk: &ChunkRecord| index.pack(index.find(&chunk.id).unwrap().unwrap().pack).unwrap().id;
        for pack in [&packs[1], &moved, &packs[3]] {
            assert!(
                pack.contents.regions.iter().flat_map(|region| &region.chunks).all(|c| pack_of(c) == pack.id)
            );
        }
    }
}

#[test]
fn a_build_that_is_not_finished_leaves_the_index_as_it_was() {
    let cache = tempfile::tempdir().unwrap();
    let mut index = Index::open(cache.path(), REPOSITORY).unwrap();
    let mut build = index.build().unwrap();
    build.add_pack(&pack(1, 10)).unwrap();
    drop(build);
    assert_eq!(index.chunk_count().unwrap(), 0);
}

#[test]
fn packs_that_are_not_there_are_remembered_and_nothing_is_found_in_them() {
    let cache = tempfile::tempdir().unwrap();
    let mut index = Index::open(cache.path(), REPOSITORY).unwrap();
    let gone = PackId::new([7; 32]);
    let mut build = index.build().unwrap();
    build.add_pack(&pack(1, 10)).unwrap();
    build.add_missing_pack(&gone).unwrap();
    build.finish().unwrap();
    drop(index);
    let mut index = Index::open(cache.path(), REPOSITORY).unwrap();
    assert_eq!(index.missing_packs().unwrap(), [gone]);
    assert!(!index.knows_pack(&gone).unwrap());
    assert_eq!(index.chunk_count().unwrap(), 10);
    index.clear().unwrap();
    assert_eq!((index.missing_packs().unwrap(), index.chunk_count().unwrap()), (vec![], 0));
}

#[test]
fn a_file_of_rubbish_of_another_repository_or_cut_short_is_made_anew() {
    let cache = tempfile::tempdir().unwrap();
    load(&mut Index::open(cache.path(), REPOSITORY).unwrap(), &[pack(1, 10)]);
    let path = cache.path().join(REPOSITORY.to_string()).join("index-0.redb");
    let good = std::fs::read(&path).unwrap();
    for odd in [b"rubbish".to_vec(), vec![], good[..good.len() / 2].to_vec(), vec![0; good.len()]] {
        std::fs::write(&path, &odd).unwrap();
        assert_eq!(Index::open(cache.path(), REPOSITORY).unwrap().chunk_count().unwrap(), 0);
    }
    let other = RepositoryId::new([2; 32]);
    std::fs::create_dir_all(cache.path().join(other.to_string())).unwrap();
    std::fs::write(cache.path().join(other.to_string()).join("index-0.redb"), &good).unwrap();
    assert_eq!(Index::open(cache.path(), other).unwrap().chunk_count().unwrap(), 0);
}

#[test]
fn two_processes_get_a_file_each() {
    let cache = tempfile::tempdir().unwrap();
    let mut one = Index::open(cache.path(), REPOSITORY).unwrap();
    let two = Index::open(cache.path(), REPOSITORY).unwrap();
    load(&mut one, &[pack(1, 10)]);
    assert_eq!((one.chunk_count().unwrap(), two.chunk_count().unwrap()), (10, 0));
}

/// Opens the index, loads it if it is empty, and looks everything up. The number of chunks found where they are not.
fn use_it(cache: &std::path::Path, packs: &[IndexedPack]) -> Result<usize, IndexError> {
    let mut index = Index::open(cache, REPOSITORY)?;
    if index.objects()? != [ObjectId::new([9; 32])] {
        index.clear()?;
        let mut build = index.build()?;
        packs.iter().try_for_each(|pack| build.add_pack(pack))?;
        build.add_object(ObjectId::new([9; 32]))?;
        build.finish()?;
    }
    let mut wrong = 0;
    for pack in packs {
        for (region, record) in (0..).zip(&pack.contents.regions) {
            for chunk in &record.chunks {
                let Some(found) = index.find(&chunk.id)? else { continue };
                let is_right = index.pack(found.pack)?.id == pack.id
                    && (found.region, found.bytes) == (region, chunk.plain_bytes);
                wrong += usize::from(!is_right);
            }
        }
    }
    for number in 100..150 {
        for chunk in &pack(number, 4).contents.regions[0].chunks {
            assert_eq!(index.find(&chunk.id)?, None);
        }
    }
    index.packs()?;
    index.loose_packs()?;
    index.missing_packs()?;
    Ok(wrong)
}

/// Damages the file, and counts the runs that fail over it before one does not: with an error, and by a panic.
fn runs_that_fail(damage: impl FnOnce(&mut Vec<u8>)) -> (usize, usize, usize) {
    let cache = tempfile::tempdir().unwrap();
    let packs: Vec<_> = (1..5).map(|number| pack(number, 300)).collect();
    assert_eq!(use_it(cache.path(), &packs).unwrap(), 0);
    let path = cache.path().join(REPOSITORY.to_string()).join("index-0.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    damage(&mut bytes);
    std::fs::write(&path, &bytes).unwrap();
    let (mut errors, mut panics) = (0, 0);
    loop {
        match std::panic::catch_unwind(|| use_it(cache.path(), &packs)) {
            Ok(Ok(wrong)) => return (errors, panics, wrong),
            Ok(Err(error)) if error.is_damage() => errors += 1,
            Ok(Err(error)) => panic!("{error}"),
            Err(_) => panics += 1,
        }
        assert!(errors + panics < 2, "it fails for ever");
    }
}

#[test]
fn a_file_with_a_page_of_zeros_costs_one_run_at_most_and_nothing_false_is_known() {
    let mut failed = 0;
    for page in 0..60 {
        let (errors, panics, wrong) = runs_that_fail(|bytes| {
            let start = page * 4096 % bytes.len();
            bytes[start..start + 4096].fill(0);
        });
        assert_eq!(wrong, 0, "page {page}");
        failed += errors + panics;
    }
    assert!(failed > 0, "no damage was met after opening");
}

#[test]
fn a_file_with_bytes_changed_costs_one_run_at_most() {
    let mut panics = 0;
    for seed in 0..60_u64 {
        let mut places = [0; 128];
        blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut places);
        panics += runs_that_fail(|bytes| {
            // Around the beginnings of pages, where their shape is written.
            for place in places.chunks(4) {
                let page = usize::from(u16::from_le_bytes([place[0], place[1]])) * 4096 % bytes.len();
                bytes[page + usize::from(place[2] % 16)] ^= place[3] | 1;
            }
        })
        .1;
    }
    assert!(panics > 0, "redb panics over none of it");
}

#[test]
fn a_marked_file_that_is_open_stays_as_it_is() {
    let cache = tempfile::tempdir().unwrap();
    let mut one = Index::open(cache.path(), REPOSITORY).unwrap();
    load(&mut one, &[pack(1, 10)]);
    let directory = cache.path().join(REPOSITORY.to_string());
    std::fs::write(directory.join("index-0.damaged"), "").unwrap();
    let two = Index::open(cache.path(), REPOSITORY).unwrap();
    assert_eq!((one.chunk_count().unwrap(), two.chunk_count().unwrap()), (10, 0));
    drop((one, two));
    assert_eq!(Index::open(cache.path(), REPOSITORY).unwrap().chunk_count().unwrap(), 0);
    assert!(!directory.join("index-0.damaged").exists());
}
