//! Law: a lease that is taken can be written and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Lease;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(lease) = bounded(memory_for(data.len()), || Lease::decode(data)) {
        assert_eq!(Lease::decode(&lease.encode().unwrap()), Ok(lease));
    }
});
