//! Parity that was read: which shards are lost, and the pack made whole.

use reed_solomon_simd::engine::DefaultEngine;
use reed_solomon_simd::rate::{HighRateDecoder, RateDecoder};

use super::head::{self, HEADER_BYTES};
use super::{Hash, Header, ParityError, filled, hash, part, stripes};

/// The parity of one pack, as far as it is there.
#[derive(Debug)]
pub struct Parity<'o> {
    /// What it was made of.
    pub header: Header,
    hashes: Vec<Hash>,
    /// Recovery shards; `None` where one is lost.
    recovery: Vec<Option<&'o [u8]>>,
    is_whole: bool,
}

impl<'o> Parity<'o> {
    /// Parity from its object, of which much may be damaged.
    ///
    /// # Errors
    /// [`ParityError`] if neither end tells what the object has; it is that of its start.
    pub fn decode(object: &'o [u8]) -> Result<Self, ParityError> {
        let (header, hashes) = head::find(object)?;
        let start = HEADER_BYTES + header.hashes_bytes();
        let of_recovery = hashes.get(header.data_shards..).unwrap_or_default();
        let recovery = (0..).zip(of_recovery).map(|(number, wanted): (usize, &Hash)| {
            let from = start + number * header.shard_bytes;
            let shard = object.get(from..from + header.shard_bytes)?;
            (hash(shard) == *wanted).then_some(shard)
        });
        let recovery: Vec<_> = recovery.collect();
        let ends = header.encode(hashes.as_flattened());
        let last = object.len().saturating_sub(HEADER_BYTES + header.hashes_bytes());
        let is_whole = object.len() == header.object_bytes()
            && recovery.iter().all(Option::is_some)
            && object.starts_with(&ends)
            && object.ends_with(&ends)
            && object.get(HEADER_BYTES..start) == Some(hashes.as_flattened())
            && object.get(last..object.len() - HEADER_BYTES) == Some(hashes.as_flattened());
        Ok(Self { header, hashes, recovery, is_whole })
    }

    /// Whether nothing of it is lost; otherwise it should be made anew.
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Numbers of the recovery shards that are lost.
    pub fn recovery_lost(&self) -> Vec<usize> {
        let all = self.recovery.iter().enumerate();
        all.filter(|(_, shard)| shard.is_none()).map(|(number, _)| number).collect()
    }

    /// Numbers of the data shards that are lost in what is there of the pack. It may be of any length.
    pub fn data_lost(&self, pack: &[u8]) -> Vec<usize> {
        let pack = pack.get(..self.header.pack_bytes).unwrap_or(pack);
        let mut shards = pack.chunks(self.header.shard_bytes);
        let is_lost = |wanted: &Hash| {
            let shard = shards.next().map(|shard| filled(shard, self.header.shard_bytes));
            shard.is_none_or(|shard| hash(&shard) != *wanted)
        };
        let lost = self.hashes.iter().take(self.header.data_shards).map(is_lost).enumerate();
        lost.filter(|(_, is_lost)| *is_lost).map(|(number, _)| number).collect()
    }

    /// The pack as it was written, from what is there of it; proven by its id. It needs the memory of the pack once more.
    ///
    /// # Errors
    /// [`ParityError::TooMuchLost`]; [`ParityError::NotThePack`] if something else than shards whose hash is known is wrong.
    pub fn heal(&self, pack: &[u8]) -> Result<Vec<u8>, ParityError> {
        let lost = self.data_lost(pack);
        let Header { shard_bytes, data_shards, recovery_shards, pack_bytes, .. } = self.header;
        let recovery = recovery_shards - self.recovery_lost().len();
        if lost.len() > recovery {
            return Err(ParityError::TooMuchLost { lost: lost.len(), recovery, shard_bytes });
        }
        let mut whole = pack.get(..pack_bytes).unwrap_or(pack).to_vec();
        whole.resize(data_shards * shard_bytes, 0);
        if !lost.is_empty() {
            self.restore(&mut whole, &lost)?;
        }
        whole.truncate(pack_bytes);
        if blake3::hash(&whole) == *self.header.pack.as_bytes() {
            Ok(whole)
        } else {
            Err(ParityError::NotThePack)
        }
    }

    /// Puts the lost shards back, whose numbers ascend.
    fn restore(&self, whole: &mut [u8], lost: &[usize]) -> Result<(), ParityError> {
        let Header { shard_bytes, data_shards, recovery_shards, .. } = self.header;
        for stripe in stripes(shard_bytes) {
            let engine = DefaultEngine::new();
            let mut code = HighRateDecoder::new(data_shards, recovery_shards, stripe.len(), engine, None)?;
            for (number, shard) in whole.chunks(shard_bytes).enumerate() {
                if lost.binary_search(&number).is_err() {
                    code.add_original_shard(number, part(shard, &stripe))?;
                }
            }
            for (number, shard) in self.recovery.iter().enumerate() {
                if let Some(shard) = shard {
                    code.add_recovery_shard(number, part(shard, &stripe))?;
                }
            }
            let restored = code.decode()?;
            for (number, shard) in whole.chunks_mut(shard_bytes).enumerate() {
                if let Some(found) = restored.restored_original(number) {
                    shard.get_mut(stripe.clone()).unwrap_or_default().copy_from_slice(found);
                }
            }
        }
        Ok(())
    }
}
