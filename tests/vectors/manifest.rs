//! Manifests.

use serde_json::{Value, json};
use strongroom::format::ObjectKind;

use super::cbor::{Item, Map, array, bytes, map, text, time, uint};
use super::manifest_cost;
use super::objects::{self, MISSING, NAME, TIME, TYPE};
use super::seal;
use super::vector::Vector;

const SEQUENCE: &str = "a sequence of 0";
const STATUS: &str = "an unknown status";
const ID: &str = "an id that is not 32 bytes";
const LEVEL: &str = "a root of a level over 16";
const MAP: &str = "a table map whose depth or records a reader of recipes must refuse";

fn component() -> Map {
    map([(1, text("files")), (2, uint(1)), (3, bytes(*b"srv/shop")), (4, uint(1))])
}

fn root() -> Map {
    map([(1, bytes(seal::made_of("root"))), (2, uint(420)), (3, uint(0))])
}

pub fn body() -> Map {
    let when =
        [(1, uint(7)), (2, time(1_790_000_000, 0)), (3, time(1_790_000_001, 0)), (4, time(1_790_000_060, 5))];
    let who =
        [(5, text("db1")), (6, text("root")), (7, array([text("nightly")])), (9, text("strongroom 0.1.0"))];
    let what = [
        (11, uint(1)),
        (12, array([Item::Map(component())])),
        (13, Item::Map(map([(1, uint(3)), (4, uint(4096))]))),
        (14, Item::Map(root())),
    ];
    Map(when.into_iter().chain(who).chain(what).collect())
}

/// A manifest with this root.
pub fn of_root(id: [u8; 32], plain_bytes: u64, level: u64) -> Map {
    body().with(14, Item::Map(map([(1, bytes(id)), (2, uint(plain_bytes)), (3, uint(level))])))
}

pub fn table_map(depth: u64, records: Vec<u8>) -> Map {
    map([(1, bytes(*b"srv/dump.sql")), (2, uint(depth)), (3, bytes(records))])
}

/// A record of a recipe.
fn record(id: [u8; 32], plain_bytes: u32) -> Vec<u8> {
    [id.as_slice(), &plain_bytes.to_le_bytes()].concat()
}

pub fn object(name: &str, body: &Map) -> Vec<u8> {
    seal::object(ObjectKind::Manifest, name, &body.bytes())
}

pub fn vectors() -> Vec<Vector> {
    let sealed = objects::sealed("manifest", ObjectKind::Manifest, "manifest", &body().bytes());
    let another_name = seal::hex(&seal::made_of("another name"));
    let renamed = Vector::refused(
        "manifest",
        "manifest-under-another-name",
        object("manifest-1", &body()),
        NAME,
        "its hash is not its name",
    );
    [
        taken(),
        refused(),
        nested(),
        manifest_cost::vectors(),
        sealed,
        vec![renamed.with("name_id", another_name)],
    ]
    .concat()
}

