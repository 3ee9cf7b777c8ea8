//! What holds between objects.

use serde_json::json;
use strongroom::base::PackId;
use strongroom::format::{IndexedPack, ObjectKind, index};

use super::cbor::{self, bytes, time, uint};
use super::house::{House, Node, one_chunk, recipe};
use super::objects::NAME;
use super::pack::{self, Parts, Region};
use super::repository::config;
use super::tree::{directory, file, record};
use super::vector::{Vector, flipped};
use super::{manifest, seal};

const ORDER: &str = "a path that is not greater than the one before it in the whole tree";
const BELOW: &str = "an entry below one that is no directory";
const FIRST: &str = "a child whose first path is not the one its parent says";
const LEVEL: &str = "a level other than the one that its parent or the manifest says";
const LENGTH: &str = "a chunk of another length than its record, its child item or the root says";
const SIZE: &str = "records that do not join to the size of the file";
const WHOLE: &str = "a chunk of a record stream that does not hold whole records";
const DEEP_HOLE: &str = "a hole among records of a depth over 0";
const NOWHERE: &str = "a chunk that is in no pack";
const CHUNK: &str = "always: **a chunk whose id is not the keyed hash of its plaintext**";

pub fn vectors() -> Vec<Vector> {
    [takens(), trees(), recipes(), objects()].concat()
}

pub fn first() -> House {
    let mut house = House::new("1");
    let hello = one_chunk(&mut house, "srv/hello", b"hello");
    let root = house.node(0, &[directory(b"srv"), hello]);
    house.snapshot(&root)
}

fn takens() -> Vec<Vector> {
    let hello: &[(&str, &[u8])] = &[("srv/hello", b"hello")];
    let mut two_levels = House::new("of-two-levels");
    let (a, b) = (one_chunk(&mut two_levels, "a", b"one"), one_chunk(&mut two_levels, "b/c", b"two"));
    let leaves = [two_levels.node(0, &[a]), two_levels.node(0, &[directory(b"b"), b])];
    let root = two_levels.node(1, &[leaves[0].below("a", 1), leaves[1].below("b", 2)]);
    let mut deep = House::new("of-records-of-records");
    let content = [b"hello".as_slice(), b"world"].map(|chunk| record(deep.chunk(chunk), 5));
    let streams = [content[0].clone(), [content[1].clone(), record([0; 32], 3)].concat()];
    let [one, two] = streams.map(|stream| (deep.chunk(&stream), u32::try_from(stream.len()).unwrap()));
    let of_records = deep.node(0, &[recipe("f", 13, 1, &[record(one.0, one.1), record(two.0, two.1)])]);
    vec![
        first().taken(hello),
        two_levels.snapshot(&root).taken(&[("a", b"one"), ("b/c", b"two")]),
        deep.snapshot(&of_records).taken(&[("f", b"helloworld\0\0\0")]),
        without_parents().taken(&[("a/b/c", b"deep"), ("d/e", b"below")]),
        linked().taken(&[("a", b"first"), ("b", b"first"), ("c", b"other")]),
        strange_names().taken(hello),
        indexed(0).taken(hello),
        latest(),
    ]
}

/// Files below directories that have no entries.
fn without_parents() -> House {
    let mut house = House::new("without-parents");
    let files = [one_chunk(&mut house, "a/b/c", b"deep"), one_chunk(&mut house, "d/e", b"below")];
    let root = house.node(0, &files);
    house.snapshot(&root)
}

/// Two names of one file, of which the first counts, and a file that has the same inode number on another device.
fn linked() -> House {
    let mut house = House::new("of-hard-links");
    let mut file = |path: &str, content: &[u8], device: u64| {
        one_chunk(&mut house, path, content).with(13, uint(device)).with(14, uint(2))
    };
    let files = [file("a", b"first", 5), file("b", b"second", 5), file("c", b"other", 6)];
    let root = house.node(0, &files);
    house.snapshot(&root)
}

/// Objects whose names are none, and a pack in a folder that is not its own: all of them ignored.
fn strange_names() -> House {
    let mut house = House { name: "repository-of-strange-names".into(), ..first() };
    let pack = house.objects.keys().find(|name| name.starts_with("packs/")).unwrap()[9..].to_owned();
    let wrong = if pack.starts_with("00") { "01" } else { "00" };
    for name in [
        format!("packs/{wrong}/{pack}"),
        "snapshots/readme".into(),
        "index/readme".into(),
        "other/readme".into(),
    ] {
        house.objects.insert(name, seal::hex(b"not an object").into());
    }
    house
}

