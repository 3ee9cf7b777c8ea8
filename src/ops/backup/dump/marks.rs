//! Where rows and sections end in the chunks of a dump: what it takes to tell which tables a chunk costs, and how many of their rows are new.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::names;
use crate::format::table_map::MapTableName;
use crate::sql::{Row, Section, TableName};

/// A table of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpTable {
    /// The first section that is of it, from 0.
    pub section: u64,
    /// The database that was current before it.
    pub database: Option<Vec<u8>>,
    /// Its name.
    pub name: MapTableName,
}

/// What ends, besides a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// What is of no row: a row begins here, and not where the last one ended.
    Gap,
    /// A section of this table, or of none.
    Section(Option<Arc<DumpTable>>),
}

/// The marks in one chunk, as offsets in it, in order. What was told when the chunk had been cut stands at the beginning of the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Where rows end. A row begins where the one before it ends, or at a break.
    pub row_ends: Vec<u32>,
    /// Where something else does; behind a row that ends there too.
    pub breaks: Vec<(u32, Break)>,
}

/// Gathers marks until the cuts have passed them.
#[derive(Debug, Default)]
pub struct Marking {
    row_ends: Vec<u64>,
    breaks: VecDeque<(u64, Break)>,
    /// Where the last row ended.
    row_end: u64,
    /// Where the last chunk did.
    taken: u64,
    sections: u64,
    tables: HashMap<(Option<Vec<u8>>, TableName), Arc<DumpTable>>,
}

impl Marking {
    /// The next row has ended.
    pub fn row(&mut self, row: &Row<'_>) {
        // One that begins in a chunk that is cut already goes on from there.
        if row.start != self.row_end && row.start >= self.taken {
            self.breaks.push_back((row.start, Break::Gap));
        }
        self.row_end = row.end;
        self.row_ends.push(row.end);
    }

    /// The next section has ended.
    pub fn section(&mut self, section: &Section) {
        let number = self.sections;
        self.sections += 1;
        let table = section.table.as_ref().map(|table| {
            let key = (section.database.clone(), table.clone());
            let new = || {
                let (database, name) = (section.database.clone(), names::name(table));
                Arc::new(DumpTable { section: number, database, name })
            };
            self.tables.entry(key).or_insert_with(new).clone()
        });
        self.breaks.push_back((section.range.end, Break::Section(table)));
    }

    /// The marks of the next chunk, which is that from `start` to `end`.
    pub fn take(&mut self, start: u64, end: u64) -> Marks {
        self.taken = end;
        let place = |offset: u64| offset.saturating_sub(start).min(u64::from(u32::MAX)) as u32;
        let rows = self.row_ends.partition_point(|row_end| *row_end <= end);
        let breaks = self.breaks.partition_point(|(offset, _)| *offset <= end);
        Marks {
            row_ends: self.row_ends.drain(..rows).map(place).collect(),
            breaks: self.breaks.drain(..breaks).map(|(offset, what)| (place(offset), what)).collect(),
        }
    }
}
