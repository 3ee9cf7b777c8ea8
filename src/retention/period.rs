//! Periods of a calendar in a time zone.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::Within;
use crate::base::Timestamp;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    /// The period that a time is in. Of two periods the later one is greater; hours that a clock shows twice are two.
    pub fn of(self, time: &Zoned) -> (i64, i64) {
        let date = time.date();
        let day = |year: i16| i64::from(year) * 10_000;
        match self {
            Self::Hour => {
                let midnight = day(date.year()) + i64::from(date.month()) * 100 + i64::from(date.day());
                (midnight * 100 + i64::from(time.hour()), -i64::from(time.offset().seconds()))
            }
            Self::Day => (day(date.year()) + i64::from(date.month()) * 100 + i64::from(date.day()), 0),
            Self::Week => {
                let week = date.iso_week_date();
                (day(week.year()) + i64::from(week.week()), 0)
            }
            Self::Month => (day(date.year()) + i64::from(date.month()), 0),
            Self::Year => (i64::from(date.year()), 0),
        }
    }
}

/// A time in a zone; `None` if no calendar has it.
pub fn zoned(time: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let nanos = i32::try_from(time.nanos).ok()?;
    Some(jiff::Timestamp::new(time.seconds, nanos).ok()?.to_zoned(zone.clone()))
}

impl Within {
    /// The earliest time that is so far before `newest`; the beginning of all times if no calendar goes so far.
    pub fn before(self, newest: &Zoned) -> jiff::Timestamp {
        let span = jiff::Span::new()
            .try_years(self.years)
            .and_then(|span| span.try_months(self.months))
            .and_then(|span| span.try_days(self.days))
            .and_then(|span| span.try_hours(self.hours));
        let earlier = span.and_then(|span| newest.checked_sub(span));
        earlier.map_or(jiff::Timestamp::MIN, |earlier| earlier.timestamp())
    }
}
