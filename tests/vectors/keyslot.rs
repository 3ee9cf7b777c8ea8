//! Key slots and recovery kits. Deriving a key takes a tenth of a second and 64 MiB, so all slots here have one password and one salt.

use std::sync::OnceLock;

use serde_json::json;
use strongroom::base::RepositoryId;
use strongroom::crypto::{PasswordCost, PasswordKey};
use strongroom::format::{KeySlotHeader, recovery};

use super::cbor::{Item, Map, bytes, map, text, time};
use super::objects::{CLOSED, MAGIC, MISSING, NAME, RESERVED, SHORT, TYPE, VERSION};
use super::seal;
use super::vector::{Vector, changed, flipped, longer};

const KIND: &str = "another kind";
const MEMORY: &str = "memory under 65,536 KiB or over 4,194,304 KiB";
const PASSES: &str = "passes under 3 or over 64";
const LANES: &str = "lanes under 1 or over 64";
const PRODUCT: &str =
    "memory times passes over 16,777,216, so that a foreign slot cannot keep a machine busy for long";
const COMMITMENT: &str = "a commitment that differs";
const MASTER: &str = "a master key that is not 32 bytes";
const ROWS: &str = "a kit of more or fewer than 8 rows";
const ROW: &str = "a row that has not 20 digits, or whose check group differs";

const PASSWORD: &str = "correct horse battery staple";
const COST: PasswordCost = PasswordCost { memory_kib: 65_536, passes: 3, lanes: 1 };

fn key() -> &'static PasswordKey {
    static KEY: OnceLock<PasswordKey> = OnceLock::new();
    KEY.get_or_init(|| PasswordKey::derive(PASSWORD.as_bytes(), &seal::made_of("key slot"), COST).unwrap())
}

fn header() -> KeySlotHeader {
    let PasswordCost { memory_kib, passes, lanes } = COST;
    KeySlotHeader {
        memory_kib,
        passes,
        lanes,
        salt: seal::made_of("key slot"),
        commitment: *key().commitment(),
    }
}

fn body() -> Map {
    map([(1, bytes(seal::master())), (2, text("first")), (3, time(1_790_000_000, 0)), (4, text("db1"))])
}

/// A slot as the header says, whose message is sealed to it.
fn object(header: &KeySlotHeader, body: &Map) -> Vec<u8> {
    let seal = key().seal(RepositoryId::new(seal::repository()), &header.encode());
    seal::message_after(&seal, 0, &header.encode(), &seal::envelope(&body.bytes()))
}

pub fn vectors() -> Vec<Vector> {
    let mut vectors = [slots(), costs(), bodies()].concat();
    vectors = vectors
        .into_iter()
        .map(|vector| match vector.fields.iter().any(|(key, _)| *key == "password") {
            true => vector,
            false => vector.with("password", PASSWORD),
        })
        .collect();
    vectors.extend(kits());
    vectors
}

fn slots() -> Vec<Vector> {
    let good = object(&header(), &body());
    let refused = |name: &str, bytes: Vec<u8>, reason, error| {
        Vector::refused("keyslot", format!("keyslot-{name}"), bytes, reason, error)
    };
    let all = json!({
        "memory_kib": 65_536, "passes": 3, "lanes": 1, "master": seal::hex(&seal::master()), "label": "first",
        "made": [1_790_000_000, 0], "host": "db1",
    });
    let last = good.len() - 1;
    let another_name = seal::hex(&seal::made_of("another name"));
    vec![
        Vector::taken("keyslot", "keyslot-1", good.clone(), all),
        Vector::taken(
            "keyslot",
            "keyslot-without-host",
            object(&header(), &body().without(4)),
            json!({"host": null}),
        ),
        refused("under-another-name", good.clone(), NAME, "name").with("name_id", another_name),
        refused("nothing", vec![], SHORT, "cut short"),
        refused("cut-in-header", good[..95].to_vec(), SHORT, "cut short"),
        refused("cut-after-header", good[..96].to_vec(), SHORT, "does not open"),
        refused("cut-in-tag", good[..last].to_vec(), CLOSED, "does not open"),
        refused("longer", longer(&good), CLOSED, "does not open"),
        refused("magic-flipped", flipped(&good, 7), MAGIC, "not this kind"),
        refused("version-2", changed(&good, 8, 2), VERSION, "version 2"),
        refused("kind-0", changed(&good, 10, 0), KIND, "kind of a key slot"),
        refused("kind-2", changed(&good, 10, 2), KIND, "kind of a key slot"),
        refused("reserved", changed(&good, 24, 1), RESERVED, "reserved bytes at offset 24"),
        refused("reserved-last", changed(&good, 31, 1), RESERVED, "reserved bytes at offset 24"),
        refused("another-password", good.clone(), COMMITMENT, "another password")
            .with("password", "correct horse"),
        refused("commitment-flipped", flipped(&good, 64), COMMITMENT, "another password"),
        refused("ciphertext-flipped", flipped(&good, 96), CLOSED, "does not open"),
        refused("tag-flipped", flipped(&good, last), CLOSED, "does not open"),
        refused("of-another-repository", good, CLOSED, "does not open")
            .with("repository", seal::hex(&seal::made_of("another repository"))),
    ]
}

