//! Floor 2: named bytes that are written once and survive a power cut.
//!
//! A [`Backend`] keeps objects under names like `packs/ab/abcd...`. It does not know what is in them: no keys, no packs, no
//! format. Every implementation passes one suite (`contract.rs`). [`LocalBackend`] is the one for people; [`MemoryBackend`]
//! and everything in [`double`] are for tests.

#[cfg(test)]
mod contract;
mod disk;
pub mod double;
mod error;
mod local;
mod memory;
mod name;
mod publish;
mod reserve;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use error::BackendError;
pub use local::LocalBackend;
pub use memory::MemoryBackend;
pub use name::{NameError, ObjectName};
pub use reserve::Freeing;

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// What the object is called.
    pub name: ObjectName,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Keeps named bytes. Objects do not change: they are put once, read, and removed. Only what is damaged is replaced.
///
/// All calls may come from several threads, and from several processes on the same store. After an error nobody knows
/// whether a put or a removal took effect, except where the variant says so; but whatever is visible is whole. The caller
/// never uses a name and the beginning of it: where there is `packs/ab/cd` there is no `packs/ab`.
pub trait Backend: Send + Sync {
    /// Stores `bytes` under `name`. When this returns `Ok` the object survives a power cut.
    ///
    /// Of several puts of one name exactly one succeeds, and the object is that one's. The object appears whole or not at all.
    ///
    /// # Errors
    /// [`BackendError::AlreadyExists`] if the name is taken: what lies there is untouched and survives a power cut too.
    /// Others as the store reports them.
    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError>;

    /// Puts `bytes` in the place of an object that is there, and is damaged: the only way in which an object changes.
    ///
    /// When this returns `Ok` it survives a power cut. Whatever happens, the old bytes or the new ones are there, whole; after an error
    /// nobody knows which. Who reads meanwhile gets the one or the other.
    ///
    /// # Errors
    /// [`BackendError::NotFound`] if there is no such object: nothing is put then.
    fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError>;

    /// Reads the whole object, if it has at most `bytes_max` bytes.
    ///
    /// # Errors
    /// [`BackendError::TooLarge`], before memory is taken, and [`BackendError::NotFound`].
    fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError>;

    /// Reads exactly `bytes` bytes from `offset` on. No bytes can be read at any offset.
    ///
    /// # Errors
    /// [`BackendError::ShortRead`], before memory is taken, if the object ends earlier, and [`BackendError::NotFound`].
    fn get_range(&self, name: &ObjectName, offset: u64, bytes: usize) -> Result<Vec<u8>, BackendError>;

    /// How many bytes the object has.
    ///
    /// # Errors
    /// [`BackendError::NotFound`] if there is no such object.
    fn size(&self, name: &ObjectName) -> Result<u64, BackendError>;

    /// Everything below `prefix` (whole parts of a name; `""` is the root), at any depth, sorted by name.
    ///
    /// An object called `prefix` itself is not below it. A prefix nothing lies below gives an empty list. What is not an object
    /// (unfinished writes, foreign files) is left out. Objects put or removed meanwhile may be in the list or not.
    ///
    /// # Errors
    /// [`BackendError::Name`] if `prefix` could not be the beginning of a name, like `packs/` or `..`.
    fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError>;

    /// Removes the object. When this returns `Ok`, or that there is none, it does not come back after a power cut.
    ///
    /// # Errors
    /// [`BackendError::NotFound`] if there is no such object.
    fn remove(&self, name: &ObjectName) -> Result<(), BackendError>;

    /// Makes an object that is there survive a power cut, also if whoever put it was killed before that was so.
    ///
    /// # Errors
    /// [`BackendError::NotFound`] if there is no such object.
    fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError>;

    /// Sets room aside, at least `bytes` of it in all, for those who free room in a store that is full ([`Freeing`]).
    ///
    /// A store that cannot be full sets none aside. It is not said to survive a power cut.
    ///
    /// # Errors
    /// [`BackendError::NoSpace`] if there is no room to set aside.
    fn keep_reserve(&self, bytes: u64) -> Result<(), BackendError> {
        _ = bytes;
        Ok(())
    }

    /// Gives free the room that was set aside, and what killed writers left unfinished. `false` if there was nothing of the kind.
    ///
    /// # Errors
    /// As the store reports them.
    fn give_up_reserve(&self) -> Result<bool, BackendError> {
        Ok(false)
    }

    /// Where the objects lie, for messages: escaped, without secrets.
    fn location(&self) -> String;
}

macro_rules! forward {
    ($pointer:ident) => {
        impl<B: Backend + ?Sized> Backend for $pointer<B> {
            fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
                (**self).put(name, bytes)
            }
            fn replace(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), BackendError> {
                (**self).replace(name, bytes)
            }
            fn get(&self, name: &ObjectName, bytes_max: u64) -> Result<Vec<u8>, BackendError> {
                (**self).get(name, bytes_max)
            }
            fn get_range(
                &self,
                name: &ObjectName,
                offset: u64,
                bytes: usize,
            ) -> Result<Vec<u8>, BackendError> {
                (**self).get_range(name, offset, bytes)
            }
            fn size(&self, name: &ObjectName) -> Result<u64, BackendError> {
                (**self).size(name)
            }
            fn list(&self, prefix: &str) -> Result<Vec<Stored>, BackendError> {
                (**self).list(prefix)
            }
            fn remove(&self, name: &ObjectName) -> Result<(), BackendError> {
                (**self).remove(name)
            }
            fn make_durable(&self, name: &ObjectName) -> Result<(), BackendError> {
                (**self).make_durable(name)
            }
            fn keep_reserve(&self, bytes: u64) -> Result<(), BackendError> {
                (**self).keep_reserve(bytes)
            }
            fn give_up_reserve(&self) -> Result<bool, BackendError> {
                (**self).give_up_reserve()
            }
            fn location(&self) -> String {
                (**self).location()
            }
        }
    };
}

forward!(Arc);
forward!(Box);

/// Locks, also after a thread has panicked with the lock: nothing behind these locks is ever left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whole content of an object that lies in memory, by the rules of [`Backend::get`].
fn whole(name: &ObjectName, content: &[u8], bytes_max: u64) -> Result<Vec<u8>, BackendError> {
    let bytes = content.len() as u64;
    if bytes > bytes_max {
        return Err(BackendError::TooLarge { name: name.clone(), bytes, bytes_max });
    }
    Ok(content.to_vec())
}

/// A piece of an object that lies in memory, by the rules of [`Backend::get_range`].
fn piece(name: &ObjectName, content: &[u8], offset: u64, wanted: usize) -> Result<Vec<u8>, BackendError> {
    let rest = usize::try_from(offset).ok().and_then(|start| content.get(start..)).unwrap_or_default();
    match rest.get(..wanted) {
        Some(piece) => Ok(piece.to_vec()),
        None => Err(BackendError::ShortRead { name: name.clone(), offset, wanted, found: rest.len() }),
    }
}