/// The first repository with an index object that says its pack is longer by this.
fn indexed(longer: u64) -> House {
    let mut house = House { name: format!("repository-indexed-{longer}"), ..first() };
    let (_, pack) = house.objects.iter().find(|(name, _)| name.starts_with("packs/")).unwrap();
    let pack = seal::unhex(pack.as_str().unwrap());
    let chunks: Vec<&[u8]> = house.chunks.iter().map(Vec::as_slice).collect();
    let contents = pack::contents(&[Region::stored(&chunks)]);
    let id = PackId::new(*blake3::hash(&pack).as_bytes());
    let body = index::encode(&[IndexedPack { id, bytes: pack.len() as u64 + longer, contents }]).unwrap();
    house.put("index", &seal::object(ObjectKind::Index, &house.name.clone(), &body));
    house
}

/// Latest is by sequence, then start, then id, and only of complete ones.
fn latest() -> Vector {
    let mut house = House { name: "repository-of-many-snapshots".into(), ..first() };
    house.objects.retain(|name, _| !name.starts_with("snapshots/"));
    let hello = one_chunk(&mut house, "srv/hello", b"hello");
    let root = house.node(0, &[directory(b"srv"), hello]);
    let body = manifest::of_root(root.id, root.bytes, 0);
    let at = |sequence: u64, started: u64| body.clone().with(1, uint(sequence)).with(3, time(started, 0));
    let mut ids = vec![
        house.put_manifest(&at(1, 900)),
        house.put_manifest(&at(2, 500)),
        house.put_manifest(&at(2, 600)),
        house.put_manifest(&at(2, 600)),
        house.put_manifest(&at(3, 10).with(11, uint(2))),
        house.put_manifest(&at(4, 10).with(11, uint(3))),
    ];
    ids[2..4].sort();
    let decoded = json!({"snapshots": ids, "latest": ids[3]});
    Vector::taken("repository", house.name, config(), decoded).with("objects", house.objects)
}

fn trees() -> Vec<Vector> {
    let leaf = |name: &str, items: &[cbor::Map]| {
        let mut house = House::new(name);
        let root = house.node(0, items);
        house.snapshot(&root)
    };
    let two = |name: &str, a: &[cbor::Map], b: &[cbor::Map], firsts: [&str; 2]| {
        let mut house = House::new(name);
        let leaves = [house.node(0, a), house.node(0, b)];
        let root = house.node(
            1,
            &[leaves[0].below(firsts[0], a.len() as u64), leaves[1].below(firsts[1], b.len() as u64)],
        );
        house.snapshot(&root)
    };
    let above = |name: &str, level: u8, change: &dyn Fn(cbor::Map) -> cbor::Map| {
        let mut house = House::new(name);
        let leaf = house.node(0, &[file(b"a"), file(b"b")]);
        let root = house.node(level, &[change(leaf.below("a", 2))]);
        house.snapshot(&root)
    };
    let root = |name: &str, level: u8, longer: u64| {
        let mut house = House::new(name);
        let root = house.node(0, &[file(b"a")]);
        house.snapshot(&Node { level, bytes: root.bytes + longer, ..root })
    };
    let link = directory(b"a").with(2, uint(3)).with(16, bytes(*b"/tmp"));
    vec![
        two("order-across-leaves", &[file(b"a"), file(b"c")], &[file(b"b")], ["a", "b"])
            .refused(ORDER, "it is out of order"),
        two("same-path-in-two-leaves", &[file(b"a"), file(b"b")], &[file(b"b")], ["a", "b"])
            .refused(ORDER, "it is out of order"),
        leaf("below-a-file", &[file(b"a"), file(b"a/b")])
            .refused(BELOW, "below something that is no directory"),
        leaf("below-a-link", &[link.clone(), file(b"a/b")])
            .refused(BELOW, "below something that is no directory"),
        leaf("far-below-a-link", &[link.clone(), file(b"a/b/c")])
            .refused(BELOW, "below something that is no directory"),
        two("below-a-link-across-leaves", &[link], &[file(b"a/b")], ["a", "a/b"])
            .refused(BELOW, "below something that is no directory"),
        above("another-first-path", 1, &|child| child.with(1, bytes(*b"b")))
            .refused(FIRST, "first path of a tree node"),
        above("first-path-before-the-first", 1, &|child| child.with(1, bytes(*b"0")))
            .refused(FIRST, "first path of a tree node"),
        above("a-leaf-two-levels-down", 2, &|child| child).refused(LEVEL, "level of a tree node"),
        root("root-of-another-level", 1, 0).refused(LEVEL, "level of a tree node"),
        root("root-longer", 0, 1).refused(LENGTH, "its length is not the one its parent says"),
        above("child-longer", 1, &|child| child.with(3, uint(9000)))
            .refused(LENGTH, "its length is not the one its parent says"),
        above("child-nowhere", 1, &|child| child.with(2, bytes([7; 32]))).refused(NOWHERE, "is missing"),
    ]
}

