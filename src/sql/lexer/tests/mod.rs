mod any_split;
mod copy;
mod corners;
mod mysql;
mod postgres;
mod sqlite;

use super::Lexer;
use crate::sql::{Dialect, Key, KeyKind, Row, Section, SectionKind, Sink, TableName};

/// Everything a lexer says, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Row { start: u64, end: u64, key: Option<(KeyKind, Vec<u8>, bool)> },
    Section(Box<Section>),
    Wall(u64),
}

#[derive(Debug, Default)]
struct Heard(Vec<Event>);

impl Sink for Heard {
    fn row(&mut self, Row { start, end, key }: Row<'_>) {
        let key = key.map(|Key { kind, bytes, is_cut }| (kind, bytes.to_vec(), is_cut));
        self.0.push(Event::Row { start, end, key });
    }
    fn section(&mut self, section: Section) {
        self.0.push(Event::Section(Box::new(section)));
    }
    fn wall(&mut self, offset: u64) {
        self.0.push(Event::Wall(offset));
    }
}

/// What is said of a dump that comes in one piece. The laws of sections and rows are held to.
fn read(dialect: Dialect, dump: &[u8]) -> Vec<Event> {
    let mut heard = Heard::default();
    let mut lexer = Lexer::new(dialect);
    lexer.push(dump, &mut heard);
    lexer.finish(&mut heard);
    assert_laws(&heard.0, dump.len() as u64);
    heard.0
}

/// Sections tile the file, rows lie in order inside of the sections that count them, walls stand at their starts.
fn assert_laws(events: &[Event], bytes: u64) {
    let (mut end, mut row_end, mut rows, mut last_wall) = (0, 0, 0, 0);
    for event in events {
        match event {
            Event::Row { start, end: row, .. } => {
                assert!(
                    *start >= row_end && *start >= end && row > start,
                    "{event:?} after {row_end}, {end}"
                );
                (row_end, rows) = (*row, rows + 1);
            }
            Event::Section(section) => {
                assert_eq!(section.range.start, end, "{section:?}");
                assert!(section.range.end > end, "{section:?}");
                assert!(row_end <= section.range.end, "{section:?} ends before a row at {row_end}");
                assert_eq!(section.rows, rows, "{section:?}");
                assert!(rows == 0 || section.kind == SectionKind::TableData, "{section:?}");
                (end, rows) = (section.range.end, 0);
            }
            Event::Wall(wall) => {
                assert_eq!((*wall, rows), (end, 0), "a wall inside of a section");
                assert!(*wall > last_wall, "a wall twice");
                last_wall = *wall;
            }
        }
    }
    assert_eq!(end, bytes, "sections end with the file");
}

fn sections(dialect: Dialect, dump: &[u8]) -> Vec<Section> {
    let only = |event| match event {
        Event::Section(section) => Some(*section),
        _ => None,
    };
    read(dialect, dump).into_iter().filter_map(only).collect()
}

/// The rows of a dump as text, first to last.
fn rows(dialect: Dialect, dump: &[u8]) -> Vec<String> {
    let only = |event| match event {
        Event::Row { start, end, .. } => Some(text(&dump[start as usize..end as usize])),
        _ => None,
    };
    read(dialect, dump).into_iter().filter_map(only).collect()
}

/// The keys of a dump's rows; numbers as they are, strings between quotes.
fn keys(dialect: Dialect, dump: &[u8]) -> Vec<String> {
    let only = |event| match event {
        Event::Row { key: None, .. } => Some("-".to_owned()),
        Event::Row { key: Some((KeyKind::Integer, bytes, _)), .. } => Some(text(&bytes)),
        Event::Row { key: Some((KeyKind::Text, bytes, _)), .. } => Some(format!("'{}'", text(&bytes))),
        _ => None,
    };
    read(dialect, dump).into_iter().filter_map(only).collect()
}

/// The sections in short: kind, table or name, rows.
fn told(dialect: Dialect, dump: &[u8]) -> Vec<String> {
    sections(dialect, dump).iter().map(short).collect()
}

fn short(section: &Section) -> String {
    let mut short = format!("{:?}", section.kind);
    for name in [&section.table, &section.name].into_iter().flatten() {
        short += &format!(" {}", full(name));
    }
    if section.rows > 0 {
        short += &format!(" {}", section.rows);
    }
    if !section.is_whole {
        short += " (not whole)";
    }
    short
}

fn full(name: &TableName) -> String {
    let schema = name.schema.as_ref().map(|schema| text(schema) + ".").unwrap_or_default();
    schema + &text(&name.name)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The text of the section of this kind.
fn text_of(dialect: Dialect, dump: &[u8], kind: SectionKind) -> String {
    let found: Vec<_> = sections(dialect, dump).into_iter().filter(|section| section.kind == kind).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    text(&dump[found[0].range.start as usize..found[0].range.end as usize])
}
