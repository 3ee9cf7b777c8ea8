//! What a night cost, in manifests.

use serde_json::json;

use super::cbor::{Item, Map, array, map, uint};
use super::manifest::{body, object, table_map};
use super::objects::{MISSING, TYPE};
use super::vector::Vector;

const SPENT: &str = "statistics with one of the keys 12 and 13, or in which they are together over key 9";
const STORED: &str = "a cost without key 1";
const TABLES: &str = "an odd number of numbers in its key 2, or over 1,024 of them";
const ORDER: &str = "tables of a cost that do not ascend";
const ROWS: &str = "rows for more or fewer tables than there are";
const OTHERS: &str = "tables left out that are not three numbers";
const BYTES: &str = "bytes of tables, with those left out, that are together over key 1";

const IN_ALL: &str = "bytes of tables with a cost";

fn numbers(numbers: &[u64]) -> Item {
    Item::Array(numbers.iter().copied().map(uint).collect())
}

/// A cost of 1,000 bytes: of table 4 these are 600, of table 9 300.
fn cost() -> Map {
    map([(1, uint(1000)), (2, numbers(&[4, 600, 9, 300])), (3, numbers(&[12, 0])), (4, numbers(&[2, 80, 3]))])
}

fn of_cost(cost: Map) -> Map {
    body().with(15, array([Item::Map(table_map(0, vec![]).with(6, Item::Map(cost)))]))
}

fn of_statistics(keys: &[(u64, u64)]) -> Map {
    body().with(13, Item::Map(Map(keys.iter().map(|(key, value)| (*key, uint(*value))).collect())))
}

/// The costs of so many tables, a byte each.
fn of_many(tables: u64) -> Map {
    let each: Vec<_> = (0..tables).flat_map(|table| [table, 1]).collect();
    map([(1, uint(1000)), (2, numbers(&each))])
}

pub fn vectors() -> Vec<Vector> {
    [taken(), refused()].concat()
}

fn taken() -> Vec<Vector> {
    let taken = |name: &str, body: Map, decoded| {
        let name = format!("manifest-{name}");
        Vector::taken("manifest", name.clone(), object(&name, &body), decoded)
    };
    let shown = |cost| json!({"table_maps": [{"cost": cost}]});
    vec![
        taken(
            "with-costs",
            of_cost(cost()),
            shown(json!({"stored": 1000, "tables": [[4, 600, 12], [9, 300, 0]], "others": [2, 80, 3]})),
        ),
        taken(
            "with-costs-of-a-first-night",
            of_cost(cost().without(3).without(4)),
            shown(json!({"stored": 1000, "tables": [[4, 600, null], [9, 300, null]], "others": null})),
        ),
        taken(
            "with-costs-of-no-table",
            of_cost(map([(1, uint(77))])),
            shown(json!({"stored": 77, "tables": [], "others": null})),
        ),
        taken("with-costs-of-all-bytes", of_cost(cost().with(1, uint(980))), shown(json!({"stored": 980}))),
        taken("with-costs-of-512-tables", of_cost(of_many(512)), shown(json!({"stored": 1000}))),
        taken(
            "with-nothing-spent-on-content",
            of_statistics(&[(9, 5), (12, 0), (13, 0)]),
            json!({"statistics": {"repository_bytes_new": 5, "spent_on_new": 0, "spent_on_deltas": 0}}),
        ),
    ]
}

fn refused() -> Vec<Vector> {
    let refused = |name: &str, body: Map, reason, error| {
        let name = format!("manifest-{name}");
        Vector::refused("manifest", name.clone(), object(&name, &body), reason, error)
    };
    let spent = |name: &str, keys: &[(u64, u64)]| {
        refused(name, of_statistics(keys), SPENT, "content that was stored")
    };
    let of = |name: &str, cost: Map, reason, error| refused(name, of_cost(cost), reason, error);
    vec![
        spent("spent-on-new-alone", &[(9, 100), (12, 5)]),
        spent("spent-on-deltas-alone", &[(9, 100), (13, 5)]),
        spent("spent-more-than-it-grew", &[(9, 100), (12, 50), (13, 51)]),
        spent("spent-of-nothing", &[(12, 1), (13, 0)]),
        spent("spent-over-64-bits", &[(9, u64::MAX), (12, u64::MAX), (13, 1)]),
        of("cost-without-bytes", cost().without(1), STORED, "missing"),
        of("cost-of-a-table-and-a-half", cost().with(2, numbers(&[4, 600, 9])), TABLES, "number of tables"),
        of("cost-of-513-tables", of_many(513), TABLES, "number of tables"),
        of("cost-of-a-table-twice", cost().with(2, numbers(&[4, 600, 4, 300])), ORDER, "order of tables"),
        of("cost-of-tables-backwards", cost().with(2, numbers(&[9, 300, 4, 600])), ORDER, "order of tables"),
        of("cost-with-rows-of-one-table", cost().with(3, numbers(&[12])), ROWS, "rows of tables"),
        of("cost-with-rows-of-three-tables", cost().with(3, numbers(&[1, 2, 3])), ROWS, "rows of tables"),
        of("cost-with-rows-of-no-table", map([(1, uint(5)), (3, numbers(&[1]))]), ROWS, "rows of tables"),
        of("cost-with-two-numbers-left-out", cost().with(4, numbers(&[1, 2])), OTHERS, "tables left out"),
        of("cost-with-four-numbers-left-out", cost().with(4, numbers(&[1, 2, 3, 4])), OTHERS, "left out"),
        of("cost-of-more-than-there-is", cost().with(1, uint(979)), BYTES, IN_ALL),
        of("cost-over-64-bits", cost().with(2, numbers(&[4, u64::MAX, 9, 1])), BYTES, IN_ALL),
        refused(
            "cost-array",
            body().with(15, array([Item::Map(table_map(0, vec![]).with(6, numbers(&[1000])))])),
            TYPE,
            "CBOR",
        ),
        of("cost-of-texts", cost().with(2, array([Item::Text("t".into())])), TYPE, "CBOR"),
        of("cost-negative", cost().with(1, Item::Negative(0)), TYPE, "CBOR"),
        refused(
            "cost-without-a-map",
            body().with(15, array([Item::Map(table_map(0, vec![]).without(3).with(6, Item::Map(cost())))])),
            MISSING,
            "missing",
        ),
    ]
}
