//! `stats`: how much there is, how much room it takes, and what each night cost and why.

use super::{OpsError, dumps};
use crate::base::{TreePath, escape};
use crate::format::table_map::MapTableName;
use crate::format::{ContentCost, Manifest, RegionKind};
use crate::index::IndexView;
use crate::repo::{ChunkReader, RepoError, Repository, Subject, TableMap};

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
    /// Bytes of parity.
    pub bytes_in_parity: u64,
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
        bytes_in_parity: bytes_below("parity")?,
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

/// What a night cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// Stored bytes of content that is no delta, and of deltas.
    pub content: ContentCost,
    /// What else the repository grew by, but for the manifest.
    pub metadata: u64,
}

/// What the night of a snapshot cost, if that is known.
pub fn night(manifest: &Manifest) -> Option<Night> {
    let statistics = &manifest.statistics;
    Some(Night { content: statistics.content?, metadata: statistics.metadata()? })
}

/// What a part of a dump cost in a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Path of the dump.
    pub dump: Vec<u8>,
    /// Which part.
    pub part: Part,
    /// Stored bytes.
    pub stored: u64,
    /// Rows that are new or changed; `None` if there was no earlier dump to compare with, or no rows are in it.
    pub rows: Option<u64>,
}

/// A part of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A table: the database that was current before it, and its name.
    Table(Option<Vec<u8>>, MapTableName),
    /// Tables that are not told one by one: so many.
    Tables(u64),
    /// What is of no table.
    Rest,
}

/// What the dumps of a snapshot at or below `path` cost in its night, part by part, the dearest first of each.
///
/// # Errors
/// Those of reading maps; [`RepoError::Damaged`] if a manifest names a table that its map has not.
pub fn spent(
    reader: &ChunkReader,
    manifest: &Manifest,
    path: Option<&TreePath>,
) -> Result<Vec<Spent>, OpsError> {
    let mut all = vec![];
    for at in dumps::of(manifest, path) {
        let Some(cost) = &at.cost else { continue };
        let map = TableMap::open(reader, at)?;
        let mut parts = vec![];
        let mut add = |part, stored, rows| parts.push(Spent { dump: at.path.clone(), part, stored, rows });
        for table in &cost.tables {
            let section = usize::try_from(table.section).ok().and_then(|number| map.sections.get(number));
            let Some((name, section)) =
                section.and_then(|placed| Some((placed.section.table.clone()?, placed)))
            else {
                let subject = Subject::Object(format!("table map of /{}", escape(&at.path)));
                return Err(RepoError::damaged(subject, "the manifest names a table that it has not").into());
            };
            let part = Part::Table(section.section.database.clone(), name);
            add(part, table.stored, cost.has_rows.then_some(table.rows));
        }
        parts.sort_by_key(|part| std::cmp::Reverse((part.stored, part.rows)));
        let mut add = |part, stored, rows| parts.push(Spent { dump: at.path.clone(), part, stored, rows });
        if let Some(others) = cost.others {
            add(Part::Tables(others.tables), others.stored, cost.has_rows.then_some(others.rows));
        }
        let of_tables: u64 = cost.tables.iter().map(|table| table.stored).sum();
        let rest = cost.stored - of_tables - cost.others.map_or(0, |others| others.stored);
        if rest > 0 {
            add(Part::Rest, rest, None);
        }
        all.append(&mut parts);
    }
    Ok(all)
}
