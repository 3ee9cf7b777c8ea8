//! Where a snapshot stands among those of its group that count.

use super::Period;
use super::calendar::Periods;
use crate::base::Timestamp;

/// Where a snapshot is in the order of its group: a time that never goes back, then the sequence.
///
/// The time of one dated by its clock is the latest so far in the sequence: among themselves they stand in the order of sequence whatever their
/// clocks did within the day that is let pass. One that a person dated stands where its date puts it: thirty old nights that are
/// brought in today do not push out the last seven.
pub(super) type Order = (Timestamp, usize);

/// A snapshot with a credible date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) order: Order,
    pub(super) time: Timestamp,
    pub(super) periods: Periods,
    /// Whether its clock dated it, and no person.
    pub(super) is_by_clock: bool,
}

/// What the rules want to know of a snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// How many that count are newer.
    pub(super) newer: usize,
    /// The time that spans are compared with.
    pub(super) time: Timestamp,
    place: Option<Place>,
    first_newer: Option<Place>,
}

/// Those of a group that count.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// The oldest first.
    places: Vec<Place>,
    /// Of each period that has one: the newest, the earliest period first.
    newest: Vec<(Period, Vec<(i64, Order)>)>,
}

impl Counted {
    pub(super) fn new(mut places: Vec<Place>) -> Self {
        places.sort_by_key(|place| place.order);
        let newest = Period::ALL.iter().map(|period| (*period, newest_of_each(&places, *period))).collect();
        Self { places, newest }
    }

    /// The time of the newest.
    pub(super) fn newest_time(&self) -> Option<Timestamp> {
        self.places.last().map(|place| place.time)
    }

    /// Where one with a credible date stands, whether it counts itself or not.
    pub(super) fn standing(&self, place: Place) -> Standing {
        let newer = self.places.len() - self.places.partition_point(|other| other.order <= place.order);
        Standing { newer, time: place.time, place: Some(place), first_newer: None }
    }

    /// Where one stands whose date says nothing: right before the next in sequence that counts and was dated by its clock, in periods of its
    /// own; `None` if there is no such. It cannot have been made later than that one, so no rule keeps it for a shorter time than by
    /// its true date.
    pub(super) fn standing_by_sequence(&self, rank: usize) -> Option<Standing> {
        let is_later = |place: &&Place| place.is_by_clock && place.order.1 > rank;
        let next = *self.places.iter().filter(is_later).min_by_key(|place| place.order.1)?;
        let newer = self.places.len() - self.places.partition_point(|other| other.order < next.order);
        Some(Standing { newer, time: next.time, place: None, first_newer: Some(next) })
    }

    /// How many periods newer than the snapshot's have one that counts; `None` if its own has one that counts and is newer.
    pub(super) fn newer_periods(&self, standing: &Standing, period: Period) -> Option<usize> {
        let (_, newest) = self.newest.iter().find(|(other, _)| *other == period)?;
        if let Some(next) = standing.first_newer {
            let first = next.periods.of(period);
            return Some(newest.len() - newest.partition_point(|(other, _)| *other < first));
        }
        let place = standing.place?;
        let own = place.periods.of(period);
        let at = newest.partition_point(|(other, _)| *other < own);
        match newest.get(at) {
            Some((other, order)) if *other == own && *order > place.order => None,
            Some((other, _)) if *other == own => Some(newest.len() - at - 1),
            _ => Some(newest.len() - at),
        }
    }
}

/// Of each period: the newest; `places` from the oldest on.
fn newest_of_each(places: &[Place], period: Period) -> Vec<(i64, Order)> {
    let mut newest: Vec<(i64, Order)> =
        places.iter().map(|place| (place.periods.of(period), place.order)).collect();
    // By period, the newest first, of which the first of each period stays.
    newest.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    newest.dedup_by_key(|(number, _)| *number);
    newest
}
