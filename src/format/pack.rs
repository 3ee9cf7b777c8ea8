#![doc = include_str!("../../format-spec/pack.md")]
//!
//! This module has the header, the table of contents and the trailer; sealing and compressing are done where the keys are.

use super::{FormatError, refuse_unless, to_u32};
use crate::base::limits::{CHUNK_BYTES_ACCEPTED, PACK_BYTES_ACCEPTED, REGION_BYTES_ACCEPTED};
use crate::base::{ChunkId, Encoding, Fields};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 48;
/// Bytes of the trailer.
pub const TRAILER_BYTES: usize = 48;
const DEPTH_MAX: u8 = 64;
const REGION_RECORD_BYTES: usize = 24;
const CHUNK_RECORD_BYTES: usize = 36;
const BASE_RECORD_BYTES: usize = 32;

/// The plaintext start of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackHeader {
    /// Makes the pack's keys.
    pub salt: [u8; 32],
}

impl PackHeader {
    /// The 48 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(b"STRGPACK");
        out.extend_from_slice(&1_u16.to_le_bytes());
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&self.salt);
        out
    }

    /// The header in the first 48 bytes of a pack.
    ///
    /// # Errors
    /// [`FormatError::Layout`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(*b"STRGPACK")?;
        fields.version(1)?;
        fields.zeros(6)?;
        let salt = fields.array()?;
        fields.end()?;
        Ok(Self { salt })
    }
}

/// The fixed end of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailer {
    /// Length of the sealed table of contents, which ends where the trailer starts.
    pub contents_bytes: u32,
    /// BLAKE3 of the sealed table of contents.
    pub contents_digest: [u8; 32],
}

impl Trailer {
    /// The trailer after this sealed table of contents.
    ///
    /// # Errors
    /// [`FormatError::Value`] if it is over 4 GiB.
    pub fn of(sealed_contents: &[u8]) -> Result<Self, FormatError> {
        Ok(Self {
            contents_bytes: to_u32(sealed_contents.len(), "length of the contents")?,
            contents_digest: blake3::hash(sealed_contents).into(),
        })
    }

    /// The 48 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(TRAILER_BYTES);
        out.extend_from_slice(b"STRGTAIL");
        out.extend_from_slice(&1_u16.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&self.contents_bytes.to_le_bytes());
        out.extend_from_slice(&self.contents_digest);
        out
    }

    /// The trailer in the last 48 bytes of a pack of `pack_bytes`.
    ///
    /// # Errors
    /// [`FormatError::Layout`]; [`FormatError::Value`] if the table of contents would not fit.
    pub fn decode(bytes: &[u8], pack_bytes: u64) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(*b"STRGTAIL")?;
        fields.version(1)?;
        fields.zeros(2)?;
        let trailer = Self { contents_bytes: fields.u32_le()?, contents_digest: fields.array()? };
        fields.end()?;
        refuse_unless((96..=PACK_BYTES_ACCEPTED).contains(&pack_bytes), "length of a pack")?;
        refuse_unless(u64::from(trailer.contents_bytes) <= pack_bytes - 96, "length of the contents")?;
        Ok(trailer)
    }

    /// Refuses a sealed table of contents that is not the one of this trailer.
    ///
    /// # Errors
    /// [`FormatError::Digest`].
    pub fn check(&self, sealed_contents: &[u8]) -> Result<(), FormatError> {
        if blake3::hash(sealed_contents) == self.contents_digest { Ok(()) } else { Err(FormatError::Digest) }
    }
}

/// What a region's chunks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// Content of files.
    Content,
    /// Tree nodes and records of recipes.
    Metadata,
}

/// A chunk of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRecord {
    /// Which chunk.
    pub id: ChunkId,
    /// Length of its plaintext in bytes.
    pub plain_bytes: u32,
}

/// A region of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRecord {
    /// Length of the sealed message in bytes, tag included.
    pub stored_bytes: u32,
    /// How its plaintext is encoded.
    pub encoding: Encoding,
    /// Length of the longest chain of delta regions below it; 0 for none.
    pub depth: u8,
    /// What its chunks are.
    pub kind: RegionKind,
    /// Its chunks, in order.
    pub chunks: Vec<ChunkRecord>,
    /// The chunks that it is a delta of.
    pub bases: Vec<ChunkId>,
}

impl RegionRecord {
    /// Length of the region's plaintext in bytes.
    pub fn plain_bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| u64::from(chunk.plain_bytes)).sum()
    }
}

