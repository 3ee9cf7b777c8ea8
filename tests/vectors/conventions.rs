//! What all objects share: padding, derived keys, messages, envelopes, frames.

use serde_json::json;
use strongroom::crypto::MessageKind;

use super::objects::{CLOSED, RESERVED};
use super::vector::{Vector, changed, flipped, longer};
use super::{objects, seal};

pub const LENGTH: &str =
    "an envelope of another length than the padding rule gives, or shorter than its body";
const PADDING: &str = "padding that is not zero";
const STORED: &str = "codec 0 with `body_bytes` other than `plain_bytes`";
const CODEC: &str = "a codec that it does not know";
const PLAIN: &str = "`plain_bytes` over 268,435,456";
const FRAME: &str = "a frame that does not decompress to exactly the length that is known";
pub const TORN: &str = "a frame that is damaged or ends early";
pub const ALONE: &str =
    "bytes before or after the frame: a frame that is skipped, a second frame, anything else";
const DICTIONARY: &str = "a frame with a dictionary id";
pub const WINDOW: &str = "a window over 128 MiB";

pub fn vectors() -> Vec<Vector> {
    [padme(), keys(), messages(), envelopes(), frames(), objects::cbor(), objects::cbor_types()].concat()
}

fn padme() -> Vec<Vector> {
    let pairs =
        [(0, 0), (1, 1), (2, 2), (3, 3), (8, 8), (9, 10), (100, 104), (256, 256), (257, 272), (1000, 1024)];
    let pairs = pairs.into_iter().chain([(65_536, 65_536), (65_537, 67_584), (1_000_000, 1_015_808)]);
    pairs
        .map(|(n, padded): (u32, u32)| {
            let bytes = n.to_le_bytes()[..3].to_vec();
            Vector::taken("padme", format!("padme-{n}"), bytes, json!({ "padded": padded }))
        })
        .collect()
}

fn keys() -> Vec<Vector> {
    let keys = seal::keys();
    let gear: Vec<u8> = keys.gear_table().iter().flat_map(|entry| entry.to_le_bytes()).collect();
    let decoded = json!({
        "chunk_id": keys.chunk_id(b"hello").to_string(), "boundary": keys.tree_boundary(1, b"srv/shop"),
        "gear_first": gear.chunks(8).take(4).map(seal::hex).collect::<Vec<_>>(),
        "gear_digest": blake3::hash(&gear).to_hex().as_str(),
    });
    let vector = Vector::taken("keys", "keys-1", seal::master().to_vec(), decoded);
    vec![vector.with("plain", seal::hex(b"hello")).with("level", 1).with("path", seal::hex(b"srv/shop"))]
}

fn messages() -> Vec<Vector> {
    let salt = seal::made_of("salt of message-1");
    let header = b"header".as_slice();
    let sealed =
        seal::message_after(&seal::keys().seal(MessageKind::Region, &salt, header), 3, &[], b"hello");
    let known = |vector: Vector| {
        let vector = vector.with("type", 3).with("position", "3").with("salt", seal::hex(&salt));
        vector.with("header", seal::hex(header))
    };
    let refused = |name: &str, bytes: &[u8]| {
        known(Vector::refused("message", format!("message-{name}"), bytes.to_vec(), CLOSED, "does not open"))
    };
    let last = sealed.len() - 1;
    vec![
        known(Vector::taken("message", "message-1", sealed.clone(), json!({"plain": seal::hex(b"hello")}))),
        refused("another-type", &sealed).with("type", 4),
        refused("another-position", &sealed).with("position", "4"),
        refused("another-header", &sealed).with("header", seal::hex(b"Header")),
        refused("another-salt", &sealed).with("salt", seal::hex(&seal::made_of("another salt"))),
        refused("another-repository", &sealed)
            .with("repository", seal::hex(&seal::made_of("another repository"))),
        refused("another-master-key", &sealed)
            .with("master", seal::hex(&seal::made_of("another master key"))),
        refused("ciphertext-flipped", &flipped(&sealed, 0)),
        refused("tag-flipped", &flipped(&sealed, last)),
        refused("cut", &sealed[..last]),
        refused("shorter-than-a-tag", &sealed[..15]),
        refused("empty", &[]),
        refused("longer", &longer(&sealed)),
    ]
}

