//! The progress seam: ops tell an observer what they do; what becomes of it (a bar, lines, JSON, nothing) is not their matter.

use super::TreePath;

/// What a run is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Counting what is there to do.
    Scan,
    /// Reading, chunking and storing.
    Backup,
    /// Writing files out of a snapshot.
    Restore,
    /// Reading and verifying the repository.
    Check,
    /// Finding out what is needed, and copying it.
    Prune,
    /// Bringing the index in the cache up to date.
    Index,
}

/// How far a run has come. Counts only grow within a phase.
#[derive(Debug, Clone)]
pub struct Progress<'a> {
    /// What is being done.
    pub phase: Phase,
    /// Entries (backup, restore) or objects (check, index) done.
    pub items_done: u64,
    /// How many there are, where that is known.
    pub items_total: Option<u64>,
    /// Bytes done: of content in backup and restore, of stored objects in check and index.
    pub bytes_done: u64,
    /// How many there are, where that is known.
    pub bytes_total: Option<u64>,
    /// What is being worked on.
    pub current: Option<&'a TreePath>,
}

/// Something that did not stop the run and that its owner should know. Turns exit code 0 into 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file or object it is about, escaped for a terminal.
    pub subject: String,
    /// What happened, lower case, no full stop.
    pub message: String,
}

/// Is told what happens, from any thread, and asked whether to go on.
pub trait Observer: Send + Sync {
    /// Takes note of how far the run has come. Called often; must be cheap.
    fn progress(&self, progress: &Progress<'_>);

    /// Takes note of a warning.
    fn warning(&self, warning: Warning);

    /// Whether the run shall end as soon as it safely can.
    fn is_cancelled(&self) -> bool;
}

/// An observer that listens to nothing and never cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: &Progress<'_>) {}
    fn warning(&self, _: Warning) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}
