//! Floor 2: a shell command whose output is a stream. It runs in a process group of its own, which ends with its owner's
//! interest in it; its exit and the end of its stderr are told. What the stream means is not known here.

mod error;
mod running;
mod stderr;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

pub use error::ProcessError;
pub use running::{Exit, Running};

/// Variables of the environment that start with one of these are not given to a command.
const SECRET_PREFIXES: [&[u8]; 2] = [b"STRONGROOM_PASSWORD", b"STRONGROOM_NEW_PASSWORD"];

/// A command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What people call it; errors name it and never the command itself, which may hold a secret of its author.
    pub name: String,
    /// What `sh -c` runs.
    pub shell_command: String,
    /// The command is killed when it brings no byte, or does not exit after its last, for this long.
    pub idle_ms_max: Option<u64>,
}

/// The command runs in a process group of its own, without input and without the password of a repository in its
/// environment.
///
/// # Errors
/// [`ProcessError::Spawn`].
pub fn spawn(command: &Command) -> Result<Running, ProcessError> {
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(&command.shell_command);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(name)) {
        shell.env_remove(name);
    }
    let spawned = |source| ProcessError::Spawn { name: command.name.clone(), source };
    Running::new(shell.spawn().map_err(spawned)?, command).map_err(spawned)
}

fn is_secret(variable: &OsStr) -> bool {
    SECRET_PREFIXES.iter().any(|prefix| variable.as_bytes().starts_with(prefix))
}
