//! Table maps: whole streams of pages, sections and trailer.

use serde_json::{Value, json};
use strongroom::format::FormatError;
use strongroom::format::table_map::{
    KeyKind, MapDialect, MapSection, MapTableName, MapTrailer, Page, RowsForm, TRAILER_BYTES,
};

use super::cbor::{Item, Map, array, bytes, map, text, uint};
use super::decode::{Decoded, said};
use super::seal::hex;
use super::table_map_refusals;
use super::vector::Vector;

/// A map that is being made.
#[derive(Clone)]
pub struct Stream {
    pub pages: Vec<Vec<u8>>,
    pub sections: Vec<Map>,
    pub trailer: Trailer,
}

/// The numbers of a trailer, in its order, and its last two bytes.
#[derive(Clone)]
pub struct Trailer {
    pub numbers: [u64; 5],
    pub dialect: u8,
    pub producer: u8,
}

impl Stream {
    /// With a trailer that says what there is.
    pub fn new(pages: &[Vec<u8>], sections: &[Map]) -> Self {
        let sum = |key: u64| sections.iter().map(|section| number(section, key)).fold(0, u64::wrapping_add);
        let sections_bytes: usize = sections.iter().map(|section| section.bytes().len()).sum();
        let numbers = [pages.len() as u64, sections_bytes as u64, sections.len() as u64, sum(2), sum(3)];
        let trailer = Trailer { numbers, dialect: 1, producer: 1 };
        Self { pages: pages.into(), sections: sections.into(), trailer }
    }

    /// With another number in the trailer.
    pub fn saying(mut self, place: usize, number: u64) -> Self {
        assert_ne!(self.trailer.numbers[place], number, "nothing is changed");
        self.trailer.numbers[place] = number;
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let sections: Vec<u8> = self.sections.iter().flat_map(Map::bytes).collect();
        let numbers = self.trailer.numbers.map(u64::to_le_bytes).concat();
        let mut trailer = [b"STRGTMAP\x01\0\0\0\0\0\0\0", numbers.as_slice()].concat();
        trailer.extend([self.trailer.dialect, self.trailer.producer]);
        trailer.resize(TRAILER_BYTES, 0);
        [self.pages.concat(), sections, trailer].concat()
    }
}

fn number(section: &Map, key: u64) -> u64 {
    let found = section.0.iter().find(|(held, _)| *held == key);
    if let Some((_, Item::Uint(number))) = found { *number } else { 0 }
}

pub fn page(rows: u32, flags: u32, first: &[u8], last: &[u8]) -> Vec<u8> {
    let key = |bytes: &[u8]| [bytes, &vec![0; 16 - bytes.len()]].concat();
    [rows.to_le_bytes().as_slice(), &flags.to_le_bytes(), &key(first), &key(last)].concat()
}

/// The key of a small integer.
pub fn integer(value: u8) -> Vec<u8> {
    [[0x80].as_slice(), &[0; 14], &[value]].concat()
}

pub fn definition() -> Map {
    let names = |name: &str| array([bytes(name)]);
    let what = [(1, uint(4)), (2, uint(200)), (3, uint(1)), (5, bytes(*b"t"))];
    let columns = [(9, names("id")), (10, names("int")), (11, array([uint(0)]))];
    Map(what.into_iter().chain(columns).collect())
}

pub fn data() -> Map {
    let what = [(1, uint(5)), (2, uint(100)), (3, uint(1)), (5, bytes(*b"t")), (8, uint(2))];
    Map(what.into_iter().chain([(12, uint(0)), (13, uint(1))]).collect())
}

/// Bytes of a kind of which nothing is told.
pub fn part(kind: u64, bytes: u64, chunks: u64) -> Map {
    map([(1, uint(kind)), (2, uint(bytes)), (3, uint(chunks))])
}

pub fn good() -> Stream {
    Stream::new(&[page(2, 2, &integer(1), &integer(2))], &[definition(), data()])
}

pub fn vectors() -> Vec<Vector> {
    [taken(), table_map_refusals::vectors()].concat()
}

