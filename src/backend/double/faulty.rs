//! A backend that fails when told: the nth call of a kind, before or after its effect, once or from then on.

use std::io;
use std::sync::Mutex;

use rustix::io::Errno;

use crate::backend::{Backend, BackendError, ObjectName, Stored, lock};

/// Passes calls on to `inner` and makes those fail that the plan says.
pub struct Faulty<B> {
    inner: B,
    state: Mutex<State>,
}

/// When to fail, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Which calls count.
    pub calls: Calls,
    /// Which of them fails, from 1, counted from when the plan is made.
    pub nth: u64,
    /// What is reported.
    pub fault: Fault,
    /// What happens to the store.
    pub effect: Effect,
    /// Whether all that come after it fail as well, as when the process is killed.
    pub lasting: bool,
}

/// Kinds of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// All of them.
    Any,
    /// Puts, replacements and removals.
    Changing,
    /// Everything else.
    Reading,
    /// Puts and replacements.
    Put,
    /// Removals alone.
    Remove,
    /// Listings alone.
    List,
}

/// What a failing call reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full.
    NoSpace,
    /// The store does not allow it.
    Denied,
    /// The store breaks on this object.
    Io,
    /// The store is gone.
    Unreachable,
    /// The object is not there.
    NotFound,
}

/// What a failing call does before it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Before,
    /// All of it: the caller does not know that it is done.
    After,
    /// A put or replacement leaves the first half of the object under its final name. Other calls do nothing.
    Torn,
}

#[derive(Default)]
struct State {
    plan: Option<Plan>,
    counted: u64,
    failed: u64,
    calls: u64,
}

/// One call, as the plan sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Put,
    Remove,
    List,
    Read,
}

impl<B: Backend> Faulty<B> {
    /// A backend that does not fail.
    pub fn new(inner: B) -> Self {
        Self { inner, state: Mutex::default() }
    }

    /// Fails as `plan` says, from the next call on. Replaces the plan there was.
    pub fn fail(&self, plan: Plan) {
        let mut state = lock(&self.state);
        (state.plan, state.counted, state.failed) = (Some(plan), 0, 0);
    }

    /// Fails no more.
    pub fn heal(&self) {
        lock(&self.state).plan = None;
    }

    /// How many calls have failed since the plan was made. A sweep ends when this stays 0.
    pub fn failed(&self) -> u64 {
        lock(&self.state).failed
    }

    /// How many calls there were since the beginning, failed or not.
    pub fn calls(&self) -> u64 {
        lock(&self.state).calls
    }

    /// The backend behind.
    pub const fn inner(&self) -> &B {
        &self.inner
    }

    /// Counts a call and says how it shall fail, if it shall.
    fn count(&self, kind: Kind) -> Option<Plan> {
        let mut state = lock(&self.state);
        state.calls += 1;
        let plan = state.plan.filter(|plan| plan.calls.count(kind))?;
        state.counted += 1;
        if state.counted == plan.nth || (plan.lasting && state.counted > plan.nth) {
            state.failed += 1;
            Some(plan)
        } else {
            None
        }
    }

    fn write(
        &self,
        name: &ObjectName,
        bytes: &[u8],
        write: fn(&B, &ObjectName, &[u8]) -> Result<(), BackendError>,
    ) -> Result<(), BackendError> {
        let Some(plan) = self.count(Kind::Put) else { return write(&self.inner, name, bytes) };
        match plan.effect {
            Effect::Before => {}
            Effect::After => write(&self.inner, name, bytes)?,
            Effect::Torn => write(&self.inner, name, bytes.get(..bytes.len() / 2).unwrap_or_default())?,
        }
        Err(plan.fault.error(Some(name), self.location()))
    }

    fn call<T>(
        &self,
        kind: Kind,
        name: Option<&ObjectName>,
        call: impl FnOnce() -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        match self.count(kind) {
            None => call(),
            Some(plan) => {
                if plan.effect == Effect::After {
                    call()?;
                }
                Err(plan.fault.error(name, self.location()))
            }
        }
    }
}

impl<B: Backend> Backend for Faulty<B> {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.write(name, bytes, B::put)
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.write(name, bytes, B::replace)
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        self.call(Kind::Read, Some(name), || self.inner.get(name, bytes_max))
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        self.call(Kind::Read, Some(name), || self.inner.get_range(name, offset, bytes))
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        self.call(Kind::Read, Some(name), || self.inner.size(name))
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        let directory = ObjectName::new(prefix).ok();
        self.call(Kind::List, directory.as_ref(), || self.inner.list(prefix))
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.call(Kind::Remove, Some(name), || self.inner.remove(name))
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.call(Kind::Read, Some(name), || self.inner.make_durable(name))
    }

    fn location(&self) -> String {
        self.inner.location()
    }
}

impl Calls {
    const fn count(self, kind: Kind) -> bool {
        match self {
            Self::Any => true,
            Self::Changing => matches!(kind, Kind::Put | Kind::Remove),
            Self::Reading => matches!(kind, Kind::Read | Kind::List),
            Self::Put => matches!(kind, Kind::Put),
            Self::Remove => matches!(kind, Kind::Remove),
            Self::List => matches!(kind, Kind::List),
        }
    }
}

impl Fault {
    /// What the call reports; without a name it can only be about the whole store.
    fn error(self, name: Option<&ObjectName>, location: String) -> BackendError {
        let errno = match self {
            Self::NoSpace => Errno::NOSPC,
            Self::Denied => Errno::ACCESS,
            Self::Io => Errno::IO,
            Self::Unreachable => Errno::STALE,
            Self::NotFound => Errno::NOENT,
        };
        let source = io::Error::from(errno);
        match name {
            Some(name) => BackendError::from_io(name, &location, source),
            None => BackendError::Unreachable { location, source },
        }
    }
}

#[cfg(test)]
mod tests;
