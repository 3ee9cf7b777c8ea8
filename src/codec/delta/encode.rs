//! Steps and inserted bytes into a region's body.

use super::Step;
use crate::codec::{CodecError, Compressor};

/// More inserted bytes than this are compressed at the level of everything else, fewer at one that would be too slow for everything.
const INSERTS_DENSE_BYTES_MAX: usize = 256 * 1024;

/// Appends the body that gives `plain` by these steps, which must give exactly that.
///
/// # Errors
/// [`CodecError::Compress`]; also if there is more of anything than the format has numbers for.
pub fn encode(
    compressor: &mut Compressor,
    steps: &[Step],
    plain: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let (rows, inserts) = rows_of(steps, plain)?;
    let length = |bytes: usize| u32::try_from(bytes).map_err(|_| CodecError::Compress("over 4 GiB"));
    let stored = compressor.dense(&rows)?;
    for number in [steps.len(), rows.len(), stored.len()] {
        out.extend_from_slice(&length(number)?.to_le_bytes());
    }
    out.extend_from_slice(&stored);
    if inserts.len() <= INSERTS_DENSE_BYTES_MAX {
        out.extend_from_slice(&compressor.dense(&inserts)?);
    } else {
        compressor.compress(&inserts, out)?;
    }
    Ok(())
}

/// The three rows of numbers, and all inserted bytes.
fn rows_of(steps: &[Step], plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>), CodecError> {
    let (mut inserted, mut from, mut copied) = (vec![], vec![], vec![]);
    let mut inserts = vec![];
    let (mut at, mut base_end) = (0_usize, 0_i64);
    for step in steps {
        let insert = plain.get(at..at + step.insert as usize);
        inserts.extend_from_slice(insert.ok_or(CodecError::Compress("steps give more than there is"))?);
        at += step.insert as usize + step.copy as usize;
        let expected = base_end + i64::from(step.insert);
        let distance = if step.copy == 0 { 0 } else { i64::from(step.from) - expected };
        let folded = if distance < 0 { -2 * distance - 1 } else { 2 * distance };
        push_number(&mut inserted, u64::from(step.insert));
        push_number(&mut from, folded.unsigned_abs());
        push_number(&mut copied, u64::from(step.copy));
        base_end = expected + distance + i64::from(step.copy);
    }
    if at != plain.len() {
        return Err(CodecError::Compress("steps give another length"));
    }
    Ok(([inserted, from, copied].concat(), inserts))
}

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
