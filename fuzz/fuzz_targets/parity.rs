//! Law: parity that is taken heals nothing but the pack whose id it has, and whatever it says, memory is bounded by what is there of it and of the pack.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::base::PackId;
use strongroom::parity::{Parity, encode_in_shards};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    if let Ok(found) = bounded(memory_for(data.len()), || Parity::decode(data)) {
        let (id, bytes) = (found.header.pack, found.header.pack_bytes);
        if bytes <= 1 << 20
            && let Ok(pack) = found.heal(data)
        {
            assert!(pack.len() == bytes && blake3::hash(&pack) == *id.as_bytes());
        }
    }
    // What was made of a pack heals it from itself, whatever else lies in its place.
    let id = PackId::new(*blake3::hash(data).as_bytes());
    if let Ok(object) = encode_in_shards(id, data, 100, 64) {
        let whole = Parity::decode(&object).unwrap();
        assert!(whole.is_whole() && whole.heal(&[]).unwrap() == data);
    }
});
