//! Why a verb ended before its end. What happens to one file of a source is a warning and never ends up here.

use crate::base::PathError;
use crate::chunker::ChunkerError;
use crate::database::DatabaseError;
use crate::process::ProcessError;
use crate::repo::RepoError;
use crate::source::SourceError;
use crate::target::TargetError;

/// Why a verb could not be done.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// The repository or its store.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// What was asked for cannot be read at all.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A command cannot be run.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A database cannot be dumped or loaded.
    #[error(transparent)]
    Database(DatabaseError),
    /// A database has something in it, and nobody said that it may go.
    #[error("database {database} is not empty: {objects} tables and other objects")]
    Occupied {
        /// The database.
        database: String,
        /// How much is in it.
        objects: u64,
    },
    /// A dump that does not have all that it should have.
    #[error("the dump /{dump} is not whole: {why}")]
    DumpNotWhole {
        /// Its path, escaped.
        dump: String,
        /// What is missing.
        why: String,
    },
    /// The command that is to run before a backup did not succeed.
    #[error("the command before the backup failed: {how}")]
    Before {
        /// How it ended.
        how: String,
    },
    /// The place to restore to cannot be written.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The rules for what is kept cannot be meant.
    #[error(transparent)]
    Retention(#[from] crate::retention::RetentionError),
    /// A snapshot that is held was to be forgotten.
    #[error("snapshot {snapshot} is held by {by}{}", reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    Held {
        /// Which, short.
        snapshot: String,
        /// Who holds it.
        by: String,
        /// Why.
        reason: Option<String>,
    },
    /// Another prune or repair is at work.
    #[error("prune or repair is running on {host} (process {process}) since {}", since.local())]
    Pruning {
        /// On which host.
        host: String,
        /// Its process number there.
        process: u32,
        /// Since when.
        since: crate::base::Timestamp,
    },
    /// The run was suspended, and somebody else's work took away what it counted on.
    #[error("the repository was pruned while this run was suspended")]
    Overtaken,
    /// The repository's chunk sizes are not possible.
    #[error(transparent)]
    Chunker(#[from] ChunkerError),
    /// A name for the snapshot is not a path.
    #[error(transparent)]
    Path(#[from] PathError),
    /// No snapshot is meant by this name.
    #[error("no snapshot {name:?}{hint}")]
    NoSnapshot {
        /// What was asked for.
        name: String,
        /// What there is instead, in brackets, or nothing.
        hint: String,
    },
    /// The name may be that of a snapshot whose manifest cannot be read.
    #[error("{name} cannot be told: {damaged}")]
    Uncertain {
        /// What was asked for.
        name: String,
        /// Which manifest is damaged, and how that is known.
        damaged: String,
        /// The id of the snapshot that would be meant if the damaged one were not there.
        instead: Option<String>,
    },
    /// More than one snapshot has an id that starts so.
    #[error("{found} snapshots start with {prefix:?}")]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// How many there are.
        found: usize,
    },
    /// Nothing in the snapshot has this path.
    #[error("no {path} in snapshot {snapshot}")]
    NoEntry {
        /// The path, escaped.
        path: String,
        /// The snapshot, short.
        snapshot: String,
    },
    /// No dump in the snapshot has a table of this name.
    #[error("no table {name} in {place}")]
    NoTable {
        /// What was asked for, escaped.
        name: String,
        /// Where it was looked for.
        place: String,
        /// Tables with names like it.
        nearest: Vec<String>,
    },
    /// Several dumps have a table of this name.
    #[error("{name} is in {} dumps: {}", .dumps.len(), .dumps.join(", "))]
    SeveralDumps {
        /// What was asked for, escaped.
        name: String,
        /// The dumps' paths, escaped.
        dumps: Vec<String>,
    },
    /// The rows of a table cannot be read one by one.
    #[error("rows of {table}: {reason}")]
    Rows {
        /// The table.
        table: String,
        /// Why.
        reason: String,
    },
    /// No row is the one that was asked for.
    #[error("no row of {table} is so")]
    NoRows {
        /// The table.
        table: String,
    },
    /// What was asked for contradicts itself.
    #[error("{0}")]
    Request(String),
    /// Output cannot be written.
    #[error("cannot write {what}: {source}")]
    Output {
        /// What was to be written.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

impl From<DatabaseError> for OpsError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Cancelled => Self::Repo(RepoError::Cancelled),
            error => Self::Database(error),
        }
    }
}

/// Of a format that is written: what is read is told with its subject by the repository.
impl From<crate::format::FormatError> for OpsError {
    fn from(error: crate::format::FormatError) -> Self {
        Self::Repo(error.into())
    }
}
