//! What can be seen of a repository without reading its data.

use std::path::Path;
use std::time::Instant;

use super::machine::writable;
use super::{Finding, State};
use crate::base::{Observer, Progress, SnapshotId, Timestamp, Warning, units};
use crate::cli::error::CliError;
use crate::cli::location;
use crate::cli::output::shown;
use crate::cli::session::Session;
use crate::cli::signals::Cancel;
use crate::format::{Manifest, Status};
use crate::repo::{Repository, Snapshots};

/// How far another machine's clock may be ahead, in seconds.
const CLOCK_SECONDS_MAX: f64 = 300.0;

/// Adds what is found.
///
/// # Errors
/// Why the repository cannot be opened or listed.
pub fn look(session: &Session, findings: &mut Vec<Finding>) -> Result<(), CliError> {
    let path = session.repository_path()?;
    let backend = location::open(&path)?;
    findings.push(writable("store", &path));
    let password = session.password(false)?;
    let started = Instant::now();
    let repo = Repository::open(backend, &password)?;
    let seconds = started.elapsed().as_secs_f64();
    let id = repo.id().short();
    findings.push(Finding::new("repository", State::Ok, format!("{id}, made {}", repo.created().local())));
    findings.push(keys(&repo, seconds)?);
    let snapshots = repo.snapshots()?;
    findings.push(list(&snapshots));
    findings.push(clock(&snapshots.whole, repo.created(), session.now()));
    findings.push(index(&repo, session)?);
    findings.push(leftovers(&path));
    Ok(())
}

fn keys(repo: &Repository, seconds: f64) -> Result<Finding, CliError> {
    let slots = repo.key_slots()?;
    let damaged = slots.iter().filter(|slot| slot.cost.is_none()).count();
    let slots = units::counted(slots.len() as u64, "slot", "slots");
    let message = format!("{slots}, {damaged} damaged; opened in {seconds:.2} s");
    Ok(Finding::new("keys", if damaged > 0 { State::Warn } else { State::Ok }, message))
}

fn list(snapshots: &Snapshots) -> Finding {
    let Snapshots { whole, unreadable, losses, .. } = snapshots;
    let complete = snapshots.sound().filter(|(_, manifest)| manifest.status == Status::Complete);
    let newest = complete.clone().map(|(_, manifest)| manifest.time).max();
    let newest = newest.map_or_else(|| "none".into(), |time| time.local());
    let count = units::count(complete.count() as u64);
    let (state, more) = match unreadable.len() {
        0 if losses.is_empty() => (State::Ok, String::new()),
        0 => (State::Warn, format!("; {} lost something: strongroom check", losses.len())),
        count => (State::Fail, format!("; {count} cannot be read: strongroom check")),
    };
    Finding::new(
        "snapshots",
        state,
        format!("{count} complete of {}, the newest of {newest}{more}", whole.len()),
    )
}

/// Compares the clock with what earlier runs say of the time.
fn clock(snapshots: &[(SnapshotId, Manifest)], created: Timestamp, now: Timestamp) -> Finding {
    let latest = snapshots.iter().map(|(_, manifest)| manifest.ended).fold(created, Ord::max);
    let ahead = latest.seconds_since(now);
    if ahead > CLOCK_SECONDS_MAX {
        let message =
            format!("an earlier run ended {} after now: one of the clocks is wrong", units::duration(ahead));
        return Finding::new("clock", State::Warn, message);
    }
    Finding::new("clock", State::Ok, now.local())
}

fn index(repo: &Repository, session: &Session) -> Result<Finding, CliError> {
    let unheard = Unheard(session.cancel.clone());
    let state = session.with_cache(|cache| Ok(repo.open_index(cache, &unheard)?))?;
    let missing = if state.packs_missing.is_empty() { 0 } else { repo.check_index(&state)?.packs_lost.len() };
    let lost = missing + state.packs_unreadable.len();
    let chunks = state.index.chunk_count().map_err(crate::repo::RepoError::from)?;
    let known = units::counted(chunks, "chunk", "chunks");
    Ok(if lost > 0 {
        let lost = units::counted(lost as u64, "pack is", "packs are");
        let message =
            format!("{known}; {lost} missing or unreadable: strongroom check names what that touches");
        Finding::new("index", State::Fail, message)
    } else if !state.damaged.is_empty() {
        let damaged = units::counted(state.damaged.len() as u64, "index object is", "index objects are");
        let message = format!("{known}; {damaged} damaged");
        Finding::new("index", State::Warn, message)
    } else {
        Finding::new("index", State::Ok, format!("{known}, in step"))
    })
}

/// What runs left unfinished. Another one that writes now has some too.
fn leftovers(path: &Path) -> Finding {
    let directory = path.join("tmp");
    let files = match std::fs::read_dir(&directory) {
        Ok(files) => files.flatten().count(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => {
            return Finding::new("leftovers", State::Warn, format!("{}: {error}", shown(&directory)));
        }
    };
    match files {
        0 => Finding::new("leftovers", State::Ok, "none"),
        files => {
            let files = units::counted(files as u64, "unfinished file", "unfinished files");
            let message =
                format!("{files}, of a run that writes now or was killed; the next backup clears up");
            Finding::new("leftovers", State::Ok, message)
        }
    }
}

/// Says nothing, since the findings do, and ends when it is told to.
struct Unheard(Cancel);

impl Observer for Unheard {
    fn progress(&self, _: &Progress<'_>) {}
    fn warning(&self, _: Warning) {}
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_earlier_runs_is_odd() {
        let time = |seconds| Timestamp::new(seconds, 0);
        assert_eq!(clock(&[], time(1_000), time(900)).state, State::Ok);
        assert_eq!(clock(&[], time(1_000), time(600)).state, State::Warn);
    }
}
