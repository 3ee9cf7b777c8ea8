//! What statements of PostgreSQL are about, as `pg_dump` and `pg_dumpall` write them. Their comments are hints that are not needed.

mod alter;
mod create;

use super::super::{Form, SectionKind, TableName};
use super::grammar::LeadBytes;
use super::parts::{Object, Part};
use super::session::Session;
use super::statement::{Insert, insert};
use super::tokens::{Token, Words};
use crate::base::limits::SQL_HEAD_BYTES_MAX;

/// A line with a command to `psql`.
pub(super) fn line(line: &[u8], session: &mut Session) -> Part {
    let mut words = Words::new(line.get(1..).unwrap_or_default(), &session.grammar);
    let object = match words.which("connect c restrict unrestrict") {
        Some("connect" | "c") => {
            let name = words.name();
            session.database = name.as_ref().map(|name| name.name.clone());
            session.schema = None;
            Object::named(SectionKind::Database, name)
        }
        Some("restrict") => Object::new(SectionKind::Header),
        Some(_) => Object::new(SectionKind::Footer),
        None => Object::new(SectionKind::Other),
    };
    Part::Object(object)
}

/// Whether a statement is a `COPY` from the lines that follow it, and whether they are rows in the common form.
pub(super) fn copy_of(head: &[u8], session: &Session) -> Option<bool> {
    let mut words = Words::new(head, &session.grammar);
    if session.grammar.dialect != super::super::Dialect::Postgres || !words.word("COPY") {
        return None;
    }
    words.name()?;
    words.columns();
    // No dump program copies from anything else, and lines that are taken for statements would be much worse.
    let is_cut = head.len() >= SQL_HEAD_BYTES_MAX;
    let is_stdin = is_cut || words.words("FROM stdin");
    let is_plain = !words.any(|token| match token {
        Token::Word(word) => {
            [b"csv".as_slice(), b"binary"].iter().any(|name| word.eq_ignore_ascii_case(name))
        }
        _ => false,
    });
    is_stdin.then_some(is_plain)
}

/// A statement, without its terminator.
pub(super) fn statement(head: &[u8], session: &mut Session) -> Part {
    let mut words = Words::new(head, &session.grammar);
    if words.peek().is_none() {
        return Part::After;
    }
    if words.word("BEGIN") {
        return Part::Before;
    }
    if words.any_of("COMMIT END ROLLBACK") {
        return Part::After;
    }
    let verbs =
        "SET SELECT COPY INSERT CREATE ALTER DROP COMMENT SECURITY GRANT REVOKE REFRESH TRUNCATE DELETE";
    let object = match words.which(verbs) {
        Some("SET") => set(&mut words, session),
        Some("SELECT") => select(&mut words, session),
        Some("COPY") => copy(head, &mut words, session),
        Some("INSERT") => insert_without_rows(head, session),
        Some("CREATE") => create::statement(head, &mut words, session),
        Some("DROP") => create::drop(&mut words, session).dropped(),
        Some("ALTER") => alter::statement(&mut words, session),
        Some("COMMENT" | "SECURITY") => comment(&mut words, session),
        Some("GRANT" | "REVOKE") => grant(&mut words, session),
        Some("REFRESH") => {
            words.words("MATERIALIZED VIEW");
            words.word("CONCURRENTLY");
            Object::named(SectionKind::View, name(&mut words, session))
        }
        Some(_) => {
            words.any_of("TABLE FROM");
            words.word("ONLY");
            Object::of(SectionKind::TableData, name(&mut words, session))
        }
        None => Object::new(SectionKind::Other),
    };
    Part::Object(object)
}

fn name(words: &mut Words<'_>, session: &Session) -> Option<TableName> {
    words.name().map(|name| session.qualified(name))
}

/// A name in a string, as functions take it.
fn name_in_text(words: &mut Words<'_>, session: &Session) -> Option<TableName> {
    let text = words.text()?;
    name(&mut Words::new(&text, &session.grammar), session)
}

fn set(words: &mut Words<'_>, session: &mut Session) -> Object {
    words.any_of("SESSION LOCAL");
    let Some(setting) = words.which("standard_conforming_strings client_encoding search_path") else {
        return Object::new(SectionKind::Header);
    };
    let _ = words.symbol(b'=') || words.word("TO");
    match setting {
        "standard_conforming_strings" => session.grammar.has_backslash = words.any_of("off false"),
        "client_encoding" => session.grammar.lead = words.value().and_then(LeadBytes::of_charset),
        _ => session.schema = words.identifier().filter(|schema| schema != b"default"),
    }
    Object::new(SectionKind::Header)
}

