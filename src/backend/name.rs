//! Names of objects: one to three parts of `[a-z0-9-]`, so that a name is the same on every store and leads nowhere else.

use std::fmt;
use std::str::FromStr;

use crate::base::escape;
use crate::base::limits::{OBJECT_NAME_PART_BYTES_MAX, OBJECT_NAME_PARTS_MAX};

/// The directory of unfinished writes in a local store. No object's name begins with it.
pub(super) const TEMPORARY: &str = "tmp";

/// Why a text is not the name of an object. The text is shortened and escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is nothing before, after or between slashes.
    #[error("object name has an empty part: {0:?}")]
    EmptyPart(String),
    /// A part has something other than `a-z`, `0-9` and `-`.
    #[error("object name has a letter other than a-z, 0-9 and -: {0:?}")]
    Letter(String),
    /// A part is longer than [`OBJECT_NAME_PART_BYTES_MAX`].
    #[error("object name has a part that is too long: {0:?}")]
    Long(String),
    /// There are more parts than [`OBJECT_NAME_PARTS_MAX`].
    #[error("object name has too many parts: {0:?}")]
    Deep(String),
    /// The first part is where unfinished writes lie.
    #[error("object name begins with the reserved part {TEMPORARY}: {0:?}")]
    Reserved(String),
}

/// Name of an object: `config`, `keys/<64 hex>`, `packs/<2 hex>/<64 hex>`. Ordered by its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(String);

impl ObjectName {
    /// A name from its text.
    ///
    /// # Errors
    /// [`NameError`] if the text is not one to three parts of 1 to 80 letters `[a-z0-9-]` with `/` between them.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let shown = || escape(text.chars().take(160).collect::<String>().as_bytes());
        for (index, part) in text.split('/').enumerate() {
            if index >= OBJECT_NAME_PARTS_MAX {
                return Err(NameError::Deep(shown()));
            }
            if part.is_empty() {
                return Err(NameError::EmptyPart(shown()));
            }
            if part.len() > OBJECT_NAME_PART_BYTES_MAX {
                return Err(NameError::Long(shown()));
            }
            if !part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
                return Err(NameError::Letter(shown()));
            }
            if index == 0 && part == TEMPORARY {
                return Err(NameError::Reserved(shown()));
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn last_part(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the parts of `prefix` are the first parts of this name, and there are more. Everything is below `""`.
    pub fn is_below(&self, prefix: &str) -> bool {
        prefix.is_empty() || self.0.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectName({self})")
    }
}

impl FromStr for ObjectName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

/// Refuses what could not be the first parts of a name. The empty prefix is the root.
pub(super) fn check_prefix(prefix: &str) -> Result<(), NameError> {
    if prefix.is_empty() { Ok(()) } else { ObjectName::new(prefix).map(|_| ()) }
}

/// The parts of `path` without the last; the root, `""`, for a single part.
pub(super) fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The path of `part` in the directory `parent`.
pub(super) fn join(parent: &str, part: &str) -> String {
    if parent.is_empty() { part.to_owned() } else { format!("{parent}/{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_anything_but_small_letters_digits_and_hyphens_is_refused() {
        for text in
            ["a.b", ".", "..", "a/..", "A", "a b", "a\\b", "a\0", "a\n", "é", "a/\u{202e}", "a_b", "*"]
        {
            assert!(matches!(ObjectName::new(text), Err(NameError::Letter(_))), "{text:?}");
        }
    }

    #[test]
    fn a_name_with_an_empty_part_is_refused() {
        for text in ["", "/", "/config", "packs/", "packs//ab"] {
            assert!(matches!(ObjectName::new(text), Err(NameError::EmptyPart(_))), "{text:?}");
        }
    }

    #[test]
    fn a_name_too_long_or_too_deep_is_refused() {
        assert!(matches!(ObjectName::new(&"a".repeat(81)), Err(NameError::Long(_))));
        assert!(matches!(ObjectName::new("a/b/c/d"), Err(NameError::Deep(_))));
    }

    #[test]
    fn the_place_of_unfinished_writes_is_not_a_name() {
        assert!(matches!(ObjectName::new("tmp/a"), Err(NameError::Reserved(_))));
        assert!(matches!(ObjectName::new("tmp"), Err(NameError::Reserved(_))));
        assert!(ObjectName::new("tmpa/tmp").is_ok());
    }

    #[test]
    fn the_error_of_a_hostile_name_is_short_and_escaped() {
        let message = ObjectName::new(&"\x1b[31m".repeat(1000)).unwrap_err().to_string();
        assert!(message.len() < 1000 && !message.contains('\x1b'), "{message}");
    }

    #[test]
    fn names_of_a_repository_are_taken_as_they_are() {
        let hex = "0f".repeat(32);
        for text in ["config".to_owned(), format!("keys/{hex}"), format!("packs/0f/{hex}"), "a".repeat(80)] {
            assert_eq!(text.parse::<ObjectName>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn below_is_by_parts_and_not_by_letters() {
        let name = ObjectName::new("packs/ab/cd").unwrap();
        assert!(name.is_below("") && name.is_below("packs") && name.is_below("packs/ab"));
        assert!(!name.is_below("pack") && !name.is_below("packs/a") && !name.is_below("packs/ab/cd"));
    }
}
