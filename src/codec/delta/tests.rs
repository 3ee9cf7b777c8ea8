use proptest::prelude::*;

use super::*;
use crate::codec::{Compression, Compressor, Decompressor};

/// What `new` has in common with `old`, as steps on the whole of it.
fn steps(old: &[u8], new: &[u8]) -> Vec<Step> {
    let mut window = Window::default();
    window.restart(0);
    old.chunks(1000).for_each(|bytes| window.push(bytes));
    let step = |found: Match| Step { insert: found.insert, from: found.from as u32, copy: found.copy };
    window.find(new, 0).into_iter().map(step).collect()
}

fn inserted(steps: &[Step]) -> u32 {
    steps.iter().map(|step| step.insert).sum()
}

fn encoded(compression: Compression, steps: &[Step], plain: &[u8]) -> Vec<u8> {
    let mut body = vec![];
    encode(&mut Compressor::new(compression), steps, plain, &mut body).unwrap();
    body
}

fn there_and_back(old: &[u8], new: &[u8]) -> usize {
    let steps = steps(old, new);
    for compression in [Compression::Level(3), Compression::Off] {
        let body = encoded(compression, &steps, new);
        let decoded = decode(&mut Decompressor::new(), &body, &[old], new.len());
        assert!(decoded.unwrap() == new);
    }
    encoded(Compression::Level(3), &steps, new).len()
}

/// Rows of a table, each of its own.
fn rows(count: u32) -> Vec<Vec<u8>> {
    let digits = |number: u32| number.wrapping_mul(2_654_435_761).rotate_left(number % 32);
    let row = |id: u32| {
        format!("({id},'{:x}{:x}','x{:x}',{}),\n", digits(id), digits(id ^ 7), digits(id + 9), digits(!id))
    };
    (0..count).map(|id| row(id).into_bytes()).collect()
}

#[test]
fn changed_rows_cost_what_changed() {
    let old = rows(20_000);
    let mut new = old.clone();
    for (number, row) in new.iter_mut().enumerate() {
        match number % 500 {
            100 => row[10] ^= 1,
            200 => row.splice(10..11, *b"longer").for_each(drop),
            300 => row.clear(),
            400 => {
                row.extend_from_slice(format!("(9{number},'a new row','with text',{number}),\n").as_bytes())
            }
            _ => {}
        }
    }
    let (old, new) = (old.concat(), new.concat());
    let found = steps(&old, &new);
    assert!(
        found.len() < 200 && inserted(&found) < 5000,
        "{} steps, {} bytes",
        found.len(),
        inserted(&found)
    );
    assert!(there_and_back(&old, &new) < 2500, "{}", there_and_back(&old, &new));
}

#[test]
fn what_moved_is_found_as_far_as_the_window_goes() {
    let rows = rows(30_000);
    let (first, second) = rows.split_at(12_000);
    let (old, new) = ([first, second].concat().concat(), [second, first].concat().concat());
    assert!(there_and_back(&old, &new) < 200, "{}", there_and_back(&old, &new));
}

#[test]
fn nothing_in_common_is_all_inserted() {
    let old = rows(3000).concat();
    let new: Vec<u8> = old.iter().map(|byte| byte ^ 0x80).collect();
    assert_eq!(steps(&old, &new), [Step { insert: new.len() as u32, from: 0, copy: 0 }]);
    there_and_back(&old, &new);
    there_and_back(&[], &new);
    assert_eq!(steps(&old, &[]), []);
}

#[test]
fn a_place_far_from_the_window_is_none_to_begin_at() {
    let old = rows(1000).concat();
    let mut window = Window::default();
    window.restart(1000);
    window.push(&old);
    for expected in [0, 999, window.end(), u64::MAX] {
        let found = window.find(&old, expected);
        assert_eq!(found, [Match { insert: 0, from: 1000, copy: old.len() as u32 }], "{expected}");
    }
}

