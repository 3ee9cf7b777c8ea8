//! Nodes of trees. What holds between nodes is a matter of whole repositories.

use serde_json::{Value, json};

use super::cbor::{Item, Map, array, bytes, map, text, uint};
use super::objects::{MALFORMED, MISSING, RESERVED, TYPE, VERSION};
use super::seal;
use super::vector::{Vector, changed, longer};

const LEVEL: &str = "a level other than the one that its parent or the manifest says";
const TOO_HIGH: &str = "a level over 16";
const COUNT: &str = "another number of items than said, or bytes after them";
pub const PATH: &str = "a path that is not one (above)";
pub const ORDER: &str = "a path that is not greater than the one before it";
const FIRST: &str = "a child whose first path is not the one its parent says";
const EMPTY: &str = "a node without items that is not an empty tree's root";
const ID: &str = "an id that is not 32 bytes";

/// An entry without anything special: a directory.
pub fn directory(path: &[u8]) -> Map {
    let what = [(1, bytes(path)), (2, uint(2)), (3, uint(0o755)), (4, uint(0)), (5, uint(0))];
    let when = [(8, uint(1_790_000_000)), (10, uint(1_790_000_000)), (12, uint(7))];
    Map(what.into_iter().chain(when).collect())
}

pub fn file(path: &[u8]) -> Map {
    directory(path).with(2, uint(1)).with(3, uint(0o644))
}

pub fn child(path: &[u8], id: [u8; 32], plain_bytes: u64, entries: u64) -> Map {
    map([(1, bytes(path)), (2, bytes(id)), (3, uint(plain_bytes)), (4, uint(entries))])
}

pub fn node(level: u8, items: &[Map]) -> Vec<u8> {
    let count = u32::try_from(items.len()).unwrap().to_le_bytes();
    let items = items.iter().flat_map(Map::bytes);
    [level, 1, 0, 0].into_iter().chain(count).chain(items).collect()
}

pub fn record(id: [u8; 32], plain_bytes: u32) -> Vec<u8> {
    [id.as_slice(), &plain_bytes.to_le_bytes()].concat()
}

pub fn taken(name: &str, level: u8, bytes: Vec<u8>, items: Value) -> Vector {
    let decoded = json!({"level": level, "items": items});
    Vector::taken("tree-node", format!("tree-{name}"), bytes, decoded).with("level", level)
}

pub fn refused(name: &str, level: u8, bytes: Vec<u8>, reason: &'static str, error: &'static str) -> Vector {
    Vector::refused("tree-node", format!("tree-{name}"), bytes, reason, error).with("level", level)
}

pub fn vectors() -> Vec<Vector> {
    [leaves(), kinds(), headers(), children()].concat()
}

/// A leaf of one of everything; the names share their fronts.
fn everything() -> Vec<Map> {
    let content = [record(seal::made_of("first"), 100), record([0; 32], 4000)].concat();
    let named = file(b"srv/data").with(6, text("shop")).with(7, text("www-data")).with(15, uint(4100));
    let shared = |length: u64, rest: &[u8], entry: Map| entry.with(0, uint(length)).with(1, bytes(rest));
    let linked = shared(4, b"linked", file(b"")).with(13, uint(64_512)).with(14, uint(2));
    let long = shared(5, b"ong", file(b"")).with(15, uint(1 << 40)).with(19, uint(2));
    vec![
        directory(b"srv"),
        named.with(9, uint(5)).with(11, uint(999_999_999)).with(20, bytes(content)),
        linked.with(18, array([array([bytes(*b"user.a"), bytes(*b"b")])])).with(21, Item::Raw(vec![0xf5])),
        long.with(20, bytes(record(seal::made_of("records"), 72))),
    ]
}

