//! What can go wrong with a command, besides the exit it makes itself.

use std::io;

/// Why a command did not run to its own end.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started.
    #[error("command {name:?} could not be started: {source}")]
    Spawn {
        /// The name of the command.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// How it ended could not be found out.
    #[error("command {name:?} could not be waited for: {source}")]
    Wait {
        /// The name of the command.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// It was killed because it did nothing for too long.
    #[error("command {name:?} was killed, it was idle for {idle_ms_max} ms")]
    Idle {
        /// The name of the command.
        name: String,
        /// The limit that was given.
        idle_ms_max: u64,
        /// What it last wrote to stderr, as [`super::Exit::stderr_tail`].
        stderr_tail: Vec<u8>,
    },
}
