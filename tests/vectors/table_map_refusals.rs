//! Table maps that must be refused: for their trailer, for one section, for sections together, for pages.

use super::cbor::{Item, Map, array, bytes, text, uint};
use super::objects::{MALFORMED, RESERVED, TYPE, VERSION};
use super::table_map::{Stream, data, definition, good, integer, page, part};
use super::vector::{Vector, changed, flipped};

const SHORT: &str = "a stream shorter than a trailer";
const MAGIC: &str = "another magic";
const LIMITS: &str = "over 4,294,967,296 pages, 2,097,152 sections or 67,108,864 bytes of sections";
const LENGTH: &str = "a length of the stream other than that of pages, sections and trailer";
const DIALECT: &str = "an unknown dialect";
const SECTIONS: &str = "a number of sections other than the trailer says";
const NEEDED: &str = "a section without a kind or a length";
const SCHEMA: &str = "a schema without the name that it belongs to";
const KEY: &str = "a column of keys without saying what they are, or the other way round";
const KEYS: &str = "keys that are neither integers nor bytes";
const TYPES: &str = "types that are not as many as the columns";
const PRIMARY: &str = "a column of a primary key beyond the columns";
const BEYOND: &str = "a section with more chunks or rows than bytes";
const TEXT: &str =
    "a text of anything but a header or footer, of over 2,048 bytes, or of another length than the section";
const BEGINS: &str = "a section of some bytes that must begin with a chunk, and in which none begins; the first section is one";
const BYTES: &str = "lengths of the sections that do not add up to that of the dump";
const CHUNKS: &str = "chunks of the sections that do not add up to those of the dump";
const PAGES: &str = "chunks of the data sections that do not add up to the pages";
const FLAG: &str = "an unknown flag of a page";
const PAGE_ROWS: &str = "a page of over 16,777,216 rows";
const NO_KEYS: &str = "a page without known keys that has some";
const ORDER: &str = "a `first` that is above `last`";
const ROWS: &str = "rows of a data section that are not those of its pages together";

/// Places of the numbers in a trailer.
const PAGES_AT: usize = 0;
const SECTIONS_BYTES_AT: usize = 1;
const SECTIONS_AT: usize = 2;
const DUMP_BYTES_AT: usize = 3;
const DUMP_CHUNKS_AT: usize = 4;

pub fn vectors() -> Vec<Vector> {
    [trailers(), counts(), sections(), types(), together(), pages()].concat()
}

fn refused(name: &str, bytes: Vec<u8>, reason: &'static str, error: &'static str) -> Vector {
    Vector::refused("table-map", format!("table-map-{name}"), bytes, reason, error)
}

fn trailers() -> Vec<Vector> {
    let good = good().bytes();
    let end = good.len();
    let at = end - 96;
    vec![
        refused("nothing", vec![], SHORT, "cut short"),
        refused("of-95-bytes", good[end - 95..].to_vec(), SHORT, ""),
        refused("cut-in-magic", good[at..at + 7].to_vec(), SHORT, "cut short"),
        refused("cut-at-its-end", good[..end - 1].to_vec(), MAGIC, "not this kind"),
        refused("magic-flipped", flipped(&good, at), MAGIC, "not this kind"),
        refused("version-0", changed(&good, at + 8, 0), VERSION, "version 0"),
        refused("version-2", changed(&good, at + 8, 2), VERSION, "version 2"),
        refused("version-257", changed(&good, at + 9, 1), VERSION, "version 257"),
        refused("reserved", changed(&good, at + 10, 1), RESERVED, "reserved bytes"),
        refused("reserved-before-the-numbers", changed(&good, at + 15, 1), RESERVED, "reserved bytes"),
        refused("reserved-after-the-producer", changed(&good, at + 58, 1), RESERVED, "reserved bytes"),
        refused("reserved-last", changed(&good, end - 1, 1), RESERVED, "reserved bytes"),
        refused("dialect-0", changed(&good, at + 56, 0), DIALECT, "dialect"),
        refused("dialect-4", changed(&good, at + 56, 4), DIALECT, "dialect"),
        refused("a-byte-before", [&[0], good.as_slice()].concat(), LENGTH, "length of the map"),
        refused("without-its-first-byte", good[1..].to_vec(), LENGTH, "length of the map"),
        refused("without-its-page", good[40..].to_vec(), LENGTH, "length of the map"),
    ]
}

