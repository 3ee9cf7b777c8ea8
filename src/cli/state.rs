//! What this machine knows of a repository and nobody else: small, durable, and no loss if it is gone.

use std::path::PathBuf;

use super::error::CliError;
use crate::backend::{Backend, BackendError, LocalBackend, ObjectName};
use crate::ops::check::Verified;
use crate::repo::Repository;

/// More bytes are not read: packs of 10 TB.
const VERIFIED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The directory of what is known of this repository: `$XDG_STATE_HOME/strongroom/<id>`.
fn place(repo: &Repository) -> Result<PathBuf, CliError> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let user = || nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten();
    let home = || absolute("HOME").or_else(|| Some(user()?.dir)).map(|home| home.join(".local/state"));
    let base = absolute("XDG_STATE_HOME").or_else(home);
    let base =
        base.ok_or_else(|| CliError::Usage("no place for what is remembered: set XDG_STATE_HOME".into()))?;
    Ok(base.join("strongroom").join(repo.id().to_string()))
}

fn name() -> Result<ObjectName, CliError> {
    Ok(ObjectName::new("verified").map_err(BackendError::from)?)
}

/// When which packs were verified from here; nothing where that cannot be read.
pub fn verified(repo: &Repository) -> Verified {
    let read = || -> Result<Vec<u8>, CliError> {
        Ok(LocalBackend::open(&place(repo)?)?.get(&name()?, VERIFIED_BYTES_MAX)?)
    };
    read().map_or_else(|_| Verified::default(), |bytes| Verified::decode(&bytes))
}

/// Keeps it, durably.
pub fn keep_verified(repo: &Repository, verified: &Verified) -> Result<(), CliError> {
    let (backend, bytes) = (LocalBackend::create(&place(repo)?)?, verified.encode());
    match backend.put(&name()?, &bytes) {
        Err(BackendError::AlreadyExists { .. }) => Ok(backend.replace(&name()?, &bytes)?),
        other => Ok(other?),
    }
}
