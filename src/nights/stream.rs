//! One endless file: stretches of text and of bytes that no codec makes smaller.

use std::io::{self, Write};

use super::rng::Rng;
use super::words::Lexicon;

const BLOCK_BYTES: usize = 1 << 20;

/// Writes exactly `bytes` bytes: in stretches of 1 to 4 MiB, half of them text and half random. Nothing repeats.
///
/// # Errors
/// Those of `out`.
pub fn write_stream(seed: u64, bytes: u64, out: &mut dyn Write) -> io::Result<()> {
    let lexicon = Lexicon::new(seed);
    let mut block = Vec::with_capacity(BLOCK_BYTES + 4096);
    let mut left = bytes;
    let mut number = 0;
    while left > 0 {
        let text = Rng::keyed(seed, 0x57e4, number / 4, 0).chance(500);
        let mut rng = Rng::keyed(seed, 0x57e4, number, 1);
        block.clear();
        if text {
            while block.len() < BLOCK_BYTES {
                let count = 5 + rng.below(14);
                lexicon.text.push_sentence(&mut rng, count, &mut block);
                block.push(b'\n');
            }
        } else {
            rng.bytes(BLOCK_BYTES, &mut block);
        }
        block.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        out.write_all(&block)?;
        left -= block.len() as u64;
        number += 1;
    }
    Ok(())
}
