//! Parity of packs.

use serde_json::{Value, json};
use strongroom::base::PackId;
use strongroom::parity::{self, Parity};

use super::decode::{Decoded, said};
use super::objects::{MAGIC, RESERVED, VERSION};
use super::vector::{Vector, changed, flipped, longer};
use super::{files, seal};

const SHARD: &str = "S that is 0, no multiple of 64 or over 65,536";
const PACK: &str = "a pack under 96 bytes or over 1 GiB";
const DATA: &str = "D over 32,768, or other than the bytes of the pack by S, rounded up";
const RECOVERY: &str = "R of 0, or over D";
const DIGEST: &str = "a digest that does not match";
const ENDS: &str = "an object that ends before the header or the hashes do";
const LOST: &str = "more lost data shards than recovery shards that are there";
const OTHER: &str = "a healed pack whose `H` is not the id in the header";

const HEADER_BYTES: usize = 96;

/// What is as good as a pack here: every byte is its offset.
fn pack() -> Vec<u8> {
    (0..150).collect()
}

fn id(pack: &[u8]) -> PackId {
    PackId::new(*blake3::hash(pack).as_bytes())
}

/// Three data shards and two recovery shards of 64 bytes.
fn small() -> Vec<u8> {
    parity::encode_in_shards(id(&pack()), &pack(), 50, 64).unwrap()
}

/// An object of a header and as many hashes of zeros as it says, once, whatever it says.
fn headed(shard_bytes: u32, pack_bytes: u64, data: u32, recovery: u32) -> Vec<u8> {
    let numbers = [
        shard_bytes.to_le_bytes().to_vec(),
        pack_bytes.to_le_bytes().to_vec(),
        [data.to_le_bytes(), recovery.to_le_bytes()].concat(),
    ];
    let front = [b"STRGPARI\x01\0\0\0".to_vec(), numbers.concat(), vec![7; 32]].concat();
    let hashes = vec![0; (data as usize + recovery as usize).min(100) * 8];
    let digest = blake3::Hasher::new().update(&front).update(&hashes).finalize();
    [front, digest.as_bytes().to_vec(), hashes].concat()
}

pub fn vectors() -> Vec<Vector> {
    [taken(), heads(), healed(), not_healed()].concat()
}

fn taken() -> Vec<Vector> {
    let good = small();
    let (head, end) = (HEADER_BYTES + 40, good.len());
    let all = json!({
        "pack": id(&pack()).to_string(), "pack_bytes": 150, "shard_bytes": 64, "data_shards": 3, "recovery_shards": 2,
        "recovery_lost": [],
    });
    let taken = |name: &str, bytes: Vec<u8>, lost: Value| {
        Vector::taken(
            "parity",
            format!("parity-{name}"),
            bytes,
            json!({"data_shards": 3, "recovery_lost": lost}),
        )
    };
    vec![
        Vector::taken("parity", "parity-1", good.clone(), all),
        taken("without-its-start", [vec![0; head], good[head..].to_vec()].concat(), json!([])),
        taken("cut-after-its-start", good[..head].to_vec(), json!([0, 1])),
        taken("cut-in-a-shard", good[..head + 100].to_vec(), json!([1])),
        taken("longer", longer(&good), json!([])),
        taken("with-a-lost-shard", flipped(&good, head + 10), json!([0])),
        taken("ends-lost-crosswise", flipped(&flipped(&good, 3), end - HEADER_BYTES - 1), json!([])),
    ]
}

