//! A store whose power can be cut after any step of writing: the local backend's own order of steps on a modelled disk.

use std::io;

use super::simulated::{Script, Simulated, Survivors};
use crate::backend::name::{TEMPORARY, check_prefix};
use crate::backend::publish::Publisher;
use crate::backend::{Backend, BackendError, ObjectName, Stored, piece, whole};

/// Keeps objects in memory as [`crate::backend::LocalBackend`] does on disk, and loses on demand what was not synced.
///
/// After a power cut the value stands for what the next process finds.
pub struct NonDurable {
    publisher: Publisher<Simulated>,
}

impl NonDurable {
    /// A backend without objects.
    #[expect(clippy::new_without_default, reason = "a double is made with intent")]
    pub fn new() -> Self {
        Self { publisher: Publisher::new(Simulated::new(), "a disk that forgets".to_owned()) }
    }

    /// Lets that many more steps happen; then the power is off, and all calls fail until [`Self::power_cut`].
    pub fn power_off_after(&self, steps: u64) {
        self.publisher.steps.power_off_after(steps);
    }

    /// Loses what was not synced, but for the survivors, and turns the power on again.
    pub fn power_cut(&self, survivors: Survivors) {
        self.publisher.steps.power_cut(survivors);
        self.publisher.forget_directories();
    }

    /// Lets the script decide about every step from now on.
    pub fn set_script(&self, script: Script) {
        self.publisher.steps.set_script(script);
    }

    /// How many steps there were since the beginning.
    pub fn steps(&self) -> u64 {
        self.publisher.steps.steps()
    }

    /// How many unfinished files lie about.
    ///
    /// # Errors
    /// [`BackendError::Unreachable`] while the power is off.
    pub fn unfinished(&self) -> Result<usize, BackendError> {
        Ok(self.publisher.steps.files(TEMPORARY).map_err(|source| self.unreachable(source))?.len())
    }

    /// The publisher, for tests of its order of steps.
    #[cfg(test)]
    pub(in crate::backend) const fn publisher(&self) -> &Publisher<Simulated> {
        &self.publisher
    }

    fn content(&self, name: &ObjectName) -> Result<Vec<u8>, BackendError> {
        let content = self.publisher.steps.content(name.as_str());
        content.map_err(|source| match source.kind() {
            io::ErrorKind::NotADirectory => BackendError::NotFound { name: name.clone() },
            _ => BackendError::from_io(name, self.publisher.location(), source),
        })
    }

    fn unreachable(&self, source: io::Error) -> BackendError {
        BackendError::Unreachable { location: self.location(), source }
    }
}

impl Backend for NonDurable {
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        self.publisher.put(name, bytes)
    }

    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
        // What is not an object is refused as it is when it is read.
        self.size(name)?;
        self.publisher.replace(name, bytes)
    }

    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
        whole(name, &self.content(name)?, bytes_max)
    }

    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError> {
        piece(name, &self.content(name)?, offset, bytes)
    }

    fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
        Ok(self.content(name)?.len() as u64)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
        check_prefix(prefix)?;
        let files = self.publisher.steps.files(prefix).map_err(|source| self.unreachable(source))?;
        let objects = files.iter().filter_map(|(path, bytes)| {
            let name = ObjectName::new(path).ok().filter(|name| name.is_below(prefix))?;
            Some(Stored { name, bytes: *bytes })
        });
        let mut objects: Vec<_> = objects.collect();
        objects.sort_unstable();
        Ok(objects)
    }

    fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.publisher.remove(name)
    }

    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
        self.size(name)?;
        self.publisher.make_durable(name)
    }

    fn location(&self) -> String {
        self.publisher.location().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::backend::contract::suite!(|_| NonDurable::new());

    #[test]
    fn while_the_power_is_off_everything_fails() {
        let backend = NonDurable::new();
        let name = ObjectName::new("config").unwrap();
        backend.put(&name, b"content").unwrap();
        backend.power_off_after(0);
        assert!(backend.put(&ObjectName::new("other").unwrap(), b"").is_err());
        assert!(
            backend.get(&name, 100).is_err() && backend.list("").is_err() && backend.remove(&name).is_err()
        );
        backend.power_cut(Survivors::Nothing);
        assert_eq!(backend.get(&name, 100).unwrap(), b"content");
    }
}
