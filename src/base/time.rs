//! Points in time, as the file system and the format give them.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A point in time: seconds since 1970-01-01 UTC (negative before) and nanoseconds after that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    /// Whole seconds since the epoch, rounded down.
    pub seconds: i64,
    /// Nanoseconds after `seconds`, below 1,000,000,000.
    pub nanos: u32,
}

impl Timestamp {
    /// A point in time; nanoseconds over 999,999,999 are cut to it.
    pub const fn new(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos: if nanos > 999_999_999 { 999_999_999 } else { nanos } }
    }

    /// RFC 3339 in UTC, to the second: `2026-11-20T03:00:00Z`. A time no calendar has is shown as `@seconds`.
    pub fn rfc3339(&self) -> String {
        self.calendar().map_or_else(
            || format!("@{}", self.seconds),
            |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        )
    }

    /// Local time with its offset, to the second: `2026-11-20 04:00:00 +01:00`.
    pub fn local(&self) -> String {
        self.calendar().map_or_else(
            || format!("@{}", self.seconds),
            |time| time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
        )
    }

    /// Seconds from `earlier` to `self`, with their fraction; negative if `self` is before it.
    pub fn seconds_since(&self, earlier: Self) -> f64 {
        let whole = self.seconds.saturating_sub(earlier.seconds);
        #[expect(clippy::cast_precision_loss, reason = "for people: a run does not take 2^52 seconds")]
        let whole = whole as f64;
        whole + (f64::from(self.nanos) - f64::from(earlier.nanos)) / 1e9
    }

    fn calendar(&self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::new(self.seconds, i32::try_from(self.nanos).ok()?).ok()
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::new(i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX).saturating_neg();
                match before.subsec_nanos() {
                    0 => Self::new(seconds, 0),
                    nanos => Self::new(seconds.saturating_sub(1), 1_000_000_000 - nanos),
                }
            }
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.local())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_before_the_epoch_round_down() {
        let time = Timestamp::from(UNIX_EPOCH - Duration::new(1, 250_000_000));
        assert_eq!(time, Timestamp::new(-2, 750_000_000));
    }

    #[test]
    fn json_has_rfc_3339_in_utc() {
        assert_eq!(Timestamp::new(1_763_607_600, 5).rfc3339(), "2025-11-20T03:00:00Z");
        assert_eq!(Timestamp::new(i64::MAX, 0).rfc3339(), "@9223372036854775807");
    }
}
