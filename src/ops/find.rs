//! `find`: which entries of which snapshots have a name or path that matches a pattern.
//!
//! A node of a tree that several snapshots have is read once, so that the thirtieth night costs what changed in it. Entries that
//! stay the same from one snapshot of the same host and paths to the next are one hit.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::OpsError;
use super::compare::Changes;
use crate::base::limits::{FIND_ENTRIES_MAX, FIND_NODES_MAX};
use crate::base::{ChunkId, Observer, SnapshotId, Timestamp, TreePath, Warning};
use crate::format::{Entry, Items, Manifest, Root};
use crate::repo::{ChunkReader, RepoError, read_node};

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    matcher: GlobMatcher,
    is_path: bool,
}

impl Pattern {
    /// A pattern with `*`, `?`, `[a-z]` and `{a,b}`: with a slash in it, of whole paths (`**` stands for any directories between),
    /// otherwise of names. Slashes at its ends mean nothing.
    ///
    /// # Errors
    /// [`OpsError::Request`] for a pattern that is none.
    pub fn new(text: &str, ignore_case: bool) -> Result<Self, OpsError> {
        let glob = text.trim_matches('/');
        let wrong = |reason: &dyn std::fmt::Display| OpsError::Request(format!("pattern {text:?}: {reason}"));
        if glob.is_empty() {
            return Err(wrong(&"it is empty"));
        }
        let mut builder = GlobBuilder::new(glob);
        let glob = builder.literal_separator(true).case_insensitive(ignore_case).build();
        let matcher = glob.map_err(|error| wrong(error.kind()))?.compile_matcher();
        let is_path = text.trim_end_matches('/').contains('/');
        Ok(Self { text: text.to_string(), matcher, is_path })
    }

    /// Whether the path, or its last name, matches.
    pub fn matches(&self, path: &TreePath) -> bool {
        let bytes = if self.is_path { path.as_bytes() } else { path.name() };
        self.matcher.is_match(Path::new(OsStr::from_bytes(bytes)))
    }
}

/// A snapshot that has an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which snapshot.
    pub snapshot: SnapshotId,
    /// Its place in the order of snapshots.
    pub sequence: u64,
    /// The time it stands for.
    pub time: Timestamp,
}

/// An entry and the snapshots that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The entry as it is in the newest of them.
    pub entry: Arc<Entry>,
    /// The oldest of them.
    pub first: Seen,
    /// The newest of them.
    pub last: Seen,
    /// How many there are from the first to the last: all of the same host and paths.
    pub snapshots: usize,
    /// The host they are of.
    pub host: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindReport {
    /// The entries that match: in tree order, of each path the newest first.
    pub hits: Vec<Hit>,
    /// Snapshots of which part of the tree could not be read, so that there may be more hits.
    pub snapshots_damaged: Vec<SnapshotId>,
}

/// Searches the trees of `snapshots`, which are in the order of their sequence.
///
/// A part of a tree that cannot be read is a warning to `observer`; nobody knows what is in it, and so it ends no hit.
///
/// # Errors
/// [`OpsError::Request`] if more entries match than fit into memory; those of a failing store; [`RepoError::Cancelled`].
pub fn run(
    reader: &ChunkReader,
    snapshots: &[(SnapshotId, Manifest)],
    pattern: &Pattern,
    observer: &dyn Observer,
) -> Result<FindReport, OpsError> {
    let mut search = Search { reader, pattern, observer, nodes: HashMap::new(), entries: 0 };
    let FindReport { mut hits, mut snapshots_damaged } = FindReport::default();
    for line in lines_of(snapshots) {
        let mut open: Vec<Hit> = vec![];
        for (id, manifest) in line {
            let Below { found, damage } = search.node(manifest.root, None)?;
            if let Some(damage) = &damage {
                let subject = format!("snapshot {}", id.short());
                observer.warning(Warning { subject, message: damage.to_string() });
                snapshots_damaged.push(*id);
            }
            let seen = Seen { snapshot: *id, sequence: manifest.sequence, time: manifest.time };
            let (found, mut gone) = (found.as_deref().unwrap_or_default(), vec![]);
            open = fold(open, found, seen, &manifest.host, &mut gone);
            if damage.is_some() {
                // They may be in what cannot be read.
                open.append(&mut gone);
                open.sort_by(|a, b| a.entry.path.cmp(&b.entry.path));
            }
            hits.append(&mut gone);
        }
        hits.append(&mut open);
    }
    hits.sort_by(|a, b| (&a.entry.path, b.last.sequence).cmp(&(&b.entry.path, a.last.sequence)));
    Ok(FindReport { hits, snapshots_damaged })
}

