//! What all sealed objects and all CBOR must be refused for.

use serde_json::{Value, json};
use strongroom::base::Encoding;
use strongroom::format::{Envelope, ObjectKind};

use super::cbor::{Item, array, bytes, map, text, time, uint};
use super::conventions::{LENGTH, TORN};
use super::vector::{Vector, changed, flipped, longer};
use super::{lease, seal};

pub const MAGIC: &str = "another magic than that of its kind";
pub const VERSION: &str = "a version other than 1";
pub const RESERVED: &str = "reserved bytes that are not zero";
pub const SHORT: &str = "an object shorter than its header and a tag";
pub const CLOSED: &str = "a message that does not open";
pub const NAME: &str = "an object whose hash is not its name";
pub const MISSING: &str = "a map in which a key that it needs is missing";
pub const TYPE: &str = "a value of another type than the table says, or one that the type has no room for";
pub const TIME: &str = "a time that is not an array of two, or whose nanoseconds are over 999,999,999";
pub const AFTER: &str = "bytes after the map";
pub const MALFORMED: &str = "CBOR that is not well-formed or ends early";

/// A mark is the smallest object of CBOR.
pub fn cbor() -> Vec<Vector> {
    let good = lease::mark();
    let object = |name: &str, body: &[u8]| seal::object(ObjectKind::Mark, name, body);
    let taken =
        |name: &str, body: &[u8], decoded: Value| Vector::taken("mark", name, object(name, body), decoded);
    let refused =
        |name: &str, body: &[u8], reason| Vector::refused("mark", name, object(name, body), reason, "CBOR");
    let body = good.bytes();
    let cut = |bytes: usize| body[..body.len() - bytes].to_vec();
    let unknown = good.clone().with(9, array([text("later"), Item::Map(map([(1, bytes([2]))]))]));
    let unknown =
        unknown.with(300, Item::Raw(vec![0xc1, 0xf9, 0x3c, 0x00])).with(1 << 40, Item::Negative(u64::MAX));
    let wide = Item::Raw(vec![0x1b, 0, 0, 0, 0, 0, 0, 0, 9]);
    vec![
        taken("cbor-unknown-keys", &unknown.bytes(), json!({"sequence": 9})),
        taken(
            "cbor-a-number-wider-than-it-needs-to-be",
            &good.clone().with(2, wide).bytes(),
            json!({"sequence": 9}),
        ),
        taken(
            "cbor-largest-uint",
            &good.clone().with(2, uint(u64::MAX)).bytes(),
            json!({"sequence": u64::MAX}),
        ),
        refused("cbor-nothing", &[], MALFORMED),
        refused("cbor-cut", &cut(1), MALFORMED),
        refused(
            "cbor-cut-after-a-key",
            &good.clone().without(4).with(4, Item::Raw(vec![])).bytes(),
            MALFORMED,
        ),
        refused(
            "cbor-longer-than-everything",
            &good
                .clone()
                .with(4, Item::Raw(vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))
                .bytes(),
            MALFORMED,
        ),
        refused(
            "cbor-additional-information-28",
            &good.clone().with(2, Item::Raw(vec![0x1c])).bytes(),
            MALFORMED,
        ),
        refused(
            "cbor-unknown-key-not-well-formed",
            &good.clone().with(9, Item::Raw(vec![0x3e])).bytes(),
            MALFORMED,
        ),
        refused(
            "cbor-unknown-array-of-too-many",
            &good.clone().with(9, Item::Raw(vec![0x9b, 255, 255, 255, 255, 255, 255, 255, 255])).bytes(),
            MALFORMED,
        ),
        refused("cbor-a-byte-after", &longer(&body), AFTER),
        refused("cbor-a-second-map", &[body.clone(), body.clone()].concat(), AFTER),
        refused("cbor-an-array", &[[0x84].as_slice(), &body[1..]].concat(), TYPE),
        refused("cbor-missing-key", &good.clone().without(2).bytes(), MISSING),
        refused("cbor-empty-map", &[0xa0], MISSING),
    ]
}

