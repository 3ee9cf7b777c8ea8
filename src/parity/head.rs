//! Header and hashes: found at the start or at the end of the object, and bounded before anything is believed.

use super::{DATA_SHARDS_MAX, HASH_BYTES, Hash, ParityError, is_pack_length, refuse_unless};
use crate::base::{Fields, PackId};

/// Bytes of a header.
pub(super) const HEADER_BYTES: usize = 96;
/// Bytes of it that its digest is over, with the hashes.
const DIGESTED_BYTES: usize = 64;

/// What parity was made of, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The pack.
    pub pack: PackId,
    /// Its length.
    pub pack_bytes: usize,
    /// Bytes of a shard.
    pub shard_bytes: usize,
    /// How many shards the pack has.
    pub data_shards: usize,
    /// How many there are besides.
    pub recovery_shards: usize,
}

impl Header {
    pub(super) fn of(
        pack: PackId,
        pack_bytes: usize,
        shard_bytes: usize,
        percent: u8,
    ) -> Result<Self, ParityError> {
        refuse_unless((1..=100).contains(&percent), "percentage")?;
        let data_shards = pack_bytes.div_ceil(shard_bytes.max(1));
        let recovery_shards = (data_shards * usize::from(percent)).div_ceil(100);
        let header = Self { pack, pack_bytes, shard_bytes, data_shards, recovery_shards };
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), ParityError> {
        let is_shard =
            self.shard_bytes > 0 && self.shard_bytes <= 65_536 && self.shard_bytes.is_multiple_of(64);
        refuse_unless(is_shard, "length of a shard")?;
        refuse_unless(is_pack_length(self.pack_bytes), "length of a pack")?;
        let is_data = self.data_shards == self.pack_bytes.div_ceil(self.shard_bytes);
        refuse_unless(is_data && self.data_shards <= DATA_SHARDS_MAX, "number of data shards")?;
        let is_recovery = (1..=self.data_shards).contains(&self.recovery_shards);
        refuse_unless(is_recovery, "number of recovery shards")
    }

    /// Length of all hashes.
    pub(super) const fn hashes_bytes(&self) -> usize {
        (self.data_shards + self.recovery_shards) * HASH_BYTES
    }

    /// Length of the object.
    pub const fn object_bytes(&self) -> usize {
        2 * (HEADER_BYTES + self.hashes_bytes()) + self.recovery_shards * self.shard_bytes
    }

    /// The header's 96 bytes, which vouch for the hashes.
    pub(super) fn encode(&self, hashes: &[u8]) -> Vec<u8> {
        // All of these are bounded.
        let short = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(b"STRGPARI");
        out.extend_from_slice(&[1, 0, 0, 0]);
        out.extend_from_slice(&short(self.shard_bytes));
        out.extend_from_slice(&(self.pack_bytes as u64).to_le_bytes());
        out.extend_from_slice(&short(self.data_shards));
        out.extend_from_slice(&short(self.recovery_shards));
        out.extend_from_slice(self.pack.as_bytes());
        let digest = digest(&out, hashes);
        out.extend_from_slice(&digest);
        out
    }

    /// A header that may be one, and the digest in it.
    fn decode(bytes: &[u8]) -> Result<(Self, [u8; 32]), ParityError> {
        let mut fields = Fields::new(bytes);
        fields.magic(*b"STRGPARI")?;
        fields.version(1)?;
        fields.zeros(2)?;
        let shard_bytes = fields.u32_le()? as usize;
        let pack_bytes = usize::try_from(fields.u64_le()?).unwrap_or(usize::MAX);
        let data_shards = fields.u32_le()? as usize;
        let recovery_shards = fields.u32_le()? as usize;
        let pack = PackId::new(fields.array()?);
        let header = Self { pack, pack_bytes, shard_bytes, data_shards, recovery_shards };
        header.check()?;
        Ok((header, fields.array()?))
    }
}

fn digest(front: &[u8], hashes: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new().update(front).update(hashes).finalize().as_bytes()
}

/// The header and the hashes of an object, from whichever end has them.
///
/// The error is that of the first ones, which people will want to hear of.
pub(super) fn find(object: &[u8]) -> Result<(Header, Vec<Hash>), ParityError> {
    let first = object.get(..HEADER_BYTES).unwrap_or(object);
    let last = object.get(object.len().saturating_sub(HEADER_BYTES)..).unwrap_or_default();
    let mut refusal = None;
    for (header, is_last) in [(first, false), (last, true), (first, true), (last, false)] {
        match vouched(object, header, is_last) {
            Ok(found) => return Ok(found),
            Err(error) => drop(refusal.get_or_insert(error)),
        }
    }
    Err(refusal.unwrap_or(ParityError::Digest))
}

/// A header with the first or the last hashes, if it vouches for them.
fn vouched(object: &[u8], bytes: &[u8], is_last: bool) -> Result<(Header, Vec<Hash>), ParityError> {
    let (header, wanted) = Header::decode(bytes)?;
    let length = header.hashes_bytes();
    let start = match is_last {
        false => Some(HEADER_BYTES),
        true => object.len().checked_sub(HEADER_BYTES + length),
    };
    let hashes = start.and_then(|start| object.get(start..start + length));
    let hashes = hashes.ok_or(ParityError::Value { field: "length of the object" })?;
    let front = bytes.get(..DIGESTED_BYTES).unwrap_or_default();
    if digest(front, hashes) != wanted {
        return Err(ParityError::Digest);
    }
    Ok((header, hashes.as_chunks().0.to_vec()))
}
