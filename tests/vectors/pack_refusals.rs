//! Whole packs that must be refused, and how long a chain may be.

use serde_json::json;
use strongroom::base::{ChunkId, Encoding};
use strongroom::crypto::POSITION_CONTENTS;
use strongroom::format::{Contents, Trailer, padme};

use super::conventions::{LENGTH as ENVELOPE_LENGTH, TORN};
use super::delta_refusals::WITHIN;
use super::objects::{CLOSED, MAGIC, NAME, RESERVED, VERSION};
use super::pack::{Parts, Region, contents, edited, refused};
use super::seal;
use super::vector::{Vector, changed, flipped, longer};

const SHORT: &str = "a pack shorter than 96 bytes or over 1 GiB";
const FIT: &str = "a table of contents that does not fit between header and trailer";
const HASH: &str = "a table of contents whose hash is another than in the trailer";
const ROOM: &str = "regions that do not fit before the table of contents";
const OPEN: &str = "a region that does not open";
const LENGTH: &str =
    "a region that does not decompress to exactly its plain bytes, or is stored with another length";
const CHUNK: &str = "always: **a chunk whose id is not the keyed hash of its plaintext**";
const BASE: &str = "a base that is in no pack";
const BASES: &str = "bases of over 128 MiB together";
const CHAIN: &str = "a chain of more than 64 delta regions, or one that leads back to itself";

pub fn vectors() -> Vec<Vector> {
    [ends(), tables(), regions(), encodings(), chunks(), chains()].concat()
}

/// Header, trailer, and where they are.
fn ends() -> Vec<Vector> {
    let parts = Parts::new("pack-1", &[Region::stored(&[b"hello"])]);
    let good = parts.bytes();
    let (end, trailer) = (good.len(), good.len() - 48);
    let bare = [parts.header.as_slice(), &Trailer::of(&[]).unwrap().encode()].concat();
    let fits = u32::try_from(end - 96).unwrap();
    let table_of = |bytes: u32| [&good[..trailer + 12], &bytes.to_le_bytes(), &good[trailer + 16..]].concat();
    let one_less = u32::try_from(parts.sealed.len() - 1).unwrap();
    vec![
        refused("nothing", vec![], SHORT, "0 bytes"),
        refused("header-alone", good[..48].to_vec(), SHORT, "48 bytes"),
        refused("of-95", bare[..95].to_vec(), SHORT, "95 bytes"),
        refused("without-table", bare, CLOSED, "does not open"),
        refused("cut", good[..end - 1].to_vec(), MAGIC, "not this kind"),
        refused("longer", longer(&good), MAGIC, "not this kind"),
        refused("under-another-name", good.clone(), NAME, "its hash is not its name")
            .with("name_id", seal::hex(&seal::made_of("another name"))),
        refused("magic-flipped", flipped(&good, 0), MAGIC, "not this kind"),
        refused("version-2", changed(&good, 8, 2), VERSION, "version 2"),
        refused("reserved", changed(&good, 10, 1), RESERVED, "reserved bytes at offset 10"),
        refused("reserved-last", changed(&good, 15, 1), RESERVED, "reserved bytes at offset 10"),
        refused("salt-flipped", flipped(&good, 16), CLOSED, "does not open"),
        refused("trailer-magic-flipped", flipped(&good, trailer), MAGIC, "not this kind"),
        refused("trailer-version-2", changed(&good, trailer + 8, 2), VERSION, "version 2"),
        refused("trailer-reserved", changed(&good, trailer + 10, 1), RESERVED, "reserved bytes at offset 10"),
        refused("table-one-too-long", table_of(fits + 1), FIT, "length of the contents"),
        refused("table-of-all-bits", table_of(u32::MAX), FIT, "length of the contents"),
        refused("table-as-long-as-fits", table_of(fits), HASH, "digest"),
        refused("table-one-shorter", table_of(one_less), HASH, "digest"),
        refused("hash-flipped", flipped(&good, end - 1), HASH, "digest"),
        refused("table-flipped", flipped(&good, trailer - 1), HASH, "digest"),
        refused("of-another-repository", good, CLOSED, "does not open")
            .with("repository", seal::hex(&seal::made_of("another repository"))),
    ]
}

