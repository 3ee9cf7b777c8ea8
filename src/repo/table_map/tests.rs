use super::*;
use crate::format::table_map::{MapDialect, PageKeys, key_of_integer};
use crate::format::{Recipe, Record};
use crate::repo::forest::Forest;

/// No page begins with a chunk of a map that is cut like this, but the first.
const CHUNK_BYTES: usize = 100_003;

/// Stores a map of these sections, whose nth page in all is `page`.
fn stored(forest: &Forest, sections: &[MapSection], page: impl Fn(u64) -> Page) -> TableMapRef {
    let pages = sections.iter().map(MapSection::pages).sum();
    let mut map = vec![];
    (0..pages).for_each(|number| page(number).encode(&mut map));
    let before = map.len();
    sections.iter().for_each(|section| section.encode(&mut map).unwrap());
    let sum = |each: fn(&MapSection) -> u64| sections.iter().map(each).sum();
    let trailer = MapTrailer {
        pages,
        sections_bytes: (map.len() - before) as u64,
        sections: sections.len() as u64,
        dump_bytes: sum(|section| section.bytes),
        dump_chunks: sum(|section| section.chunks),
        dialect: MapDialect::MySql,
        producer: 1,
    };
    map.extend(trailer.encode());
    let chunks: Vec<Vec<u8>> = map.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect();
    forest.plant(&chunks);
    let record = |chunk: &Vec<u8>| Record {
        id: forest.repo.keys().chunk_id(chunk),
        bytes: u32::try_from(chunk.len()).unwrap(),
    };
    let recipe = Recipe { depth: 0, records: chunks.iter().map(record).collect() };
    TableMapRef { path: b"dump.sql".to_vec(), recipe, tables: 1, rows: 1, cost: None }
}

fn data(chunks: u64, rows: u64) -> MapSection {
    MapSection { bytes: chunks * 32_768, chunks, rows, ..MapSection::new(MapSectionKind::TableData) }
}

fn page(number: u64) -> Page {
    let keys = PageKeys::of(key_of_integer(number.into()));
    Page { rows: 300, starts_inside: false, keys: Some(keys) }
}

#[test]
fn pages_of_a_large_table_come_one_chunk_of_the_map_at_a_time() {
    let forest = Forest::new();
    let sections = [data(7, 7 * 300), data(1_000_000, 300_000_000), data(3, 3 * 300)];
    let at = stored(&forest, &sections, page);
    let reader = forest.reader();
    let map = TableMap::open(&reader, &at).unwrap();
    let mut number = 0;
    for placed in &map.sections {
        let mut pages = map.pages(placed);
        while let Some(given) = pages.next() {
            assert_eq!(given.unwrap(), page(number));
            number += 1;
            assert!(pages.ready.len() <= CHUNK_BYTES / PAGE_BYTES && pages.begun.len() < PAGE_BYTES);
        }
        assert!(pages.next().is_none());
    }
    assert_eq!(number, 1_000_010);
}

#[test]
fn pages_that_have_not_the_rows_of_their_section_are_refused_at_their_end() {
    let forest = Forest::new();
    let at = stored(&forest, &[data(5000, 5000 * 300 - 1)], page);
    let reader = forest.reader();
    let map = TableMap::open(&reader, &at).unwrap();
    let pages: Vec<_> = map.pages(&map.sections[0]).collect();
    assert_eq!(pages.len(), 5001);
    assert!(pages[4999].is_ok() && pages[5000].as_ref().is_err_and(RepoError::is_damage));
}

#[test]
fn a_page_that_is_damaged_ends_the_pages() {
    let forest = Forest::new();
    let wrong = |number| match number {
        4000 => Page { rows: u32::MAX, ..Page::default() },
        number => page(number),
    };
    let at = stored(&forest, &[data(9000, 9000 * 300)], wrong);
    let reader = forest.reader();
    let map = TableMap::open(&reader, &at).unwrap();
    let mut pages = map.pages(&map.sections[0]).skip_while(Result::is_ok);
    assert!(pages.next().unwrap().is_err_and(|error| error.is_damage()));
    assert!(pages.next().is_none());
}