fn heads() -> Vec<Vector> {
    let refused = |name: &str, bytes: Vec<u8>, reason, error| {
        Vector::refused("parity", format!("parity-{name}"), bytes, reason, error)
    };
    let good = small();
    let (head, end) = (HEADER_BYTES + 40, good.len());
    let both = |at: usize, to: u8| changed(&changed(&good, at, to), end - HEADER_BYTES + at, to);
    let shard = "length of a shard";
    vec![
        refused("nothing", vec![], ENDS, "cut short"),
        refused("cut-in-its-header", good[..95].to_vec(), ENDS, "cut short"),
        refused("cut-in-its-hashes", good[..head - 1].to_vec(), ENDS, "length of the object"),
        refused("magic", both(0, b's'), MAGIC, "not this kind"),
        refused("version-2", both(8, 2), VERSION, "version 2"),
        refused("version-257", both(9, 1), VERSION, "version 257"),
        refused("reserved", both(11, 1), RESERVED, "reserved bytes at offset 10"),
        refused("shards-of-0", headed(0, 150, 3, 2), SHARD, shard),
        refused("shards-of-32", headed(32, 150, 5, 2), SHARD, shard),
        refused("shards-of-66", headed(66, 150, 3, 2), SHARD, shard),
        refused("shards-of-128-kib", headed(1 << 17, 1 << 20, 8, 2), SHARD, shard),
        refused("pack-of-95", headed(64, 95, 2, 2), PACK, "length of a pack"),
        refused("pack-over-1-gib", headed(65_536, (1 << 30) + 1, 16_385, 2), PACK, "length of a pack"),
        refused("pack-over-all-bounds", headed(65_536, u64::MAX, 3, 2), PACK, "length of a pack"),
        refused("one-shard-too-few", headed(64, 150, 2, 2), DATA, "data shards"),
        refused("one-shard-too-many", headed(64, 150, 4, 2), DATA, "data shards"),
        refused("too-many-shards", headed(64, 64 * 32_769, 32_769, 2), DATA, "data shards"),
        refused("no-recovery", headed(64, 150, 3, 0), RECOVERY, "recovery shards"),
        refused("more-recovery-than-data", headed(64, 150, 3, 4), RECOVERY, "recovery shards"),
        refused("recovery-over-all-bounds", headed(64, 150, 3, u32::MAX), RECOVERY, "recovery shards"),
        refused("another-id", both(40, 0xaa), DIGEST, "digest"),
        refused("another-digest", both(80, 0xaa), DIGEST, "digest"),
        refused("hashes-flipped", flipped(&flipped(&good, 100), end - head + 4), DIGEST, "digest"),
    ]
}

fn torn(ranges: &[std::ops::Range<usize>]) -> Vec<u8> {
    let mut pack = pack();
    ranges.iter().flat_map(Clone::clone).for_each(|at| pack[at] ^= 0x5a);
    pack
}

fn healed() -> Vec<Vector> {
    let healed = |name: &str, bytes: Vec<u8>, pack: Vec<u8>, lost: Value| {
        let decoded = json!({"data_lost": lost, "healed": seal::hex(&self::pack())});
        let vector = Vector::taken("parity", format!("parity-heals-{name}"), bytes, decoded);
        vector.with("pack", files::hex(&pack))
    };
    let many: Vec<u8> = (0..64 * 40_usize).map(|at| (at % 251) as u8).collect();
    let mut of_many = many.clone();
    for shard in [0, 7, 8, 20, 21, 39] {
        of_many[shard * 64 + 5] ^= 1;
    }
    let object = parity::encode_in_shards(id(&many), &many, 15, 64).unwrap();
    let decoded = json!({"data_lost": [0, 7, 8, 20, 21, 39], "healed": seal::hex(&many)});
    vec![
        healed("what-is-whole", small(), pack(), json!([])),
        healed("two-of-three", small(), torn(&[0..64, 70..71]), json!([0, 1])),
        healed("the-last", small(), pack()[..128].to_vec(), json!([2])),
        healed(
            "with-one-recovery-shard",
            flipped(&small(), HEADER_BYTES + 40),
            torn(&[149..150, 0..0]),
            json!([2]),
        ),
        healed("what-has-grown", small(), longer(&pack()), json!([])),
        Vector::taken("parity", "parity-heals-six-of-forty", object, decoded)
            .with("pack", files::hex(&of_many)),
    ]
}

fn not_healed() -> Vec<Vector> {
    let refused = |name: &str, bytes: Vec<u8>, pack: Vec<u8>, reason, error| {
        let vector = Vector::refused("parity", format!("parity-heals-not-{name}"), bytes, reason, error);
        vector.with("pack", files::hex(&pack))
    };
    let foreign = parity::encode_in_shards(PackId::new([7; 32]), &pack(), 50, 64).unwrap();
    let one_lost = flipped(&small(), HEADER_BYTES + 40);
    vec![
        refused("three-of-three", small(), torn(&[0..1, 64..65, 128..129]), LOST, "are lost"),
        refused("nothing-at-all", small(), vec![], LOST, "are lost"),
        refused("two-with-one-recovery-shard", one_lost, torn(&[0..1, 64..65]), LOST, "are lost"),
        refused("another-pack", foreign, pack(), OTHER, "not the pack"),
    ]
}

pub fn decode(vector: &Value, bytes: &[u8]) -> Decoded {
    let found = Parity::decode(bytes).map_err(said)?;
    let header = &found.header;
    let mut shown = json!({
        "pack": header.pack.to_string(), "pack_bytes": header.pack_bytes, "shard_bytes": header.shard_bytes,
        "data_shards": header.data_shards, "recovery_shards": header.recovery_shards,
        "recovery_lost": found.recovery_lost(),
    });
    if !vector["pack"].is_null() {
        let pack = files::bytes(&vector["pack"]);
        shown["data_lost"] = json!(found.data_lost(&pack));
        shown["healed"] = seal::hex(&found.heal(&pack).map_err(said)?).into();
    }
    Ok(shown)
}
