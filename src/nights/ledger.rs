//! What of a table is kept in memory: for each row the night that gave it its present text, and nothing of the text.

use super::rng::Rng;

/// The time of the first dump: 2026-01-10 03:00:05 UTC, in seconds since 1970.
pub(super) const FIRST_NIGHT_SECONDS: u64 = 1_768_014_005;
/// Seconds from one night to the next.
pub(super) const DAY_SECONDS: u64 = 86_400;
/// How long the shop had been open at the first dump.
const PAST_SECONDS: u64 = 3 * 365 * DAY_SECONDS;
/// Stands for the night of a row that is not there.
const ABSENT: u16 = u16::MAX;

/// The rows of a table, in the order of their keys.
pub(super) struct Ledger {
    nights: Vec<u16>,
    ends: Vec<usize>,
    live: usize,
}

/// What a night does to a table.
pub(super) struct Change {
    /// The share of the rows that get a new text, as a fraction of 2^32.
    pub(super) share: u64,
    /// How many rows come after the last one.
    pub(super) appended: usize,
}

/// Where a row stands and when it was written: all that its text depends on.
pub(super) struct RowAt {
    /// Its number, from 1.
    pub(super) id: u64,
    /// How many rows its night brought, and how many of them stand before it.
    pub(super) share: (u64, u64),
    /// The number of the row of the table above that it belongs to, from 1.
    pub(super) parent: u64,
    /// Seconds since 1970.
    pub(super) created: u64,
    /// Seconds since 1970; not before `created`.
    pub(super) changed: u64,
    /// Numbers that stay the same as long as the row lives.
    pub(super) fixed: Rng,
    /// Numbers that are others after each change.
    pub(super) now: Rng,
}

impl Ledger {
    /// `rows` rows of the first night.
    pub(super) fn new(rows: usize) -> Self {
        Self { nights: vec![0; rows], ends: vec![rows], live: rows }
    }

    /// Room for `rows` rows and as many between them, for keys that come and go anywhere.
    pub(super) fn with_gaps(rows: usize, rng: &mut Rng) -> Self {
        let nights: Vec<u16> = (0..rows * 2).map(|_| if rng.draw() & 1 == 0 { 0 } else { ABSENT }).collect();
        let live = nights.iter().filter(|night| **night != ABSENT).count();
        Self { ends: vec![nights.len()], nights, live }
    }

    /// How many rows there are.
    pub(super) const fn live(&self) -> usize {
        self.live
    }

    /// The number the next appended row gets.
    pub(super) fn next_id(&self) -> u64 {
        self.nights.len() as u64 + 1
    }

    /// Gives rows at random places a new text and appends others.
    pub(super) fn advance(&mut self, night: u16, change: &Change, rng: &mut Rng) {
        for row in &mut self.nights {
            if rng.draw() >> 32 < change.share {
                *row = night;
            }
        }
        self.nights.extend(std::iter::repeat_n(night, change.appended));
        self.ends.push(self.nights.len());
        self.live += change.appended;
    }

    /// Drops rows at random places and adds about as many at others.
    pub(super) fn churn(&mut self, night: u16, change: &Change, rng: &mut Rng) {
        for row in &mut self.nights {
            if rng.draw() >> 32 < change.share {
                *row = if *row == ABSENT { night } else { ABSENT };
            }
        }
        self.ends.push(self.nights.len());
        self.live = self.nights.iter().filter(|night| **night != ABSENT).count();
    }

