//! How texts compare under the collations of MySQL and MariaDB.
//!
//! The tables in `collation/` have the weights of characters, sixteen in a line after the first one's number, `-` for a
//! character that does not count, `a+b` for one with several weights, `?` for one that is left out. They are what MariaDB's
//! `WEIGHT_STRING` says, and a test asks it again. What is not in a table is not guessed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The order of two texts is not known: one has a character whose place is not, or is no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKnown;

/// A collation of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighted {
    table: Name,
    /// Whether trailing blanks do not count.
    is_padded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    General,
    Unicode,
    Unicode520,
    Uca1400,
    /// MySQL 8's default. For the letters it is used for here its classes are those of the newer UCA.
    Uca0900,
    Latin1Swedish,
}

/// The collations that one of this name can be: none if it is not known, several if the name is empty.
pub fn weighted(name: &[u8]) -> Vec<Weighted> {
    let name = String::from_utf8_lossy(name);
    let make = |table, is_padded| Weighted { table, is_padded };
    if name.is_empty() {
        return vec![make(Name::General, true), make(Name::Uca0900, false), make(Name::Uca1400, true)];
    }
    let unprefixed =
        ["utf8mb4_", "utf8mb3_", "utf8_", "ascii_"].iter().find_map(|prefix| name.strip_prefix(prefix));
    let one = match unprefixed.unwrap_or(&name) {
        "general_ci" => make(Name::General, true),
        "general_nopad_ci" => make(Name::General, false),
        "unicode_ci" => make(Name::Unicode, true),
        "unicode_nopad_ci" => make(Name::Unicode, false),
        "unicode_520_ci" => make(Name::Unicode520, true),
        "unicode_520_nopad_ci" => make(Name::Unicode520, false),
        "uca1400_ai_ci" => make(Name::Uca1400, true),
        "uca1400_nopad_ai_ci" => make(Name::Uca1400, false),
        "0900_ai_ci" => make(Name::Uca0900, false),
        "latin1_swedish_ci" => make(Name::Latin1Swedish, true),
        "latin1_swedish_nopad_ci" => make(Name::Latin1Swedish, false),
        _ => return Vec::new(),
    };
    vec![one]
}

impl Weighted {
    /// How `a` compares with `b`, two texts in UTF-8.
    pub fn compare(self, a: &[u8], b: &[u8]) -> Result<Ordering, NotKnown> {
        if a == b {
            return Ok(Ordering::Equal);
        }
        let (mut a, mut b) = (self.weights(a)?, self.weights(b)?);
        let space = self.weights(b" ")?.next().transpose()?;
        loop {
            let (a, b) = match (a.next().transpose()?, b.next().transpose()?) {
                (None, None) => return Ok(Ordering::Equal),
                (None, some) if self.is_padded => (space, some),
                (some, None) if self.is_padded => (some, space),
                both => both,
            };
            if a != b {
                return Ok(a.cmp(&b));
            }
        }
    }

    /// Whether two characters are the same to LIKE.
    pub fn is_same(self, a: char, b: char) -> Result<bool, NotKnown> {
        if a == b {
            return Ok(true);
        }
        let (a, b) = (self.of(a).ok_or(NotKnown)?, self.of(b).ok_or(NotKnown)?);
        Ok(a == b)
    }

    fn weights(self, text: &[u8]) -> Result<impl Iterator<Item = Result<u16, NotKnown>>, NotKnown> {
        let text = std::str::from_utf8(text).map_err(|_| NotKnown)?;
        let mut characters = text.chars().peekable();
        let mut pending: Vec<u16> = Vec::new();
        Ok(std::iter::from_fn(move || {
            while pending.is_empty() {
                let weights = self.of(characters.next()?);
                // With what is not known, a character may have a weight of both together.
                let is_clear = characters.peek().is_none_or(|next| self.of(*next).is_some());
                match weights.filter(|_| is_clear) {
                    Some(weights) => pending.extend(weights.iter().rev()),
                    None => return Some(Err(NotKnown)),
                }
            }
            pending.pop().map(Ok)
        }))
    }

