//! `diff`: what two trees do not have in common.
//!
//! Both are read in tree order side by side. Where both stand before the same node, its entries are the same too and it is
//! passed over, so that two nights of a million files are compared in the time of what changed.

use std::cmp::Ordering;

use super::OpsError;
use super::compare::Changes;
use crate::base::{Observer, TreePath};
use crate::format::{Entry, EntryKind, Root};
use crate::repo::{ChunkReader, RepoError, TreeReader, Upcoming};

/// An entry that is not the same in both trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is in the second tree only.
    Added(Box<Entry>),
    /// It is in the first tree only.
    Removed(Box<Entry>),
    /// It is in both.
    Changed {
        /// As it is in the first tree.
        before: Box<Entry>,
        /// As it is in the second tree.
        after: Box<Entry>,
        /// What differs.
        changes: Changes,
    },
}

/// How many entries, and how many bytes of file content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Regular files.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// Links, pipes and devices.
    pub others: u64,
    /// Bytes of the files.
    pub bytes: u64,
}

impl Count {
    fn add(&mut self, entry: &Entry) {
        match entry.kind {
            EntryKind::File => self.files += 1,
            EntryKind::Directory => self.directories += 1,
            _ => self.others += 1,
        }
        self.bytes += entry.size;
    }
}

/// What two trees do not have in common, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffReport {
    /// In the second tree only.
    pub added: Count,
    /// In the first tree only.
    pub removed: Count,
    /// In both, with other content or as something else: as they are in the second tree.
    pub changed: Count,
    /// Bytes of `changed` as they are in the first tree.
    pub changed_bytes_before: u64,
    /// In both with the same content and other metadata: as they are in the second tree.
    pub metadata: Count,
}

impl DiffReport {
    /// Whether there is no difference.
    pub fn is_same(&self) -> bool {
        *self == Self::default()
    }
}

/// Hands `each` everything that differs between the trees at `before` and `after`, in tree order; with `path`, at or below it.
///
/// A path that one of the trees has not is added or removed; `names` of both are for messages.
///
/// # Errors
/// [`OpsError::NoEntry`] if neither tree has the path; those of reading the trees and of `each`; [`RepoError::Cancelled`].
pub fn run(
    reader: &ChunkReader,
    [before, after]: [Root; 2],
    path: Option<&TreePath>,
    names: [&str; 2],
    observer: &dyn Observer,
    each: &mut dyn FnMut(&Difference) -> Result<(), OpsError>,
) -> Result<DiffReport, OpsError> {
    let mut report = DiffReport::default();
    if before == after && path.is_none() {
        return Ok(report);
    }
    let mut sides = [Side::open(reader, before, path)?, Side::open(reader, after, path)?];
    if let Some(path) = path
        && !has(&sides, path)?
    {
        let snapshot = names.join(" or ");
        return Err(OpsError::NoEntry { path: path.to_string(), snapshot });
    }
    while let Some(found) = next(&mut sides)? {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let Some(found) = found else { continue };
        match &found {
            Difference::Added(entry) => report.added.add(entry),
            Difference::Removed(entry) => report.removed.add(entry),
            Difference::Changed { before, after, changes } if changes.kind || changes.content => {
                report.changed.add(after);
                report.changed_bytes_before += before.size;
            }
            Difference::Changed { after, .. } => report.metadata.add(after),
        }
        each(&found)?;
    }
    Ok(report)
}

/// One of the trees.
struct Side<'a> {
    tree: TreeReader<'a>,
    path: Option<&'a TreePath>,
}

impl<'a> Side<'a> {
    fn open(reader: &'a ChunkReader, root: Root, path: Option<&'a TreePath>) -> Result<Self, RepoError> {
        let tree = match path {
            None => TreeReader::new(reader, root)?,
            Some(path) => TreeReader::starting_at(reader, root, path)?,
        };
        Ok(Self { tree, path })
    }

    /// What comes next of what is looked at.
    fn upcoming(&self) -> Option<Upcoming<'_>> {
        self.tree.upcoming().filter(|next| self.path.is_none_or(|path| next.path().is_within(path)))
    }

    /// The next entry, if an entry comes next; otherwise the upcoming node is read.
    fn step(&mut self) -> Result<Option<Box<Entry>>, RepoError> {
        if let Some(Upcoming::Node(..)) = self.upcoming() {
            self.tree.open_upcoming()?;
            return Ok(None);
        }
        Ok(self.tree.next_entry()?.map(Box::new))
    }
}

/// Whether one of the trees has an entry with this path, at which both stand.
fn has(sides: &[Side<'_>; 2], path: &TreePath) -> Result<bool, RepoError> {
    Ok(sides.iter().any(|side| side.upcoming().is_some_and(|next| next.path() == path)))
}

/// One step on: `None` at the end, `Some(None)` if it found nothing.
fn next([before, after]: &mut [Side<'_>; 2]) -> Result<Option<Option<Difference>>, RepoError> {
    use Upcoming::Node;
    let order = match (before.upcoming(), after.upcoming()) {
        (None, None) => return Ok(None),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(a), Some(b)) => match (a.path().cmp(b.path()), a, b) {
            (Ordering::Equal, Node(_, id, _), Node(_, other, _)) if id == other => {
                before.tree.pass_upcoming();
                after.tree.pass_upcoming();
                return Ok(Some(None));
            }
            // The higher node is opened first: one of its children may be the other one.
            (Ordering::Equal, Node(level, ..), Node(other, ..)) if level < other => Ordering::Greater,
            (Ordering::Equal, Node(..), _) => Ordering::Less,
            (Ordering::Equal, _, Node(..)) => Ordering::Greater,
            (order, ..) => order,
        },
    };
    Ok(Some(match order {
        Ordering::Less => before.step()?.map(Difference::Removed),
        Ordering::Greater => after.step()?.map(Difference::Added),
        Ordering::Equal => match (before.step()?, after.step()?) {
            (Some(before), Some(after)) => {
                let changes = Changes::between(&before, &after);
                (!changes.is_none()).then_some(Difference::Changed { before, after, changes })
            }
            _ => None,
        },
    }))
}

#[cfg(test)]
mod tests;
