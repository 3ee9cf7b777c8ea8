//! LIKE: patterns with `%` and `_`.

use super::collation::Weighted;
use super::compare::TextRule;
use super::{mysql, postgres};
use crate::sql::Dialect;
use crate::sql::ddl::{Column, ColumnKind};
use crate::sql::value::Value;

/// A pattern, made ready for the values of one column.
#[derive(Debug, Clone)]
pub struct Pattern {
    items: Vec<Item>,
    letters: Letters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Any,
    One,
    Letter(u32),
}

/// What a letter is, and when two are the same.
#[derive(Debug, Clone)]
enum Letters {
    Bytes,
    Characters,
    /// Without regard to the case of ASCII.
    NoCase,
    Weighted(Vec<Weighted>),
}

impl Pattern {
    /// Reads a pattern; the reason if the server's answer would depend on more than it and the value.
    pub fn new(
        dialect: Dialect,
        column: &Column,
        pattern: &[u8],
        escape: Option<&[u8]>,
    ) -> Result<Self, String> {
        let letters = letters_of(dialect, column)?;
        let needs_ascii = dialect == Dialect::MySql
            && matches!(letters, Letters::Characters)
            && column.kind != ColumnKind::Text;
        if needs_ascii && !pattern.is_ascii() {
            return Err("the pattern has characters that no value of this column has".to_owned());
        }
        let of_escape = match escape {
            None if dialect == Dialect::Sqlite => None,
            None => Some(u32::from(b'\\')),
            Some(b"") if dialect == Dialect::Postgres => None,
            Some(escape) => match letters.of(escape).as_deref() {
                Some([one]) => Some(*one),
                _ => return Err("ESCAPE needs a string of one character".to_owned()),
            },
        };
        let mut codes = letters.of(pattern).ok_or("the pattern is not UTF-8")?.into_iter();
        let mut items = Vec::new();
        while let Some(code) = codes.next() {
            items.push(match code {
                _ if Some(code) == of_escape => match codes.next() {
                    Some(escaped) => Item::Letter(escaped),
                    None if dialect == Dialect::MySql => Item::Letter(code),
                    None => return Err("the pattern ends with its escape character".to_owned()),
                },
                _ if code == u32::from(b'%') => Item::Any,
                _ if code == u32::from(b'_') => Item::One,
                _ => Item::Letter(code),
            });
        }
        Ok(Self { items, letters })
    }

    /// Whether a value matches; `None` for NULL.
    pub fn matches(&self, value: &Value<'_>) -> Result<Option<bool>, &'static str> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::Text(text) => text,
            Value::Bytes(text) if !matches!(self.letters, Letters::NoCase) => text,
            Value::Number(text) if !text.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) => text,
            Value::Number(text) if !matches!(self.letters, Letters::NoCase) => text,
            _ => return Err("what its text is, is not certain"),
        };
        let letters = self.letters.of(text).ok_or("it is not UTF-8")?;
        self.match_letters(&letters).map(Some)
    }

    /// Goes through both side by side; where they part, it goes on one letter behind the last `%`.
    fn match_letters(&self, letters: &[u32]) -> Result<bool, &'static str> {
        let (mut at, mut item_at) = (0, 0);
        let mut again: Option<(usize, usize)> = None;
        loop {
            let letter = letters.get(at);
            let fits = match (self.items.get(item_at), letter) {
                (None, None) => return Ok(true),
                (Some(Item::Any), _) => {
                    item_at += 1;
                    again = Some((at, item_at));
                    continue;
                }
                (Some(Item::One), Some(_)) => true,
                (Some(Item::Letter(wanted)), Some(letter)) => self.letters.is_same(*letter, *wanted)?,
                _ => false,
            };
            if fits {
                at += 1;
                item_at += 1;
            } else if let Some((from, item)) = again.filter(|(from, _)| *from < letters.len()) {
                again = Some((from + 1, item));
                (at, item_at) = (from + 1, item);
            } else {
                return Ok(false);
            }
        }
    }
}

impl Letters {
    fn of(&self, text: &[u8]) -> Option<Vec<u32>> {
        match self {
            Self::Bytes => Some(text.iter().map(|byte| u32::from(*byte)).collect()),
            _ => Some(std::str::from_utf8(text).ok()?.chars().map(u32::from).collect()),
        }
    }

    fn is_same(&self, a: u32, b: u32) -> Result<bool, &'static str> {
        let character = |code: u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        match self {
            Self::Bytes | Self::Characters => Ok(a == b),
            Self::NoCase => Ok(character(a).eq_ignore_ascii_case(&character(b))),
            Self::Weighted(collations) => {
                let mut agreed = None;
                for collation in collations {
                    let is_same = collation
                        .is_same(character(a), character(b))
                        .map_err(|_| "it has characters whose place in the collation is not known here")?;
                    if *agreed.get_or_insert(is_same) != is_same {
                        return Err("it depends on the collation, which the dump does not tell");
                    }
                }
                Ok(agreed.unwrap_or(a == b))
            }
        }
    }
}

fn letters_of(dialect: Dialect, column: &Column) -> Result<Letters, String> {
    let of_text = |rule| match rule {
        TextRule::Weighted(collations) => Letters::Weighted(collations),
        TextRule::Bytes | TextRule::PaddedBytes => Letters::Characters,
    };
    match (dialect, column.kind) {
        (Dialect::Sqlite, _) => Ok(Letters::NoCase),
        (Dialect::MySql, ColumnKind::Text | ColumnKind::Enum | ColumnKind::Set) => {
            mysql::text_rule(column, false).map(of_text)
        }
        (Dialect::MySql, ColumnKind::Binary) => Ok(Letters::Bytes),
        (
            Dialect::MySql,
            ColumnKind::Integer
            | ColumnKind::Decimal
            | ColumnKind::Date
            | ColumnKind::Time
            | ColumnKind::DateTime,
        ) => Ok(Letters::Characters),
        (Dialect::Postgres, ColumnKind::Text) => {
            postgres::check_collation(column)?;
            Ok(Letters::Characters)
        }
        _ => Err("LIKE cannot be evaluated on this column's type".to_owned()),
    }
}
