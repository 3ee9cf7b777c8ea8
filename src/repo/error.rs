//! What may be wrong with a repository. An error of a source is another type on purpose: it can never end up here.

use crate::backend::BackendError;
use crate::base::{ChunkId, SnapshotId};
use crate::codec::CodecError;
use crate::crypto::CryptoError;
use crate::format::FormatError;
use crate::index::IndexError;

/// The object of a repository that an error is about, as people name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The object `config`.
    Config,
    /// A key slot, by name.
    KeySlot(String),
    /// A pack, by id.
    Pack(crate::base::PackId),
    /// An index object, by id.
    Index(crate::base::ObjectId),
    /// A snapshot's manifest, by id.
    Snapshot(SnapshotId),
    /// A node of a tree or part of a recipe.
    Chunk(ChunkId),
    /// An object of another kind, by name.
    Object(String),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config => f.write_str("config"),
            Self::KeySlot(name) => write!(f, "key slot {name}"),
            Self::Pack(id) => write!(f, "pack {}", id.short()),
            Self::Index(id) => write!(f, "index object {}", id.short()),
            Self::Snapshot(id) => write!(f, "snapshot {}", id.short()),
            Self::Chunk(id) => write!(f, "chunk {}", id.short()),
            Self::Object(name) => f.write_str(name),
        }
    }
}

/// Why something of a repository cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    /// There is no repository at this place.
    #[error("no repository at {location}")]
    NoRepository {
        /// The place.
        location: String,
    },
    /// There is one already.
    #[error("there is a repository at {location} already")]
    AlreadyThere {
        /// The place.
        location: String,
    },
    /// A recovery kit of another repository.
    #[error("the recovery kit is of repository {}, and {location} is another one", wanted.short())]
    OtherRepository {
        /// Where the repository is.
        location: String,
        /// Which one the kit opens.
        wanted: crate::base::RepositoryId,
    },
    /// No key slot opens with this password.
    #[error("the password opens no key slot of {location} ({slots} tried)")]
    WrongPassword {
        /// The place.
        location: String,
        /// How many slots were tried.
        slots: usize,
    },
    /// There is no key slot, or none that is whole.
    #[error("no key slot of {location} can be read{}", named(damaged))]
    NoKeySlot {
        /// The place.
        location: String,
        /// Names of those that are damaged.
        damaged: Vec<String>,
    },
    /// Taking the slot away would leave none.
    #[error("key slot {name} is the last one")]
    LastKeySlot {
        /// The slot.
        name: String,
    },
    /// The slot that opened the repository is not taken away: it is the only one that is proven.
    #[error("key slot {name} is the one the repository was opened with")]
    KeySlotInUse {
        /// Its short id.
        name: String,
    },
    /// No slot, or more than one, has an id that starts so.
    #[error("{found} key slots start with {prefix:?}")]
    KeySlotNotUnique {
        /// What was asked for.
        prefix: String,
        /// How many there are.
        found: usize,
    },
    /// The repository needs a newer program.
    #[error("repository {location} needs version {needed} of the format; this program knows {known}")]
    Newer {
        /// The place.
        location: String,
        /// The version it needs.
        needed: u16,
        /// The version this program knows.
        known: u16,
    },
    /// An object is not what was written.
    #[error("{subject} is damaged: {reason}")]
    Damaged {
        /// Which object.
        subject: Subject,
        /// How that is known.
        reason: String,
    },
    /// An object that must be there is not.
    #[error("{subject} is missing")]
    Missing {
        /// Which object.
        subject: Subject,
    },
    /// Data could not be made ready for writing.
    #[error("cannot write: {0}")]
    Encode(String),
    /// What was sealed did not open to what went in: memory or the processor is bad. Nothing was published.
    #[error("a region did not come back as it went in")]
    Verification,
    /// The run was asked to end.
    #[error("cancelled")]
    Cancelled,
    /// The store refuses.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The index in the cache refuses.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Secrets cannot be made or opened.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl RepoError {
    /// The subject is not what was written, and this is how that is known.
    pub fn damaged(subject: Subject, reason: impl std::fmt::Display) -> Self {
        Self::Damaged { subject, reason: reason.to_string() }
    }

    /// Whether the store is full.
    pub const fn is_no_space(&self) -> bool {
        matches!(self, Self::Backend(error) if error.is_no_space())
    }

    /// Whether it tells of damage or loss in the repository itself, so that a check goes on and notes it.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Missing { .. })
    }
}

/// Of what is written: a value that the format has no room for.
impl From<FormatError> for RepoError {
    fn from(error: FormatError) -> Self {
        Self::Encode(error.to_string())
    }
}

/// Of what is written: what is read is told with its subject.
impl From<CodecError> for RepoError {
    fn from(error: CodecError) -> Self {
        Self::Encode(error.to_string())
    }
}

/// ` (damaged: 719ccd6b)`, or nothing.
fn named(damaged: &[String]) -> String {
    if damaged.is_empty() { String::new() } else { format!(" (damaged: {})", damaged.join(", ")) }
}
