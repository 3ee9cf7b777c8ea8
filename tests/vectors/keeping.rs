//! Holds and forgetting records.

use serde_json::json;
use strongroom::format::ObjectKind;

use super::cbor::{Item, Map, array, bytes, map, text, time, uint};
use super::objects::{self, MISSING, TYPE};
use super::seal;
use super::vector::Vector;

const ID: &str = "an id that is not 32 bytes";
const REASON: &str = "a reason over 4,096 bytes";
const NONE: &str = "a record without snapshots";
const SEQUENCE: &str = "a sequence of 0";

pub fn hold() -> Map {
    map([
        (1, bytes(seal::made_of("snapshot"))),
        (2, time(1_790_000_000, 5)),
        (3, text("db1")),
        (4, text("root")),
        (5, text("closing of 2026")),
    ])
}

fn snapshot(name: &str, sequence: u64) -> Item {
    numbered(seal::made_of(name), sequence)
}

fn numbered(id: impl Into<Vec<u8>>, sequence: u64) -> Item {
    Item::Map(map([(1, bytes(id)), (2, uint(sequence))]))
}

/// A record of these ids and sequence numbers.
pub fn forgotten_of(ids: Vec<(Vec<u8>, u64)>) -> Map {
    forgotten().with(4, Item::Array(ids.into_iter().map(|(id, sequence)| numbered(id, sequence)).collect()))
}

pub fn forgotten() -> Map {
    let snapshots = array([snapshot("snapshot", 7), snapshot("another snapshot", 9)]);
    map([(1, time(1_790_000_000, 0)), (2, text("db1")), (3, text("root")), (4, snapshots)])
}

pub fn vectors() -> Vec<Vector> {
    let sealed_holds = objects::sealed("hold", ObjectKind::Hold, "hold", &hold().bytes());
    let sealed_records =
        objects::sealed("forgotten", ObjectKind::Forgetting, "forgotten", &forgotten().bytes());
    [holds(), sealed_holds, records(), sealed_records].concat()
}

fn holds() -> Vec<Vector> {
    let object = |name: &str, body: Map| seal::object(ObjectKind::Hold, name, &body.bytes());
    let taken = |name: &str, body: Map, decoded| Vector::taken("hold", name, object(name, body), decoded);
    let refused = |name: &str, body: Map, reason, error| {
        let name = format!("hold-{name}");
        Vector::refused("hold", name.clone(), object(&name, body), reason, error)
    };
    let all = json!({
        "snapshot": seal::hex(&seal::made_of("snapshot")), "time": [1_790_000_000, 5], "host": "db1", "user": "root",
        "reason": "closing of 2026",
    });
    let longest = "x".repeat(4_096);
    let mut vectors = vec![
        taken("hold-1", hold(), all),
        taken("hold-without-a-reason", hold().without(5), json!({"host": "db1", "reason": null})),
        taken("hold-of-the-longest-reason", hold().with(5, text(&longest)), json!({"reason": longest})),
        refused(
            "reason-of-4098-in-2049-letters",
            hold().with(5, text(&"é".repeat(2_049))),
            REASON,
            "length of a reason",
        ),
        refused("reason-of-4097", hold().with(5, text(&"x".repeat(4_097))), REASON, "length of a reason"),
        refused("id-of-31", hold().with(1, bytes([7; 31])), ID, "length of an id"),
        refused("id-of-33", hold().with(1, bytes([7; 33])), ID, "length of an id"),
        refused("reason-of-bytes", hold().with(5, bytes(*b"why")), TYPE, "CBOR"),
        refused("host-of-bytes", hold().with(3, bytes(*b"db1")), TYPE, "CBOR"),
    ];
    vectors.extend(
        (1..=4).map(|key| refused(&format!("without-{key}"), hold().without(key), MISSING, "missing")),
    );
    vectors
}

fn records() -> Vec<Vector> {
    let object = |name: &str, body: Map| seal::object(ObjectKind::Forgetting, name, &body.bytes());
    let taken =
        |name: &str, body: Map, decoded| Vector::taken("forgotten", name, object(name, body), decoded);
    let refused = |name: &str, snapshots: Item, reason, error| {
        let name = format!("forgotten-{name}");
        Vector::refused(
            "forgotten",
            name.clone(),
            object(&name, forgotten().with(4, snapshots)),
            reason,
            error,
        )
    };
    let without = |key: u64| {
        let name = format!("forgotten-without-{key}");
        Vector::refused(
            "forgotten",
            name.clone(),
            object(&name, forgotten().without(key)),
            MISSING,
            "missing",
        )
    };
    let id = |name| seal::hex(&seal::made_of(name));
    let both = json!([
        {"id": id("snapshot"), "sequence": 7}, {"id": id("another snapshot"), "sequence": 9},
    ]);
    let all = json!({"time": [1_790_000_000, 0], "host": "db1", "user": "root", "snapshots": both});
    let one = |entry: Map| array([Item::Map(entry)]);
    let short = map([(1, bytes([7; 31])), (2, uint(7))]);
    let nameless = map([(2, uint(7))]);
    let unnumbered = map([(1, bytes(seal::made_of("snapshot")))]);
    let largest = array([snapshot("snapshot", u64::MAX)]);
    let mut vectors = vec![
        taken("forgotten-1", forgotten(), all),
        taken(
            "forgotten-of-the-largest-sequence",
            forgotten().with(4, largest),
            json!({"snapshots": [{"id": id("snapshot"), "sequence": u64::MAX}]}),
        ),
        refused("nothing-named", array([]), NONE, "number of forgotten snapshots"),
        refused("sequence-0", array([snapshot("snapshot", 0)]), SEQUENCE, "sequence of a forgotten snapshot"),
        refused("id-of-31", one(short), ID, "length of an id"),
        refused("snapshot-without-an-id", one(nameless), MISSING, "missing"),
        refused("snapshot-without-a-sequence", one(unnumbered), MISSING, "missing"),
        refused("snapshots-of-bytes", bytes([7; 32]), TYPE, "CBOR"),
    ];
    vectors.extend((1..=4).map(without));
    vectors
}
