//! Regions that are deltas of deltas, put together from their whole chain at once.
//!
//! A chain is not decoded link by link: of every link only its steps and what it inserts are read. What is wanted is a stretch of a
//! region; each link turns stretches into what it inserts and stretches of its bases, until all that is left are stretches of regions that are no deltas. Nothing
//! in between is ever made, so that a link costs what changed there.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::RepoError;
use super::delta::{Cursor, DeltaRegion, Part, Stretch};
use super::{ChunkReader, KeptRegion};
use crate::base::Encoding;
use crate::base::limits::DELTA_DEPTH_ACCEPTED;

impl ChunkReader {
    /// The regions that a region cannot be read without, of the next link alone: none if it is no delta.
    ///
    /// # Errors
    /// [`RepoError::Missing`] if a base is in no pack; those of reading the pack's table of contents.
    pub fn leans_on(&self, pack: u32, number: u32) -> Result<Vec<(u32, u32)>, RepoError> {
        let region = self.pack_place(pack)?.regions.get(number as usize).copied();
        if region.is_none_or(|region| region.encoding != Encoding::Delta) {
            return Ok(vec![]);
        }
        let sealed = self.sealed_region(pack, number)?;
        let record = self.contents(&sealed.open)?.contents.regions.get(number as usize);
        let record = record.ok_or_else(|| sealed.damaged(&"there is no such region"))?;
        Ok(self.base_places(&record.bases)?.into_iter().map(|base| base.region).collect())
    }
}

/// A stretch of a source, and where in the result it goes.
#[derive(Clone, Copy)]
struct Piece {
    to: usize,
    source: usize,
    from: u32,
    bytes: u32,
}

/// A region that stretches are taken from.
enum Source {
    Plain(Arc<Vec<u8>>),
    Delta {
        delta: Arc<DeltaRegion>,
        /// Where in it was looked last.
        cursor: Cursor,
        /// The sources that its bases lie in, as far as they were needed.
        bases: Vec<Option<BaseSource>>,
    },
}

/// The source that a base lies in.
#[derive(Clone, Copy)]
struct BaseSource {
    number: usize,
    is_delta: bool,
}

/// What is known of the result, and what is still to be followed.
struct Assembly<'r> {
    reader: &'r ChunkReader,
    numbers: HashMap<(u32, u32), usize>,
    sources: Vec<Source>,
    /// Stretches of deltas, which so many links lead to.
    open: Vec<Piece>,
    links: u8,
    /// Stretches of plaintexts and of what deltas insert.
    done: Vec<Piece>,
    /// The longest chain that leads to and through a source that is kept.
    chain: u8,
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
    let (numbers, sources) = (HashMap::new(), vec![]);
    let mut assembly = Assembly { reader, numbers, sources, open: vec![], links: 0, done: vec![], chain: 0 };
    let mut length = 0;
    for Stretch { region, from, bytes } in stretches {
        let source = assembly.source(region)?;
        assembly.put(Piece { to: length, source, from, bytes });
        length += bytes as usize;
    }
    while !assembly.open.is_empty() {
        if assembly.links.max(assembly.chain) >= DELTA_DEPTH_ACCEPTED {
            return Err(refused("its chain of bases is too deep"));
        }
        assembly.follow()?.ok_or_else(|| refused(LEADS_OUT))?;
    }
    let chain = assembly.links.max(assembly.chain);
    if chain > DELTA_DEPTH_ACCEPTED {
        return Err(refused("its chain of bases is too deep"));
    }
    Ok((assembly.bytes(length).ok_or_else(|| refused(LEADS_OUT))?, chain))
}

const LEADS_OUT: &str = "a delta leads out of its base";