    /// The weights of a character.
    fn of(self, character: char) -> Option<Vec<u16>> {
        let code = u32::from(character);
        let table = self.table.table();
        let is_latin = code < 0x500 || (0x1e00..0x1f00).contains(&code);
        if let Some(weights) = table.get(&code)
            && (is_latin || self.table != Name::Uca0900)
        {
            return weights.clone();
        }
        match self.table {
            Name::General => Some(vec![u16::try_from(code).unwrap_or(0xfffd)]),
            Name::Latin1Swedish => None,
            Name::Unicode if code > 0xffff => Some(vec![0xfffd]),
            _ => ideograph(code),
        }
    }
}

/// The weights of Chinese characters, which follow from their numbers.
fn ideograph(code: u32) -> Option<Vec<u16>> {
    let base = match code {
        0x4e00..=0x9fa5 => 0xfb40,
        0x3400..=0x4db5 => 0xfb80,
        _ => return None,
    };
    let (high, low) = (base + (code >> 15), code & 0x7fff | 0x8000);
    Some(vec![u16::try_from(high).ok()?, u16::try_from(low).ok()?])
}

type Table = HashMap<u32, Option<Vec<u16>>>;

impl Name {
    fn table(self) -> &'static Table {
        static TABLES: [OnceLock<Table>; 5] = [const { OnceLock::new() }; 5];
        let [general, unicode, unicode_520, uca1400, latin1] = &TABLES;
        let (cell, text) = match self {
            Self::General => (general, include_str!("collation/general.txt")),
            Self::Unicode => (unicode, include_str!("collation/unicode.txt")),
            Self::Unicode520 => (unicode_520, include_str!("collation/unicode_520.txt")),
            Self::Uca1400 | Self::Uca0900 => (uca1400, include_str!("collation/uca1400.txt")),
            Self::Latin1Swedish => (latin1, include_str!("collation/latin1_swedish.txt")),
        };
        cell.get_or_init(|| text.lines().flat_map(line).collect())
    }
}

fn line(line: &str) -> impl Iterator<Item = (u32, Option<Vec<u16>>)> {
    let (first, cells) = line.split_once(": ").unwrap_or_default();
    let first = u32::from_str_radix(first, 16).unwrap_or(u32::MAX - 16);
    (first..).zip(cells.split(' ').map(|cell| match cell {
        "-" => Some(Vec::new()),
        _ => cell.split('+').map(|weight| u16::from_str_radix(weight, 16).ok()).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(name: &str, a: &str, b: &str) -> Result<Ordering, NotKnown> {
        weighted(name.as_bytes())[0].compare(a.as_bytes(), b.as_bytes())
    }

    #[test]
    fn letters_of_one_kind_are_equal() {
        for name in ["utf8mb4_general_ci", "utf8_unicode_ci", "utf8mb4_0900_ai_ci", "latin1_swedish_ci"] {
            assert_eq!(compare(name, "Hello", "hELLO"), Ok(Ordering::Equal), "{name}");
            assert_eq!(compare(name, "caf\u{e9}", "CAFE"), Ok(Ordering::Equal), "{name}");
            assert_eq!(compare(name, "a", "b"), Ok(Ordering::Less), "{name}");
        }
    }

    #[test]
    fn sharp_s_is_one_letter_or_two() {
        assert_eq!(compare("utf8mb4_general_ci", "\u{df}", "s"), Ok(Ordering::Equal));
        assert_eq!(compare("utf8mb4_unicode_ci", "\u{df}", "ss"), Ok(Ordering::Equal));
    }

    #[test]
    fn trailing_blanks_count_where_nothing_is_padded() {
        assert_eq!(compare("utf8mb4_general_ci", "a", "a  "), Ok(Ordering::Equal));
        assert_eq!(compare("utf8mb4_general_ci", "a", "a\t"), Ok(Ordering::Greater));
        assert_eq!(compare("utf8mb4_0900_ai_ci", "a", "a "), Ok(Ordering::Less));
    }

    #[test]
    fn what_is_not_in_a_table_is_not_guessed() {
        assert_eq!(compare("utf8mb4_unicode_ci", "a\u{301}", "a"), Err(NotKnown));
        assert_eq!(compare("utf8mb4_unicode_ci", "b\u{301}", "a"), Err(NotKnown));
        assert_eq!(compare("utf8mb4_unicode_ci", "ab\u{301}", "b"), Ok(Ordering::Less));
        assert_eq!(compare("utf8mb4_0900_ai_ci", "\u{1f600}", "\u{1f600}"), Ok(Ordering::Equal));
        assert!(weighted(b"utf8mb4_spanish_ci").is_empty());
    }
}