fn leaves() -> Vec<Vector> {
    let first = json!({
        "path": seal::hex(b"srv"), "kind": 2, "mode": 0o755, "owner": 0, "group": 0, "owner_name": null,
        "group_name": null, "mtime": [1_790_000_000, 0], "ctime": [1_790_000_000, 0], "inode": 7, "device": 0, "links": 1,
        "size": 0, "target": null, "numbers": null, "attributes": [], "recipe": null, "changed": false,
    });
    let records = json!([[seal::hex(&seal::made_of("first")), 100], [seal::hex(&[0; 32]), 4000]]);
    let second = json!({
        "path": seal::hex(b"srv/data"), "kind": 1, "mode": 0o644, "owner_name": "shop", "group_name": "www-data",
        "mtime": [1_790_000_000, 5], "ctime": [1_790_000_000, 999_999_999], "size": 4100,
        "recipe": {"depth": 0, "records": records},
    });
    let third = json!({
        "path": seal::hex(b"srv/linked"), "device": 64_512, "links": 2, "size": 0,
        "attributes": [[seal::hex(b"user.a"), seal::hex(b"b")]], "recipe": {"depth": 0, "records": []}, "changed": true,
    });
    let fourth = json!({
        "path": seal::hex(b"srv/long"), "size": 1_u64 << 40,
        "recipe": {"depth": 2, "records": [[seal::hex(&seal::made_of("records")), 72]]},
    });
    let zeros = [0, 9, 11, 13, 15, 19].into_iter().fold(file(b"a"), |entry, key| entry.with(key, uint(0)));
    let zeros =
        zeros.with(14, uint(1)).with(18, array([])).with(20, bytes([])).with(21, Item::Raw(vec![0xf4]));
    vec![
        taken("1", 0, node(0, &everything()[..2]), json!([first, second])),
        taken("with-everything", 0, node(0, &everything()), json!([first, second, third, fourth])),
        taken("empty", 0, node(0, &[]), json!([])),
        taken(
            "what-may-be-left-out",
            0,
            node(0, &[zeros]),
            json!([{"size": 0, "links": 1, "changed": false}]),
        ),
        taken(
            "order-of-slashes",
            0,
            node(0, &["a", "a/x", "a/x/y", "a!", "a.b", "ab"].map(|path| directory(path.as_bytes()))),
            json!([
                {"path": "61"}, {"path": "612f78"}, {"path": "612f782f79"}, {"path": "6121"}, {"path": "612e62"}, {"path": "6162"},
            ]),
        ),
        taken(
            "without-parents",
            0,
            node(0, &[file(b"a/b/c"), file(b"d/e")]),
            json!([{"path": "612f622f63"}, {"path": "642f65"}]),
        ),
        taken(
            "names-of-any-bytes",
            0,
            node(0, &[file(b"\x01\x1b[2J"), file(b"..."), file(b"\\"), file(b"\xff")]),
            json!([
                {"path": "011b5b324a"}, {"path": "2e2e2e"}, {"path": "5c"}, {"path": "ff"},
            ]),
        ),
        taken(
            "unknown-keys",
            0,
            node(0, &[file(b"a").with(26, text("later")).with(500, array([uint(1)]))]),
            json!([{"path": "61"}]),
        ),
        taken("longest-path", 0, node(0, &[file(&[b'a'; 65_536])]), json!([{"kind": 1}])),
        taken(
            "before-1970",
            0,
            node(0, &[file(b"a").with(8, Item::Negative(1)).with(9, uint(999_999_999))]),
            json!([{"mtime": [-2, 999_999_999]}]),
        ),
    ]
}

fn kinds() -> Vec<Vector> {
    let of = |kind: u64| directory(b"a").with(2, uint(kind));
    let numbers = array([uint(8), uint(0xffff_ffff)]);
    vec![
        taken(
            "link",
            0,
            node(0, &[of(3).with(16, bytes(*b"../b"))]),
            json!([{"kind": 3, "target": seal::hex(b"../b")}]),
        ),
        taken(
            "link-to-nothing",
            0,
            node(0, &[of(3).with(16, bytes([]))]),
            json!([{"kind": 3, "target": ""}]),
        ),
        taken("pipe", 0, node(0, &[of(4)]), json!([{"kind": 4}])),
        taken(
            "character-device",
            0,
            node(0, &[of(5).with(17, numbers.clone())]),
            json!([{"kind": 5, "numbers": [8, 0xffff_ffff_u32]}]),
        ),
        taken("block-device", 0, node(0, &[of(6).with(17, numbers)]), json!([{"kind": 6}])),
        taken(
            "linked-link",
            0,
            node(0, &[of(3).with(16, bytes(*b"b")).with(14, uint(2))]),
            json!([{"links": 2, "device": 0}]),
        ),
    ]
}

