//! Law: a mark that is taken can be written and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Mark;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(mark) = bounded(memory_for(data.len()), || Mark::decode(data)) {
        assert_eq!(Mark::decode(&mark.encode().unwrap()), Ok(mark));
    }
});
