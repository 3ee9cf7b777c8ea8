//! PostgreSQL's conversions between a column and a literal: a string takes the type of its column, everything else has one.

use super::compare::{Comparison, TextRule, finite, uuid};
use super::decimal::Decimal;
use super::literal::Literal;
use super::time::{date_time, time_of_day};
use crate::sql::ddl::{Collation, Column, ColumnKind};

/// Digits of an integer that fits into the largest type whatever they are.
const INTEGER_DIGITS_MAX: usize = 18;

/// The comparison of a column with a literal that is not NULL.
pub fn comparison(column: &Column, literal: Literal, has_order: bool) -> Result<Comparison, String> {
    let wrong = |wanted: &str| Err(format!("the column needs {wanted}"));
    match (column.kind, literal) {
        (ColumnKind::Integer, Literal::Text(text)) => {
            let digits = text.strip_prefix(b"-").unwrap_or(&text);
            if digits.is_empty()
                || digits.len() > INTEGER_DIGITS_MAX
                || !digits.iter().all(u8::is_ascii_digit)
            {
                return wrong("a whole number");
            }
            exact(&text, true)
        }
        (ColumnKind::Integer, Literal::Number(text)) => exact(&text, true),
        (ColumnKind::Decimal, Literal::Number(text) | Literal::Text(text)) => exact(&text, false),
        (ColumnKind::Float, literal) => float(column, literal),
        (ColumnKind::Text, Literal::Text(text)) => text_comparison(column, text, has_order),
        (ColumnKind::Binary, Literal::Text(text)) => match bytes_of(&text) {
            Some(constant) => Ok(Comparison::Bytes { constant, is_hex: true }),
            None => wrong("bytes as '\\x..'"),
        },
        (ColumnKind::Date | ColumnKind::DateTime, literal) => moment(column, literal),
        (ColumnKind::Time, Literal::Text(text) | Literal::Time(text)) if !has_zone(column) => {
            match time_of_day(&text).filter(|time| (0..=86_400_000_000).contains(time)) {
                Some(time) => Ok(Comparison::TimeOfDay(time)),
                None => wrong("a time as 'HH:MM:SS'"),
            }
        }
        (ColumnKind::Boolean, Literal::Bool(is)) => Ok(Comparison::Bool(is)),
        (ColumnKind::Boolean, Literal::Text(text)) => match boolean(&text) {
            Some(is) => Ok(Comparison::Bool(is)),
            None => wrong("true or false"),
        },
        (ColumnKind::Boolean, _) => wrong("true or false"),
        (ColumnKind::Uuid, Literal::Text(text)) => match uuid(&text) {
            Some(uuid) => Ok(Comparison::Uuid(uuid)),
            None => wrong("a UUID"),
        },
        (ColumnKind::Bit, Literal::Text(bits) | Literal::Bits(bits)) => {
            if !bits.iter().all(|bit| matches!(bit, b'0' | b'1')) {
                return wrong("bits as B'01'");
            }
            Ok(Comparison::Text(TextRule::Bytes, bits))
        }
        (
            ColumnKind::Json
            | ColumnKind::Geometry
            | ColumnKind::Array
            | ColumnKind::Other
            | ColumnKind::Enum
            | ColumnKind::Set,
            _,
        ) => Err("values of this column's type cannot be compared here; IS NULL can be asked".to_owned()),
        _ => Err("the server compares no such literal with this column".to_owned()),
    }
}

fn exact(text: &[u8], is_of_integers: bool) -> Result<Comparison, String> {
    let constant = Decimal::parse(text).ok_or("the column needs a number")?;
    Ok(Comparison::Exact { constant, is_of_integers })
}

/// A bare number beside `real` makes both double precision; one in quotes becomes `real`.
fn float(column: &Column, literal: Literal) -> Result<Comparison, String> {
    let type_text = column.type_text.to_ascii_lowercase();
    let is_single = matches!(type_text.as_slice(), b"real" | b"float4" | b"pg_catalog.float4");
    if type_text.starts_with(b"float(") {
        return Err("write the column's type as real or double precision".to_owned());
    }
    let constant = match literal {
        Literal::Number(text) => finite(&text),
        Literal::Text(text) if is_single => {
            let single = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<f32>().ok());
            finite(&text).and(single).filter(|single| single.is_finite()).map(f64::from)
        }
        Literal::Text(text) => finite(&text),
        _ => None,
    };
    Ok(Comparison::Float { constant: constant.ok_or("the column needs a number")?, is_single })
}

