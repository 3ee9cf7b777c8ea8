//! Tables that lie in what is lost of a dump: where its chunks are missing, by its table map.

use std::collections::BTreeSet;
use std::ops::Range;

use super::snapshots::has;
use super::{Bad, LostTable};
use crate::format::{Entry, Manifest, Recipe};
use crate::ops::{OpsError, dumps};
use crate::repo::{ChunkReader, Records, TableMap};

/// The tables of a snapshot of which something is lost, dump by dump. What a map that cannot be read would tell is not told.
pub fn lost(
    reader: &ChunkReader,
    manifest: &Manifest,
    bad: &Bad,
    files: &[Entry],
) -> Result<Vec<LostTable>, OpsError> {
    let mut tables = vec![];
    for file in files {
        let Some(at) = manifest.table_maps.iter().find(|map| map.path == file.path.as_bytes()) else {
            continue;
        };
        let map = match TableMap::open(reader, at) {
            Ok(map) => map,
            Err(error) if error.is_damage() => continue,
            Err(error) => return Err(error.into()),
        };
        let none = Recipe::default();
        let ranges = holes(reader, file.content.as_ref().unwrap_or(&none), bad)?;
        let is_hit = |range: &Range<u64>| {
            let next = ranges.partition_point(|hole| hole.end <= range.start);
            ranges.get(next).is_some_and(|hole| hole.start < range.end)
        };
        let names: BTreeSet<String> = map
            .sections
            .iter()
            .filter(|placed| is_hit(&placed.range))
            .filter_map(|placed| {
                let name = placed.section.table.as_ref()?;
                Some(dumps::full_name(placed.section.database.as_deref(), name))
            })
            .collect();
        tables.extend(names.into_iter().map(|name| LostTable { dump: file.path.clone(), name }));
    }
    Ok(tables)
}

/// The bytes of a stream that are lost, in order.
fn holes(reader: &ChunkReader, recipe: &Recipe, bad: &Bad) -> Result<Vec<Range<u64>>, OpsError> {
    let mut records = Records::new(reader, recipe);
    let (mut holes, mut offset): (Vec<Range<u64>>, u64) = (vec![], 0);
    loop {
        let record = match records.next_record() {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(holes),
            // Where the list of chunks ends nobody knows what comes.
            Err(error) if error.is_damage() => {
                holes.push(offset..u64::MAX);
                return Ok(holes);
            }
            Err(error) => return Err(error.into()),
        };
        let end = offset.saturating_add(u64::from(record.bytes));
        if !record.is_hole() && !has(reader, &record, bad)? {
            match holes.last_mut() {
                Some(last) if last.end == offset => last.end = end,
                _ => holes.push(offset..end),
            }
        }
        offset = end;
    }
}
