//! Law: what is taken as an envelope is its encoding byte for byte, and every body comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::base::Encoding;
use strongroom::format::Envelope;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(envelope) = bounded(memory_for(0), || Envelope::decode(data)) {
        assert_eq!(envelope.encode().as_deref(), Ok(data));
    }
    let plain_bytes = u32::try_from(data.len()).unwrap();
    for (encoding, plain_bytes) in [(Encoding::Stored, plain_bytes), (Encoding::Zstd, 7)] {
        let envelope = Envelope { encoding, plain_bytes, body: data };
        let bytes = bounded(memory_for(data.len()), || envelope.encode()).unwrap();
        assert_eq!(Envelope::decode(&bytes), Ok(envelope));
    }
});
