//! Law: a manifest that is taken can be written and comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Manifest;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(manifest) = bounded(memory_for(data.len()), || Manifest::decode(data)) {
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()), Ok(manifest));
    }
});
