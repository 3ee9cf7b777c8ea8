use super::*;
use crate::backend::MemoryBackend;

crate::backend::contract::suite!(|_| Faulty::new(MemoryBackend::new()));

const PLAN: Plan =
    Plan { calls: Calls::Put, nth: 2, fault: Fault::NoSpace, effect: Effect::Before, lasting: false };

fn put(backend: &Faulty<MemoryBackend>, text: &str) -> Result<(), BackendError> {
    backend.put(&ObjectName::new(text).unwrap(), b"content")
}

fn stored(backend: &Faulty<MemoryBackend>) -> Vec<(String, u64)> {
    let listing = backend.inner().list("").unwrap();
    listing.iter().map(|stored| (stored.name.to_string(), stored.bytes)).collect()
}

#[test]
fn the_nth_call_of_its_kind_fails_and_the_next_does_not() {
    let backend = Faulty::new(MemoryBackend::new());
    backend.fail(PLAN);
    put(&backend, "a").unwrap();
    backend.list("").unwrap();
    assert!(put(&backend, "b").unwrap_err().is_no_space());
    put(&backend, "c").unwrap();
    assert_eq!(stored(&backend), [("a".to_owned(), 7), ("c".to_owned(), 7)]);
    assert_eq!((backend.failed(), backend.calls()), (1, 4));
}

#[test]
fn a_lasting_fault_lasts_until_it_is_healed() {
    let backend = Faulty::new(MemoryBackend::new());
    backend.fail(Plan { calls: Calls::Any, nth: 1, fault: Fault::Unreachable, lasting: true, ..PLAN });
    assert!(put(&backend, "a").unwrap_err().is_unreachable());
    assert!(backend.list("").unwrap_err().is_unreachable());
    backend.heal();
    put(&backend, "a").unwrap();
}

#[test]
fn a_fault_after_the_effect_leaves_the_effect() {
    let backend = Faulty::new(MemoryBackend::new());
    backend.fail(Plan { calls: Calls::Changing, nth: 1, effect: Effect::After, fault: Fault::Io, ..PLAN });
    assert!(matches!(put(&backend, "a"), Err(BackendError::Io { .. })));
    assert_eq!(stored(&backend), [("a".to_owned(), 7)]);
}

#[test]
fn a_torn_put_leaves_half_an_object() {
    let backend = Faulty::new(MemoryBackend::new());
    backend.fail(Plan { nth: 1, effect: Effect::Torn, ..PLAN });
    assert!(put(&backend, "a").unwrap_err().is_no_space());
    assert_eq!(stored(&backend), [("a".to_owned(), 3)]);
}
