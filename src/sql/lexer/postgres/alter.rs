//! `ALTER`: most of what `pg_dump` says of a table, it says here.

use super::super::super::{SectionKind, TableName};
use super::super::parts::Object;
use super::super::session::Session;
use super::super::tokens::Words;
use super::name;

/// What follows `ALTER`.
pub(super) fn statement(words: &mut Words<'_>, session: &mut Session) -> Object {
    words.any_of("FOREIGN MATERIALIZED EVENT");
    match words.which("TABLE INDEX SEQUENCE DATABASE DEFAULT ROLE USER LARGE VIEW TEXT") {
        Some("TABLE") => table(words, session),
        Some("INDEX") => index(words, session),
        Some("SEQUENCE") => sequence(words, session),
        Some("DATABASE") => Object::named(SectionKind::Database, words.name()),
        Some("DEFAULT" | "ROLE" | "USER") => Object::new(SectionKind::Acl),
        Some("LARGE") => Object::new(SectionKind::LargeObject),
        Some("TEXT") => {
            words.word("SEARCH");
            words.any_of("CONFIGURATION DICTIONARY PARSER TEMPLATE");
            let own = name(words, session);
            let is_owner = words.word("OWNER");
            Object::named(if is_owner { SectionKind::Owner } else { SectionKind::Type }, own)
        }
        Some(_) => {
            words.words("IF EXISTS");
            let own = name(words, session);
            let is_owner = words.seek("OWNER").is_some();
            Object::named(if is_owner { SectionKind::Owner } else { SectionKind::View }, own)
        }
        None if words.seek("OWNER").is_some() => Object::new(SectionKind::Owner),
        None => Object::new(SectionKind::Other),
    }
}

fn table(words: &mut Words<'_>, session: &mut Session) -> Object {
    words.words("IF EXISTS");
    words.word("ONLY");
    let Some(table) = name(words, session) else { return Object::new(SectionKind::Other) };
    let verb = words.which(
        "ADD DROP ALTER OWNER ATTACH DETACH INHERIT NO CLUSTER SET REPLICA ENABLE DISABLE FORCE VALIDATE",
    );
    let of = |kind| Object::of(kind, Some(table.clone()));
    match verb {
        Some("ADD") => {
            let own = if words.word("CONSTRAINT") { words.name() } else { None };
            let is_foreign = words.words("FOREIGN KEY");
            let kind = if is_foreign { SectionKind::ForeignKey } else { SectionKind::Constraint };
            let key = if words.words("PRIMARY KEY") { words.columns() } else { None };
            if let Some(own) = &own {
                // The index below a constraint has its name.
                let index = TableName { schema: table.schema.clone(), name: own.name.clone() };
                session.learn_owner(&index, &table);
            }
            Object { primary_key: key.unwrap_or_default(), ..Object::part_of(kind, Some(table), own) }
        }
        Some("DROP" | "VALIDATE") => {
            words.word("CONSTRAINT");
            words.words("IF EXISTS");
            Object::part_of(SectionKind::Constraint, Some(table), words.name())
        }
        Some("ALTER") => column(words, table, session),
        Some("OWNER") => of(SectionKind::Owner),
        Some("ATTACH" | "DETACH") => {
            words.word("PARTITION");
            let child = name(words, session);
            Object::part_of(SectionKind::Attach, child, Some(table))
        }
        Some("INHERIT" | "NO") => Object::part_of(SectionKind::Attach, Some(table), name(words, session)),
        Some("CLUSTER" | "REPLICA") => of(SectionKind::Cluster),
        Some("SET") if words.words("WITHOUT CLUSTER") => of(SectionKind::Cluster),
        Some("ENABLE" | "DISABLE" | "FORCE") => {
            words.any_of("ALWAYS REPLICA");
            let switch = words.which("TRIGGER RULE");
            let own = words.name();
            match switch {
                Some("TRIGGER") => Object::part_of(SectionKind::Trigger, Some(table), own),
                Some(_) => Object::part_of(SectionKind::Rule, Some(table), own),
                None => of(SectionKind::Policy),
            }
        }
        _ => of(SectionKind::TableDefinition),
    }
}

/// `ALTER COLUMN`: a default, an identity, or how the column is stored, which is part of the table.
fn column(words: &mut Words<'_>, table: TableName, session: &mut Session) -> Object {
    words.word("COLUMN");
    words.identifier();
    if words.words("SET DEFAULT") || words.words("DROP DEFAULT") {
        return Object::of(SectionKind::ColumnDefault, Some(table));
    }
    if words.words("ADD GENERATED") || words.words("DROP IDENTITY") {
        let own = words.find_after("SEQUENCE NAME").and_then(|mut words| name(&mut words, session));
        if let Some(own) = &own {
            session.learn_owner(own, &table);
        }
        return Object::part_of(SectionKind::Identity, Some(table), own);
    }
    Object::of(SectionKind::TableDefinition, Some(table))
}

fn index(words: &mut Words<'_>, session: &mut Session) -> Object {
    words.words("IF EXISTS");
    let own = name(words, session);
    if words.words("ATTACH PARTITION") {
        let child = name(words, session);
        let table = child.as_ref().and_then(|child| session.owner(child));
        return Object::part_of(SectionKind::Attach, table, own);
    }
    let table = own.as_ref().and_then(|own| session.owner(own));
    let kind = if words.word("OWNER") { SectionKind::Owner } else { SectionKind::Index };
    Object::part_of(kind, table, own)
}

fn sequence(words: &mut Words<'_>, session: &mut Session) -> Object {
    words.words("IF EXISTS");
    let own = name(words, session);
    if words.words("OWNED BY") {
        let table = super::column(words, session);
        if let (Some(own), Some(table)) = (&own, &table) {
            session.learn_owner(own, table);
        }
        return Object::part_of(SectionKind::SequenceOwned, table, own);
    }
    let kind = if words.word("OWNER") { SectionKind::Owner } else { SectionKind::Sequence };
    let table = own.as_ref().and_then(|own| session.owner(own));
    Object::part_of(kind, table, own)
}
