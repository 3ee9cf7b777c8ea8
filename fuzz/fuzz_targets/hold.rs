//! Law: a hold that is taken can be written and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Hold;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(taken) = bounded(memory_for(data.len()), || Hold::decode(data)) {
        assert_eq!(Hold::decode(&taken.encode().unwrap()), Ok(taken));
    }
});
