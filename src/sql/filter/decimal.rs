//! Decimal numbers of any length, compared exactly.

use std::cmp::Ordering;

/// A number: a sign, digits, and where the point is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
    /// Places from the point to the first digit: `0.digits` times ten to the power of this.
    exponent: i64,
}

impl Decimal {
    /// The number that the whole text says: `-12.50`, `.5`, `1e-7`. `None` for any other text.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (is_negative, text) = match text.split_first()? {
            (b'-', rest) => (true, rest),
            (b'+', rest) => (false, rest),
            _ => (false, text),
        };
        let mantissa_bytes = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
        let (mantissa, power) = text.split_at(mantissa_bytes.unwrap_or(text.len()));
        let power = match power.split_first() {
            Some((_, power)) => std::str::from_utf8(power).ok()?.parse::<i32>().ok()?,
            None => 0,
        };
        let point = mantissa.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = mantissa.split_at(point.unwrap_or(mantissa.len()));
        let fraction = fraction.get(1..).unwrap_or_default();
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let end = digits.iter().rposition(|digit| *digit != b'0').map_or(zeros, |at| at + 1);
        let digits = digits.get(zeros..end).unwrap_or_default().to_vec();
        let places = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
        let is_zero = digits.is_empty();
        let exponent = if is_zero { 0 } else { places + i64::from(power) };
        Some(Self { is_negative: is_negative && !is_zero, digits, exponent })
    }

    /// Whether it is zero.
    pub const fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn sign(&self) -> i8 {
        if self.is_zero() { 0 } else { 1 - 2 * i8::from(self.is_negative) }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sizes = || (self.exponent, &self.digits).cmp(&(other.exponent, &other.digits));
        self.sign().cmp(&other.sign()).then_with(|| match self.sign() {
            0 => Ordering::Equal,
            1 => sizes(),
            _ => sizes().reverse(),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_of_one_value_are_equal() {
        for (a, b) in
            [("1", "1.0"), ("-0", "0.00"), ("1e3", "1000"), (".5", "0.50"), ("12e-1", "+1.2"), ("00", "0e9")]
        {
            assert_eq!(decimal(a), decimal(b), "{a} {b}");
        }
        assert!(decimal("18446744073709551615") > decimal("18446744073709551614.999"));
        assert!(decimal("-10") < decimal("-9.99"));
        assert!(decimal("1e-2000000000") > decimal("0"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".", "1.2.3", "1e", "e1", " 1", "1 ", "0x1", "1e99999999999", "NaN"] {
            assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn order_is_that_of_whole_numbers(a in any::<i64>(), b in any::<i64>(), places in 0_usize..20) {
            let point = |number: i64| {
                let sign = if number < 0 { "-" } else { "" };
                let digits = format!("{:0width$}", number.unsigned_abs(), width = places + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places);
                decimal(&format!("{sign}{whole}.{fraction}"))
            };
            prop_assert_eq!(point(a).cmp(&point(b)), a.cmp(&b));
        }
    }
}
