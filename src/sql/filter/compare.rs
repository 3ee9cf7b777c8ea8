//! A column beside a literal: how a value of the one compares with the other, once the server's conversions are made.

use std::cmp::Ordering;

use super::collation::Weighted;
use super::decimal::Decimal;
use super::node::Operator;
use super::time::{date_time, time_of_day};
use super::{mysql, postgres, sqlite};
use crate::sql::Dialect;
use crate::sql::ddl::Column;
use crate::sql::filter::literal::Literal;
use crate::sql::value::Value;

/// A literal, made ready to be compared with the values of one column.
#[derive(Debug, Clone)]
pub enum Comparison {
    /// Numbers with all their digits. Keys of a column of integers have the order of their values.
    Exact { constant: Decimal, is_of_integers: bool },
    /// Binary floating point, the column perhaps of single precision.
    Float { constant: f64, is_single: bool },
    /// MySQL's bits, as a number.
    Bits(Decimal),
    /// Texts.
    Text(TextRule, Vec<u8>),
    /// Bytes; of PostgreSQL's `bytea` in its hexadecimal form.
    Bytes { constant: Vec<u8>, is_hex: bool },
    /// Days with or without times of day.
    Moment { constant: i128, has_zone: bool },
    /// Times of day.
    TimeOfDay(i128),
    /// PostgreSQL's truth.
    Bool(bool),
    /// UUIDs by their digits.
    Uuid([u8; 16]),
    /// A whole number beside a column whose type nobody told. Written without ado, two of them are equal as numbers and as texts, or neither.
    Untyped(Vec<u8>),
    /// Whatever SQLite has in a column.
    Sqlite(sqlite::Stored, sqlite::Texts),
}

/// How texts compare.
#[derive(Debug, Clone)]
pub enum TextRule {
    Bytes,
    /// Byte by byte, the shorter one filled up with blanks.
    PaddedBytes,
    /// By every one of these, which must agree.
    Weighted(Vec<Weighted>),
}

/// What a value says is no value of its column's type.
const STRANGE: &str = "it is not a value of the column's type";
const NOT_KNOWN: &str = "it has characters whose place in the collation is not known here";

impl Comparison {
    /// Makes a literal that is not NULL ready; `has_order` if more than equality is asked for. The reason if the server's
    /// answer would depend on more than the two.
    pub fn new(dialect: Dialect, column: &Column, literal: Literal, has_order: bool) -> Result<Self, String> {
        match dialect {
            Dialect::MySql => mysql::comparison(column, literal, has_order),
            Dialect::Postgres => postgres::comparison(column, literal, has_order),
            Dialect::Sqlite => sqlite::comparison(column, literal),
        }
    }

    /// How a value compares with the literal; `None` for NULL.
    pub fn order_of(&self, value: &Value<'_>) -> Result<Option<Ordering>, &'static str> {
        let order = match (self, value) {
            (_, Value::Null) => return Ok(None),
            (_, Value::Expression(_)) => return Err("it is an expression that only a server can evaluate"),
            (Self::Sqlite(constant, texts), value) => return texts.compare(value, constant).map(Some),
            (Self::Bytes { constant, is_hex: false }, value) => {
                Some(raw_bytes(value).ok_or(STRANGE)?.cmp(constant.as_slice()))
            }
            (Self::Bytes { constant, is_hex: true }, Value::Bytes(bytes)) => {
                Some(bytes.as_ref().cmp(constant))
            }
            (Self::Bits(constant), value) => bits_number(value).map(|number| number.cmp(constant)),
            (Self::Bool(constant), Value::Bool(is)) => Some(is.cmp(constant)),
            (Self::Text(rule, constant), value) => {
                return rule.compare(raw_bytes(value).ok_or(STRANGE)?, constant).map(Some);
            }
            (typed, Value::Text(text) | Value::Number(text)) => typed.order_of_text(text),
            _ => None,
        };
        order.map(Some).ok_or(STRANGE)
    }

    fn order_of_text(&self, text: &[u8]) -> Option<Ordering> {
        match self {
            Self::Exact { constant, .. } => match text {
                // PostgreSQL's order: NaN comes last of all.
                b"NaN" | b"Infinity" => Some(Ordering::Greater),
                b"-Infinity" => Some(Ordering::Less),
                _ => Some(Decimal::parse(text)?.cmp(constant)),
            },
            Self::Float { constant, is_single } => float_order(text, *constant, *is_single),
            Self::Moment { constant, has_zone } => {
                let parsed = date_time(text)?;
                let is_end = parsed.is_end();
                (is_end || parsed.has_zone == *has_zone).then(|| parsed.order.cmp(constant))
            }
            Self::TimeOfDay(constant) => Some(time_of_day(text)?.cmp(constant)),
            Self::Bool(constant) => Some((*text == *b"t" || *text == *b"true").cmp(constant))
                .filter(|_| [b"t".as_slice(), b"true", b"f", b"false"].contains(&text)),
            Self::Uuid(constant) => Some(uuid(text)?.cmp(constant)),
            Self::Bytes { constant, .. } => Some(postgres::bytes_of(text)?.cmp(constant)),
            Self::Untyped(constant) => is_plain_integer(text).then(|| text.cmp(constant)),
            Self::Bits(_) | Self::Text(..) | Self::Sqlite(..) => None,
        }
    }
}

/// Whether a text is a whole number in the one way there is to write it.
pub fn is_plain_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let is_zero = digits == b"0" && text.len() == 1;
    is_zero
        || (1..=18).contains(&digits.len())
            && digits.first() != Some(&b'0')
            && digits.iter().all(u8::is_ascii_digit)
}