fn recipes() -> Vec<Vector> {
    let with = |name: &str, make: &dyn Fn(&mut House) -> cbor::Map| {
        let mut house = House::new(name);
        let file = make(&mut house);
        let root = house.node(0, &[file]);
        house.snapshot(&root)
    };
    /// A file of depth 1 whose records are in chunks of these bytes.
    fn deep(house: &mut House, size: u64, chunks: &[&[u8]]) -> cbor::Map {
        let records: Vec<_> =
            chunks.iter().map(|chunk| record(house.chunk(chunk), chunk.len().try_into().unwrap())).collect();
        recipe("f", size, 1, &records)
    }
    let hello = |house: &mut House| record(house.chunk(b"hello"), 5);
    vec![
        with("chunk-nowhere", &|_| recipe("f", 5, 0, &[record([7; 32], 5)])).refused(NOWHERE, ""),
        with("chunk-longer-than-its-record", &|house| recipe("f", 4, 0, &[record(house.chunk(b"hello"), 4)]))
            .refused(LENGTH, ""),
        with("chunk-shorter-than-its-record", &|house| {
            recipe("f", 6, 0, &[record(house.chunk(b"hello"), 6)])
        })
        .refused(LENGTH, ""),
        with("records-chunk-longer-than-its-record", &|house| {
            let records = hello(house);
            recipe("f", 5, 1, &[record(house.chunk(&records), 35)])
        })
        .refused(LENGTH, "its length is not the one its recipe says"),
        with("record-across-two-chunks", &|house| {
            let records = [hello(house), hello(house)].concat();
            deep(house, 10, &[&records[..40], &records[40..]])
        })
        .refused(WHOLE, "length of a record list"),
        with("half-a-record-at-the-end", &|house| {
            let records = hello(house);
            deep(house, 5, &[&records, &records[..18]])
        })
        .refused(WHOLE, "length of a record list"),
        with("records-longer-than-the-file", &|house| {
            let records = [hello(house), hello(house)].concat();
            deep(house, 9, &[&records])
        })
        .refused(SIZE, "it is longer than its file"),
        with("records-shorter-than-the-file", &|house| {
            let records = hello(house);
            deep(house, 6, &[&records])
        })
        .refused(SIZE, "it is shorter than its file"),
        with("deep-recipe-of-nothing", &|_| recipe("f", 1, 1, &[]))
            .refused(SIZE, "it is shorter than its file"),
        with("hole-among-records-of-records", &|house| {
            let inner = record([0; 32], 36);
            recipe("f", 5, 2, &[record(house.chunk(&inner), 36)])
        })
        .refused(DEEP_HOLE, "a hole among records of records"),
    ]
}

fn objects() -> Vec<Vector> {
    let renamed = |name: &str, folder: &str| {
        let mut house = House { name: format!("repository-{name}"), ..indexed(0) };
        let place = house.objects.keys().find(|name| name.starts_with(folder)).unwrap().clone();
        let object = seal::unhex(house.objects[&place].as_str().unwrap());
        house.objects.insert(place, seal::hex(&flipped(&object, object.len() / 2)).into());
        house
    };
    let mut lied = first();
    lied.objects.retain(|name, _| !name.starts_with("packs/"));
    lied.name = "repository-of-a-false-id".into();
    let false_chunk = Region {
        encoded: [lied.chunks[0].to_ascii_uppercase(), lied.chunks[1].clone()].concat(),
        ..Region::stored(&[&lied.chunks[0], &lied.chunks[1]])
    };
    let pack = Parts::new("repository-of-a-false-id", &[false_chunk]).bytes();
    lied.put(&format!("packs/{}", &blake3::hash(&pack).to_hex()[..2]), &pack);
    vec![
        renamed("manifest-flipped", "snapshots/").refused(NAME, "its hash is not its name"),
        renamed("index-flipped", "index/").refused(NAME, "its hash is not its name"),
        renamed("pack-flipped", "packs/").refused(NAME, "its hash is not its name"),
        indexed(1).refused("an index object that tells of another length than a pack has", "bytes and not"),
        lied.refused(CHUNK, ""),
    ]
}
