//! A backend whose listings lag behind, as those of an object store may.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::backend::name::check_prefix;
use crate::backend::{Backend, BackendError, ObjectName, Stored, lock};

/// Passes calls on to `inner`, but lists what was there when it last settled: new objects are missing, removed ones are
/// still listed. Reading an object by its name is never behind.
pub struct Delayed<B> {
    inner: B,
    seen: Mutex<BTreeMap<ObjectName, u64>>,
}

impl<B: Backend> Delayed<B> {
    /// A backend that is settled.
    ///
    /// # Errors
    /// As listing `inner`.
    pub fn new(inner: B) -> Result<Self, BackendError> {
        let delayed = Self { inner, seen: Mutex::default() };
        delayed.settle()?;
        Ok(delayed)
    }

    /// Lets listings catch up with what is there now.
    ///
    /// # Errors
    /// As listing `inner`.
    pub fn settle(&self) -> Result<(), BackendError> {
        let listing = self.inner.list("")?;
        *lock(&self.seen) = listing.into_iter().map(|stored| (stored.name, stored.bytes)).collect();
        Ok(())
    }
}

impl<B: Backend> Backend for Delayed<B> {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.inner.put(name, bytes)
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.inner.replace(name, bytes)
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        self.inner.get(name, bytes_max)
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        self.inner.get_range(name, offset, bytes)
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        self.inner.size(name)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        check_prefix(prefix)?;
        let seen = lock(&self.seen);
        let below = seen.iter().filter(|(name, _)| name.is_below(prefix));
        Ok(below.map(|(name, bytes)| Stored { name: name.clone(), bytes: *bytes }).collect())
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.inner.remove(name)
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.inner.make_durable(name)
    }

    fn location(&self) -> String {
        self.inner.location()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::MemoryBackend;

    /// Settles before it lists, and so keeps the whole contract.
    struct Settling(Delayed<MemoryBackend>);

    impl Backend for Settling {
        fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
            self.0.put(name, bytes)
        }
        fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
            self.0.replace(name, bytes)
        }
        fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
            self.0.get(name, bytes_max)
        }
        fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
            self.0.get_range(name, offset, bytes)
        }
        fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
            self.0.size(name)
        }
        fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
            self.0.settle()?;
            self.0.list(prefix)
        }
        fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
            self.0.remove(name)
        }
        fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
            self.0.make_durable(name)
        }
        fn location(&self) -> String {
            self.0.location()
        }
    }

    crate::backend::contract::suite!(|_| Settling(Delayed::new(MemoryBackend::new()).unwrap()));

    #[test]
    fn a_listing_shows_what_was_there_when_it_settled() {
        let backend = Delayed::new(MemoryBackend::new()).unwrap();
        let [old, new] = ["old", "new"].map(|text| ObjectName::new(text).unwrap());
        backend.put(&old, b"").unwrap();
        assert_eq!(backend.list("").unwrap(), []);
        backend.settle().unwrap();
        backend.put(&new, b"").unwrap();
        backend.remove(&old).unwrap();
        assert_eq!(backend.list("").unwrap(), [Stored { name: old, bytes: 0 }]);
        assert_eq!(backend.get(&new, 0).unwrap(), b"");
        backend.settle().unwrap();
        assert_eq!(backend.list("").unwrap(), [Stored { name: new, bytes: 0 }]);
    }
}
