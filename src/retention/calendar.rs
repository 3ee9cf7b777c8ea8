//! Which hour, day, week, month and year a time lies in, where the clock on the wall says so.

use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

use super::{Period, Within};
use crate::base::Timestamp;

/// The calendar of a time zone.
pub(super) struct Calendar<'a> {
    zone: &'a TimeZone,
}

/// The periods a time lies in, each as a number that grows from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Periods {
    hour: i64,
    day: i64,
    week: i64,
    month: i64,
    year: i64,
}

impl Periods {
    pub(super) fn of(&self, period: Period) -> i64 {
        match period {
            Period::Hour => self.hour,
            Period::Day => self.day,
            Period::Week => self.week,
            Period::Month => self.month,
            Period::Year => self.year,
        }
    }
}

impl<'a> Calendar<'a> {
    pub(super) fn new(zone: &'a TimeZone) -> Self {
        Self { zone }
    }

    /// The periods of a time; `None` for a time no calendar has.
    pub(super) fn periods(&self, time: Timestamp) -> Option<Periods> {
        let zoned = self.zoned(time)?;
        let (year, month, day) = (i64::from(zoned.year()), i64::from(zoned.month()), i64::from(zoned.day()));
        let week = zoned.date().iso_week_date();
        // The moment at which the hour began and not its name: when clocks are put back, one name is two hours.
        let into_hour = i64::from(zoned.minute()) * 60 + i64::from(zoned.second());
        Some(Periods {
            hour: zoned.timestamp().as_second().saturating_sub(into_hour),
            day: (year * 100 + month) * 100 + day,
            week: i64::from(week.year()) * 100 + i64::from(week.week()),
            month: year * 100 + month,
            year,
        })
    }

    /// The moment that lies a span before a time; the beginning of time if no calendar reaches as far.
    pub(super) fn before(&self, time: Timestamp, span: Within) -> Timestamp {
        let reached = self.zoned(time).and_then(|zoned| zoned.checked_sub(as_span(span)?).ok());
        let reached = reached.and_then(|zoned| floor(zoned.timestamp()));
        reached.unwrap_or_else(|| Timestamp::new(i64::MIN, 0))
    }

    fn zoned(&self, time: Timestamp) -> Option<Zoned> {
        let timestamp = jiff::Timestamp::new(time.seconds, i32::try_from(time.nanos).ok()?).ok()?;
        Some(timestamp.to_zoned(self.zone.clone()))
    }
}

fn as_span(span: Within) -> Option<Span> {
    let span_of = || {
        Span::new()
            .try_years(span.years)?
            .try_months(span.months)?
            .try_weeks(span.weeks)?
            .try_days(span.days)?
            .try_hours(span.hours)
    };
    span_of().ok()
}

/// With nanoseconds that count up from the second, also before 1970.
fn floor(timestamp: jiff::Timestamp) -> Option<Timestamp> {
    const SECOND: i128 = 1_000_000_000;
    let nanos = timestamp.as_nanosecond();
    let seconds = i64::try_from(nanos.div_euclid(SECOND)).ok()?;
    Some(Timestamp::new(seconds, u32::try_from(nanos.rem_euclid(SECOND)).ok()?))
}
