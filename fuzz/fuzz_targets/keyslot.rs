//! Law: a header that is taken is its encoding byte for byte; a body that is taken comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::{KeySlotBody, KeySlotHeader};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok((header, sealed)) = bounded(memory_for(0), || KeySlotHeader::decode(data)) {
        assert_eq!([header.encode().as_slice(), sealed].concat(), data);
    }
    if let Ok(body) = bounded(memory_for(data.len()), || KeySlotBody::decode(data)) {
        assert_eq!(KeySlotBody::decode(&body.encode().unwrap()), Ok(body));
    }
});
