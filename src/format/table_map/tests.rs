use super::*;
use proptest::prelude::*;

fn data(name: &str, chunks: u64) -> MapSection {
    MapSection {
        bytes: 100,
        chunks,
        table: Some(MapTableName { schema: None, name: name.into() }),
        rows: 7,
        key: Some((0, KeyKind::Integer)),
        ..MapSection::new(MapSectionKind::TableData)
    }
}

fn map_of(sections: &[MapSection]) -> (MapTrailer, Vec<u8>) {
    let mut bytes = vec![];
    sections.iter().for_each(|section| section.encode(&mut bytes).unwrap());
    let sum = |each: fn(&MapSection) -> u64| sections.iter().map(each).sum();
    let trailer = MapTrailer {
        pages: sum(MapSection::pages),
        sections_bytes: bytes.len() as u64,
        sections: sections.len() as u64,
        dump_bytes: sum(|section| section.bytes),
        dump_chunks: sum(|section| section.chunks),
        dialect: MapDialect::Postgres,
        producer: 5,
    };
    (trailer, bytes)
}

#[test]
fn a_map_comes_back_as_it_was() {
    let definition = MapSection {
        bytes: 50,
        chunks: 1,
        columns: vec![b"id".to_vec(), b"name".to_vec()],
        types: vec![b"bigint".to_vec(), b"text".to_vec()],
        primary_key: vec![0],
        is_whole: false,
        note: Some("cut short".into()),
        database: Some(b"shop".to_vec()),
        delimiter: Some(b";;".to_vec()),
        ..MapSection::new(MapSectionKind::TableDefinition)
    };
    let sections = [definition, data("a", 3), data("b", 1), MapSection::new(MapSectionKind::Unknown(77))];
    let (trailer, bytes) = map_of(&sections);
    let map_bytes = 4 * 40 + bytes.len() as u64 + 96;
    assert_eq!(MapTrailer::decode(&trailer.encode(), map_bytes), Ok(trailer));
    assert_eq!(trailer.decode_sections(&bytes), Ok(sections.to_vec()));
    assert!(MapTrailer::decode(&trailer.encode(), map_bytes + 1).is_err());
    assert!(trailer.decode_sections(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn sections_that_do_not_add_up_are_refused() {
    let sections = [data("a", 3), data("b", 1)];
    let (trailer, bytes) = map_of(&sections);
    let wrong = [
        MapTrailer { sections: 3, ..trailer },
        MapTrailer { dump_bytes: 201, ..trailer },
        MapTrailer { dump_chunks: 5, ..trailer },
        MapTrailer { pages: 5, ..trailer },
    ];
    for trailer in wrong {
        assert!(trailer.decode_sections(&bytes).is_err(), "{trailer:?}");
    }
}

#[test]
fn a_section_that_is_not_possible_is_not_written() {
    let definition = || MapSection { bytes: 9, ..MapSection::new(MapSectionKind::TableDefinition) };
    let wrong = [
        MapSection { primary_key: vec![0], ..definition() },
        MapSection { types: vec![b"int".to_vec()], ..definition() },
        MapSection { chunks: 10, ..definition() },
        MapSection { rows: 10, ..definition() },
        data("without a chunk", 0),
    ];
    for section in wrong {
        assert!(section.encode(&mut vec![]).is_err(), "{section:?}");
    }
}

#[test]
fn data_and_what_follows_it_begin_with_chunks() {
    let part = |bytes, chunks| MapSection { bytes, chunks, ..MapSection::new(MapSectionKind::Header) };
    let decoded = |sections: &[MapSection]| {
        let (trailer, bytes) = map_of(sections);
        trailer.decode_sections(&bytes)
    };
    for whole in [
        vec![],
        vec![part(0, 0), part(9, 1), part(9, 0)],
        vec![data("a", 1), data("b", 1), part(9, 1), part(9, 0)],
        vec![data("a", 1), part(0, 0)],
    ] {
        assert_eq!(decoded(&whole), Ok(whole));
    }
    for wrong in [
        vec![part(9, 0), part(9, 1)],
        vec![data("a", 1), part(9, 0)],
        vec![data("a", 1), part(0, 0), part(9, 0), part(9, 1)],
    ] {
        assert_eq!(
            decoded(&wrong),
            Err(FormatError::Value { field: "section without a chunk" }),
            "{wrong:?}"
        );
    }
}

#[test]
fn sums_that_overflow_and_counts_beyond_the_bytes_are_refused() {
    let all = MapSection { bytes: u64::MAX, chunks: 1, ..MapSection::new(MapSectionKind::Other) };
    let mut bytes = vec![];
    [all, MapSection { bytes: 1, ..MapSection::new(MapSectionKind::Other) }]
        .iter()
        .for_each(|section| section.encode(&mut bytes).unwrap());
    let trailer = MapTrailer { sections: 2, dump_bytes: u64::MAX, dump_chunks: 1, ..map_of(&[]).0 };
    let refused = |field| Err(FormatError::Value { field });
    assert_eq!(trailer.decode_sections(&bytes), refused("length of the dump"));
    let many = MapTrailer { sections: 1 << 21, ..trailer };
    assert_eq!(many.decode_sections(&bytes), refused("number of sections"));
    let beyond = [
        (MapTrailer { pages: u64::MAX / 40 + 1, ..trailer }, "number of pages"),
        (MapTrailer { sections: (1 << 21) + 1, ..trailer }, "number of sections"),
        (MapTrailer { sections_bytes: u64::MAX - 95, ..trailer }, "length of the sections"),
    ];
    for (trailer, field) in beyond {
        assert_eq!(trailer.check(), Err(FormatError::Value { field }));
        assert_eq!(MapTrailer::decode(&trailer.encode(), 96), Err(FormatError::Value { field }));
    }
}

#[test]
fn the_pages_of_a_section_have_its_rows() {
    let section = data("a", 2);
    let pages = [3, 4].map(|rows| Page { rows, ..Page::default() });
    let mut bytes = vec![];
    pages.iter().for_each(|page| page.encode(&mut bytes));
    assert_eq!(section.decode_pages(&bytes), Ok(pages.to_vec()));
    assert!(section.decode_pages(&bytes[40..]).is_err());
    assert!(MapSection { rows: 8, ..section.clone() }.decode_pages(&bytes).is_err());
    assert!(MapSection { kind: MapSectionKind::Header, ..section }.decode_pages(&bytes).is_err());
    Page { rows: u32::MAX, ..Page::default() }.encode(&mut bytes);
    assert!(Page::decode_all(&bytes).is_err());
}

#[test]
fn pages_without_keys_have_none_and_keys_stand_in_order() {
    let page = Page { rows: 2, starts_inside: true, keys: None };
    let mut bytes = vec![];
    page.encode(&mut bytes);
    assert_eq!(Page::decode_all(&bytes), Ok(vec![page]));
    for (at, to) in [(4, 4), (8, 1), (39, 1)] {
        let mut wrong = bytes.clone();
        wrong[at] = to;
        assert!(Page::decode_all(&wrong).is_err(), "{at}");
    }
    let mut wrong = vec![];
    let keys = PageKeys { first: key_of_integer(2), last: key_of_integer(1) };
    Page { rows: 1, starts_inside: false, keys: Some(keys) }.encode(&mut wrong);
    assert!(Page::decode_all(&wrong).is_err());
    assert!(Page::decode_all(&wrong[1..]).is_err());
}

proptest! {
    #[test]
    fn keys_of_integers_have_the_order_of_the_integers(a: i128, b: i128) {
        prop_assert_eq!(a.cmp(&b), key_of_integer(a).cmp(&key_of_integer(b)));
    }

    #[test]
    fn keys_of_bytes_never_turn_the_order_round(a: Vec<u8>, b: Vec<u8>) {
        if a < b {
            prop_assert!(key_of_bytes(&a) <= key_of_bytes(&b));
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_break_a_decoder(bytes: Vec<u8>) {
        let _ = Page::decode_all(&bytes);
        let trailer = map_of(&[data("a", 1)]).0;
        let _ = trailer.decode_sections(&bytes);
        let _ = MapTrailer { sections: u64::MAX, ..trailer }.decode_sections(&bytes);
        let _ = MapTrailer::decode(&bytes, 96);
    }
}