/// A pack's table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// The regions, in the order in which they lie.
    pub regions: Vec<RegionRecord>,
}

impl Contents {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] if a count is over 32 bits.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let chunks: usize = self.regions.iter().map(|region| region.chunks.len()).sum();
        let bases: usize = self.regions.iter().map(|region| region.bases.len()).sum();
        let mut out = Vec::with_capacity(
            16 + self.regions.len() * REGION_RECORD_BYTES
                + chunks * CHUNK_RECORD_BYTES
                + bases * BASE_RECORD_BYTES,
        );
        for count in [self.regions.len(), chunks, bases, 0] {
            out.extend_from_slice(&to_u32(count, "number of records")?.to_le_bytes());
        }
        for region in &self.regions {
            let plain_bytes = u32::try_from(region.plain_bytes()).unwrap_or(u32::MAX);
            let [chunks, bases] =
                [region.chunks.len(), region.bases.len()].map(|count| to_u32(count, "number"));
            for number in [region.stored_bytes, plain_bytes, chunks?, bases?] {
                out.extend_from_slice(&number.to_le_bytes());
            }
            let kind = u8::from(region.kind == RegionKind::Metadata);
            out.extend_from_slice(&[region.encoding.number(), region.depth, kind, 0, 0, 0, 0, 0]);
        }
        for chunk in self.regions.iter().flat_map(|region| &region.chunks) {
            out.extend_from_slice(chunk.id.as_bytes());
            out.extend_from_slice(&chunk.plain_bytes.to_le_bytes());
        }
        for base in self.regions.iter().flat_map(|region| &region.bases) {
            out.extend_from_slice(base.as_bytes());
        }
        Ok(out)
    }

    /// The table in an envelope's body; `room` is how many bytes of the pack the regions may fill.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused of a table.
    pub fn decode(body: &[u8], room: u64) -> Result<Self, FormatError> {
        let mut fields = Fields::new(body);
        let [regions, chunks, bases] =
            [fields.u32_le()?, fields.u32_le()?, fields.u32_le()?].map(|n| n as usize);
        fields.zeros(4)?;
        let wanted = regions as u64 * REGION_RECORD_BYTES as u64
            + chunks as u64 * CHUNK_RECORD_BYTES as u64
            + bases as u64 * BASE_RECORD_BYTES as u64;
        refuse_unless(fields.left() as u64 == wanted, "number of records")?;
        let mut of_regions = Fields::new(fields.take(regions * REGION_RECORD_BYTES)?);
        let mut of_chunks = Fields::new(fields.take(chunks * CHUNK_RECORD_BYTES)?);
        let mut of_bases = fields;
        let mut contents = Self { regions: Vec::with_capacity(regions) };
        let mut stored_bytes = 0;
        for _ in 0..regions {
            let region = decode_region(&mut of_regions, &mut of_chunks, &mut of_bases)?;
            stored_bytes += u64::from(region.stored_bytes);
            contents.regions.push(region);
        }
        of_chunks.end()?;
        of_bases.end()?;
        refuse_unless(stored_bytes <= room, "length of the regions")?;
        Ok(contents)
    }
}

