//! What every backend must do, as one suite. `suite!` makes a test of each law, so that a failure names backend and law.
//!
//! `suite!(|path| ...)`: the closure makes an empty backend; `path` is an empty directory that lasts as long as the test.

use std::sync::Barrier;
use std::thread;

use super::{Backend, BackendError, NameError, ObjectName, Stored};

macro_rules! suite {
    ($make:expr) => {
        $crate::backend::contract::suite!($make;
            what_was_put_is_what_is_got
            an_object_larger_than_accepted_is_refused
            a_name_is_written_once
            a_range_is_exactly_what_was_asked_for
            a_range_past_the_end_is_a_short_read
            what_is_not_there_is_not_found
            a_listing_is_complete_and_sorted
            a_prefix_is_parts_and_not_letters
            a_prefix_that_leads_elsewhere_is_refused
            what_was_removed_is_gone_and_may_come_again
            what_is_there_is_made_durable_as_it_is
            what_is_there_is_replaced_and_nothing_else
            names_put_by_eight_threads_are_all_there
            of_eight_puts_of_one_name_one_succeeds
        );
    };
    ($make:expr; $($law:ident)*) => {
        mod contract {
            #[allow(unused_imports, reason = "the closure is written in the words of the module around it")]
            use super::*;
            $(
                #[test]
                fn $law() {
                    let directory = tempfile::tempdir().unwrap();
                    let make: fn(&std::path::Path) -> Box<dyn $crate::backend::Backend> =
                        |path| { let make: fn(&std::path::Path) -> _ = $make; Box::new(make(path)) };
                    $crate::backend::contract::$law(&*make(directory.path()));
                }
            )*
        }
    };
}
pub(super) use suite;

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

/// Bytes that differ with `seed` everywhere, in no pattern a file system could make up.
fn content(seed: u64, bytes: usize) -> Vec<u8> {
    let mut content = vec![0; bytes];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut content);
    content
}

fn names(listing: &[Stored]) -> Vec<&str> {
    listing.iter().map(|stored| stored.name.as_str()).collect()
}

pub(super) fn what_was_put_is_what_is_got(backend: &dyn Backend) {
    for (text, bytes) in [("config", 0), ("keys/a", 1), ("packs/ab/cd", 4096), ("packs/ab/ef", 5 << 20)] {
        let content = content(7, bytes);
        backend.put(&name(text), &content).unwrap();
        assert!(backend.get(&name(text), bytes as u64).unwrap() == content, "{text}");
        assert_eq!(backend.size(&name(text)).unwrap(), bytes as u64, "{text}");
    }
}

pub(super) fn an_object_larger_than_accepted_is_refused(backend: &dyn Backend) {
    backend.put(&name("config"), &[1; 10]).unwrap();
    let error = backend.get(&name("config"), 9).unwrap_err();
    assert!(matches!(error, BackendError::TooLarge { bytes: 10, bytes_max: 9, .. }), "{error}");
    assert_eq!(backend.get(&name("config"), u64::MAX).unwrap(), [1; 10]);
}

pub(super) fn a_name_is_written_once(backend: &dyn Backend) {
    for text in ["config", "packs/ab/cd"] {
        backend.put(&name(text), b"first").unwrap();
        let error = backend.put(&name(text), b"second").unwrap_err();
        assert!(error.is_already_exists() && error.name() == Some(&name(text)), "{error}");
        assert_eq!(backend.get(&name(text), 100).unwrap(), b"first");
    }
}

pub(super) fn a_range_is_exactly_what_was_asked_for(backend: &dyn Backend) {
    let content = content(1, 100_000);
    let pack = name("packs/ab/cd");
    backend.put(&pack, &content).unwrap();
    for (offset, bytes) in [(0, 100_000), (0, 1), (99_999, 1), (4_095, 70_002), (100_000, 0), (u64::MAX, 0)] {
        let start = usize::try_from(offset).unwrap().min(content.len());
        assert_eq!(backend.get_range(&pack, offset, bytes).unwrap(), content[start..start + bytes]);
    }
}

