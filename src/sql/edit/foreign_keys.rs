//! Tables without their foreign keys, and the tables that foreign keys refer to.

use std::ops::Range;

use super::super::ddl::tokens::Token;
use super::super::{Dialect, TableName};
use super::path::{name, path, tokens};

/// `CREATE TABLE` or `ALTER TABLE` without foreign keys; empty if there was nothing else in it.
#[must_use]
pub fn without_foreign_keys(dialect: Dialect, text: &[u8]) -> Vec<u8> {
    let tokens = tokens(dialect, text);
    let Some(table) = tokens.iter().position(|token| token.is("TABLE")) else { return text.to_vec() };
    let is_create = tokens.first().is_some_and(|token| token.is("CREATE"));
    let is_alter = tokens.first().is_some_and(|token| token.is("ALTER"));
    let items = if is_create && table < 5 {
        let Some(open) = tokens.iter().position(|token| token.is_mark(b'(')) else { return text.to_vec() };
        split(&tokens, open + 1)
    } else if is_alter && table < 4 {
        let add = tokens.iter().position(|token| token.is("ADD"));
        split(&tokens, add.unwrap_or(tokens.len()))
    } else {
        return text.to_vec();
    };
    let mut changes = vec![];
    let mut is_any_kept = false;
    for item in &items {
        let words = tokens.get(item.clone()).unwrap_or_default();
        let byte = |at: usize| tokens.get(at).map(|token| token.range.clone());
        let whole = (byte(item.start), item.end.checked_sub(1).and_then(byte));
        let (Some(first), Some(last)) = whole else { continue };
        if !is_foreign_key(words, is_alter) {
            is_any_kept = true;
            changes.extend(references_in(dialect, words).into_iter().map(|range| (range, vec![])));
        } else if is_any_kept {
            // With the comma before it.
            let start = item.start.checked_sub(1).and_then(byte).map_or(first.start, |comma| comma.start);
            changes.push((start..last.end, vec![]));
        } else {
            let end = byte(item.end).filter(|_| items.len() > 1).map_or(last.end, |comma| comma.end);
            changes.push((first.start..end, vec![]));
        }
    }
    if is_any_kept || changes.is_empty() { super::changed(text, changes) } else { vec![] }
}

/// Places of the tokens between commas, up to the parenthesis that closes or the end of the statement.
fn split(tokens: &[Token<'_>], start: usize) -> Vec<Range<usize>> {
    let mut items = vec![];
    let (mut from, mut depth) = (start, 0_usize);
    let mut end = tokens.len();
    for (at, token) in tokens.iter().enumerate().skip(start) {
        if token.is_mark(b'(') {
            depth += 1;
        } else if depth == 0 && (token.is_mark(b')') || token.is_mark(b';')) {
            end = at;
            break;
        } else if token.is_mark(b')') {
            depth -= 1;
        } else if token.is_mark(b',') && depth == 0 {
            items.push(from..at);
            from = at + 1;
        }
    }
    if from < end {
        items.push(from..end);
    }
    items
}

fn is_foreign_key(words: &[Token<'_>], is_alter: bool) -> bool {
    let mut words = words.iter().peekable();
    if is_alter && words.next_if(|word| word.is("ADD")).is_none() {
        return false;
    }
    if words.next_if(|word| word.is("CONSTRAINT")).is_some() {
        words.next_if(|word| !word.is("FOREIGN"));
    }
    words.next().is_some_and(|word| word.is("FOREIGN")) && words.next().is_some_and(|word| word.is("KEY"))
}

/// The clauses of a column that make it a foreign key.
fn references_in(dialect: Dialect, words: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut found = vec![];
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(word) = words.get(at) {
        if word.is_mark(b'(') {
            depth += 1;
        } else if word.is_mark(b')') {
            depth = depth.saturating_sub(1);
        }
        // The first word is the column's name.
        if at == 0 || depth > 0 || !word.is("REFERENCES") {
            at += 1;
            continue;
        }
        let is_named = at > 2 && words.get(at - 2).is_some_and(|word| word.is("CONSTRAINT"));
        let first = if is_named { at - 2 } else { at };
        let end = clause_end(dialect, words, at);
        let before = first.checked_sub(1).and_then(|at| words.get(at));
        let start = before.or(words.get(first)).map(|word| word.range.end);
        let last = words.get(end - 1).map(|word| word.range.end);
        found.extend(start.zip(last).map(|(start, end)| start..end));
        at = end;
    }
    found
}

/// Where what belongs to `REFERENCES` at `at` has ended.
fn clause_end(dialect: Dialect, words: &[Token<'_>], at: usize) -> usize {
    let mut at = path(dialect, words, at + 1).last().map_or(at + 1, |last| last + 1);
    let is = |at: usize, list: &[&str]| words.get(at).is_some_and(|word| word.is_one_of(list));
    if words.get(at).is_some_and(|word| word.is_mark(b'(')) {
        let close = words.iter().skip(at).position(|word| word.is_mark(b')'));
        at = close.map_or(words.len(), |close| at + close + 1);
    }
    loop {
        at += if is(at, &["ON"]) && is(at + 1, &["DELETE", "UPDATE"]) {
            if is(at + 2, &["SET", "NO"]) { 4 } else { 3 }
        } else if is(at, &["MATCH", "INITIALLY"]) || is(at, &["NOT"]) && is(at + 1, &["DEFERRABLE"]) {
            2
        } else if is(at, &["DEFERRABLE"]) {
            1
        } else {
            return at.min(words.len());
        };
    }
}

/// The tables that a statement's foreign keys refer to.
#[must_use]
pub fn referenced_tables(dialect: Dialect, text: &[u8]) -> Vec<TableName> {
    let tokens = tokens(dialect, text);
    let references = tokens.iter().enumerate().filter(|(_, token)| token.is("REFERENCES"));
    references.filter_map(|(at, _)| table_at(dialect, &tokens, at + 1)).collect()
}

/// The tables that a statement inherits from, reads or writes, going by the words before their names: more than there are, perhaps.
#[must_use]
pub fn used_tables(dialect: Dialect, text: &[u8]) -> Vec<TableName> {
    let tokens = tokens(dialect, text);
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    let mut found = vec![];
    for at in 0..tokens.len() {
        if is(at, "INHERITS") {
            let list = split(&tokens, at + 2);
            found.extend(list.iter().filter_map(|item| table_at(dialect, &tokens, item.start)));
        } else if ["INTO", "UPDATE", "FROM", "JOIN", "OF"].iter().any(|word| is(at, word)) {
            let only = usize::from(is(at + 1, "ONLY"));
            found.extend(table_at(dialect, &tokens, at + 1 + only));
        }
    }
    found
}

fn table_at(dialect: Dialect, tokens: &[Token<'_>], at: usize) -> Option<TableName> {
    let parts = path(dialect, tokens, at);
    let name_at = |at: &usize| name(dialect, tokens.get(*at)?);
    let (last, above) = parts.split_last()?;
    Some(TableName { schema: above.last().and_then(name_at), name: name_at(last)? })
}
