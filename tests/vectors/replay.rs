//! Replay recipes. Which bits follow from them is a matter of `tests/compressed.rs`, where the programs themselves are asked.

use serde_json::{Value, json};
use strongroom::compressed::{Flavour, Matching, Producer, ReplayRecipe};

use super::cbor::{Item, Map};
use super::seal;
use super::vector::Vector;

const LENGTH: &str = "a recipe over 1 MiB";
const VERSION: &str = "a version of a recipe other than 1";
const FORMAT: &str = "a compressed format that it does not know";
const PROGRAM: &str = "a program that it does not know";
const SETTINGS: &str = "a level outside 1 to 9, a strategy over 4 or that GNU gzip has not, a memLevel that is missing or outside 1 to 9";
const BLOCK: &str = "a block of pigz that is missing, under 32 KiB or over 512 MiB";
const FLUSHED: &str = "a GNU gzip that is flushed before it is finished";
const HEADER: &str =
    "a header of a member that is under 10 or over 4,096 bytes or does not begin with 1f 8b 08";
const NO_MEMBERS: &str = "a recipe without members, or a run of none";
const PLACE: &str = "the number of a producer or a header that there is not";
const PLAIN: &str = "more than 2^64 - 1 bytes of plaintext";
const ZEROS: &str = "zeros over 16 MiB";
const EMPTY: &str = "members without plaintext over 16 MiB";
const GARBAGE: &str = "over 64 KiB behind the zeros";

fn uints(values: &[u64]) -> Item {
    Item::Array(values.iter().copied().map(Item::Uint).collect())
}

fn producer(fields: &[(u64, u64)]) -> Item {
    Item::Map(fields.iter().fold(Map::default(), |map, (key, value)| map.with(*key, Item::Uint(*value))))
}

fn flagged(fields: &[(u64, u64)], flag: u64) -> Item {
    let map = fields.iter().fold(Map::default(), |map, (key, value)| map.with(*key, Item::Uint(*value)));
    Item::Map(map.with(flag, Item::Raw(vec![0xf5])))
}

fn header(bytes: usize) -> Item {
    let mut header = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    header.resize(bytes, 7);
    Item::Bytes(header)
}

const GNU_6: &[(u64, u64)] = &[(1, 2), (2, 6)];

fn first() -> Map {
    Map::default()
        .with(1, Item::Uint(1))
        .with(2, Item::Uint(1))
        .with(3, Item::Array(vec![producer(GNU_6)]))
        .with(4, Item::Array(vec![header(10)]))
        .with(5, Item::Array(vec![uints(&[1, 20, 0, 0])]))
}

fn taken(name: &str, map: &Map) -> Vector {
    let bytes = map.bytes();
    let decoded = shown(&ReplayRecipe::decode(&bytes).unwrap());
    Vector::taken("replay", format!("replay-{name}"), bytes, decoded)
}

fn refused(name: &str, map: &Map, reason: &'static str, error: &'static str) -> Vector {
    Vector::refused("replay", format!("replay-{name}"), map.bytes(), reason, error)
}

/// A recipe with fields as a vector has them.
pub fn shown(recipe: &ReplayRecipe) -> Value {
    let member = |run: &strongroom::compressed::MemberRun| {
        json!([run.count, run.plain_bytes, run.producer, run.header])
    };
    json!({
        "producers": recipe.producers.iter().map(shown_producer).collect::<Vec<_>>(),
        "headers": recipe.headers.iter().map(|header| seal::hex(header)).collect::<Vec<_>>(),
        "members": recipe.members.iter().map(member).collect::<Vec<_>>(),
        "zeros": recipe.zeros,
        "garbage": seal::hex(&recipe.garbage),
    })
}

fn shown_producer(producer: &Producer) -> Value {
    let parameters = producer.parameters();
    let strategies =
        [Matching::Default, Matching::Filtered, Matching::HuffmanOnly, Matching::Rle, Matching::Fixed];
    let strategy = strategies.iter().position(|strategy| *strategy == parameters.strategy);
    let mut shown = match (producer, parameters.flavour) {
        (Producer::Pigz { block_bytes, is_independent, is_one_thread, .. }, _) => json!({
            "program": "pigz", "block_bytes": block_bytes, "independent": is_independent, "one_thread": is_one_thread,
        }),
        (Producer::Stream { ends_flushed, .. }, Flavour::Zlib { memory }) => {
            json!({"program": "zlib", "memory": memory, "ends_flushed": ends_flushed})
        }
        (_, Flavour::Gnu { rsyncable }) => json!({"program": "gzip", "rsyncable": rsyncable}),
    };
    shown["level"] = parameters.level.into();
    shown["strategy"] = strategy.into();
    shown
}

fn with_producer(item: Item) -> Map {
    first().with(3, Item::Array(vec![item]))
}

