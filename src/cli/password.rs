//! Passwords: from a file, a command, the environment or a prompt, and never from an argument.

use std::io::IsTerminal;
use std::path::Path;

use zeroize::Zeroizing;

use super::args::Global;
use super::error::CliError;

/// A password's bytes, wiped when dropped.
pub type Password = Zeroizing<Vec<u8>>;

/// The password of an existing repository.
pub fn current(global: &Global) -> Result<Password, CliError> {
    match stated(global.password_file.as_deref(), global.password_command.as_deref(), "STRONGROOM_PASSWORD")?
    {
        Some(password) => Ok(password),
        None => prompt("password: ", false),
    }
}

/// The password of a repository that is made now: asked for twice.
pub fn of_new_repository(global: &Global) -> Result<Password, CliError> {
    match stated(global.password_file.as_deref(), global.password_command.as_deref(), "STRONGROOM_PASSWORD")?
    {
        Some(password) => Ok(password),
        None => prompt("new password: ", true),
    }
}

/// A further password for a key slot.
pub fn further(file: Option<&Path>, command: Option<&str>) -> Result<Password, CliError> {
    match stated(file, command, "STRONGROOM_NEW_PASSWORD")? {
        Some(password) => Ok(password),
        None => prompt("password of the new slot: ", true),
    }
}

fn stated(file: Option<&Path>, command: Option<&str>, variable: &str) -> Result<Option<Password>, CliError> {
    let text = if let Some(file) = file {
        let read = std::fs::read(file);
        read.map_err(|error| CliError::Password(format!("password file {}: {error}", file.display())))?
    } else if let Some(command) = command {
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(command)
            .stderr(std::process::Stdio::inherit())
            .output();
        let output = output.map_err(|error| CliError::Password(format!("password command: {error}")))?;
        if !output.status.success() {
            return Err(CliError::Password(format!("password command ended with {}", output.status)));
        }
        output.stdout
    } else if let Some(value) = std::env::var_os(variable) {
        std::os::unix::ffi::OsStringExt::into_vec(value)
    } else {
        return Ok(None);
    };
    let text = Zeroizing::new(text);
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = first.strip_suffix(b"\r").unwrap_or(first);
    whole(first.to_vec()).map(Some)
}

fn prompt(text: &str, twice: bool) -> Result<Password, CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::Password("no password given, and no terminal to ask on".into()));
    }
    let ask = |text: &str| {
        let asked = rpassword::prompt_password(text);
        asked
            .map(|password| Zeroizing::new(password.into_bytes()))
            .map_err(|error| CliError::Password(error.to_string()))
    };
    let first = ask(text)?;
    if twice && *ask("once more: ")? != *first {
        return Err(CliError::Password("the two passwords differ".into()));
    }
    whole(first.to_vec())
}

fn whole(password: Vec<u8>) -> Result<Password, CliError> {
    let password = Zeroizing::new(password);
    if password.is_empty() { Err(CliError::Password("the password is empty".into())) } else { Ok(password) }
}
