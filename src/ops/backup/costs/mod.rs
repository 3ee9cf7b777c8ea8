//! What a night costs, table by table: on which accounts the chunks of dumps go, and how many rows are new or changed.
//!
//! Which table a section is of is told at its end. Until then what it costs goes on an account without a name; what is on the accounts is
//! known when all is stored. Nothing is kept of chunks, so that memory grows with the sections that cost something and not with the dump.

mod news;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

pub use news::News;

use super::dump::{Break, DumpTable, Marks};
use crate::format::table_map::MapTableName;
use crate::format::{DumpCost, TableCost, TableMapRef};
use crate::repo::{Account, Charges, Share};

/// What a table of a dump cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSpent {
    /// Path of the dump.
    pub dump: Vec<u8>,
    /// The database that was current before it.
    pub database: Option<Vec<u8>>,
    /// Its name.
    pub name: MapTableName,
    /// Stored bytes; 0 after a dry run.
    pub stored: u64,
    /// Rows that are new or changed; `None` if there was no earlier dump to compare with.
    pub rows: Option<u64>,
}

/// Says which accounts the chunks go on, and remembers what they stand for.
#[derive(Debug, Default)]
pub struct Ledger {
    accounts: u32,
    dumps: Vec<(Vec<u8>, AtHand)>,
    at_hand: AtHand,
    shares: Vec<Share>,
}

/// The file at hand.
#[derive(Debug, Default)]
struct AtHand {
    /// Whether it goes on from an earlier one.
    has_last: bool,
    entries: Vec<Entry>,
    /// That of the section at hand, if it cost something.
    open: Option<Entry>,
    /// Whether what was before of the row at hand has new bytes, and whether anything was.
    is_fresh: bool,
    is_within: bool,
}

/// A section that cost something.
#[derive(Debug)]
struct Entry {
    account: Account,
    table: Option<Arc<DumpTable>>,
    rows: u64,
}

impl Ledger {
    /// A file begins, perhaps anew; `has_last` is whether it goes on from an earlier one.
    pub fn start(&mut self, has_last: bool) {
        self.at_hand = AtHand { has_last, ..AtHand::default() };
    }

    /// The shares of the next chunk; `marks` are those of a dump.
    pub fn chunk(&mut self, bytes: u32, marks: Option<&Marks>, news: &News<'_>) -> &[Share] {
        self.shares.clear();
        match marks {
            None => self.shares.push(Share { account: Account::NONE, bytes: news.bytes(&(0..bytes)) }),
            Some(marks) => {
                self.marked(bytes, marks, news);
                if self.shares.is_empty() && !matches!(news, News::Nothing) {
                    // A delta that inserts nothing takes its room too.
                    let account = self.open().account;
                    self.shares.push(Share { account, bytes: 0 });
                }
            }
        }
        &self.shares
    }

    /// The dump at `path` has ended, with these marks behind its last chunk.
    pub fn dump_ended(&mut self, path: &[u8], marks: &Marks) {
        self.shares.clear();
        self.marked(0, marks, &News::Nothing);
        self.at_hand.close(None);
        let at_hand = std::mem::take(&mut self.at_hand);
        if !at_hand.entries.is_empty() {
            self.dumps.push((path.to_vec(), at_hand));
        }
    }

    /// What each dump cost goes into its reference; what each table did comes back, the dearest first.
    pub fn finish(self, charges: &Charges, maps: &mut [TableMapRef]) -> Vec<TableSpent> {
        let mut spent = vec![];
        let mut costs: HashMap<Vec<u8>, DumpCost> = HashMap::new();
        for (path, dump) in self.dumps {
            let cost = dump.cost(&path, charges, &mut spent);
            if cost != (DumpCost { has_rows: cost.has_rows, ..DumpCost::default() }) {
                costs.insert(path, cost);
            }
        }
        for map in maps {
            map.cost = costs.remove(&map.path);
        }
        spent.sort_by_key(|table| std::cmp::Reverse((table.stored, table.rows)));
        spent
    }

    fn marked(&mut self, bytes: u32, marks: &Marks, news: &News<'_>) {
        let (mut start, mut ends) = (0, marks.row_ends.as_slice());
        let breaks = marks.breaks.iter().map(|(offset, what)| (*offset, Some(what)));
        for (offset, what) in breaks.chain([(bytes, None)]) {
            let (here, rest) = ends.split_at(ends.partition_point(|end| *end <= offset));
            self.part(start..offset.max(start), here, news);
            (start, ends) = (offset.max(start), rest);
            if what.is_some() {
                (self.at_hand.is_fresh, self.at_hand.is_within) = (false, false);
            }
            if let Some(Break::Section(table)) = what {
                self.at_hand.close(table.as_ref());
            }
        }
    }

    /// A part of a chunk that is of one section, and where rows end in it.
    fn part(&mut self, part: Range<u32>, ends: &[u32], news: &News<'_>) {
        let AtHand { is_fresh, is_within, .. } = self.at_hand;
        let bytes = news.bytes(&part);
        if bytes > 0 {
            let account = self.open().account;
            self.shares.push(Share { account, bytes });
        }
        let rows = news.rows(part.start, ends, is_fresh, is_within);
        if rows > 0 {
            self.open().rows += rows;
        }
        let tail = ends.last().copied().unwrap_or(part.start)..part.end;
        let at_hand = &mut self.at_hand;
        if !ends.is_empty() {
            (at_hand.is_fresh, at_hand.is_within) = (false, false);
        }
        if tail.start < tail.end {
            at_hand.is_within = true;
            at_hand.is_fresh |= news.bytes(&tail) > 0;
        }
    }

    /// The entry of the section at hand.
    fn open(&mut self) -> &mut Entry {
        let accounts = &mut self.accounts;
        self.at_hand.open.get_or_insert_with(|| {
            *accounts = accounts.saturating_add(1);
            Entry { account: Account(*accounts), table: None, rows: 0 }
        })
    }
}

impl AtHand {
    fn close(&mut self, table: Option<&Arc<DumpTable>>) {
        let table = table.cloned();
        self.entries.extend(self.open.take().map(|entry| Entry { table, ..entry }));
    }

    fn cost(self, path: &[u8], charges: &Charges, spent: &mut Vec<TableSpent>) -> DumpCost {
        let (mut stored, mut tables) = (0, BTreeMap::new());
        for entry in self.entries {
            let bytes = charges.of(entry.account);
            stored += bytes;
            let Some(table) = entry.table else { continue };
            let (_, sum) = tables
                .entry(table.section)
                .or_insert_with(|| (table.clone(), TableCost { section: table.section, stored: 0, rows: 0 }));
            sum.stored += bytes;
            sum.rows += if self.has_last { entry.rows } else { 0 };
        }
        tables.retain(|_, (_, sum)| sum.stored > 0 || sum.rows > 0);
        spent.extend(tables.values().map(|(table, sum)| TableSpent {
            dump: path.to_vec(),
            database: table.database.clone(),
            name: table.name.clone(),
            stored: sum.stored,
            rows: self.has_last.then_some(sum.rows),
        }));
        DumpCost::new(stored, tables.into_values().map(|(_, sum)| sum).collect(), self.has_last)
    }
}