/// An envelope that says what it is told to, of the right length.
fn raw_envelope(body_bytes: u32, plain_bytes: u32, codec: u8, body: &[u8], length: usize) -> Vec<u8> {
    let mut out = [body_bytes.to_le_bytes(), plain_bytes.to_le_bytes(), [codec, 0, 0, 0]].concat();
    out.extend_from_slice(body);
    out.resize(length, 0);
    out
}

fn envelopes() -> Vec<Vector> {
    let good = seal::envelope(b"hello");
    let (text, packed) = seal::text();
    let taken = |name: &str, bytes: Vec<u8>, body: &[u8]| {
        Vector::taken("envelope", format!("envelope-{name}"), bytes, json!({"body": seal::hex(body)}))
    };
    let refused = |name: &str, bytes: Vec<u8>, reason, error| {
        Vector::refused("envelope", format!("envelope-{name}"), bytes, reason, error)
    };
    let grown = seal::envelope(&[7; 245]);
    let torn_frame = packed.split_last().unwrap().1.to_vec();
    let torn_bytes = u32::try_from(torn_frame.len()).unwrap();
    vec![
        taken("1", good.clone(), b"hello"),
        taken("empty", seal::envelope(b""), b""),
        taken("compressed", seal::envelope_of(&text, &packed), &text),
        taken("of-245", grown.clone(), &[7; 245]),
        refused("nothing", vec![], LENGTH, "cut short"),
        refused("cut-in-header", good[..11].to_vec(), LENGTH, "cut short"),
        refused("cut-in-body", good[..14].to_vec(), LENGTH, "cut short"),
        refused("cut", good[..255].to_vec(), LENGTH, "length of an envelope"),
        refused("longer", longer(&good), LENGTH, "length of an envelope"),
        refused("not-padded", raw_envelope(245, 245, 0, &[7; 245], 257), LENGTH, "length of an envelope"),
        refused("padded-further", [grown.as_slice(), &[0; 16]].concat(), LENGTH, "length of an envelope"),
        refused("body-longer-than-it", raw_envelope(245, 245, 0, b"", 256), LENGTH, "cut short"),
        refused("body-length-overflows", raw_envelope(u32::MAX, u32::MAX, 0, b"", 256), LENGTH, "cut short"),
        refused("padding-1", changed(&good, 17, 1), PADDING, "reserved bytes at offset 17"),
        refused("padding-last", changed(&good, 255, 1), PADDING, "reserved bytes at offset 17"),
        refused("reserved", changed(&good, 11, 1), RESERVED, "reserved bytes at offset 9"),
        refused("two-lengths", changed(&good, 4, 6), STORED, "codec of an envelope"),
        refused("codec-2", changed(&good, 8, 2), CODEC, "codec of an envelope"),
        refused("codec-255", changed(&good, 8, 255), CODEC, "codec of an envelope"),
        refused("plain-too-long", raw_envelope(5, 268_435_457, 1, b"hello", 256), PLAIN, "plain length"),
        refused("not-a-frame", changed(&good, 8, 1), TORN, "not a frame"),
        refused(
            "frame-torn",
            raw_envelope(torn_bytes, 800, 1, &torn_frame, 256),
            TORN,
            "does not decompress",
        ),
        refused("frame-shorter", changed(&seal::envelope_of(&text, &packed), 4, 0x21), FRAME, "decompress"),
    ]
}