    /// Every row in the order of the keys. `kind` sets its random numbers apart from those of other tables; rows of
    /// the same night are spread evenly over those that the night brought to `parent`.
    pub(super) fn rows<'a>(
        &'a self,
        seed: u64,
        kind: u64,
        parent: Option<&'a Self>,
    ) -> impl Iterator<Item = RowAt> + 'a {
        self.spans().enumerate().flat_map(move |(born, (start, end))| {
            let above = parent.and_then(|parent| parent.spans().nth(born)).unwrap_or((start, end));
            let rows = self.nights.get(start..end).unwrap_or_default();
            rows.iter().enumerate().filter(|(_, night)| **night != ABSENT).map(move |(place, night)| {
                let (count, place) = ((end - start) as u64, place as u64);
                let (first, last) = (above.0 as u64, above.1 as u64);
                let id = start as u64 + place + 1;
                let mut row = RowAt {
                    id,
                    share: (count, place),
                    parent: first + place * (last - first) / count + 1,
                    created: 0,
                    changed: 0,
                    fixed: Rng::keyed(seed, kind, id, 0),
                    now: Rng::keyed(seed, kind, id, u64::from(*night) + 1),
                };
                row.date(born as u64, u64::from(*night));
                row
            })
        })
    }

    /// Where the rows of each night begin and end.
    fn spans(&self) -> impl Iterator<Item = (usize, usize)> {
        std::iter::once(0).chain(self.ends.iter().copied()).zip(self.ends.iter().copied())
    }
}

impl RowAt {
    fn date(&mut self, born: u64, changed: u64) {
        let (count, place) = self.share;
        let (start, length) = match born.checked_sub(1) {
            None => (FIRST_NIGHT_SECONDS - PAST_SECONDS, PAST_SECONDS),
            Some(days) => (FIRST_NIGHT_SECONDS + days * DAY_SECONDS, DAY_SECONDS),
        };
        self.created = start + (place * length + self.fixed.below(length)) / count;
        self.changed = if changed > born {
            FIRST_NIGHT_SECONDS + (changed - 1) * DAY_SECONDS + self.now.below(DAY_SECONDS)
        } else if self.now.chance(500) {
            self.created
        } else {
            self.created + self.now.below_skewed(start + length - self.created + 1)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_the_asked_share_of_rows_changes_and_new_ones_stand_at_the_end() {
        let mut ledger = Ledger::new(100_000);
        ledger.advance(1, &Change { share: (1 << 32) / 50, appended: 10 }, &mut Rng::keyed(1, 1, 1, 1));
        let changed = ledger.nights.iter().take(100_000).filter(|night| **night == 1).count();
        assert!((1800..2200).contains(&changed), "{changed}");
        assert_eq!(ledger.live(), 100_010);
        assert_eq!(ledger.rows(1, 1, None).last().map(|row| row.id), Some(100_010));
    }

    #[test]
    fn churn_keeps_the_number_of_rows_and_the_order_of_keys() {
        let mut rng = Rng::keyed(1, 1, 1, 1);
        let mut ledger = Ledger::with_gaps(10_000, &mut rng);
        let before: Vec<u64> = ledger.rows(1, 1, None).map(|row| row.id).collect();
        ledger.churn(1, &Change { share: (1 << 32) / 10, appended: 0 }, &mut rng);
        let after: Vec<u64> = ledger.rows(1, 1, None).map(|row| row.id).collect();
        assert_ne!(before, after);
        assert!(after.is_sorted());
        assert!(after.len().abs_diff(before.len()) < 500, "{} {}", before.len(), after.len());
    }

    #[test]
    fn rows_of_a_night_belong_to_rows_of_the_same_night() {
        let (mut orders, mut items) = (Ledger::new(10), Ledger::new(35));
        let mut rng = Rng::keyed(1, 1, 1, 1);
        orders.advance(1, &Change { share: 0, appended: 2 }, &mut rng);
        items.advance(1, &Change { share: 0, appended: 7 }, &mut rng);
        let parents: Vec<u64> = items.rows(1, 1, Some(&orders)).map(|row| row.parent).collect();
        assert!(parents.is_sorted());
        assert_eq!((parents[0], parents[34], parents[35], parents[41]), (1, 10, 11, 12));
    }

    #[test]
    fn rows_are_created_in_the_order_of_their_numbers_and_changed_later() {
        let mut ledger = Ledger::new(5000);
        ledger.advance(1, &Change { share: 1 << 28, appended: 50 }, &mut Rng::keyed(1, 1, 1, 1));
        let rows: Vec<RowAt> = ledger.rows(1, 1, None).collect();
        assert!(rows.is_sorted_by_key(|row| row.created));
        assert!(rows.iter().all(|row| row.created <= row.changed));
        assert!(rows.iter().all(|row| row.changed <= FIRST_NIGHT_SECONDS + DAY_SECONDS));
    }
}
