//! Objects of the repository as bytes and back, and the index.

use std::convert::Infallible;
use std::error::Error;
use std::hint::black_box;

use criterion::Criterion;
use strongroom::base::{ChunkId, Encoding, PackId, Timestamp, TreePath};
use strongroom::crypto::Keys;
use strongroom::format::{
    ChunkRecord, Contents, Entry, EntryKind, FormatError, IndexedPack, Recipe, RecipeBuilder, Record,
    RegionKind, RegionRecord, TreeBuilder, decode_node,
};
use strongroom::index::Index;
use strongroom::nights::small_files;

use super::{REPOSITORY, SEEDS, with_elements};

const TREE_ENTRIES: u64 = 20_000;
const RECIPE_RECORDS: u32 = 100_000;
const INDEX_PACKS: u32 = 1_000;
const PACK_CHUNKS: u32 = 512;

fn entry(path: &[u8], number: u64, bytes: u32) -> Result<Entry, Box<dyn Error>> {
    let record = Record { id: chunk_id(u32::try_from(number)?), bytes: bytes.max(1) };
    Ok(Entry {
        path: TreePath::new(path)?,
        kind: EntryKind::File,
        mode: 0o644,
        uid: 33,
        gid: 33,
        user: Some("www-data".into()),
        group: Some("www-data".into()),
        mtime: Timestamp::new(1_700_000_000 + i64::try_from(number)?, 123_456_789),
        ctime: Timestamp::new(1_700_000_001 + i64::try_from(number)?, 123_456_789),
        inode: 1_000_000 + number,
        device: 0,
        links: 1,
        size: u64::from(record.bytes),
        link_target: None,
        device_number: None,
        xattrs: vec![],
        content: Some(Recipe { depth: 0, records: vec![record] }),
        compressed: None,
        torn: false,
    })
}

pub fn tree(criterion: &mut Criterion, keys: &Keys) -> Result<(), Box<dyn Error>> {
    let mut entries = vec![];
    for (number, (path, content)) in (0..).zip(small_files(SEEDS[0], TREE_ENTRIES)) {
        entries.push(entry(path.as_bytes(), number, u32::try_from(content.len())?)?);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let encode = || {
        let mut nodes = vec![];
        let mut store = |node: Vec<u8>| {
            nodes.push(node);
            Ok::<_, FormatError>(ChunkId::new([7; 32]))
        };
        let mut builder = TreeBuilder::new(|level, path: &[u8]| keys.tree_boundary(level, path));
        for entry in &entries {
            builder.push(entry, &mut store)?;
        }
        builder.finish(&mut store)?;
        Ok::<_, FormatError>(nodes)
    };
    let nodes = encode()?;
    let mut group = with_elements(criterion, "tree", TREE_ENTRIES);
    group.bench_function("encode entries", |bencher| bencher.iter(|| black_box(encode())));
    let decode = || {
        let level = |node: &[u8]| node.first().copied().unwrap_or_default();
        nodes
            .iter()
            .try_for_each(|node| decode_node(node, level(node), None).map(|items| drop(black_box(items))))
    };
    decode()?;
    group.bench_function("decode entries", |bencher| bencher.iter(decode));
    Ok(())
}

pub fn recipe(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let records: Vec<_> = (0..RECIPE_RECORDS).map(|n| Record { id: chunk_id(n), bytes: 32_768 }).collect();
    let encode = || {
        let mut store = |bytes: Vec<u8>| {
            drop(black_box(bytes));
            Ok::<_, Infallible>(ChunkId::new([7; 32]))
        };
        let mut builder = RecipeBuilder::new();
        for record in &records {
            builder.push(*record, &mut store)?;
        }
        builder.finish(&mut store)
    };
    encode()?;
    let mut group = with_elements(criterion, "recipe", u64::from(RECIPE_RECORDS));
    group.bench_function("encode records", |bencher| bencher.iter(encode));
    Ok(())
}

fn chunk_id(number: u32) -> ChunkId {
    ChunkId::new(*blake3::hash(&number.to_le_bytes()).as_bytes())
}

fn pack(number: u32) -> IndexedPack {
    let chunks = number * PACK_CHUNKS..(number + 1) * PACK_CHUNKS;
    let region = RegionRecord {
        stored_bytes: 1 << 20,
        encoding: Encoding::Stored,
        depth: 0,
        kind: RegionKind::Content,
        chunks: chunks.map(|n| ChunkRecord { id: chunk_id(n), plain_bytes: 32_768 }).collect(),
        bases: vec![],
    };
    let id = PackId::new(*blake3::hash(&[number.to_le_bytes(), [1; 4]].concat()).as_bytes());
    IndexedPack { id, bytes: 17 << 20, contents: Contents { regions: vec![region] } }
}

pub fn index(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let mut index = Index::open(place.path(), REPOSITORY)?;
    let mut build = index.build()?;
    for number in 0..INDEX_PACKS {
        build.add_pack(&pack(number))?;
    }
    build.finish()?;
    let chunks = INDEX_PACKS * PACK_CHUNKS;
    if index.find(&chunk_id(chunks - 1))?.is_none() || index.find(&chunk_id(chunks))?.is_some() {
        return Err("the index is not what it should be".into());
    }
    let scattered = |n: u32| n.wrapping_mul(0x9e37_79b9) % chunks;
    let there: Vec<_> = (0..10_000).map(|n| chunk_id(scattered(n))).collect();
    let not_there: Vec<_> = (0..10_000).map(|n| chunk_id(chunks + n)).collect();
    let mut group = with_elements(criterion, "index of half a million chunks", 10_000);
    for (name, ids) in [("find", &there), ("find what is not there", &not_there)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| ids.iter().filter(|id| matches!(index.find(id), Ok(Some(_)))).count());
        });
    }
    Ok(())
}
