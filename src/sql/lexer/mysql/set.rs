//! `SET`: modes that change the grammar, and brackets around objects that save settings and restore them.

use super::super::super::{Dialect, SectionKind};
use super::super::grammar::LeadBytes;
use super::super::parts::{Object, Part};
use super::super::session::Session;
use super::super::tokens::{Token, Words};

/// What an assignment is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Setting,
    /// Of a variable's value around an object.
    Restore,
    Save,
    /// The same around the whole dump.
    RestoreSession,
    SaveSession,
    Replication,
}

/// What follows `SET`: the assignment that says most decides.
pub(super) fn statement(mut words: Words<'_>, session: &mut Session) -> Part {
    let mut purpose = Purpose::Setting;
    while words.peek().is_some() {
        purpose = purpose.max(assignment(&mut words, session));
    }
    match purpose {
        Purpose::Setting => Part::Around(Object::new(SectionKind::Header)),
        Purpose::Restore => Part::After,
        Purpose::Save => Part::Before,
        Purpose::RestoreSession => Part::Object(Object::new(SectionKind::Footer)),
        Purpose::SaveSession => Part::Object(Object::new(SectionKind::Header)),
        Purpose::Replication => Part::Object(Object::new(SectionKind::Replication)),
    }
}

/// Takes an assignment and the comma after it.
fn assignment(words: &mut Words<'_>, session: &mut Session) -> Purpose {
    words.any_of("GLOBAL SESSION LOCAL PERSIST");
    if words.word("NAMES") || words.words("CHARACTER SET") || words.word("CHARSET") {
        session.grammar.lead = words.value().and_then(LeadBytes::of_charset);
        skip_value(words);
        return Purpose::Setting;
    }
    let name = variable(words);
    let is_own = name.starts_with(b"@") && !name.starts_with(b"@@");
    words.symbol(b':');
    words.symbol(b'=');
    let mut value = *words;
    skip_value(words);
    if is_replication(&name) {
        return Purpose::Replication;
    }
    match value.peek() {
        Some(Token::Word(system)) if is_own && system.starts_with(b"@@") => {
            session.save(&name);
            if is_of_session(&name) { Purpose::SaveSession } else { Purpose::Save }
        }
        Some(Token::Word(own)) if own.starts_with(b"@") && !own.starts_with(b"@@") => {
            let own = variable(&mut value);
            restore(&name, &own, session);
            if is_of_session(&own) { Purpose::RestoreSession } else { Purpose::Restore }
        }
        _ => {
            set(&name, value, session);
            Purpose::Setting
        }
    }
}

/// Takes the name of a variable, with what qualifies it.
fn variable(words: &mut Words<'_>) -> Vec<u8> {
    let mut name = words.identifier().unwrap_or_default();
    while words.symbol(b'.') {
        let last = words.identifier().unwrap_or_default();
        name = [b"@@".as_slice(), &last].concat();
    }
    name
}

fn skip_value(words: &mut Words<'_>) {
    loop {
        match words.next() {
            None | Some(Token::Symbol(b',')) => return,
            Some(Token::Symbol(b'(')) => words.skip_parentheses(),
            Some(_) => {}
        }
    }
}

fn is_replication(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.trim_ascii_start();
    let name = name.strip_prefix(b"@@").or(name.strip_prefix(b"@")).unwrap_or(name);
    let names: [&[u8]; 5] =
        [b"gtid_purged", b"sql_log_bin", b"mysqldump_temp_log_bin", b"gtid_slave_pos", b"gtid_next"];
    names.contains(&name)
}

/// Dumps keep what a session was like in variables of this kind; other brackets have names of their own.
fn is_of_session(name: &[u8]) -> bool {
    let is_versioning = name.windows(10).any(|part| part.eq_ignore_ascii_case(b"versioning"));
    name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"@old_")) && !is_versioning
}

fn plain(name: &[u8]) -> Vec<u8> {
    name.strip_prefix(b"@@").unwrap_or(name).to_ascii_lowercase()
}

fn restore(name: &[u8], own: &[u8], session: &mut Session) {
    let mode = session.saved(own);
    match plain(name).as_slice() {
        b"sql_mode" => {
            session.grammar.has_backslash = mode.has_backslash;
            session.grammar.has_quoted_names = mode.has_quoted_names;
        }
        b"character_set_client" => session.grammar.lead = mode.lead,
        _ => {}
    }
}

fn set(name: &[u8], mut value: Words<'_>, session: &mut Session) {
    debug_assert_eq!(session.grammar.dialect, Dialect::MySql);
    match plain(name).as_slice() {
        b"sql_mode" => {
            let mut modes = Vec::new();
            while let Some(token) = value.next().filter(|token| *token != Token::Symbol(b',')) {
                if let Token::Quoted(_, text) | Token::Word(text) = token {
                    modes.extend_from_slice(&text.to_ascii_uppercase());
                    modes.push(b',');
                }
            }
            let has = |mode: &[u8]| modes.split(|byte| *byte == b',').any(|found| found == mode);
            session.grammar.has_backslash = !has(b"NO_BACKSLASH_ESCAPES");
            session.grammar.has_quoted_names = has(b"ANSI_QUOTES") || has(b"ANSI");
        }
        b"character_set_client" => session.grammar.lead = value.value().and_then(LeadBytes::of_charset),
        _ => {}
    }
}