fn all_taken() -> Vec<Vector> {
    let all = vec![
        producer(&[(1, 1), (2, 9), (3, 4), (4, 1)]),
        flagged(&[(1, 1), (2, 1), (4, 9)], 9),
        flagged(GNU_6, 5),
        flagged(&[(1, 3), (2, 6), (6, 32 << 10)], 7),
        flagged(&[(1, 3), (2, 6), (3, 2), (6, 512 << 20)], 8),
    ];
    let runs = [[7, 1 << 40, 4, 0], [1, 0, 0, 1]].map(|run| uints(&run));
    let many = first()
        .with(3, Item::Array(all))
        .with(4, Item::Array(vec![header(10), header(4096)]))
        .with(5, Item::Array(runs.to_vec()))
        .with(6, Item::Uint(16 << 20))
        .with(7, Item::Bytes(b"garbage".to_vec()));
    vec![
        taken("1", &first()),
        taken("many", &many),
        taken("all-plaintext", &first().with(5, Item::Array(vec![uints(&[u64::MAX, 1, 0, 0])]))),
        taken("unknown-key", &first().with(99, Item::Text("later".into()))),
    ]
}

pub fn vectors() -> Vec<Vector> {
    let settings =
        |name: &str, item: Item| refused(name, &with_producer(item), SETTINGS, "impossible producer");
    let block = |name: &str, fields: &[(u64, u64)]| {
        refused(name, &with_producer(producer(fields)), BLOCK, "producer")
    };
    let members = |name: &str, runs: &[&[u64]], reason, error| {
        let runs = runs.iter().map(|run| uints(run)).collect();
        refused(name, &first().with(5, Item::Array(runs)), reason, error)
    };
    let headers = |name: &str, item: Item| {
        refused(name, &first().with(4, Item::Array(vec![item])), HEADER, "header of a member")
    };
    let long = first().with(99, Item::Bytes(vec![0; 1 << 20]));
    let mut all = all_taken();
    all.extend([
        refused("long", &long, LENGTH, "too long"),
        refused("version-0", &first().with(1, Item::Uint(0)), VERSION, "version 0"),
        refused("version-2", &first().with(1, Item::Uint(2)), VERSION, "version 2"),
        refused("format-2", &first().with(2, Item::Uint(2)), FORMAT, "format 2"),
        refused("program-4", &with_producer(producer(&[(1, 4), (2, 6)])), PROGRAM, "producer 4"),
        settings("level-0", producer(&[(1, 2), (2, 0)])),
        settings("level-10", producer(&[(1, 2), (2, 10)])),
        settings("strategy-5", producer(&[(1, 1), (2, 6), (3, 5), (4, 8)])),
        settings("strategy-of-gzip", producer(&[(1, 2), (2, 6), (3, 1)])),
        settings("no-memory", producer(&[(1, 1), (2, 6)])),
        settings("memory-0", producer(&[(1, 1), (2, 6), (4, 0)])),
        settings("memory-10", producer(&[(1, 1), (2, 6), (4, 10)])),
        block("no-block", &[(1, 3), (2, 6)]),
        block("small-block", &[(1, 3), (2, 6), (6, (32 << 10) - 1)]),
        block("large-block", &[(1, 3), (2, 6), (6, (512 << 20) + 1)]),
        refused("gzip-flushed", &with_producer(flagged(GNU_6, 9)), FLUSHED, "producer"),
        headers("short-header", Item::Bytes(b"\x1f\x8b\x08\0\0\0\0\0\0".to_vec())),
        headers("long-header", header(4097)),
        headers("header-of-another", Item::Bytes(b"\x1f\x8b\x07\0\0\0\0\0\0\x03".to_vec())),
        members("no-members", &[], NO_MEMBERS, "number of members"),
        members("run-of-none", &[&[0, 20, 0, 0]], NO_MEMBERS, "number of members"),
        members("no-such-producer", &[&[1, 20, 1, 0]], PLACE, "producer or header"),
        members("no-such-header", &[&[1, 20, 0, 1]], PLACE, "producer or header"),
        members("much-plaintext", &[&[1 << 32, 1 << 32, 0, 0]], PLAIN, "length of the plaintext"),
        members("plaintext-over", &[&[1, u64::MAX, 0, 0], &[1, 1, 0, 0]], PLAIN, "length of the plaintext"),
        refused("zeros-over", &first().with(6, Item::Uint((16 << 20) + 1)), ZEROS, "number of zeros"),
        members("empty-members", &[&[(16 << 20) / 20 + 1, 0, 0, 0]], EMPTY, "without plaintext"),
        members("all-empty-members", &[&[u64::MAX, 0, 0, 0]], EMPTY, "without plaintext"),
        refused(
            "garbage-over",
            &first().with(7, Item::Bytes(vec![1; (64 << 10) + 1])),
            GARBAGE,
            "what follows",
        ),
    ]);
    all
}
