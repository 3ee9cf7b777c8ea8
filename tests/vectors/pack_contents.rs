//! Tables of contents, opened.

use serde_json::json;
use strongroom::base::{ChunkId, Encoding};
use strongroom::format::{ChunkRecord, Contents, RegionKind, RegionRecord};

use super::objects::RESERVED;
use super::vector::{Vector, changed, longer};
use super::{seal, shown};

const COUNTS: &str = "counts that do not fit the length of the table of contents exactly";
const ROOM: &str = "regions that do not fit before the table of contents";
const NO_CHUNKS: &str = "a region without chunks";
const SUM: &str = "a region whose plain bytes are not the sum of its chunks'";
const PLAIN: &str = "a region of over 64 MiB of plain bytes";
const CHUNK: &str = "a chunk of 0 bytes or over 16 MiB";
const STORED: &str = "stored bytes under 17";
const CODEC: &str = "an unknown codec";
const KIND: &str = "an unknown kind";
const BASES: &str = "bases with codec 0 or 1, none with codec 2";
const DEPTH: &str = "a depth other than 0 with codec 0 or 1; a depth of 0 or over 64 with codec 2";
const ADD_UP: &str = "numbers of chunks or bases of the regions that do not add up to C and B";

const ROOM_BYTES: u32 = 400;

fn chunk(name: &str, plain_bytes: u32) -> ChunkRecord {
    ChunkRecord { id: ChunkId::new(seal::made_of(name)), plain_bytes }
}

fn contents() -> Contents {
    let full = RegionRecord {
        stored_bytes: 300,
        encoding: Encoding::Zstd,
        depth: 0,
        kind: RegionKind::Content,
        chunks: vec![chunk("first", 1000), chunk("second", 200)],
        bases: vec![],
    };
    let delta = RegionRecord {
        stored_bytes: 83,
        encoding: Encoding::Delta,
        depth: 64,
        kind: RegionKind::Metadata,
        chunks: vec![chunk("third", 90)],
        bases: vec![ChunkId::new(seal::made_of("first")), ChunkId::new(seal::made_of("elsewhere"))],
    };
    let stored = RegionRecord {
        stored_bytes: 17,
        encoding: Encoding::Stored,
        chunks: vec![chunk("fourth", 1)],
        ..full.clone()
    };
    Contents { regions: vec![full, delta, stored] }
}

fn known(vector: Vector) -> Vector {
    vector.with("room", ROOM_BYTES)
}

fn refused(name: &str, bytes: Vec<u8>, reason: &'static str, error: &'static str) -> Vector {
    known(Vector::refused("table-of-contents", format!("table-{name}"), bytes, reason, error))
}

pub fn vectors() -> Vec<Vector> {
    [whole(), records(), regions()].concat()
}

fn whole() -> Vec<Vector> {
    let body = contents().encode().unwrap();
    let taken = |name: &str, contents: &Contents| {
        let decoded = json!({"regions": shown::regions(contents)});
        known(Vector::taken(
            "table-of-contents",
            format!("table-{name}"),
            contents.encode().unwrap(),
            decoded,
        ))
    };
    let count = |at: usize, to: u32| [&body[..at], &to.to_le_bytes(), &body[at + 4..]].concat();
    let exact = taken("that-fills-its-room", &contents());
    vec![
        taken("1", &contents()),
        taken("of-nothing", &Contents::default()),
        refused("cut-in-its-counts", body[..15].to_vec(), COUNTS, "cut short"),
        refused("empty", vec![], COUNTS, "cut short"),
        refused("cut-after-its-counts", body[..16].to_vec(), COUNTS, "number of records"),
        refused("cut-after-the-regions", body[..16 + 72].to_vec(), COUNTS, "number of records"),
        refused("cut-after-the-chunks", body[..16 + 72 + 144].to_vec(), COUNTS, "number of records"),
        refused("cut", body[..body.len() - 1].to_vec(), COUNTS, "number of records"),
        refused("longer", longer(&body), COUNTS, "number of records"),
        refused("one-region-more", count(0, 4), COUNTS, "number of records"),
        refused("one-chunk-less", count(4, 3), COUNTS, "number of records"),
        refused("one-base-more", count(8, 3), COUNTS, "number of records"),
        refused("regions-overflow", count(0, u32::MAX), COUNTS, "number of records"),
        refused("chunks-overflow", count(4, u32::MAX), COUNTS, "number of records"),
        refused("all-bits", vec![255; 16], RESERVED, "reserved bytes at offset 12"),
        refused("reserved", changed(&body, 12, 1), RESERVED, "reserved bytes at offset 12"),
        refused("one-byte-too-little-room", body.clone(), ROOM, "length of the regions").with("room", 399),
        refused("no-room", body, ROOM, "length of the regions").with("room", 0),
        exact.with("room", 400),
    ]
}

