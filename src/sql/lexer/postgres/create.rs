//! `CREATE` and `DROP`.

use super::super::super::{SectionKind, TableName};
use super::super::parts::Object;
use super::super::session::Session;
use super::super::tokens::Words;
use super::name;

const KINDS: &str = "TABLE VIEW FUNCTION PROCEDURE AGGREGATE TYPE DOMAIN EXTENSION SCHEMA SEQUENCE INDEX TRIGGER RULE \
                     POLICY STATISTICS DATABASE ROLE USER GROUP EVENT COLLATION TEXT";

/// What may stand before the kind of an object; with anything else in front it is an object of another kind.
const MODIFIERS: &str =
    "OR REPLACE GLOBAL LOCAL TEMPORARY TEMP UNLOGGED FOREIGN MATERIALIZED RECURSIVE UNIQUE CONSTRAINT";

/// What follows `CREATE`.
pub(super) fn statement(head: &[u8], words: &mut Words<'_>, session: &mut Session) -> Object {
    let mut object = object(words, session);
    match (object.kind, &object.table, &object.name) {
        (SectionKind::TableDefinition, Some(table), _) => {
            object.schema = session.learn_key(table, head);
        }
        (SectionKind::Index, Some(table), Some(name)) => session.learn_owner(name, table),
        _ => {}
    }
    object
}

/// What follows `DROP`.
pub(super) fn drop(words: &mut Words<'_>, session: &Session) -> Object {
    object(words, session)
}

fn object(words: &mut Words<'_>, session: &Session) -> Object {
    while words.any_of(MODIFIERS) {}
    let Some(what) = words.which(KINDS) else { return Object::new(SectionKind::Other) };
    words.word("CONCURRENTLY");
    let _ = words.words("IF NOT EXISTS") || words.words("IF EXISTS");
    let kind = match what {
        "TABLE" => return Object::of(SectionKind::TableDefinition, name(words, session)),
        "INDEX" => return index(words, session),
        "TRIGGER" => SectionKind::Trigger,
        "RULE" => return rule(words, session),
        "POLICY" => SectionKind::Policy,
        "STATISTICS" => {
            let own = name(words, session);
            let table = words.seek("FROM").and_then(|_| name(words, session));
            return Object::part_of(SectionKind::Statistics, table, own);
        }
        "VIEW" => SectionKind::View,
        "FUNCTION" | "PROCEDURE" | "AGGREGATE" => SectionKind::Function,
        "TYPE" | "DOMAIN" | "COLLATION" => SectionKind::Type,
        "TEXT" => {
            words.word("SEARCH");
            words.any_of("CONFIGURATION DICTIONARY PARSER TEMPLATE");
            SectionKind::Type
        }
        "SEQUENCE" => SectionKind::Sequence,
        "EXTENSION" => return Object::named(SectionKind::Extension, words.name()),
        "SCHEMA" => return Object::named(SectionKind::Schema, words.name()),
        "DATABASE" => return Object::named(SectionKind::Database, words.name()),
        "EVENT" => {
            words.word("TRIGGER");
            return Object::named(SectionKind::Trigger, words.name());
        }
        _ => return Object::new(SectionKind::Acl),
    };
    if matches!(kind, SectionKind::Trigger | SectionKind::Policy) {
        let own = words.name();
        let table = words.seek("ON").and_then(|_| name(words, session));
        return Object::part_of(kind, table, own);
    }
    Object::named(kind, name(words, session))
}

/// An index has the schema of its table; what is dropped is named with it.
fn index(words: &mut Words<'_>, session: &Session) -> Object {
    let is_unnamed = words.word("ON");
    let own = if is_unnamed { None } else { name(words, session) };
    if !is_unnamed && !words.word("ON") {
        let table = own.as_ref().and_then(|own| session.owner(own));
        return Object::part_of(SectionKind::Index, table, own);
    }
    words.word("ONLY");
    let table = name(words, session);
    let schema = table.as_ref().and_then(|table| table.schema.clone());
    let own = own.map(|own| TableName { schema: own.schema.or(schema), ..own });
    Object::part_of(SectionKind::Index, table, own)
}

/// `CREATE RULE name AS ON event TO table`, `DROP RULE name ON table`.
fn rule(words: &mut Words<'_>, session: &Session) -> Object {
    let own = words.name();
    let table = if words.words("AS ON") { words.seek("TO") } else { words.which("ON") };
    let table = table.and_then(|_| name(words, session));
    Object::part_of(SectionKind::Rule, table, own)
}
