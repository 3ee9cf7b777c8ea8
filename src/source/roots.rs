//! The roots of a walk, in the order of the tree. Which of them lie behind a name is all a walk asks.

use std::io;
use std::ops::Range;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::error::{SourceError, shown};
use crate::base::path::tree_order;

/// Roots as absolute paths without the leading slash (`/` itself is empty), sorted, each once.
///
/// A root inside another one stays in the list: the way down to it is kept open even where the outer one ends, at a
/// file system's border or at an excluded directory. The walk visits it once all the same.
#[derive(Debug)]
pub(super) struct Roots(Vec<Vec<u8>>);

impl Roots {
    /// The roots at `paths`, made absolute by their letters alone: symbolic links are not resolved.
    ///
    /// # Errors
    /// [`SourceError::NotFound`] or [`SourceError::Unreadable`] if one cannot be found.
    pub fn find(paths: &[PathBuf]) -> Result<Self, SourceError> {
        let mut roots = Vec::with_capacity(paths.len());
        for path in paths {
            let given = path.as_os_str().as_bytes();
            let unreadable = |source| SourceError::Unreadable { path: crate::base::escape(given), source };
            let root = lexical(&std::path::absolute(path).map_err(unreadable)?);
            let absolute = PathBuf::from(std::ffi::OsString::from_vec([b"/".as_slice(), &root].concat()));
            absolute.symlink_metadata().map_err(|source| match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    SourceError::NotFound { path: shown(&root) }
                }
                _ => SourceError::Unreadable { path: shown(&root), source },
            })?;
            roots.push(root);
        }
        roots.sort_by(|a, b| tree_order(a, b));
        roots.dedup();
        Ok(Self(roots))
    }

    /// Whether `/` is a root, and the roots below it.
    pub fn all(&self) -> (bool, Range<usize>) {
        let has_top = self.0.first().is_some_and(Vec::is_empty);
        (has_top, usize::from(has_top)..self.0.len())
    }

    /// Whether `name` is a root, and the roots below it: `within` are the roots below its directory, whose path
    /// with the slash after it has `prefix_bytes`.
    pub fn behind(&self, within: &Range<usize>, prefix_bytes: usize, name: &[u8]) -> (bool, Range<usize>) {
        let roots = self.0.get(within.clone()).unwrap_or_default();
        let next = |root: &Vec<u8>| next_name(root, prefix_bytes).cmp(name);
        let start = roots.partition_point(|root| next(root).is_lt());
        let end = roots.partition_point(|root| next(root).is_le());
        let is_root =
            start < end && roots.get(start).is_some_and(|root| root.len() == prefix_bytes + name.len());
        (is_root, within.start + start + usize::from(is_root)..within.start + end)
    }

    /// The names that lead from a directory to the roots `within` it, sorted, some of them more than once.
    pub fn names(&self, within: &Range<usize>, prefix_bytes: usize) -> impl Iterator<Item = &[u8]> {
        let roots = self.0.get(within.clone()).unwrap_or_default();
        roots.iter().map(move |root| next_name(root, prefix_bytes))
    }
}

fn next_name(root: &[u8], prefix_bytes: usize) -> &[u8] {
    let rest = root.get(prefix_bytes..).unwrap_or_default();
    rest.split(|byte| *byte == b'/').next().unwrap_or_default()
}

/// The names of an absolute path with `/` between them, `..` taking away the one before.
fn lexical(path: &Path) -> Vec<u8> {
    let mut names: Vec<&[u8]> = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => names.push(name.as_bytes()),
            Component::ParentDir => {
                names.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    names.join(&b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_by_letters() {
        for (path, expected) in [("/", ""), ("/a/./b//c/", "a/b/c"), ("/a/../../b", "b"), ("/..", "")] {
            assert_eq!(lexical(Path::new(path)), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn the_roots_behind_a_name_are_found() {
        let roots =
            Roots(["a", "a/b", "a/b/c", "a!", "ab/c", "b"].map(|root| root.as_bytes().to_vec()).to_vec());
        assert_eq!(roots.behind(&(0..6), 0, b"a"), (true, 1..3));
        assert_eq!(roots.behind(&(0..6), 0, b"a!"), (true, 4..4));
        assert_eq!(roots.behind(&(0..6), 0, b"ab"), (false, 4..5));
        assert_eq!(roots.behind(&(1..3), 2, b"b"), (true, 2..3));
        assert!(roots.behind(&(0..6), 0, b"aa").1.is_empty());
        assert_eq!(roots.names(&(4..5), 0).collect::<Vec<_>>(), [b"ab"]);
    }

    #[test]
    fn a_root_that_does_not_exist_is_named() {
        let error = Roots::find(&["/nowhere/at all".into()]).unwrap_err();
        assert!(matches!(&error, SourceError::NotFound { path } if path == "/nowhere/at all"), "{error}");
    }
}