fn counts() -> Vec<Vector> {
    let saying = |name: &str, at: usize, number: u64, reason, error| {
        refused(name, good().saying(at, number).bytes(), reason, error)
    };
    let after = [good().bytes()[..82].to_vec(), vec![0]].concat();
    let trailer = good().saying(SECTIONS_BYTES_AT, 43).bytes()[82..].to_vec();
    vec![
        saying("pages-over", PAGES_AT, (1 << 32) + 1, LIMITS, "number of pages"),
        // 40 times this is 40 in 64 bits.
        saying("pages-that-overflow", PAGES_AT, (1 << 61) + 1, LIMITS, "number of pages"),
        saying("sections-over", SECTIONS_AT, (1 << 21) + 1, LIMITS, "number of sections"),
        saying("bytes-of-sections-over", SECTIONS_BYTES_AT, (1 << 26) + 1, LIMITS, "length of the sections"),
        saying(
            "bytes-of-sections-that-overflow",
            SECTIONS_BYTES_AT,
            u64::MAX,
            LIMITS,
            "length of the sections",
        ),
        saying("two-pages-said", PAGES_AT, 2, LENGTH, "length of the map"),
        saying("most-pages-said", PAGES_AT, 1 << 32, LENGTH, "length of the map"),
        saying("a-byte-of-sections-less", SECTIONS_BYTES_AT, 41, LENGTH, "length of the map"),
        saying("a-byte-of-sections-more", SECTIONS_BYTES_AT, 43, LENGTH, "length of the map"),
        saying("no-sections-said", SECTIONS_AT, 0, SECTIONS, "number of sections"),
        saying("one-section-said", SECTIONS_AT, 1, SECTIONS, "number of sections"),
        saying("three-sections-said", SECTIONS_AT, 3, SECTIONS, "number of sections"),
        saying("most-sections-said", SECTIONS_AT, 1 << 21, SECTIONS, "number of sections"),
        refused("a-byte-after-the-sections", [after, trailer].concat(), SECTIONS, "number of sections"),
        saying("dump-a-byte-shorter", DUMP_BYTES_AT, 299, BYTES, "length of the dump"),
        saying("dump-a-byte-longer", DUMP_BYTES_AT, 301, BYTES, "length of the dump"),
        saying("dump-of-fewer-chunks", DUMP_CHUNKS_AT, 1, CHUNKS, "number of chunks"),
        saying("dump-of-more-chunks", DUMP_CHUNKS_AT, 3, CHUNKS, "number of chunks"),
    ]
}

/// The good map with another definition.
fn defined(name: &str, section: Map, reason: &'static str, error: &'static str) -> Vector {
    let stream = Stream { sections: vec![section, data()], ..good() };
    let sections_bytes = stream.sections.iter().map(|section| section.bytes().len() as u64).sum();
    let stream = if sections_bytes == 42 { stream } else { stream.saying(SECTIONS_BYTES_AT, sections_bytes) };
    refused(name, stream.bytes(), reason, error)
}