/// The snapshots of each host and its paths, the newest first.
fn lines_of(snapshots: &[(SnapshotId, Manifest)]) -> Vec<Vec<&(SnapshotId, Manifest)>> {
    let mut numbers = HashMap::new();
    let mut lines: Vec<Vec<_>> = vec![];
    for snapshot in snapshots.iter().rev() {
        let (_, manifest) = snapshot;
        let mut paths: Vec<_> = manifest.components.iter().map(|component| &component.path).collect();
        paths.sort();
        let number = *numbers.entry((&manifest.host, paths)).or_insert(lines.len());
        match lines.get_mut(number) {
            Some(line) => line.push(snapshot),
            None => lines.push(vec![snapshot]),
        }
    }
    lines
}

/// Goes one snapshot back: hits that go on stay open, the others are done. Everything is in tree order.
fn fold(open: Vec<Hit>, found: &[Arc<Entry>], seen: Seen, host: &str, done: &mut Vec<Hit>) -> Vec<Hit> {
    let mut open = open.into_iter().peekable();
    let mut still_open = Vec::with_capacity(found.len());
    for entry in found {
        while let Some(gone) = open.next_if(|hit| hit.entry.path < entry.path) {
            done.push(gone);
        }
        let is_same =
            |hit: &Hit| Arc::ptr_eq(&hit.entry, entry) || Changes::between(entry, &hit.entry).is_none();
        match open.next_if(|hit| hit.entry.path == entry.path) {
            Some(hit) if is_same(&hit) => {
                still_open.push(Hit { first: seen, snapshots: hit.snapshots + 1, ..hit });
                continue;
            }
            Some(newer) => done.push(newer),
            None => {}
        }
        let entry = entry.clone();
        still_open.push(Hit { entry, first: seen, last: seen, snapshots: 1, host: host.to_string() });
    }
    done.extend(open);
    still_open
}

/// Matching entries below a node, in tree order.
type Found = Arc<[Arc<Entry>]>;

struct Search<'a> {
    reader: &'a ChunkReader,
    pattern: &'a Pattern,
    observer: &'a dyn Observer,
    /// What was found in nodes that were read.
    nodes: HashMap<ChunkId, Below>,
    entries: usize,
}

/// What is in a node and in those below it.
#[derive(Clone, Default)]
struct Below {
    /// `None` is nothing.
    found: Option<Found>,
    /// The first thing in it that cannot be read, where that begins, and why.
    damage: Option<Arc<str>>,
}

impl Search<'_> {
    /// What is below a node. Goes no deeper than the levels a tree may have.
    fn node(&mut self, node: Root, first: Option<&TreePath>) -> Result<Below, OpsError> {
        if let Some(below) = self.nodes.get(&node.id) {
            return Ok(below.clone());
        }
        if self.observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let (mut all, mut damage) = (vec![], None);
        match read_node(self.reader, node, first) {
            Err(error) if error.is_damage() => {
                let part =
                    first.map_or("the whole tree".into(), |first| format!("the tree from /{first} on"));
                damage = Some(format!("{part} cannot be read: {error}").into());
            }
            Err(error) => return Err(error.into()),
            Ok(Items::Entries(entries)) => {
                let matching = entries.into_iter().filter(|entry| self.pattern.matches(&entry.path));
                all.extend(matching.map(Arc::new));
                self.entries += all.len();
            }
            Ok(Items::Children(children)) => {
                for child in children {
                    let root = Root { id: child.id, bytes: child.bytes, level: node.level - 1 };
                    let below = self.node(root, Some(&child.first))?;
                    all.extend(below.found.iter().flat_map(|found| found.iter().cloned()));
                    damage = damage.or(below.damage);
                }
            }
        }
        if self.entries > FIND_ENTRIES_MAX {
            let reason = format!("more than {FIND_ENTRIES_MAX} entries match {:?}", self.pattern.text);
            return Err(OpsError::Request(reason));
        }
        let found: Option<Found> = if all.is_empty() { None } else { Some(all.into()) };
        let below = Below { found, damage };
        if self.nodes.len() < FIND_NODES_MAX {
            self.nodes.insert(node.id, below.clone());
        }
        Ok(below)
    }
}

#[cfg(test)]
mod tests;
