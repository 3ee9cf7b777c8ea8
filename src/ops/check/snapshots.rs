//! Snapshots: every node of their trees, and every chunk of every file looked up, by the rules of a restore.
//!
//! A subtree that was whole in an earlier snapshot is not read again: what is in it is in order, so only its borders are compared. Nor
//! is a table map read again that was in one: an untouched dump keeps its own.

use std::collections::HashMap;

use super::{Bad, Chain, CheckReport, Loss, tables};
use crate::base::{ChunkId, Observer, SnapshotId, TreePath};
use crate::format::{Entry, EntryKind, Items, Manifest, Recipe, Record, Replay, Root, TableMapRef};
use crate::ops::{OpsError, rewriting};
use crate::repo::{ChunkReader, EntryOrder, Records, RepoError, TableMap, read_node};

/// Looks at all snapshots and names what those lose that need something bad.
pub fn check(
    reader: &ChunkReader,
    snapshots: &[(SnapshotId, Manifest)],
    bad: &Bad,
    observer: &dyn Observer,
    report: &mut CheckReport,
) -> Result<(), OpsError> {
    let (mut whole, mut maps) = (HashMap::new(), HashMap::new());
    for (id, manifest) in snapshots {
        let mut walk = Walk::new(reader, *id, bad, observer, &mut whole);
        walk.node(manifest.root, None)?;
        let (mut loss, files) = (walk.loss, walk.files);
        loss.tables = tables::lost(reader, manifest, bad, &files)?;
        check_maps(reader, manifest, bad, &mut maps, &mut loss)?;
        report.errors.extend(loss.line());
        if loss.is_tree_damaged || !loss.files.is_empty() || !loss.maps.is_empty() {
            report.losses.push(loss);
        }
    }
    Ok(())
}

/// A node in which, and in all nodes below it, nothing is wrong.
struct Whole {
    level: u8,
    bytes: u32,
    first: TreePath,
    /// Where a walk through it ends.
    end: EntryOrder,
}

/// A walk through the tree of one snapshot.
struct Walk<'a> {
    reader: &'a ChunkReader,
    bad: &'a Bad,
    observer: &'a dyn Observer,
    whole: &'a mut HashMap<ChunkId, Whole>,
    order: EntryOrder,
    loss: Loss,
    /// The files that are lost, as their entries are.
    files: Vec<Entry>,
}

impl<'a> Walk<'a> {
    fn new(
        reader: &'a ChunkReader,
        snapshot: SnapshotId,
        bad: &'a Bad,
        observer: &'a dyn Observer,
        whole: &'a mut HashMap<ChunkId, Whole>,
    ) -> Self {
        let (loss, files) = (Loss::none(snapshot), vec![]);
        Self { reader, bad, observer, whole, order: EntryOrder::default(), loss, files }
    }

    /// Goes through a node and all below it; `first` is the path its parent says it begins with. Returns whether nothing is wrong.
    fn node(&mut self, node: Root, first: Option<&TreePath>) -> Result<bool, OpsError> {
        if self.observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        if let Some(whole) = self.whole.get(&node.id)
            && (whole.level, whole.bytes) == (node.level, node.bytes)
            && first.is_none_or(|first| *first == whole.first)
            && self.order.follow_known(&whole.first, &whole.end).is_ok()
        {
            return Ok(true);
        }
        let items = match read_node(self.reader, node, first) {
            Ok(items) => items,
            Err(error) => return self.tolerate(Err(error), first),
        };
        let first = items.first().cloned();
        let is_whole = match items {
            Items::Entries(entries) => self.entries(&entries)?,
            Items::Children(children) => {
                let mut is_whole = true;
                for child in children {
                    let below =
                        Root { id: child.id, bytes: child.bytes, level: node.level.saturating_sub(1) };
                    is_whole &= self.node(below, Some(&child.first))?;
                }
                is_whole
            }
        };
        if let Some(first) = first.filter(|_| is_whole) {
            let Root { id, bytes, level } = node;
            self.whole.insert(id, Whole { level, bytes, first, end: self.order.clone() });
        }
        Ok(is_whole)
    }

    /// The entries of a leaf; like a restore, it passes over what is behind one that is not where it may be.
    fn entries(&mut self, entries: &[Entry]) -> Result<bool, OpsError> {
        let mut is_whole = true;
        for entry in entries {
            let followed = self.order.follow(&entry.path, entry.kind);
            if !self.tolerate(followed, Some(&entry.path))? {
                return Ok(false);
            }
            if !is_whole_file(self.reader, entry, self.bad)? {
                self.loss.files.push(entry.path.clone());
                self.files.push(entry.clone());
                is_whole = false;
            }
        }
        Ok(is_whole)
    }

