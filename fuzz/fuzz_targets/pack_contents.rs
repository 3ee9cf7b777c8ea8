//! Law: a table of contents that is taken is its encoding byte for byte and fits exactly in the room of its regions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Contents;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    let Ok(contents) = bounded(memory_for(data.len()), || Contents::decode(data, u64::MAX)) else { return };
    assert_eq!(contents.encode().as_deref(), Ok(data));
    let room: u64 = contents.regions.iter().map(|region| u64::from(region.stored_bytes)).sum();
    assert_eq!(Contents::decode(data, room).as_ref(), Ok(&contents));
    assert!(room == 0 || Contents::decode(data, room - 1).is_err());
    for region in &contents.regions {
        assert!(!region.chunks.is_empty() && region.plain_bytes() <= 64 << 20);
    }
});