/// The sealed table of contents.
fn tables() -> Vec<Vector> {
    let region = [Region::stored(&[b"hello"])];
    let parts = |name: &str| Parts::new(&format!("pack-{name}"), &region);
    let envelope = seal::envelope(&contents(&region).encode().unwrap());
    let tag_flipped = {
        let mut parts = parts("table-tag-flipped");
        *parts.sealed.last_mut().unwrap() ^= 1;
        parts.trailed()
    };
    let of_another = {
        let mut parts = parts("table-of-another-pack");
        parts.sealed = Parts::new("pack-another", &region).sealed;
        parts.trailed()
    };
    let mut larger = contents(&region);
    larger.regions[0].stored_bytes += 1;
    let at_0 = parts("table-at-position-0").with_sealed(0, &envelope);
    let short = parts("table-in-a-short-envelope").with_sealed(POSITION_CONTENTS, &envelope[..255]);
    let larger = Parts::with("pack-regions-too-long", &region, &larger).padded(|bare| bare);
    vec![
        refused("table-tag-flipped", tag_flipped.bytes(), CLOSED, "does not open"),
        refused("table-of-another-pack", of_another.bytes(), CLOSED, "does not open"),
        refused("table-at-position-0", at_0.padded(padme).bytes(), CLOSED, "does not open"),
        refused(
            "table-in-a-short-envelope",
            short.padded(padme).bytes(),
            ENVELOPE_LENGTH,
            "length of an envelope",
        ),
        refused("regions-too-long", larger.bytes(), ROOM, "length of the regions"),
    ]
}

fn regions() -> Vec<Vector> {
    let two = [Region::stored(&[b"hello"]), Region::stored(&[b"world"])];
    let parts = |name: &str, regions: &[Region]| Parts::new(&format!("pack-{name}"), regions);
    let message = |name: &str, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut parts = parts(name, &two);
        change(&mut parts.messages);
        parts.bytes()
    };
    vec![
        refused(
            "region-flipped",
            message("region-flipped", &|all| all[1][0] ^= 1),
            OPEN,
            "region 1: a sealed",
        ),
        refused(
            "region-tag-flipped",
            message("region-tag-flipped", &|all| all[0][20] ^= 1),
            OPEN,
            "region 0: a sealed",
        ),
        refused(
            "regions-swapped",
            message("regions-swapped", &|all| all.swap(0, 1)),
            OPEN,
            "region 0: a sealed",
        ),
        refused(
            "region-twice",
            message("region-twice", &|all| all[1] = all[0].clone()),
            OPEN,
            "region 1: a sealed",
        ),
        refused(
            "region-of-another-pack",
            message("region-of-another-pack", &|all| all[0] = parts("1", &two).messages[0].clone()),
            OPEN,
            "region 0: a sealed",
        ),
    ]
}

fn encodings() -> Vec<Vector> {
    let hello = Region::stored(&[b"hello"]);
    let parts = |name: &str, regions: &[Region]| Parts::new(&format!("pack-{name}"), regions);
    let framed = |frame: &[u8]| Region { encoded: frame.to_vec(), ..Region::framed(&[b"hello"]) };
    vec![
        refused(
            "stored-region-longer-than-its-chunks",
            parts("stored-region-longer", &[Region { encoded: b"hello!".to_vec(), ..hello.clone() }]).bytes(),
            LENGTH,
            "decompresses to 6 bytes and not to 5",
        ),
        refused(
            "stored-region-shorter-than-its-chunks",
            parts("stored-region-shorter", &[Region { encoded: b"hell".to_vec(), ..hello.clone() }]).bytes(),
            LENGTH,
            "decompresses to 4 bytes and not to 5",
        ),
        refused(
            "frame-shorter",
            parts("frame-shorter", &[framed(&seal::frame(b"hell"))]).bytes(),
            LENGTH,
            "not to 5",
        ),
        refused(
            "frame-longer",
            parts("frame-longer", &[framed(&seal::frame(b"hello!"))]).bytes(),
            LENGTH,
            "does not decompress",
        ),
        refused("no-frame", parts("no-frame", &[framed(b"hello")]).bytes(), TORN, "not a frame"),
    ]
}

