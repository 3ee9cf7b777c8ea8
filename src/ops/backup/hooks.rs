//! Commands around a backup: maintenance mode on, and off again whatever happens.

use std::io::Read;

use super::BackupReport;
use crate::base::{Observer, Warning};
use crate::format::Status;
use crate::ops::OpsError;
use crate::process::{Command, Guard, spawn};
use crate::repo::RepoError;

/// How long a command before a backup may take without a word.
const BEFORE_IDLE_MS_MAX: u64 = 3_600_000;

/// Commands that `sh -c` runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Must succeed, else nothing is saved.
    pub before: Option<String>,
    /// Runs when everything is done, also when the one before failed, the backup failed or was cancelled, and when this process is killed.
    /// `STRONGROOM_STATUS` is `complete`, `partial`, `failed`, `cancelled` or `killed`; `STRONGROOM_SNAPSHOT` the id, if there is one.
    pub after: Option<String>,
}

/// Runs `save` between the commands. That the one after fails is a warning.
pub fn around(
    hooks: &Hooks,
    observer: &dyn Observer,
    save: impl FnOnce() -> Result<BackupReport, OpsError>,
) -> Result<BackupReport, OpsError> {
    // It waits from before the first moment on: whatever comes in between, it will run.
    let after = hooks.after.as_ref().map(|text| Guard::start(&Command::shell("after", text.clone(), None)));
    let after = after.transpose()?;
    let outcome = before(hooks, observer).and_then(|()| save());
    if let Some(after) = after {
        let (status, snapshot) = match &outcome {
            Ok(report) => (
                if report.manifest.status == Status::Partial { "partial" } else { "complete" },
                report.snapshot.map(|id| id.to_string()).unwrap_or_default(),
            ),
            Err(OpsError::Repo(RepoError::Cancelled)) => ("cancelled", String::new()),
            Err(_) => ("failed", String::new()),
        };
        let message = match after.finish(status, &snapshot) {
            Ok(Some(0)) => None,
            Ok(Some(code)) => Some(format!("the command after the backup failed: exit code {code}")),
            Ok(None) => Some("the command after the backup was ended by a signal".into()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(message) = message {
            observer.warning(Warning { subject: "--after".into(), message });
        }
    }
    outcome
}

/// Runs the command before, if there is one. What it prints is nobody's.
fn before(hooks: &Hooks, observer: &dyn Observer) -> Result<(), OpsError> {
    let Some(text) = &hooks.before else { return Ok(()) };
    let mut running = spawn(&Command::shell("before", text.clone(), Some(BEFORE_IDLE_MS_MAX)))?;
    let mut buffer = [0; 4096];
    loop {
        match running.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // Its end tells why.
            Err(_) => break,
        }
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
    }
    super::stream::outcome(running.finish()).map_err(|how| OpsError::Before { how })
}
