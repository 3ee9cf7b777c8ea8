//! `stats`: how much there is, and how much room it takes.

use super::OpsError;
use crate::format::RegionKind;
use crate::index::IndexView;
use crate::repo::{RepoError, Repository};

/// What a repository holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Snapshots.
    pub snapshots: usize,
    /// Bytes of all snapshots' files, as if each were restored.
    pub bytes_in_snapshots: u64,
    /// Chunks that are known.
    pub chunks: u64,
    /// Packs.
    pub packs: usize,
    /// Bytes of packs.
    pub bytes_in_packs: u64,
    /// Plaintext bytes of regions with content of files.
    pub plain_content: u64,
    /// Stored bytes of the same.
    pub stored_content: u64,
    /// Plaintext bytes of regions with trees and recipes.
    pub plain_metadata: u64,
    /// Stored bytes of the same.
    pub stored_metadata: u64,
    /// Bytes of index objects.
    pub bytes_in_index: u64,
    /// Bytes of manifests.
    pub bytes_in_manifests: u64,
}

/// Counts what `repo` holds, by its index.
///
/// # Errors
/// [`OpsError::Repo`].
pub fn run(repo: &Repository, index: &IndexView) -> Result<Stats, OpsError> {
    let bytes_below = |folder: &str| -> Result<u64, OpsError> {
        let listed = repo.backend().list(folder).map_err(RepoError::from)?;
        Ok(listed.iter().map(|stored| stored.bytes).sum())
    };
    let snapshots = repo.snapshots()?.whole;
    let packs = repo.packs()?;
    let mut stats = Stats {
        snapshots: snapshots.len(),
        bytes_in_snapshots: snapshots.iter().map(|(_, manifest)| manifest.statistics.bytes).sum(),
        chunks: index.chunk_count().map_err(RepoError::from)?,
        packs: packs.len(),
        bytes_in_packs: packs.iter().map(|(_, bytes)| bytes).sum(),
        bytes_in_index: bytes_below("index")?,
        bytes_in_manifests: bytes_below("snapshots")?,
        ..Stats::default()
    };
    for (_, number) in index.packs().map_err(RepoError::from)? {
        for region in index.pack(number).map_err(RepoError::from)?.regions {
            let (plain, stored) = match region.kind {
                RegionKind::Content => (&mut stats.plain_content, &mut stats.stored_content),
                RegionKind::Metadata => (&mut stats.plain_metadata, &mut stats.stored_metadata),
            };
            *plain += u64::from(region.plain_bytes);
            *stored += u64::from(region.stored_bytes);
        }
    }
    Ok(stats)
}
