//! `backup`: directories and streams into a new snapshot.
//!
//! One thread walks the source in tree order beside last night's tree and reads large files; the pool reads small files and hashes; this
//! thread takes everything in order, stores new chunks, writes recipes and the tree, and commits the manifest last.

mod advance;
mod consume;
mod costs;
mod dump;
mod gathered;
mod hash;
mod hooks;
mod lineage;
mod maps;
mod merge;
mod options;
mod parent;
mod produce;
mod scan;
mod secure;
mod step;
mod stream;
mod unpack;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use costs::TableSpent;
pub use hooks::Hooks;
pub use options::BackupOptions;
pub use parent::ParentChoice;
pub use unpack::{CompressedTally, GzipMode};

use self::advance::Totals;
use self::consume::Consumer;
use self::dump::Chunkers;
use self::hash::Workshop;
use self::lineage::Lineage;
use self::maps::{LastDumps, Maps};
use self::produce::Producer;
use self::step::Tally;
use super::OpsError;
use crate::base::{Observer, SnapshotId, Timestamp, TreePath, Warning};
use crate::database::DumpRequest;
use crate::format::{Component, ComponentKind, Manifest, Statistics, Status};
use crate::process::Command;
use crate::repo::{ChunkReader, RepoError, Repository, WriteOptions, Writer, Written};
use crate::source::{SourceOptions, Walk};

/// What is saved.
pub enum Input {
    /// A file or directory.
    Path(PathBuf),
    /// Standard input, or any other stream, as a file of this name.
    Stream {
        /// Where it lies in the snapshot.
        path: TreePath,
        /// Its bytes.
        reader: Box<dyn Read + Send>,
    },
    /// A command's output as a file of this name.
    Command {
        /// Where it lies in the snapshot.
        path: TreePath,
        /// What is run.
        command: Command,
    },
    /// A dump of a database as a file of this name.
    Database {
        /// Where it lies in the snapshot.
        path: TreePath,
        /// What is dumped.
        request: Box<DumpRequest>,
    },
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "Path({})", path.display()),
            Self::Stream { path, .. } => write!(f, "Stream({path})"),
            Self::Command { path, .. } => write!(f, "Command({path})"),
            Self::Database { path, .. } => write!(f, "Database({path})"),
        }
    }
}

/// What a backup did.
#[derive(Debug, Clone)]
pub struct BackupReport {
    /// The new snapshot; `None` after a dry run.
    pub snapshot: Option<SnapshotId>,
    /// Its manifest.
    pub manifest: Manifest,
    /// What the repository grew by.
    pub written: Written,
    /// Sockets, which no backup can hold.
    pub sockets_left_out: u64,
    /// Names that patterns or cache tags left out.
    pub excluded: u64,
    /// What became of compressed dumps and archives.
    pub compressed: CompressedTally,
    /// What tables of dumps cost, the dearest first.
    pub spent: Vec<TableSpent>,
}

/// Saves `inputs` in a new snapshot of `repo`, with the index in `cache`.
///
/// # Errors
/// [`OpsError`] for everything that ends the run; then there is no snapshot, and what was stored is used by the next run. What cannot
/// be read of the source is a warning to `observer`.
pub fn run(
    repo: &Repository,
    cache: &Path,
    inputs: Vec<Input>,
    options: &BackupOptions,
    observer: &dyn Observer,
) -> Result<BackupReport, OpsError> {
    if options.dry_run {
        return save(repo, cache, inputs, options, observer);
    }
    hooks::around(&options.hooks, observer, || save(repo, cache, inputs, options, observer))
}

fn save(
    repo: &Repository,
    cache: &Path,
    inputs: Vec<Input>,
    options: &BackupOptions,
    observer: &dyn Observer,
) -> Result<BackupReport, OpsError> {
    let lease = match options.dry_run {
        true => None,
        false => Some(secure::begin(repo, options)?),
    };
    let mut report = store(repo, cache, inputs, options, observer)?;
    if let Some(lease) = lease {
        let id = commit(repo, &mut report.manifest)?;
        secure::secure(repo, cache, (id, &report.manifest), lease, options, observer)?;
        report.snapshot = Some(id);
    }
    Ok(report)
}

