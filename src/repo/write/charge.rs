//! Who pays for what a region takes: shares on the way in, stored bytes on the way out.
//!
//! Whoever offers a chunk says on which accounts it goes. What a region takes is known when it is compressed; it is parted there, and the
//! sums come back with the pack. What an account stands for is not known here.

use std::collections::HashMap;

use crate::base::Encoding;
use crate::format::{ContentCost, Contents, RegionKind};

/// Whose bytes they are: a number of the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Account(pub u32);

impl Account {
    /// Nobody asks what is on it.
    pub const NONE: Self = Self(0);
}

/// A part of a chunk that goes on one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Which it is.
    pub account: Account,
    /// How much of the chunk, in bytes: of plaintext, or of what a delta inserts.
    pub bytes: u32,
}

/// The shares of a region, in the order of its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares(Vec<Share>);

impl Shares {
    /// No chunk yet.
    pub const fn new() -> Self {
        Self(vec![])
    }

    /// The next part.
    pub fn push(&mut self, share: Share) {
        match self.0.last_mut() {
            Some(last) if last.account == share.account => {
                last.bytes = last.bytes.saturating_add(share.bytes)
            }
            _ => self.0.push(share),
        }
    }

    /// Takes away what is behind the first `bytes`.
    pub fn split_off(&mut self, bytes: usize) -> Self {
        let (mut rest, mut left) = (Self::new(), bytes as u64);
        let mut kept = Self::new();
        for share in self.0.drain(..) {
            let before = u32::try_from(left).unwrap_or(u32::MAX).min(share.bytes);
            left -= u64::from(before);
            if before > 0 {
                kept.0.push(Share { bytes: before, ..share });
            }
            if before < share.bytes {
                rest.0.push(Share { bytes: share.bytes - before, ..share });
            }
        }
        *self = kept;
        rest
    }

    /// Parts `stored` bytes by the shares, to the last of them; alike where no share has a byte.
    pub fn part(&self, stored: u64, each: &mut dyn FnMut(Account, u64)) {
        let all: u64 = self.0.iter().map(|share| u64::from(share.bytes)).sum();
        let weight = |share: &Share| if all == 0 { 1 } else { u64::from(share.bytes) };
        let all = if all == 0 { self.0.len() as u64 } else { all };
        let (mut passed, mut given) = (0, 0);
        for share in &self.0 {
            passed += weight(share);
            let until = u64::try_from(u128::from(stored) * u128::from(passed) / u128::from(all.max(1)));
            let until = until.unwrap_or(stored);
            each(share.account, until - given);
            given = until;
        }
    }
}

/// Stored bytes by account, and by what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Charges {
    /// What content took, as it is and as deltas.
    pub content: ContentCost,
    accounts: HashMap<Account, u64>,
}

impl Charges {
    /// The stored bytes on an account.
    pub fn of(&self, account: Account) -> u64 {
        self.accounts.get(&account).copied().unwrap_or(0)
    }

    /// Adds a region's stored bytes, by its shares.
    pub fn add(&mut self, shares: &Shares, stored: u64) {
        shares.part(stored, &mut |account, bytes| {
            if account != Account::NONE && bytes > 0 {
                *self.accounts.entry(account).or_default() += bytes;
            }
        });
    }

    /// Adds what the regions of a pack are.
    pub fn add_contents(&mut self, contents: &Contents) {
        for region in contents.regions.iter().filter(|region| region.kind == RegionKind::Content) {
            let sum = match region.encoding {
                Encoding::Delta => &mut self.content.delta,
                Encoding::Stored | Encoding::Zstd => &mut self.content.new,
            };
            *sum += u64::from(region.stored_bytes);
        }
    }

    /// Adds those of a pack.
    pub fn join(&mut self, other: Self) {
        self.content.new += other.content.new;
        self.content.delta += other.content.delta;
        for (account, bytes) in other.accounts {
            *self.accounts.entry(account).or_default() += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(parts: &[(u32, u32)]) -> Shares {
        let mut shares = Shares::new();
        parts
            .iter()
            .for_each(|(account, bytes)| shares.push(Share { account: Account(*account), bytes: *bytes }));
        shares
    }

    fn parted(shares: &Shares, stored: u64) -> Vec<(u32, u64)> {
        let mut out = vec![];
        shares.part(stored, &mut |account, bytes| out.push((account.0, bytes)));
        out
    }

    #[test]
    fn stored_bytes_are_parted_by_bytes_and_alike_where_there_are_none() {
        assert_eq!(parted(&shares(&[(1, 100), (2, 200), (1, 100)]), 40), [(1, 10), (2, 20), (1, 10)]);
        assert_eq!(parted(&shares(&[(1, 0), (2, 0)]), 41), [(1, 20), (2, 21)]);
        assert_eq!(parted(&shares(&[(1, 0), (2, 5)]), 41), [(1, 0), (2, 41)]);
        assert_eq!(parted(&Shares::new(), 41), []);
    }

    #[test]
    fn parts_of_one_account_beside_each_other_are_one() {
        assert_eq!(shares(&[(1, 5), (1, 6), (2, 1)]), shares(&[(1, 11), (2, 1)]));
    }

    #[test]
    fn a_region_is_split_with_its_shares() {
        let mut first = shares(&[(1, 100), (2, 200), (0, 50)]);
        let rest = first.split_off(250);
        assert_eq!((first, rest), (shares(&[(1, 100), (2, 150)]), shares(&[(2, 50), (0, 50)])));
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_and_none_is_made(
            parts in proptest::collection::vec((0_u32..4, 0_u32..1_000_000), 1..20),
            stored in 0_u64..1 << 32,
            at in 0_usize..10_000_000,
        ) {
            let mut whole = shares(&parts);
            let sum = |shares: &Shares| parted(shares, stored).iter().map(|(_, bytes)| bytes).sum::<u64>();
            prop_assert_eq!(sum(&whole), stored);
            let bytes = |shares: &Shares| shares.0.iter().map(|share| u64::from(share.bytes)).sum::<u64>();
            let all = bytes(&whole);
            let rest = whole.split_off(at);
            prop_assert_eq!(bytes(&whole), all.min(at as u64));
            prop_assert_eq!(bytes(&whole) + bytes(&rest), all);
        }
    }
}
