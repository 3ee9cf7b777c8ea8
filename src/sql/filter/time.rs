//! Dates and times as numbers in their order.

/// Before and after every time: PostgreSQL's `-infinity` and `infinity`.
const ENDS: (i128, i128) = (i128::MIN, i128::MAX);

/// What a text says of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// Microseconds in the order of time; comparable among times with an offset, and among those without.
    pub order: i128,
    /// Whether a time of day stands there.
    pub has_time: bool,
    /// Whether an offset to UTC stands there; then `order` is that of UTC.
    pub has_zone: bool,
    /// Whether there is such a day and such a time of day.
    pub is_real: bool,
}

impl Parsed {
    /// Whether it is before or after every time.
    pub const fn is_end(&self) -> bool {
        self.order == ENDS.0 || self.order == ENDS.1
    }
}

/// Reads `YYYY-MM-DD[ HH:MM:SS[.f]][+HH[:MM[:SS]]][ BC]` and the two infinities; `None` for anything else.
pub fn date_time(text: &[u8]) -> Option<Parsed> {
    if let Some(order) =
        [(b"infinity".as_slice(), ENDS.1), (b"-infinity", ENDS.0)].iter().find(|end| end.0 == text)
    {
        return Some(Parsed { order: order.1, has_time: true, has_zone: true, is_real: true });
    }
    let (text, is_bc) = text.strip_suffix(b" BC").map_or((text, false), |text| (text, true));
    let mut reader = Reader { text };
    let year_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(4..=6).contains(&year_digits) {
        return None;
    }
    let year = reader.number(year_digits)?;
    reader.mark(b"-")?;
    let month = reader.number(2)?;
    reader.mark(b"-")?;
    let day = reader.number(2)?;
    let year = if is_bc { 1 - year } else { year };
    let mut parsed = Parsed {
        order: i128::from((year * 13 + month) * 32 + day) * DAY,
        has_time: false,
        has_zone: false,
        is_real: (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day),
    };
    if reader.text.is_empty() {
        return Some(parsed);
    }
    reader.mark(b" ").or_else(|| reader.mark(b"T"))?;
    let (time, is_real) = reader.time(2)?;
    parsed =
        Parsed { order: parsed.order + time, has_time: true, is_real: parsed.is_real && is_real, ..parsed };
    if reader.text.is_empty() {
        return Some(parsed);
    }
    let time = parsed.order.rem_euclid(DAY);
    parsed.order = i128::from(days(year, month, day)) * DAY + time - reader.zone()?;
    parsed.has_zone = true;
    reader.text.is_empty().then_some(parsed)
}

/// Reads `[-]HH:MM:SS[.f]`, with more digits of hours for MySQL's spans; the microseconds, `None` for anything else.
pub fn time_of_day(text: &[u8]) -> Option<i128> {
    let (is_negative, text) = text.strip_prefix(b"-").map_or((false, text), |text| (true, text));
    let hours = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut reader = Reader { text };
    if !(2..=3).contains(&hours) {
        return None;
    }
    let (time, _) = reader.time(hours)?;
    reader.text.is_empty().then_some(if is_negative { -time } else { time })
}

const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;

struct Reader<'a> {
    text: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.text.split_at_checked(digits)?;
        if !number.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.text = rest;
        std::str::from_utf8(number).ok()?.parse().ok()
    }

    fn mark(&mut self, mark: &[u8]) -> Option<()> {
        self.text = self.text.strip_prefix(mark)?;
        Some(())
    }

    /// The microseconds of a time of day, and whether minutes and seconds are below 60 and the hours below 24.
    fn time(&mut self, hour_digits: usize) -> Option<(i128, bool)> {
        let hours = self.number(hour_digits)?;
        self.mark(b":")?;
        let minutes = self.number(2)?;
        self.mark(b":")?;
        let seconds = self.number(2)?;
        let mut micros = 0;
        if self.mark(b".").is_some() {
            let digits = self.text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=6).contains(&digits) {
                return None;
            }
            micros = self.number(digits)? * 10_i64.pow(u32::try_from(6 - digits).ok()?);
        }
        if minutes > 59 || seconds > 59 {
            return None;
        }
        Some((i128::from(hours * 3600 + minutes * 60 + seconds) * SECOND + i128::from(micros), hours < 24))
    }

    fn zone(&mut self) -> Option<i128> {
        let sign = if self.mark(b"+").is_some() { 1 } else { self.mark(b"-").map(|()| -1)? };
        let mut seconds = 3600 * self.number(2)?;
        for unit in [60, 1] {
            if self.mark(b":").is_some() {
                seconds += unit * self.number(2)?;
            }
        }
        Some(i128::from(sign * seconds) * SECOND)
    }
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> i128 {
        date_time(text.as_bytes()).unwrap().order
    }

    #[test]
    fn times_are_in_their_order() {
        let all = [
            "-infinity",
            "0045-03-15 BC",
            "0044-03-15 BC",
            "0001-01-01",
            "1969-12-31",
            "1970-01-01",
            "2024-02-29 23:59:59.999999",
            "2024-03-01",
            "2024-03-01 00:00:00.000001",
            "12000-01-01",
            "infinity",
        ];
        assert!(all.windows(2).all(|pair| order(pair[0]) < order(pair[1])));
        assert_eq!(order("1970-01-02 00:00:00+00"), DAY);
        assert!(order("2020-00-05") < order("2020-01-00"));
        assert_eq!(order("2024-03-01"), order("2024-03-01 00:00:00"));
        assert_eq!(order("2024-03-01 01:30:00+01:30"), order("2024-02-29 23:00:00-01"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "24-01-01",
            "2024-1-01",
            "2024-01-01 1:00:00",
            "2024-01-01 00:00:00.1234567",
            "2024-01-01 00:60:00",
        ] {
            assert_eq!(date_time(text.as_bytes()), None, "{text}");
        }
        assert!(!date_time(b"2023-02-29").unwrap().is_real);
        assert!(!date_time(b"2023-02-28 24:00:00").unwrap().is_real);
        assert_eq!(time_of_day(b"-838:59:59"), Some(-3_020_399 * SECOND));
        assert_eq!(time_of_day(b"10:00"), None);
    }
}