/// One byte of a record changed.
fn records() -> Vec<Vector> {
    let body = contents().encode().unwrap();
    let [first, second, third] = [16, 16 + 24, 16 + 48];
    let byte =
        |name: &str, at: usize, to: u8, reason, error| refused(name, changed(&body, at, to), reason, error);
    vec![
        byte("stored-bytes-16", third, 16, STORED, "stored length"),
        byte("stored-bytes-0", third, 0, STORED, "stored length"),
        byte("stored-bytes-of-all-bits", first + 3, 255, ROOM, "length of the regions"),
        byte("plain-bytes-one-more", first + 4, body[first + 4] + 1, SUM, "plain length of a region"),
        byte("plain-bytes-of-all-bits", first + 7, 255, SUM, "plain length of a region"),
        byte("no-chunks", third + 8, 0, NO_CHUNKS, "number of a region's chunks"),
        byte("two-chunks-of-three", first + 8, 1, SUM, "plain length of a region"),
        byte("more-chunks-than-there-are", third + 8, 2, ADD_UP, "cut short"),
        byte("chunks-overflow-in-a-region", third + 11, 255, ADD_UP, "cut short"),
        byte("one-base-of-two", second + 12, 1, ADD_UP, " too many"),
        byte("three-bases-of-two", second + 12, 3, ADD_UP, "cut short"),
        byte("bases-with-codec-1", first + 12, 1, BASES, "bases of a region"),
        byte("bases-with-codec-0", third + 12, 1, BASES, "bases of a region"),
        byte("no-bases-with-codec-2", second + 12, 0, BASES, "bases of a region"),
        byte("codec-1-for-2", second + 16, 1, BASES, "bases of a region"),
        byte("codec-2-for-1", first + 16, 2, BASES, "bases of a region"),
        byte("codec-3", first + 16, 3, CODEC, "codec of a region"),
        byte("codec-255", third + 16, 255, CODEC, "codec of a region"),
        byte("depth-1-with-codec-1", first + 17, 1, DEPTH, "bases of a region"),
        byte("depth-1-with-codec-0", third + 17, 1, DEPTH, "bases of a region"),
        byte("depth-0-with-codec-2", second + 17, 0, DEPTH, "bases of a region"),
        byte("depth-65", second + 17, 65, DEPTH, "bases of a region"),
        byte("depth-255", second + 17, 255, DEPTH, "bases of a region"),
        byte("kind-2", first + 18, 2, KIND, "kind of a region"),
        byte("kind-255", second + 18, 255, KIND, "kind of a region"),
        byte("region-reserved", first + 19, 1, RESERVED, "reserved bytes at offset 19"),
        byte("region-reserved-last", third + 23, 1, RESERVED, "reserved bytes at offset 67"),
    ]
}

fn regions() -> Vec<Vector> {
    let of = |chunks: Vec<ChunkRecord>| {
        let region = RegionRecord { chunks, ..contents().regions[0].clone() };
        Contents { regions: vec![region] }.encode().unwrap()
    };
    let largest = 16 << 20;
    let known_largest = Contents {
        regions: vec![RegionRecord { chunks: vec![chunk("x", largest); 4], ..contents().regions[0].clone() }],
    };
    let decoded = json!({"regions": shown::regions(&known_largest)});
    vec![
        known(Vector::taken(
            "table-of-contents",
            "table-of-the-largest-region",
            known_largest.encode().unwrap(),
            decoded,
        )),
        refused("chunk-of-0", of(vec![chunk("x", 0)]), CHUNK, "length of a chunk"),
        refused("second-chunk-of-0", of(vec![chunk("x", 5), chunk("y", 0)]), CHUNK, "length of a chunk"),
        refused("chunk-over-16-mib", of(vec![chunk("x", largest + 1)]), CHUNK, "length of a chunk"),
        refused("chunk-of-all-bits", of(vec![chunk("x", u32::MAX)]), CHUNK, "length of a chunk"),
        refused(
            "region-over-64-mib",
            of([vec![chunk("x", largest); 4], vec![chunk("y", 1)]].concat()),
            PLAIN,
            "plain length of a region",
        ),
    ]
}
