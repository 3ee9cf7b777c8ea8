//! `restore`: entries of a snapshot into a directory.
//!
//! First pass: directories are made, files planned and filled, window by window, each region read once a window in pack order by all
//! cores. Second pass, when all content is there: links and special files, then the metadata of directories, deepest first.

mod fill;
mod finish;
mod replay;
mod selection;
mod verify;
mod window;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::base::{Observer, Phase, Progress, TreePath, Warning};
use crate::format::{Entry, EntryKind, Root};
use crate::repo::{ChunkReader, RepoError, Subject, Survivor, TreeReader};
use crate::target::{DirectoryTarget, MetadataLoss, Overwrite, Plan, TargetError};

use super::OpsError;
pub use selection::Selection;

use self::window::Window;

/// What a restore is told.
#[derive(Debug, Clone, Default)]
pub struct RestoreOptions {
    /// What is restored.
    pub selection: Selection,
    /// Nothing is written; the report says what would be.
    pub dry_run: bool,
    /// Files are read back and compared with the ids of their chunks.
    pub verify: bool,
    /// What lies in restored directories and not in the snapshot is removed.
    pub delete: bool,
    /// Compressed files that are stored as their plaintext are restored as that.
    pub decompressed: bool,
}

/// What a restore did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreReport {
    /// Regular files that were written.
    pub files: u64,
    /// Directories that were made or given their metadata.
    pub directories: u64,
    /// Links, pipes and devices.
    pub others: u64,
    /// Compressed files of which only the plaintext was kept, restored as that.
    pub plain_only: u64,
    /// Bytes of content written, holes not counted.
    pub bytes: u64,
    /// What was there and stayed.
    pub kept: u64,
    /// Paths that were removed, or would be.
    pub deleted: Vec<TreePath>,
    /// Files that could not be restored because the repository is damaged.
    pub damaged: Vec<TreePath>,
    /// Where parts of the tree could not be read: what the snapshot has from each of these paths on is not known, up to what was
    /// restored next. In order, each once.
    pub trees_damaged: Vec<TreePath>,
    /// Entries that could not be restored for a reason of the target.
    pub failed: u64,
    /// Files that were read back and are right.
    pub verified: u64,
    /// Files that were read back and are not.
    pub verify_failed: Vec<TreePath>,
}

/// One run: where from, where to, and what happened so far.
struct Restore<'a> {
    reader: &'a ChunkReader,
    root: Root,
    target: &'a DirectoryTarget,
    options: &'a RestoreOptions,
    observer: &'a dyn Observer,
    report: RestoreReport,
    /// The first name of files with several.
    links: HashMap<(u64, u64), TreePath>,
    /// The directory whose content is restored, if it is one of the snapshot.
    subtree: Option<Entry>,
    /// Whether plaintexts that go out under another name than their files have been told of.
    has_told: bool,
    items_done: u64,
    bytes_done: u64,
}

/// Restores what `options` select of the tree at `root` into `target`.
///
/// # Errors
/// [`OpsError::NoEntry`] if nothing has the path that was asked for; [`OpsError::Target`] if the target is full or cannot be written at
/// all; [`OpsError::Repo`] if the store fails or the root of the tree is damaged. Other damage and single files that cannot be written are told to `observer` and in the report.
pub fn run(
    reader: &ChunkReader,
    root: Root,
    target: &DirectoryTarget,
    options: &RestoreOptions,
    observer: &dyn Observer,
) -> Result<RestoreReport, OpsError> {
    if options.delete && options.selection.is_filtered() {
        return Err(OpsError::Request("--delete cannot be combined with --include or --exclude".into()));
    }
    let report = RestoreReport::default();
    let links = HashMap::new();
    let mut restore = Restore {
        reader,
        root,
        target,
        options,
        observer,
        report,
        links,
        subtree: None,
        has_told: false,
        items_done: 0,
        bytes_done: 0,
    };
    restore.first_pass()?;
    restore.has_told = true;
    restore.second_pass()?;
    if options.verify && !options.dry_run {
        restore.verify()?;
    }
    if !options.dry_run {
        target.finish()?;
    }
    Ok(restore.report)
}

