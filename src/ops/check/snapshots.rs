//! Snapshots: every node of their trees, and every chunk of every file looked up.

use std::collections::HashSet;

use super::{Bad, CheckReport, Loss};
use crate::base::{ChunkId, Observer, SnapshotId, TreePath};
use crate::format::{Entry, Items, Manifest, Root, decode_node};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, Records, RepoError, Subject, TreeReader};

/// Looks at all snapshots and names what those lose that need something bad.
pub fn check(
    reader: &ChunkReader,
    snapshots: &[(SnapshotId, Manifest)],
    bad: &Bad,
    observer: &dyn Observer,
    report: &mut CheckReport,
) -> Result<(), OpsError> {
    let mut sound = HashSet::new();
    for (id, manifest) in snapshots {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let root = manifest.root;
        let is_sound = bad.is_empty() && is_tree_sound(reader, root, &mut sound)?;
        if is_sound {
            continue;
        }
        let loss = name_losses(reader, *id, root, bad)?;
        if loss.is_tree_damaged || !loss.files.is_empty() {
            report.errors.push(format!("snapshot {} loses {} files", id.short(), loss.files.len()));
            report.losses.push(loss);
        }
    }
    Ok(())
}

/// Whether every node can be read and every chunk of every file is known; nodes in `sound` were looked at before.
fn is_tree_sound(reader: &ChunkReader, root: Root, sound: &mut HashSet<ChunkId>) -> Result<bool, OpsError> {
    let mut todo = vec![(root.id, root.level, None)];
    while let Some((id, level, first)) = todo.pop() {
        if !sound.insert(id) {
            continue;
        }
        let items = match reader.chunk(&id) {
            Ok(node) => decode_node(&node, level, first.as_ref()),
            Err(error) if error.is_damage() => return forget(sound, id),
            Err(error) => return Err(error.into()),
        };
        match items {
            Err(_) => return forget(sound, id),
            Ok(Items::Children(children)) => {
                todo.extend(children.into_iter().map(|child| (child.id, level - 1, Some(child.first))));
            }
            Ok(Items::Entries(entries)) => {
                for entry in &entries {
                    if !has_all(reader, entry, &Bad::default())? {
                        return forget(sound, id);
                    }
                }
            }
        }
    }
    Ok(true)
}

/// A tree that is not sound makes no node of it count as looked at: other snapshots name their own losses.
fn forget(sound: &mut HashSet<ChunkId>, _: ChunkId) -> Result<bool, OpsError> {
    sound.clear();
    Ok(false)
}

fn has_all(reader: &ChunkReader, entry: &Entry, bad: &Bad) -> Result<bool, OpsError> {
    let Some(recipe) = &entry.content else { return Ok(true) };
    let mut records = Records::new(reader, recipe);
    loop {
        let record = match records.next_record() {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(true),
            Err(error) if error.is_damage() => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if record.is_hole() {
            continue;
        }
        let location = match reader.locate(&record.id) {
            Ok(location) => location,
            Err(RepoError::Missing { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let is_doubtful = bad.packs.contains(&location.pack);
        if bad.regions.contains(&(location.pack, location.region)) {
            return Ok(false);
        }
        if is_doubtful {
            match reader.chunk(&record.id) {
                Ok(_) => {}
                Err(error) if error.is_damage() => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Every file of a snapshot that needs something bad.
fn name_losses(reader: &ChunkReader, id: SnapshotId, root: Root, bad: &Bad) -> Result<Loss, OpsError> {
    let mut loss = Loss { snapshot: id, files: vec![], is_tree_damaged: false };
    let entries = TreeReader::new(reader, root).and_then(|mut entries| {
        let mut next = || entries.next_entry();
        let mut all = vec![];
        while let Some(entry) = next()? {
            all.push(entry);
            if all.len() >= 1024 {
                note_losses(reader, &mut all, bad, &mut loss.files)?;
            }
        }
        note_losses(reader, &mut all, bad, &mut loss.files)
    });
    match entries {
        Ok(()) => Ok(loss),
        Err(error) if error.is_damage() => Ok(Loss { is_tree_damaged: true, ..loss }),
        Err(error) => Err(error.into()),
    }
}

fn note_losses(
    reader: &ChunkReader,
    entries: &mut Vec<Entry>,
    bad: &Bad,
    files: &mut Vec<TreePath>,
) -> Result<(), RepoError> {
    for entry in entries.drain(..) {
        match has_all(reader, &entry, bad) {
            Ok(true) => {}
            Ok(false) => files.push(entry.path),
            Err(OpsError::Repo(error)) => return Err(error),
            Err(error) => return Err(RepoError::damaged(Subject::Object(entry.path.to_string()), error)),
        }
    }
    Ok(())
}
