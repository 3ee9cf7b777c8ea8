//! What snapshots lost.

use serde_json::json;
use strongroom::format::ObjectKind;

use super::cbor::{Item, Map, array, bytes, map, text, time, uint};
use super::objects::{self, MISSING, TYPE};
use super::seal;
use super::vector::Vector;

const ID: &str = "an id of a snapshot that is not 32 bytes";
const TREE: &str = "an unknown state of the tree";
const PATHS: &str = "over 1,000 paths of files or of dumps";
const FILES: &str = "more paths of files than are counted";

fn loss() -> Map {
    map([
        (1, bytes(seal::made_of("snapshot"))),
        (2, time(1_790_000_000, 7)),
        (3, uint(1)),
        (4, uint(3)),
        (5, array([bytes(*b"srv/a"), bytes(*b"srv/\xff")])),
        (6, array([bytes(*b"shop.sql")])),
    ])
}

fn many(count: usize) -> Item {
    Item::Array((0..count).map(|_| bytes(*b"p")).collect())
}

pub fn vectors() -> Vec<Vector> {
    let object = |name: &str, body: Map| seal::object(ObjectKind::Loss, name, &body.bytes());
    let taken = |name: &str, body: Map, decoded| Vector::taken("loss", name, object(name, body), decoded);
    let refused = |name: &str, body: Map, reason, error| {
        let name = format!("loss-{name}");
        Vector::refused("loss", name.clone(), object(&name, body), reason, error)
    };
    let all = json!({
        "snapshot": seal::hex(&seal::made_of("snapshot")), "found": [1_790_000_000, 7], "tree": "sound", "files": 3,
        "paths": [seal::hex(b"srv/a"), seal::hex(b"srv/\xff")], "maps": [seal::hex(b"shop.sql")],
    });
    let of_tree = loss().with(3, uint(2)).with(4, uint(0)).with(5, array([])).with(6, array([]));
    let mut vectors = vec![
        taken("loss-1", loss(), all),
        taken("loss-of-a-tree", of_tree, json!({"tree": "damaged", "files": 0, "paths": [], "maps": []})),
        taken(
            "loss-of-a-thousand",
            loss().with(4, uint(1 << 40)).with(5, many(1_000)),
            json!({"files": 1_u64 << 40}),
        ),
        refused("id-of-31", loss().with(1, bytes([7; 31])), ID, "length of an id"),
        refused("id-of-33", loss().with(1, bytes([7; 33])), ID, "length of an id"),
        refused("tree-0", loss().with(3, uint(0)), TREE, "state of the tree"),
        refused("tree-3", loss().with(3, uint(3)), TREE, "state of the tree"),
        refused("paths-1001", loss().with(4, uint(2_000)).with(5, many(1_001)), PATHS, "number of paths"),
        refused("maps-1001", loss().with(6, many(1_001)), PATHS, "number of paths"),
        refused("files-1", loss().with(4, uint(1)), FILES, "number of files"),
        refused("a-path-of-text", loss().with(5, array([text("srv")])), TYPE, "CBOR"),
        refused("files-negative", loss().with(4, Item::Negative(0)), TYPE, "CBOR"),
    ];
    vectors.extend(
        (1..=6).map(|key| refused(&format!("without-{key}"), loss().without(key), MISSING, "missing")),
    );
    vectors.extend(objects::sealed("loss", ObjectKind::Loss, "loss", &loss().bytes()));
    vectors
}
