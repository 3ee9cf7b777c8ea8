//! What a backup is told.

use super::{GzipMode, Hooks, ParentChoice};
use crate::base::Timestamp;
use crate::codec::Compression;
use crate::source::SourceOptions;

/// What a backup is told.
#[derive(Debug, Clone)]
pub struct BackupOptions {
    /// The host the snapshot is of.
    pub host: String,
    /// The user who runs it.
    pub user: String,
    /// Free words.
    pub tags: Vec<String>,
    /// A sentence.
    pub description: Option<String>,
    /// The time the snapshot stands for, if it is not `now`.
    pub time: Option<Timestamp>,
    /// When the run starts.
    pub now: Timestamp,
    /// Name and version of the program.
    pub program: String,
    /// How new data is compressed.
    pub compression: Compression,
    /// What is kept of compressed dumps and archives.
    pub gzip: GzipMode,
    /// Nothing is written; everything is read and counted.
    pub dry_run: bool,
    /// Which snapshot unchanged files are recognised by.
    pub parent: ParentChoice,
    /// The greatest sequence number that this machine has seen, where the repository may have gone back in time; else 0.
    pub sequence_seen: u64,
    /// What a walk leaves out.
    pub source: SourceOptions,
    /// Whether the source is counted first, so that progress knows the whole.
    pub scan: bool,
    /// Commands that run before and after. A dry run runs neither.
    pub hooks: Hooks,
}

impl BackupOptions {
    /// A snapshot of `host` by `user`, at `now`, and nothing else asked for.
    pub fn new(host: &str, user: &str, program: &str, now: Timestamp) -> Self {
        Self {
            host: host.into(),
            user: user.into(),
            tags: vec![],
            description: None,
            time: None,
            now,
            program: program.into(),
            compression: Compression::default(),
            gzip: GzipMode::default(),
            dry_run: false,
            parent: ParentChoice::Newest,
            sequence_seen: 0,
            source: SourceOptions::default(),
            scan: false,
            hooks: Hooks::default(),
        }
    }
}
