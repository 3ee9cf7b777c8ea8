//! The lexers of dumps: rows of `INSERT` in both shapes, and the lines of `COPY`.

use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use strongroom::nights::{Dumper, Shop, ShopSize};
use strongroom::sql::{Dialect, Lexer, Row, Section, Sink};

use super::{DATA_BYTES, SEEDS, with_bytes};

/// Bytes of a push, as a stream comes in.
const PUSH_BYTES: usize = 1 << 20;

/// Counts what it hears.
#[derive(Debug, Default)]
struct Counted {
    rows: u64,
    keys: u64,
    sections: u64,
}

impl Sink for Counted {
    fn row(&mut self, row: Row<'_>) {
        self.rows += 1;
        self.keys += u64::from(row.key.is_some());
    }

    fn section(&mut self, _: Section) {
        self.sections += 1;
    }

    fn wall(&mut self, _: u64) {}
}

pub fn dumps(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    for seed in SEEDS {
        let one_line = mysql(seed, Dumper::MariaDb106)?;
        let line_a_row = mysql(seed, Dumper::MariaDb1011)?;
        let copy = copied(seed)?;
        let dumps = [
            ("rows on one line", Dialect::MySql, one_line),
            ("a line a row", Dialect::MySql, line_a_row),
            ("COPY", Dialect::Postgres, copy),
        ];
        for (name, dialect, dump) in dumps {
            let mut group = with_bytes(criterion, "lexing", dump.len());
            group.bench_function(BenchmarkId::new(name, seed), |bencher| {
                bencher.iter(|| read(dialect, black_box(&dump)).rows);
            });
        }
    }
    Ok(())
}

fn read(dialect: Dialect, dump: &[u8]) -> Counted {
    let mut counted = Counted::default();
    let mut lexer = Lexer::new(dialect);
    for part in dump.chunks(PUSH_BYTES) {
        lexer.push(part, &mut counted);
    }
    lexer.finish(&mut counted);
    counted
}

fn mysql(seed: u64, dumper: Dumper) -> Result<Vec<u8>, Box<dyn Error>> {
    let dump_bytes = DATA_BYTES as u64;
    let size = ShopSize { dump_bytes, changed_permille: 10, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let mut dump = Vec::new();
    Shop::new(seed, size).write_dump_as(dumper, &mut dump)?;
    Ok(dump)
}

/// A table as `pg_dump` writes it, its texts from a shop's dump.
fn copied(seed: u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let texts = mysql(seed, Dumper::MariaDb106)?;
    let mut dump = "--\n-- PostgreSQL database dump\n--\n\nCOPY public.t (id, note) FROM stdin;\n".to_owned();
    for (id, text) in texts.chunks(150).enumerate() {
        let text = String::from_utf8_lossy(text).replace(['\n', '\t', '\\'], " ");
        writeln!(dump, "{id}\t{text}")?;
    }
    dump.push_str("\\.\n");
    Ok(dump.into_bytes())
}
