//! One region: sealed, opened, taken apart.

use super::write::Shares;
use super::{BaseChunk, RepoError};
use crate::base::{ChunkId, Encoding};
use crate::codec::delta::{self, Delta, Step};
use crate::codec::{CodecError, Compression, Compressor, Decompressor};
use crate::crypto::{CryptoError, Keys, Seal, TAG_BYTES};
use crate::format::{ChunkRecord, RegionKind};

/// Chunks that will be one region.
#[derive(Debug)]
pub struct PlainRegion {
    /// What they are.
    pub kind: RegionKind,
    /// Their plaintexts back to back.
    pub plain: Vec<u8>,
    /// Which they are, in order.
    pub chunks: Vec<ChunkRecord>,
    /// What they have in common with chunks that are there already, if they are to be a delta.
    pub basis: Option<Basis>,
    /// Who pays for them; nobody for metadata.
    pub shares: Shares,
}

impl PlainRegion {
    /// No chunks yet.
    pub const fn empty(kind: RegionKind) -> Self {
        Self { kind, plain: vec![], chunks: vec![], basis: None, shares: Shares::new() }
    }
}

/// What a delta region is made from.
#[derive(Debug, Default)]
pub struct Basis {
    /// The base chunks, in order.
    pub bases: Vec<BaseChunk>,
    /// The length of all of them together.
    pub bytes: usize,
    /// The steps that give the region's plaintext from them.
    pub steps: Vec<Step>,
}

impl Basis {
    /// The greatest depth of the regions that the bases lie in.
    pub fn depth(&self) -> u8 {
        self.bases.iter().map(|base| base.depth).max().unwrap_or_default()
    }
}

/// A region that is compressed and has no place yet.
#[derive(Debug)]
pub struct CompressedRegion {
    /// What it was made of.
    pub source: PlainRegion,
    /// How `body` is encoded.
    pub encoding: Encoding,
    /// The encoded plaintext.
    pub body: Vec<u8>,
}

impl CompressedRegion {
    /// Length of the message it will be sealed to.
    pub fn stored_bytes(&self) -> usize {
        self.body.len() + TAG_BYTES
    }

    /// Splits it in as many of its chunks as are expected to have room in `bytes` and the rest, both to be compressed anew.
    ///
    /// `Err` with the region itself if not even its first chunk, or all of it, is expected to have room.
    pub fn split(
        mut self,
        bytes: usize,
        bytes_a_chunk: usize,
    ) -> Result<(PlainRegion, PlainRegion), Box<Self>> {
        let (body, plain) = (self.body.len(), self.source.plain.len().max(1));
        // The steps of a delta belong together, and it is small.
        if self.source.basis.is_some() {
            return Err(Box::new(self));
        }
        // A part compresses a little less than the whole: a thirty-second more is reckoned with.
        let reserve = if self.encoding == Encoding::Stored { 0 } else { body / 32 };
        let (mut end, mut count) = (0, 0);
        for chunk in &self.source.chunks {
            let with_it = end + chunk.plain_bytes as usize;
            let expected = with_it * (body + reserve) / plain;
            if expected + (count + 1) * bytes_a_chunk > bytes {
                break;
            }
            (end, count) = (with_it, count + 1);
        }
        if count == 0 || count == self.source.chunks.len() {
            return Err(Box::new(self));
        }
        let rest = PlainRegion {
            kind: self.source.kind,
            plain: self.source.plain.split_off(end),
            chunks: self.source.chunks.split_off(count),
            basis: None,
            shares: self.source.shares.split_off(end),
        };
        Ok((self.source, rest))
    }
}

/// Why a region's message does not give its plaintext.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Compresses a region.
pub fn compress(source: PlainRegion, compression: Compression) -> Result<CompressedRegion, CodecError> {
    thread_local! {
        static COMPRESSOR: std::cell::RefCell<Option<(Compression, Compressor)>> = const { std::cell::RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let (_, compressor) = match kept {
            Some(kept) if kept.0 == compression => kept,
            other => other.insert((compression, Compressor::new(compression))),
        };
        let mut body = Vec::new();
        let encoding = match &source.basis {
            None => compressor.compress(&source.plain, &mut body)?,
            Some(basis) => {
                delta::encode(compressor, &basis.steps, &source.plain, &mut body)?;
                Encoding::Delta
            }
        };
        Ok(CompressedRegion { source, encoding, body })
    })
}

/// Seals a region at its place and proves that it opens to the chunks with these ids, before anybody relies on it. The ids were
/// made when the bytes were read, so that this finds whatever happened to them since.
pub fn seal_and_verify(
    region: CompressedRegion,
    keys: &Keys,
    seal: &Seal,
    position: u64,
) -> Result<Vec<u8>, RepoError> {
    let CompressedRegion { source, encoding, body: mut message } = region;
    seal.seal(position, &mut message)?;
    let bases = source.basis.iter().flat_map(|basis| &basis.bases);
    let base: Vec<_> = bases.map(BaseChunk::plain).collect();
    let opened = open(seal, position, message.clone(), encoding, &base, source.plain.len());
    let plain = opened.map_err(|_| RepoError::Verification)?;
    let mut offset = 0;
    for record in &source.chunks {
        chunk(keys, &plain, offset, record.plain_bytes, &record.id).ok_or(RepoError::Verification)?;
        offset += record.plain_bytes;
    }
    if offset as usize == plain.len() { Ok(message) } else { Err(RepoError::Verification) }
}

thread_local! {
    static DECOMPRESSOR: std::cell::RefCell<Decompressor> = std::cell::RefCell::new(Decompressor::new());
}

/// What a delta region says, from its sealed message.
pub fn open_delta(
    seal: &Seal,
    position: u64,
    mut message: Vec<u8>,
    base_bytes: usize,
    plain_bytes: usize,
) -> Result<Delta, RegionError> {
    seal.open(position, &mut message)?;
    Ok(DECOMPRESSOR
        .with_borrow_mut(|decompressor| delta::read(decompressor, &message, base_bytes, plain_bytes))?)
}

/// The plaintext of a region from its sealed message.
pub fn open(
    seal: &Seal,
    position: u64,
    mut message: Vec<u8>,
    encoding: Encoding,
    base: &[&[u8]],
    plain_bytes: usize,
) -> Result<Vec<u8>, RegionError> {
    seal.open(position, &mut message)?;
    Ok(DECOMPRESSOR
        .with_borrow_mut(|decompressor| decompressor.decompress(encoding, message, base, plain_bytes))?)
}

/// The chunk of a region's plaintext that must have this id.
pub fn chunk<'p>(keys: &Keys, plain: &'p [u8], offset: u32, bytes: u32, id: &ChunkId) -> Option<&'p [u8]> {
    let start = offset as usize;
    let chunk = plain.get(start..start.checked_add(bytes as usize)?)?;
    (keys.chunk_id(chunk) == *id).then_some(chunk)
}
