//! What a lexer says of a dump, held to its laws, and counted.

use std::collections::BTreeMap;

use strongroom::base::limits::SQL_PREFIX_BYTES;
use strongroom::sql::{
    Dialect, Lexer, Producer, Recognition, Row, Section, SectionKind, Sink, TableName, recognise,
};

/// Sections and rows of a dump.
#[derive(Debug, Default)]
pub struct Heard {
    pub sections: Vec<Section>,
    pub keys: u64,
    dump: Vec<u8>,
    end: u64,
    rows: u64,
}

impl Sink for Heard {
    fn row(&mut self, row: Row<'_>) {
        assert!(row.start >= self.end && row.end > row.start, "{row:?} after {}", self.end);
        self.end = row.end;
        self.rows += 1;
        self.keys += u64::from(row.key.is_some());
    }

    fn section(&mut self, section: Section) {
        let start = self.sections.last().map_or(0, |last| last.range.end);
        assert_eq!(section.range.start, start, "{section:?}");
        assert_eq!(section.rows, self.rows, "{section:?}");
        assert!(self.end <= section.range.end, "{section:?} ends before its rows");
        (self.end, self.rows) = (section.range.end, 0);
        self.sections.push(section);
    }

    fn wall(&mut self, offset: u64) {
        assert_eq!(
            offset,
            self.sections.last().map_or(0, |last| last.range.end),
            "a wall inside of a section"
        );
    }
}

impl Heard {
    /// Recognises and reads a dump, in pushes of several sizes, which all must say the same.
    pub fn of(dump: &[u8], producer: Producer) -> Self {
        let prefix = &dump[..dump.len().min(SQL_PREFIX_BYTES)];
        let Recognition::Dump { dialect, producer: found } = recognise(prefix) else {
            panic!("not recognised: {}", String::from_utf8_lossy(&dump[..dump.len().min(300)]));
        };
        assert_eq!(found, producer);
        let mut heard = Self::read(dialect, dump, dump.len().max(1));
        heard.dump = dump.to_vec();
        for bytes in [65_536, 1_021] {
            assert_eq!(Self::read(dialect, dump, bytes).sections, heard.sections, "pushes of {bytes} bytes");
        }
        heard
    }

    fn read(dialect: Dialect, dump: &[u8], bytes: usize) -> Self {
        let mut heard = Self::default();
        let mut lexer = Lexer::new(dialect);
        for part in dump.chunks(bytes) {
            lexer.push(part, &mut heard);
        }
        lexer.finish(&mut heard);
        assert_eq!(heard.sections.last().map_or(0, |last| last.range.end), dump.len() as u64);
        heard
    }

    /// Rows of each table.
    pub fn rows(&self) -> BTreeMap<String, u64> {
        let mut rows = BTreeMap::new();
        for section in self.sections.iter().filter(|section| section.kind == SectionKind::TableData) {
            *rows.entry(full(section.table.as_ref())).or_default() += section.rows;
        }
        rows
    }

    /// What the sections of a kind are about: tables, and names behind them.
    pub fn about(&self, kind: SectionKind) -> Vec<String> {
        let found = self.sections.iter().filter(|section| section.kind == kind);
        let mut about: Vec<String> = found
            .map(|section| match (&section.table, &section.name) {
                (Some(table), Some(name)) => format!("{} {}", full(Some(table)), text(&name.name)),
                (table, name) => full(table.as_ref().or(name.as_ref())),
            })
            .collect();
        about.sort();
        about.dedup();
        about
    }

    /// Nothing in the dump was not understood.
    pub fn assert_all_understood(&self) {
        for section in &self.sections {
            let bytes = &self.dump[section.range.start as usize..section.range.end as usize];
            let is_understood =
                section.is_whole && section.note.is_none() && section.kind != SectionKind::Other;
            assert!(is_understood, "{section:?}\n{}", text(&bytes[..bytes.len().min(500)]));
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn full(name: Option<&TableName>) -> String {
    let Some(name) = name else { return String::new() };
    let schema = name.schema.as_ref().map(|schema| text(schema) + ".").unwrap_or_default();
    schema + &text(&name.name)
}
