mod keys;
mod small;

use proptest::prelude::*;

use super::*;
use crate::chunker::ChunkerParameters;
use crate::format::table_map::{MapSection, MapSectionKind, MapTrailer, PAGE_BYTES, Page, TRAILER_BYTES};

fn chunker() -> Chunker {
    let parameters =
        ChunkerParameters { bytes_min: 256, bytes_average: 1024, bytes_max: 4096, normalization: 2 };
    let mut state = 7_u64;
    let gear = Box::new([0; 256].map(|_: u8| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ state >> 29
    }));
    Chunker::new(parameters, gear).unwrap()
}

/// Cuts `dump` in windows of so many new bytes; the ends of the chunks, and the map.
fn cut(dump: &[u8], step: usize) -> (Vec<usize>, Option<Vec<u8>>) {
    cut_knowing(dump, step, &|| None)
}

fn cut_knowing(
    dump: &[u8],
    step: usize,
    known_keys: &dyn Fn() -> Option<KnownKeys>,
) -> (Vec<usize>, Option<Vec<u8>>) {
    let chunkers = Chunkers { fine: chunker(), coarse: chunker() };
    let mut cutter = Cutter::new(&chunkers, Look::Dump(known_keys));
    let (mut ends, mut map, mut start, mut end) = (vec![], vec![], 0, 0);
    while end < dump.len() || ends.is_empty() {
        end = dump.len().min(end + step);
        let cut = cutter.cut(&dump[start..end], end == dump.len());
        ends.extend(cut.iter().map(|cut| start + cut));
        start = ends.last().copied().unwrap_or(0);
        map.extend(cutter.take_map());
        if dump.is_empty() {
            break;
        }
    }
    (ends, cutter.finish().map(|end| [map, end.bytes].concat()))
}

struct Read {
    pages: Vec<Page>,
    sections: Vec<MapSection>,
}

fn read(map: &[u8]) -> Read {
    let end = map.len() - TRAILER_BYTES;
    let trailer = MapTrailer::decode(&map[end..], map.len() as u64).unwrap();
    let pages = usize::try_from(trailer.pages).unwrap() * PAGE_BYTES;
    let sections = trailer.decode_sections(&map[pages..end]).unwrap();
    Read { pages: Page::decode_all(&map[..pages]).unwrap(), sections }
}

/// Tables with so many rows: of every second one each row is a statement, and some rows are longer than many chunks.
fn dump(rows: &[usize]) -> Vec<u8> {
    let mut dump = b"-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n".to_vec();
    for (table, rows) in rows.iter().enumerate() {
        dump.extend(format!("\n--\n-- Table structure for table `t{table}`\n--\n\nDROP TABLE IF EXISTS `t{table}`;\nCREATE TABLE `t{table}` (\n  `id` int NOT NULL,\n  `x` text,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n").bytes());
        if *rows > 0 {
            let insert = format!("INSERT INTO `t{table}` VALUES ");
            dump.extend(format!("\nLOCK TABLES `t{table}` WRITE;\n{insert}").bytes());
            let times = |row: usize| if table > 0 && row % 97 == 50 { 1000 + row } else { row % 30 };
            let tuple = |row: usize| format!("({row},'{}')", "it\\'s (a), ".repeat(times(row)));
            let tuples: Vec<_> = (0..*rows).map(tuple).collect();
            let between = if table % 2 == 1 { format!(";\n{insert}") } else { ",".into() };
            dump.extend(tuples.join(&between).bytes());
            dump.extend(b";\nUNLOCK TABLES;\n");
        }
    }
    dump.extend(b"\n-- Dump completed on 2026-11-20  3:00:00\n");
    dump
}

/// Everything that a map promises, against the dump and its chunks.
fn assert_map(dump: &[u8], ends: &[usize], map: &Read) {
    let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect();
    let (mut offset, mut page) = (0, 0);
    for section in &map.sections {
        let end = offset + usize::try_from(section.bytes).unwrap();
        let begins = starts.iter().filter(|start| (offset..end).contains(*start)).count();
        assert_eq!(begins as u64, section.chunks, "{section:?}");
        if section.shares_chunks {
            assert!(
                section.bytes < chunker().bytes_min() as u64,
                "{section:?} is large enough for chunks of its own"
            );
            assert!(section.key.is_none());
        } else if section.kind == MapSectionKind::TableData {
            assert!(starts.contains(&offset), "{section:?} shares a chunk with what is before it");
            assert!(
                end == dump.len() || starts.contains(&end),
                "{section:?} shares a chunk with what follows"
            );
            let pages = &map.pages[page..page + begins];
            page += begins;
            assert_eq!(pages.iter().map(|page| u64::from(page.rows)).sum::<u64>(), section.rows);
            assert!(pages.first().is_none_or(|page| !page.starts_inside));
        }
        offset = end;
    }
    assert_eq!((offset, page), (dump.len(), map.pages.len()));
}

