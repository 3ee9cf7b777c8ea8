//! Why facts cannot be kept.

use std::io;
use std::path::PathBuf;

/// Why facts cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file or its directory refuses.
    #[error("state {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A name or a value that the file has no room for.
    #[error("state: {0:?} is no name and value")]
    Fact(String),
    /// More facts than a file may have.
    #[error("state: over {} bytes of facts", crate::base::limits::STATE_BYTES_MAX)]
    TooMany,
}