fn taken() -> Vec<Vector> {
    let taken = |name: &str, stream: &Stream, decoded| {
        Vector::taken("table-map", format!("table-map-{name}"), stream.bytes(), decoded)
    };
    let table = json!({"schema": null, "name": hex(b"t")});
    let first = json!({
        "dialect": 1, "producer": 1, "dump_bytes": 300, "dump_chunks": 2,
        "sections": [
            {
                "kind": 4, "bytes": 200, "chunks": 1, "table": table, "object": null, "rows": 0,
                "columns": [hex(b"id")], "types": [hex(b"int")], "primary_key": [0], "key_column": null,
                "keys": null, "whole": true, "why": null, "database": null, "delimiter": null, "shares_chunks": false,
            },
            {
                "kind": 5, "bytes": 100, "chunks": 1, "table": table, "rows": 2, "columns": [], "types": [],
                "primary_key": [], "key_column": 0, "keys": "integers",
            },
        ],
        "pages": [
            {"rows": 2, "begins_within": false, "first": hex(&integer(1)), "last": hex(&integer(2))},
        ],
    });
    let empty = part(4, 0, 0);
    let mut nothing = Stream::new(&[], &[]);
    (nothing.trailer.dialect, nothing.trailer.producer) = (3, 255);
    let of_kinds = Stream::new(
        &[],
        &(0..40).map(|kind| part(kind, 7, 1)).filter(|section| number(section, 1) != 5).collect::<Vec<_>>(),
    );
    let kinds: Vec<_> =
        (0..40).filter(|kind| *kind != 5).map(|kind| json!({"bytes": 7, "kind": kind})).collect();
    let largest =
        Stream::new(&[page(1 << 24, 0, &[], &[])], &[data().with(2, uint(1 << 40)).with(8, uint(1 << 24))]);
    vec![
        taken("1", &good(), first),
        taken(
            "of-nothing",
            &nothing,
            json!({"dialect": 3, "producer": 255, "dump_bytes": 0, "sections": [], "pages": []}),
        ),
        with_everything(),
        taken("of-all-kinds", &of_kinds, json!({"sections": kinds})),
        taken(
            "with-empty-sections",
            &Stream::new(
                &[page(2, 0, &[], &[])],
                &[empty.clone(), part(5, 0, 0), data(), empty, part(33, 9, 1)],
            ),
            json!({"dump_bytes": 109, "dump_chunks": 2, "pages": [{"rows": 2, "first": null, "last": null}]}),
        ),
        small_tables(),
        taken(
            "of-the-largest-page",
            &largest,
            json!({"pages": [{"rows": 1 << 24}], "dump_bytes": 1_u64 << 40}),
        ),
        taken(
            "of-the-longest-dump",
            &Stream::new(&[], &[part(1, u64::MAX, 1)]),
            json!({"dump_bytes": u64::MAX, "sections": [{"bytes": u64::MAX}]}),
        ),
    ]
}

/// Data that shares chunks with what is beside it, some of which begin in it.
fn small_tables() -> Vector {
    let small = |chunks: u64| {
        let chunks = (chunks > 0).then(|| (3, uint(chunks)));
        Map([(1, uint(5)), (2, uint(100))]
            .into_iter()
            .chain(chunks)
            .chain([(8, uint(2)), (21, uint(1))])
            .collect())
    };
    let sections = [part(4, 20, 1), small(0), part(4, 20, 0), small(1), part(33, 9, 0).with(3, uint(0))];
    let stream = Stream::new(&[], &sections);
    let decoded = json!({
        "dump_bytes": 249, "dump_chunks": 2, "pages": [],
        "sections": [
            {"kind": 4, "shares_chunks": false}, {"kind": 5, "rows": 2, "chunks": 0, "shares_chunks": true},
            {"kind": 4}, {"kind": 5, "rows": 2, "chunks": 1, "shares_chunks": true}, {"kind": 33},
        ],
    });
    Vector::taken("table-map", "table-map-of-small-tables", stream.bytes(), decoded)
}

/// Every key, pages of every kind, and a key that a later program writes.
fn with_everything() -> Vector {
    let whole_names = [(4, bytes(*b"shop")), (6, bytes(*b"public")), (7, bytes([0xff, 0]))];
    let rest = [
        (14, uint(1)),
        (15, text("cut short")),
        (16, bytes(*b"main")),
        (17, bytes(*b";;")),
        (18, uint(3)),
        (19, array([bytes(*b""), bytes(*b"C")])),
        (20, array([uint(1)])),
        (99, array([text("later")])),
    ];
    let data = whole_names.into_iter().chain(rest).fold(data(), |data, (key, item)| data.with(key, item));
    let names = array([bytes(*b"id"), bytes(*b"name")]);
    let data = data.with(9, names).with(12, uint(1)).with(13, uint(2)).with(3, uint(3)).with(8, uint(5));
    let pages =
        [page(3, 2, b"a", b"sixteen bytes or"), page(2, 1, &[], &[]), page(0, 3, &[0xff; 16], &[0xff; 16])];
    let mut stream = Stream::new(
        &pages,
        &[part(1, 20, 1).with(22, bytes(*b"SET NAMES utf8mb4;\n\n")), data, part(77, 5, 1).with(14, uint(0))],
    );
    (stream.trailer.dialect, stream.trailer.producer) = (2, 5);
    let decoded = json!({
        "dialect": 2, "producer": 5, "dump_bytes": 125, "dump_chunks": 5,
        "sections": [
            {"kind": 1, "bytes": 20, "chunks": 1, "table": null, "object": null, "whole": true, "text": hex(b"SET NAMES utf8mb4;\n\n")},
            {
                "kind": 5, "bytes": 100, "chunks": 3, "table": {"schema": hex(b"shop"), "name": hex(b"t")},
                "object": {"schema": hex(b"public"), "name": "ff00"}, "rows": 5,
                "columns": [hex(b"id"), hex(b"name")], "types": [], "primary_key": [], "key_column": 1,
                "keys": "bytes", "whole": false, "why": "cut short", "database": hex(b"main"),
                "delimiter": hex(b";;"), "form": "copy", "collations": ["", hex(b"C")], "computed": [1],
            },
            {"kind": 77, "bytes": 5, "chunks": 1, "whole": true, "form": null, "collations": [], "computed": []},
        ],
        "pages": [
            {
                "rows": 3, "begins_within": false, "first": format!("61{}", "00".repeat(15)),
                "last": hex(b"sixteen bytes or"),
            },
            {"rows": 2, "begins_within": true, "first": null, "last": null},
            {"rows": 0, "begins_within": true, "first": "ff".repeat(16), "last": "ff".repeat(16)},
        ],
    });
    Vector::taken("table-map", "table-map-with-everything", stream.bytes(), decoded)
}