    /// Notes damage of what begins at `from`, `None` for a whole tree; an error that is none ends the check.
    fn tolerate(
        &mut self,
        outcome: Result<(), RepoError>,
        from: Option<&TreePath>,
    ) -> Result<bool, OpsError> {
        match outcome {
            Ok(()) => Ok(true),
            Err(error) if error.is_damage() => {
                self.loss.is_tree_damaged = true;
                self.loss.trees_damaged.extend(from.cloned());
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Looks at the table maps of a snapshot, their pages too; `known` tells of those that were read, whether they are whole.
fn check_maps(
    reader: &ChunkReader,
    manifest: &Manifest,
    bad: &Bad,
    known: &mut HashMap<Recipe, bool>,
    loss: &mut Loss,
) -> Result<(), OpsError> {
    for at in &manifest.table_maps {
        let is_whole = match known.get(&at.recipe) {
            Some(is_whole) => *is_whole,
            None => is_whole_map(reader, at, bad)?,
        };
        known.insert(at.recipe.clone(), is_whole);
        if !is_whole {
            loss.maps.push(at.path.clone());
        }
    }
    Ok(())
}

fn is_whole_map(reader: &ChunkReader, at: &TableMapRef, bad: &Bad) -> Result<bool, OpsError> {
    let read = || -> Result<(), RepoError> {
        let map = TableMap::open(reader, at)?;
        map.sections.iter().flat_map(|section| map.pages(section)).try_for_each(|page| page.map(drop))
    };
    if !has_all(reader, &at.recipe, None, bad)? {
        return Ok(false);
    }
    match read() {
        Ok(()) => Ok(true),
        Err(error) if error.is_damage() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether a file can be restored.
fn is_whole_file(reader: &ChunkReader, entry: &Entry, bad: &Bad) -> Result<bool, OpsError> {
    if entry.kind != EntryKind::File {
        return Ok(true);
    }
    let none = Recipe::default();
    let has_content =
        has_all(reader, entry.content.as_ref().unwrap_or(&none), Some(entry.content_bytes()), bad)?;
    Ok(has_content && has_replay(reader, entry, bad)?)
}

/// Whether a compressed file has a replay recipe for its plaintext, or needs none.
fn has_replay(reader: &ChunkReader, entry: &Entry, bad: &Bad) -> Result<bool, OpsError> {
    let replay = entry.compressed.as_ref().and_then(|compressed| compressed.replay.as_ref());
    if let Some(Replay::Stored(records)) = replay {
        let records = Recipe { depth: 0, records: records.clone() };
        if !has_all(reader, &records, None, bad)? {
            return Ok(false);
        }
    }
    match rewriting::recipe(reader, entry) {
        Err(error) if error.is_damage() => Ok(false),
        other => Ok(other.map(|_| true)?),
    }
}

/// Whether a stream's chunks are there, as long as its recipe says, and together as long as it is known to be.
fn has_all(
    reader: &ChunkReader,
    recipe: &Recipe,
    stream_bytes: Option<u64>,
    bad: &Bad,
) -> Result<bool, OpsError> {
    let mut records = Records::new(reader, recipe);
    let mut bytes = 0_u64;
    loop {
        let record = match records.next_record() {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(stream_bytes.is_none_or(|wanted| wanted == bytes)),
            Err(error) if error.is_damage() => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        bytes = bytes.saturating_add(u64::from(record.bytes));
        if record.is_hole() {
            continue;
        }
        if !has(reader, &record, bad)? {
            return Ok(false);
        }
    }
}

/// Whether a chunk is there, as long as its recipe says.
pub(super) fn has(reader: &ChunkReader, record: &Record, bad: &Bad) -> Result<bool, OpsError> {
    let location = match reader.locate(&record.id) {
        Ok(location) => location,
        Err(RepoError::Missing { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let chain = bad.chain(reader, (location.pack, location.region), 0)?;
    if location.bytes != record.bytes || chain == Chain::Lost {
        return Ok(false);
    }
    if chain == Chain::Sound {
        return Ok(true);
    }
    match reader.chunk(&record.id) {
        Ok(_) => Ok(true),
        Err(error) if error.is_damage() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