pub(super) fn a_range_past_the_end_is_a_short_read(backend: &dyn Backend) {
    backend.put(&name("config"), &[7; 100]).unwrap();
    for (start, bytes, there) in
        [(0, 101, 100), (99, 2, 1), (100, 1, 0), (101, 1, 0), (u64::MAX, 1, 0), (1, usize::MAX, 99)]
    {
        match backend.get_range(&name("config"), start, bytes).unwrap_err() {
            BackendError::ShortRead { offset, wanted, found, .. } => {
                assert_eq!((offset, wanted, found), (start, bytes, there));
            }
            other => panic!("{other}"),
        }
    }
}

pub(super) fn what_is_not_there_is_not_found(backend: &dyn Backend) {
    backend.put(&name("config"), b"").unwrap();
    backend.put(&name("packs/ab/cd"), b"").unwrap();
    for text in ["keys", "keys/a", "keys/a/b", "packs/ab/ce", "packs/ac/cd", "config/a"] {
        let name = name(text);
        assert!(backend.get(&name, 100).unwrap_err().is_not_found(), "{text}");
        assert!(backend.get_range(&name, 0, 0).unwrap_err().is_not_found(), "{text}");
        assert!(backend.size(&name).unwrap_err().is_not_found(), "{text}");
    }
    assert!(backend.remove(&name("keys/a")).unwrap_err().is_not_found());
    assert!(backend.remove(&name("packs/ab/ce")).unwrap_err().is_not_found());
}

pub(super) fn a_listing_is_complete_and_sorted(backend: &dyn Backend) {
    assert_eq!(backend.list("").unwrap(), []);
    assert_eq!(backend.list("packs").unwrap(), []);
    for (index, text) in ["packs/b/2", "config", "packs/a/3", "packs/b/1", "keys/x"].iter().enumerate() {
        backend.put(&name(text), &vec![0; index]).unwrap();
    }
    let packs = backend.list("packs").unwrap();
    assert_eq!(names(&packs), ["packs/a/3", "packs/b/1", "packs/b/2"]);
    assert_eq!(packs.iter().map(|stored| stored.bytes).collect::<Vec<_>>(), [2, 3, 0]);
    assert_eq!(names(&backend.list("packs/b").unwrap()), ["packs/b/1", "packs/b/2"]);
    let all = ["config", "keys/x", "packs/a/3", "packs/b/1", "packs/b/2"];
    assert_eq!(names(&backend.list("").unwrap()), all);
}

pub(super) fn a_prefix_is_parts_and_not_letters(backend: &dyn Backend) {
    for text in ["packs/ab/cd", "packs-old/ab", "pack/a", "config"] {
        backend.put(&name(text), b"").unwrap();
    }
    assert_eq!(names(&backend.list("packs").unwrap()), ["packs/ab/cd"]);
    assert_eq!(names(&backend.list("pack").unwrap()), ["pack/a"]);
    for nothing in ["pac", "packs/a", "packs/ab/cd", "config", "config/a", "snapshots"] {
        assert_eq!(backend.list(nothing).unwrap(), [], "{nothing}");
    }
}

pub(super) fn a_prefix_that_leads_elsewhere_is_refused(backend: &dyn Backend) {
    for prefix in ["/", "packs/", "..", "packs/..", "/etc", "tmp", "a/b/c/d", "PACKS", "\0"] {
        let error = backend.list(prefix).unwrap_err();
        assert!(matches!(error, BackendError::Name(_)), "{prefix:?}: {error}");
    }
    assert!(matches!(ObjectName::new("../config"), Err(NameError::Letter(_))));
}