#[test]
fn a_window_forgets_and_goes_on() {
    let old = rows(20_000).concat();
    let mut window = Window::default();
    window.restart(0);
    for (number, bytes) in old.chunks(10_007).enumerate() {
        window.push(bytes);
        window.forget_before(window.end().saturating_sub(50_000));
        let end = window.end();
        assert_eq!(end, ((number + 1) * 10_007).min(old.len()) as u64);
        let from = end.saturating_sub(30_000);
        let wanted = window.get(from, end).unwrap().to_vec();
        assert_eq!(wanted, old[from as usize..end as usize]);
        let found = window.find(&wanted, end);
        assert_eq!(found, [Match { insert: 0, from, copy: wanted.len() as u32 }]);
    }
    assert_eq!(window.get(0, 10), None);
}

fn refused(body: &[u8], base: &[u8], plain_bytes: usize) -> String {
    decode(&mut Decompressor::new(), body, &[base], plain_bytes).unwrap_err().to_string()
}

#[test]
fn what_the_page_says_is_refused() {
    let body = |count: u32, rows: &[u8], inserts: &[u8]| {
        let length = (rows.len() as u32).to_le_bytes();
        [&count.to_le_bytes(), length.as_slice(), &length, rows, inserts].concat()
    };
    let good = body(1, &[1, 2, 3], b"x");
    assert_eq!(decode(&mut Decompressor::new(), &good, &[b"abcdef"], 4).unwrap(), b"xcde");
    assert!(refused(&body(1, &[1, 3, 3], b"x"), b"abcdef", 4).contains("within the base"));
    assert!(refused(&good, b"abcd", 4).contains("within the base"));
    assert!(refused(&good, b"abcdef", 5).contains("another length"));
    assert!(refused(&good[..11], b"abcdef", 4).contains("fewer bytes"));
    assert!(refused(&good[..14], b"abcdef", 4).contains("fewer bytes"));
    assert!(refused(&body(2, &[1, 2, 3], b"x"), b"abcdef", 4).contains("more steps"));
    assert!(refused(&body(1, &[1, 2, 3, 4], b"x"), b"abcdef", 4).contains("other steps"));
    assert!(refused(&body(1, &[1, 2, 0x83], b"x"), b"abcdef", 4).contains("other steps"));
    assert!(refused(&body(1, &[1, 2, 0x83, 0], b"x"), b"abcdef", 4).contains("more groups"));
    assert!(refused(&body(1, &[1, 2, 0xff, 0xff, 0xff, 0xff, 0x1f], b"x"), b"abcdef", 4).contains("2^32"));
    assert!(
        refused(&body(1, &[1, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 1], b"x"), b"abcdef", 4)
            .contains("five groups")
    );
    assert!(refused(&body(2, &[1, 0, 2, 0, 3, 0], b"x"), b"abcdef", 4).contains("a step of nothing"));
    assert!(refused(&body(2, &[1, 1, 0, 1, 3, 0], b"xy"), b"abcdef", 5).contains("from elsewhere"));
    assert!(refused(&body(1, &[1, 2, 3], b"xy"), b"abcdef", 4).contains("does not decompress"));
    let mut longer = good;
    longer[8] = 4;
    assert!(refused(&longer, b"abcdef", 4).contains("longer stored"));
}

proptest! {
    #[test]
    fn any_bytes_come_back(
        old in prop::collection::vec(0_u8..4, 0..3000),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..300, prop::collection::vec(0_u8..4, 0..100)), 0..8),
    ) {
        let mut new = old.clone();
        for (at, removed, put) in edits {
            let at = at.index(new.len() + 1);
            let end = (at + removed).min(new.len());
            new.splice(at..end, put);
        }
        if !new.is_empty() {
            there_and_back(&old, &new);
        }
    }

    #[test]
    fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200), base in prop::collection::vec(any::<u8>(), 0..50), plain in 0_usize..300) {
        if let Ok(decoded) = decode(&mut Decompressor::new(), &body, &[&base], plain) {
            prop_assert_eq!(decoded.len(), plain);
        }
    }
}
