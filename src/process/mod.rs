//! Floor 2: a command whose output, or whose input, is a stream. It runs in a process group of its own, which ends with its owner's
//! interest in it; its exit and the end of its stderr are told. What the stream means is not known here.

mod error;
mod feeding;
mod guard;
mod running;
mod secret;
mod stderr;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

pub use error::ProcessError;
pub use feeding::{Feeding, feed};
pub use guard::Guard;
pub use running::{Exit, Running};
pub use secret::SecretFile;

/// Variables of the environment that start with one of these are not given to a command.
const SECRET_PREFIXES: [&[u8]; 2] = [b"STRONGROOM_PASSWORD", b"STRONGROOM_NEW_PASSWORD"];

/// Whether a process of this machine is there; one that cannot be asked is.
pub fn is_alive(process: u32) -> bool {
    let pid = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

/// A command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What people call it; errors name it and never the command itself, which may hold a secret of its author.
    pub name: String,
    /// What is run.
    pub run: Run,
    /// The command is killed when it brings no byte, or does not exit after its last, for this long.
    pub idle_ms_max: Option<u64>,
}

/// What a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// What `sh -c` runs.
    Shell(String),
    /// A program without a shell between.
    Program(Program),
}

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// Its name, looked for in `PATH`, or its path.
    pub program: OsString,
    /// Its arguments. Everybody on the machine can read them.
    pub arguments: Vec<OsString>,
    /// Variables it is given beside the inherited ones.
    pub environment: Vec<(OsString, OsString)>,
    /// Variables it does not inherit.
    pub not_inherited: Vec<OsString>,
}

impl Command {
    /// A command for `sh -c`.
    pub fn shell(name: impl Into<String>, command: impl Into<String>, idle_ms_max: Option<u64>) -> Self {
        Self { name: name.into(), run: Run::Shell(command.into()), idle_ms_max }
    }

    /// What starts it: in a process group of its own, and without the password of a repository in its environment.
    fn to_start(&self) -> std::process::Command {
        let mut command = match &self.run {
            Run::Shell(text) => {
                let mut shell = std::process::Command::new("sh");
                shell.arg("-c").arg(text);
                shell
            }
            Run::Program(program) => {
                let mut command = std::process::Command::new(&program.program);
                command.args(&program.arguments);
                for name in &program.not_inherited {
                    command.env_remove(name);
                }
                command.envs(program.environment.iter().map(|(name, value)| (name, value)));
                command
            }
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(name)) {
            command.env_remove(name);
        }
        command.process_group(0);
        command
    }
}

/// The command runs in a process group of its own, without input and without the password of a repository in its
/// environment.
///
/// # Errors
/// [`ProcessError::Spawn`].
pub fn spawn(command: &Command) -> Result<Running, ProcessError> {
    let mut start = command.to_start();
    start.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let spawned = |source| ProcessError::Spawn { name: command.name.clone(), source };
    Running::new(start.spawn().map_err(spawned)?, command).map_err(spawned)
}

fn is_secret(variable: &OsStr) -> bool {
    SECRET_PREFIXES.iter().any(|prefix| variable.as_bytes().starts_with(prefix))
}
