//! Regions that are deltas of deltas, put together from their whole chain at once.
//!
//! A chain is not decoded link by link: of every link only its steps and what it inserts are read. What is wanted is a stretch of a
//! region; each link turns stretches into what it inserts and stretches of its bases, until all that is left are stretches of regions that are no deltas. Nothing
//! in between is ever made, so that a link costs what changed there.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::RepoError;
use super::{ChunkReader, KeptRegion};
use crate::base::Encoding;
use crate::base::limits::DELTA_DEPTH_ACCEPTED;
use crate::codec::delta::Delta;

/// Consecutive bytes of a region.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The index's number of its pack, and its number there.
    pub region: (u32, u32),
    /// Where in the region it begins.
    pub from: u32,
    /// How many bytes it has.
    pub bytes: u32,
}

/// Where a base chunk is.
#[derive(Debug, Clone, Copy)]
pub struct BasePlace {
    /// Where it begins among all bases of its delta.
    pub start: u64,
    /// The region it lies in.
    pub region: (u32, u32),
    /// Where it begins there.
    pub offset: u32,
    /// Its length.
    pub bytes: u32,
}

impl BasePlace {
    /// All of it.
    pub const fn stretch(&self) -> Stretch {
        Stretch { region: self.region, from: self.offset, bytes: self.bytes }
    }
}

/// A step and where it is.
#[derive(Debug, Clone, Copy)]
struct PlacedStep {
    /// Where what it gives begins in the plaintext.
    start: u32,
    /// Where what it inserts begins among all that is inserted.
    inserted: u32,
    insert: u32,
    from: u32,
}

/// A delta region, and where its bases are.
#[derive(Debug)]
pub struct DeltaRegion {
    steps: Vec<PlacedStep>,
    inserts: Vec<u8>,
    bases: Vec<BasePlace>,
    bytes: u32,
}

impl DeltaRegion {
    /// What `delta` says, whose steps were checked against the length of these bases.
    pub fn new(delta: Delta, bases: Vec<BasePlace>) -> Self {
        let (mut start, mut inserted) = (0, 0);
        let place = |step: crate::codec::delta::Step| {
            let placed = PlacedStep { start, inserted, insert: step.insert, from: step.from };
            start += step.insert + step.copy;
            inserted += step.insert;
            placed
        };
        let steps = delta.steps.into_iter().map(place).collect();
        Self { steps, inserts: delta.inserts, bases, bytes: start }
    }

    /// Memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.steps.len() * size_of::<PlacedStep>()
            + self.inserts.len()
            + self.bases.len() * size_of::<BasePlace>()
    }

    /// Says what stretch `from..end` of the plaintext is made of, in order. Where it looked last time is a good place to begin.
    fn expand(&self, cursor: &mut usize, from: u32, end: u32, give: &mut impl FnMut(Part)) -> Option<()> {
        let mut at = from;
        if self.steps.get(*cursor).is_none_or(|step| step.start > at) {
            *cursor = self.steps.partition_point(|step| step.start <= at).checked_sub(1)?;
        }
        while at < end {
            while self.steps.get(*cursor + 1).is_some_and(|next| next.start <= at) {
                *cursor += 1;
            }
            let step = self.steps.get(*cursor)?;
            let step_end = self.steps.get(*cursor + 1).map_or(self.bytes, |next| next.start).min(end);
            let insert_end = step.start + step.insert;
            if at < insert_end {
                let part_end = insert_end.min(end);
                give(Part::Insert { from: step.inserted + (at - step.start), bytes: part_end - at });
                at = part_end;
            }
            if at < step_end {
                let from = u64::from(step.from) + u64::from(at - insert_end);
                self.copy(from, from + u64::from(step_end - at), give)?;
                at = step_end;
            }
        }
        Some(())
    }

    /// Says what `from..end` of all bases is.
    fn copy(&self, from: u64, end: u64, give: &mut impl FnMut(Part)) -> Option<()> {
        let mut from = from;
        let first = self.bases.partition_point(|base| base.start <= from).checked_sub(1)?;
        for base in self.bases.get(first..)? {
            if from >= end {
                break;
            }
            let part_end = end.min(base.start + u64::from(base.bytes));
            let offset = base.offset + u32::try_from(from - base.start).ok()?;
            let bytes = u32::try_from(part_end - from).ok()?;
            give(Part::Base(Stretch { region: base.region, from: offset, bytes }));
            from = part_end;
        }
        (from == end).then_some(())
    }
}

enum Part {
    Insert { from: u32, bytes: u32 },
    Base(Stretch),
}

/// A region that stretches are taken from.
enum Source {
    Plain(Arc<Vec<u8>>),
    Delta(Arc<DeltaRegion>),
}

/// A stretch of a source: of its plaintext, or of what it inserts.
#[derive(Clone, Copy)]
struct Piece {
    source: u32,
    from: u32,
    bytes: u32,
    is_insert: bool,
}

#[derive(Default)]
struct Sources {
    numbers: HashMap<(u32, u32), u32>,
    /// Each with the place where it was looked into last.
    all: Vec<(Source, usize)>,
    /// The longest chain that leads to and through a source that is kept.
    chain: u8,
}

