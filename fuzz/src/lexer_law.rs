//! What holds for every lexer of dumps, whatever the bytes.

use strongroom::sql::{Dialect, Lexer, Row, Section, Sink, recognise};

use crate::bounded;

/// Heads, keys and names are kept: a multiple of what one statement may be, and not of the input.
const MEMORY_BYTES: usize = 16 << 20;

/// What a lexer said, as a digest: to keep it would take more memory than to say it.
#[derive(Debug, Default)]
struct Said {
    hasher: blake3::Hasher,
    end: u64,
    row_end: u64,
    rows: u64,
}

impl Said {
    fn say(&mut self, what: &str) {
        self.hasher.update(what.as_bytes());
    }
}

impl Sink for Said {
    fn row(&mut self, row: Row<'_>) {
        assert!(row.start >= self.row_end.max(self.end) && row.end > row.start, "{row:?}");
        (self.row_end, self.rows) = (row.end, self.rows + 1);
        self.say(&format!("{row:?}"));
    }

    fn section(&mut self, section: Section) {
        assert!(section.range.start == self.end && section.range.end > self.end, "{section:?}");
        assert!(self.row_end <= section.range.end && section.rows == self.rows, "{section:?}");
        (self.end, self.rows) = (section.range.end, 0);
        self.say(&format!("{section:?}"));
    }

    fn wall(&mut self, offset: u64) {
        assert_eq!((offset, self.rows), (self.end, 0), "a wall inside of a section");
        self.say(&format!("wall {offset}"));
    }
}

/// Panics where a law is broken. The first bytes of the input say how the others are split.
pub fn holds(dialect: Dialect, data: &[u8]) {
    let (cuts, dump) = data.split_at(data.len().min(8));
    let _ = recognise(dump);
    let whole = read(dialect, dump, &[u8::MAX]);
    assert_eq!(whole, read(dialect, dump, cuts));
    assert_eq!(whole, read(dialect, dump, &[0]));
}

fn read(dialect: Dialect, dump: &[u8], cuts: &[u8]) -> blake3::Hash {
    bounded(MEMORY_BYTES, || {
        let mut said = Said::default();
        let mut lexer = Lexer::new(dialect);
        let mut rest = dump;
        let mut sizes = cuts.iter().cycle();
        while !rest.is_empty() {
            let bytes = match sizes.next() {
                None | Some(&u8::MAX) => rest.len(),
                Some(cut) => usize::from(*cut) + 1,
            };
            let (front, back) = rest.split_at(bytes.min(rest.len()));
            lexer.push(front, &mut said);
            assert!(lexer.settled() <= (dump.len() - back.len()) as u64);
            rest = back;
        }
        lexer.finish(&mut said);
        assert_eq!(said.end, dump.len() as u64);
        said.hasher.finalize()
    })
}
