//! Which borders in a dump are walls: not most of those between two neighbours that are both small.
//!
//! Every chunk costs some hundred bytes in recipe, pack and index; a dump of hundreds of tables with a few rows each would cost as much in
//! chunks as in content. What is decided depends on two neighbours alone, so that a change elsewhere moves nothing: on their lengths,
//! and among small ones on the first bytes behind the border, so that they gather to chunks of about the smallest size.

use std::collections::VecDeque;
use std::ops::Range;

/// Offsets at which a chunk may or must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// In the dump.
    pub offset: u64,
    /// Whether it must.
    pub is_wall: bool,
}

/// The bytes behind a border that are looked at: they name the table.
const BYTES_SEEN: u64 = 64;

/// Decides on borders, one after another.
#[derive(Debug)]
pub struct Walls {
    /// What is shorter is small.
    bytes_small: u64,
    last: u64,
    /// Borders that nothing has been decided of, and how long what is before each is.
    open: VecDeque<(u64, u64)>,
}

impl Walls {
    /// None yet, in a dump that begins at 0.
    pub fn new(bytes_small: u64) -> Self {
        Self { bytes_small: bytes_small.max(1), last: 0, open: VecDeque::new() }
    }

    /// There is a border at `offset`, behind those before.
    pub fn push(&mut self, offset: u64) {
        if offset > self.last {
            self.open.push_back((offset, offset - self.last));
            self.last = offset;
        }
    }

    /// The next border of which it can be told what it is, when all before `reached` have been told, the last of them too if `is_end`.
    /// `print` gives a number for some bytes of the dump.
    pub fn decide(&mut self, reached: u64, is_end: bool, print: &dyn Fn(Range<u64>) -> u64) -> Option<Hint> {
        let (offset, before) = *self.open.front()?;
        let next = self.open.get(1).map(|(next, _)| *next);
        let after = next.unwrap_or(reached).saturating_sub(offset);
        if after < self.bytes_small && next.is_none() && !is_end {
            return None;
        }
        self.open.pop_front();
        let is_wall = before >= self.bytes_small
            || after >= self.bytes_small
            || print(offset..offset + after.min(BYTES_SEEN)) % self.bytes_small < before;
        Some(Hint { offset, is_wall })
    }

    /// The first border of which nothing has been decided.
    pub fn undecided(&self) -> Option<u64> {
        self.open.front().map(|(offset, _)| *offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of some borders of a dump are walls, if the prints of all bytes are `print`.
    fn walls(borders: &[u64], end: u64, print: u64) -> Vec<u64> {
        let mut walls = Walls::new(100);
        borders.iter().for_each(|border| walls.push(*border));
        let mut hints = vec![];
        while let Some(hint) = walls.decide(end, true, &|range| {
            assert!(range.start < range.end && range.end <= end);
            print
        }) {
            hints.push(hint);
        }
        assert_eq!(walls.undecided(), None);
        assert_eq!(hints.iter().map(|hint| hint.offset).collect::<Vec<_>>(), borders);
        hints.into_iter().filter(|hint| hint.is_wall).map(|hint| hint.offset).collect()
    }

    #[test]
    fn a_border_is_a_wall_unless_both_sides_are_small() {
        assert_eq!(walls(&[50, 149, 150], 200, 99), [0_u64; 0]);
        assert_eq!(walls(&[50, 150, 160, 170], 300, 99), [50, 150, 170]);
        assert_eq!(walls(&[100], 101, 99), [100]);
        assert_eq!(walls(&[99], 198, 99), [0_u64; 0]);
        assert_eq!(walls(&[99], 199, 99), [99]);
        assert_eq!(walls(&[], 500, 99), [0_u64; 0]);
    }

    #[test]
    fn small_ones_gather_until_their_bytes_say_that_it_is_enough() {
        assert_eq!(walls(&[20, 60, 70, 130], 150, 39), [60, 130]);
        assert_eq!(walls(&[20, 60, 70, 130], 150, 10_060), [0_u64; 0]);
    }

    #[test]
    fn a_border_is_decided_as_soon_as_what_follows_is_not_small() {
        let mut walls = Walls::new(100);
        let none = |_: Range<u64>| 99;
        walls.push(50);
        assert_eq!((walls.decide(149, false, &none), walls.undecided()), (None, Some(50)));
        assert_eq!(walls.decide(150, false, &none), Some(Hint { offset: 50, is_wall: true }));
        walls.push(50);
        assert_eq!(walls.undecided(), None);
        walls.push(160);
        walls.push(161);
        assert_eq!(walls.decide(161, false, &none), Some(Hint { offset: 160, is_wall: true }));
        assert_eq!((walls.decide(170, false, &none), walls.undecided()), (None, Some(161)));
    }
}
