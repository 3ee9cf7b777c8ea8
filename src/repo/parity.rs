//! Parity of packs: stored beside them, read, and packs made whole by it. What it is knows `crate::parity`.

use std::collections::BTreeSet;

use super::object::name_in;
use super::packs::pack_name;
use super::{RepoError, Repository};
use crate::backend::{BackendError, ObjectName};
use crate::base::PackId;
use crate::base::limits::PACK_BYTES_ACCEPTED;
use crate::parity::{self, Parity};

/// The folder of parity.
const FOLDER: &str = "parity";
/// The largest parity object that is read, in bytes: of the largest pack, with 100 % and all hashes twice.
const BYTES_ACCEPTED: u64 = PACK_BYTES_ACCEPTED + 2 * 1024 * 1024;

/// The name of a pack's parity.
pub(super) fn parity_name(id: &PackId) -> Result<ObjectName, RepoError> {
    let fan: String = id.to_string().chars().take(2).collect();
    name_in(&format!("{FOLDER}/{fan}"), id)
}

/// The state of a pack's parity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParityState {
    /// It would heal the pack.
    Whole,
    /// A part of it is lost, or it is another pack's; it may still heal something.
    Damaged,
    /// There is none.
    Missing,
}

impl Repository {
    /// The parity of a pack, as `config` wants it; `None` if it wants none.
    ///
    /// # Errors
    /// [`RepoError::Encode`] for bytes that are no pack.
    pub fn make_parity(&self, id: PackId, pack: &[u8]) -> Result<Option<Vec<u8>>, RepoError> {
        match self.parameters().parity_percent {
            0 => Ok(None),
            percent => {
                let made = parity::encode(id, pack, percent);
                made.map(Some).map_err(|error| RepoError::Encode(format!("parity: {error}")))
            }
        }
    }

    /// Stores parity durably, in the place of what lies there.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn put_parity(&self, id: PackId, object: &[u8]) -> Result<(), RepoError> {
        let name = parity_name(&id)?;
        match self.backend.put(&name, object) {
            Err(BackendError::AlreadyExists { .. }) => Ok(self.backend.replace(&name, object)?),
            other => Ok(other?),
        }
    }

    /// Removes a pack's parity, if there is any.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_parity(&self, id: PackId) -> Result<(), RepoError> {
        match self.backend.remove(&parity_name(&id)?) {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The packs that have parity, whole or not.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn packs_with_parity(&self) -> Result<BTreeSet<PackId>, RepoError> {
        let listed = self.backend.list(FOLDER)?;
        let packs = listed.iter().filter_map(|stored| {
            let id = stored.name.last_part().parse().ok()?;
            (parity_name(&id).ok()? == stored.name).then_some(id)
        });
        Ok(packs.collect())
    }

    /// Reads a pack's parity and says what is wrong with it.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn check_parity(&self, id: PackId) -> Result<ParityState, RepoError> {
        let Some(object) = self.parity_object(id)? else { return Ok(ParityState::Missing) };
        let is_whole = Parity::decode(&object).is_ok_and(|found| found.is_whole() && found.header.pack == id);
        Ok(if is_whole { ParityState::Whole } else { ParityState::Damaged })
    }

    /// The pack as it was written, from what is there of it and its parity; `Err` with the reason in words if that is not enough.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn heal_pack(&self, id: PackId, there: &[u8]) -> Result<Result<Vec<u8>, String>, RepoError> {
        let Some(object) = self.parity_object(id)? else { return Ok(Err("it has no parity".into())) };
        let healed = Parity::decode(&object).and_then(|found| match found.header.pack == id {
            true => found.heal(there),
            false => Err(parity::ParityError::NotThePack),
        });
        Ok(healed.map_err(|error| format!("its parity: {error}")))
    }

    /// The stored bytes of a pack's parity. What is too large is none.
    fn parity_object(&self, id: PackId) -> Result<Option<Vec<u8>>, RepoError> {
        match self.backend.get(&parity_name(&id)?, BYTES_ACCEPTED) {
            Ok(object) => Ok(Some(object)),
            Err(BackendError::TooLarge { .. }) => Ok(Some(vec![])),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a pack, whatever they are; `None` if there is none or it is larger than any pack.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn pack_bytes(&self, id: PackId) -> Result<Option<Vec<u8>>, RepoError> {
        match self.backend.get(&pack_name(&id)?, PACK_BYTES_ACCEPTED) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(BackendError::TooLarge { .. }) => Ok(None),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts a pack that was healed or found elsewhere in its place. Its bytes must have its id.
    ///
    /// # Errors
    /// [`RepoError::Verification`] for bytes of another id; [`RepoError::Backend`].
    pub fn restore_pack(&self, id: PackId, bytes: &[u8]) -> Result<(), RepoError> {
        if blake3::hash(bytes) != *id.as_bytes() {
            return Err(RepoError::Verification);
        }
        let name = pack_name(&id)?;
        match self.backend.put(&name, bytes) {
            Err(BackendError::AlreadyExists { .. }) => Ok(self.backend.replace(&name, bytes)?),
            other => Ok(other?),
        }
    }
}
