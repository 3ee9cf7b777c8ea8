//! Which packs go, which are written anew, which stay: decided from what is known of each, without reading anything.

use std::fmt;

/// What is known of a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackUse {
    /// Its length in bytes.
    pub bytes: u64,
    /// Stored bytes of what nothing needs; padding and the table of contents are not counted.
    pub unused: u64,
    /// Whether a snapshot needs a chunk that is found in it.
    pub is_wanted: bool,
    /// Whether one of its regions leans on a chunk that no snapshot needs.
    pub leans_on_unwanted: bool,
    /// The packs that its regions lean on, by their place in the list; without itself.
    pub leans_on: Vec<usize>,
}

/// How much that nothing needs may stay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allowance {
    /// So many bytes.
    Bytes(u64),
    /// So much of what the packs take that stay: 0.05 is five in a hundred.
    Share(f64),
}

impl Default for Allowance {
    /// A twentieth: less would write much to win little.
    fn default() -> Self {
        Self::Share(0.05)
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f.write_str(&crate::base::units::bytes(*bytes)),
            Self::Share(share) => write!(f, "{} %", share * 100.0),
        }
    }
}

impl Allowance {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of bytes"
    )]
    fn bytes_of(self, total: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Share(share) => (total as f64 * share.clamp(0.0, 1.0)) as u64,
        }
    }
}

/// What becomes of packs, by their place in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Deleted, ascending.
    pub delete: Vec<usize>,
    /// What is needed of them is written to new packs, then they are deleted. Ascending.
    pub rewrite: Vec<usize>,
    /// Bytes in packs that stay which nothing needs.
    pub unused_left: u64,
}

/// Decides what becomes of each pack.
///
/// If what is wholly unneeded can go and no more than `allowance` of the rest is unused, nothing is written: packs stay that others lean on. Otherwise
/// every delta is to lean on wanted chunks only, so that what only deltas need can go, and packs are written anew, the emptiest first, until
/// the rest is within the allowance. Either way each region of each pack that stays keeps what it leans on.
pub fn decide(packs: &[PackUse], allowance: Allowance) -> Decision {
    let kept = still_needed(packs);
    let of = |keep: &dyn Fn(usize) -> bool, what: fn(&PackUse) -> u64| -> u64 {
        packs.iter().enumerate().filter(|(place, _)| keep(*place)).map(|(_, pack)| what(pack)).sum()
    };
    let is_kept = |place: usize| kept.get(place).copied().unwrap_or(false);
    let (bytes, unused) = (of(&is_kept, |pack| pack.bytes), of(&is_kept, |pack| pack.unused));
    if unused <= allowance.bytes_of(bytes) {
        let delete = (0..packs.len()).filter(|place| !is_kept(*place)).collect();
        return Decision { delete, rewrite: vec![], unused_left: unused };
    }
    write_anew(packs, allowance)
}

/// Whether each pack is wanted, or leaned on by one that stays.
pub fn still_needed(packs: &[PackUse]) -> Vec<bool> {
    let mut kept: Vec<bool> = packs.iter().map(|pack| pack.is_wanted).collect();
    let mut open: Vec<usize> = (0..packs.len()).filter(|place| kept.get(*place) == Some(&true)).collect();
    while let Some(place) = open.pop() {
        for base in packs.get(place).map(|pack| pack.leans_on.as_slice()).unwrap_or_default() {
            if let Some(base_kept) = kept.get_mut(*base)
                && !std::mem::replace(base_kept, true)
            {
                open.push(*base);
            }
        }
    }
    kept
}