impl Sources {
    /// The number of a region that so many links lead to.
    fn number(&mut self, reader: &ChunkReader, region: (u32, u32), links: u8) -> Result<u32, RepoError> {
        if let Some(number) = self.numbers.get(&region) {
            return Ok(*number);
        }
        let source = if let Some(kept) = reader.regions.get(region) {
            self.chain = self.chain.max(links.saturating_add(kept.chain));
            Source::Plain(kept.plain)
        } else if let Some(delta) = reader.deltas.get(region) {
            Source::Delta(delta)
        } else {
            let sealed = reader.sealed_region(region.0, region.1)?;
            if sealed.place.encoding == Encoding::Delta {
                let delta = Arc::new(reader.open_delta(&sealed)?);
                Source::Delta(reader.deltas.keep(region, delta))
            } else {
                let plain = Arc::new(reader.open_region(sealed)?);
                Source::Plain(reader.regions.keep(region, KeptRegion { plain, chain: 0 }).plain)
            }
        };
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push((source, 0));
        self.numbers.insert(region, number);
        Ok(number)
    }
}

/// The bytes of these stretches, back to back, and how many delta regions are in the longest chain that leads to them.
///
/// # Errors
/// Those of reading a region; [`RepoError::Damaged`] for a chain that is too long or leads back to itself, and for a stretch that is not in
/// its region.
pub fn assemble(reader: &ChunkReader, stretches: Vec<Stretch>) -> Result<(Vec<u8>, u8), RepoError> {
    let first = stretches.first().map(|stretch| stretch.region);
    let refused = |reason: &str| match first.map(|(pack, number)| reader.sealed_region(pack, number)) {
        Some(Ok(region)) => region.damaged(&reason),
        Some(Err(error)) => error,
        None => RepoError::Encode(reason.into()),
    };
    let mut sources = Sources::default();
    let mut pieces = Vec::with_capacity(stretches.len());
    for Stretch { region, from, bytes } in stretches {
        let source = sources.number(reader, region, 0)?;
        push(&mut pieces, Piece { source, from, bytes, is_insert: false });
    }
    let mut links = 0;
    loop {
        let followed = follow(reader, &mut sources, &pieces, links + 1)?;
        let (next, is_done) = followed.ok_or_else(|| refused("a delta leads out of its base"))?;
        pieces = next;
        if is_done {
            break;
        }
        links += 1;
        if links.max(sources.chain) > DELTA_DEPTH_ACCEPTED {
            return Err(refused("its chain of bases is too deep"));
        }
    }
    let chain = links.max(sources.chain);
    let bytes = pieces.iter().map(|piece| piece.bytes as usize).sum();
    let mut plain = Vec::with_capacity(bytes);
    for piece in pieces {
        let bytes = match sources.all.get(piece.source as usize) {
            Some((Source::Plain(bytes), _)) => bytes.as_slice(),
            Some((Source::Delta(delta), _)) => &delta.inserts,
            None => &[],
        };
        let (from, end) = (piece.from as usize, piece.from as usize + piece.bytes as usize);
        plain
            .extend_from_slice(bytes.get(from..end).ok_or_else(|| refused("a delta leads out of its base"))?);
    }
    Ok((plain, chain))
}

/// Every stretch of a delta in what that is made of, which so many links lead to; and whether there was none. `None` if one leads out of its region.
fn follow(
    reader: &ChunkReader,
    sources: &mut Sources,
    pieces: &[Piece],
    links: u8,
) -> Result<Option<(Vec<Piece>, bool)>, RepoError> {
    let (mut next, mut is_done) = (Vec::with_capacity(pieces.len() * 2), true);
    let mut parts = vec![];
    for piece in pieces {
        let source = sources.all.get_mut(piece.source as usize);
        let (delta, cursor) = match source {
            Some((Source::Delta(delta), cursor)) if !piece.is_insert => (delta.clone(), cursor),
            _ => {
                push(&mut next, *piece);
                continue;
            }
        };
        is_done = false;
        let end = piece.from.checked_add(piece.bytes).filter(|end| *end <= delta.bytes);
        let Some(end) = end else { return Ok(None) };
        if delta.expand(cursor, piece.from, end, &mut |part| parts.push(part)).is_none() {
            return Ok(None);
        }
        for part in parts.drain(..) {
            let piece = match part {
                Part::Insert { from, bytes } => Piece { source: piece.source, from, bytes, is_insert: true },
                Part::Base(Stretch { region, from, bytes }) => {
                    Piece { source: sources.number(reader, region, links)?, from, bytes, is_insert: false }
                }
            };
            push(&mut next, piece);
        }
    }
    Ok(Some((next, is_done)))
}

/// Adds a piece, or lengthens the last one if this goes on where it ended.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        Some(last)
            if (last.source, last.is_insert) == (piece.source, piece.is_insert)
                && last.from.checked_add(last.bytes) == Some(piece.from) =>
        {
            last.bytes += piece.bytes;
        }
        _ if piece.bytes == 0 => {}
        _ => pieces.push(piece),
    }
}
