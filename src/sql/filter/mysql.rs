//! MySQL's and MariaDB's conversions between a column and a literal.

use super::collation::weighted;
use super::compare::{Comparison, TextRule, finite, is_plain_integer, number_of_bits, number_of_bytes, uuid};
use super::decimal::Decimal;
use super::literal::Literal;
use super::time::{date_time, time_of_day};
use crate::sql::ddl::{Collation, Column, ColumnKind};

/// Digits of an integer in quotes that a comparison in double precision cannot mistake.
const QUOTED_DIGITS_MAX: usize = 15;
/// Up to here a number in double precision is what it says.
const DOUBLE_EXACT: f64 = 9_007_199_254_740_992.0;
/// `838:59:59.999999`
const TIME_MAX: i128 = 3_020_399_999_999;

/// The comparison of a column with a literal that is not NULL.
pub fn comparison(column: &Column, literal: Literal, has_order: bool) -> Result<Comparison, String> {
    match column.kind {
        ColumnKind::Integer if is_year(column) => year(literal),
        ColumnKind::Integer | ColumnKind::Decimal | ColumnKind::Bit => number(column, literal),
        ColumnKind::Float => {
            let constant = match literal {
                Literal::Number(text) | Literal::Text(text) => finite(&text),
                Literal::Bool(is) => Some(f64::from(u8::from(is))),
                _ => None,
            };
            let is_single = column.type_text.to_ascii_lowercase().starts_with(b"float")
                && !column.type_text.to_ascii_lowercase().starts_with(b"float8");
            let constant = constant.ok_or("the column needs a number")?;
            Ok(Comparison::Float { constant, is_single })
        }
        ColumnKind::Text => match literal {
            Literal::Text(text) => Ok(Comparison::Text(text_rule(column, has_order)?, text)),
            _ => Err("the column holds text; put the literal in quotes".to_owned()),
        },
        ColumnKind::Enum | ColumnKind::Set => match literal {
            Literal::Text(_) if has_order => {
                Err("the order of this column's texts is not that of their members; use = or IN".to_owned())
            }
            Literal::Text(text) => Ok(Comparison::Text(text_rule(column, has_order)?, text)),
            _ => Err("the column holds text; put the literal in quotes".to_owned()),
        },
        ColumnKind::Binary => match literal {
            Literal::Text(constant) | Literal::Bytes(constant) => {
                Ok(Comparison::Bytes { constant, is_hex: false })
            }
            _ => Err("the column holds bytes; write X'..' or a string".to_owned()),
        },
        ColumnKind::Date | ColumnKind::DateTime => moment(literal),
        ColumnKind::Time => match literal {
            Literal::Text(text) | Literal::Time(text) => {
                let constant = time_of_day(&text).filter(|time| (-TIME_MAX..=TIME_MAX).contains(time));
                Ok(Comparison::TimeOfDay(constant.ok_or("the column needs a time as 'HH:MM:SS'")?))
            }
            _ => Err("the column needs a time as 'HH:MM:SS'".to_owned()),
        },
        ColumnKind::Uuid if !has_order => match literal {
            Literal::Text(text) => Ok(Comparison::Uuid(uuid(&text).ok_or("the column needs a UUID")?)),
            _ => Err("the column needs a UUID as a string".to_owned()),
        },
        ColumnKind::Other if column.type_text.is_empty() => match literal {
            Literal::Number(text) | Literal::Text(text) if !has_order && is_plain_integer(&text) => {
                Ok(Comparison::Untyped(text))
            }
            _ => Err("the dump does not tell this column's type; = and IN with whole numbers can be asked, and IS NULL"
                .to_owned()),
        },
        _ => Err("values of this column's type cannot be compared here; IS NULL can be asked".to_owned()),
    }
}

fn is_year(column: &Column) -> bool {
    column.type_text.to_ascii_lowercase().starts_with(b"year")
}