fn frames() -> Vec<Vector> {
    let (plain, good) = seal::text();
    // Headers by hand, and one raw or repeated block: a descriptor, a window of 2^(10 + n), the content.
    let raw = |header: &[u8], block: &[u8]| [&[0x28, 0xb5, 0x2f, 0xfd], header, block].concat();
    let block: &[u8] = &[0x29, 0, 0, b'h', b'e', b'l', b'l', b'o'];
    let repeated: &[u8] = &[0x03, 0x40, 0, b'a'];
    let sized = raw(&[0x20, 5], block);
    let unsized_ = raw(&[0, 0], block);
    let taken = |name: &str, bytes: &[u8], plain: &[u8]| {
        let vector = Vector::taken(
            "frame",
            format!("frame-{name}"),
            bytes.to_vec(),
            json!({"plain": seal::hex(plain)}),
        );
        vector.with("plain_bytes", plain.len())
    };
    let refused = |name: &str, bytes: &[u8], plain_bytes: u32, reason, error| {
        Vector::refused("frame", format!("frame-{name}"), bytes.to_vec(), reason, error)
            .with("plain_bytes", plain_bytes)
    };
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7].as_slice();
    let checked = raw(&[0x24, 5], &[block, &[1, 2, 3, 4]].concat());
    vec![
        taken("1", &good, &plain),
        taken("with-its-size", &sized, b"hello"),
        taken("without-its-size", &unsized_, b"hello"),
        taken("window-of-128-mib", &raw(&[0, 17 << 3], block), b"hello"),
        taken("empty", &raw(&[0, 0], &[1, 0, 0]), b""),
        taken("repeated", &raw(&[0, 7 << 3], repeated), &[b'a'; 2048]),
        refused("one-more-wanted", &good, 801, FRAME, "decompresses to 800 bytes and not to 801"),
        refused("one-less-wanted", &good, 799, FRAME, "does not decompress"),
        refused("size-is-another", &raw(&[0x20, 6], block), 5, FRAME, "does not decompress"),
        refused("size-and-content-are-others", &raw(&[0x20, 6], block), 6, TORN, "does not decompress"),
        refused(
            "bomb",
            &raw(&[0, 7 << 3], &[2, 0, 16, b'a', 3, 0, 16, b'a']),
            16,
            FRAME,
            "does not decompress",
        ),
        refused("nothing", &[], 0, TORN, "not a frame"),
        refused("magic-alone", &good[..4], 0, TORN, "not a frame"),
        refused("cut", &good[..good.len() - 1], 800, TORN, "does not decompress"),
        refused("another-magic", &flipped(&good, 0), 800, TORN, "not a frame"),
        refused("old-version", &changed(&good, 0, 0x27), 800, TORN, "not a frame"),
        refused("block-of-reserved-type", &raw(&[0, 0], &[7, 0, 0]), 0, TORN, "does not decompress"),
        refused("reserved-bit", &raw(&[0x08, 0], block), 5, TORN, "does not decompress"),
        refused("checksum-is-another", &checked, 5, TORN, "does not decompress"),
        refused("bytes-after", &longer(&good), 800, ALONE, "bytes after the frame"),
        refused("a-second-frame", &[good.as_slice(), &good].concat(), 1600, ALONE, "bytes after the frame"),
        refused("skipped-before", &[skipped, &good].concat(), 800, ALONE, "not a frame"),
        refused("skipped-after", &[good.as_slice(), skipped].concat(), 800, ALONE, "bytes after the frame"),
        refused("skipped-alone", skipped, 0, ALONE, "not a frame"),
        refused("dictionary-id", &raw(&[0x01, 0, 9], block), 5, DICTIONARY, "a dictionary id"),
        refused("dictionary-id-of-0", &raw(&[0x03, 0, 0, 0, 0, 0], block), 5, DICTIONARY, "a dictionary id"),
        refused("window-of-144-mib", &raw(&[0, 17 << 3 | 1], block), 5, WINDOW, "a window over 128 MiB"),
        refused("window-of-2-tib", &raw(&[0, 31 << 3], block), 5, WINDOW, "a window over 128 MiB"),
        refused(
            "one-segment-of-128-mib-and-1",
            &raw(&[0xa0, 1, 0, 0, 8], block),
            134_217_729,
            WINDOW,
            "a window over 128 MiB",
        ),
    ]
}
