#![doc = include_str!("../../format-spec/parity.md")]

mod head;
mod heal;
#[cfg(test)]
mod tests;

use reed_solomon_simd::engine::DefaultEngine;
use reed_solomon_simd::rate::{HighRateEncoder, RateEncoder};

use crate::base::limits::PACK_BYTES_ACCEPTED;
use crate::base::{FieldsError, PackId};

pub use head::Header;
pub use heal::Parity;

/// Bytes of a shard: what a disk loses at least.
const SHARD_BYTES: usize = 4096;
/// More data shards are not made: shards are larger instead.
const DATA_SHARDS_MAX: usize = 32_768;
/// Bytes of every shard that the code works on at a time. Multiples of 64 stand by themselves.
const STRIPE_BYTES: usize = 1024;
/// Bytes of the hash of a shard.
const HASH_BYTES: usize = 8;

/// Why parity cannot be made, read or used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParityError {
    /// A header is not one.
    #[error(transparent)]
    Layout(#[from] FieldsError),
    /// A value is outside of what the page allows.
    #[error("{field} is not possible here")]
    Value {
        /// What the page calls the field.
        field: &'static str,
    },
    /// Header and hashes do not belong together.
    #[error("its digest does not match")]
    Digest,
    /// More is lost than there is parity for.
    #[error("{lost} shards of {shard_bytes} bytes are lost, and parity is there for {recovery}")]
    TooMuchLost {
        /// Data shards that are lost.
        lost: usize,
        /// Recovery shards that are whole.
        recovery: usize,
        /// Bytes of a shard.
        shard_bytes: usize,
    },
    /// What was healed is not the pack.
    #[error("what was healed is not the pack")]
    NotThePack,
    /// The code refuses the shards, which the header's limits do not allow to happen.
    #[error("the code refuses: {0}")]
    Code(#[from] reed_solomon_simd::Error),
}

/// The first bytes of a shard's hash.
type Hash = [u8; HASH_BYTES];

/// The parity object of a pack: any of its shards may be lost, up to `percent` of them.
///
/// It needs a third of the pack's memory, besides the pack.
///
/// # Errors
/// [`ParityError::Value`] for a pack under 96 bytes or over 1 GiB, and for a percentage that is not from 1 to 100.
pub fn encode(id: PackId, pack: &[u8], percent: u8) -> Result<Vec<u8>, ParityError> {
    encode_in_shards(id, pack, percent, shard_bytes(pack.len()))
}

/// The same in shards of another length than a writer takes: a reader takes any.
///
/// # Errors
/// Also for a length that is no multiple of 64, or out of bounds.
pub fn encode_in_shards(
    id: PackId,
    pack: &[u8],
    percent: u8,
    shard_bytes: usize,
) -> Result<Vec<u8>, ParityError> {
    let header = Header::of(id, pack.len(), shard_bytes, percent)?;
    let recovery = recovery_of(&header, pack)?;
    let mut hashes = Vec::with_capacity(header.data_shards + header.recovery_shards);
    hashes.extend(pack.chunks(header.shard_bytes).map(|shard| hash(filled(shard, header.shard_bytes))));
    hashes.extend(recovery.chunks(header.shard_bytes).map(hash));
    let hashes = hashes.as_flattened();
    let head = header.encode(hashes);
    Ok([&head, hashes, &recovery, hashes, &head].concat())
}

/// The recovery shards, back to back.
fn recovery_of(header: &Header, pack: &[u8]) -> Result<Vec<u8>, ParityError> {
    let Header { data_shards, recovery_shards, shard_bytes, .. } = *header;
    let mut recovery = vec![0; recovery_shards * shard_bytes];
    for stripe in stripes(shard_bytes) {
        let engine = DefaultEngine::new();
        let mut code = HighRateEncoder::new(data_shards, recovery_shards, stripe.len(), engine, None)?;
        for shard in pack.chunks(shard_bytes) {
            code.add_original_shard(part(shard, &stripe))?;
        }
        for (shard, part) in recovery.chunks_mut(shard_bytes).zip(code.encode()?.recovery_iter()) {
            shard.get_mut(stripe.clone()).unwrap_or_default().copy_from_slice(part);
        }
    }
    Ok(recovery)
}

/// The parts of a shard that the code is given at a time. Each is by itself, and a quarter of the pack in memory is less than all of it.
fn stripes(shard_bytes: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..shard_bytes).step_by(STRIPE_BYTES).map(move |from| from..shard_bytes.min(from + STRIPE_BYTES))
}

/// A part of a shard, of which the end may not be there: zeros stand for it.
fn part<'s>(shard: &'s [u8], stripe: &std::ops::Range<usize>) -> std::borrow::Cow<'s, [u8]> {
    let there = shard.get(stripe.start.min(shard.len())..stripe.end.min(shard.len()));
    filled(there.unwrap_or_default(), stripe.len())
}

/// Bytes of a shard for a pack of this length.
fn shard_bytes(pack_bytes: usize) -> usize {
    let mut bytes = SHARD_BYTES;
    while pack_bytes.div_ceil(bytes) > DATA_SHARDS_MAX {
        bytes *= 2;
    }
    bytes.min(pack_bytes.next_multiple_of(64))
}

/// A shard in its full length.
fn filled(shard: &[u8], shard_bytes: usize) -> std::borrow::Cow<'_, [u8]> {
    if shard.len() == shard_bytes {
        return shard.into();
    }
    let mut whole = shard.to_vec();
    whole.resize(shard_bytes, 0);
    whole.into()
}

fn hash(shard: impl AsRef<[u8]>) -> Hash {
    let mut short = Hash::default();
    let whole = blake3::hash(shard.as_ref());
    short.iter_mut().zip(whole.as_bytes()).for_each(|(to, from)| *to = *from);
    short
}

fn refuse_unless(holds: bool, field: &'static str) -> Result<(), ParityError> {
    if holds { Ok(()) } else { Err(ParityError::Value { field }) }
}

/// Whether a pack may have this length.
fn is_pack_length(bytes: usize) -> bool {
    (96..=PACK_BYTES_ACCEPTED).contains(&(bytes as u64))
}
