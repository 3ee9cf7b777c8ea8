//! Law: a header or trailer that is taken is its encoding byte for byte, and a trailer's table fits in its pack.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::{PackHeader, Trailer};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(header) = bounded(memory_for(0), || PackHeader::decode(data)) {
        assert_eq!(header.encode(), data);
    }
    let whole = data.len() as u64;
    for pack_bytes in [0, 95, 96, whole, whole << 16, 1 << 30, (1 << 30) + 1, u64::MAX] {
        if let Ok(trailer) = bounded(memory_for(0), || Trailer::decode(data, pack_bytes)) {
            assert_eq!(trailer.encode(), data);
            assert!(96 + u64::from(trailer.contents_bytes) <= pack_bytes && pack_bytes <= 1 << 30);
        }
    }
});