/// The parts of a stream.
fn read(stream: &[u8]) -> Result<(MapTrailer, Vec<MapSection>, Vec<Page>), FormatError> {
    let (body, trailer) = stream.split_at(stream.len().saturating_sub(TRAILER_BYTES));
    let trailer = MapTrailer::decode(trailer, stream.len() as u64)?;
    let (mut pages_bytes, sections) = body.split_at(usize::try_from(trailer.sections_offset()).unwrap());
    let sections = trailer.decode_sections(sections)?;
    let mut pages = vec![];
    for section in &sections {
        let (of_section, rest) = pages_bytes.split_at(40 * usize::try_from(section.pages()).unwrap());
        pages.extend(section.decode_pages(of_section)?);
        pages_bytes = rest;
    }
    Ok((trailer, sections, pages))
}

pub fn decode(stream: &[u8]) -> Decoded {
    let (trailer, sections, pages) = read(stream).map_err(said)?;
    let dialect = match trailer.dialect {
        MapDialect::MySql => 1,
        MapDialect::Postgres => 2,
        MapDialect::Sqlite => 3,
    };
    let pages: Vec<_> = pages.iter().map(shown_page).collect();
    Ok(json!({
        "dialect": dialect, "producer": trailer.producer, "dump_bytes": trailer.dump_bytes,
        "dump_chunks": trailer.dump_chunks, "pages": pages,
        "sections": sections.iter().map(shown_section).collect::<Vec<_>>(),
    }))
}

/// The stream as the program writes it.
pub fn rewritten(stream: &[u8]) -> Result<Vec<u8>, FormatError> {
    let (trailer, sections, pages) = read(stream)?;
    let mut out = vec![];
    pages.iter().for_each(|page| page.encode(&mut out));
    sections.iter().try_for_each(|section| section.encode(&mut out))?;
    Ok([out, trailer.encode()].concat())
}

fn shown_page(page: &Page) -> Value {
    json!({
        "rows": page.rows, "begins_within": page.starts_inside, "first": page.keys.map(|keys| hex(&keys.first)),
        "last": page.keys.map(|keys| hex(&keys.last)),
    })
}

fn shown_section(section: &MapSection) -> Value {
    let name =
        |name: &MapTableName| json!({"schema": name.schema.as_deref().map(hex), "name": hex(&name.name)});
    let names = |names: &[Vec<u8>]| names.iter().map(|name| hex(name)).collect::<Vec<_>>();
    let keys = section.key.map(|(_, kind)| match kind {
        KeyKind::Integer => "integers",
        KeyKind::Bytes => "bytes",
    });
    let form = section.form.map(|form| match form {
        RowsForm::Escaped => "tuples with backslashes",
        RowsForm::Tuples => "tuples",
        RowsForm::Copy => "copy",
    });
    json!({
        "kind": section.kind.number(), "bytes": section.bytes, "chunks": section.chunks,
        "table": section.table.as_ref().map(name), "object": section.object.as_ref().map(name),
        "rows": section.rows, "columns": names(&section.columns), "types": names(&section.types),
        "primary_key": section.primary_key, "key_column": section.key.map(|(column, _)| column), "keys": keys,
        "whole": section.is_whole, "why": section.note, "database": section.database.as_deref().map(hex),
        "delimiter": section.delimiter.as_deref().map(hex), "form": form, "collations": names(&section.collations),
        "computed": section.generated, "shares_chunks": section.shares_chunks, "text": hex(&section.text),
    })
}
