//! Nodes of trees: paths and entries that must be refused.

use super::cbor::{Item, Map, array, bytes, text, uint};
use super::objects::{MISSING, TYPE};
use super::seal;
use super::tree::{ORDER, PATH, directory, file, node, record, refused};
use super::vector::Vector;

const LONG: &str = "a path over 65,536 bytes";
const SHARED: &str = "a path that shares more than the path before has";
const PATHS: &str = "paths of one node that have over 64 MiB together";
const KIND: &str = "a kind that it does not know";
const MODE: &str = "a mode over 0o7777";
const NANOS: &str = "nanoseconds over 999,999,999";
const TARGET: &str = "a link without a target, or a target of anything else";
const NUMBERS: &str = "a device without numbers, or numbers of anything else";
const LINKS: &str = "a number of hard links of 0, or a device number other than 0 without one over 1";
const CONTENT: &str = "a size other than 0, or a recipe, of anything that is not a file";
pub const RECIPE: &str = "a depth or records that a reader of recipes must refuse";
pub const SIZE: &str =
    "records of depth 0 that do not join to the size of the file (with 22: to its plaintext)";

pub fn vectors() -> Vec<Vector> {
    [paths(), entries(), more_entries()].concat()
}

fn paths() -> Vec<Vector> {
    let one =
        |name: &str, path: &[u8], reason, error| refused(name, 0, node(0, &[file(path)]), reason, error);
    let two = |name: &str, a: &[u8], b: &[u8], error| {
        refused(name, 0, node(0, &[directory(a), file(b)]), ORDER, error)
    };
    let shared = |name: &str, length: u64, rest: &[u8], reason, error| {
        refused(name, 0, node(0, &[directory(b"ab"), file(rest).with(0, uint(length))]), reason, error)
    };
    let deep = "../".repeat(70);
    vec![
        one("path-of-nothing", b"", PATH, "empty name"),
        one("path-slash", b"/", PATH, "empty name"),
        one("path-absolute", b"/etc/passwd", PATH, "empty name"),
        one("path-ends-in-a-slash", b"a/", PATH, "empty name"),
        one("path-empty-name", b"a//b", PATH, "empty name"),
        one("path-dot", b".", PATH, ". or .."),
        one("path-dot-within", b"a/./b", PATH, ". or .."),
        one("path-dot-at-the-end", b"a/.", PATH, ". or .."),
        one("path-parent", b"..", PATH, ". or .."),
        one("path-parent-within", b"a/../b", PATH, ". or .."),
        one("path-parent-at-the-end", b"a/..", PATH, ". or .."),
        one("path-many-parents", format!("{deep}etc").as_bytes(), PATH, ". or .."),
        one("path-zero", b"\0", PATH, "zero byte"),
        one("path-zero-within", b"a\0b", PATH, "zero byte"),
        one("path-too-long", &[b'a'; 65_537], LONG, "path has 65537 bytes"),
        two("same-path-twice", b"a", b"a", "order of paths"),
        two("path-before-its-directory", b"a/b", b"a", "order of paths"),
        two("paths-descending", b"b", b"a", "order of paths"),
        two("slash-after-letters", b"a!", b"a/x", "order of paths"),
        two("name-between-a-directory-and-its-content", b"a.b", b"a/x", "order of paths"),
        shared("shares-more-than-there-is", 3, b"c", SHARED, "shared part of a path"),
        shared("shares-64-bits", u64::MAX, b"c", SHARED, "shared part of a path"),
        shared("shares-all-and-adds-nothing", 2, b"", ORDER, "order of paths"),
        shared("shares-to-a-path-before", 1, b"a", ORDER, "order of paths"),
        shared("shares-and-leaves-the-tree", 0, b"..", PATH, ". or .."),
        shared("shares-and-makes-an-empty-name", 2, b"//c", PATH, "empty name"),
        refused(
            "first-item-shares",
            0,
            node(0, &[file(b"a").with(0, uint(1))]),
            SHARED,
            "shared part of a path",
        ),
        refused("without-a-path", 0, node(0, &[file(b"a").without(1)]), MISSING, "an item lacks its path"),
        refused("path-text", 0, node(0, &[file(b"a").with(1, text("a"))]), TYPE, "CBOR"),
        refused("paths-over-64-mib", 0, node(0, &long_paths()), PATHS, "length of a node's paths"),
    ]
}

/// Paths of 65,536 bytes, all but the last digits of which stand in the node once.
fn long_paths() -> Vec<Map> {
    let first = file(&[&[b'a'; 65_532], b"0000".as_slice()].concat());
    let others = (1..1025).map(|n| file(format!("{n:04}").as_bytes()).with(0, uint(65_532)));
    std::iter::once(first).chain(others).collect()
}

