//! The text of sections without rows, gathered before anything is decided: what a table needs stands in it.

use std::collections::HashMap;

use super::read::{self, Given, Stretch};
use crate::base::Observer;
use crate::base::limits::EXTRACT_TEXT_BYTES_MAX;
use crate::format::Recipe;
use crate::format::table_map::{MapDialect, MapSectionKind, MapTrailer};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, TableMap};
use crate::sql::Dialect;

/// Where a dump is read from.
#[derive(Clone, Copy)]
pub struct Dump<'d> {
    /// Reads its chunks.
    pub reader: &'d ChunkReader,
    /// Its chunks.
    pub recipe: &'d Recipe,
    /// Its sections.
    pub map: &'d TableMap<'d>,
    /// Hears of what is read.
    pub observer: &'d dyn Observer,
}

impl Dump<'_> {
    /// Its grammar.
    pub const fn dialect(&self) -> Dialect {
        dialect_of(&self.map.trailer)
    }
}

/// The grammar that a map tells.
pub const fn dialect_of(trailer: &MapTrailer) -> Dialect {
    match trailer.dialect {
        MapDialect::MySql => Dialect::MySql,
        MapDialect::Postgres => Dialect::Postgres,
        MapDialect::Sqlite => Dialect::Sqlite,
    }
}

/// Texts of sections, by their numbers.
#[derive(Debug, Default)]
pub struct Texts {
    texts: HashMap<usize, Vec<u8>>,
    bytes: u64,
    /// Whether there was room for all that was asked for.
    pub are_all: bool,
}

impl Texts {
    /// None yet.
    pub fn new() -> Self {
        Self { are_all: true, ..Self::default() }
    }

    /// The text of a section, if it has been gathered.
    pub fn get(&self, number: usize) -> Option<&[u8]> {
        self.texts.get(&number).map(Vec::as_slice)
    }

    /// Gathers the text of those sections that have no rows and are not here yet, as long as there is room.
    ///
    /// # Errors
    /// Those of reading chunks.
    pub fn gather(&mut self, dump: Dump<'_>, numbers: &[usize]) -> Result<(), OpsError> {
        let mut wanted: Vec<usize> = numbers.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut stretches = vec![];
        for number in wanted {
            let Some(placed) = dump.map.sections.get(number) else { continue };
            if placed.section.kind == MapSectionKind::TableData || self.texts.contains_key(&number) {
                continue;
            }
            if !placed.section.text.is_empty() {
                self.texts.insert(number, placed.section.text.clone());
                continue;
            }
            if self.bytes + placed.section.bytes > EXTRACT_TEXT_BYTES_MAX {
                self.are_all = false;
                continue;
            }
            self.bytes += placed.section.bytes;
            stretches.push(Stretch::Bytes { range: placed.range.clone(), anchor: placed.anchor });
            stretches.push(Stretch::End(number));
        }
        let mut text = vec![];
        let mut stretches = stretches.into_iter().map(Ok);
        read::read(dump.reader, dump.recipe, &mut stretches, dump.observer, &mut |given| {
            match given {
                Given::Bytes(bytes) => text.extend_from_slice(bytes),
                Given::End(number) => _ = self.texts.insert(number, std::mem::take(&mut text)),
                Given::Run(_) => {}
            }
            Ok(())
        })
    }
}
