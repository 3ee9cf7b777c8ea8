//! What this machine remembers of a repository, and what is said when that went back in time.

use std::path::PathBuf;

use super::error::CliError;
use super::session::Session;
use crate::base::{Observer, Warning};
use crate::ops::rollback::{self, Memory, Seen, WentBack};
use crate::repo::{Repository, Snapshots};
use crate::state::StateError;

/// What a look at the snapshots says, beside what was seen before.
pub struct LookBack {
    /// What is gone; nothing if the repository only went on.
    pub went_back: Option<WentBack>,
    /// What was seen before, and what is there now.
    pub seen: Seen,
}

impl LookBack {
    /// Goes on only where nothing is gone.
    pub fn or_end(self) -> Result<Self, CliError> {
        match self.went_back {
            Some(back) => Err(CliError::WentBack(back)),
            None => Ok(self),
        }
    }
}

impl Session {
    /// Compares what is there with what this machine has seen, and remembers it.
    pub fn look_back(&self, repo: &Repository) -> Result<LookBack, CliError> {
        self.look_back_at(repo, &repo.snapshots()?)
    }

    /// The same with snapshots that were read already.
    pub fn look_back_at(&self, repo: &Repository, there: &Snapshots) -> Result<LookBack, CliError> {
        let before = self.remembered(|memory| memory.seen(), repo).unwrap_or_default();
        let went_back = rollback::look(repo, &before, there)?;
        let seen = before.and(&Seen::of(there));
        // What is gone is not forgotten by having been told of once.
        let kept = if went_back.is_none() { seen.clone().without(&there.forgotten) } else { seen.clone() };
        let remember = |memory: &Memory| match went_back {
            Some(_) => memory.remember(&kept),
            None => memory.accept(&kept),
        };
        self.remembered(remember, repo);
        Ok(LookBack { went_back, seen })
    }

    /// Remembers what is there now, after this run has changed it.
    pub fn remember(&self, repo: &Repository, seen: &Seen) {
        self.remembered(|memory| memory.remember(seen), repo);
    }

    /// Takes what is there for all there ever was.
    pub fn accept(&self, repo: &Repository, there: &Snapshots) -> Result<(), CliError> {
        let path = self.state()?;
        Memory::open(&path, repo).accept(&Seen::of(there)).map_err(|error| CliError::State(error.to_string()))
    }

    /// Does something with the memory. Where there can be none, that is a warning: the data is as safe as before, only a rollback is not seen.
    fn remembered<T>(
        &self,
        work: impl FnOnce(&Memory) -> Result<T, StateError>,
        repo: &Repository,
    ) -> Option<T> {
        let done = self
            .state()
            .map_err(|error| error.to_string())
            .and_then(|path| work(&Memory::open(&path, repo)).map_err(|error| error.to_string()));
        let error = match done {
            Ok(done) => return Some(done),
            Err(error) => error,
        };
        let message = format!("{error}: that the repository went back in time would not be found out");
        if !self.is_state_told.replace(true) {
            self.observer.warning(Warning { subject: "state".into(), message });
        }
        None
    }

    /// The directory of what this machine remembers. It is made when there is something to remember.
    pub fn state(&self) -> Result<PathBuf, CliError> {
        let place = self.own_place(self.global.state_dir.as_ref(), "XDG_STATE_HOME", ".local/state");
        place.ok_or_else(|| CliError::State("no place for it: use --state-dir".into()))
    }
}
