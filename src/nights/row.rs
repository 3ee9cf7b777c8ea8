//! One row as a dumper writes it: `(1,'a',NULL)`.
//!
//! What is put between quotes must be escaped already; [`super::words`] and the literals of the tables are.

use super::rng::Rng;

/// The values of a row, one after the other, in one buffer that is used again for every row.
#[derive(Default)]
pub(super) struct Row {
    bytes: Vec<u8>,
}

impl Row {
    /// Drops the last row and begins the next.
    pub(super) fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.push(b'(');
    }

    /// The whole row; no value can follow.
    pub(super) fn end(&mut self) -> &[u8] {
        if let Some(last) = self.bytes.last_mut() {
            *last = b')';
        }
        &self.bytes
    }

    /// A whole number.
    pub(super) fn int(&mut self, number: u64) {
        digits(&mut self.bytes, number);
        self.bytes.push(b',');
    }

    /// A `decimal(_,2)`, given in hundredths.
    pub(super) fn money(&mut self, cents: u64) {
        digits(&mut self.bytes, cents / 100);
        self.bytes.extend_from_slice(&[b'.', digit(cents / 10), digit(cents), b',']);
    }

    /// NULL.
    pub(super) fn null(&mut self) {
        self.bytes.extend_from_slice(b"NULL,");
    }

    /// A string that `write` appends.
    pub(super) fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.push(b'\'');
        write(&mut self.bytes);
        self.bytes.extend_from_slice(b"',");
    }

    /// A string that stands there already.
    pub(super) fn literal(&mut self, text: &str) {
        self.text(|out| out.extend_from_slice(text.as_bytes()));
    }

    /// A `datetime`, given in seconds since 1970.
    pub(super) fn date_time(&mut self, seconds: u64) {
        self.text(|out| date_time(out, seconds));
    }
}

/// Appends a number in decimal.
pub(super) fn digits(out: &mut Vec<u8>, mut number: u64) {
    let start = out.len();
    loop {
        out.push(digit(number));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    if let Some(written) = out.get_mut(start..) {
        written.reverse();
    }
}

/// Appends `count` random lower-case hex digits.
pub(super) fn hex(out: &mut Vec<u8>, rng: &mut Rng, count: usize) {
    let end = out.len() + count;
    while out.len() < end {
        let bits = rng.draw();
        out.extend_from_slice(&hex_digits(bits as u32).to_le_bytes());
        out.extend_from_slice(&hex_digits((bits >> 32) as u32).to_le_bytes());
    }
    out.truncate(end);
}

/// Appends `YYYY-MM-DD hh:mm:ss` of a time after 1970.
pub(super) fn date_time(out: &mut Vec<u8>, seconds: u64) {
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let [a, b, c, d] = [year / 1000, year / 100, year / 10, year].map(digit);
    let [e, f, g, h] = [month / 10, month, day / 10, day].map(digit);
    let [i, j, k, l] = [hour / 10, hour, minute / 10, minute].map(digit);
    let (m, n) = (digit(second / 10), digit(second));
    out.extend_from_slice(&[a, b, c, d, b'-', e, f, b'-', g, h, b' ', i, j, b':', k, l, b':', m, n]);
}

/// Year, month and day of the day `days` after 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
pub(super) const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as u64;
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

const fn digit(number: u64) -> u8 {
    b'0' + (number % 10) as u8
}

/// The eight hex digits of `bits`, in some order, as the bytes of one number.
const fn hex_digits(bits: u32) -> u64 {
    let mut nibbles = bits as u64;
    nibbles = (nibbles << 16 | nibbles) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    nibbles + 0x3030_3030_3030_3030 + letters * 39
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_values_in_brackets() {
        let mut row = Row::default();
        row.begin();
        row.int(1_234_567);
        row.null();
        row.money(1205);
        row.literal("a");
        row.date_time(1_709_208_000);
        assert_eq!(row.end(), b"(1234567,NULL,12.05,'a','2024-02-29 12:00:00')");
        row.begin();
        row.int(0);
        assert_eq!(row.end(), b"(0)");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_453), (2025, 12, 31));
        assert_eq!(date(20_454), (2026, 1, 1));
    }

    #[test]
    fn hex_has_all_sixteen_digits_and_no_others() {
        let mut out = Vec::new();
        hex(&mut out, &mut Rng::keyed(1, 1, 1, 1), 999);
        assert_eq!(out.len(), 999);
        assert!(out.iter().all(|byte| b"0123456789abcdef".contains(byte)));
        assert!(b"0123456789abcdef".iter().all(|digit| out.contains(digit)));
    }
}
