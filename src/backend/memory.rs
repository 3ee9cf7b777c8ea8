//! Objects in memory: the simplest backend that keeps the contract. It survives nothing.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::name::check_prefix;
use super::{Backend, BackendError, ObjectName, Stored, lock, piece, whole};

/// Keeps objects in memory until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryBackend {
    objects: Mutex<BTreeMap<ObjectName, Vec<u8>>>,
}

impl MemoryBackend {
    /// A backend without objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `bytes` in the place of the object, whether there is one or not: for tests that damage a store.
    pub fn overwrite(&self, name: &ObjectName, bytes: &[u8]) {
        lock(&self.objects).insert(name.clone(), bytes.to_vec());
    }

    fn with<T>(
        &self,
        name: &ObjectName,
        read: impl FnOnce(&[u8]) -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        match lock(&self.objects).get(name) {
            Some(content) => read(content),
            None => Err(BackendError::NotFound { name: name.clone() }),
        }
    }
}

impl Backend for MemoryBackend {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        let mut objects = lock(&self.objects);
        if objects.contains_key(name) {
            return Err(BackendError::AlreadyExists { name: name.clone() });
        }
        objects.insert(name.clone(), bytes.to_vec());
        Ok(())
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        match lock(&self.objects).get_mut(name) {
            Some(content) => *content = bytes.to_vec(),
            None => return Err(BackendError::NotFound { name: name.clone() }),
        }
        Ok(())
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        self.with(name, |content| whole(name, content, bytes_max))
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        self.with(name, |content| piece(name, content, offset, bytes))
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        self.with(name, |content| Ok(content.len() as u64))
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        check_prefix(prefix)?;
        let objects = lock(&self.objects);
        let below = objects.iter().filter(|(name, _)| name.is_below(prefix));
        Ok(below.map(|(name, content)| Stored { name: name.clone(), bytes: content.len() as u64 }).collect())
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        match lock(&self.objects).remove(name) {
            Some(_) => Ok(()),
            None => Err(BackendError::NotFound { name: name.clone() }),
        }
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.size(name).map(drop)
    }

    fn location(&self) -> String {
        "memory".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    super::super::contract::suite!(|_| MemoryBackend::new());
}
