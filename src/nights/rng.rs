//! Random numbers that depend on their key alone: the same seed makes the same nights on every machine.
//!
//! SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Nothing here is secret.

/// A stream of numbers for one thing: a row, a file, a night.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

impl Rng {
    /// The stream of the thing `number` of the kind `kind`; another one for every `night`.
    pub(super) const fn keyed(seed: u64, kind: u64, number: u64, night: u64) -> Self {
        let kind = mix(seed ^ kind.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(mix(mix(kind.wrapping_add(number)) ^ night))
    }

    /// The next 64 bits.
    pub(super) const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`, which is at least 1 and below 2^32.
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        ((self.draw() >> 32).wrapping_mul(bound)) >> 32
    }

    /// A number below `bound`; small ones are more likely than large ones.
    pub(super) const fn below_skewed(&mut self, bound: u64) -> u64 {
        let first = self.below(bound);
        self.below(first + 1)
    }

    /// True `permille` times in a thousand.
    pub(super) const fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One of `choices`; the first if there is none to draw.
    pub(super) fn one_of<'a, T: ?Sized>(&mut self, choices: &[&'a T], none: &'a T) -> &'a T {
        let at = self.below(choices.len().max(1) as u64) as usize;
        choices.get(at).copied().unwrap_or(none)
    }

    /// Appends `count` bytes that no codec makes smaller.
    pub(super) fn bytes(&mut self, count: usize, out: &mut Vec<u8>) {
        let end = out.len() + count;
        out.reserve(count + 8);
        while out.len() < end {
            out.extend_from_slice(&self.draw().to_le_bytes());
        }
        out.truncate(end);
    }
}

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_below_their_bound_and_reach_it() {
        let mut rng = Rng::keyed(1, 2, 3, 4);
        let drawn: Vec<u64> = (0..1000).map(|_| rng.below(7)).collect();
        assert!(drawn.iter().all(|number| *number < 7));
        assert!((0..7).all(|number| drawn.contains(&number)));
        assert_eq!(rng.below(1), 0);
    }

    #[test]
    fn every_part_of_the_key_makes_another_stream() {
        let first = Rng::keyed(1, 2, 3, 4).draw();
        for other in
            [Rng::keyed(9, 2, 3, 4), Rng::keyed(1, 9, 3, 4), Rng::keyed(1, 2, 9, 4), Rng::keyed(1, 2, 3, 9)]
        {
            assert_ne!(other.clone().draw(), first);
        }
    }
}