fn entries() -> Vec<Vector> {
    let one = |name: &str, entry: Map, reason, error| refused(name, 0, node(0, &[entry]), reason, error);
    let link = directory(b"a").with(2, uint(3));
    let target = bytes(*b"b");
    let numbers = array([uint(8), uint(1)]);
    let mut vectors = vec![
        one("kind-0", file(b"a").with(2, uint(0)), KIND, "kind of an entry"),
        one("kind-7", file(b"a").with(2, uint(7)), KIND, "kind of an entry"),
        one("kind-257", file(b"a").with(2, uint(257)), KIND, "CBOR"),
        one("mode-of-17-bits", file(b"a").with(3, uint(0o100_644)), MODE, "mode"),
        one("mode-of-13-bits", file(b"a").with(3, uint(0o10_000)), MODE, "mode"),
        one("mtime-nanoseconds", file(b"a").with(9, uint(1_000_000_000)), NANOS, "nanoseconds"),
        one("ctime-nanoseconds", file(b"a").with(11, uint(4_294_967_295)), NANOS, "nanoseconds"),
        one("link-without-target", link.clone(), TARGET, "target of a link"),
        one("file-with-target", file(b"a").with(16, target.clone()), TARGET, "target of a link"),
        one("directory-with-target", directory(b"a").with(16, target), TARGET, "target of a link"),
        one("device-without-numbers", directory(b"a").with(2, uint(5)), NUMBERS, "device number"),
        one("file-with-numbers", file(b"a").with(17, numbers.clone()), NUMBERS, "device number"),
        one(
            "pipe-with-numbers",
            directory(b"a").with(2, uint(4)).with(17, numbers),
            NUMBERS,
            "device number",
        ),
        one("links-0", file(b"a").with(14, uint(0)), LINKS, "number of hard links"),
        one("device-without-links", file(b"a").with(13, uint(5)), LINKS, "number of hard links"),
        one(
            "device-with-links-1",
            file(b"a").with(13, uint(5)).with(14, uint(1)),
            LINKS,
            "number of hard links",
        ),
        one("directory-with-size", directory(b"a").with(15, uint(1)), CONTENT, "content of an entry"),
        one("link-with-depth", link.with(16, bytes(*b"b")).with(19, uint(1)), CONTENT, "content of an entry"),
        one(
            "directory-with-records",
            directory(b"a").with(20, bytes(record([7; 32], 1))),
            CONTENT,
            "content of an entry",
        ),
    ];
    vectors.extend([2, 3, 4, 5, 8, 10, 12].map(|key| {
        let name = format!("entry-without-{key}");
        one(
            &name,
            file(b"a").without(key),
            MISSING,
            if key == 2 { "kind of an entry" } else { "lacks a key" },
        )
    }));
    vectors
}

fn more_entries() -> Vec<Vector> {
    let one = |name: &str, entry: Map, reason, error| refused(name, 0, node(0, &[entry]), reason, error);
    let sized = |size: u64, depth: u64, records: Vec<u8>| {
        file(b"a").with(15, uint(size)).with(19, uint(depth)).with(20, bytes(records))
    };
    let id = seal::made_of("first");
    vec![
        one("records-shorter-than-the-file", sized(101, 0, record(id, 100)), SIZE, "size of a file"),
        one("records-longer-than-the-file", sized(99, 0, record(id, 100)), SIZE, "size of a file"),
        one("file-without-records", file(b"a").with(15, uint(1)), SIZE, "size of a file"),
        one(
            "file-with-records-and-no-size",
            file(b"a").with(20, bytes(record(id, 1))),
            SIZE,
            "size of a file",
        ),
        one("depth-9", sized(100, 9, record(id, 36)), RECIPE, "depth of a recipe"),
        one("depth-256", sized(100, 256, record(id, 36)), RECIPE, "CBOR"),
        one("hole-at-depth-1", sized(100, 1, record([0; 32], 36)), RECIPE, "hole in a recipe of records"),
        one("half-a-record", sized(100, 0, vec![7; 18]), RECIPE, "length of a record list"),
        one("record-of-0", sized(0, 0, record(id, 0)), RECIPE, "length of a record"),
        one("record-over-16-mib", sized(1 << 25, 0, record(id, 1 << 25)), RECIPE, "length of a record"),
        one("owner-over-32-bits", file(b"a").with(4, uint(1 << 32)), TYPE, "CBOR"),
        one("group-over-32-bits", file(b"a").with(5, uint(1 << 32)), TYPE, "CBOR"),
        one("owner-text", file(b"a").with(4, text("root")), TYPE, "CBOR"),
        one("owner-name-bytes", file(b"a").with(6, bytes(*b"root")), TYPE, "CBOR"),
        one("owner-name-not-utf-8", file(b"a").with(6, Item::Raw(vec![0x61, 0xff])), TYPE, "CBOR"),
        one("mtime-over-64-bits", file(b"a").with(8, uint(1 << 63)), TYPE, "CBOR"),
        one("mtime-an-array", file(b"a").with(8, array([uint(5), uint(0)])), TYPE, "CBOR"),
        one("size-negative", file(b"a").with(15, Item::Negative(0)), TYPE, "CBOR"),
        one("changed-uint", file(b"a").with(21, uint(1)), TYPE, "CBOR"),
        one("target-text", directory(b"a").with(2, uint(3)).with(16, text("b")), TYPE, "CBOR"),
        one("numbers-of-one", directory(b"a").with(2, uint(5)).with(17, array([uint(8)])), TYPE, "CBOR"),
        one(
            "numbers-over-32-bits",
            directory(b"a").with(2, uint(5)).with(17, array([uint(8), uint(1 << 32)])),
            TYPE,
            "CBOR",
        ),
        one(
            "attribute-without-value",
            file(b"a").with(18, array([array([bytes(*b"user.a")])])),
            TYPE,
            "CBOR",
        ),
        one(
            "attributes-texts",
            file(b"a").with(18, array([array([text("user.a"), text("b")])])),
            TYPE,
            "CBOR",
        ),
        refused("item-an-array", 0, vec![0, 1, 0, 0, 1, 0, 0, 0, 0x83, 1, 1, 1], TYPE, "CBOR"),
    ]
}
