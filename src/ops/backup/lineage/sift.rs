//! Which of the copies that were found are worth it: every base has to be read by whoever reads the delta.

use std::collections::VecDeque;

use super::ahead::Placed;
use crate::codec::delta::{Match, Step};

/// A base is worth reading for so many bytes, or for a quarter of the chunk, or for half of its own.
const BASE_BYTES_WORTH: u64 = 4096;

/// What is left: the numbers of the pieces that are bases, in order, and steps on their plaintexts back to back.
#[derive(Debug, PartialEq, Eq)]
pub struct Sifted {
    pub pieces: Vec<usize>,
    pub steps: Vec<Step>,
}

/// Takes the bytes of what is not worth it as new ones; `None` if then more than half of the chunk is new.
pub fn sift(matches: &[Match], pieces: &VecDeque<Placed>, bytes: usize, depth_max: u8) -> Option<Sifted> {
    let copies = parts(matches, pieces);
    let mut used = vec![0_u64; pieces.len()];
    for part in copies.iter().filter_map(|part| part.copy.as_ref()) {
        *used.get_mut(part.piece)? += part.bytes;
    }
    let mut starts = vec![None; pieces.len()];
    let (mut bases, mut length) = (vec![], 0);
    for ((number, piece), used) in pieces.iter().enumerate().zip(&used) {
        let is_much =
            *used >= BASE_BYTES_WORTH || used * 4 >= bytes as u64 || used * 2 >= piece.end - piece.start;
        if *used > 0 && is_much && piece.base.depth < depth_max {
            *starts.get_mut(number)? = Some(length);
            bases.push(number);
            length += piece.end - piece.start;
        }
    }
    let (mut steps, mut insert, mut new) = (vec![], 0, 0);
    for part in copies {
        insert += part.insert;
        let Some(copy) = part.copy else { continue };
        match starts.get(copy.piece).copied().flatten() {
            Some(start) => {
                let from = u32::try_from(start + copy.offset).ok()?;
                steps.push(Step {
                    insert: u32::try_from(insert).ok()?,
                    from,
                    copy: u32::try_from(copy.bytes).ok()?,
                });
                new += std::mem::take(&mut insert);
            }
            None => insert += copy.bytes,
        }
    }
    if insert > 0 {
        steps.push(Step { insert: u32::try_from(insert).ok()?, from: 0, copy: 0 });
        new += insert;
    }
    (new * 2 <= bytes as u64).then_some(Sifted { pieces: bases, steps })
}

struct Part {
    insert: u64,
    copy: Option<Copy>,
}

/// A copy within one piece.
struct Copy {
    piece: usize,
    offset: u64,
    bytes: u64,
}

/// The matches, copies that go over the ends of pieces cut there.
fn parts(matches: &[Match], pieces: &VecDeque<Placed>) -> Vec<Part> {
    let mut parts = Vec::with_capacity(matches.len());
    for found in matches {
        let (mut insert, mut from) = (u64::from(found.insert), found.from);
        let end = from + u64::from(found.copy);
        if from == end {
            parts.push(Part { insert, copy: None });
        }
        let mut number = pieces.partition_point(|piece| piece.end <= from);
        while from < end {
            let part_end = pieces.get(number).map_or(end, |piece| piece.end.min(end));
            let start = pieces.get(number).map_or(from, |piece| piece.start);
            let copy = Copy { piece: number, offset: from - start, bytes: part_end - from };
            parts.push(Part { insert: std::mem::take(&mut insert), copy: Some(copy) });
            (from, number) = (part_end, number + 1);
        }
    }
    parts
}