fn text_comparison(column: &Column, mut text: Vec<u8>, has_order: bool) -> Result<Comparison, String> {
    check_collation(column)?;
    if has_order && column.collation != Collation::Binary {
        return Err(
            "the order of texts depends on the database's locale, which the dump does not tell".to_owned()
        );
    }
    if !is_padded(column) {
        return Ok(Comparison::Text(TextRule::Bytes, text));
    }
    if has_order {
        return Err("texts of type character can only be asked for equality here".to_owned());
    }
    text.truncate(text.iter().rposition(|byte| *byte != b' ').map_or(0, |at| at + 1));
    Ok(Comparison::Text(TextRule::PaddedBytes, text))
}

/// Whether equality is that of bytes: so in every collation but those that somebody made otherwise.
pub fn check_collation(column: &Column) -> Result<(), String> {
    let name = String::from_utf8_lossy(&column.collation_name);
    if column.collation == Collation::Binary || name.is_empty() || name.starts_with("pg_catalog.") {
        return Ok(());
    }
    Err(format!("the collation {name:?} may take different texts for equal ones"))
}

/// Whether it is `character(n)`, whose trailing blanks do not count.
fn is_padded(column: &Column) -> bool {
    let name = column.type_text.to_ascii_lowercase();
    let name = name.split(|byte| *byte == b'(').next().unwrap_or_default().trim_ascii();
    matches!(name, b"character" | b"char" | b"bpchar" | b"nchar" | b"national character" | b"national char")
}

fn has_zone(column: &Column) -> bool {
    let name = column.type_text.to_ascii_lowercase();
    name.windows(9).any(|part| part == b"with time")
        || name.ends_with(b"tz")
        || name.windows(3).any(|part| part == b"tz(")
}

fn moment(column: &Column, literal: Literal) -> Result<Comparison, String> {
    let is_date = column.kind == ColumnKind::Date;
    let (text, with_zone, is_typed) = match literal {
        Literal::Text(text) => (text, has_zone(column), false),
        Literal::Date(text) => (text, false, true),
        Literal::Timestamp(text, with_zone) => (text, with_zone, true),
        _ => return Err("the column needs a date in quotes".to_owned()),
    };
    if with_zone != has_zone(column) {
        return Err("this depends on the time zone of the session".to_owned());
    }
    let parsed = date_time(&text)
        .filter(|parsed| parsed.is_real)
        .ok_or("the column needs a date as 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'")?;
    if parsed.is_end() {
        return Ok(Comparison::Moment { constant: parsed.order, has_zone: with_zone });
    }
    if with_zone && !(parsed.has_zone && parsed.has_time) {
        return Err("say the zone too, as in '2024-01-31 12:00:00+00'".to_owned());
    }
    if !with_zone && parsed.has_zone || is_date && !is_typed && parsed.has_time {
        return Err("the server leaves out a part of this literal; leave it out here".to_owned());
    }
    Ok(Comparison::Moment { constant: parsed.order, has_zone: with_zone })
}

/// The words for true and false, and their beginnings where they are one word's.
fn boolean(text: &[u8]) -> Option<bool> {
    let text = text.trim_ascii().to_ascii_lowercase();
    let begins = |word: &[u8], least: usize| text.len() >= least && word.starts_with(&text);
    if begins(b"true", 1) || begins(b"yes", 1) || begins(b"on", 2) || text == b"1" {
        Some(true)
    } else if begins(b"false", 1) || begins(b"no", 1) || begins(b"off", 2) || text == b"0" {
        Some(false)
    } else {
        None
    }
}

/// The bytes of a `bytea` in its hexadecimal form, or in the older one if nothing in it is escaped.
pub fn bytes_of(text: &[u8]) -> Option<Vec<u8>> {
    match text.strip_prefix(b"\\x") {
        Some(digits) => data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok(),
        None if text.contains(&b'\\') => None,
        None => Some(text.to_vec()),
    }
}
