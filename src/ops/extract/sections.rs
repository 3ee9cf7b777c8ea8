//! Sections of a dump, one after another, each by itself what a client can be given.

use super::read::{self, Given, Stretch};
use super::text::dialect_of;
use super::write::standing_alone;
use crate::base::Observer;
use crate::format::Recipe;
use crate::format::table_map::MapSectionKind;
use crate::ops::OpsError;
use crate::repo::{ChunkReader, PlacedSection, TableMap};

/// Takes a section, or the next piece of its rows.
pub type Give<'g> = dyn FnMut(&PlacedSection, &[u8]) -> Result<(), OpsError> + 'g;

/// Hands the sections that are `wanted` to `give`, in the order of the dump: rows in pieces, everything else whole.
///
/// # Errors
/// Those of reading chunks and of `give`.
pub fn each(
    reader: &ChunkReader,
    recipe: &Recipe,
    map: &TableMap<'_>,
    wanted: &dyn Fn(&PlacedSection) -> bool,
    observer: &dyn Observer,
    give: &mut Give<'_>,
) -> Result<(), OpsError> {
    let numbers: Vec<usize> = map
        .sections
        .iter()
        .enumerate()
        .filter(|(_, placed)| wanted(placed))
        .map(|(number, _)| number)
        .collect();
    let placed = |number: &usize| map.sections.get(*number).map(|placed| (*number, placed));
    let mut stretches = numbers.iter().filter_map(placed).flat_map(|(number, placed)| {
        [Ok(Stretch::Bytes { range: placed.range.clone(), anchor: placed.anchor }), Ok(Stretch::End(number))]
    });
    let mut ahead = numbers.iter().filter_map(placed).map(|(_, placed)| placed);
    let mut current = ahead.next();
    // What is changed on its way, or has a delimiter around it; large objects may be as large as any table.
    let is_gathered = |placed: &PlacedSection| {
        use MapSectionKind as Kind;
        let kinds = [Kind::Header, Kind::Footer, Kind::Schema, Kind::Type, Kind::Extension, Kind::Function];
        kinds.contains(&placed.section.kind) || placed.section.delimiter.is_some()
    };
    let dialect = dialect_of(&map.trailer);
    let mut gathered = vec![];
    read::read(reader, recipe, &mut stretches, observer, &mut |given| {
        let Some(placed) = current else { return Ok(()) };
        match given {
            Given::Bytes(bytes) if is_gathered(placed) => gathered.extend_from_slice(bytes),
            Given::Bytes(bytes) => give(placed, bytes)?,
            Given::Run(_) => {}
            Given::End(_) => {
                if is_gathered(placed) {
                    give(placed, &standing_alone(placed, dialect, &std::mem::take(&mut gathered)))?;
                }
                current = ahead.next();
            }
        }
        Ok(())
    })
}
