//! `CREATE` and `DROP`.

use super::super::super::SectionKind;
use super::super::parts::Object;
use super::super::session::Session;
use super::super::tokens::Words;
use super::name;

/// Kinds of objects; what stands before them (`DEFINER`, `ALGORITHM`, `OR REPLACE`) is passed over.
const KINDS: &str =
    "TABLE VIEW TRIGGER PROCEDURE FUNCTION PACKAGE EVENT DATABASE SCHEMA SEQUENCE INDEX USER ROLE SERVER";

/// What follows `CREATE`.
pub(super) fn statement(head: &[u8], words: &mut Words<'_>, session: &mut Session) -> Object {
    let mut object = object(words, session);
    if let (SectionKind::TableDefinition, Some(table)) = (object.kind, &object.table) {
        object.schema = session.learn_key(table, head);
    }
    object
}

/// What follows `DROP`.
pub(super) fn drop(words: &mut Words<'_>, session: &Session) -> Object {
    object(words, session)
}

fn object(words: &mut Words<'_>, session: &Session) -> Object {
    let Some(what) = words.seek(KINDS) else { return Object::new(SectionKind::Other) };
    words.word("BODY");
    let _ = words.words("IF NOT EXISTS") || words.words("IF EXISTS");
    match what {
        "TABLE" => Object::of(SectionKind::TableDefinition, name(words, session)),
        "VIEW" => Object::named(SectionKind::View, name(words, session)),
        "TRIGGER" => {
            let trigger = name(words, session);
            let table = words.seek("ON").and_then(|_| name(words, session));
            Object::part_of(SectionKind::Trigger, table, trigger)
        }
        "PROCEDURE" | "FUNCTION" | "PACKAGE" => Object::named(SectionKind::Routine, name(words, session)),
        "EVENT" => Object::named(SectionKind::Event, name(words, session)),
        "DATABASE" | "SCHEMA" => Object::named(SectionKind::Database, words.name()),
        "SEQUENCE" => Object::named(SectionKind::Sequence, name(words, session)),
        "INDEX" => {
            let index = words.name();
            let table = words.seek("ON").and_then(|_| name(words, session));
            Object::part_of(SectionKind::Index, table, index)
        }
        "USER" | "ROLE" => Object::new(SectionKind::Acl),
        _ => Object::new(SectionKind::Other),
    }
}