fn float_order(text: &[u8], constant: f64, is_single: bool) -> Option<Ordering> {
    let text = std::str::from_utf8(text).ok()?;
    let value = if is_single { f64::from(text.parse::<f32>().ok()?) } else { text.parse().ok()? };
    Some(value.partial_cmp(&constant).unwrap_or(Ordering::Greater))
}

impl TextRule {
    /// How two texts compare, or why that is not known.
    pub fn compare(&self, a: &[u8], b: &[u8]) -> Result<Ordering, &'static str> {
        match self {
            Self::Bytes => Ok(a.cmp(b)),
            Self::PaddedBytes => {
                let blanks = std::iter::repeat(&b' ');
                let length = a.len().max(b.len());
                Ok(a.iter().chain(blanks.clone()).take(length).cmp(b.iter().chain(blanks).take(length)))
            }
            Self::Weighted(collations) => {
                let mut agreed = None;
                for collation in collations {
                    let order = collation.compare(a, b).map_err(|_| NOT_KNOWN)?;
                    if *agreed.get_or_insert(order) != order {
                        return Err("its order depends on the collation, which the dump does not tell");
                    }
                }
                agreed.ok_or(NOT_KNOWN)
            }
        }
    }
}

/// The bytes of a text, whatever they are written as.
fn raw_bytes<'v>(value: &'v Value<'_>) -> Option<&'v [u8]> {
    match value {
        Value::Text(text) | Value::Bytes(text) | Value::Bits(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

fn bits_number(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Bytes(bytes) | Value::Text(bytes) => number_of_bytes(bytes),
        Value::Bits(bits) => number_of_bits(bits),
        Value::Number(number) => Decimal::parse(number),
        _ => None,
    }
}

/// Bytes as one number, the highest first; at most eight.
pub fn number_of_bytes(bytes: &[u8]) -> Option<Decimal> {
    let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    if bytes.len() > 8 { None } else { Decimal::parse(number.to_string().as_bytes()) }
}

/// `0` and `1` as one number, the highest first; at most 64.
pub fn number_of_bits(bits: &[u8]) -> Option<Decimal> {
    let number = bits.iter().fold(0_u64, |number, bit| number << 1 | u64::from(*bit == b'1'));
    if bits.len() > 64 { None } else { Decimal::parse(number.to_string().as_bytes()) }
}

/// The bytes of a UUID, written with or without hyphens.
pub fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    let is_hyphen = |at: usize| text.len() == 36 && [8, 13, 18, 23].contains(&at);
    let digits: Vec<u8> = text
        .iter()
        .enumerate()
        .filter(|(at, byte)| !(is_hyphen(*at) && **byte == b'-'))
        .map(|(_, byte)| *byte)
        .collect();
    data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).ok()?.try_into().ok()
}

/// The number of a text in double precision, if it is a plain number and not too large.
pub fn finite(text: &[u8]) -> Option<f64> {
    Decimal::parse(text)?;
    std::str::from_utf8(text).ok()?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// What a column alone says as a condition.
pub fn truth_of(dialect: Dialect, column: &Column) -> Result<(Operator, Comparison), String> {
    match dialect {
        Dialect::Postgres => {
            Ok((Operator::Equal, Comparison::new(dialect, column, Literal::Bool(true), false)?))
        }
        Dialect::MySql => {
            let zero = Literal::Number(b"0".to_vec());
            Ok((Operator::NotEqual, Comparison::new(dialect, column, zero, false)?))
        }
        Dialect::Sqlite => Err("a column alone is not a condition here; compare it with a number".to_owned()),
    }
}
