//! Index objects.

use serde_json::json;
use strongroom::base::{ChunkId, Encoding, PackId};
use strongroom::format::{ChunkRecord, Contents, IndexedPack, ObjectKind, RegionKind, RegionRecord, index};

use super::vector::{Vector, changed, longer};
use super::{objects, seal, shown};

const ENDS: &str = "an object that ends before its last pack does, or goes on after it";
const BYTES: &str = "pack bytes under 96 or over 1 GiB";
const TABLE: &str = "a table of contents that a reader of packs must refuse";

fn pack(name: &str) -> IndexedPack {
    let chunk = |name: &str, plain_bytes| ChunkRecord { id: ChunkId::new(seal::made_of(name)), plain_bytes };
    let region = RegionRecord {
        stored_bytes: 70,
        encoding: Encoding::Zstd,
        depth: 0,
        kind: RegionKind::Content,
        chunks: vec![chunk("first", 100), chunk("second", 20)],
        bases: vec![],
    };
    let delta = RegionRecord {
        stored_bytes: 30,
        encoding: Encoding::Delta,
        depth: 1,
        chunks: vec![chunk("third", 90)],
        bases: vec![ChunkId::new(seal::made_of("first"))],
        ..region.clone()
    };
    let contents = Contents { regions: vec![region, delta] };
    IndexedPack { id: PackId::new(seal::made_of(name)), bytes: 608, contents }
}

pub fn vectors() -> Vec<Vector> {
    let (one, two) = (vec![pack("first pack")], vec![pack("first pack"), pack("second pack")]);
    let body = index::encode(&two).unwrap();
    let object = |name: &str, body: &[u8]| seal::object(ObjectKind::Index, name, body);
    let taken = |name: &str, packs: &[IndexedPack]| {
        let name = format!("index-{name}");
        let object = object(&name, &index::encode(packs).unwrap());
        Vector::taken("index", name, object, json!({"packs": shown::packs(packs)}))
    };
    let refused = |name: &str, body: &[u8], reason, error| {
        let name = format!("index-{name}");
        Vector::refused("index", name.clone(), object(&name, body), reason, error)
    };
    let of_bytes = |bytes: u64| index::encode(&[IndexedPack { bytes, ..pack("first pack") }]).unwrap();
    let table_bytes = 8 + 32 + 8;
    let empty = IndexedPack { bytes: 96, contents: Contents::default(), ..pack("empty pack") };
    let mut vectors = vec![
        taken("1", &one),
        taken("of-two-packs", &two),
        taken("of-one-pack-twice", &[pack("first pack"), pack("first pack")]),
        taken("of-no-pack", &[]),
        taken("of-an-empty-pack", &[empty]),
        refused("body-of-nothing", &[], ENDS, "cut short"),
        refused("body-without-packs", &body[..8], ENDS, "cut short"),
        refused("body-cut-in-an-id", &body[..39], ENDS, "cut short"),
        refused("body-cut-in-a-table", &body[..body.len() - 1], ENDS, "cut short"),
        refused("one-pack-of-two", &changed(&body, 0, 1), ENDS, " too many"),
        refused("three-packs-of-two", &changed(&body, 0, 3), ENDS, "cut short"),
        refused("number-of-packs-overflows", &[[255; 4].as_slice(), &body[4..]].concat(), ENDS, "cut short"),
        refused("byte-after-the-last-pack", &longer(&body), ENDS, " too many"),
        refused("reserved-in-body", &changed(&body, 4, 1), objects::RESERVED, "reserved bytes at offset 4"),
        refused("pack-of-95", &of_bytes(95), BYTES, "length of a pack"),
        refused("pack-of-0", &of_bytes(0), BYTES, "length of a pack"),
        refused("pack-over-1-gib", &of_bytes((1 << 30) + 1), BYTES, "length of a pack"),
        refused("pack-of-all-bits", &of_bytes(u64::MAX), BYTES, "length of a pack"),
        refused("pack-too-short-for-its-regions", &of_bytes(48 + 99 + 48), TABLE, "length of the regions"),
        refused(
            "table-one-shorter",
            &changed(&body, table_bytes, body[table_bytes] - 1),
            TABLE,
            "number of records",
        ),
        refused(
            "table-one-longer",
            &changed(&body, table_bytes, body[table_bytes] + 1),
            TABLE,
            "number of records",
        ),
        refused("table-length-overflows", &changed(&body, table_bytes + 3, 255), ENDS, "cut short"),
        refused("table-of-nothing", &[&body[..table_bytes], &[0; 4]].concat(), ENDS, "cut short"),
        refused(
            "table-with-an-unknown-codec",
            &changed(&body, table_bytes + 4 + 16 + 16, 9),
            TABLE,
            "codec of a region",
        ),
    ];
    vectors.extend(objects::sealed("index", ObjectKind::Index, "index", &index::encode(&one).unwrap()));
    vectors
}