#[test]
fn chunks_of_a_dump_end_with_its_rows_and_pages_know_their_keys() {
    let dump = dump(&[900, 0, 3]);
    let (ends, map) = cut(&dump, 10_000);
    let map = read(&map.unwrap());
    assert_map(&dump, &ends, &map);
    let data = || map.sections.iter().filter(|section| section.kind == MapSectionKind::TableData);
    assert_eq!(data().map(|section| section.rows).collect::<Vec<_>>(), [900, 3]);
    assert!(!data().next().unwrap().shares_chunks);
    assert!(map.pages.len() > 20, "{}", map.pages.len());
    assert!(map.pages.iter().all(|page| !page.starts_inside));
    let mut known = map.pages.iter().filter_map(|page| page.keys);
    let mut last = known.next().unwrap();
    for keys in known.take(20) {
        assert!(last.last < keys.first, "the rows are in the order of their keys");
        last = keys;
    }
}

#[test]
fn rows_longer_than_a_chunk_are_cut_inside_and_the_pages_say_so() {
    let mut dump = b"-- MySQL dump 10.13  Distrib 8.0.36\n--\n\nCREATE TABLE `t` (`id` int, `x` text, PRIMARY KEY (`id`));\nINSERT INTO `t` VALUES (1,'".to_vec();
    dump.extend(std::iter::repeat_n(b'x', 20_000));
    dump.extend(b"'),(2,'y');\n");
    let (ends, map) = cut(&dump, 3_000);
    let map = read(&map.unwrap());
    assert_map(&dump, &ends, &map);
    assert!(map.pages.iter().filter(|page| page.starts_inside && page.rows == 0).count() >= 3);
}

#[test]
fn what_is_no_dump_is_cut_as_before_and_has_no_map() {
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let (ends, map) = cut(&bytes, 70_000);
    assert!(map.is_none());
    let chunkers = Chunkers { fine: chunker(), coarse: chunker() };
    let mut start = 0;
    for end in ends {
        assert_eq!(chunkers.fine.cut(&bytes[start..bytes.len().min(start + 4096)], &[]), end - start);
        start = end;
    }
    assert_eq!(start, bytes.len());
}

/// A dump of PostgreSQL: keys come after the rows.
fn dump_of_postgres(rows: &[usize]) -> Vec<u8> {
    let mut dump =
        b"--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n\n".to_vec();
    for table in 0..rows.len() {
        dump.extend(
            format!("CREATE TABLE public.t{table} (\n    name text,\n    no integer NOT NULL\n);\n\n")
                .bytes(),
        );
    }
    for (table, rows) in rows.iter().enumerate() {
        dump.extend(format!("COPY public.t{table} (name, no) FROM stdin;\n").bytes());
        let line = |row: usize| format!("{}\\t\t{}\n", "some text".repeat(row % 40), row);
        (0..*rows).for_each(|row| dump.extend(line(row).bytes()));
        dump.extend(b"\\.\n\n\n");
    }
    for table in 0..rows.len() {
        dump.extend(
            format!(
                "ALTER TABLE ONLY public.t{table}\n    ADD CONSTRAINT t{table}_pkey PRIMARY KEY (no);\n\n"
            )
            .bytes(),
        );
    }
    dump.extend(b"--\n-- PostgreSQL database dump complete\n--\n\n");
    dump
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_change_nothing(rows in prop::collection::vec(0_usize..300, 1..5), step in 1_usize..200_000) {
        let dump = dump(&rows);
        let whole = cut(&dump, dump.len());
        prop_assert!(cut(&dump, step.max(dump.len() / 50)) == whole, "another map");
        assert_map(&dump, &whole.0, &read(whole.1.as_deref().unwrap()));
    }

    #[test]
    fn a_dump_that_was_damaged_still_has_a_map_that_is_right(
        rows in prop::collection::vec(0_usize..200, 1..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end: prop::sample::Index,
    ) {
        let mut dump = dump(&rows);
        dump.truncate(60 + end.index(dump.len() - 60));
        for (at, byte) in changes {
            let at = at.index(dump.len()).max(59).min(dump.len() - 1);
            // A zero among the first bytes makes it no dump.
            dump[at] = if at < 512 { byte.max(1) } else { byte };
        }
        let (ends, map) = cut(&dump, 50_000);
        prop_assert_eq!(ends.last(), Some(&dump.len()));
        assert_map(&dump, &ends, &read(&map.expect("a map")));
    }
}
