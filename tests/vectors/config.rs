//! The object `config`.

use serde_json::json;
use strongroom::base::RepositoryId;
use strongroom::crypto::{Keys, MasterKey, MessageKind};
use strongroom::format::ConfigHeader;

use super::cbor::{Item, Map, map, text, time, uint};
use super::objects::{CLOSED, MAGIC, MISSING, RESERVED, SHORT, TIME, TYPE, VERSION};
use super::seal;
use super::vector::{Vector, changed, flipped, longer};

const DIGEST: &str = "a digest that does not match";
const READER: &str = "an oldest reader above its own version";
const SIZES: &str = "chunk sizes that are odd, zero, or not smallest < average < largest";
const AVERAGE: &str = "an average chunk that is not a power of two";
const LARGEST: &str = "a largest chunk over 16 MiB";
const LEVEL: &str = "a level over 3";
const REGION: &str = "a region target under the largest chunk or over 16 MiB";
const PACK: &str = "a full pack under 1 MiB or over 1 GiB";
const DEPTH: &str = "a chain of delta regions over 64";
const PARITY: &str = "a parity over 100";

pub fn body() -> Map {
    let sizes = [(1, time(1_790_000_000, 5)), (2, uint(8192)), (3, uint(32_768)), (4, uint(131_072))];
    let rest = [(5, uint(2)), (6, uint(1 << 20)), (7, uint(16 << 20)), (8, uint(0)), (9, uint(0))];
    Map(sizes.into_iter().chain(rest).collect())
}

fn header(name: &str) -> ConfigHeader {
    let (repository, salt) = (RepositoryId::new(seal::repository()), seal::made_of(name));
    ConfigHeader { oldest_reader: 1, oldest_writer: 1, repository, salt }
}

fn object_of(header: &ConfigHeader, plain: &[u8]) -> Vec<u8> {
    let seal = seal::keys().seal(MessageKind::Config, &header.salt, &header.encode());
    header.finish(&seal::message_after(&seal, 0, &[], plain))
}

pub fn object(name: &str, body: &Map) -> Vec<u8> {
    object_of(&header(name), &seal::envelope(&body.bytes()))
}

/// The first object for another repository.
pub fn object_of_repository(repository: &[u8]) -> Vec<u8> {
    let repository = RepositoryId::new(repository.try_into().unwrap());
    let header = ConfigHeader { repository, ..header("config-1") };
    let keys = Keys::new(repository, MasterKey::new(seal::master()));
    let seal = keys.seal(MessageKind::Config, &header.salt, &header.encode());
    header.finish(&seal::message_after(&seal, 0, &[], &seal::envelope(&body().bytes())))
}

/// The object with another byte in front of its digest, and a digest that fits.
fn digested(object: &[u8], at: usize, to: u8) -> Vec<u8> {
    let rest = changed(&object[..object.len() - 32], at, to);
    [rest.as_slice(), blake3::hash(&rest).as_bytes()].concat()
}

pub fn vectors() -> Vec<Vector> {
    [taken(), parameters(), whole()].concat()
}

fn taken() -> Vec<Vector> {
    let taken = |name: &str, body: Map, decoded| Vector::taken("config", name, object(name, &body), decoded);
    let all = json!({
        "repository": seal::hex(&seal::repository()), "oldest_reader": 1, "oldest_writer": 1,
        "made": [1_790_000_000, 5], "chunk_bytes_min": 8192, "chunk_bytes_average": 32_768,
        "chunk_bytes_max": 131_072, "normalization": 2, "region_bytes": 1 << 20, "pack_bytes": 16 << 20,
        "delta_depth": 0, "parity_percent": 0,
    });
    let newer_writer = object_of(
        &ConfigHeader { oldest_writer: 2, ..header("config-of-a-newer-writer") },
        &seal::envelope(&body().bytes()),
    );
    let largest = map([(1, time(0, 0)), (2, uint((8 << 20) - 2)), (3, uint(8 << 20)), (4, uint(16 << 20))]);
    let largest = largest.with(5, uint(3)).with(6, uint(16 << 20)).with(7, uint(1 << 30));
    let largest = largest.with(8, uint(64)).with(9, uint(100));
    let smallest = body().with(2, uint(2)).with(3, uint(4)).with(4, uint(6)).with(5, uint(0));
    let smallest = smallest.with(6, uint(6)).with(7, uint(1 << 20));
    vec![
        taken("config-1", body(), all),
        taken("config-of-the-largest-values", largest, json!({"delta_depth": 64, "pack_bytes": 1 << 30})),
        taken("config-of-the-smallest-values", smallest, json!({"chunk_bytes_min": 2, "region_bytes": 6})),
        taken(
            "config-with-unknown-keys",
            body().with(10, text("x")).with(2000, uint(1)),
            json!({"parity_percent": 0}),
        ),
        Vector::taken("config", "config-of-a-newer-writer", newer_writer, json!({"oldest_writer": 2})),
    ]
}

