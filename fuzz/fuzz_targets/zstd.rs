//! Law: plaintext has exactly the length that was stated, memory follows that length, and what was compressed comes back.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use strongroom::base::Encoding;
use strongroom::codec::{Compression, Compressor, Decompressor};
use strongroom_fuzz::{bounded, memory_for};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    stated_bytes: u32,
    level: i8,
    before: &'a [u8],
    body: &'a [u8],
}

const STATED_BYTES_MAX: usize = 1 << 20;

fuzz_target!(|input: Input<'_>| {
    let Input { stated_bytes, level, before, body } = input;
    let stated_bytes = stated_bytes as usize % STATED_BYTES_MAX;
    let mut decompressor = Decompressor::new();
    for encoding in [Encoding::Stored, Encoding::Zstd] {
        let copy = body.to_vec();
        let memory = stated_bytes + memory_for(0);
        if let Ok(plain) = bounded(memory, || decompressor.decompress(encoding, copy, &[], stated_bytes)) {
            assert_eq!(plain.len(), stated_bytes);
            assert!(encoding != Encoding::Stored || plain == body);
        }
    }
    let mut compressed = before.to_vec();
    let level = Compression::Level(i32::from(level).rem_euclid(20) - 7);
    let encoding = Compressor::new(level).compress(body, &mut compressed).unwrap();
    let frame = compressed.split_off(before.len());
    assert_eq!(compressed, before);
    assert!(frame.len() <= body.len());
    for wrong in [body.len().wrapping_sub(1), body.len() + 1] {
        let wrong = wrong.min(STATED_BYTES_MAX);
        assert!(decompressor.decompress(encoding, frame.clone(), &[], wrong).is_err());
    }
    assert_eq!(decompressor.decompress(encoding, frame, &[], body.len()).as_deref(), Ok(body));
});
