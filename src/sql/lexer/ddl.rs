//! The key column of a table, out of its definition.

use super::session::{KeyColumn, likely_key};
use super::tokens::{Token, Words};

/// Reads what stands between the parentheses of `CREATE TABLE`, from before the first one.
pub(super) fn key_column(table: &[u8], words: &mut Words<'_>) -> Option<KeyColumn> {
    if !words.symbol(b'(') {
        return None;
    }
    let mut columns: Vec<Vec<u8>> = Vec::new();
    let mut key = None;
    loop {
        let is_name = matches!(words.peek(), Some(Token::Quoted(..)));
        let is_constraint = !is_name && words.word("CONSTRAINT");
        if is_constraint && !matches!(words.peek(), Some(Token::Word(word)) if is_keyword(word)) {
            words.identifier();
        }
        let is_column = !is_constraint
            && (is_name || !matches!(words.peek(), Some(Token::Word(word)) if is_keyword(word)));
        if is_column {
            columns.push(words.identifier()?);
        }
        if skip_definition(words, |words| {
            key = key.take().or_else(|| if is_column { columns.last().cloned() } else { first_of(words) });
        })? {
            break;
        }
    }
    let position = key.and_then(|key| columns.iter().position(|column| *column == key));
    let position = position.unwrap_or_else(|| likely_key(table, &columns));
    Some(KeyColumn { name: columns.get(position)?.clone(), position })
}

/// Takes the rest of a definition. Whether it was the last; `None` if the list does not end.
fn skip_definition(words: &mut Words<'_>, mut primary_key: impl FnMut(Words<'_>)) -> Option<bool> {
    loop {
        if words.words("PRIMARY KEY") {
            primary_key(*words);
        }
        match words.next()? {
            Token::Symbol(b',') => return Some(false),
            Token::Symbol(b')') => return Some(true),
            Token::Symbol(b'(') => words.skip_parentheses(),
            _ => {}
        }
    }
}

/// The first column of a list, which may be preceded by the kind of index.
fn first_of(mut words: Words<'_>) -> Option<Vec<u8>> {
    while !words.symbol(b'(') {
        if matches!(words.next()?, Token::Symbol(b',' | b')')) {
            return None;
        }
    }
    words.identifier()
}

fn is_keyword(word: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 11] = [
        b"PRIMARY",
        b"KEY",
        b"UNIQUE",
        b"INDEX",
        b"FULLTEXT",
        b"SPATIAL",
        b"FOREIGN",
        b"CHECK",
        b"PERIOD",
        b"EXCLUDE",
        b"LIKE",
    ];
    KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}
