//! Packs that nothing heals: what is whole of them is stored anew, and then they are taken out of use.
//!
//! So are packs that are whole and have deltas of what is lost: their index object would tell of chunks that nobody can read, and the next
//! backup would rely on them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::base::{Observer, PackId};
use crate::codec::Compression;
use crate::format::{Contents, RegionRecord};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, RepoError, Repository, WriteOptions, Writer};

/// What became of a pack that is out of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Which pack.
    pub pack: PackId,
    /// Regions of it that are whole and stand in new packs now.
    pub regions_saved: u64,
    /// Regions that are lost, or lean on what is.
    pub regions_lost: u64,
    /// Chunks in those.
    pub chunks_lost: u64,
    /// Whether its own bytes are damaged, and not only what it leans on.
    pub is_damaged: bool,
}

/// Saves what is whole of these packs, and of those that lean on them, and takes them out of use.
pub fn run(
    repo: &Repository,
    cache: &Path,
    hopeless: &BTreeSet<PackId>,
    observer: &dyn Observer,
) -> Result<Vec<Saved>, OpsError> {
    let mut state = repo.open_index_for_writing(cache, observer)?;
    let reader = ChunkReader::new(repo, state.index.view());
    let mut going = damaged(repo, &reader, hopeless, observer)?;
    let told = repo.told_contents(&going.iter().map(|(id, _)| *id).collect())?;
    let options = WriteOptions { compression: Compression::default(), dry_run: false };
    let mut writer = Writer::new(repo, &mut state.index, options)?;
    let mut saved = vec![];
    for (id, contents) in &mut going {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let known = contents.take().or_else(|| told.get(id).cloned());
        saved.push(save(repo, *id, known, &reader, &mut writer, hopeless.contains(id))?);
    }
    writer.finish()?;
    for (id, _) in &going {
        let bytes = repo.pack_bytes(*id)?.unwrap_or_default();
        repo.take_out_of_use(*id, &bytes)?;
    }
    Ok(saved)
}

/// The packs that are not whole or lean on what is lost, with their tables of contents where they can be read.
fn damaged(
    repo: &Repository,
    reader: &ChunkReader,
    hopeless: &BTreeSet<PackId>,
    observer: &dyn Observer,
) -> Result<Vec<(PackId, Option<Contents>)>, OpsError> {
    let mut packs: BTreeMap<PackId, Option<Contents>> = hopeless.iter().map(|id| (*id, None)).collect();
    for (id, _) in repo.packs()? {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let scan = repo.scan_pack(id, reader)?;
        if !scan.damage.is_empty() {
            packs.insert(id, scan.contents);
        }
    }
    Ok(packs.into_iter().collect())
}

fn save(
    repo: &Repository,
    pack: PackId,
    contents: Option<Contents>,
    reader: &ChunkReader,
    writer: &mut Writer<'_>,
    is_damaged: bool,
) -> Result<Saved, OpsError> {
    let mut saved = Saved { pack, regions_saved: 0, regions_lost: 0, chunks_lost: 0, is_damaged };
    let bytes = repo.pack_bytes(pack)?.unwrap_or_default();
    let mut each = |record: &RegionRecord, plain: Option<Vec<u8>>| {
        let Some(plain) = plain else {
            saved.regions_lost += 1;
            saved.chunks_lost += record.chunks.len() as u64;
            return Ok(());
        };
        saved.regions_saved += 1;
        let mut rest = plain.as_slice();
        for chunk in &record.chunks {
            let (content, after) = rest.split_at_checked(chunk.plain_bytes as usize).unwrap_or((rest, &[]));
            writer.put_again(record.kind, chunk.id, content)?;
            rest = after;
        }
        Ok(())
    };
    repo.each_region(&bytes, &contents.unwrap_or_default(), reader, &mut each)?;
    Ok(saved)
}
