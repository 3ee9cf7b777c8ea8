//! `check`: is everything there that a snapshot needs, and, when data is read, is it what it was.
//!
//! It goes on after damage, says what it did not look at, and names the snapshots and files that lose something.

mod packs;
mod snapshots;
mod tables;
mod verified;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::OpsError;
use crate::base::limits::DELTA_DEPTH_ACCEPTED;
use crate::base::{Observer, PackId, SnapshotId, Timestamp, TreePath, escape, units};
use crate::repo::{ChunkReader, Repository};
pub use verified::{Freshness, Verified};

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
    /// Where those parts begin: the first path in each node that cannot be read or is not in order. Empty if that is the whole tree.
    pub trees_damaged: Vec<TreePath>,
    /// Paths of dumps whose table map cannot be read: the files are whole, their tables are not found.
    pub maps: Vec<Vec<u8>>,
    /// Tables of dumps among these files that lie in what is lost.
    pub tables: Vec<LostTable>,
}

/// A table of which something is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostTable {
    /// The dump it is in.
    pub dump: TreePath,
    /// Its name, with its schema or database, escaped.
    pub name: String,
}

impl Loss {
    /// What is written down of it.
    pub fn to_record(&self, now: Timestamp) -> crate::format::Loss {
        crate::format::Loss {
            snapshot: self.snapshot,
            time: now,
            is_tree_damaged: self.is_tree_damaged,
            files: self.files.len() as u64,
            paths: self.files.iter().take(100).map(|path| path.as_bytes().to_vec()).collect(),
            maps: self.maps.iter().take(100).cloned().collect(),
        }
    }

    /// Nothing, of this snapshot.
    pub fn none(snapshot: SnapshotId) -> Self {
        let (files, trees_damaged, maps, tables) = (vec![], vec![], vec![], vec![]);
        Self { snapshot, files, is_tree_damaged: false, trees_damaged, maps, tables }
    }

    /// What is lost in one line; `None` if nothing is.
    fn line(&self) -> Option<String> {
        let mut parts = vec![];
        if !self.files.is_empty() {
            parts.push(units::counted(self.files.len() as u64, "file", "files"));
        }
        match self.tables.as_slice() {
            [] => {}
            [table] => parts.push(format!("rows of table {}", table.name)),
            [table, ..] => {
                parts.push(format!("rows of {} tables, the first {}", self.tables.len(), table.name))
            }
        }
        match self.trees_damaged.as_slice() {
            [] if self.is_tree_damaged => parts.push("its whole tree".into()),
            [] => {}
            [from] => parts.push(format!("part of its tree, from /{from} on")),
            [from, ..] => {
                let count = self.trees_damaged.len();
                parts.push(format!("{count} parts of its tree, the first from /{from} on"));
            }
        }
        match self.maps.as_slice() {
            [] => {}
            [dump] => parts.push(format!("the table map of /{}", escape(dump))),
            [dump, ..] => {
                parts.push(format!("{} table maps, the first of /{}", self.maps.len(), escape(dump)))
            }
        }
        let what = parts.join(" and ");
        (!what.is_empty()).then(|| format!("snapshot {} loses {what}", self.snapshot.short()))
    }
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
    /// The packs there are, with their lengths.
    pub all_packs: Vec<(PackId, u64)>,
    /// Those that were read and are whole.
    pub packs_whole: Vec<PackId>,
    /// Those that were read and are not.
    pub packs_damaged: Vec<PackId>,
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
    checked(repo, cache, &|packs| packs::by_seed(packs, options), observer)
}

/// Checks a repository and reads at least `share` of the bytes of its packs: those first that were verified longest ago.
///
/// # Errors
/// As [`run`].
pub fn run_next(
    repo: &Repository,
    cache: &Path,
    share: f64,
    verified: &Verified,
    now: Timestamp,
    observer: &dyn Observer,
) -> Result<CheckReport, OpsError> {
    checked(repo, cache, &|packs| verified.next(packs, share, now), observer)
}

/// Chooses the packs that are read.
type Choose<'c> = &'c dyn Fn(&[(PackId, u64)]) -> Vec<(PackId, u64)>;

