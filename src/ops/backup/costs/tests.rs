use super::news::Parts;
use super::*;
use crate::codec::delta::Step;

fn table(section: u64) -> Arc<DumpTable> {
    let name = MapTableName { schema: None, name: format!("t{section}").into_bytes() };
    Arc::new(DumpTable { section, database: None, name })
}

fn section(offset: u32, of: u64) -> (u32, Break) {
    (offset, Break::Section(Some(table(of))))
}

fn marks(row_ends: &[u32], breaks: Vec<(u32, Break)>) -> Marks {
    Marks { row_ends: row_ends.to_vec(), breaks }
}

/// What is new in `new` if it is a delta of `old` by these steps: bytes inserted, where the copy begins, bytes copied.
fn delta<'n>(old: &'n str, new: &'n str, steps: &[(u32, u32, u32)]) -> News<'n> {
    let steps: Vec<_> =
        steps.iter().map(|(insert, from, copy)| Step { insert: *insert, from: *from, copy: *copy }).collect();
    assert_eq!(steps.iter().map(|step| step.insert + step.copy).sum::<u32>() as usize, new.len());
    News::Parts(Parts::new(new.as_bytes(), vec![old.as_bytes()], &steps))
}

/// Rows by table, when all is told.
fn rows(mut ledger: Ledger, rest: &Marks) -> Vec<(String, Option<u64>)> {
    ledger.dump_ended(b"a.sql", rest);
    let spent = ledger.finish(&Charges::default(), &mut []);
    let name = |table: &TableSpent| String::from_utf8(table.name.name.clone()).unwrap();
    spent.iter().map(|table| (name(table), table.rows)).collect()
}

/// The rows of `new` that count if it is a delta of `old` by these steps.
fn counted(old: &str, new: &str, row_ends: &[u32], steps: &[(u32, u32, u32)]) -> u64 {
    let mut ledger = Ledger::default();
    ledger.start(true);
    ledger.chunk(new.len() as u32, Some(&marks(row_ends, vec![])), &delta(old, new, steps));
    rows(ledger, &marks(&[], vec![section(0, 3)])).first().and_then(|(_, rows)| *rows).unwrap_or(0)
}

#[test]
fn a_row_with_other_bytes_counts_once() {
    let (old, new) = ("(1,'aa'),(2,'bb'),(3,'cc');", "(1,'aa'),(2,'xy'),(3,'cc');");
    assert_eq!(counted(old, new, &[9, 18, 27], &[(0, 0, 13), (2, 15, 12)]), 1);
    assert_eq!(counted(old, new, &[9, 18, 27], &[(0, 0, 13), (1, 0, 0), (1, 15, 12)]), 1);
    assert_eq!(counted(old, old, &[9, 18, 27], &[(0, 0, 27)]), 0);
}

/// When its chain has become too long.
#[test]
fn a_chunk_that_is_stored_whole_all_the_same_takes_its_room_but_has_only_rows_that_changed() {
    let (old, new) = ("(1,'aa'),(2,'bb'),(3,'cc');", "(1,'aa'),(2,'xy'),(3,'cc');");
    let News::Parts(parts) = delta(old, new, &[(0, 0, 13), (2, 15, 12)]) else { panic!() };
    let mut ledger = Ledger::default();
    ledger.start(true);
    let all = Share { account: Account(1), bytes: 27 };
    let marks = |row_ends: &[u32]| Marks { row_ends: row_ends.to_vec(), breaks: vec![] };
    assert_eq!(ledger.chunk(27, Some(&marks(&[9, 18, 27])), &News::Whole(parts)), [all]);
    assert_eq!(rows(ledger, &Marks { breaks: vec![section(0, 3)], ..marks(&[]) }), [("t3".into(), Some(1))]);
}

/// The same bytes may be said to have come a little earlier or later: `(2,'bb'),` or `2,'bb'),(`.
#[test]
fn a_row_that_is_put_in_is_one_row_wherever_the_delta_begins() {
    let (old, new) = ("(1,'aa'),(3,'cc');", "(1,'aa'),(2,'bb'),(3,'cc');");
    assert_eq!(counted(old, new, &[9, 18, 27], &[(0, 0, 9), (9, 9, 9)]), 1);
    assert_eq!(counted(old, new, &[9, 18, 27], &[(0, 0, 10), (9, 10, 8)]), 1);
    let (old, new) = ("1\taa\n3\tcc\n", "1\taa\n2\tbb\n3\tcc\n");
    assert_eq!(counted(old, new, &[5, 10, 15], &[(0, 0, 4), (5, 4, 6)]), 1);
}

