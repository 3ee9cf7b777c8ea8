//! What statements of MySQL and MariaDB are about, as their dump programs, phpMyAdmin and people write them.

mod create;
mod set;

use super::super::{Form, SectionKind, TableName};
use super::grammar::is_blank;
use super::parts::{Object, Part};
use super::session::Session;
use super::statement::{Insert, insert};
use super::tokens::Words;

/// Whether a line at the start of a statement tells the client what ends statements.
pub(super) fn is_delimiter_command(line: &[u8]) -> bool {
    let (word, rest) = line.split_at(line.len().min(b"DELIMITER".len()));
    word.eq_ignore_ascii_case(b"DELIMITER") && rest.first().is_some_and(|byte| is_blank(*byte))
}

/// A line that is no statement: `DELIMITER`, the sandbox line, commands with a backslash.
pub(super) fn line(line: &[u8], session: &mut Session) -> Part {
    if is_delimiter_command(line) {
        let delimiter = line.get(b"DELIMITER".len()..).unwrap_or_default().trim_ascii();
        let end = delimiter.iter().position(|byte| is_blank(*byte)).unwrap_or(delimiter.len());
        session.grammar.set_delimiter(delimiter.get(..end).unwrap_or_default());
        return if session.grammar.delimiter() == b";" { Part::After } else { Part::Before };
    }
    let is_sandbox = line.starts_with(b"/*");
    Part::Object(Object::new(if is_sandbox { SectionKind::Header } else { SectionKind::Other }))
}

/// A statement, without its terminator.
pub(super) fn statement(head: &[u8], session: &mut Session) -> Part {
    let mut words = Words::new(head, &session.grammar);
    if words.peek().is_none() {
        return Part::After;
    }
    if words.word("SET") && !words.words("DEFAULT ROLE") {
        return set::statement(words, session);
    }
    if words.word("CREATE") {
        return Part::Object(create::statement(head, &mut words, session));
    }
    if words.word("DROP") {
        return Part::Object(create::drop(&mut words, session).dropped());
    }
    if words.any_of("INSERT REPLACE") {
        return Part::Object(insert_without_rows(head, session));
    }
    if words.words("ALTER DATABASE") || words.words("ALTER SCHEMA") {
        return Part::Near;
    }
    if words.word("UNLOCK") {
        return Part::After;
    }
    if words.any_of("COMMIT ROLLBACK") {
        return Part::Around(Object::new(SectionKind::Footer));
    }
    Part::Object(other(&mut words, session))
}

fn other(words: &mut Words<'_>, session: &mut Session) -> Object {
    if words.word("LOCK") {
        words.any_of("TABLES TABLE");
        return Object::of(SectionKind::TableData, name(words, session));
    }
    if words.word("ALTER") {
        words.any_of("ONLINE IGNORE");
        return if words.word("TABLE") {
            alter_table(words, session)
        } else {
            Object::new(SectionKind::Other)
        };
    }
    if words.word("TRUNCATE") {
        words.word("TABLE");
        return Object::of(SectionKind::TableData, name(words, session));
    }
    if words.words("DELETE FROM") {
        return Object::of(SectionKind::TableData, name(words, session));
    }
    if words.any_of("START BEGIN") {
        return Object::new(match words.which("TRANSACTION WORK SLAVE REPLICA") {
            Some("SLAVE" | "REPLICA") => SectionKind::Replication,
            None if words.peek().is_some() => SectionKind::Other,
            _ => SectionKind::Header,
        });
    }
    if words.word("USE") {
        let name = words.name();
        session.database = name.as_ref().map(|name| name.name.clone());
        session.schema.clone_from(&session.database);
        return Object::named(SectionKind::Database, name);
    }
    if words.any_of("DO SELECT") && words.word("SETVAL") && words.symbol(b'(') {
        return Object::named(SectionKind::SequenceValue, name(words, session));
    }
    if words.words("ANALYZE TABLE") {
        return Object::of(SectionKind::Histogram, name(words, session));
    }
    if words.any_of("CHANGE RESET STOP") {
        return Object::new(SectionKind::Replication);
    }
    if words.any_of("GRANT REVOKE FLUSH SET") {
        return Object::new(SectionKind::Acl);
    }
    Object::new(SectionKind::Other)
}

fn name(words: &mut Words<'_>, session: &Session) -> Option<TableName> {
    words.name().map(|name| session.qualified(name))
}

fn alter_table(words: &mut Words<'_>, session: &Session) -> Object {
    words.words("IF EXISTS");
    let table = name(words, session);
    if words.words("DISABLE KEYS") || words.words("ENABLE KEYS") {
        return Object::of(SectionKind::TableData, table);
    }
    let (mut ahead, mut primary_key) = (*words, None);
    if ahead.word("ADD") {
        let constraint = if ahead.word("CONSTRAINT") { ahead.name() } else { None };
        if ahead.words("FOREIGN KEY") {
            return Object::part_of(SectionKind::ForeignKey, table, constraint);
        }
        primary_key = if ahead.words("PRIMARY KEY") { ahead.columns() } else { None };
    }
    Object { primary_key: primary_key.unwrap_or_default(), ..Object::of(SectionKind::Keys, table) }
}

/// An `INSERT` whose rows are not in parentheses.
fn insert_without_rows(head: &[u8], session: &Session) -> Object {
    match insert(head, &session.grammar) {
        Insert::Row { table } => Object {
            is_row: true,
            columns: Some(Vec::new()),
            form: Some(Form::Tuples { has_backslash: session.grammar.has_backslash }),
            ..Object::of(SectionKind::TableData, Some(session.qualified(table)))
        },
        _ => Object { note: Some("an INSERT without rows"), ..Object::new(SectionKind::Other) },
    }
}
