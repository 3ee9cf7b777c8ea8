//! A region's body and its base into its plaintext.

use super::{GROUPS_MAX, LENGTHS_BYTES, STEP_BYTES_MIN, STEPS_BYTES_MAX, Step};
use crate::codec::{CodecError, Decompressor};

const fn refused(reason: &'static str) -> CodecError {
    CodecError::Decompress(reason)
}

/// A delta that was read: everything about it is checked but what its base says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Its steps; a step that copies nothing has 0 for where it copies from.
    pub steps: Vec<Step>,
    /// What they insert, back to back.
    pub inserts: Vec<u8>,
}

/// The `plain_bytes` bytes that `body` gives with a base, which is these parts back to back; never allocates much more than it and what the
/// body says of its steps.
///
/// # Errors
/// [`CodecError::Decompress`], [`CodecError::Length`] for what the page says must be refused.
pub fn decode(
    decompressor: &mut Decompressor,
    body: &[u8],
    base: &[&[u8]],
    plain_bytes: usize,
) -> Result<Vec<u8>, CodecError> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(base.iter().scan(0, |end, part| {
            *end += part.len();
            Some(*end)
        }))
        .collect();
    let base_bytes = starts.last().copied().unwrap_or_default();
    let Delta { steps, inserts } = read(decompressor, body, base_bytes, plain_bytes)?;
    let mut plain = Vec::with_capacity(plain_bytes);
    let mut inserts = inserts.as_slice();
    for step in steps {
        let other_length = refused("steps that give another length");
        let (inserted, rest) = inserts.split_at_checked(step.insert as usize).ok_or(other_length.clone())?;
        plain.extend_from_slice(inserted);
        copy(base, &starts, step, &mut plain).ok_or(other_length)?;
        inserts = rest;
    }
    Ok(plain)
}

/// Adds what a step copies of parts that begin at `starts` of their base.
fn copy(base: &[&[u8]], starts: &[usize], step: Step, plain: &mut Vec<u8>) -> Option<()> {
    let (mut from, end) = (step.from as usize, step.from as usize + step.copy as usize);
    let mut number = starts.partition_point(|start| *start <= from).checked_sub(1)?;
    while from < end {
        let start = *starts.get(number)?;
        let part_end = (*starts.get(number + 1)?).min(end);
        plain.extend_from_slice(base.get(number)?.get(from - start..part_end - start)?);
        (from, number) = (part_end, number + 1);
    }
    Some(())
}

/// What `body` says, which must give `plain_bytes` bytes with a base of `base_bytes`.
///
/// # Errors
/// Those of [`decode`].
pub fn read(
    decompressor: &mut Decompressor,
    body: &[u8],
    base_bytes: usize,
    plain_bytes: usize,
) -> Result<Delta, CodecError> {
    let short = refused("fewer bytes than a delta has");
    let mut lengths = [0_usize; 3];
    for (length, bytes) in lengths.iter_mut().zip(body.get(..LENGTHS_BYTES).ok_or(short.clone())?.chunks(4)) {
        let bytes = bytes.try_into().map_err(|_| short.clone())?;
        *length = u32::from_le_bytes(bytes) as usize;
    }
    let [count, rows_bytes, stored_bytes] = lengths;
    if stored_bytes > rows_bytes {
        return Err(refused("steps that are longer stored than they are"));
    }
    if rows_bytes > STEPS_BYTES_MAX || count > rows_bytes / STEP_BYTES_MIN {
        return Err(refused("more steps than there can be"));
    }
    let (stored, stored_inserts) =
        body.get(LENGTHS_BYTES..).and_then(|rest| rest.split_at_checked(stored_bytes)).ok_or(short)?;
    let rows = decompressor.dense(stored, rows_bytes)?;
    let steps = Steps::new(&rows, count)?;
    let (inserted, copied) = steps.sums()?;
    if inserted + copied != plain_bytes as u64 {
        return Err(refused("steps that give another length"));
    }
    let inserted = usize::try_from(inserted).map_err(|_| refused("steps that give another length"))?;
    let inserts = decompressor.dense(stored_inserts, inserted)?;
    Ok(Delta { steps: placed(steps, base_bytes)?, inserts })
}

/// The steps, whose copies must be within the base.
fn placed(mut numbers: Steps<'_>, base_bytes: usize) -> Result<Vec<Step>, CodecError> {
    let (mut steps, mut base_end) = (Vec::with_capacity(numbers.left), 0_i64);
    while let Some((insert, folded, copy)) = numbers.next()? {
        if insert == 0 && copy == 0 {
            return Err(refused("a step of nothing"));
        }
        let half = i64::from(folded >> 1);
        let distance = if folded & 1 == 1 { -half - 1 } else { half };
        let from = base_end + i64::from(insert) + distance;
        base_end = from + i64::from(copy);
        let is_within = usize::try_from(base_end).is_ok_and(|end| end <= base_bytes);
        let from = match copy {
            0 if distance != 0 => return Err(refused("a copy of nothing from elsewhere")),
            0 => 0,
            _ => u32::try_from(from)
                .ok()
                .filter(|_| is_within)
                .ok_or(refused("a copy that is not within the base"))?,
        };
        steps.push(Step { insert, from, copy });
    }
    Ok(steps)
}

/// The three rows of numbers, read side by side.
#[derive(Clone)]
struct Steps<'r> {
    rows: [&'r [u8]; 3],
    left: usize,
}

impl<'r> Steps<'r> {
    fn new(rows: &'r [u8], count: usize) -> Result<Self, CodecError> {
        let (mut ends, mut found) = ([0; 2], 0);
        let row_ends = rows.iter().enumerate().filter(|(_, byte)| **byte & 0x80 == 0);
        for (at, _) in row_ends {
            found += 1;
            if found == count {
                ends = [at + 1, ends[1]];
            }
            if found == 2 * count {
                ends = [ends[0], at + 1];
            }
        }
        let is_ended = rows.last().is_none_or(|byte| byte & 0x80 == 0);
        if found != 3 * count || !is_ended {
            return Err(refused("other steps than it says"));
        }
        let split = || {
            let (first, rest) = rows.split_at_checked(ends[0])?;
            let (second, third) = rest.split_at_checked(ends[1] - ends[0])?;
            Some([first, second, third])
        };
        Ok(Self { rows: split().ok_or(refused("other steps than it says"))?, left: count })
    }

    fn next(&mut self) -> Result<Option<(u32, u32, u32)>, CodecError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let [inserted, from, copied] = &mut self.rows;
        Ok(Some((number(inserted)?, number(from)?, number(copied)?)))
    }

    /// How many bytes all steps insert, and how many they copy.
    fn sums(&self) -> Result<(u64, u64), CodecError> {
        let (mut steps, mut inserted, mut copied) = (self.clone(), 0, 0);
        while let Some((insert, _, copy)) = steps.next()? {
            inserted += u64::from(insert);
            copied += u64::from(copy);
        }
        Ok((inserted, copied))
    }
}

fn number(row: &mut &[u8]) -> Result<u32, CodecError> {
    let mut number = 0_u64;
    for group in 0..GROUPS_MAX {
        let (byte, rest) = row.split_first().ok_or(refused("other steps than it says"))?;
        *row = rest;
        number |= u64::from(byte & 0x7f) << (7 * group);
        if byte & 0x80 == 0 {
            if *byte == 0 && group > 0 {
                return Err(refused("a number of more groups than it needs"));
            }
            return u32::try_from(number).map_err(|_| refused("a number over 2^32 - 1"));
        }
    }
    Err(refused("a number of more than five groups"))
}