fn decode_region(
    fields: &mut Fields<'_>,
    of_chunks: &mut Fields<'_>,
    of_bases: &mut Fields<'_>,
) -> Result<RegionRecord, FormatError> {
    let [stored_bytes, plain_bytes, chunks, bases] =
        [fields.u32_le()?, fields.u32_le()?, fields.u32_le()?, fields.u32_le()?];
    let [encoding, depth, kind] = fields.array()?;
    fields.zeros(5)?;
    let encoding =
        Encoding::from_number(encoding).ok_or(FormatError::Value { field: "codec of a region" })?;
    let kind = match kind {
        0 => RegionKind::Content,
        1 => RegionKind::Metadata,
        _ => return Err(FormatError::Value { field: "kind of a region" }),
    };
    let is_delta = encoding == Encoding::Delta;
    refuse_unless(stored_bytes >= 17, "stored length of a region")?;
    refuse_unless(chunks > 0, "number of a region's chunks")?;
    refuse_unless(
        (bases > 0) == is_delta && (depth > 0) == is_delta && depth <= DEPTH_MAX,
        "bases of a region",
    )?;
    let mut of_chunks = Fields::new(of_chunks.take(chunks as usize * CHUNK_RECORD_BYTES)?);
    let chunks = (0..chunks)
        .map(|_| {
            let chunk =
                ChunkRecord { id: ChunkId::new(of_chunks.array()?), plain_bytes: of_chunks.u32_le()? };
            refuse_unless(
                (1..=CHUNK_BYTES_ACCEPTED).contains(&(chunk.plain_bytes as usize)),
                "length of a chunk",
            )?;
            Ok(chunk)
        })
        .collect::<Result<Vec<_>, FormatError>>()?;
    let mut of_bases = Fields::new(of_bases.take(bases as usize * BASE_RECORD_BYTES)?);
    let bases =
        (0..bases).map(|_| Ok(ChunkId::new(of_bases.array()?))).collect::<Result<Vec<_>, FormatError>>()?;
    let region = RegionRecord { stored_bytes, encoding, depth, kind, chunks, bases };
    let is_sum =
        region.plain_bytes() == u64::from(plain_bytes) && plain_bytes as usize <= REGION_BYTES_ACCEPTED;
    refuse_unless(is_sum, "plain length of a region")?;
    Ok(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> Contents {
        let chunk = |n: u8| ChunkRecord { id: ChunkId::new([n; 32]), plain_bytes: u32::from(n) * 100 };
        let full = RegionRecord {
            stored_bytes: 400,
            encoding: Encoding::Zstd,
            depth: 0,
            kind: RegionKind::Content,
            chunks: vec![chunk(1), chunk(2)],
            bases: vec![],
        };
        let delta = RegionRecord {
            encoding: Encoding::Delta,
            depth: 2,
            kind: RegionKind::Metadata,
            chunks: vec![chunk(3)],
            bases: vec![ChunkId::new([8; 32]), ChunkId::new([9; 32])],
            ..full.clone()
        };
        Contents { regions: vec![full, delta] }
    }

    #[test]
    fn a_table_of_contents_comes_back() {
        let body = contents().encode().unwrap();
        assert_eq!(body.len(), 16 + 2 * 24 + 3 * 36 + 2 * 32);
        assert_eq!(Contents::decode(&body, 800), Ok(contents()));
        assert_eq!(Contents::decode(&[0; 16], 0), Ok(Contents::default()));
    }

    #[test]
    fn regions_that_do_not_fit_in_the_pack_are_refused() {
        assert!(Contents::decode(&contents().encode().unwrap(), 799).is_err());
    }

    #[test]
    fn every_length_but_the_right_one_is_refused() {
        let body = contents().encode().unwrap();
        for length in 0..body.len() {
            assert!(Contents::decode(&body[..length], 800).is_err(), "{length}");
        }
        assert!(Contents::decode(&[body.as_slice(), &[0]].concat(), 800).is_err());
    }

    #[test]
    fn fields_that_contradict_each_other_are_refused() {
        let body = contents().encode().unwrap();
        let changed = |at: usize, to: u8| {
            let mut body = body.clone();
            assert_ne!(body[at], to);
            body[at] = to;
            Contents::decode(&body, 800).is_err()
        };
        for (at, to, what) in [
            (0, 1, "regions"),
            (4, 2, "chunks"),
            (8, 1, "bases"),
            (12, 1, "reserved"),
            (20, 1, "plain bytes"),
            (24, 3, "chunks of a region"),
            (28, 1, "bases of a full region"),
            (32, 2, "codec that needs bases"),
            (32, 7, "codec"),
            (33, 1, "depth of a full region"),
            (34, 2, "kind"),
            (35, 1, "reserved of a region"),
            (57, 0, "depth of a delta region"),
            (57, 65, "depth"),
        ] {
            assert!(changed(at, to), "{what}");
        }
        assert!(Contents::decode(&[255; 16], u64::MAX).is_err(), "counts that overflow");
    }

    #[test]
    fn a_torn_trailer_is_refused() {
        let trailer = Trailer::of(b"sealed").unwrap();
        let bytes = trailer.encode();
        assert_eq!(Trailer::decode(&bytes, 200), Ok(trailer));
        assert_eq!(trailer.check(b"Sealed"), Err(FormatError::Digest));
        for length in 0..bytes.len() {
            assert!(Trailer::decode(&bytes[..length], 200).is_err());
        }
        assert!(Trailer::decode(&bytes, 96).is_err() && Trailer::decode(&bytes, 50).is_err());
        assert!(Trailer::decode(&bytes, u64::MAX).is_err());
    }
}
