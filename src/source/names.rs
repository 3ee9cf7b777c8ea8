//! The names of one directory in one piece of memory, since a directory may have a million of them.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use rustix::fs::{FileType, RawDir};
use rustix::io::Errno;

use crate::base::limits::DIRECTORY_NAMES_BYTES_MAX;

/// What the directory itself says about a name, before anything is asked about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    Unknown,
    Directory,
    Other,
}

/// Names: in `bytes`, each with a byte for its hint before and a zero byte after it. In the order of `starts`.
#[derive(Debug, Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
    starts: Vec<u32>,
}

impl Names {
    /// Adds what the directory lists, `.` and `..` excepted, in the order of the directory. `buffer` lends its capacity.
    ///
    /// # Errors
    /// Whatever the system says, [`Errno::OVERFLOW`] if there are too many; then what was read so far is there.
    pub fn read(&mut self, directory: &OwnedFd, buffer: &mut Vec<u8>) -> Result<(), Errno> {
        let mut listing = RawDir::new(directory, buffer.spare_capacity_mut());
        while let Some(listed) = listing.next() {
            let listed = match listed {
                Err(Errno::INTR) => continue,
                listed => listed?,
            };
            let name = listed.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let hint = match listed.file_type() {
                FileType::Directory => Hint::Directory,
                FileType::Unknown => Hint::Unknown,
                _ => Hint::Other,
            };
            self.push(hint, name)?;
        }
        Ok(())
    }

    /// Adds a name, which has no zero byte.
    ///
    /// # Errors
    /// [`Errno::OVERFLOW`] if there is no room.
    pub fn push(&mut self, hint: Hint, name: &[u8]) -> Result<(), Errno> {
        if self.bytes.len() + name.len() + 2 > DIRECTORY_NAMES_BYTES_MAX {
            return Err(Errno::OVERFLOW);
        }
        self.starts.push(u32::try_from(self.bytes.len()).map_err(|_| Errno::OVERFLOW)?);
        self.bytes.push(match hint {
            Hint::Unknown => 0,
            Hint::Directory => 1,
            Hint::Other => 2,
        });
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
        Ok(())
    }

    /// Puts the names into the order of their bytes, each once.
    pub fn sort(&mut self) {
        let bytes = self.bytes.as_slice();
        // The slices go on behind the name; its zero byte, smaller than all others, decides before that matters.
        self.starts.sort_unstable_by(|a, b| onward(bytes, *a).cmp(onward(bytes, *b)));
        self.starts.dedup_by(|a, b| name(bytes, *a) == name(bytes, *b));
    }

    /// Leaves only `name`, if the sorted names have it, and says how many others there were.
    pub fn keep_only(&mut self, wanted: &CStr) -> usize {
        let before = self.starts.len();
        let found = self.find(wanted).and_then(|at| self.starts.get(at).copied());
        self.starts = found.into_iter().collect();
        before - self.starts.len()
    }

    /// Where `name` is among the sorted names.
    pub fn find(&self, wanted: &CStr) -> Option<usize> {
        self.starts.binary_search_by(|start| name(&self.bytes, *start).cmp(wanted)).ok()
    }

    /// The name at `index`.
    pub fn get(&self, index: usize) -> Option<(Hint, &CStr)> {
        let start = *self.starts.get(index)?;
        let hint = match self.bytes.get(start as usize)? {
            1 => Hint::Directory,
            2 => Hint::Other,
            _ => Hint::Unknown,
        };
        Some((hint, name(&self.bytes, start)))
    }

    /// How many names there are.
    pub const fn len(&self) -> usize {
        self.starts.len()
    }
}

/// The bytes from the first of the name that starts at `start` to the end of all.
fn onward(bytes: &[u8], start: u32) -> &[u8] {
    bytes.get(start as usize + 1..).unwrap_or_default()
}

fn name(bytes: &[u8], start: u32) -> &CStr {
    CStr::from_bytes_until_nul(onward(bytes, start)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&[u8]]) -> Names {
        let mut names = Names::default();
        for name in of {
            names.push(Hint::Other, name).unwrap();
        }
        names.sort();
        names
    }

    fn all(names: &Names) -> Vec<&[u8]> {
        (0..names.len()).map(|at| names.get(at).unwrap().1.to_bytes()).collect()
    }

    #[test]
    fn names_are_sorted_by_their_bytes_and_each_is_there_once() {
        let names = names(&[b"b", b"a\xff", b"a", b"a.b", b"b", b"a\n", b"B"]);
        assert_eq!(all(&names), [&b"B"[..], b"a", b"a\n", b"a.b", b"a\xff", b"b"]);
    }

    #[test]
    fn only_the_wanted_name_stays() {
        let mut names = names(&[b"c", b"a", b"b"]);
        assert_eq!(names.keep_only(c"b"), 2);
        assert_eq!(all(&names), [b"b"]);
    }

    #[test]
    fn too_many_names_are_refused_and_not_cut() {
        // Zeroed memory that is never touched costs nothing.
        let mut names = Names { bytes: vec![0; DIRECTORY_NAMES_BYTES_MAX - 2], starts: Vec::new() };
        assert_eq!(names.push(Hint::Other, b"a"), Err(Errno::OVERFLOW));
        assert_eq!((names.len(), names.bytes.len()), (0, DIRECTORY_NAMES_BYTES_MAX - 2));
    }
}