fn costs() -> Vec<Vector> {
    let refused = |name: &str, header: KeySlotHeader, reason| {
        Vector::refused("keyslot", format!("keyslot-{name}"), object(&header, &body()), reason, "is refused")
    };
    vec![
        refused("memory-under", KeySlotHeader { memory_kib: 65_535, ..header() }, MEMORY),
        refused("memory-0", KeySlotHeader { memory_kib: 0, ..header() }, MEMORY),
        refused("memory-over", KeySlotHeader { memory_kib: 4_194_305, ..header() }, MEMORY),
        refused("memory-largest", KeySlotHeader { memory_kib: u32::MAX, ..header() }, MEMORY),
        refused("passes-2", KeySlotHeader { passes: 2, ..header() }, PASSES),
        refused("passes-65", KeySlotHeader { passes: 65, ..header() }, PASSES),
        refused("lanes-0", KeySlotHeader { lanes: 0, ..header() }, LANES),
        refused("lanes-65", KeySlotHeader { lanes: 65, ..header() }, LANES),
        refused("too-busy", KeySlotHeader { memory_kib: 4_194_304, passes: 5, ..header() }, PRODUCT),
        refused(
            "too-busy-with-64-passes",
            KeySlotHeader { memory_kib: 262_145, passes: 64, ..header() },
            PRODUCT,
        ),
    ]
}

fn bodies() -> Vec<Vector> {
    let refused = |name: &str, body: Map, reason, error| {
        Vector::refused("keyslot", format!("keyslot-{name}"), object(&header(), &body), reason, error)
    };
    vec![
        refused("master-of-31", body().with(1, bytes([7; 31])), MASTER, "CBOR"),
        refused("master-of-33", body().with(1, bytes([7; 33])), MASTER, "CBOR"),
        refused("master-text", body().with(1, text(&"k".repeat(32))), TYPE, "CBOR"),
        refused("label-bytes", body().with(2, Item::Bytes(vec![])), TYPE, "CBOR"),
        refused("without-master", body().without(1), MISSING, "missing"),
        refused("without-label", body().without(2), MISSING, "missing"),
        refused("without-time", body().without(3), MISSING, "missing"),
    ]
}

fn kits() -> Vec<Vector> {
    let kit = recovery::encode(RepositoryId::new(seal::repository()), &seal::master());
    let rows: Vec<&str> = kit.lines().collect();
    let decoded = json!({"repository": seal::hex(&seal::repository()), "master": seal::hex(&seal::master())});
    let taken = |name: &str, text: &str| {
        Vector::taken("recovery-kit", format!("recovery-kit-{name}"), text.into(), decoded.clone())
    };
    let refused = |name: &str, text: &str, reason, error| {
        Vector::refused("recovery-kit", format!("recovery-kit-{name}"), text.into(), reason, error)
    };
    let bare: Vec<String> = rows.iter().map(|row| row[3..].replace(' ', "")).collect();
    let mut swapped = bare.clone();
    swapped.swap(2, 3);
    let mistyped = |row: usize, from: char| {
        let to = if from == '0' { "1" } else { "0" };
        let mut bare = bare.clone();
        let at = bare[row].find(from).unwrap();
        bare[row].replace_range(at..=at, to);
        bare.join("\n")
    };
    let digit = |row: usize, at: usize| bare[row].chars().nth(at).unwrap();
    vec![
        taken("1", &kit),
        taken("in-capitals", &kit.to_uppercase()),
        taken("without-numbers-and-spaces", &(bare.join("\n") + "\n")),
        taken("with-empty-lines", &format!("\n{}\n\n", rows.join("\n\n"))),
        refused("nothing", "", ROWS, "8 rows"),
        refused("of-7-rows", &rows[..7].join("\n"), ROWS, "8 rows"),
        refused("of-9-rows", &nine_rows(&kit), ROWS, "8 rows"),
        refused("mistyped", &mistyped(0, digit(0, 0)), ROW, "row 1"),
        refused("mistyped-in-the-last-row", &mistyped(7, digit(7, 3)), ROW, "row 8"),
        refused("check-group-mistyped", &(kit[..kit.len() - 1].to_owned() + "g"), ROW, "row 8"),
        refused("rows-swapped", &swapped.join("\n"), ROW, "row 3"),
        refused("row-cut", &kit[..kit.len() - 1], ROW, "row 8"),
        refused("row-longer", &(kit.clone() + "00"), ROW, "row 8"),
        refused("row-without-check-group", &kit[..kit.len() - 5], ROW, "row 8"),
        refused("not-digits", &bare.join("\n").replacen(digit(1, 0), "z", 1), ROW, "row 1"),
    ]
}

/// The kit and a ninth row whose check group is right.
fn nine_rows(kit: &str) -> String {
    let row = [0; 8];
    let hash = blake3::Hasher::new().update(b"strongroom recovery\x09").update(&row).finalize();
    format!("{kit}\n9  0000 0000 0000 0000 {}", &hash.to_hex()[..4])
}
