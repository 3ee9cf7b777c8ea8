//! Passwords: from a file, a command, the environment or the terminal, never from an argument, never shown.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use super::args::Global;
use super::signals::Cancel;
use crate::base::{RepositoryId, escape};
use crate::crypto::MasterKey;
use crate::format::recovery;

/// The longest password that is read, in bytes.
const PASSWORD_BYTES_MAX: u64 = 64 * 1024;

/// A password, wiped when it is dropped.
pub type Password = Zeroizing<Vec<u8>>;

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Nobody gives one, and there is no terminal to ask at.
    #[error("no {what} is given and standard input is no terminal to ask at")]
    NotGiven {
        /// Which password.
        what: &'static str,
        /// The options and the variable that give it.
        options: &'static str,
    },
    /// It has no bytes.
    #[error("the {what} is empty")]
    Empty {
        /// Which password.
        what: &'static str,
    },
    /// It was typed differently the second time.
    #[error("the two passwords are not the same")]
    Different,
    /// The file cannot be read.
    #[error("password file {path}: {source}")]
    File {
        /// The file, escaped.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is longer than anybody's password.
    #[error("the {what} has more than {PASSWORD_BYTES_MAX} bytes")]
    Long {
        /// Which password.
        what: &'static str,
    },
    /// The command for it could not be run, or says that it failed.
    #[error("the command for the {what} {how}")]
    Command {
        /// Which password.
        what: &'static str,
        /// What happened.
        how: String,
    },
    /// A recovery kit was not typed as it was printed.
    #[error("recovery kit {path}: {source}")]
    Kit {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: recovery::RecoveryError,
    },
    /// The terminal refuses.
    #[error("the terminal cannot be asked: {0}")]
    Terminal(std::io::Error),
}

/// Where a password comes from.
struct Source<'a> {
    /// Which password, for messages and the prompt.
    what: &'static str,
    /// A file whose first line it is.
    file: Option<&'a Path>,
    /// A command whose first line it is.
    command: Option<&'a str>,
    /// The variable that may hold it.
    variable: &'static str,
    /// The options and the variable, for messages.
    options: &'static str,
}

/// The password of a repository; asked for twice if the repository is `new`.
///
/// # Errors
/// [`PasswordError`].
pub fn current(global: &Global, new: bool, cancel: &Cancel) -> Result<Password, PasswordError> {
    let source = Source {
        what: if new { "new password" } else { "password" },
        file: global.password_file.as_deref(),
        command: global.password_command.as_deref(),
        variable: "STRONGROOM_PASSWORD",
        options: "--password-file FILE, --password-command COMMAND or STRONGROOM_PASSWORD",
    };
    source.read(new, cancel)
}

/// The repository and its master key, of the file of a recovery kit. Lines that are no rows of digits are passed over.
///
/// # Errors
/// [`PasswordError::File`]; [`PasswordError::Kit`], naming the row that has a mistake.
pub fn recovery_kit(path: &Path) -> Result<(RepositoryId, MasterKey), PasswordError> {
    let bytes = read_file("recovery kit", path)?;
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let is_row =
        |line: &&str| line.chars().all(|letter| letter.is_ascii_hexdigit() || letter.is_whitespace());
    let rows = Zeroizing::new(text.lines().filter(is_row).collect::<Vec<_>>().join("\n"));
    let shown = escape(path.as_os_str().as_encoded_bytes());
    let (repository, master) =
        recovery::decode(&rows).map_err(|source| PasswordError::Kit { path: shown, source })?;
    Ok((repository, MasterKey::new(master)))
}

/// The password of a database, in the first line of a file.
///
/// # Errors
/// [`PasswordError`].
pub fn of_database(path: &Path) -> Result<Password, PasswordError> {
    let mut password = read_file("password of the database", path)?;
    keep_first_line(&mut password);
    if password.is_empty() {
        Err(PasswordError::Empty { what: "password of the database" })
    } else {
        Ok(password)
    }
}

/// A further password for a key slot.
///
/// # Errors
/// [`PasswordError`].
pub fn further(
    file: Option<&Path>,
    command: Option<&str>,
    cancel: &Cancel,
) -> Result<Password, PasswordError> {
    let source = Source {
        what: "password of the new slot",
        file,
        command,
        variable: "STRONGROOM_NEW_PASSWORD",
        options: "--new-password-file FILE, --new-password-command COMMAND or STRONGROOM_NEW_PASSWORD",
    };
    source.read(true, cancel)
}

