//! Leases and marks.

use serde_json::json;
use strongroom::format::ObjectKind;

use super::cbor::{Item, Map, bytes, map, text, time, uint};
use super::objects::{self, MISSING, TYPE};
use super::seal;
use super::vector::Vector;

const ID: &str = "an id that is not 32 bytes";
const COUNTER: &str = "a counter of 0";
const SECONDS: &str = "seconds outside 1 to 86,400";
const WORK: &str = "an unknown value of key 6";
const IDS: &str = "ids that are not a multiple of 32 bytes";

fn lease() -> Map {
    let what = [(5, uint(900)), (6, uint(1)), (7, text("db1")), (8, uint(4711))];
    let when = [
        (1, bytes(seal::made_of("lease id"))),
        (2, uint(3)),
        (3, time(1_790_000_000, 5)),
        (4, time(1_790_000_600, 0)),
    ];
    Map(when.into_iter().chain(what).collect())
}

/// The smallest of all objects.
pub fn mark() -> Map {
    let packs = [seal::made_of("first pack"), seal::made_of("second pack")].concat();
    map([(1, time(1_790_000_000, 0)), (2, uint(9)), (3, bytes(packs)), (4, bytes([]))])
}

pub fn vectors() -> Vec<Vector> {
    let sealed_leases = objects::sealed("lease", ObjectKind::Lease, "lease", &lease().bytes());
    let sealed_marks = objects::sealed("mark", ObjectKind::Mark, "mark", &mark().bytes());
    [leases(), sealed_leases, marks(), sealed_marks].concat()
}

fn leases() -> Vec<Vector> {
    let object = |name: &str, body: Map| seal::object(ObjectKind::Lease, name, &body.bytes());
    let taken = |name: &str, body: Map, decoded| Vector::taken("lease", name, object(name, body), decoded);
    let refused = |name: &str, key: u64, item: Item, reason, error| {
        let name = format!("lease-{name}");
        Vector::refused("lease", name.clone(), object(&name, lease().with(key, item)), reason, error)
    };
    let without = |key: u64| {
        let name = format!("lease-without-{key}");
        Vector::refused("lease", name.clone(), object(&name, lease().without(key)), MISSING, "missing")
    };
    let all = json!({
        "id": seal::hex(&seal::made_of("lease id")), "counter": 3, "started": [1_790_000_000, 5],
        "written": [1_790_000_600, 0], "valid_s": 900, "work": "backup", "host": "db1", "process": 4711,
    });
    let packed = lease().with(7, text(&"db".repeat(100))).bytes();
    let packed = seal::envelope_of(&packed, &seal::frame(&packed));
    let compressed = seal::object_of(ObjectKind::Lease, "lease-compressed", &packed);
    let mut vectors = vec![
        taken("lease-1", lease(), all),
        taken(
            "lease-of-prune",
            lease().with(6, uint(2)).with(5, uint(86_400)),
            json!({"work": "prune", "valid_s": 86_400}),
        ),
        taken("lease-of-a-reader", lease().with(6, uint(3)), json!({"work": "reading"})),
        taken(
            "lease-of-the-largest-process",
            lease().with(8, uint(0xffff_ffff)),
            json!({"process": 0xffff_ffff_u32}),
        ),
        Vector::taken(
            "lease",
            "lease-compressed",
            compressed,
            json!({"counter": 3, "host": "db".repeat(100)}),
        ),
        refused("id-of-31", 1, bytes([7; 31]), ID, "length of an id"),
        refused("id-of-33", 1, bytes([7; 33]), ID, "length of an id"),
        refused("id-of-0", 1, bytes([]), ID, "length of an id"),
        refused("counter-0", 2, uint(0), COUNTER, "counter"),
        refused("seconds-0", 5, uint(0), SECONDS, "seconds"),
        refused("seconds-86401", 5, uint(86_401), SECONDS, "seconds"),
        refused("seconds-over-32-bits", 5, uint(0x1_0000_0001), SECONDS, "CBOR"),
        refused("work-0", 6, uint(0), WORK, "purpose"),
        refused("work-4", 6, uint(4), WORK, "purpose"),
        refused("work-257", 6, uint(257), WORK, "CBOR"),
        refused("process-over-32-bits", 8, uint(1 << 32), TYPE, "CBOR"),
        refused("host-not-utf-8", 7, Item::Raw(vec![0x62, 0xc3, 0x28]), TYPE, "CBOR"),
        refused("host-of-bytes", 7, bytes(*b"db1"), TYPE, "CBOR"),
    ];
    vectors.extend((1..=8).map(without));
    vectors
}

fn marks() -> Vec<Vector> {
    let object = |name: &str, body: Map| seal::object(ObjectKind::Mark, name, &body.bytes());
    let refused = |name: &str, key: u64, item: Item| {
        let name = format!("mark-{name}");
        Vector::refused(
            "mark",
            name.clone(),
            object(&name, mark().with(key, item)),
            IDS,
            "length of a list of ids",
        )
    };
    let packs = ["first pack", "second pack"].map(|name| seal::hex(&seal::made_of(name)));
    let all =
        json!({"written": [1_790_000_000, 0], "sequence": 9, "packs": packs, "indexes": [], "leases": null});
    let waiting = mark().with(5, bytes(seal::made_of("lease id")));
    vec![
        Vector::taken("mark", "mark-1", object("mark-1", mark()), all),
        Vector::taken(
            "mark",
            "mark-of-an-index",
            object("mark-of-an-index", mark().with(3, bytes([])).with(4, bytes([5; 32]))),
            json!({"packs": [], "indexes": [seal::hex(&[5; 32])]}),
        ),
        Vector::taken(
            "mark",
            "mark-that-waits",
            object("mark-that-waits", waiting),
            json!({"leases": [seal::hex(&seal::made_of("lease id"))]}),
        ),
        refused("leases-of-31", 5, bytes([5; 31])),
        refused("packs-of-31", 3, bytes([5; 31])),
        refused("packs-of-65", 3, bytes([5; 65])),
        refused("indexes-of-33", 4, bytes([5; 33])),
        refused("indexes-of-1", 4, bytes([5])),
    ]
}
