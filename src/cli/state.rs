//! What this machine knows of a repository and nobody else: small, durable, and no loss if it is gone.

use std::path::PathBuf;

use super::error::CliError;
use super::session::Session;
use crate::backend::{Backend, BackendError, LocalBackend, ObjectName};
use crate::ops::check::Verified;
use crate::repo::Repository;

/// More bytes are not read: packs of 10 TB.
const VERIFIED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The directory of what is known of this repository besides what was seen of it.
fn place(session: &Session, repo: &Repository) -> Result<PathBuf, CliError> {
    Ok(session.state()?.join("verified").join(repo.id().to_string()))
}

fn name() -> Result<ObjectName, CliError> {
    Ok(ObjectName::new("verified").map_err(BackendError::from)?)
}

/// When which packs were verified from here; nothing where that cannot be read.
pub fn verified(session: &Session, repo: &Repository) -> Verified {
    let read = || -> Result<Vec<u8>, CliError> {
        Ok(LocalBackend::open(&place(session, repo)?)?.get(&name()?, VERIFIED_BYTES_MAX)?)
    };
    read().map_or_else(|_| Verified::default(), |bytes| Verified::decode(&bytes))
}

/// Keeps it, durably.
pub fn keep_verified(session: &Session, repo: &Repository, verified: &Verified) -> Result<(), CliError> {
    let (backend, bytes) = (LocalBackend::create(&place(session, repo)?)?, verified.encode());
    match backend.put(&name()?, &bytes) {
        Err(BackendError::AlreadyExists { .. }) => Ok(backend.replace(&name()?, &bytes)?),
        other => Ok(other?),
    }
}
