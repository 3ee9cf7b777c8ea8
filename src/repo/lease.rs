//! Leases: who is at work, told by objects that mean nothing after some minutes, so that a dead owner never needs a person.
//!
//! Nothing relies on them for what must not be lost (`format-spec/lease.md`, "Writing beside prune"): they spare a writer that somebody prunes beneath it the work
//! of storing again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use super::found::Found;
use super::object::name_in;
use super::{RepoError, Repository};
use crate::backend::BackendError;
use crate::base::limits::{LEASE_AHEAD_SECONDS_MAX, LEASE_VALID_SECONDS};
use crate::base::{LeaseId, ObjectId, Timestamp};
use crate::crypto::random_array;
use crate::format::{Lease, LeasePurpose, ObjectKind};

/// The leases of a repository.
pub type Leases = Found<Lease>;

impl Lease {
    /// Whether its owner is to be reckoned with at `now`.
    ///
    /// Clocks of hosts differ: one that is a day ahead is believed. What is further ahead was written by a clock that is wrong, and
    /// would stand in the way for years.
    pub fn is_live(&self, now: Timestamp) -> bool {
        let age = now.seconds.saturating_sub(self.renewed.seconds);
        (-LEASE_AHEAD_SECONDS_MAX..=i64::from(self.valid_seconds)).contains(&age)
    }
}

impl Repository {
    /// All leases, live or not.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn leases(&self) -> Result<Leases, RepoError> {
        self.all_of(ObjectKind::Lease, "lease", Lease::decode)
    }

    /// Removes a lease that means nothing any more.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_lease(&self, id: &ObjectId) -> Result<(), RepoError> {
        remove_if_there(self, ObjectKind::Lease, id)
    }

    /// Takes a lease and keeps it alive until it is released or dropped.
    ///
    /// # Errors
    /// [`RepoError::Backend`] if it cannot be written; [`RepoError::Encode`] if no thread can be started.
    pub fn take_lease(&self, purpose: LeasePurpose, host: &str) -> Result<HeldLease, RepoError> {
        let now = now();
        let lease = Lease {
            id: LeaseId::new(random_array()?),
            counter: 1,
            started: now,
            renewed: now,
            valid_seconds: LEASE_VALID_SECONDS,
            purpose,
            host: host.into(),
            process: std::process::id(),
        };
        let object = put(self, &lease)?;
        let id = lease.id;
        let held = Arc::new(Mutex::new(Held { lease, object, lapsed: false }));
        let (stop, stopped) = bounded::<()>(0);
        let (repo, renewing) = (self.clone(), held.clone());
        let renew = move || {
            let pause = Duration::from_secs(u64::from(LEASE_VALID_SECONDS) / 3);
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                // A store that fails now may be back before the lease ends; if not, the writer looks again before it commits.
                renew(&repo, &renewing).ok();
            }
        };
        let thread = std::thread::Builder::new().name("strongroom-lease".into()).spawn(renew);
        match thread {
            Ok(thread) => {
                Ok(HeldLease { repo: self.clone(), id, held, stop: Some(stop), thread: Some(thread) })
            }
            Err(error) => {
                self.remove_lease(&object)?;
                Err(RepoError::Encode(format!("no thread can be started: {error}")))
            }
        }
    }
}

/// A lease that is kept alive. Dropped, it is released.
pub struct HeldLease {
    repo: Repository,
    id: LeaseId,
    held: Arc<Mutex<Held>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Held {
    lease: Lease,
    /// Its object of now.
    object: ObjectId,
    /// Whether it meant nothing for a while.
    lapsed: bool,
}

impl std::fmt::Debug for HeldLease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeldLease({})", self.id.short())
    }
}

impl HeldLease {
    /// Which lease it is.
    pub const fn id(&self) -> LeaseId {
        self.id
    }

    /// Whether nobody can have taken it for ended since it was taken: it was renewed in time each time, and nobody removed it.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn is_intact(&self) -> Result<bool, RepoError> {
        let held = lock(&self.held);
        if held.lapsed || !held.lease.is_live(now()) {
            return Ok(false);
        }
        match self.repo.backend.size(&name_in(ObjectKind::Lease.folder(), &held.object)?) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends it: nobody waits for it any more.
    ///
    /// # Errors
    /// [`RepoError::Backend`] if its object cannot be removed; it ends by itself then.
    pub fn release(mut self) -> Result<(), RepoError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), RepoError> {
        self.stop = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().ok();
        self.repo.remove_lease(&lock(&self.held).object)
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        // What stays behind ends by itself.
        self.end().ok();
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

fn put(repo: &Repository, lease: &Lease) -> Result<ObjectId, RepoError> {
    repo.put_of(ObjectKind::Lease, &lease.encode()?)
}

/// Writes the lease anew, then removes what stood for it before.
fn renew(repo: &Repository, held: &Mutex<Held>) -> Result<(), RepoError> {
    let (mut lease, before) = {
        let mut held = lock(held);
        held.lapsed |= !held.lease.is_live(now());
        (held.lease.clone(), held.object)
    };
    lease.counter += 1;
    lease.renewed = now();
    let object = put(repo, &lease)?;
    {
        let mut held = lock(held);
        held.lapsed |= repo.backend.size(&name_in(ObjectKind::Lease.folder(), &before)?).is_err();
        (held.lease, held.object) = (lease, object);
    }
    repo.remove_lease(&before)
}

/// Removes an object; that it is gone already is as good.
pub(super) fn remove_if_there(
    repo: &Repository,
    kind: ObjectKind,
    id: &impl std::fmt::Display,
) -> Result<(), RepoError> {
    match repo.backend.remove(&name_in(kind.folder(), id)?) {
        Err(BackendError::NotFound { .. }) => Ok(()),
        other => Ok(other?),
    }
}
