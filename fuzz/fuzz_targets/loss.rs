//! Law: a loss that is taken can be written and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Loss;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(loss) = bounded(memory_for(data.len()), || Loss::decode(data)) {
        assert_eq!(Loss::decode(&loss.encode().unwrap()), Ok(loss));
    }
});
