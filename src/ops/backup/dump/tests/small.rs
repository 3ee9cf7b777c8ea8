//! Many small tables.

use super::*;

/// The chunks of a dump, whose map must be right.
fn chunks_of(dump: &[u8]) -> Vec<Vec<u8>> {
    let (ends, map) = cut(dump, 10_000);
    assert_map(dump, &ends, &read(&map.unwrap()));
    let mut start = 0;
    ends.into_iter().map(|end| dump[std::mem::replace(&mut start, end)..end].to_vec()).collect()
}

/// How many chunks of `other` are not in `one`.
fn new_chunks(one: &[Vec<u8>], other: &[Vec<u8>]) -> usize {
    other.iter().filter(|chunk| !one.contains(chunk)).count()
}

#[test]
fn small_tables_beside_each_other_share_chunks_and_have_no_pages() {
    let dump = dump_of_postgres(&[1; 200]);
    let (ends, map) = cut(&dump, 10_000);
    let map = read(&map.unwrap());
    assert_map(&dump, &ends, &map);
    assert!((dump.len() / 1024..dump.len() / 128).contains(&ends.len()), "{} of {}", ends.len(), dump.len());
    let data: Vec<_> = map.sections.iter().filter(|s| s.kind == MapSectionKind::TableData).collect();
    assert_eq!(data.len(), 200);
    assert!(data.iter().filter(|section| section.shares_chunks).count() > 100);
}

#[test]
fn a_change_in_a_small_table_changes_the_chunks_around_it_alone() {
    let mut rows = vec![1; 200];
    let before = chunks_of(&dump_of_postgres(&rows));
    for (table, more) in [(3, 1), (100, 2), (150, 0), (199, 3)] {
        rows[table] = more;
        let after = chunks_of(&dump_of_postgres(&rows));
        assert!(
            new_chunks(&before, &after) <= 3,
            "{table}: {} of {}",
            new_chunks(&before, &after),
            after.len()
        );
        rows[table] = 1;
    }
}

#[test]
fn a_large_table_has_its_chunks_to_itself_among_small_ones() {
    let (one, other) = (dump(&[2, 2, 200, 2, 2]), dump(&[2, 2, 200, 1, 0]));
    let map = read(&cut(&one, 10_000).1.unwrap());
    let large = map.sections.iter().find(|section| section.rows == 200).unwrap();
    assert!(!large.shares_chunks && large.chunks > 3);
    let (one, other) = (chunks_of(&one), chunks_of(&other));
    assert!(new_chunks(&one, &other) <= 4, "{} of {}", new_chunks(&one, &other), other.len());
}
