//! SQLite's order: what counts is what a value is, and the column's affinity says what the literal becomes.

use std::cmp::Ordering;

use super::compare::Comparison;
use super::decimal::Decimal;
use super::literal::Literal;
use crate::sql::ddl::{Collation, Column};
use crate::sql::value::Value;

/// A value as SQLite stores it.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

/// How the texts of a column compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    Binary,
    NoCase,
    /// Not as is known here.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Numeric,
    Text,
    None,
}

/// The comparison of a column with a literal that is not NULL.
pub fn comparison(column: &Column, literal: Literal) -> Result<Comparison, String> {
    let stored = match literal {
        Literal::Number(text) => number(&text).ok_or("the number is out of bounds")?,
        Literal::Bool(is) => Stored::Integer(i64::from(is)),
        Literal::Text(text) => Stored::Text(text),
        Literal::Bytes(bytes) => Stored::Blob(bytes),
        _ => return Err("there is no such literal in SQLite".to_owned()),
    };
    let stored = match (affinity(column)?, stored) {
        (Affinity::Numeric, Stored::Text(text)) => match number(&text) {
            Some(number) => number,
            None if text
                .trim_ascii()
                .first()
                .is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')) =>
            {
                return Err("whether this is a number is not certain; write it without quotes".to_owned());
            }
            None => Stored::Text(text),
        },
        (Affinity::Text, Stored::Integer(number)) => Stored::Text(number.to_string().into_bytes()),
        (Affinity::Text, Stored::Real(_)) => {
            return Err("the column holds text; put the number in quotes".to_owned());
        }
        (_, stored) => stored,
    };
    let texts = match (column.collation, column.collation_name.as_slice()) {
        (Collation::Binary, _) => Texts::Binary,
        (_, b"nocase") => Texts::NoCase,
        _ => Texts::Other,
    };
    Ok(Comparison::Sqlite(stored, texts))
}

fn affinity(column: &Column) -> Result<Affinity, String> {
    let name = column.type_text.to_ascii_uppercase();
    let has = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    if name == b"ANY" {
        return Err("columns of type ANY convert or do not, as their table is STRICT or not".to_owned());
    }
    Ok(if has(b"INT") {
        Affinity::Numeric
    } else if has(b"CHAR") || has(b"CLOB") || has(b"TEXT") {
        Affinity::Text
    } else if has(b"BLOB") || name.is_empty() {
        Affinity::None
    } else {
        Affinity::Numeric
    })
}

/// A number as it would be stored.
fn number(text: &[u8]) -> Option<Stored> {
    Decimal::parse(text)?;
    let text = std::str::from_utf8(text).ok()?;
    text.parse().map(Stored::Integer).or_else(|_| text.parse().map(Stored::Real)).ok()
}

impl Texts {
    /// How a value that is not NULL compares with a literal.
    pub fn compare(self, value: &Value<'_>, constant: &Stored) -> Result<Ordering, &'static str> {
        let strange = "it is not a value that SQLite stores";
        match value {
            Value::Number(text) => Ok(by_number(&number(text).ok_or(strange)?, constant)),
            Value::Bool(is) => Ok(by_number(&Stored::Integer(i64::from(*is)), constant)),
            Value::Text(text) => match constant {
                Stored::Integer(_) | Stored::Real(_) => Ok(Ordering::Greater),
                Stored::Text(constant) => self.compare_texts(text, constant),
                Stored::Blob(_) => Ok(Ordering::Less),
            },
            Value::Bytes(bytes) => match constant {
                Stored::Blob(constant) => Ok(bytes.as_ref().cmp(constant)),
                _ => Ok(Ordering::Greater),
            },
            _ => Err(strange),
        }
    }

    fn compare_texts(self, a: &[u8], b: &[u8]) -> Result<Ordering, &'static str> {
        match self {
            Self::Binary => Ok(a.cmp(b)),
            Self::NoCase if !a.contains(&0) && !b.contains(&0) => {
                Ok(a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()))
            }
            _ => Err("the collation of the column is not known here"),
        }
    }
}

fn by_number(a: &Stored, b: &Stored) -> Ordering {
    match (a, b) {
        (Stored::Integer(a), Stored::Integer(b)) => a.cmp(b),
        (Stored::Real(a), Stored::Real(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Stored::Integer(a), Stored::Real(b)) => mixed(*a, *b),
        (Stored::Real(a), Stored::Integer(b)) => mixed(*b, *a).reverse(),
        _ => Ordering::Less,
    }
}

/// A whole number and a real one, exactly.
#[expect(clippy::cast_possible_truncation, reason = "reals beyond the bounds of i64 are compared before")]
fn mixed(whole: i64, real: f64) -> Ordering {
    if real >= 9_223_372_036_854_775_808.0 {
        Ordering::Less
    } else if real < -9_223_372_036_854_775_808.0 {
        Ordering::Greater
    } else {
        let below = real.floor();
        whole.cmp(&(below as i64)).then(if real > below { Ordering::Less } else { Ordering::Equal })
    }
}