pub(super) fn what_was_removed_is_gone_and_may_come_again(backend: &dyn Backend) {
    let pack = name("packs/ab/cd");
    for round in [b"first", b"again"] {
        backend.put(&pack, round).unwrap();
        assert_eq!(backend.get(&pack, 100).unwrap(), round);
        backend.remove(&pack).unwrap();
        assert!(backend.get(&pack, 100).unwrap_err().is_not_found());
        assert!(backend.remove(&pack).unwrap_err().is_not_found());
        assert_eq!(backend.list("packs").unwrap(), []);
    }
}

pub(super) fn what_is_there_is_made_durable_as_it_is(backend: &dyn Backend) {
    for text in ["config", "packs/ab/cd", "packs/ab/ef"] {
        backend.put(&name(text), text.as_bytes()).unwrap();
        for _ in 0..2 {
            backend.make_durable(&name(text)).unwrap();
            assert_eq!(backend.get(&name(text), 100).unwrap(), text.as_bytes());
        }
    }
    backend.remove(&name("packs/ab/ef")).unwrap();
    for text in ["packs", "packs/ab", "packs/ab/ef", "packs/ac/cd", "config/a"] {
        assert!(backend.make_durable(&name(text)).unwrap_err().is_not_found(), "{text}");
    }
    assert_eq!(names(&backend.list("").unwrap()), ["config", "packs/ab/cd"]);
}

pub(super) fn what_is_there_is_replaced_and_nothing_else(backend: &dyn Backend) {
    backend.put(&name("packs/ab/cd"), b"damaged").unwrap();
    for round in [&content(3, 70_000), &b"short".to_vec()] {
        backend.replace(&name("packs/ab/cd"), round).unwrap();
        assert!(backend.get(&name("packs/ab/cd"), 70_000).unwrap() == *round);
    }
    for text in ["packs", "packs/ab", "packs/ab/ce", "packs/ac/cd", "config"] {
        assert!(backend.replace(&name(text), b"new").unwrap_err().is_not_found(), "{text}");
    }
    assert_eq!(names(&backend.list("").unwrap()), ["packs/ab/cd"]);
    backend.remove(&name("packs/ab/cd")).unwrap();
    assert!(backend.replace(&name("packs/ab/cd"), b"new").unwrap_err().is_not_found());
    backend.put(&name("packs/ab/cd"), b"again").unwrap();
}

pub(super) fn names_put_by_eight_threads_are_all_there(backend: &dyn Backend) {
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for thread in 0..8u64 {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for round in 0..8 {
                    let text = format!("packs/{round}/{thread}");
                    backend.put(&name(&text), &content(thread, 1000 + thread as usize)).unwrap();
                }
            });
        }
    });
    let listing = backend.list("packs").unwrap();
    assert_eq!(listing.len(), 64);
    for stored in listing {
        let thread = stored.name.last_part().parse().unwrap();
        let found = backend.get(&stored.name, stored.bytes).unwrap();
        assert!(found == content(thread, 1000 + thread as usize), "{}", stored.name);
    }
}

pub(super) fn of_eight_puts_of_one_name_one_succeeds(backend: &dyn Backend) {
    let start = Barrier::new(8);
    for round in 0..4 {
        let pack = name(&format!("packs/ab/{round}"));
        let results: Vec<Result<(), BackendError>> = thread::scope(|scope| {
            let spawn = |thread| {
                let (start, pack) = (&start, &pack);
                scope.spawn(move || {
                    start.wait();
                    backend.put(pack, &content(thread, 100_000))
                })
            };
            let threads: Vec<_> = (0..8).map(spawn).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners: Vec<_> = (0u64..).zip(&results).filter(|(_, result)| result.is_ok()).collect();
        assert_eq!(winners.len(), 1, "{results:?}");
        assert!(results.iter().flat_map(|result| result.as_ref().err()).all(BackendError::is_already_exists));
        assert!(backend.get(&pack, 100_000).unwrap() == content(winners[0].0, 100_000));
    }
}
