//! Law: an object is of one kind at most, and its header is its encoding byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::{ObjectHeader, ObjectKind};
use strongroom_fuzz::{bounded, memory_for};

const KINDS: [ObjectKind; 7] = [
    ObjectKind::Index,
    ObjectKind::Manifest,
    ObjectKind::Lease,
    ObjectKind::Mark,
    ObjectKind::Hold,
    ObjectKind::Forgetting,
    ObjectKind::Loss,
];

fuzz_target!(|data: &[u8]| {
    let decode = |kind: &ObjectKind| bounded(memory_for(0), || ObjectHeader::decode(*kind, data)).ok();
    let taken: Vec<_> = KINDS.iter().filter_map(decode).collect();
    assert!(taken.len() <= 1);
    for (header, sealed) in taken {
        assert_eq!([header.encode().as_slice(), sealed].concat(), data);
    }
});
