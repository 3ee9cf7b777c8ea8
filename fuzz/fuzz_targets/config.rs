//! Law: a header that is taken is its encoding byte for byte; parameters that are taken come back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::{Config, ConfigHeader};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    header(data);
    // No mutation finds a digest: the object with the right one, too.
    header(&[data, blake3::hash(data).as_bytes()].concat());
    if let Ok(config) = bounded(memory_for(data.len()), || Config::decode(data)) {
        assert_eq!(Config::decode(&config.encode().unwrap()), Ok(config));
    }
});

fn header(object: &[u8]) {
    if let Ok((header, sealed)) = bounded(memory_for(0), || ConfigHeader::decode(object)) {
        assert_eq!(header.finish(sealed), object);
    }
}
