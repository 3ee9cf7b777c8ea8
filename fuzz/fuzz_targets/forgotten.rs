//! Law: a forgetting record that is taken can be written and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Forgetting;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(taken) = bounded(memory_for(data.len()), || Forgetting::decode(data)) {
        assert_eq!(Forgetting::decode(&taken.encode().unwrap()), Ok(taken));
    }
});
