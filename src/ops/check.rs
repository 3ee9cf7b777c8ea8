//! `check`: is everything there that a snapshot needs, and, when data is read, is it what it was.
//!
//! It goes on after damage, says what it did not look at, and names the snapshots and files that lose something.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use super::OpsError;
use crate::base::{ChunkId, Observer, PackId, Phase, Progress, SnapshotId, TreePath};
use crate::format::{Entry, Items, Manifest, Root, decode_node};
use crate::repo::{ChunkReader, PackScan, Records, RepoError, Repository, Subject, TreeReader};

/// What a check is told.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CheckOptions {
    /// Which part of the packs is read whole: 0.0 none, 1.0 all.
    pub read_data: f64,
    /// Chooses the packs of a part; another number another part.
    pub seed: u64,
}

/// A snapshot that loses something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Which snapshot.
    pub snapshot: SnapshotId,
    /// Files that cannot be restored whole.
    pub files: Vec<TreePath>,
    /// Whether part of the tree cannot be read, so that more may be lost.
    pub is_tree_damaged: bool,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Everything that is wrong, one line each.
    pub errors: Vec<String>,
    /// What is odd and loses nothing.
    pub notes: Vec<String>,
    /// The snapshots that lose something.
    pub losses: Vec<Loss>,
    /// Snapshots that were looked at.
    pub snapshots: usize,
    /// Packs there are.
    pub packs: usize,
    /// Packs that were read whole.
    pub packs_read: usize,
    /// Bytes of packs there are.
    pub bytes: u64,
    /// Bytes of packs that were read.
    pub bytes_read: u64,
}

impl CheckReport {
    /// The part of all packs' bytes that was read: 0.0 to 1.0. An empty repository is covered.
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn coverage(&self) -> f64 {
        if self.bytes == 0 { 1.0 } else { self.bytes_read as f64 / self.bytes as f64 }
    }
}

/// Checks a repository.
///
/// # Errors
/// Only those of a failing store or cache; damage is in the report.
pub fn run(
    repo: &Repository,
    cache: &Path,
    options: &CheckOptions,
    observer: &dyn Observer,
) -> Result<CheckReport, OpsError> {
    let mut report = CheckReport::default();
    for slot in repo.key_slots()?.iter().filter(|slot| slot.cost.is_none()) {
        report.errors.push(format!("key slot {} is damaged", slot.id.short()));
    }
    let snapshots = repo.snapshots()?;
    for (id, error) in &snapshots.unreadable {
        report.errors.push(error.to_string());
        report.losses.push(Loss { snapshot: *id, files: vec![], is_tree_damaged: true });
    }
    let state = repo.open_index(cache, observer)?;
    let unreadable = state.damaged.iter().chain(&state.packs_unreadable);
    report.errors.extend(unreadable.map(ToString::to_string));
    report.errors.extend(state.packs_missing.iter().map(|id| format!("pack {} is missing", id.short())));
    if !state.packs_adopted.is_empty() {
        let count = state.packs_adopted.len();
        report.notes.push(format!("{count} packs stand in no index object; the next backup gives them one"));
    }
    let reader = ChunkReader::new(repo, state.index.view());
    let mut bad = Bad::default();
    check_packs(repo, &reader, &state.index.view(), options, observer, &mut report, &mut bad)?;
    report.snapshots = snapshots.whole.len();
    check_snapshots(&reader, &snapshots.whole, &bad, observer, &mut report)?;
    Ok(report)
}

/// What cannot be relied on.
#[derive(Debug, Default)]
struct Bad {
    /// Regions by the index's number of their pack.
    regions: HashSet<(u32, u32)>,
    /// Whole packs.
    packs: HashSet<u32>,
}

impl Bad {
    fn is_empty(&self) -> bool {
        self.regions.is_empty() && self.packs.is_empty()
    }
}

fn check_packs(
    repo: &Repository,
    reader: &ChunkReader,
    index: &crate::index::IndexView,
    options: &CheckOptions,
    observer: &dyn Observer,
    report: &mut CheckReport,
    bad: &mut Bad,
) -> Result<(), OpsError> {
    let numbers: BTreeMap<PackId, u32> = index.packs().map_err(RepoError::from)?.into_iter().collect();
    let packs = repo.packs()?;
    report.packs = packs.len();
    report.bytes = packs.iter().map(|(_, bytes)| bytes).sum();
    let mut to_read = vec![];
    for (id, bytes) in &packs {
        if let Some(number) = numbers.get(id) {
            let told = index.pack(*number).map_err(RepoError::from)?.bytes;
            if told != *bytes {
                report
                    .errors
                    .push(format!("pack {} is damaged: it has {bytes} bytes and not {told}", id.short()));
                bad.packs.insert(*number);
            }
        }
        if is_chosen(id, options) {
            to_read.push((*id, *bytes));
        }
    }
    let bytes_total: u64 = to_read.iter().map(|(_, bytes)| bytes).sum();
    let done = Mutex::new((0_u64, 0_u64));
    let scans: Vec<Result<(PackId, PackScan), RepoError>> = to_read
        .par_iter()
        .map(|(id, _)| {
            if observer.is_cancelled() {
                return Err(RepoError::Cancelled);
            }
            let scan = repo.scan_pack(*id, reader)?;
            let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *done = (done.0 + 1, done.1 + scan.bytes);
            observer.progress(&Progress {
                phase: Phase::Check,
                items_done: done.0,
                items_total: Some(to_read.len() as u64),
                bytes_done: done.1,
                bytes_total: Some(bytes_total),
                current: None,
            });
            Ok((*id, scan))
        })
        .collect();
    for scan in scans {
        let (id, scan) = scan?;
        report.packs_read += 1;
        report.bytes_read += scan.bytes;
        report.errors.extend(scan.damage.iter().map(ToString::to_string));
        let Some(number) = numbers.get(&id) else { continue };
        bad.regions.extend(scan.regions_damaged.iter().map(|region| (*number, *region)));
        if scan.contents.is_none() {
            // Its table of contents is gone; the regions may be whole, and are looked at one by one when a file needs them.
            bad.packs.insert(*number);
        }
    }
    Ok(())
}

/// Whether a pack belongs to the part that is read.
fn is_chosen(id: &PackId, options: &CheckOptions) -> bool {
    if options.read_data >= 1.0 {
        return true;
    }
    let hash = blake3::Hasher::new().update(&options.seed.to_le_bytes()).update(id.as_bytes()).finalize();
    let [a, b, c, d, ..] = *hash.as_bytes();
    f64::from(u32::from_le_bytes([a, b, c, d])) < options.read_data * f64::from(u32::MAX)
}

fn check_snapshots(
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