fn write_anew(packs: &[PackUse], allowance: Allowance) -> Decision {
    let mut decision = Decision::default();
    let (mut staying, mut bytes) = (vec![], 0);
    for (place, pack) in packs.iter().enumerate() {
        match pack {
            PackUse { is_wanted: false, .. } => decision.delete.push(place),
            PackUse { leans_on_unwanted: true, .. } => {
                decision.rewrite.push(place);
                bytes += pack.bytes.saturating_sub(pack.unused);
            }
            _ => {
                staying.push((place, pack));
                decision.unused_left += pack.unused;
                bytes += pack.bytes;
            }
        }
    }
    // The share that is unused, greatest first, compared without dividing.
    staying.sort_by(|(_, a), (_, b)| {
        let [a_part, b_part] =
            [u128::from(a.unused) * u128::from(b.bytes), u128::from(b.unused) * u128::from(a.bytes)];
        b_part.cmp(&a_part)
    });
    for (place, pack) in staying {
        if pack.unused == 0 || decision.unused_left <= allowance.bytes_of(bytes) {
            break;
        }
        decision.rewrite.push(place);
        decision.unused_left -= pack.unused;
        bytes -= pack.unused;
    }
    decision.rewrite.sort_unstable();
    decision
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(bytes: u64, unused: u64) -> PackUse {
        PackUse { bytes, unused, is_wanted: unused < bytes, ..PackUse::default() }
    }

    #[test]
    fn what_nothing_needs_goes_and_what_is_used_stays() {
        let packs = [pack(100, 100), pack(100, 0), pack(100, 4)];
        let decision = decide(&packs, Allowance::default());
        assert_eq!(decision, Decision { delete: vec![0], rewrite: vec![], unused_left: 4 });
    }

    #[test]
    fn the_emptiest_packs_are_written_anew_until_the_rest_is_allowed() {
        let packs = [pack(100, 10), pack(100, 90), pack(100, 40), pack(100, 0)];
        let rewrite = |allowance| decide(&packs, allowance).rewrite;
        assert_eq!(rewrite(Allowance::Share(0.05)), [1, 2]);
        assert_eq!(rewrite(Allowance::Share(0.2)), [1]);
        assert_eq!(rewrite(Allowance::Bytes(140)), [0; 0]);
        assert_eq!(rewrite(Allowance::Bytes(139)), [1]);
        assert_eq!(rewrite(Allowance::Bytes(0)), [0, 1, 2]);
        assert_eq!(decide(&packs, Allowance::Bytes(0)).unused_left, 0);
    }

    #[test]
    fn a_pack_that_a_wanted_one_leans_on_stays_unless_deltas_are_made_anew() {
        let leaning = |place, is_wanted| PackUse {
            is_wanted,
            leans_on: vec![place],
            leans_on_unwanted: true,
            ..pack(100, 0)
        };
        let unwanted = |place| PackUse { unused: 100, ..leaning(place, false) };
        let first = PackUse { is_wanted: false, ..pack(100, 100) };
        let packs = [first, unwanted(0), leaning(1, true), pack(1000, 0)];
        let lazy = decide(&packs, Allowance::Bytes(200));
        assert_eq!(lazy, Decision { delete: vec![], rewrite: vec![], unused_left: 200 });
        let thorough = decide(&packs, Allowance::Bytes(199));
        assert_eq!(thorough, Decision { delete: vec![0, 1], rewrite: vec![2], unused_left: 0 });
    }

    fn any_packs() -> impl Strategy<Value = Vec<PackUse>> {
        let one = (
            1_u64..1000,
            0_u64..=1000,
            any::<bool>(),
            any::<bool>(),
            proptest::collection::vec(any::<usize>(), 0..3),
        );
        proptest::collection::vec(one, 1..20).prop_map(|packs| {
            let count = packs.len();
            let make =
                |(bytes, unused, is_wanted, unwanted, bases): (u64, u64, bool, bool, Vec<usize>)| PackUse {
                    bytes,
                    unused: if is_wanted { unused.min(bytes) } else { bytes },
                    is_wanted,
                    leans_on_unwanted: unwanted && !bases.is_empty(),
                    leans_on: bases.into_iter().map(|base| base % count).collect(),
                };
            let mut packs: Vec<_> = packs.into_iter().map(make).collect();
            // What leans on wanted chunks only leans on wanted packs only.
            for place in 0..count {
                let wanted = packs[place].leans_on.iter().all(|base| packs[*base].is_wanted);
                packs[place].leans_on_unwanted |= !wanted;
            }
            packs
        })
    }

    proptest! {
        #[test]
        fn nothing_that_is_needed_goes_and_no_more_is_unused_than_allowed(packs in any_packs(), share in 0.0..1.0) {
            let Decision { delete, rewrite, unused_left } = decide(&packs, Allowance::Share(share));
            for place in &delete {
                prop_assert!(!packs[*place].is_wanted && !rewrite.contains(place));
            }
            let gone = |place: &usize| delete.contains(place) || rewrite.contains(place);
            let staying: Vec<_> = (0..packs.len()).filter(|place| !gone(place)).collect();
            for place in &staying {
                let leans = &packs[*place].leans_on;
                // What is wanted of a pack that is written anew is found in another one.
                prop_assert!(leans.iter().all(|base| !gone(base) || packs[*base].is_wanted && !packs[*place].leans_on_unwanted));
            }
            prop_assert_eq!(unused_left, staying.iter().map(|place| packs[*place].unused).sum::<u64>());
            let bytes: u64 = packs.iter().map(|pack| pack.bytes).sum();
            prop_assert!(unused_left <= Allowance::Share(share).bytes_of(bytes));
        }

        #[test]
        fn with_no_allowance_nothing_unused_is_left(packs in any_packs()) {
            let decision = decide(&packs, Allowance::Bytes(0));
            prop_assert_eq!(decision.unused_left, 0);
        }
    }
}