pub fn cbor_types() -> Vec<Vector> {
    let good = lease::mark();
    let refused = |name: &str, key: u64, item: Item, reason| {
        let name = format!("cbor-{name}");
        let object = seal::object(ObjectKind::Mark, &name, &good.clone().with(key, item).bytes());
        Vector::refused("mark", name, object, reason, "CBOR")
    };
    let taken = |name: &str, key: u64, item: Item, decoded: Value| {
        let name = format!("cbor-{name}");
        Vector::taken(
            "mark",
            name.clone(),
            seal::object(ObjectKind::Mark, &name, &good.clone().with(key, item).bytes()),
            decoded,
        )
    };
    let before_1970 = array([Item::Negative(0), uint(999_999_999)]);
    let earliest = array([Item::Negative(i64::MAX.unsigned_abs()), uint(0)]);
    vec![
        taken("time-before-1970", 1, before_1970, json!({"written": [-1, 999_999_999]})),
        taken("earliest-time", 1, earliest, json!({"written": [i64::MIN, 0]})),
        refused("text-for-uint", 2, text("9"), TYPE),
        refused("negative-for-uint", 2, Item::Negative(0), TYPE),
        refused("null-for-uint", 2, Item::Raw(vec![0xf6]), TYPE),
        refused("float-for-uint", 2, Item::Raw(vec![0xf9, 0x3c, 0x00]), TYPE),
        refused("bignum-for-uint", 2, Item::Raw(vec![0xc2, 0x41, 9]), TYPE),
        refused("bool-for-uint", 2, Item::Raw(vec![0xf5]), TYPE),
        refused("text-for-bytes", 3, text(""), TYPE),
        refused("array-for-bytes", 3, array([]), TYPE),
        refused("uint-for-time", 1, uint(5), TIME),
        refused("time-of-one", 1, array([uint(5)]), TIME),
        refused("time-of-three", 1, array([uint(5), uint(0), uint(0)]), TIME),
        refused("time-with-a-second-of-nanoseconds", 1, time(5, 1_000_000_000), TIME),
        refused("time-with-negative-nanoseconds", 1, array([uint(5), Item::Negative(0)]), TIME),
        refused("time-over-64-bits", 1, array([uint(1 << 63), uint(0)]), TYPE),
        refused("time-of-texts", 1, array([text("5"), text("0")]), TYPE),
    ]
}

/// What every sealed object must be refused for. `good` is one.
pub fn sealed(object: &'static str, kind: ObjectKind, prefix: &str, body: &[u8]) -> Vec<Vector> {
    let good = seal::object(kind, &format!("{prefix}-1"), body);
    let another = |kind| seal::object(kind, &format!("{prefix}-another-kind"), body);
    let plain = seal::envelope(body);
    let refused = |name: &str, bytes: Vec<u8>, reason, error| {
        Vector::refused(object, format!("{prefix}-{name}"), bytes, reason, error)
    };
    let inside = |name: &str, plain: &[u8], reason, error| {
        refused(name, seal::object_of(kind, &format!("{prefix}-{name}"), plain), reason, error)
    };
    let last = good.len() - 1;
    let other = if kind == ObjectKind::Lease { ObjectKind::Mark } else { ObjectKind::Lease };
    let relabelled = [&good[..8], &another(other)[8..]].concat();
    let damaged = Envelope { encoding: Encoding::Zstd, plain_bytes: 5, body: b"hello" }.encode().unwrap();
    vec![
        refused("nothing", vec![], SHORT, "cut short"),
        refused("cut-in-magic", good[..7].to_vec(), SHORT, "cut short"),
        refused("cut-before-version", good[..8].to_vec(), SHORT, "cut short"),
        refused("cut-in-salt", good[..47].to_vec(), SHORT, "cut short"),
        refused("cut-after-header", good[..48].to_vec(), SHORT, "does not open"),
        refused("cut-in-tag", good[..last].to_vec(), CLOSED, "does not open"),
        refused("longer", longer(&good), CLOSED, "does not open"),
        refused("magic-flipped", flipped(&good, 0), MAGIC, "not this kind"),
        refused("of-another-kind", another(other), MAGIC, "not this kind"),
        refused("relabelled", relabelled, CLOSED, "does not open"),
        refused("version-0", changed(&good, 8, 0), VERSION, "version 0"),
        refused("version-2", changed(&good, 8, 2), VERSION, "version 2"),
        refused("version-257", changed(&good, 9, 1), VERSION, "version 257"),
        refused("reserved", changed(&good, 10, 1), RESERVED, "reserved bytes at offset 10"),
        refused("reserved-last", changed(&good, 15, 1), RESERVED, "reserved bytes at offset 10"),
        refused("salt-flipped", flipped(&good, 16), CLOSED, "does not open"),
        refused("ciphertext-flipped", flipped(&good, 48), CLOSED, "does not open"),
        refused("tag-flipped", flipped(&good, last), CLOSED, "does not open"),
        refused("of-another-repository", good.clone(), CLOSED, "does not open")
            .with("repository", seal::hex(&seal::made_of("another repository"))),
        inside("envelope-cut", &plain[..plain.len() - 1], LENGTH, ""),
        inside("envelope-of-nothing", &[], LENGTH, "cut short"),
        inside("envelope-not-a-frame", &damaged, TORN, "not a frame"),
    ]
}
