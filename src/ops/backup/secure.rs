//! The last step of a backup: nothing that its snapshot needs is about to be deleted (`format-spec/lease.md`, "Writing beside prune").
//!
//! As long as its lease was in place all the time, prune has waited. A run that was suspended looks again: what stands only in packs that
//! are to be deleted is stored again, and if something is gone already, so is the snapshot.

use std::path::Path;

use super::BackupOptions;
use crate::base::limits::SECURING_ROUNDS_MAX;
use crate::base::{Observer, SnapshotId};
use crate::format::{Forgetting, LeasePurpose, Manifest, RegionKind};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, HeldLease, Reach, RepoError, Repository, WriteOptions, Writer};

/// Makes sure that the snapshot, whose manifest is there, keeps what it needs. Ends the lease.
///
/// # Errors
/// [`OpsError::Overtaken`] if something it needs is gone: then its manifest is gone too. Those of storing again.
pub fn secure(
    repo: &Repository,
    cache: &Path,
    (id, manifest): (SnapshotId, &Manifest),
    mut lease: HeldLease,
    options: &BackupOptions,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    for _ in 0..SECURING_ROUNDS_MAX {
        if lease.is_intact()? {
            // It ends by itself if it cannot be removed, and the snapshot stands.
            lease.release().ok();
            return Ok(());
        }
        // It was suspended for a while. That is no warning: nobody has to do anything, and a laptop that sleeps does it every night.
        drop(lease);
        lease = repo.take_lease(LeasePurpose::Backup, &options.host)?;
        if !store_again(repo, cache, manifest, options, observer)? {
            break;
        }
    }
    // Somebody may have seen it: what is gone without a record looks like a repository that went back in time.
    let BackupOptions { host, user, now, .. } = options.clone();
    repo.put_forgetting(&Forgetting { time: now, host, user, snapshots: vec![(id, manifest.sequence)] })?;
    repo.remove_manifest(&id)?;
    Err(OpsError::Overtaken)
}

/// Stores again what is only in packs that are about to be deleted; `false` if something is in none.
fn store_again(
    repo: &Repository,
    cache: &Path,
    manifest: &Manifest,
    options: &BackupOptions,
    observer: &dyn Observer,
) -> Result<bool, OpsError> {
    let mut state = repo.open_index_for_writing(cache, observer)?;
    let reader = ChunkReader::new(repo, state.index.view());
    let avoided = state.avoided()?;
    let write_options = WriteOptions { compression: options.compression, dry_run: false };
    let mut writer = Writer::new(repo, &mut state.index, write_options)?.avoiding(avoided);
    let mut reach = Reach::new(&reader);
    let mut is_lost = false;
    reach.snapshot(manifest, &mut |id| {
        if writer.knows(&id)? {
            return Ok(());
        }
        match reader.locate(&id).and_then(|at| Ok((at, reader.chunk(&id)?))) {
            Ok((at, plain)) => {
                let region = reader.pack_place(at.pack)?.regions.get(at.region as usize).copied();
                let kind = region.map_or(RegionKind::Content, |region| region.kind);
                writer.copy_chunk(kind, id, &plain, None)
            }
            Err(error) if error.is_damage() => {
                is_lost = true;
                Ok(())
            }
            Err(error) => Err(error),
        }
    })?;
    is_lost |= !reach.damage.is_empty();
    writer.finish()?;
    Ok(!is_lost)
}

/// A session of writing begins: from now on, prune waits.
pub fn begin(repo: &Repository, options: &BackupOptions) -> Result<HeldLease, RepoError> {
    repo.take_lease(LeasePurpose::Backup, &options.host)
}

#[cfg(test)]
mod tests;
