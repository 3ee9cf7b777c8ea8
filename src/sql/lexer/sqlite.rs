//! What statements of SQLite are about, as its shell's `.dump` and people write them.

use super::super::{Form, SectionKind, TableName};
use super::parts::{Object, Part};
use super::session::Session;
use super::statement::{Insert, insert};
use super::tokens::Words;

/// Tables in which the database keeps its own schema and counters.
pub(super) fn is_schema_table(name: &[u8]) -> bool {
    let names: [&[u8]; 3] = [b"sqlite_schema", b"sqlite_master", b"sqlite_sequence"];
    names.iter().any(|table| name.eq_ignore_ascii_case(table))
}

/// A statement, without its terminator.
pub(super) fn statement(head: &[u8], session: &mut Session) -> Part {
    let mut words = Words::new(head, &session.grammar);
    if words.peek().is_none() {
        return Part::After;
    }
    if words.any_of("COMMIT ROLLBACK END") {
        return Part::Object(Object::new(SectionKind::Footer));
    }
    if words.word("PRAGMA") {
        let is_schema = words.word("writable_schema");
        words.symbol(b'=');
        return match is_schema {
            true if words.any_of("ON 1") => Part::Before,
            true => Part::After,
            false => Part::Object(Object::new(SectionKind::Header)),
        };
    }
    if words.any_of("INSERT REPLACE") {
        return Part::Object(insert_without_rows(head, words, session));
    }
    let object = if words.word("CREATE") {
        create(head, &mut words, session)
    } else if words.word("DROP") {
        create(head, &mut words, session).dropped()
    } else if words.words("DELETE FROM") {
        delete(words.name())
    } else if words.any_of("BEGIN ANALYZE") {
        Object::new(SectionKind::Header)
    } else if words.words("ALTER TABLE") {
        Object::of(SectionKind::Constraint, words.name())
    } else {
        Object::new(SectionKind::Other)
    };
    Part::Object(object)
}

fn create(head: &[u8], words: &mut Words<'_>, session: &mut Session) -> Object {
    let Some(what) = words.seek("TABLE VIEW TRIGGER INDEX") else { return Object::new(SectionKind::Other) };
    let _ = words.words("IF NOT EXISTS") || words.words("IF EXISTS");
    let name = words.name();
    match what {
        "TABLE" => {
            let schema = name.as_ref().and_then(|table| session.learn_key(table, head));
            Object { schema, ..Object::of(SectionKind::TableDefinition, name) }
        }
        "VIEW" => Object::named(SectionKind::View, name),
        what => {
            let table = words.seek("ON").and_then(|_| words.name());
            let kind = if what == "INDEX" { SectionKind::Index } else { SectionKind::Trigger };
            Object::part_of(kind, table, name)
        }
    }
}

fn delete(table: Option<TableName>) -> Object {
    match table {
        Some(table) if is_schema_table(&table.name) => Object::new(SectionKind::SequenceValue),
        table => Object::of(SectionKind::TableData, table),
    }
}

fn insert_without_rows(head: &[u8], mut words: Words<'_>, session: &Session) -> Object {
    if let Insert::Row { table } = insert(head, &session.grammar) {
        let object = Object::of(SectionKind::TableData, Some(table));
        let form = Some(Form::Tuples { has_backslash: false });
        return Object { is_row: true, columns: Some(Vec::new()), form, ..object };
    }
    words.word("INTO");
    let Some(table) = words.name().filter(|table| is_schema_table(&table.name)) else {
        return Object { note: Some("an INSERT without rows"), ..Object::new(SectionKind::Other) };
    };
    words.seek("VALUES");
    words.symbol(b'(');
    let first = words.text().map(named);
    if table.name.eq_ignore_ascii_case(b"sqlite_sequence") {
        return Object::part_of(SectionKind::SequenceValue, first.clone(), first);
    }
    // ('table', 'name', 'name of its table', ..)
    words.symbol(b',');
    let name = words.text().map(named);
    let is_table = first.is_some_and(|first| first.name == b"table");
    if is_table {
        Object::of(SectionKind::TableDefinition, name)
    } else {
        Object::named(SectionKind::Other, name)
    }
}

fn named(text: Vec<u8>) -> TableName {
    TableName { schema: None, name: text }
}