impl<'a> Restore<'a> {
    /// Hands every selected entry and its place in the target to `each`; damaged nodes are noted and passed over.
    fn each_entry(
        &mut self,
        each: &mut dyn FnMut(&mut Self, &TreePath, Entry) -> Result<(), OpsError>,
    ) -> Result<(), OpsError> {
        let options = self.options;
        let mut entries = TreeReader::surviving(self.reader, self.root, options.selection.subtree.as_ref())?;
        let mut is_empty = true;
        while let Some(survivor) = entries.next_survivor()? {
            if self.observer.is_cancelled() {
                return Err(RepoError::Cancelled.into());
            }
            let entry = match survivor {
                Survivor::Entry(entry) => entry,
                Survivor::Damage { from, .. } if options.selection.ends_before(&from) => break,
                Survivor::Damage { from, error } => {
                    self.tree_damaged(from, &error);
                    continue;
                }
            };
            if options.selection.is_past(&entry.path) {
                break;
            }
            is_empty = false;
            let Some(at) = options.selection.place(&entry)? else {
                self.subtree.get_or_insert(entry);
                continue;
            };
            let (at, entry) = self.as_it_goes_out(at, entry)?;
            each(self, &at, entry)?;
        }
        match &options.selection.subtree {
            Some(subtree) if is_empty && self.report.trees_damaged.is_empty() => {
                Err(OpsError::NoEntry { path: subtree.to_string(), snapshot: "the snapshot".into() })
            }
            _ => Ok(()),
        }
    }

    fn first_pass(&mut self) -> Result<(), OpsError> {
        let mut window = Window::default();
        self.each_entry(&mut |restore, at, entry| match entry.kind {
            EntryKind::Directory => restore.directory(at, &entry),
            EntryKind::File => restore.file(at, entry, &mut window),
            _ => Ok(()),
        })?;
        self.fill(&mut window)
    }

    fn directory(&mut self, at: &TreePath, entry: &Entry) -> Result<(), OpsError> {
        if !self.options.selection.is_chosen(entry) {
            return Ok(());
        }
        if let Some(plan) = self.plan(at, entry)?
            && !self.options.dry_run
        {
            let made = self.target.directory(at, entry, plan);
            self.tolerate(made)?;
        }
        Ok(())
    }

    fn file(&mut self, at: &TreePath, entry: Entry, window: &mut Window) -> Result<(), OpsError> {
        if !self.options.selection.is_chosen(&entry) {
            return Ok(());
        }
        let key = (entry.device, entry.inode);
        if entry.links > 1 && self.links.contains_key(&key) {
            return Ok(());
        }
        self.items_done += 1;
        let Some(plan) = self.plan(at, &entry)? else { return Ok(()) };
        // What was there and is kept unseen may be another file: the next name is restored by itself then.
        let is_seen = plan != Plan::Keep || self.target.options().overwrite != Overwrite::Never;
        if entry.links > 1 && is_seen {
            self.links.insert(key, at.clone());
        }
        if plan == Plan::Keep {
            self.report.kept += 1;
            self.bytes_done += entry.size;
            return Ok(());
        }
        if self.options.dry_run {
            self.report.files += 1;
            self.report.bytes += entry.size;
            return Ok(());
        }
        self.queue(at, entry, plan, window)
    }

    /// What happens at a place; `None`, after a warning, if nothing can.
    fn plan(&mut self, at: &TreePath, entry: &Entry) -> Result<Option<Plan>, OpsError> {
        let plan = self.target.plan(at, entry);
        self.tolerate(plan)
    }

    /// An error about one place is a warning; one about the whole target ends the run.
    fn tolerate<T>(&mut self, outcome: Result<T, TargetError>) -> Result<Option<T>, OpsError> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(error @ (TargetError::NoSpace { .. } | TargetError::Root { .. })) => Err(error.into()),
            Err(error) => {
                self.report.failed += 1;
                self.observer.warning(Warning { subject: "restore".into(), message: error.to_string() });
                Ok(None)
            }
        }
    }

    fn lost(&self, losses: &[MetadataLoss]) {
        warn_of(losses, self.observer);
    }

    fn damaged(&mut self, at: &TreePath, reason: &dyn std::fmt::Display) {
        self.observer
            .warning(Warning { subject: at.to_string(), message: format!("not restored: {reason}") });
        self.report.damaged.push(at.clone());
    }

    /// Notes a part of the tree that cannot be read, once for all passes.
    fn tree_damaged(&mut self, from: TreePath, reason: &dyn std::fmt::Display) {
        if let Err(at) = self.report.trees_damaged.binary_search(&from) {
            let message = format!("the tree cannot be read from here on: {reason}");
            self.observer.warning(Warning { subject: from.to_string(), message });
            self.report.trees_damaged.insert(at, from);
        }
    }

    fn progress(&self, current: Option<&TreePath>) {
        self.observer.progress(&Progress {
            phase: Phase::Restore,
            items_done: self.items_done,
            items_total: None,
            bytes_done: self.bytes_done,
            bytes_total: self.options.selection.bytes_total,
            current,
        });
    }
}

fn warn_of(losses: &[MetadataLoss], observer: &dyn Observer) {
    for loss in losses {
        observer.warning(Warning { subject: "metadata".into(), message: loss.to_string() });
    }
}

/// Damage of one file, told apart from a store that fails.
fn is_damage(error: &RepoError) -> bool {
    error.is_damage() || matches!(error, RepoError::Damaged { subject: Subject::Chunk(_), .. })
}