fn sections() -> Vec<Vector> {
    let with = |name: &str, key: u64, item: Item, reason, error| {
        defined(name, definition().with(key, item), reason, error)
    };
    let names = |count: usize| Item::Array(vec![bytes(*b"x"); count]);
    let without_columns = definition().without(9);
    vec![
        defined("without-kind", definition().without(1), NEEDED, "missing"),
        defined("without-length", definition().without(2), NEEDED, "missing"),
        defined("of-no-keys", Map::default(), NEEDED, "missing"),
        defined(
            "schema-alone",
            definition().without(5).with(4, bytes(*b"shop")),
            SCHEMA,
            "schema without a name",
        ),
        with("schema-of-an-object-alone", 6, bytes(*b"shop"), SCHEMA, "schema without a name"),
        with("keys-of-nothing-known", 12, uint(0), KEY, "column of the keys"),
        with("keys-of-no-column", 13, uint(1), KEY, "column of the keys"),
        defined("keys-0", definition().with(12, uint(0)).with(13, uint(0)), KEYS, "kind of the keys"),
        defined("keys-3", definition().with(12, uint(0)).with(13, uint(3)), KEYS, "kind of the keys"),
        with("two-types-of-one-column", 10, names(2), TYPES, "number of types"),
        with("one-type-of-two-columns", 9, names(2), TYPES, "number of types"),
        defined("types-without-columns", without_columns.clone().without(11), TYPES, "number of types"),
        with("primary-key-beyond", 11, array([uint(1)]), PRIMARY, "column of the primary key"),
        with(
            "primary-key-beyond-at-last",
            11,
            array([uint(0), uint(1)]),
            PRIMARY,
            "column of the primary key",
        ),
        defined(
            "primary-key-without-columns",
            without_columns.without(10),
            PRIMARY,
            "column of the primary key",
        ),
        with("more-chunks-than-bytes", 3, uint(201), BEYOND, "chunks of a section"),
        with("most-chunks", 3, uint(u64::MAX), BEYOND, "chunks of a section"),
        with("more-rows-than-bytes", 8, uint(201), BEYOND, "rows of a section"),
        with("most-rows", 8, uint(u64::MAX), BEYOND, "rows of a section"),
        with("text-of-a-definition", 22, bytes([b' '; 200]), TEXT, "text of a section"),
        defined(
            "text-shorter-than-its-header",
            part(1, 200, 1).with(22, bytes([b' '; 199])),
            TEXT,
            "text of a section",
        ),
        defined(
            "text-longer-than-its-footer",
            part(33, 200, 1).with(22, bytes([b' '; 201])),
            TEXT,
            "text of a section",
        ),
        defined(
            "text-of-2049-bytes",
            part(1, 2049, 1).with(22, bytes([b' '; 2049])),
            TEXT,
            "text of a section",
        ),
    ]
}

fn types() -> Vec<Vector> {
    let with = |name: &str, key: u64, item: Item| defined(name, definition().with(key, item), TYPE, "CBOR");
    let cut = Stream { sections: vec![definition()], ..good() };
    let cut = cut.saying(SECTIONS_BYTES_AT, definition().bytes().len() as u64 - 1).bytes();
    let at = 40 + definition().bytes().len();
    let cut = [&cut[..at - 1], &cut[at..]].concat();
    vec![
        with("kind-text", 1, text("data")),
        with("length-negative", 2, Item::Negative(199)),
        with("chunks-bytes", 3, bytes([1])),
        with("table-text", 5, text("t")),
        with("object-text", 7, text("t")),
        with("rows-negative", 8, Item::Negative(0)),
        with("columns-bytes", 9, bytes(*b"id")),
        with("columns-of-texts", 9, array([text("id")])),
        with("types-of-texts", 10, array([text("int")])),
        with("primary-key-of-names", 11, array([bytes(*b"id")])),
        with("primary-key-over-32-bits", 11, array([uint(1 << 32)])),
        defined(
            "key-column-over-32-bits",
            definition().with(12, uint(1 << 32)).with(13, uint(1)),
            TYPE,
            "CBOR",
        ),
        with("whole-bool", 14, Item::Raw(vec![0xf5])),
        with("why-bytes", 15, bytes(*b"cut short")),
        with("why-not-utf-8", 15, Item::Raw(vec![0x61, 0xff])),
        with("database-text", 16, text("shop")),
        with("delimiter-text", 17, text(";;")),
        refused(
            "section-an-array",
            {
                let mut bytes = good().bytes();
                assert_eq!(std::mem::replace(&mut bytes[40], 0x8e), 0xa7);
                bytes
            },
            TYPE,
            "CBOR",
        ),
        refused("sections-cut", cut, MALFORMED, "CBOR"),
        defined(
            "column-longer-than-everything",
            {
                let bytes = vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
                definition().with(9, Item::Array(vec![Item::Raw(bytes)]))
            },
            MALFORMED,
            "CBOR",
        ),
        with_too_many_columns(),
    ]
}

