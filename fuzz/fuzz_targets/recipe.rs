//! Law: records that are taken are their encoding byte for byte, and no stream is longer than its records can say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::format::Recipe;
use strongroom::format::recipe::{HOLE_BYTES_MAX, RECORD_BYTES, decode_records, encode_records};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|data: &[u8]| {
    let Ok(records) = bounded(memory_for(data.len()), || decode_records(data)) else { return };
    let mut encoded = Vec::new();
    encode_records(&records, &mut encoded);
    assert_eq!(encoded, data);
    let has_hole = records.iter().any(|record| record.is_hole());
    let recipe = Recipe { depth: 0, records };
    assert!(recipe.record_bytes() <= (data.len() / RECORD_BYTES) as u64 * u64::from(HOLE_BYTES_MAX));
    assert_eq!(recipe.check(), Ok(()));
    assert_eq!(Recipe { depth: 1, ..recipe.clone() }.check().is_err(), has_hole);
    assert!(Recipe { depth: 9, ..recipe }.check().is_err());
});
