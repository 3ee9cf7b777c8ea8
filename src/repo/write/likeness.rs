//! What a chunk has in common with chunks that are in the repository.

use super::super::read::BaseChunk;
use super::super::region::Basis;
use crate::codec::delta::Step;

/// How a chunk is made from others.
#[derive(Debug)]
pub struct Likeness {
    /// The others, each once.
    pub bases: Vec<BaseChunk>,
    /// The steps that give the chunk from their plaintexts, back to back. No copy goes from one into the next.
    pub steps: Vec<Step>,
}

impl Likeness {
    /// Adds its steps to those of a region, and those of its bases that the region does not have.
    pub fn join(&self, basis: &mut Basis) {
        let mut places = Vec::with_capacity(self.bases.len());
        let mut start = 0;
        for base in &self.bases {
            let place = place_of(basis, base);
            places.push((start, start + base.plain().len(), place));
            start += base.plain().len();
        }
        for step in &self.steps {
            let from = step.from as usize;
            let place = places.iter().find(|(start, end, _)| (*start..*end).contains(&from));
            let from = place.map_or(0, |(start, _, place)| place + from - start);
            push(&mut basis.steps, Step { from: from as u32, ..*step });
        }
    }
}

/// Where the plaintext of this base is among those of a region; it is put there if it is not yet.
fn place_of(basis: &mut Basis, base: &BaseChunk) -> usize {
    let bytes = base.plain().len();
    // The ends of chunks are not kept: their order and what they are is enough, since a base is met again at once or never.
    if basis.bases.last().is_none_or(|last| last.id != base.id) {
        basis.bases.push(base.clone());
        basis.bytes += bytes;
    }
    basis.bytes - bytes
}

/// Adds a step, or lengthens the last one if this goes on where it ended.
fn push(steps: &mut Vec<Step>, step: Step) {
    match steps.last_mut() {
        Some(last) if step.insert == 0 && last.copy > 0 && last.from + last.copy == step.from => {
            last.copy += step.copy;
        }
        Some(last) if last.copy == 0 => {
            let insert = last.insert + step.insert;
            *last = Step { insert, ..step };
        }
        _ => steps.push(step),
    }
}
