//! Rules, and the texts people write them in.

use std::fmt;
use std::str::FromStr;

use super::RetentionError;

/// How far back something reaches, in terms of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Within {
    /// Years.
    pub years: u16,
    /// Months.
    pub months: u16,
    /// Days; a week is seven.
    pub days: u32,
    /// Hours.
    pub hours: u32,
}

impl FromStr for Within {
    type Err = RetentionError;

    /// `1y5m7d2h` and any part of it; `w` is a week.
    fn from_str(text: &str) -> Result<Self, RetentionError> {
        let wrong = || RetentionError::Duration(text.chars().take(80).collect());
        let (mut within, mut digits) = (Self::default(), String::new());
        for letter in text.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let number: u16 = std::mem::take(&mut digits).parse().map_err(|_| wrong())?;
            match letter {
                'y' if number <= 1_000 => within.years += number,
                'm' if number <= 12_000 => {
                    within.months = within.months.checked_add(number).ok_or_else(wrong)?
                }
                'w' => within.days += 7 * u32::from(number),
                'd' => within.days += u32::from(number),
                'h' => within.hours += u32::from(number),
                _ => return Err(wrong()),
            }
        }
        if digits.is_empty() && within != Self::default() { Ok(within) } else { Err(wrong()) }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (u32::from(self.years), 'y'),
            (u32::from(self.months), 'm'),
            (self.days, 'd'),
            (self.hours, 'h'),
        ];
        parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .try_for_each(|(number, unit)| write!(f, "{number}{unit}"))
    }
}

/// What stays: whatever one of the rules says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// The newest so many.
    pub last: Option<u32>,
    /// The newest of each of the last so many hours that have one.
    pub hourly: Option<u32>,
    /// The same of days.
    pub daily: Option<u32>,
    /// The same of weeks, from Monday on (ISO 8601).
    pub weekly: Option<u32>,
    /// The same of months.
    pub monthly: Option<u32>,
    /// The same of years.
    pub yearly: Option<u32>,
    /// All that are so much older than the newest that counts, at most.
    pub within: Option<Within>,
    /// The newest of each hour, as far back as that.
    pub within_hourly: Option<Within>,
    /// The newest of each day, as far back as that.
    pub within_daily: Option<Within>,
    /// The newest of each week, as far back as that.
    pub within_weekly: Option<Within>,
    /// The newest of each month, as far back as that.
    pub within_monthly: Option<Within>,
    /// The newest of each year, as far back as that.
    pub within_yearly: Option<Within>,
    /// All with one of these tags.
    pub tags: Vec<String>,
}

impl Policy {
    /// Whether no rule keeps anything: a rule for none is no rule.
    pub fn is_empty(&self) -> bool {
        let counts = [self.last, self.hourly, self.daily, self.weekly, self.monthly, self.yearly];
        let spans = [
            self.within,
            self.within_hourly,
            self.within_daily,
            self.within_weekly,
            self.within_monthly,
            self.within_yearly,
        ];
        counts.iter().all(|count| count.unwrap_or(0) == 0)
            && spans.iter().all(Option::is_none)
            && self.tags.is_empty()
    }

    /// The policy that a word like `7-4-12` stands for: days, weeks, months, years, as many of them as it has. One number alone is the newest so many.
    ///
    /// # Errors
    /// [`RetentionError::Preset`].
    pub fn preset(text: &str) -> Result<Self, RetentionError> {
        let wrong = || RetentionError::Preset(text.chars().take(80).collect());
        let numbers: Vec<u32> =
            text.split('-').map(|part| part.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
        let rule = |at: usize| numbers.get(at).copied().filter(|number| *number > 0);
        let policy = match numbers.as_slice() {
            [last] => Self { last: Some(*last), ..Self::default() },
            [_, _] | [_, _, _] | [_, _, _, _] => {
                Self { daily: rule(0), weekly: rule(1), monthly: rule(2), yearly: rule(3), ..Self::default() }
            }
            _ => return Err(wrong()),
        };
        if policy.is_empty() { Err(wrong()) } else { Ok(policy) }
    }
}
