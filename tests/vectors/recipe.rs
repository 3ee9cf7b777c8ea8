//! Recipes as they stand in an entry or a manifest. What their chunks hold is a matter of whole repositories.

use serde_json::json;

use super::seal;
use super::vector::{Vector, longer};

const LENGTH: &str = "a record list whose length is not a multiple of 36";
const EMPTY: &str = "a record of 0 bytes";
const HOLE: &str = "a hole over 2^31 bytes";
const CHUNK: &str = "a chunk over 16 MiB";
const DEPTH: &str = "a depth over 8";
const DEEP_HOLE: &str = "a hole among records of a depth over 0";

fn record(name: &str, plain_bytes: u32) -> Vec<u8> {
    [seal::made_of(name).as_slice(), &plain_bytes.to_le_bytes()].concat()
}

fn hole(plain_bytes: u32) -> Vec<u8> {
    [[0; 32].as_slice(), &plain_bytes.to_le_bytes()].concat()
}

pub fn vectors() -> Vec<Vector> {
    let (first, second) = (record("first", 8192), record("second", 1));
    let id = |name: &str| seal::hex(&seal::made_of(name));
    let two = [first.clone(), hole(4096), second.clone()].concat();
    let taken = |name: &str, depth: u8, bytes: Vec<u8>, records| {
        let decoded = json!({"depth": depth, "records": records});
        Vector::taken("recipe", format!("recipe-{name}"), bytes, decoded).with("depth", depth)
    };
    let refused = |name: &str, depth: u8, bytes: Vec<u8>, reason, error| {
        Vector::refused("recipe", format!("recipe-{name}"), bytes, reason, error).with("depth", depth)
    };
    let five: Vec<u8> = ["a", "b", "c", "d", "e"].iter().flat_map(|name| record(name, 7)).collect();
    let ids: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|name| json!([id(name), 7])).collect();
    vec![
        taken(
            "1",
            0,
            two.clone(),
            json!([[id("first"), 8192], [seal::hex(&[0; 32]), 4096], [id("second"), 1]]),
        ),
        taken("empty", 0, vec![], json!([])),
        taken(
            "largest-records",
            0,
            [hole(1 << 31), record("x", 16 << 20)].concat(),
            json!([[seal::hex(&[0; 32]), 1_u32 << 31], [id("x"), 16 << 20]]),
        ),
        taken("depth-8", 8, first.clone(), json!([[id("first"), 8192]])),
        taken("of-five", 0, five, json!(ids)),
        refused("of-1-byte", 0, vec![7], LENGTH, "length of a record list"),
        refused("without-its-last-byte", 0, two[..two.len() - 1].to_vec(), LENGTH, "length of a record list"),
        refused("id-alone", 0, first[..32].to_vec(), LENGTH, "length of a record list"),
        refused("longer", 0, longer(&two), LENGTH, "length of a record list"),
        refused("record-of-0", 0, record("x", 0), EMPTY, "length of a record"),
        refused(
            "second-record-of-0",
            0,
            [first.clone(), record("x", 0)].concat(),
            EMPTY,
            "length of a record",
        ),
        refused("hole-of-0", 0, hole(0), EMPTY, "length of a record"),
        refused("hole-over", 0, hole((1 << 31) + 1), HOLE, "length of a record"),
        refused("hole-of-all-bits", 0, hole(u32::MAX), HOLE, "length of a record"),
        refused("chunk-over", 0, record("x", (16 << 20) + 1), CHUNK, "length of a record"),
        refused("chunk-of-all-bits", 0, record("x", u32::MAX), CHUNK, "length of a record"),
        refused("depth-9", 9, first.clone(), DEPTH, "depth of a recipe"),
        refused("depth-255", 255, vec![], DEPTH, "depth of a recipe"),
        refused("hole-at-depth-1", 1, hole(36), DEEP_HOLE, "hole in a recipe of records"),
        refused(
            "hole-after-a-chunk-at-depth-2",
            2,
            [second, hole(36)].concat(),
            DEEP_HOLE,
            "hole in a recipe of records",
        ),
    ]
}