fn taken() -> Vec<Vector> {
    let taken =
        |name: &str, body: Map, decoded: Value| Vector::taken("manifest", name, object(name, &body), decoded);
    let all = json!({
        "sequence": 7, "time": [1_790_000_000, 0], "started": [1_790_000_001, 0], "ended": [1_790_000_060, 5],
        "host": "db1", "user": "root", "tags": ["nightly"], "description": null, "program": "strongroom 0.1.0",
        "parent": null, "status": "complete",
        "components": [{"name": "files", "kind": "path", "path": seal::hex(b"srv/shop"), "state": "whole", "problem": null}],
        "statistics": {"files": 3, "content_bytes": 4096, "directories": 0, "chunks_new": 0, "spent_on_new": null},
        "root": {"id": seal::hex(&seal::made_of("root")), "plain_bytes": 420, "level": 0}, "table_maps": [], "excludes": [], "left_out": [],
    });
    let statistics = Map((1..=11).map(|key| (key, uint(key * 10))).collect());
    let statistics = statistics.with(12, uint(40)).with(13, uint(50));
    let everything = body()
        .with(8, text("before the update"))
        .with(10, bytes(seal::made_of("parent")))
        .with(11, uint(2))
        .with(
            12,
            array([Item::Map(component().with(2, uint(4)).with(4, uint(2)).with(5, text("exit code 2")))]),
        )
        .with(13, Item::Map(statistics))
        .with(
            15,
            array([
                Item::Map(
                    table_map(1, record(seal::made_of("records"), 72)).with(4, uint(3)).with(5, uint(4711)),
                ),
                Item::Map(table_map(0, vec![])),
            ]),
        )
        .with(16, array([text("*.tmp")]))
        .with(17, array([bytes(*b"srv/backup")]));
    let everything_decoded = json!({
        "description": "before the update", "parent": seal::hex(&seal::made_of("parent")), "status": "partial",
        "components": [{"name": "files", "kind": "database", "state": "not whole", "problem": "exit code 2"}],
        "statistics": {
            "files": 10, "directories": 20, "others": 30, "content_bytes": 40, "files_new": 50, "files_changed": 60,
            "files_unmodified": 70, "content_bytes_new": 80, "repository_bytes_new": 90, "warnings": 100,
            "chunks_new": 110, "spent_on_new": 40, "spent_on_deltas": 50,
        },
        "table_maps": [{
            "path": seal::hex(b"srv/dump.sql"),
            "recipe": {"depth": 1, "records": [[seal::hex(&seal::made_of("records")), 72]]},
            "tables": 3, "rows": 4711, "cost": null,
        }, {"recipe": {"depth": 0, "records": []}, "tables": 0, "rows": 0}],
        "excludes": ["*.tmp"], "left_out": [seal::hex(b"srv/backup")],
    });
    let later = component().with(2, uint(99)).with(4, uint(99)).with(9, text("later"));
    let later = body()
        .with(12, array([Item::Map(later)]))
        .with(14, Item::Map(root().with(4, uint(1))))
        .with(18, uint(1));
    let whole_tree = body().with(12, array([Item::Map(component().with(3, bytes([])))]));
    vec![
        taken("manifest-1", body(), all),
        taken("manifest-with-everything", everything, everything_decoded),
        taken(
            "manifest-of-a-later-program",
            later,
            json!({"components": [{"name": "files", "kind": "unknown", "state": "not whole"}]}),
        ),
        taken("manifest-of-the-whole-tree", whole_tree, json!({"components": [{"path": ""}]})),
        taken("manifest-without-components", body().with(12, array([])), json!({"components": []})),
        taken("manifest-unverified", body().with(11, uint(3)), json!({"status": "unverified"})),
        taken(
            "manifest-of-level-16",
            body().with(14, Item::Map(root().with(3, uint(16)))),
            json!({"root": {"level": 16}}),
        ),
    ]
}