impl Source<'_> {
    fn read(&self, new: bool, cancel: &Cancel) -> Result<Password, PasswordError> {
        let what = self.what;
        let mut password = if let Some(path) = self.file {
            read_file(what, path)?
        } else if let Some(command) = self.command {
            run_command(what, command)?
        } else if let Some(value) = std::env::var_os(self.variable) {
            Zeroizing::new(std::os::unix::ffi::OsStringExt::into_vec(value))
        } else if std::io::stdin().is_terminal() {
            cancel.while_prompting(|| prompt(what, new))?
        } else {
            return Err(PasswordError::NotGiven { what, options: self.options });
        };
        keep_first_line(&mut password);
        if password.is_empty() { Err(PasswordError::Empty { what }) } else { Ok(password) }
    }
}

fn read_file(what: &'static str, path: &Path) -> Result<Password, PasswordError> {
    let refused = |source| PasswordError::File { path: escape(path.as_os_str().as_encoded_bytes()), source };
    read_all(what, std::fs::File::open(path).map_err(refused)?)?.map_err(refused)
}

/// Everything there is to read, in one piece of memory that is wiped.
fn read_all(what: &'static str, from: impl Read) -> Result<std::io::Result<Password>, PasswordError> {
    let mut password = Zeroizing::new(Vec::with_capacity(4096));
    match from.take(PASSWORD_BYTES_MAX + 1).read_to_end(&mut password) {
        Err(error) => Ok(Err(error)),
        Ok(read) if read as u64 > PASSWORD_BYTES_MAX => Err(PasswordError::Long { what }),
        Ok(_) => Ok(Ok(password)),
    }
}

/// What the command prints. What it says to standard error goes to the user: it is their own command.
fn run_command(what: &'static str, command: &str) -> Result<Password, PasswordError> {
    let failed = |how: String| PasswordError::Command { what, how };
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = shell.spawn().map_err(|error| failed(format!("cannot be run: {error}")))?;
    let output = child.stdout.take().map(|output| read_all(what, output)).transpose();
    let status = child.wait().map_err(|error| failed(format!("cannot be waited for: {error}")))?;
    if !status.success() {
        return Err(failed(format!("ended with {status}")));
    }
    let read = output?.unwrap_or_else(|| Ok(Password::default()));
    read.map_err(|error| failed(format!("cannot be read: {error}")))
}

fn prompt(what: &str, new: bool) -> Result<Password, PasswordError> {
    let ask = |question: String| {
        let answer = rpassword::prompt_password(question).map_err(PasswordError::Terminal)?;
        Ok::<_, PasswordError>(Zeroizing::new(answer.into_bytes()))
    };
    let password = ask(format!("{what}: "))?;
    if new && ask(format!("{what}, once more: "))? != password {
        return Err(PasswordError::Different);
    }
    Ok(password)
}

/// Keeps the first line, without its ending.
fn keep_first_line(password: &mut Password) {
    if let Some(end) = password.iter().position(|byte| *byte == b'\n') {
        password.truncate(end);
    }
    if password.last() == Some(&b'\r') {
        password.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: Option<&Path>, command: Option<&str>) -> Result<Password, PasswordError> {
        let (variable, options) = ("STRONGROOM_TEST_NONE", "");
        Source { what: "password", file, command, variable, options }.read(false, &Cancel::default())
    }

    #[test]
    fn the_first_line_of_a_file_is_the_password_with_all_its_spaces() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        for (text, wanted) in [(" a b \n", " a b "), ("a\r\n", "a"), ("a\nb\n", "a"), ("a", "a")] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(Some(&path), None).unwrap().as_slice(), wanted.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn an_empty_and_an_endless_password_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(read(Some(&path), None), Err(PasswordError::Empty { .. })));
        let endless = Path::new("/dev/zero");
        assert!(matches!(read(Some(endless), None), Err(PasswordError::Long { .. })));
    }

    #[test]
    fn a_command_gives_its_first_line_and_a_failing_one_none() {
        assert_eq!(read(None, Some("printf 'a b\\nc\\n'")).unwrap().as_slice(), b"a b");
        let refused = read(None, Some("echo secret; exit 3")).unwrap_err();
        assert!(matches!(refused, PasswordError::Command { .. }));
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}
