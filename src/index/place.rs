//! Where chunks, regions and packs are, as the index keeps it.

use super::{IndexError, damaged};
use crate::base::{ChunkId, Encoding, Fields, PackId};
use crate::format::pack::HEADER_BYTES;
use crate::format::{IndexedPack, RegionKind};

/// Where a chunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The index's own number for the pack; see [`super::IndexView::pack`].
    pub pack: u32,
    /// Number of the region in the pack.
    pub region: u32,
    /// Where the chunk starts in the region's plaintext.
    pub offset: u32,
    /// Length of the chunk's plaintext.
    pub bytes: u32,
}

impl Location {
    pub(super) fn encode(self) -> u128 {
        let numbers = [self.bytes, self.offset, self.region, self.pack];
        numbers.into_iter().fold(0, |all, number| all << 32 | u128::from(number))
    }

    pub(super) const fn decode(all: u128) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "four numbers of 32 bits are taken apart")]
        let [pack, region, offset, bytes] =
            [all as u32, (all >> 32) as u32, (all >> 64) as u32, (all >> 96) as u32];
        Self { pack, region, offset, bytes }
    }
}

/// What a chunk is found by.
pub(super) fn key(id: &ChunkId) -> u128 {
    id.as_bytes().first_chunk().map_or(0, |half| u128::from_be_bytes(*half))
}

/// A region of a pack, as far as reading it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionPlace {
    /// Where its sealed message starts in the pack.
    pub offset: u64,
    /// Length of the sealed message.
    pub stored_bytes: u32,
    /// Length of its plaintext.
    pub plain_bytes: u32,
    /// How it is encoded.
    pub encoding: Encoding,
    /// What its chunks are.
    pub kind: RegionKind,
}

/// A pack, as far as reading its regions needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackPlace {
    /// Which pack.
    pub id: PackId,
    /// Length of the pack in bytes.
    pub bytes: u64,
    /// Its regions in order.
    pub regions: Vec<RegionPlace>,
}

impl PackPlace {
    pub(super) fn of(pack: &IndexedPack) -> Self {
        let mut offset = HEADER_BYTES as u64;
        let regions = pack.contents.regions.iter().map(|region| {
            let start = offset;
            offset += u64::from(region.stored_bytes);
            RegionPlace {
                offset: start,
                stored_bytes: region.stored_bytes,
                plain_bytes: u32::try_from(region.plain_bytes()).unwrap_or(u32::MAX),
                encoding: region.encoding,
                kind: region.kind,
            }
        });
        Self { id: pack.id, bytes: pack.bytes, regions: regions.collect() }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(40 + 10 * self.regions.len());
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(&self.bytes.to_le_bytes());
        for region in &self.regions {
            out.extend_from_slice(&region.stored_bytes.to_le_bytes());
            out.extend_from_slice(&region.plain_bytes.to_le_bytes());
            out.extend_from_slice(&[region.encoding.number(), u8::from(region.kind == RegionKind::Metadata)]);
        }
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, IndexError> {
        let mut fields = Fields::new(bytes);
        let mut place = Self { id: PackId::new(fields.array()?), bytes: fields.u64_le()?, regions: vec![] };
        let mut offset = HEADER_BYTES as u64;
        while fields.left() > 0 {
            let [stored_bytes, plain_bytes] = [fields.u32_le()?, fields.u32_le()?];
            let encoding = Encoding::from_number(fields.u8()?).ok_or_else(|| damaged("codec of a region"))?;
            let kind = if fields.u8()? == 0 { RegionKind::Content } else { RegionKind::Metadata };
            place.regions.push(RegionPlace { offset, stored_bytes, plain_bytes, encoding, kind });
            offset += u64::from(stored_bytes);
        }
        Ok(place)
    }
}
