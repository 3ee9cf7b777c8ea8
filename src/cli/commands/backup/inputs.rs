//! What is saved, from the arguments.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::base::{TreePath, escape};
use crate::cli::error::CliError;
use crate::ops::backup::Input;
use crate::process::Command;

/// The inputs of a backup. A command that prints nothing for so many seconds is ended.
pub fn of(
    paths: &[PathBuf],
    stdin: Option<&OsStr>,
    commands: &[OsString],
    idle_seconds: u64,
) -> Result<Vec<Input>, CliError> {
    let mut inputs: Vec<Input> = paths.iter().cloned().map(Input::Path).collect();
    if let Some(name) = stdin {
        inputs.push(Input::Stream { path: name_of(name.as_bytes())?, reader: Box::new(Stdin) });
    }
    for command in commands {
        inputs.push(command_of(command.as_bytes(), idle_seconds)?);
    }
    Ok(inputs)
}

/// The command's text is never part of an error: it may hold a secret.
fn command_of(argument: &[u8], idle_seconds: u64) -> Result<Input, CliError> {
    let equals = argument.iter().position(|byte| *byte == b'=');
    let Some((name, [_, command @ ..])) = equals.and_then(|at| argument.split_at_checked(at)) else {
        return Err(CliError::Usage("a --command has no NAME= before the command".into()));
    };
    let path = name_of(name)?;
    let shell_command = std::str::from_utf8(command).unwrap_or_default();
    if shell_command.trim().is_empty() {
        return Err(CliError::Usage(format!("the --command of {path} is empty or not UTF-8")));
    }
    let idle_ms_max = Some(idle_seconds.saturating_mul(1000));
    let command = Command::shell(path.to_string(), shell_command, idle_ms_max);
    Ok(Input::Command { path, command })
}

/// A leading slash means nothing.
pub fn name_of(name: &[u8]) -> Result<TreePath, CliError> {
    let slashes = name.iter().take_while(|byte| **byte == b'/').count();
    TreePath::new(name.get(slashes..).unwrap_or_default()).map_err(|error| {
        CliError::Usage(format!("no name for a file in a snapshot: '{}' ({error})", escape(name)))
    })
}

/// Standard input. Whoever reads it hears several times a second that nothing came, and may look whether to go on.
struct Stdin;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let stdin = io::stdin();
        let wait = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&wait)) {
            Ok(0) | Err(Errno::INTR) => Err(io::ErrorKind::Interrupted.into()),
            Ok(_) => Ok(rustix::io::read(&stdin, buffer)?),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_a_name_is_refused_and_not_repeated() {
        for argument in ["mysqldump -psecret shop", "=echo secret", "a/../b=echo secret", "a.sql= "] {
            let error = command_of(argument.as_bytes(), 1).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_first_equals_sign_parts_name_and_command() {
        let input = command_of(b"/dumps/a.sql=mysqldump --where=x=1", 2).unwrap();
        let Input::Command { path, command } = input else { panic!("{input:?}") };
        assert_eq!(path.as_bytes(), b"dumps/a.sql");
        assert_eq!(command.run, crate::process::Run::Shell("mysqldump --where=x=1".into()));
        assert_eq!(command.idle_ms_max, Some(2000));
    }
}