/// An array that says it has more items than there are bytes anywhere.
fn with_too_many_columns() -> Vector {
    let columns = Item::Raw([[0x9b].as_slice(), &[0xff; 8], b"\x41x"].concat());
    defined("columns-more-than-bytes", definition().with(9, columns), MALFORMED, "CBOR")
}

fn together() -> Vec<Vector> {
    let of = |name: &str, pages: &[Vec<u8>], sections: &[Map], reason, error| {
        refused(name, Stream::new(pages, sections).bytes(), reason, error)
    };
    let two = [page(1, 0, &[], &[]), page(1, 0, &[], &[])];
    let begins = |name: &str, pages: &[Vec<u8>], sections: &[Map]| {
        of(name, pages, sections, BEGINS, "section without a chunk")
    };
    let around = u64::MAX - 298;
    vec![
        of(
            "length-that-overflows",
            &two[..0],
            &[part(1, around, 1), part(2, 599, 1)],
            BYTES,
            "length of the dump",
        ),
        begins("first-without-a-chunk", &[], &[part(1, 9, 0), part(2, 9, 1)]),
        begins("first-of-some-bytes-without-a-chunk", &[], &[part(1, 0, 0), part(1, 9, 0)]),
        begins("data-without-a-chunk", &[], &[part(1, 9, 1), part(5, 9, 0)]),
        begins("no-chunk-after-data", &good().pages, &[data(), part(6, 9, 0), part(33, 9, 1)]),
        begins("no-chunk-after-data-and-nothing", &good().pages, &[data(), part(6, 0, 0), part(33, 9, 0)]),
        of("page-of-no-chunk", &two, &[definition(), data()], PAGES, "pages of the sections"),
        of("chunk-without-a-page", &two[..1], &[data().with(3, uint(2))], PAGES, "pages of the sections"),
        of("pages-of-a-definition", &two[..1], &[definition()], PAGES, "pages of the sections"),
        of("more-rows-than-the-page", &two[..1], &[data()], ROWS, "rows of the pages"),
        of(
            "fewer-rows-than-the-pages",
            &two,
            &[data().with(3, uint(2)).with(8, uint(1))],
            ROWS,
            "rows of the pages",
        ),
        of(
            "rows-of-another-table",
            &[page(3, 0, &[], &[]), page(1, 0, &[], &[])],
            &[data(), data()],
            ROWS,
            "rows of the pages",
        ),
    ]
}

fn pages() -> Vec<Vector> {
    let of = |name: &str, page: Vec<u8>, reason, error| {
        refused(name, Stream { pages: vec![page], ..good() }.bytes(), reason, error)
    };
    let (one, two) = (integer(1), integer(2));
    vec![
        of("flag-4", page(2, 4, &[], &[]), FLAG, "flags of a page"),
        of("flag-256", page(2, 0x102, &one, &two), FLAG, "flags of a page"),
        of("highest-flag", page(2, 1 << 31, &[], &[]), FLAG, "flags of a page"),
        of("rows-over", page((1 << 24) + 1, 2, &one, &two), PAGE_ROWS, "rows of a page"),
        of("most-rows-of-a-page", page(u32::MAX, 2, &one, &two), PAGE_ROWS, "rows of a page"),
        of("first-without-flag", page(2, 0, &[1], &[]), NO_KEYS, "keys of a page without keys"),
        of(
            "last-without-flag",
            page(2, 1, &[], &[[0; 15].as_slice(), &[1]].concat()),
            NO_KEYS,
            "keys of a page",
        ),
        of("both-without-flag", page(2, 0, &one, &one), NO_KEYS, "keys of a page without keys"),
        of("first-above-last", page(2, 2, &two, &one), ORDER, "order of the keys"),
        of("first-above-last-by-its-sign", page(2, 2, &one, &[0x7f; 16]), ORDER, "order of the keys"),
        of("first-above-no-last", page(2, 3, &one, &[]), ORDER, "order of the keys"),
    ]
}
