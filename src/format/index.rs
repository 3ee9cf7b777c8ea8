#![doc = include_str!("../../format-spec/index.md")]

use super::{Contents, FormatError, pack, refuse_unless, to_u32};
use crate::base::limits::PACK_BYTES_ACCEPTED;
use crate::base::{Fields, PackId};

/// A pack as an index object tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedPack {
    /// Which pack.
    pub id: PackId,
    /// Length of the pack in bytes.
    pub bytes: u64,
    /// What is in it.
    pub contents: Contents,
}

/// The envelope's body of an index object.
///
/// # Errors
/// [`FormatError::Value`] if a count is over 32 bits.
pub fn encode(packs: &[IndexedPack]) -> Result<Vec<u8>, FormatError> {
    let mut out = Vec::new();
    out.extend_from_slice(&to_u32(packs.len(), "number of packs")?.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    for pack in packs {
        let contents = pack.contents.encode()?;
        out.extend_from_slice(pack.id.as_bytes());
        out.extend_from_slice(&pack.bytes.to_le_bytes());
        out.extend_from_slice(&to_u32(contents.len(), "length of the contents")?.to_le_bytes());
        out.extend_from_slice(&contents);
    }
    Ok(out)
}

/// Hands each pack of an index object's body to `each`, in order, one at a time so that memory stays small.
///
/// # Errors
/// [`FormatError`] for everything the page says must be refused, and those of `each`.
pub fn decode<E: From<FormatError>>(
    body: &[u8],
    mut each: impl FnMut(IndexedPack) -> Result<(), E>,
) -> Result<(), E> {
    let mut fields = Fields::new(body);
    let packs = fields.u32_le().map_err(FormatError::from)?;
    fields.zeros(4).map_err(FormatError::from)?;
    for _ in 0..packs {
        each(decode_pack(&mut fields)?)?;
    }
    fields.end().map_err(FormatError::from)?;
    Ok(())
}

fn decode_pack(fields: &mut Fields<'_>) -> Result<IndexedPack, FormatError> {
    let id = PackId::new(fields.array()?);
    let bytes = fields.u64_le()?;
    let contents_bytes = fields.u32_le()? as usize;
    let contents = fields.take(contents_bytes)?;
    let around = (pack::HEADER_BYTES + pack::TRAILER_BYTES) as u64;
    refuse_unless((around..=PACK_BYTES_ACCEPTED).contains(&bytes), "length of a pack")?;
    Ok(IndexedPack { id, bytes, contents: Contents::decode(contents, bytes - around)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ChunkId, Encoding};
    use crate::format::{ChunkRecord, RegionKind, RegionRecord};

    fn decoded(body: &[u8]) -> Result<Vec<IndexedPack>, FormatError> {
        let mut packs = vec![];
        decode(body, |pack| {
            packs.push(pack);
            Ok::<_, FormatError>(())
        })?;
        Ok(packs)
    }

    fn packs() -> Vec<IndexedPack> {
        let region = RegionRecord {
            stored_bytes: 50,
            encoding: Encoding::Stored,
            depth: 0,
            kind: RegionKind::Metadata,
            chunks: vec![ChunkRecord { id: ChunkId::new([5; 32]), plain_bytes: 34 }],
            bases: vec![],
        };
        let contents = Contents { regions: vec![region] };
        vec![
            IndexedPack { id: PackId::new([1; 32]), bytes: 1000, contents: contents.clone() },
            IndexedPack { id: PackId::new([2; 32]), bytes: 146, contents },
        ]
    }

    #[test]
    fn packs_come_back_and_every_other_length_is_refused() {
        let body = encode(&packs()).unwrap();
        assert_eq!(decoded(&body), Ok(packs()));
        for length in 0..body.len() {
            assert!(decoded(&body[..length]).is_err(), "{length}");
        }
        assert!(decoded(&[body.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn a_pack_too_short_for_its_regions_is_refused() {
        let mut packs = packs();
        packs[1].bytes = 145;
        assert!(decoded(&encode(&packs).unwrap()).is_err());
        packs[1].bytes = 95;
        assert!(decoded(&encode(&packs).unwrap()).is_err());
        packs[1].bytes = (1 << 30) + 1;
        assert!(decoded(&encode(&packs).unwrap()).is_err());
    }
}