impl Assembly<'_> {
    /// The number of a region's source.
    fn source(&mut self, region: (u32, u32)) -> Result<usize, RepoError> {
        if let Some(number) = self.numbers.get(&region) {
            return Ok(*number);
        }
        let reader = self.reader;
        let of = |delta: Arc<DeltaRegion>| {
            let bases = vec![None; delta.bases.len()];
            Source::Delta { delta, cursor: Cursor::default(), bases }
        };
        let source = if let Some(kept) = reader.regions.get(region) {
            self.chain = self.chain.max(self.links.saturating_add(kept.chain));
            Source::Plain(kept.plain)
        } else if let Some(delta) = reader.deltas.get(region) {
            of(delta)
        } else {
            let sealed = reader.sealed_region(region.0, region.1)?;
            if sealed.place.encoding == Encoding::Delta {
                let delta = Arc::new(reader.open_delta(&sealed)?);
                of(reader.deltas.keep(region, delta))
            } else {
                let plain = Arc::new(reader.open_region(sealed)?);
                Source::Plain(reader.regions.keep(region, KeptRegion { plain, chain: 0 }).plain)
            }
        };
        self.sources.push(source);
        self.numbers.insert(region, self.sources.len() - 1);
        Ok(self.sources.len() - 1)
    }

    /// Adds a stretch of a source.
    fn put(&mut self, piece: Piece) {
        match self.sources.get(piece.source) {
            Some(Source::Delta { .. }) => push(&mut self.open, piece),
            _ => push(&mut self.done, piece),
        }
    }

    /// Follows every open stretch by one link; `None` if one leads out of its region.
    fn follow(&mut self) -> Result<Option<()>, RepoError> {
        let mut unknown = vec![];
        self.links += 1;
        for Piece { mut to, source, from, bytes } in std::mem::take(&mut self.open) {
            let Self { sources, open, done, .. } = self;
            let Some(Source::Delta { delta, cursor, bases }) = sources.get_mut(source) else { continue };
            let Some(end) = from.checked_add(bytes).filter(|end| *end <= delta.bytes) else {
                return Ok(None);
            };
            let expanded = delta.expand(cursor, from, end, &mut |Part { base, from, bytes }| {
                let place = |source| Piece { to, source, from, bytes };
                match base.map(|base| (base, bases.get(base).copied().flatten())) {
                    None => push(done, place(source + INSERTS)),
                    Some((_, Some(BaseSource { number, is_delta: true }))) => push(open, place(number)),
                    Some((_, Some(BaseSource { number, is_delta: false }))) => push(done, place(number)),
                    Some((base, None)) => unknown.push((base, place(source))),
                }
                to += bytes as usize;
            });
            if expanded.is_none() {
                return Ok(None);
            }
            for (base, piece) in unknown.drain(..) {
                let BaseSource { number, is_delta } = self.base(source, base)?;
                let pieces = if is_delta { &mut self.open } else { &mut self.done };
                push(pieces, Piece { source: number, ..piece });
            }
        }
        Ok(Some(()))
    }

    /// The source that a base of another lies in.
    fn base(&mut self, source: usize, base: usize) -> Result<BaseSource, RepoError> {
        let known = match self.sources.get(source) {
            Some(Source::Delta { delta, bases, .. }) => {
                bases.get(base).copied().flatten().ok_or(delta.bases.get(base).map(|place| place.region))
            }
            _ => Err(None),
        };
        let region = match known {
            Ok(known) => return Ok(known),
            Err(region) => region.ok_or_else(|| RepoError::Encode("a delta has no such base".into()))?,
        };
        let number = self.source(region)?;
        let is_delta = matches!(self.sources.get(number), Some(Source::Delta { .. }));
        let found = BaseSource { number, is_delta };
        if let Some(Source::Delta { bases, .. }) = self.sources.get_mut(source)
            && let Some(known) = bases.get_mut(base)
        {
            *known = Some(found);
        }
        Ok(found)
    }

    /// The result, of this length; `None` if a stretch is not in its source.
    fn bytes(&self, length: usize) -> Option<Vec<u8>> {
        let mut plain = vec![0; length];
        for piece in &self.done {
            let bytes = match self.sources.get(piece.source % INSERTS)? {
                Source::Plain(bytes) => bytes.as_slice(),
                Source::Delta { delta, .. } => &delta.inserts,
            };
            let (from, count) = (piece.from as usize, piece.bytes as usize);
            plain.get_mut(piece.to..piece.to + count)?.copy_from_slice(bytes.get(from..from + count)?);
        }
        Some(plain)
    }
}

/// Added to the number of a source where what it inserts is meant and not its plaintext: there are never so many.
const INSERTS: usize = 1 << 31;

/// Adds a piece, or lengthens the last one if this goes on where it ended.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        Some(last)
            if last.source == piece.source
                && last.to + last.bytes as usize == piece.to
                && last.from.checked_add(last.bytes) == Some(piece.from) =>
        {
            last.bytes += piece.bytes;
        }
        _ if piece.bytes == 0 => {}
        _ => pieces.push(piece),
    }
}