fn parameters() -> Vec<Vector> {
    let refused = |name: &str, key: u64, item: Item, reason, error| {
        let name = format!("config-{name}");
        Vector::refused("config", name.clone(), object(&name, &body().with(key, item)), reason, error)
    };
    let mut vectors = vec![
        refused("smallest-0", 2, uint(0), SIZES, "chunk sizes"),
        refused("smallest-odd", 2, uint(8191), SIZES, "chunk sizes"),
        refused("smallest-is-average", 2, uint(32_768), SIZES, "chunk sizes"),
        refused("average-odd", 3, uint(32_767), SIZES, "chunk sizes"),
        refused("average-is-largest", 3, uint(131_072), SIZES, "chunk sizes"),
        refused("largest-odd", 4, uint(131_073), SIZES, "chunk sizes"),
        refused("largest-over-32-bits", 4, uint((1 << 32) + 131_072), LARGEST, "CBOR"),
        refused("average-no-power-of-two", 3, uint(32_770), AVERAGE, "average chunk size"),
        refused("level-4", 5, uint(4), LEVEL, "normalization level"),
        refused("level-258", 5, uint(258), LEVEL, "CBOR"),
        refused("region-under-largest-chunk", 6, uint(131_071), REGION, "bytes of a region"),
        refused("region-over-16-mib", 6, uint((16 << 20) + 1), REGION, "bytes of a region"),
        refused("pack-under-1-mib", 7, uint((1 << 20) - 1), PACK, "bytes of a full pack"),
        refused("pack-over-1-gib", 7, uint((1 << 30) + 1), PACK, "bytes of a full pack"),
        refused("pack-over-32-bits", 7, uint((1 << 32) + (16 << 20)), PACK, "CBOR"),
        refused("depth-65", 8, uint(65), DEPTH, "depth of delta regions"),
        refused("depth-256", 8, uint(256), DEPTH, "CBOR"),
        refused("parity-101", 9, uint(101), PARITY, "parity"),
        refused("parity-256", 9, uint(256), PARITY, "CBOR"),
        refused("made-uint", 1, uint(5), TIME, "CBOR"),
        refused("level-text", 5, text("2"), TYPE, "CBOR"),
    ];
    let over = body().with(4, uint((16 << 20) + 2)).with(6, uint((16 << 20) + 2));
    let name = "config-largest-over-16-mib";
    vectors.push(Vector::refused("config", name, object(name, &over), LARGEST, "chunk sizes"));
    vectors.extend((1..=9).map(|key| {
        let name = format!("config-without-{key}");
        Vector::refused("config", name.clone(), object(&name, &body().without(key)), MISSING, "missing")
    }));
    vectors
}

fn whole() -> Vec<Vector> {
    let good = object("config-1", &body());
    let refused = |name: &str, bytes: Vec<u8>, reason, error| {
        Vector::refused("config", format!("config-{name}"), bytes, reason, error)
    };
    let cut = |bytes: usize| good[..bytes].to_vec();
    let newer = ConfigHeader { oldest_reader: 2, ..header("config-of-a-newer-reader") };
    let empty = header("config-without-message").finish(&[]);
    vec![
        refused("nothing", vec![], DIGEST, "digest"),
        refused("digest-alone", blake3::hash(b"").as_bytes().to_vec(), SHORT, "cut short"),
        refused("cut-in-digest", cut(good.len() - 1), DIGEST, "digest"),
        refused("cut-before-digest", cut(good.len() - 32), DIGEST, "digest"),
        refused("cut-before-message", cut(80), DIGEST, "digest"),
        refused("cut-in-header", cut(40), DIGEST, "digest"),
        refused("longer", longer(&good), DIGEST, "digest"),
        refused("digest-flipped", flipped(&good, good.len() - 1), DIGEST, "digest"),
        refused("magic-without-digest", flipped(&good, 0), DIGEST, "digest"),
        refused("magic-flipped", digested(&good, 0, b'T'), MAGIC, "not this kind"),
        refused("version-0", digested(&good, 8, 0), VERSION, "version 0"),
        refused("version-2", digested(&good, 8, 2), VERSION, "version 2"),
        refused("reserved", digested(&good, 14, 1), RESERVED, "reserved bytes at offset 14"),
        refused(
            "of-a-newer-reader",
            object_of(&newer, &seal::envelope(&body().bytes())),
            READER,
            "version 2 of the format",
        ),
        refused("oldest-reader-changed", digested(&good, 10, 0), CLOSED, "does not open"),
        refused("oldest-writer-changed", digested(&good, 12, 0), CLOSED, "does not open"),
        refused("repository-flipped", digested(&good, 16, good[16] ^ 1), CLOSED, "does not open"),
        refused("salt-flipped", digested(&good, 48, good[48] ^ 1), CLOSED, "does not open"),
        refused("ciphertext-flipped", digested(&good, 80, good[80] ^ 1), CLOSED, "does not open"),
        refused(
            "tag-flipped",
            digested(&good, good.len() - 33, !good[good.len() - 33]),
            CLOSED,
            "does not open",
        ),
        refused("of-another-master-key", good.clone(), CLOSED, "does not open")
            .with("master", seal::hex(&seal::made_of("another master key"))),
        refused("without-message", empty, SHORT, "does not open"),
    ]
}