fn headers() -> Vec<Vector> {
    let leaf = node(0, &[directory(b"a"), file(b"b")]);
    let above = node(1, &[child(b"a", seal::made_of("leaf"), 500, 9)]);
    let refuse =
        |name: &str, level: u8, bytes: Vec<u8>, reason, error| refused(name, level, bytes, reason, error);
    vec![
        refuse("of-nothing", 0, vec![], COUNT, "cut short"),
        refuse("cut-in-header", 0, leaf[..7].to_vec(), COUNT, "cut short"),
        refuse("cut-after-header", 0, leaf[..8].to_vec(), COUNT, "number of a node's items"),
        refuse("cut-after-an-item", 0, leaf[..8 + directory(b"a").bytes().len()].to_vec(), COUNT, ""),
        refuse("cut-in-an-item", 0, leaf[..leaf.len() - 1].to_vec(), MALFORMED, "CBOR"),
        refuse("longer", 0, longer(&leaf), COUNT, "bytes after a node's items"),
        refuse("one-item-of-two", 0, changed(&leaf, 4, 1), COUNT, "bytes after a node's items"),
        refuse("three-items-of-two", 0, changed(&leaf, 4, 3), COUNT, ""),
        refuse(
            "count-overflows",
            0,
            [&leaf[..4], &[255; 4], &leaf[8..]].concat(),
            COUNT,
            "number of a node's items",
        ),
        refuse("leaf-for-level-1", 1, leaf.clone(), LEVEL, "level of a tree node"),
        refuse("level-1-for-a-leaf", 0, above.clone(), LEVEL, "level of a tree node"),
        refuse("level-17", 17, changed(&above, 0, 17), TOO_HIGH, "level of a tree node"),
        refuse("level-255", 255, changed(&above, 0, 255), TOO_HIGH, "level of a tree node"),
        refuse("version-0", 0, changed(&leaf, 1, 0), VERSION, "version of a tree node"),
        refuse("version-2", 0, changed(&leaf, 1, 2), VERSION, "version of a tree node"),
        refuse("reserved", 0, changed(&leaf, 2, 1), RESERVED, "reserved bytes at offset 2"),
        refuse("reserved-last", 0, changed(&leaf, 3, 1), RESERVED, "reserved bytes at offset 2"),
        refuse("empty-of-level-1", 1, node(1, &[]), EMPTY, "number of a node's items"),
        refuse("empty-below-a-parent", 0, node(0, &[]), EMPTY, "number of a node's items")
            .with("first", "61"),
        refuse("another-first-path", 0, leaf.clone(), FIRST, "first path of a tree node").with("first", "62"),
        refuse("first-path-shorter", 0, leaf, FIRST, "first path of a tree node").with("first", "6161"),
        refuse("another-first-path-above", 1, above, FIRST, "first path of a tree node").with("first", "62"),
    ]
}

fn children() -> Vec<Vector> {
    let id = seal::made_of("leaf");
    let two = [child(b"a", id, 500, 9), child(b"b/c", seal::made_of("second leaf"), 1, u64::MAX)];
    let one = |name: &str, child: Map, reason, error| refused(name, 1, node(1, &[child]), reason, error);
    let decoded = json!([
        {"path": "61", "id": seal::hex(&id), "plain_bytes": 500, "entries": 9},
        {"path": "622f63", "id": seal::hex(&seal::made_of("second leaf")), "plain_bytes": 1, "entries": u64::MAX},
    ]);
    let mut vectors = vec![
        taken("of-children", 1, node(1, &two), decoded.clone()),
        taken("of-level-16", 16, node(16, &two), decoded),
        taken("of-a-named-first-path", 1, node(1, &two), json!([{}, {}])).with("first", "61"),
        one("child-id-of-31", child(b"a", id, 5, 1).with(2, bytes([7; 31])), ID, "length of an id"),
        one("child-id-of-0", child(b"a", id, 5, 1).with(2, bytes([])), ID, "length of an id"),
        one("child-bytes-over-32-bits", child(b"a", id, 1 << 32, 1), TYPE, "CBOR"),
        one("child-entries-text", child(b"a", id, 5, 1).with(4, text("1")), TYPE, "CBOR"),
        one("child-path-parent", child(b"../a", id, 5, 1), PATH, ". or .."),
        refused(
            "children-descending",
            1,
            node(1, &[two[1].clone(), two[0].clone()]),
            ORDER,
            "order of paths",
        ),
        refused("same-child-twice", 1, node(1, &[two[0].clone(), two[0].clone()]), ORDER, "order of paths"),
        refused("entry-for-a-child", 1, node(1, &[file(b"a")]), TYPE, "CBOR"),
    ];
    vectors.extend([1, 2, 3, 4].map(|key| {
        let error = if key == 1 { "an item lacks its path" } else { "a child lacks a key" };
        one(&format!("child-without-{key}"), child(b"a", id, 5, 1).without(key), MISSING, error)
    }));
    vectors
}
