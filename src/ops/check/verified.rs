//! Which packs were read and proven when, so that a check of a part reads what was read longest ago: pure, whoever keeps it.
//!
//! It is a convenience and no promise: what cannot be read is as if nothing was ever verified, and then everything is read again in its turn.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Fields, FieldsError, PackId, Timestamp};

const MAGIC: [u8; 8] = *b"STRGSEEN";
const DAY_SECONDS: i64 = 86_400;

/// When each pack was last read whole and found to be whole, in seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified(BTreeMap<PackId, i64>);

/// How much of what is there was verified lately.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Freshness {
    /// Seconds since the pack was verified that was so longest ago; `None` if one never was, or there is none.
    pub oldest_seconds: Option<u64>,
    /// Packs that were never verified.
    pub never: usize,
    /// The share of bytes that was verified in the last 30 days, 0.0 to 1.0.
    pub share_of_30_days: f64,
}

impl Verified {
    /// What was kept; nothing if the bytes are not it.
    pub fn decode(bytes: &[u8]) -> Self {
        let read = || -> Result<Option<Self>, FieldsError> {
            let Some((body, digest)) = bytes.split_last_chunk::<32>() else { return Ok(None) };
            if blake3::hash(body) != *digest {
                return Ok(None);
            }
            let mut fields = Fields::new(body);
            fields.magic(MAGIC)?;
            fields.version(1)?;
            fields.zeros(6)?;
            let mut of = BTreeMap::new();
            while fields.left() > 0 {
                of.insert(PackId::new(fields.array()?), i64::from_le_bytes(fields.array()?));
            }
            Ok(Some(Self(of)))
        };
        read().ok().flatten().unwrap_or_default()
    }

    /// The bytes to keep: magic, version, a record of id and seconds for each pack, a digest.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + 40 * self.0.len() + 32);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        for (id, seconds) in &self.0 {
            out.extend_from_slice(id.as_bytes());
            out.extend_from_slice(&seconds.to_le_bytes());
        }
        let digest = blake3::hash(&out);
        out.extend_from_slice(digest.as_bytes());
        out
    }

    /// Takes note of packs that are whole now, and forgets those that are not there any more.
    pub fn note(&mut self, whole: &[PackId], damaged: &[PackId], there: &[(PackId, u64)], now: Timestamp) {
        self.0.extend(whole.iter().map(|id| (*id, now.seconds)));
        let there: BTreeSet<_> = there.iter().map(|(id, _)| *id).collect();
        self.0.retain(|id, _| there.contains(id) && !damaged.contains(id));
    }

    /// When a pack was verified. A time that has not come yet is none: the clock was wrong then.
    fn seconds(&self, id: &PackId, now: Timestamp) -> Option<i64> {
        self.0.get(id).copied().filter(|seconds| *seconds <= now.seconds)
    }

    /// The packs to read so that at least `share` of all bytes is: those never verified first, then those longest ago.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    pub fn next(&self, packs: &[(PackId, u64)], share: f64, now: Timestamp) -> Vec<(PackId, u64)> {
        let mut by_age = packs.to_vec();
        by_age.sort_by_key(|(id, _)| (self.seconds(id, now), *id));
        let wanted = packs.iter().map(|(_, bytes)| *bytes as f64).sum::<f64>() * share.clamp(0.0, 1.0);
        let mut taken = 0.0;
        let enough = |(_, bytes): &&(PackId, u64)| {
            let before = taken;
            taken += *bytes as f64;
            before < wanted
        };
        by_age.iter().take_while(enough).copied().collect()
    }

    /// How fresh what is known of these packs is.
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn freshness(&self, packs: &[(PackId, u64)], now: Timestamp) -> Freshness {
        let ages: Vec<_> = packs
            .iter()
            .map(|(id, bytes)| {
                (self.seconds(id, now).map(|seconds| now.seconds.saturating_sub(seconds)), *bytes)
            })
            .collect();
        let never = ages.iter().filter(|(age, _)| age.is_none()).count();
        let oldest = ages.iter().filter_map(|(age, _)| *age).max().filter(|_| never == 0);
        let is_fresh = |age: &Option<i64>| age.is_some_and(|age| age <= 30 * DAY_SECONDS);
        let all: u64 = ages.iter().map(|(_, bytes)| bytes).sum();
        let fresh: u64 = ages.iter().filter(|(age, _)| is_fresh(age)).map(|(_, bytes)| bytes).sum();
        Freshness {
            oldest_seconds: oldest.and_then(|age| u64::try_from(age).ok()),
            never,
            share_of_30_days: if all == 0 { 1.0 } else { fresh as f64 / all as f64 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(number: u32) -> (PackId, u64) {
        (PackId::new(blake3::hash(&number.to_le_bytes()).into()), 1_000 + u64::from(number % 7) * 500)
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::new(number * DAY_SECONDS, 0)
    }

    #[test]
    fn twenty_runs_of_a_twentieth_read_everything_however_many_nights_lie_between_and_new_packs_come_first() {
        let mut packs: Vec<_> = (0..400).map(pack).collect();
        let mut verified = Verified::default();
        let mut run = |packs: &[(PackId, u64)], now| {
            let read: Vec<_> = verified.next(packs, 0.05, now).iter().map(|(id, _)| *id).collect();
            verified.note(&read, &[], packs, now);
            verified.freshness(packs, now).never
        };
        let left: Vec<_> = (0..20_i64).map(|night| run(&packs, day(20_000 + night * night))).collect();
        assert!(left[18] > 0 && left[19] == 0, "{left:?}");
        packs.extend((400..410).map(pack));
        assert_eq!(run(&packs, day(20_400)), 0);
    }

    #[test]
    fn what_was_never_verified_comes_first_then_what_was_longest_ago_and_a_wrong_clock_hides_nothing() {
        let packs: Vec<_> = (0..4).map(pack).collect();
        let ids: Vec<_> = packs.iter().map(|(id, _)| *id).collect();
        let mut verified = Verified::default();
        verified.note(&ids[..1], &[], &packs, day(40_000));
        verified.note(&ids[1..2], &[], &packs, day(10));
        verified.note(&ids[2..3], &[], &packs, day(20));
        let next: Vec<_> = verified.next(&packs, 1.0, day(50)).iter().map(|(id, _)| *id).collect();
        assert_eq!(next[2..], [ids[1], ids[2]]);
        assert_eq!(verified.next(&packs, 0.001, day(50)).len(), 1);
        assert!(verified.next(&packs, 0.0, day(50)).is_empty());
        let fresh = verified.freshness(&packs[1..3], day(50));
        assert_eq!((fresh.oldest_seconds, fresh.never), (Some(40 * 86_400), 0));
        assert!((fresh.share_of_30_days - 2_000.0 / 3_500.0).abs() < 1e-9, "{fresh:?}");
        verified.note(&[], &ids[1..2], &packs, day(50));
        assert_eq!(verified.freshness(&packs[1..2], day(50)).never, 1);
    }

    #[test]
    fn what_was_kept_comes_back_and_anything_else_is_nothing() {
        let packs: Vec<_> = (0..3).map(pack).collect();
        let ids: Vec<_> = packs.iter().map(|(id, _)| *id).collect();
        let mut verified = Verified::default();
        verified.note(&ids, &[], &packs[..2], day(3));
        let bytes = verified.encode();
        assert_eq!(bytes.len(), 16 + 2 * 40 + 32, "what is not there is forgotten");
        assert_eq!(Verified::decode(&bytes), verified);
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert_eq!(Verified::decode(&bad), Verified::default());
            assert_eq!(Verified::decode(&bytes[..at]), Verified::default());
        }
    }
}
