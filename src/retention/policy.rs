//! What is to be kept: rules, and the texts they are read from.

use std::fmt;
use std::str::FromStr;

use super::{Period, RetentionError};

/// The most a span may have of each unit: over 10,000 years of hours, and far from any overflow.
const UNITS_MAX: u32 = 99_999_999;

/// A span of the calendar, as `1y6m2w3d12h` in any order; `m` are months.
///
/// It is taken off a date as people do: a month before 31 March is 28 or 29 February, and a day is 23 hours in one night of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Within {
    /// Years.
    pub years: u32,
    /// Months.
    pub months: u32,
    /// Weeks.
    pub weeks: u32,
    /// Days.
    pub days: u32,
    /// Hours.
    pub hours: u32,
}

impl FromStr for Within {
    type Err = RetentionError;

    fn from_str(text: &str) -> Result<Self, RetentionError> {
        read_span(text).ok_or_else(|| RetentionError::NotASpan(shown(text)))
    }
}

fn read_span(text: &str) -> Option<Within> {
    let mut span = Within::default();
    let mut seen = Vec::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let unit = part.chars().next_back()?;
        let number = read_number(part.strip_suffix(unit)?)?;
        // A unit that comes twice is a slip, and which of the two was meant nobody knows.
        if seen.contains(&unit) {
            return None;
        }
        seen.push(unit);
        *match unit {
            'y' => &mut span.years,
            'm' => &mut span.months,
            'w' => &mut span.weeks,
            'd' => &mut span.days,
            'h' => &mut span.hours,
            _ => return None,
        } = number;
    }
    (span != Within::default()).then_some(span)
}

fn read_number(text: &str) -> Option<u32> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && *number <= UNITS_MAX)
}

/// What was given, cut to a length that an error may have.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts =
            [(self.years, 'y'), (self.months, 'm'), (self.weeks, 'w'), (self.days, 'd'), (self.hours, 'h')];
        if parts.iter().all(|(number, _)| *number == 0) {
            return f.write_str("0h");
        }
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{number}{unit}")?;
        }
        Ok(())
    }
}

/// What is kept of each group; a snapshot stays if one rule keeps it.
///
/// A count of periods counts those that have a snapshot, the newest first: `daily: Some(7)` keeps the newest snapshot of each of the last
/// seven days that have one, however long ago they were. Spans reach back from the newest snapshot that counts and not from now: when
/// backups stop, what is there stays. Both are as restic has them. Zero is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// The newest this many.
    pub last: Option<u32>,
    /// One for each of this many hours.
    pub hourly: Option<u32>,
    /// One for each of this many days.
    pub daily: Option<u32>,
    /// One for each of this many weeks.
    pub weekly: Option<u32>,
    /// One for each of this many months.
    pub monthly: Option<u32>,
    /// One for each of this many years.
    pub yearly: Option<u32>,
    /// All of this span; its first moment belongs to it.
    pub within: Option<Within>,
    /// One for each hour of this span.
    pub within_hourly: Option<Within>,
    /// One for each day of this span.
    pub within_daily: Option<Within>,
    /// One for each week of this span.
    pub within_weekly: Option<Within>,
    /// One for each month of this span.
    pub within_monthly: Option<Within>,
    /// One for each year of this span.
    pub within_yearly: Option<Within>,
    /// Those that have one of these tags.
    pub tags: Vec<String>,
    /// Whether a group of which no rule keeps anything is cut down to its newest snapshot, and is no error.
    pub may_empty_groups: bool,
}

impl Policy {
    /// Whether no rule keeps anything.
    pub fn is_empty(&self) -> bool {
        let has_periods =
            Period::ALL.iter().any(|period| self.count_of(*period) > 0 || self.span_of(*period).is_some());
        self.newest() == 0 && self.within.is_none() && self.tags.is_empty() && !has_periods
    }

    /// The policy that a text such as `7-4-12` stands for: so many days, weeks, months and years, of which the later ones may be left out.
    ///
    /// A single number is days as well, so that `7` means what the 7 in `7-4` means; [`Policy::last`] counts runs.
    ///
    /// # Errors
    /// [`RetentionError::NotAPreset`] if there are no or over four numbers, one is no number of digits or too large, or all are 0.
    pub fn preset(text: &str) -> Result<Self, RetentionError> {
        let refused = || RetentionError::NotAPreset(shown(text));
        let counts: Option<Vec<u32>> = text.split('-').map(read_number).collect();
        let (daily, weekly, monthly, yearly) = match counts.as_deref() {
            Some(&[daily]) => (daily, 0, 0, 0),
            Some(&[daily, weekly]) => (daily, weekly, 0, 0),
            Some(&[daily, weekly, monthly]) => (daily, weekly, monthly, 0),
            Some(&[daily, weekly, monthly, yearly]) => (daily, weekly, monthly, yearly),
            _ => return Err(refused()),
        };
        let rule = |count: u32| (count > 0).then_some(count);
        let policy = Self {
            daily: rule(daily),
            weekly: rule(weekly),
            monthly: rule(monthly),
            yearly: rule(yearly),
            ..Self::default()
        };
        if policy.is_empty() { Err(refused()) } else { Ok(policy) }
    }

    /// How many of the newest snapshots are kept.
    pub(super) fn newest(&self) -> u32 {
        self.last.unwrap_or(0)
    }

    /// Of how many periods one is kept.
    pub(super) fn count_of(&self, period: Period) -> u32 {
        let count = match period {
            Period::Hour => self.hourly,
            Period::Day => self.daily,
            Period::Week => self.weekly,
            Period::Month => self.monthly,
            Period::Year => self.yearly,
        };
        count.unwrap_or(0)
    }

    /// The span of which one for each period is kept.
    pub(super) fn span_of(&self, period: Period) -> Option<Within> {
        match period {
            Period::Hour => self.within_hourly,
            Period::Day => self.within_daily,
            Period::Week => self.within_weekly,
            Period::Month => self.within_monthly,
            Period::Year => self.within_yearly,
        }
    }
}

/// What makes snapshots a group of their own, in which the policy is followed; nothing: all are one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouping {
    /// The host.
    pub host: bool,
    /// The set of paths.
    pub paths: bool,
    /// The set of tags.
    pub tags: bool,
}

impl Default for Grouping {
    fn default() -> Self {
        Self { host: true, paths: true, tags: false }
    }
}