fn chunks() -> Vec<Vector> {
    let two = [Region::stored(&[b"hello"]), Region::stored(&[b"world"])];
    let parts = |name: &str, regions: &[Region]| Parts::new(&format!("pack-{name}"), regions);
    let lied = |name: &str, regions: &[Region], change: &dyn Fn(&mut Contents)| {
        let mut contents = contents(regions);
        change(&mut contents);
        Parts::with(&format!("pack-{name}"), regions, &contents).bytes()
    };
    let (before, after, encoded) = edited();
    let delta = |bases: &[&[u8]]| Region { encoded: encoded.clone(), ..Region::based(&[&after], bases, 1) };
    let swapped_bases =
        [Region::stored(&[&before[..100], &before[100..]]), delta(&[&before[100..], &before[..100]])];
    vec![
        refused(
            "another-chunk",
            parts("another-chunk", &[Region { encoded: b"jello".to_vec(), ..two[0].clone() }]).bytes(),
            CHUNK,
            "is not what its id says",
        ),
        refused(
            "chunks-swapped",
            lied("chunks-swapped", &[Region::stored(&[b"hello", b"world"])], &|all| {
                all.regions[0].chunks.swap(0, 1)
            }),
            CHUNK,
            "is not what its id says",
        ),
        refused(
            "border-between-chunks-moved",
            lied("border-moved", &[Region::stored(&[b"hello", b"world"])], &|all| {
                all.regions[0].chunks[0].plain_bytes += 1;
                all.regions[0].chunks[1].plain_bytes -= 1;
            }),
            CHUNK,
            "is not what its id says",
        ),
        refused(
            "id-of-zeros",
            lied("id-of-zeros", &two, &|all| all.regions[1].chunks[0].id = ChunkId::HOLE),
            CHUNK,
            "is not what its id says",
        ),
        refused(
            "bases-swapped",
            parts("bases-swapped", &swapped_bases).bytes(),
            CHUNK,
            "is not what its id says",
        ),
        refused(
            "delta-on-another-base",
            parts("another-base", &[two[0].clone(), delta(&[b"hello"])]).bytes(),
            WITHIN,
            "not within the base",
        ),
    ]
}

fn chains() -> Vec<Vector> {
    let chain = |name: &str, deltas: u8| {
        let links: Vec<String> = (0..=deltas).map(|n| format!("link {n}")).collect();
        let delta = |n: u8| {
            let [before, link] = [n - 1, n].map(|n| links[usize::from(n)].as_bytes());
            Region::leaning(&[link], &[before], n.min(64))
        };
        let first = Region::stored(&[links[0].as_bytes()]);
        let regions: Vec<_> = std::iter::once(first).chain((1..=deltas).map(delta)).collect();
        Parts::new(&format!("pack-{name}"), &regions).bytes()
    };
    let backwards = |name: &str, regions: &[Region]| Parts::new(&format!("pack-{name}"), regions).bytes();
    let last = seal::keys().chunk_id(b"link 64").to_string();
    let circle = [Region::leaning(&[b"hen"], &[b"egg"], 1), Region::leaning(&[b"egg"], &[b"hen"], 2)];
    let itself = [Region::leaning(&[b"itself"], &[b"itself"], 1)];
    let nowhere = [Region::based(&[b"new"], &[b"in no pack"], 1)];
    vec![
        Vector::taken(
            "pack",
            "pack-chain-of-64",
            chain("chain-of-64", 64),
            json!({"plaintexts": {last: seal::hex(b"link 64")}}),
        ),
        refused("chain-of-65", chain("chain-of-65", 65), CHAIN, "its chain of bases is too deep"),
        refused("bases-in-a-circle", backwards("bases-in-a-circle", &circle), CHAIN, "too deep"),
        refused("its-own-base", backwards("its-own-base", &itself), CHAIN, "too deep"),
        refused("base-in-no-pack", backwards("base-in-no-pack", &nowhere), BASE, "a base"),
        refused("bases-over-128-mib", large_bases(), BASES, "over 128 MiB"),
    ]
}

/// Nine times the same 16 MiB of zeros as bases: the frame of them repeats one byte.
fn large_bases() -> Vec<u8> {
    let zeros = vec![0; 16 << 20];
    let blocks = (1..=128).flat_map(|n: u8| [2 | u8::from(n == 128), 0, 16, 0]);
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3].into_iter().chain(blocks).collect();
    let full = Region { encoded: frame, encoding: Encoding::Zstd, ..Region::stored(&[&zeros]) };
    let delta = Region { bases: vec![zeros; 9], ..Region::based(&[b"new"], &[], 1) };
    Parts::new("pack-bases-over-128-mib", &[full, delta]).bytes()
}
