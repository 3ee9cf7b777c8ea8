//! Law: the body of an index object that is taken is its encoding byte for byte, and a reader that stops is heeded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::{FormatError, IndexedPack, index};
use strongroom_fuzz::{bounded, memory_for};

fn packs(body: &[u8], packs_max: usize) -> Result<Vec<IndexedPack>, FormatError> {
    let mut packs = Vec::new();
    index::decode(body, |pack| {
        packs.push(pack);
        if packs.len() <= packs_max { Ok(()) } else { Err(FormatError::Digest) }
    })?;
    Ok(packs)
}

fuzz_target!(|data: &[u8]| {
    let Ok(all) = bounded(memory_for(data.len()), || packs(data, usize::MAX)) else { return };
    assert_eq!(index::encode(&all).as_deref(), Ok(data));
    if let Some(packs_max) = all.len().checked_sub(1) {
        assert_eq!(packs(data, packs_max), Err(FormatError::Digest));
    }
});
