//! Entries of compressed files: those that must be taken, and fields that must be refused.

use serde_json::json;

use super::cbor::{Map, bytes, text, uint};
use super::objects::TYPE;
use super::seal;
use super::tree::{directory, file, node, record, refused, taken};
use super::tree_entries::{RECIPE, SIZE};
use super::vector::Vector;

const OTHERS: &str = "a compressed file's fields (22 to 25) of anything that is not a file";
const ALONE: &str = "a compressed format without plaintext, or plaintext without one";
const FORMAT: &str = "a compressed format that it does not know";
const REPLAYS: &str = "a replay recipe without plaintext, or two of them";
const LENGTH: &str =
    "a replay recipe of 0 bytes, one over 4,096 bytes that stands in the entry, or one over 1 MiB";
const HOLES: &str = "holes among the records of a replay recipe";

const HELLO_REPLAY: &str = "a501010201 0381a201020206 04814a1f8b0800000000000003 05818401140000";

fn replay() -> Vec<u8> {
    seal::unhex(&HELLO_REPLAY.replace(' ', ""))
}

/// `hello.gz` of replay.md: 20 bytes of plaintext, 30 bytes of gzip.
fn hello() -> Map {
    let content = record(seal::made_of("hello, hello, hello"), 20);
    let file = file(b"hello.gz").with(15, uint(30)).with(20, bytes(content));
    file.with(22, uint(20)).with(25, uint(1))
}

pub fn vectors() -> Vec<Vector> {
    [whole(), refusals()].concat()
}

fn whole() -> Vec<Vector> {
    let shown = |replay: serde_json::Value, records: serde_json::Value| {
        let compressed =
            json!({"format": "gzip", "plain_bytes": 20, "replay": replay, "replay_records": records});
        json!([{"size": 30, "compressed": compressed}])
    };
    let long = [record(seal::made_of("one"), 131_072), record(seal::made_of("two"), 5)].concat();
    let records = json!([[seal::hex(&seal::made_of("one")), 131_072], [seal::hex(&seal::made_of("two")), 5]]);
    let of = |format: u64, word: &str| {
        let entry = hello().with(25, uint(format));
        let decoded = json!([{"compressed": {"format": word, "replay": null, "replay_records": null}}]);
        taken(&format!("plaintext-of-{word}"), 0, node(0, &[entry]), decoded)
    };
    let most = vec![7; 4_096];
    vec![
        taken(
            "compressed",
            0,
            node(0, &[hello().with(23, bytes(replay()))]),
            shown(seal::hex(&replay()).into(), json!(null)),
        ),
        taken(
            "compressed-long-recipe",
            0,
            node(0, &[hello().with(24, bytes(long))]),
            shown(json!(null), records),
        ),
        taken(
            "compressed-recipe-of-4096",
            0,
            node(0, &[hello().with(23, bytes(most.clone()))]),
            shown(seal::hex(&most).into(), json!(null)),
        ),
        of(1, "gzip"),
        of(2, "zstd"),
        of(3, "xz"),
        taken("not-compressed", 0, node(0, &[file(b"a")]), json!([{"compressed": null}])),
    ]
}

fn refusals() -> Vec<Vector> {
    let one = |name: &str, entry: Map, reason, error| refused(name, 0, node(0, &[entry]), reason, error);
    let stored = |records: &[u8]| hello().with(24, bytes(records));
    let id = seal::made_of("one");
    let many: Vec<u8> = (0..8).flat_map(|_| record(id, 131_072)).chain(record(id, 1)).collect();
    let field = "fields of a compressed file";
    vec![
        one("compressed-directory", directory(b"a").with(22, uint(0)).with(25, uint(1)), OTHERS, field),
        one("plaintext-without-format", hello().without(25), ALONE, field),
        one("format-without-plaintext", file(b"a").with(25, uint(1)), ALONE, field),
        one("compressed-format-0", hello().with(25, uint(0)), FORMAT, "compressed format"),
        one("compressed-format-4", hello().with(25, uint(4)), FORMAT, "compressed format"),
        one("compressed-format-257", hello().with(25, uint(257)), TYPE, "CBOR"),
        one("plaintext-text", hello().with(22, text("20")), TYPE, "CBOR"),
        one("replay-without-plaintext", file(b"a").with(23, bytes(replay())), REPLAYS, field),
        one("replay-records-without-plaintext", file(b"a").with(24, bytes(record(id, 9))), REPLAYS, field),
        one(
            "two-replays",
            stored(&record(id, 9)).with(23, bytes(replay())),
            REPLAYS,
            "number of replay recipes",
        ),
        one("replay-of-nothing", hello().with(23, bytes([])), LENGTH, "length of a replay recipe"),
        one("replay-of-no-records", stored(&[]), LENGTH, "length of a replay recipe"),
        one("replay-of-4097", hello().with(23, bytes(vec![7; 4_097])), LENGTH, "length of a replay recipe"),
        one("replay-over-1-mib", stored(&many), LENGTH, "length of a replay recipe"),
        one("replay-of-a-hole", stored(&record([0; 32], 9)), HOLES, "hole in a replay recipe"),
        one("replay-of-half-a-record", stored(&[7; 18]), RECIPE, "length of a record list"),
        one("compressed-size-for-plaintext", hello().with(22, uint(30)), SIZE, "size of a file"),
    ]
}
