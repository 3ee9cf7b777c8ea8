//! Sizes, counts and durations as people read and write them. SI: a kB is 1,000 bytes.

/// A size for people: `999 B`, `1.2 kB`, `34.5 MB`, `6.0 TB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
    let mut value = count as f64 / 1000.0;
    for unit in UNITS {
        if value < 999.95 || unit == "EB" {
            return format!("{value:.1} {unit}");
        }
        value /= 1000.0;
    }
    String::new()
}

/// A count with its thousands apart: `1,234,567`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many there are of something: `1 slot`, `1,234 slots`.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{} {many}", count(value)) }
}

/// A duration for people: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        return format!("{:.1} s", seconds.max(0.0));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive here; casts saturate"
    )]
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_si_and_never_show_a_thousand_of_a_unit() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_234), "1.2 kB");
        assert_eq!(bytes(999_960), "1.0 MB");
        assert_eq!(bytes(u64::MAX), "18.4 EB");
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(count(7), "7");
        assert_eq!(count(123_456), "123,456");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn one_is_not_many_and_none_is() {
        let slots = |value| counted(value, "slot", "slots");
        assert_eq!([slots(0), slots(1), slots(1_000)], ["0 slots", "1 slot", "1,000 slots"]);
    }

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(duration(0.44), "0.4 s");
        assert_eq!(duration(200.0), "3 min 20 s");
        assert_eq!(duration(7_500.0), "2 h 5 min");
    }
}
