//! Making a repository and opening one.

use std::sync::Arc;

use super::object::{open_envelope, seal_envelope};
use super::slots::{self, NewSlot};
use super::{OpenSlot, RepoError, Repository, Subject};
use crate::backend::{Backend, BackendError, ObjectName};
use crate::base::limits::OBJECT_BYTES_ACCEPTED;
use crate::base::{RepositoryId, Timestamp};
use crate::crypto::{Keys, MasterKey, MessageKind, random_array};
use crate::format::{Config, ConfigHeader, FORMAT_VERSION, FormatError, Parameters};

fn config_name() -> Result<ObjectName, RepoError> {
    Ok(ObjectName::new("config").map_err(BackendError::from)?)
}

impl Repository {
    /// Makes a new repository with one key slot. `config` is written last: before it there is no repository.
    ///
    /// # Errors
    /// [`RepoError::AlreadyThere`]; [`RepoError::Encode`] for parameters that are not possible.
    pub fn create(
        backend: Arc<dyn Backend>,
        slot: &NewSlot<'_>,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<Self, RepoError> {
        let there = |backend: &dyn Backend| RepoError::AlreadyThere { location: backend.location() };
        if backend.size(&config_name()?).is_ok() {
            return Err(there(&*backend));
        }
        // Snapshots and packs are made after `config`: it was there and is lost, and a new one would open none of them.
        for folder in ["snapshots", "packs"] {
            if !backend.list(folder)?.is_empty() {
                let reason = format!("it is missing, but there are {folder}: put it back from a copy");
                return Err(RepoError::damaged(Subject::Config, reason));
            }
        }
        let header = ConfigHeader {
            oldest_reader: FORMAT_VERSION,
            oldest_writer: FORMAT_VERSION,
            repository: RepositoryId::new(random_array()?),
            salt: random_array()?,
        };
        let keys = Arc::new(Keys::new(header.repository, MasterKey::generate()?));
        let config = Config { created: now, parameters };
        let seal = keys.seal(MessageKind::Config, &header.salt, &header.encode());
        let object = header.finish(&seal_envelope(&seal, 0, &config.encode()?)?);
        let slot_name = slots::put(&*backend, &keys, slot)?;
        match backend.put(&config_name()?, &object) {
            Ok(()) => {
                let id = slot_name.last_part().parse().ok();
                let opened = id.map(|id| OpenSlot { id, label: slot.label.into() });
                let repo = Self { backend, keys, config, slot: opened };
                repo.keep_reserve(0)?;
                Ok(repo)
            }
            Err(error) => {
                // The slot belongs to a repository that never came to be.
                let removed = backend.remove(&slot_name);
                match error {
                    BackendError::AlreadyExists { .. } => Err(there(&*backend)),
                    error => {
                        removed.ok();
                        Err(error.into())
                    }
                }
            }
        }
    }

    /// Opens a repository with a password: tries the slots one after another, a tenth of a second each.
    ///
    /// # Errors
    /// [`RepoError::NoRepository`], [`RepoError::WrongPassword`], [`RepoError::NoKeySlot`], [`RepoError::Newer`],
    /// [`RepoError::Damaged`] of `config`.
    pub fn open(backend: Arc<dyn Backend>, password: &[u8]) -> Result<Self, RepoError> {
        let (header, sealed) = read_config(&*backend)?;
        let (slot, master) = slots::open_any(&*backend, header.repository, password)?;
        Ok(Self { slot: Some(slot), ..Self::open_with(backend, &header, &sealed, master)? })
    }

    /// Opens a repository with its master key.
    ///
    /// # Errors
    /// Those of [`Self::open`]; a wrong key is [`RepoError::Damaged`] of `config`.
    pub fn open_with_master(backend: Arc<dyn Backend>, master: MasterKey) -> Result<Self, RepoError> {
        let (header, sealed) = read_config(&*backend)?;
        Self::open_with(backend, &header, &sealed, master)
    }

    /// Opens a repository with what stands on its recovery kit.
    ///
    /// # Errors
    /// Those of [`Self::open`]; [`RepoError::OtherRepository`] if the kit is not of this one.
    pub fn open_with_kit(
        backend: Arc<dyn Backend>,
        repository: RepositoryId,
        master: MasterKey,
    ) -> Result<Self, RepoError> {
        let (header, sealed) = read_config(&*backend)?;
        if header.repository != repository {
            return Err(RepoError::OtherRepository { location: backend.location(), wanted: repository });
        }
        Self::open_with(backend, &header, &sealed, master)
    }

    fn open_with(
        backend: Arc<dyn Backend>,
        header: &ConfigHeader,
        sealed: &[u8],
        master: MasterKey,
    ) -> Result<Self, RepoError> {
        let damaged = |reason: &dyn std::fmt::Display| RepoError::damaged(Subject::Config, reason);
        let keys = Arc::new(Keys::new(header.repository, master));
        let seal = keys.seal(MessageKind::Config, &header.salt, &header.encode());
        let body = open_envelope(&seal, 0, sealed).map_err(|error| damaged(&error))?;
        let config = Config::decode(&body).map_err(|error| damaged(&error))?;
        Ok(Self { backend, keys, config, slot: None })
    }
}

/// The header and the sealed part of `config`.
fn read_config(backend: &dyn Backend) -> Result<(ConfigHeader, Vec<u8>), RepoError> {
    let location = backend.location();
    let object = match backend.get(&config_name()?, OBJECT_BYTES_ACCEPTED) {
        Err(error) if error.is_not_found() => return Err(RepoError::NoRepository { location }),
        other => other?,
    };
    match ConfigHeader::decode(&object) {
        Ok((header, sealed)) => Ok((header, sealed.to_vec())),
        Err(FormatError::Newer { needed, known }) => Err(RepoError::Newer { location, needed, known }),
        Err(error) => Err(RepoError::damaged(Subject::Config, error)),
    }
}
