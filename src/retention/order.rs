//! Which snapshots count, and which of them is newer.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::Candidate;
use super::period::zoned;
use crate::base::Timestamp;

/// So far, in seconds, may clocks of hosts be apart.
const SKEW_SECONDS: i64 = 86_400;

/// A snapshot that counts.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Its place among the candidates.
    pub place: usize,
    /// The time it stands for.
    pub time: Zoned,
    /// What it is ordered by: the time, but never before what came before it; then the sequence number.
    pub order: (Timestamp, u64),
}

/// Whether a candidate counts, and if not, why.
#[derive(Debug, Clone)]
pub enum Count {
    Yes(Counted),
    NotComplete,
    Damaged,
    Implausible,
}

/// Whether each candidate counts. `candidates` are in the order of their sequence.
///
/// A run that started more than a day from now has a wrong clock, and so has one that started more than a day before one with a smaller sequence number.
/// The time a snapshot stands for may lie before that, which is an import, but not after now.
pub fn count(candidates: &[&Candidate], now: Timestamp, zone: &TimeZone) -> Vec<Count> {
    let mut latest_start: Option<Timestamp> = None;
    let mut latest_time: Option<Timestamp> = None;
    let of = |(place, candidate): (usize, &&Candidate)| {
        let Candidate { time, started, .. } = **candidate;
        let soon = now.seconds.saturating_add(SKEW_SECONDS);
        let went_back =
            latest_start.is_some_and(|latest| started.seconds.saturating_add(SKEW_SECONDS) < latest.seconds);
        let Some(zoned) =
            zoned(time, zone).filter(|_| started.seconds <= soon && time.seconds <= soon && !went_back)
        else {
            return Count::Implausible;
        };
        latest_start = latest_start.max(Some(started));
        if candidate.is_damaged {
            return Count::Damaged;
        }
        if !candidate.is_complete {
            return Count::NotComplete;
        }
        let order = if time == started {
            latest_time = latest_time.max(Some(time));
            latest_time.unwrap_or(time)
        } else {
            time
        };
        Count::Yes(Counted { place, time: zoned, order: (order, candidate.sequence) })
    };
    candidates.iter().enumerate().map(of).collect()
}