fn checked(
    repo: &Repository,
    cache: &Path,
    choose: Choose<'_>,
    observer: &dyn Observer,
) -> Result<CheckReport, OpsError> {
    let mut report = CheckReport::default();
    for slot in repo.key_slots()?.iter().filter(|slot| slot.cost.is_none()) {
        report.errors.push(format!("key slot {} is damaged", slot.id.short()));
    }
    // Neither is needed by a snapshot; the next prune takes them away.
    let (leases, marks) = (repo.leases()?.damaged, repo.marks()?.damaged);
    report.errors.extend(leases.iter().chain(&marks).map(|(_, error)| error.to_string()));
    let snapshots = repo.snapshots()?;
    report.errors.extend(snapshots.forgettings_damaged.iter().map(ToString::to_string));
    if !snapshots.left_over.is_empty() {
        let count = units::counted(snapshots.left_over.len() as u64, "manifest", "manifests");
        report.notes.push(format!(
            "{count} of forgotten snapshots lie there; the next forget or prune takes them away"
        ));
    }
    let holds = repo.holds()?;
    report.errors.extend(holds.damaged.iter().map(|(_, error)| error.to_string()));
    for (id, error) in &snapshots.unreadable {
        report.errors.push(error.to_string());
        report.losses.push(Loss { is_tree_damaged: true, ..Loss::none(*id) });
    }
    report.errors.extend(repo.losses()?.unreadable.iter().map(|(_, error)| error.to_string()));
    let state = repo.open_index(cache, observer)?;
    let index = repo.check_index(&state)?;
    let unreadable = index.damaged.iter().chain(&state.packs_unreadable);
    report.errors.extend(unreadable.map(ToString::to_string));
    for id in &state.packs_missing {
        let is_lost = index.packs_lost.contains(id);
        let (list, rest) = if is_lost {
            (&mut report.errors, "")
        } else {
            (&mut report.notes, "; everything in it is also in other packs")
        };
        list.push(format!("pack {} is missing{rest}", id.short()));
    }
    if !state.packs_adopted.is_empty() {
        let count = state.packs_adopted.len() as u64;
        let packs = units::counted(count, "pack stands", "packs stand");
        report.notes.push(format!("{packs} in no index object; the next backup takes care of that"));
    }
    let reader = ChunkReader::new(repo, state.index.view());
    let mut bad = Bad::default();
    packs::check(repo, &reader, &state, choose, observer, &mut report, &mut bad)?;
    report.snapshots = snapshots.whole.len();
    snapshots::check(&reader, &snapshots.whole, &bad, observer, &mut report)?;
    Ok(report)
}

/// What cannot be relied on.
#[derive(Debug, Default)]
struct Bad {
    /// Regions by the index's number of their pack.
    regions: HashSet<(u32, u32)>,
    /// Whole packs.
    packs: HashSet<u32>,
    /// What was found out of regions, by the index's number of their pack and theirs.
    chains: RefCell<HashMap<(u32, u32), Chain>>,
}

/// What can be said of a region and all regions that it leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Chain {
    /// They are there.
    Sound,
    /// One lies in a pack that cannot be relied on: whether it is whole is seen when it is read.
    Doubtful,
    /// One is lost.
    Lost,
}

impl Bad {
    /// What can be said of a region; `links` is how many deltas led to it.
    fn chain(&self, reader: &ChunkReader, region: (u32, u32), links: u8) -> Result<Chain, OpsError> {
        if let Some(known) = self.chains.borrow().get(&region) {
            return Ok(*known);
        }
        let own = match region {
            _ if self.regions.contains(&region) || links > DELTA_DEPTH_ACCEPTED => Chain::Lost,
            (pack, _) if self.packs.contains(&pack) => Chain::Doubtful,
            _ => Chain::Sound,
        };
        let below = match own {
            Chain::Sound => self.below(reader, region, links)?,
            other => other,
        };
        self.chains.borrow_mut().insert(region, below);
        Ok(below)
    }

    fn below(&self, reader: &ChunkReader, (pack, number): (u32, u32), links: u8) -> Result<Chain, OpsError> {
        let bases = match reader.leans_on(pack, number) {
            Ok(bases) => bases,
            Err(error) if error.is_damage() => return Ok(Chain::Lost),
            Err(error) => return Err(error.into()),
        };
        let mut chain = Chain::Sound;
        for base in bases {
            chain = chain.max(self.chain(reader, base, links + 1)?);
        }
        Ok(chain)
    }
}
