//! Paths inside a snapshot: bytes, `/` between names, never absolute, never `..`.
//!
//! The order is the order of a walk that visits a directory before what is in it and names by their bytes:
//! the bytes of two paths are compared with `/` taken as zero, which no name contains.

use std::cmp::Ordering;
use std::fmt;

/// Why bytes are not a path of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// There is nothing between two slashes, or at an end.
    #[error("path has an empty name: {0}")]
    EmptyName(String),
    /// A name is `.` or `..`.
    #[error("path has a name that is . or ..: {0}")]
    Dots(String),
    /// A name has a zero byte.
    #[error("path has a zero byte: {0}")]
    Zero(String),
    /// The path is longer than [`crate::base::limits::PATH_BYTES_MAX`].
    #[error("path has {0} bytes")]
    Long(usize),
}

/// A path inside a snapshot: `srv/shop/uploads/a.jpg`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TreePath(Vec<u8>);

impl TreePath {
    /// A path from its bytes.
    ///
    /// # Errors
    /// [`PathError`] if a name is empty, `.`, `..`, has a zero byte, or the whole is too long. The empty path is refused.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, PathError> {
        let bytes = bytes.into();
        if bytes.len() > super::limits::PATH_BYTES_MAX {
            return Err(PathError::Long(bytes.len()));
        }
        for name in bytes.split(|byte| *byte == b'/') {
            match name {
                b"" => return Err(PathError::EmptyName(escape(&bytes))),
                b"." | b".." => return Err(PathError::Dots(escape(&bytes))),
                name if name.contains(&0) => return Err(PathError::Zero(escape(&bytes))),
                _ => {}
            }
        }
        Ok(Self(bytes))
    }

    /// The bytes of the path.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes of the path, owned.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The names from the root down.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/')
    }

    /// The last name.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    /// The path of the directory this lies in; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        let end = self.0.iter().rposition(|byte| *byte == b'/')?;
        Some(Self(self.0.get(..end)?.to_vec()))
    }

    /// The path of `name` in this directory.
    ///
    /// # Errors
    /// [`PathError`] if `name` is not one name or the whole is too long.
    pub fn join(&self, name: &[u8]) -> Result<Self, PathError> {
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + name.len());
        bytes.extend_from_slice(&self.0);
        bytes.push(b'/');
        bytes.extend_from_slice(name);
        Self::new(bytes)
    }

    /// Whether `self` is `directory` or lies somewhere below it.
    pub fn is_within(&self, directory: &Self) -> bool {
        self.below(directory).is_some()
    }

    /// What is left of `self` below `directory`: empty if they are the same, `None` if it lies elsewhere.
    pub fn below(&self, directory: &Self) -> Option<&[u8]> {
        match self.0.strip_prefix(directory.0.as_slice())? {
            [] => Some(&[]),
            [b'/', rest @ ..] => Some(rest),
            _ => None,
        }
    }
}

/// Orders the bytes of two paths as the tree does: `/` before every other byte.
pub fn tree_order(a: &[u8], b: &[u8]) -> Ordering {
    let common = a.iter().zip(b).position(|(x, y)| x != y);
    let rank = |byte: Option<&u8>| byte.map(|byte| if *byte == b'/' { 0 } else { *byte });
    let at = common.unwrap_or_else(|| a.len().min(b.len()));
    rank(a.get(at)).cmp(&rank(b.get(at)))
}

impl Ord for TreePath {
    fn cmp(&self, other: &Self) -> Ordering {
        tree_order(&self.0, &other.0)
    }
}

impl PartialOrd for TreePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.0))
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TreePath({self})")
    }
}

/// A name or path as it may be shown on a terminal: control characters, backslashes and bytes that are not UTF-8
/// become `\xNN`, `\n`, `\t` or `\\`; everything else stays.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for part in bytes.utf8_chunks() {
        for letter in part.valid().chars() {
            match letter {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                letter if letter.is_control() || is_deceptive(letter) => {
                    let mut buffer = [0; 4];
                    for byte in letter.encode_utf8(&mut buffer).bytes() {
                        out.push_str(&format!("\\x{byte:02x}"));
                    }
                }
                letter => out.push(letter),
            }
        }
        for byte in part.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// Characters that change the direction or the lines of what stands around them on a terminal.
const fn is_deceptive(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> TreePath {
        TreePath::new(text).unwrap()
    }

    #[test]
    fn a_directory_comes_before_what_is_in_it_and_all_of_that_before_the_next_name() {
        let mut paths = ["a.b", "a/x", "a", "a/x/y", "ab", "a!", "a/x.y"].map(path);
        paths.sort();
        assert_eq!(paths.map(|p| p.to_string()), ["a", "a/x", "a/x/y", "a/x.y", "a!", "a.b", "ab"]);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bytes in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "a\0b"] {
            assert!(TreePath::new(bytes).is_err(), "{bytes:?}");
        }
        assert!(TreePath::new(vec![b'a'; 1 << 20]).is_err());
    }

    #[test]
    fn within_is_by_names_and_not_by_letters() {
        assert!(path("a/b").is_within(&path("a")));
        assert!(!path("ab").is_within(&path("a")));
        assert_eq!(path("a/b/c").below(&path("a")), Some(b"b/c".as_slice()));
    }

    #[test]
    fn what_could_play_tricks_on_a_terminal_is_escaped() {
        assert_eq!(escape(b"a\x1b[31m\n\xff\\"), "a\\x1b[31m\\n\\xff\\\\");
        assert_eq!(escape("größe \u{202e}".as_bytes()), "größe \\xe2\\x80\\xae");
    }
}
