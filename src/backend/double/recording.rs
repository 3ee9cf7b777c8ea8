//! A backend that remembers what was asked of it: for tests of order and of how much is read.

use std::mem;
use std::sync::Mutex;

use crate::backend::{Backend, BackendError, ObjectName, Stored, lock};

/// One call. Calls that failed are recorded as well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the arguments of the calls, and what came of them")]
pub enum Call {
    /// An object was put.
    Put { name: ObjectName, bytes: u64 },
    /// An object that was there was given other bytes.
    Replace { name: ObjectName, bytes: u64 },
    /// A whole object was read; `bytes` came back, 0 if it failed.
    Get { name: ObjectName, bytes: u64 },
    /// `bytes` bytes were asked for.
    GetRange { name: ObjectName, offset: u64, bytes: u64 },
    /// The size of an object was asked for.
    Size { name: ObjectName },
    /// A listing was asked for; it had this many lines, 0 if it failed.
    List { prefix: String, lines: usize },
    /// An object was removed.
    Remove { name: ObjectName },
    /// An object that was there was made durable.
    MakeDurable { name: ObjectName },
}

/// Passes calls on to `inner` and remembers them in the order in which they ended.
pub struct Recording<B> {
    inner: B,
    calls: Mutex<Vec<Call>>,
}

impl<B: Backend> Recording<B> {
    /// A backend that remembers nothing yet.
    pub const fn new(inner: B) -> Self {
        Self { inner, calls: Mutex::new(Vec::new()) }
    }

    /// The calls since the last time they were taken.
    pub fn take(&self) -> Vec<Call> {
        mem::take(&mut *lock(&self.calls))
    }

    fn record(&self, call: Call) {
        lock(&self.calls).push(call);
    }
}

impl Call {
    /// How many bytes of objects the call read.
    pub const fn bytes_read(&self) -> u64 {
        match self {
            Self::Get { bytes, .. } | Self::GetRange { bytes, .. } => *bytes,
            _ => 0,
        }
    }
}

impl<B: Backend> Backend for Recording<B> {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        let result = self.inner.put(name, bytes);
        self.record(Call::Put { name: name.clone(), bytes: bytes.len() as u64 });
        result
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        let result = self.inner.replace(name, bytes);
        self.record(Call::Replace { name: name.clone(), bytes: bytes.len() as u64 });
        result
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        let result = self.inner.get(name, bytes_max);
        let bytes = result.as_ref().map_or(0, |content| content.len() as u64);
        self.record(Call::Get { name: name.clone(), bytes });
        result
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        let result = self.inner.get_range(name, offset, bytes);
        self.record(Call::GetRange { name: name.clone(), offset, bytes: bytes as u64 });
        result
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        let result = self.inner.size(name);
        self.record(Call::Size { name: name.clone() });
        result
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        let result = self.inner.list(prefix);
        let lines = result.as_ref().map_or(0, Vec::len);
        self.record(Call::List { prefix: prefix.to_owned(), lines });
        result
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        let result = self.inner.remove(name);
        self.record(Call::Remove { name: name.clone() });
        result
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        let result = self.inner.make_durable(name);
        self.record(Call::MakeDurable { name: name.clone() });
        result
    }

    fn location(&self) -> String {
        self.inner.location()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::MemoryBackend;

    crate::backend::contract::suite!(|_| Recording::new(MemoryBackend::new()));

    #[test]
    fn calls_are_remembered_in_order_with_their_sizes_also_those_that_failed() {
        let backend = Recording::new(MemoryBackend::new());
        let name = ObjectName::new("config").unwrap();
        backend.get(&name, 100).unwrap_err();
        backend.put(&name, b"content").unwrap();
        backend.get(&name, 100).unwrap();
        backend.get_range(&name, 1, 2).unwrap();
        backend.list("").unwrap();
        backend.remove(&name).unwrap();
        let calls = backend.take();
        assert_eq!(calls.iter().map(Call::bytes_read).sum::<u64>(), 9);
        let expected = [
            Call::Get { name: name.clone(), bytes: 0 },
            Call::Put { name: name.clone(), bytes: 7 },
            Call::Get { name: name.clone(), bytes: 7 },
            Call::GetRange { name: name.clone(), offset: 1, bytes: 2 },
            Call::List { prefix: String::new(), lines: 1 },
            Call::Remove { name },
        ];
        assert_eq!(calls, expected);
        assert_eq!(backend.take(), []);
    }
}
