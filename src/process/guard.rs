//! A command that runs when this process is done with something, or dies before it is.

use std::io::Write;
use std::process::{Child, Stdio};

use super::{Command, ProcessError, Run};

/// Waits for a line with a word, which becomes a variable of the command's. If the pipe ends without one, whoever held it was killed. Signals
/// that end everything around it do not end the waiting; the command itself hears them again.
const WATCH: &str = r#"
trap '' INT TERM HUP
IFS= read -r STRONGROOM_STATUS || STRONGROOM_STATUS=killed
IFS= read -r STRONGROOM_SNAPSHOT || STRONGROOM_SNAPSHOT=
export STRONGROOM_STATUS STRONGROOM_SNAPSHOT
trap - INT TERM HUP
exec sh -c "$1" 1>&2
"#;

/// A command that will run once, whatever happens to this process. Dropped without [`Guard::finish`], it is told `failed`.
#[derive(Debug)]
pub struct Guard {
    name: String,
    child: Option<Child>,
}

impl Guard {
    /// From here on the command will run. What it says goes to standard error of this process, also when that is gone.
    ///
    /// # Errors
    /// [`ProcessError::Spawn`].
    pub fn start(command: &Command) -> Result<Self, ProcessError> {
        let Run::Shell(text) = &command.run else {
            let source = std::io::Error::other("only a shell command can wait");
            return Err(ProcessError::Spawn { name: command.name.clone(), source });
        };
        let watch = Command::shell(command.name.clone(), WATCH, None);
        let mut start = watch.to_start();
        start.arg("strongroom-after").arg(text).stdin(Stdio::piped()).stdout(Stdio::null());
        let child = start.spawn();
        let child = child.map_err(|source| ProcessError::Spawn { name: command.name.clone(), source })?;
        Ok(Self { name: command.name.clone(), child: Some(child) })
    }

    /// Runs the command now, with `STRONGROOM_STATUS` and `STRONGROOM_SNAPSHOT`, and waits for it; its exit code, `None` if a signal ended it.
    ///
    /// # Errors
    /// [`ProcessError::Wait`].
    pub fn finish(mut self, status: &str, snapshot: &str) -> Result<Option<i32>, ProcessError> {
        self.end(status, snapshot)
    }

    fn end(&mut self, status: &str, snapshot: &str) -> Result<Option<i32>, ProcessError> {
        let Some(mut child) = self.child.take() else { return Ok(None) };
        if let Some(mut stdin) = child.stdin.take() {
            // Without a word it runs all the same.
            stdin.write_all(format!("{status}\n{snapshot}\n").as_bytes()).ok();
        }
        let ended = child.wait().map_err(|source| ProcessError::Wait { name: self.name.clone(), source })?;
        Ok(ended.code())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end("failed", "").ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_runs_once_and_knows_how_it_ended() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("said");
        let text = format!("echo $STRONGROOM_STATUS-$STRONGROOM_SNAPSHOT >> {}; exit 7", file.display());
        let command = Command::shell("after", text, None);
        assert_eq!(Guard::start(&command).unwrap().finish("complete", "ab12").unwrap(), Some(7));
        drop(Guard::start(&command).unwrap());
        let mut killed = Guard::start(&command).unwrap();
        drop(killed.child.as_mut().unwrap().stdin.take());
        drop(killed);
        assert_eq!(std::fs::read_to_string(file).unwrap(), "complete-ab12\nfailed-\nkilled-\n");
    }
}