#[test]
fn what_separates_rows_and_the_heads_of_statements_are_of_no_row() {
    let old = "(1,'aa'),(3,'cc');\n";
    assert_eq!(counted(old, "(1,'aa'),(3,'cc'),(4,'d');\n", &[9, 18, 27], &[(0, 0, 17), (8, 17, 2)]), 1);
    let new = "(1,'aa');\nINSERT INTO `t` (`values`) VALUES (3,'cc');\n";
    assert_eq!(counted(old, new, &[10, 54], &[(0, 0, 8), (36, 9, 10)]), 0);
    let new = "(1,'aa');\nINSERT INTO `t` VALUES (2,'xx');\n";
    assert_eq!(counted(old, new, &[10, 43], &[(0, 0, 8), (25, 9, 1), (6, 15, 3)]), 1);
}

#[test]
fn a_row_between_two_changes_that_stands_as_it_did_does_not_count() {
    let (old, new) = ("(1,'aa'),(2,'b'),(3,'cc');", "(1,'xx'),(2,'b'),(3,'yy');");
    assert_eq!(counted(old, new, &[9, 17, 26], &[(0, 0, 4), (19, 23, 3)]), 2);
    // A line of which another one ends the same is not that one.
    let (old, new) = ("21\taa\n3\tcc\n", "21\taa\n1\taa\n3\tcc\n");
    assert_eq!(counted(old, new, &[6, 11, 16], &[(0, 0, 6), (5, 6, 5)]), 1);
}

#[test]
fn a_row_of_several_chunks_counts_once_and_in_its_table_only() {
    let mut ledger = Ledger::default();
    ledger.start(true);
    // Its beginning is new, its middle is not, its end is.
    ledger.chunk(10, Some(&marks(&[4], vec![])), &News::All);
    ledger.chunk(10, Some(&marks(&[], vec![])), &News::Nothing);
    ledger.chunk(10, Some(&marks(&[3, 10], vec![])), &News::All);
    // Nothing of the next one, and what is behind the rows is of none.
    ledger.chunk(10, Some(&marks(&[5], vec![section(8, 1), section(10, 2)])), &News::Nothing);
    ledger.chunk(10, Some(&marks(&[], vec![section(10, 3)])), &News::All);
    assert_eq!(rows(ledger, &Marks::default()), [("t1".into(), Some(3))]);
}

#[test]
fn what_stands_before_the_first_row_is_of_none() {
    let mut ledger = Ledger::default();
    ledger.start(true);
    ledger.chunk(10, Some(&marks(&[], vec![])), &News::All);
    ledger.chunk(10, Some(&marks(&[10], vec![(2, Break::Gap), section(10, 1)])), &News::Nothing);
    assert_eq!(rows(ledger, &Marks::default()), []);
}

#[test]
fn without_an_earlier_dump_no_row_is_counted() {
    let mut ledger = Ledger::default();
    ledger.start(false);
    ledger.chunk(10, Some(&marks(&[5, 10], vec![section(10, 1)])), &News::All);
    assert_eq!(rows(ledger, &Marks::default()), []);
}

#[test]
fn a_chunk_of_several_tables_goes_on_the_accounts_of_all() {
    let mut ledger = Ledger::default();
    ledger.start(true);
    let of = |account, bytes| Share { account: Account(account), bytes };
    let several = marks(&[], vec![section(3, 0), section(8, 1)]);
    assert_eq!(ledger.chunk(10, Some(&several), &News::All), [of(1, 3), of(2, 5), of(3, 2)]);
    assert_eq!(ledger.chunk(10, Some(&marks(&[], vec![section(0, 2)])), &News::All), [of(4, 10)]);
    assert_eq!(ledger.chunk(10, Some(&marks(&[], vec![])), &News::Nothing), []);
    let same = delta("0123456789", "0123456789", &[(0, 0, 10)]);
    assert_eq!(ledger.chunk(10, Some(&marks(&[], vec![])), &same), [of(4, 0)]);
    assert_eq!(ledger.chunk(10, None, &News::All), [of(0, 10)]);
}