fn refused() -> Vec<Vector> {
    let refused = |name: &str, key: u64, item: Item, reason, error| {
        let name = format!("manifest-{name}");
        Vector::refused("manifest", name.clone(), object(&name, &body().with(key, item)), reason, error)
    };
    let mut vectors = vec![
        refused("sequence-0", 1, uint(0), SEQUENCE, "sequence"),
        refused("status-0", 11, uint(0), STATUS, "status"),
        refused("status-4", 11, uint(4), STATUS, "status"),
        refused("status-257", 11, uint(257), STATUS, "status"),
        refused("parent-of-31", 10, bytes([7; 31]), ID, "length of an id"),
        refused("parent-of-0", 10, bytes([]), ID, "length of an id"),
        refused("parent-text", 10, text("parent"), TYPE, "CBOR"),
        refused("host-bytes", 5, bytes(*b"db1"), TYPE, "CBOR"),
        refused("tags-text", 7, text("nightly"), TYPE, "CBOR"),
        refused("tags-of-bytes", 7, array([bytes(*b"nightly")]), TYPE, "CBOR"),
        refused("components-map", 12, Item::Map(component()), TYPE, "CBOR"),
        refused("components-of-texts", 12, array([text("files")]), TYPE, "CBOR"),
        refused("statistics-array", 13, array([uint(3)]), TYPE, "CBOR"),
        refused("statistics-negative", 13, Item::Map(map([(1, Item::Negative(0))])), TYPE, "CBOR"),
        refused("root-array", 14, array([bytes([7; 32]), uint(1), uint(0)]), TYPE, "CBOR"),
        refused("excludes-of-bytes", 16, array([bytes(*b"*.tmp")]), TYPE, "CBOR"),
        refused("left-out-of-texts", 17, array([text("srv/backup")]), TYPE, "CBOR"),
        refused("program-not-utf-8", 9, Item::Raw(vec![0x61, 0xff]), TYPE, "CBOR"),
        refused("ended-uint", 4, uint(1_790_000_060), TIME, "CBOR"),
        refused("ended-nanoseconds", 4, time(5, 4_000_000_000), TIME, "CBOR"),
    ];
    vectors.extend([1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14].map(|key| {
        let name = format!("manifest-without-{key}");
        Vector::refused("manifest", name.clone(), object(&name, &body().without(key)), MISSING, "missing")
    }));
    vectors
}

fn nested() -> Vec<Vector> {
    let refused = |name: &str, key: u64, inner: Map, reason, error| {
        let name = format!("manifest-{name}");
        let item = if key == 14 { Item::Map(inner) } else { array([Item::Map(inner)]) };
        Vector::refused("manifest", name.clone(), object(&name, &body().with(key, item)), reason, error)
    };
    let hole = record([0; 32], 5);
    vec![
        refused("root-id-of-33", 14, root().with(1, bytes([7; 33])), ID, "length of an id"),
        refused("root-without-id", 14, root().without(1), MISSING, "missing"),
        refused("root-without-bytes", 14, root().without(2), MISSING, "missing"),
        refused("root-without-level", 14, root().without(3), MISSING, "missing"),
        refused("root-bytes-over-32-bits", 14, root().with(2, uint(1 << 32)), TYPE, "CBOR"),
        refused("root-level-17", 14, root().with(3, uint(17)), LEVEL, "level of the root"),
        refused("root-level-256", 14, root().with(3, uint(256)), LEVEL, "CBOR"),
        refused("component-without-name", 12, component().without(1), MISSING, "missing"),
        refused("component-without-kind", 12, component().without(2), MISSING, "missing"),
        refused("component-without-path", 12, component().without(3), MISSING, "missing"),
        refused("component-without-state", 12, component().without(4), MISSING, "missing"),
        refused("component-path-text", 12, component().with(3, text("srv")), TYPE, "CBOR"),
        refused("table-map-without-path", 15, table_map(0, vec![]).without(1), MISSING, "missing"),
        refused("table-map-without-depth", 15, table_map(0, vec![]).without(2), MISSING, "missing"),
        refused("table-map-without-records", 15, table_map(0, vec![]).without(3), MISSING, "missing"),
        refused("table-map-tables-text", 15, table_map(0, vec![]).with(4, text("3")), TYPE, "CBOR"),
        refused("table-map-rows-negative", 15, table_map(0, vec![]).with(5, Item::Negative(0)), TYPE, "CBOR"),
        refused("table-map-of-half-a-record", 15, table_map(0, vec![7; 18]), MAP, "length of a record list"),
        refused("table-map-of-depth-9", 15, table_map(9, vec![]), MAP, "depth of a recipe"),
        refused("table-map-of-depth-256", 15, table_map(256, vec![]), MAP, "CBOR"),
        refused("table-map-of-holes-of-records", 15, table_map(1, hole), MAP, "hole in a recipe of records"),
        refused(
            "table-map-of-an-empty-record",
            15,
            table_map(0, record([7; 32], 0)),
            MAP,
            "length of a record",
        ),
    ]
}
