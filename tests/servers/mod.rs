//! Private database servers for tests: one MariaDB and one PostgreSQL, each on a socket in a directory of its own.
//!
//! A server is started once per test process and never touches the system's. A shell watches over it: when the test process
//! ends, however it ends, its pipe closes, the shell kills the server and removes the directory. Where a server is not
//! installed, a test says that it was skipped; in CI it fails.
#![cfg(test)]
#![allow(dead_code, reason = "every test that takes this module uses a part of it")]

mod mariadb;
mod postgres;

pub use mariadb::MariaDb;
pub use postgres::PostgreSql;

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to answer for the first time.
const START_MAX: Duration = Duration::from_secs(60);

/// Waits until its stdin is closed; then the server goes, and its directory.
const WATCH: &str = r#"
directory=$1; shift
"$@" >"$directory/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -9 $server
wait $server 2>/dev/null
rm -rf "$directory"
"#;

/// A server in the care of its watching shell.
#[derive(Debug)]
pub struct Watched {
    directory: PathBuf,
    shell: Child,
}

impl Watched {
    /// A directory that the watching shell will remove.
    fn directory(name: &str) -> PathBuf {
        let directory = tempfile::Builder::new().prefix(name).tempdir().unwrap();
        directory.keep()
    }

    fn start(directory: &Path, command: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", WATCH, "watch"]).arg(directory).args(command).stdin(Stdio::piped());
        Self { directory: directory.to_owned(), shell: shell.spawn().unwrap() }
    }

    /// Asks until the server answers.
    fn wait_until(&self, mut answers: impl FnMut() -> bool) {
        let start = Instant::now();
        while !answers() {
            if start.elapsed() > START_MAX {
                let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                panic!("no answer from the server in {}:\n{log}", self.directory.display());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().unwrap();
    }
}

/// Says that a test is skipped; in CI it fails.
fn skipped<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what}, and must be in CI");
    eprintln!("skipped: {what}");
    None
}

/// Whether a program answers to `--version`.
fn is_installed(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|facts| facts.uid() == 0)
}

/// Runs a command with bytes on its stdin. Its stdout; a failure is a panic with its stderr.
pub fn output_of(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let output = feed(command, input);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn feed(command: &mut Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A client that stops early closes its pipe; its exit code tells.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}
