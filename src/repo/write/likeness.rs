//! What a chunk has in common with chunks that are in the repository.

use super::super::region::Basis;
use crate::base::ChunkId;
use crate::codec::delta::Step;

/// A chunk that another is a delta of.
#[derive(Debug, Clone, Copy)]
pub struct Base<'b> {
    /// Which it is.
    pub id: ChunkId,
    /// Its plaintext.
    pub plain: &'b [u8],
    /// The region it lies in.
    pub place: (u32, u32),
    /// How many delta regions have to be opened to read it.
    pub depth: u8,
}

/// How a chunk is made from others.
#[derive(Debug)]
pub struct Likeness<'b> {
    /// The others, each once.
    pub bases: Vec<Base<'b>>,
    /// The steps that give the chunk from their plaintexts, back to back. No copy goes from one into the next.
    pub steps: Vec<Step>,
}

impl Likeness<'_> {
    /// Adds its steps to those of a region, and those of its bases that the region does not have.
    pub fn join(&self, basis: &mut Basis) {
        let mut places = Vec::with_capacity(self.bases.len());
        let mut start = 0;
        for base in &self.bases {
            let place = place_of(basis, base);
            places.push((start, start + base.plain.len(), place));
            start += base.plain.len();
            basis.depth = basis.depth.max(base.depth);
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
fn place_of(basis: &mut Basis, base: &Base<'_>) -> usize {
    // The ends of chunks are not kept: their order and what they are is enough, since a base is met again at once or never.
    if basis.bases.last() == Some(&base.id) {
        return basis.plain.len() - base.plain.len();
    }
    let place = basis.plain.len();
    basis.bases.push(base.id);
    basis.plain.extend_from_slice(base.plain);
    place
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
