//! Floor 1: nights of a small web shop, made up: the dump of its database and its uploads, night after night.
//!
//! The command `demo` shows a small one, the benchmarks measure with a large one. The same seed and size give the
//! same bytes on every machine. Nothing is kept but one number for each row, so a dump may be larger than memory.

mod dump;
mod ledger;
mod rng;
mod row;
mod small_files;
mod stream;
mod tables;
#[cfg(test)]
mod tests;
mod uploads;
mod words;

use std::io::{self, BufWriter, Write};

use crate::base::Timestamp;
pub use dump::{Dumper, STATEMENT_BYTES_MAX};
use ledger::{Change, DAY_SECONDS, FIRST_NIGHT_SECONDS, Ledger};
use rng::Rng;
use row::Row;
pub use small_files::small_files;
pub use stream::write_stream;
use tables::{Scene, TABLES, Table};
pub use uploads::{Upload, UploadKind};
use words::Lexicon;

/// Text that is gathered before it is handed on, in bytes.
const WRITE_BYTES: usize = 256 * 1024;

/// How large a shop is and how much happens in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopSize {
    /// The size of the first dump, within a few percent.
    pub dump_bytes: u64,
    /// Of a thousand rows, how many have a new text after a night: four fifths changed in place and scattered over
    /// all tables but the log, one fifth appended. 5 to 20 is what shops have.
    pub changed_permille: u32,
    /// The size of all uploads at the first night, exactly.
    pub uploads_bytes: u64,
    /// The size of the uploads a night adds, exactly.
    pub uploads_grow_bytes: u64,
}

/// A shop at one of its nights.
pub struct Shop {
    size: ShopSize,
    night: u16,
    scene: Scene,
    ledgers: Vec<Ledger>,
}

impl Shop {
    /// The shop with this seed at its first night, 0.
    pub fn new(seed: u64, size: ShopSize) -> Self {
        let mut scene = Scene { seed, lexicon: Lexicon::new(seed), customers: 1, products: 1 };
        // References are about as long as they will be, so that the sampled rows have their length.
        scene.customers = (size.dump_bytes / 2500).max(1);
        scene.products = (size.dump_bytes / 4500).max(1);
        let mut rng = Rng::keyed(seed, 0x0009_a95b, 0, 0);
        let counts: Vec<(&Table, usize)> =
            TABLES.iter().map(|table| (table, row_count(&scene, table, size.dump_bytes))).collect();
        let ledgers = counts.iter().map(|(table, rows)| {
            if table.churns() { Ledger::with_gaps(*rows, &mut rng) } else { Ledger::new(*rows) }
        });
        let ledgers = ledgers.collect();
        for (table, rows) in counts {
            match table.name {
                "customers" => scene.customers = rows as u64,
                "products" => scene.products = rows as u64,
                _ => {}
            }
        }
        Self { size, night: 0, scene, ledgers }
    }

    /// The night the shop is at, from 0.
    pub const fn night_number(&self) -> u16 {
        self.night
    }

    /// When the dump of this night was made: 2026-01-10 03:00:05 UTC and a day later every night.
    pub const fn dumped_at(&self) -> Timestamp {
        Timestamp::new((FIRST_NIGHT_SECONDS + self.night as u64 * DAY_SECONDS) as i64, 0)
    }

    /// The tables in the order of the dump, with their number of rows.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, u64)> {
        TABLES.iter().zip(&self.ledgers).map(|(table, ledger)| (table.name, ledger.live() as u64))
    }

    /// The shop is at the next night: rows have changed and come, uploads have been added. The last night is 65,000.
    pub fn advance(&mut self) {
        if self.night >= 65_000 {
            return;
        }
        self.night += 1;
        let seed = self.scene.seed;
        let live = |ledger: &Ledger| ledger.live() as u64;
        let fresh = self.ledgers.iter().map(live).sum::<u64>() * u64::from(self.size.changed_permille) / 1000;
        let appended = fresh / 5;
        let appends: u64 = TABLES.iter().map(|table| table.appends).sum();
        let changes: u64 =
            TABLES.iter().zip(&self.ledgers).map(|(table, ledger)| table.changes * live(ledger)).sum();
        for (table, ledger) in TABLES.iter().zip(&mut self.ledgers) {
            let share = (u128::from(fresh - appended) * u128::from(table.changes)) << 32;
            let change = Change {
                share: u64::try_from(share / u128::from(changes.max(1))).unwrap_or(u64::MAX),
                appended: (appended * table.appends / appends.max(1)) as usize,
            };
            let mut rng = Rng::keyed(seed, dump::kind(table), 0x009e_4e47, u64::from(self.night));
            if table.churns() {
                ledger.churn(self.night, &change, &mut rng);
            } else {
                ledger.advance(self.night, &change, &mut rng);
            }
        }
    }

    /// The shop is at this night, or where it was if that is later.
    pub fn night(&mut self, number: u16) {
        while self.night < number.min(65_000) {
            self.advance();
        }
    }

    /// Writes the dump of this night as MariaDB 10.11 does.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_dump(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_dump_as(Dumper::default(), out)
    }

    /// Writes the dump of this night as `dumper` does.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_dump_as(&self, dumper: Dumper, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(WRITE_BYTES, out);
        dump::write_header(dumper, &mut out)?;
        for (table, ledger) in TABLES.iter().zip(&self.ledgers) {
            let parent = table.parent.and_then(|name| {
                TABLES
                    .iter()
                    .zip(&self.ledgers)
                    .find(|(table, _)| table.name == name)
                    .map(|(_, ledger)| ledger)
            });
            dump::write_table(&self.scene, (table, ledger, parent), dumper, &mut out)?;
        }
        dump::write_footer(self.night, &mut out)?;
        out.flush()
    }

    /// Every upload there is at this night, the oldest first. An upload never changes.
    pub fn uploads(&self) -> impl Iterator<Item = Upload> + use<> {
        uploads::list(self.scene.seed, self.size.uploads_bytes, self.size.uploads_grow_bytes, self.night)
    }

    /// Writes the bytes of an upload of this shop.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_upload(&self, upload: &Upload, out: &mut dyn Write) -> io::Result<()> {
        uploads::write(self.scene.seed, &self.scene.lexicon, upload, out)
    }
}

/// How many rows make up the table's share of a dump, judged by the first thousand of as many.
fn row_count(scene: &Scene, table: &Table, dump_bytes: u64) -> usize {
    let share = dump_bytes * table.bytes_permille / 1000;
    let guess = Ledger::new((share / 200).max(1) as usize);
    let mut row = Row::default();
    let (mut rows, mut bytes) = (0, 0);
    for at in guess.rows(scene.seed, dump::kind(table), None).step_by((guess.live() / 1000).max(1)) {
        row.begin();
        (table.write)(scene, at, &mut row);
        rows += 1;
        bytes += row.end().len() as u64 + 2;
    }
    (share * rows / bytes.max(1)).max(1) as usize
}