/// Stores everything but the manifest.
fn store(
    repo: &Repository,
    cache: &Path,
    inputs: Vec<Input>,
    options: &BackupOptions,
    observer: &dyn Observer,
) -> Result<BackupReport, OpsError> {
    let mut components = components_of(&inputs)?;
    let (roots, streams) = stream::part(inputs, repo.keys(), &mut components)?;
    let snapshots = repo.snapshots()?;
    let mut state = match options.dry_run {
        true => repo.open_index(cache, observer)?,
        false => repo.open_index_for_writing(cache, observer)?,
    };
    let odd = state.packs_unreadable.iter().chain(&state.marks_damaged);
    for error in state.damaged.iter().map(|(_, error)| error).chain(odd) {
        observer.warning(Warning { subject: "repository".into(), message: error.to_string() });
    }
    if !options.dry_run {
        repo.keep_reserve(state.index.packs().map_err(RepoError::from)?.len() as u64)?;
    }
    let parent = parent::choose(&snapshots, options, &components);
    let avoided = state.avoided()?;
    let reader = Arc::new(ChunkReader::new(repo, state.index.view()).avoiding(avoided.clone()));
    let walk = open_walk(&roots, &options.source)?;
    let totals = Totals::default();
    if options.scan {
        scan::start(open_walk(&roots, &options.source)?, totals.clone());
    }
    let last_dumps = LastDumps::new(parent.as_ref().map(|(_, manifest)| manifest));
    let workshop = Workshop {
        keys: repo.keys().clone(),
        chunkers: Chunkers::new(repo.chunker()?),
        reader: reader.clone(),
        last_dumps,
        gzip: options.gzip,
    };
    let producer = Producer { workshop: Arc::new(workshop), walk, streams, now: options.now, observer };
    let write_options = WriteOptions { compression: options.compression, dry_run: options.dry_run };
    let writer = Writer::new(repo, &mut state.index, write_options)?.avoiding(avoided);
    let root = parent.as_ref().map(|(_, manifest)| manifest.root);
    let maps = Maps::new(repo.chunker()?, &reader, parent.as_ref().map(|(_, manifest)| manifest));
    let lineage = Lineage::new(&reader);
    let done = consume::run(Consumer::new(writer, maps, lineage, totals, observer), producer, &reader, root)?;
    let mut manifest = Manifest {
        sequence: snapshots.sequence.max(options.sequence_seen) + 1,
        time: options.time.unwrap_or(options.now),
        started: options.now,
        ended: Timestamp::from(std::time::SystemTime::now()),
        host: options.host.clone(),
        user: options.user.clone(),
        tags: options.tags.clone(),
        description: options.description.clone(),
        program: options.program.clone(),
        parent: parent.map(|(id, _)| id),
        status: Status::Complete,
        components,
        statistics: done.statistics,
        root: done.root,
        table_maps: done.table_maps,
        excludes: options.source.excludes.clone(),
        left_out: done.tally.left_out.iter().map(|path| path.as_bytes().to_vec()).collect(),
    };
    note_failures(&mut manifest, &done.not_whole);
    let Tally { excluded, sockets: sockets_left_out, .. } = done.tally;
    Ok(BackupReport {
        snapshot: None,
        manifest,
        written: done.written,
        sockets_left_out,
        excluded,
        compressed: done.compressed,
        spent: done.spent,
    })
}

/// Commits with a sequence number after every snapshot that is there now, also of writers that ran meanwhile.
fn commit(repo: &Repository, manifest: &mut Manifest) -> Result<SnapshotId, RepoError> {
    manifest.sequence = manifest.sequence.max(repo.snapshots()?.sequence + 1);
    repo.commit(manifest)
}

fn note_failures(manifest: &mut Manifest, failures: &[(TreePath, String)]) {
    for (path, reason) in failures {
        for component in manifest.components.iter_mut().filter(|component| component.path == path.as_bytes())
        {
            component.is_whole = false;
            let remarks = component.detail.take().map(|remarks| format!("; {remarks}"));
            component.detail = Some(format!("{reason}{}", remarks.unwrap_or_default()));
            manifest.status = Status::Partial;
        }
    }
}

fn components_of(inputs: &[Input]) -> Result<Vec<Component>, OpsError> {
    let component =
        |name: String, kind, path: Vec<u8>| Component { name, kind, path, is_whole: true, detail: None };
    inputs
        .iter()
        .map(|input| {
            Ok(match input {
                Input::Path(path) => {
                    let path = absolute(path)?;
                    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
                    let stored = bytes.strip_prefix(b"/").unwrap_or(bytes).to_vec();
                    component(crate::base::escape(bytes), ComponentKind::Path, stored)
                }
                Input::Stream { path, .. } => {
                    component(path.to_string(), ComponentKind::Stdin, path.as_bytes().to_vec())
                }
                Input::Command { path, command } => {
                    component(command.name.clone(), ComponentKind::Command, path.as_bytes().to_vec())
                }
                Input::Database { path, .. } => {
                    component(path.to_string(), ComponentKind::Database, path.as_bytes().to_vec())
                }
            })
        })
        .collect()
}

/// The absolute path, `.` and `..` taken away by name, links not followed: as the walk does it.
fn absolute(path: &Path) -> Result<PathBuf, OpsError> {
    let path = std::path::absolute(path)
        .map_err(|error| OpsError::Request(format!("{}: {error}", path.display())))?;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(out.pop()),
            std::path::Component::CurDir => {}
            part => out.push(part),
        }
    }
    Ok(out)
}

fn open_walk(roots: &[PathBuf], options: &SourceOptions) -> Result<Option<Walk>, OpsError> {
    Ok(if roots.is_empty() { None } else { Some(Walk::open(roots, options)?) })
}

/// Counts nothing twice: the statistics of an entry as it goes into the tree.
fn count(statistics: &mut Statistics, entry: &crate::format::Entry) {
    match entry.kind {
        crate::format::EntryKind::File => {
            statistics.files += 1;
            statistics.bytes = statistics.bytes.saturating_add(entry.size);
        }
        crate::format::EntryKind::Directory => statistics.directories += 1,
        _ => statistics.others += 1,
    }
}