/// Two digits, and zero with them, mean a year of this or the last century.
fn year(literal: Literal) -> Result<Comparison, String> {
    let wanted = "the column needs a year of four digits";
    let Literal::Number(text) = literal else { return Err(wanted.to_owned()) };
    if text.len() != 4 || text.first() == Some(&b'0') || !text.iter().all(u8::is_ascii_digit) {
        return Err(wanted.to_owned());
    }
    let constant = Decimal::parse(&text).ok_or(wanted)?;
    Ok(Comparison::Exact { constant, is_of_integers: true })
}

fn number(column: &Column, literal: Literal) -> Result<Comparison, String> {
    let constant = match literal {
        Literal::Number(text) if text.iter().any(|byte| matches!(byte, b'e' | b'E')) => {
            return float(column, &text);
        }
        Literal::Number(text) => Decimal::parse(&text),
        Literal::Bool(is) => Decimal::parse(if is { b"1" } else { b"0" }),
        Literal::Bits(bits) => number_of_bits(&bits),
        Literal::Bytes(bytes) => number_of_bytes(&bytes),
        Literal::Text(text) if column.kind == ColumnKind::Integer => {
            let digits = text.strip_prefix(b"-").unwrap_or(&text);
            if !digits.iter().all(u8::is_ascii_digit) {
                return float(column, &text);
            }
            if digits.len() > QUOTED_DIGITS_MAX {
                return Err("so long a number is not exact in quotes; leave them out".to_owned());
            }
            Decimal::parse(&text)
        }
        Literal::Text(text) => return float(column, &text),
        _ => None,
    };
    let constant = constant.ok_or("the column needs a number")?;
    if column.kind == ColumnKind::Bit {
        return Ok(Comparison::Bits(constant));
    }
    Ok(Comparison::Exact { constant, is_of_integers: column.kind == ColumnKind::Integer })
}

/// A string, or a number with an exponent, beside an exact number: both become double precision.
fn float(column: &Column, text: &[u8]) -> Result<Comparison, String> {
    if column.kind == ColumnKind::Bit {
        return Err("the column needs a whole number".to_owned());
    }
    let constant = finite(text).ok_or("the column needs a number")?;
    if column.kind == ColumnKind::Integer && constant.abs() >= DOUBLE_EXACT {
        return Err("so large a number is not exact as it is written; write its digits".to_owned());
    }
    Ok(Comparison::Float { constant, is_single: false })
}

fn moment(literal: Literal) -> Result<Comparison, String> {
    let wanted = "the column needs a date as 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'";
    let (Literal::Text(text) | Literal::Date(text) | Literal::Timestamp(text, false)) = literal else {
        return Err(wanted.to_owned());
    };
    let is_zero = text.iter().all(|byte| matches!(byte, b'0' | b'-' | b':' | b' '));
    let parsed = date_time(&text).filter(|parsed| !parsed.has_zone && (parsed.is_real || is_zero));
    let is_short = text.iter().position(|byte| *byte == b'-') == Some(4);
    let parsed = parsed.filter(|_| is_short && !text.ends_with(b"C")).ok_or(wanted)?;
    Ok(Comparison::Moment { constant: parsed.order, has_zone: false })
}

/// How the texts of a column compare.
pub fn text_rule(column: &Column, has_order: bool) -> Result<TextRule, String> {
    let name = String::from_utf8_lossy(&column.collation_name);
    match column.collation {
        Collation::Binary if has_order && !name.starts_with("utf8") && name != "binary" => {
            Err(format!("the order of the collation {name:?} is not known here"))
        }
        Collation::Binary
            if name == "binary" || name.ends_with("_nopad_bin") || name.ends_with("_0900_bin") =>
        {
            Ok(TextRule::Bytes)
        }
        Collation::Binary => Ok(TextRule::PaddedBytes),
        _ => match weighted(&column.collation_name) {
            collations if collations.is_empty() => Err(format!("the collation {name:?} is not known here")),
            collations => Ok(TextRule::Weighted(collations)),
        },
    }
}