fn select(words: &mut Words<'_>, session: &mut Session) -> Object {
    if words.symbol(b'*') {
        words.word("FROM");
    }
    if words.word("pg_catalog") {
        words.symbol(b'.');
    }
    let functions = "set_config setval lo_create lo_open lowrite lo_close lo_unlink pg_restore_relation_stats \
                     pg_restore_attribute_stats pg_restore_extended_stats";
    let function = words.which(functions);
    words.symbol(b'(');
    match function {
        Some("set_config") => {
            if words.text().is_some_and(|setting| setting == b"search_path") {
                session.schema = None;
            }
            Object::new(SectionKind::Header)
        }
        Some("setval") => {
            let sequence = name_in_text(words, session);
            let table = sequence.as_ref().and_then(|sequence| session.owner(sequence));
            Object::part_of(SectionKind::SequenceValue, table, sequence)
        }
        Some(function) if function.starts_with("lo") => Object::new(SectionKind::LargeObject),
        Some(_) => Object::of(SectionKind::Statistics, statistics_of(words)),
        None => Object::new(SectionKind::Other),
    }
}

/// The table that statistics are carried along for: `'schemaname', 's', 'relname', 't'`.
fn statistics_of(words: &mut Words<'_>) -> Option<TableName> {
    let mut table = TableName { schema: None, name: Vec::new() };
    while words.peek().is_some() {
        match words.text() {
            Some(key) if key == b"schemaname" => {
                words.symbol(b',');
                table.schema = words.text();
            }
            Some(key) if key == b"relname" => {
                words.symbol(b',');
                table.name = words.text()?;
                return Some(table);
            }
            Some(_) => {}
            None => _ = words.next(),
        }
    }
    None
}

fn copy(head: &[u8], words: &mut Words<'_>, session: &Session) -> Object {
    let is_plain = copy_of(head, session);
    let Some(table) = name(words, session) else { return Object::new(SectionKind::Other) };
    let columns = words.columns().unwrap_or_default();
    let key_column = session.key_column(&table, &columns);
    let note = match is_plain {
        Some(true) => None,
        Some(false) => Some("COPY in a form that is not text"),
        None => Some("COPY that is not from stdin"),
    };
    let is_plain_text =
        words.all(|token| !matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(b"delimiter")));
    let form = (is_plain == Some(true) && is_plain_text).then_some(Form::Copy);
    let key_column = if is_plain_text && session.grammar.lead.is_none() { key_column } else { None };
    Object {
        columns: Some(columns),
        key_column,
        form,
        note,
        ..Object::of(SectionKind::TableData, Some(table))
    }
}

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

/// `COMMENT ON`, `SECURITY LABEL .. ON`.
fn comment(words: &mut Words<'_>, session: &Session) -> Object {
    words.seek("ON");
    let what =
        words.which("TABLE VIEW COLUMN INDEX SEQUENCE CONSTRAINT TRIGGER RULE POLICY MATERIALIZED FOREIGN");
    let what = match what {
        Some("MATERIALIZED") => words.which("VIEW"),
        Some("FOREIGN") => words.which("TABLE"),
        what => what,
    };
    let kind = SectionKind::Comment;
    match what {
        Some("TABLE") => Object::of(kind, name(words, session)),
        Some("COLUMN") => Object::of(kind, column(words, session)),
        Some("VIEW") => Object::named(kind, name(words, session)),
        Some("INDEX" | "SEQUENCE") => {
            let name = name(words, session);
            let table = name.as_ref().and_then(|name| session.owner(name));
            Object::part_of(kind, table, name)
        }
        Some(_) => {
            let own = words.name();
            words.word("ON");
            let is_domain = words.word("DOMAIN");
            let table = name(words, session).filter(|_| !is_domain);
            Object::part_of(kind, table, own)
        }
        None => Object::new(kind),
    }
}

/// The table of a column's name.
fn column(words: &mut Words<'_>, session: &Session) -> Option<TableName> {
    let mut parts = vec![words.identifier()?];
    while words.symbol(b'.') {
        parts.push(words.identifier()?);
    }
    parts.pop();
    let table = parts.pop()?;
    Some(session.qualified(TableName { schema: parts.pop(), name: table }))
}

fn grant(words: &mut Words<'_>, session: &Session) -> Object {
    if words.seek("ON").is_none() {
        return Object::new(SectionKind::Acl);
    }
    let others = "SCHEMA DATABASE FUNCTION PROCEDURE ROUTINE TYPE DOMAIN LANGUAGE LARGE TABLESPACE FOREIGN PARAMETER ALL";
    if words.any_of(others) {
        return Object::new(SectionKind::Acl);
    }
    if words.word("SEQUENCE") {
        let sequence = name(words, session);
        let table = sequence.as_ref().and_then(|sequence| session.owner(sequence));
        return Object::part_of(SectionKind::Acl, table, sequence);
    }
    words.word("TABLE");
    Object::of(SectionKind::Acl, name(words, session))
}
