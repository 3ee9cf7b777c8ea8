//! Triggers, views, routines and events of MySQL without the user they run as: whoever loads them becomes that.

use std::ops::Range;

use super::super::Dialect;
use super::super::ddl::tokens::{Token, TokenKind};
use super::path::tokens;

const OBJECTS: [&str; 6] = ["TRIGGER", "VIEW", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"];

/// A statement without `DEFINER = user`, whether that stands in a conditional comment or not. `SQL SECURITY` stays, and so does
/// everything behind the name of the object.
#[must_use]
pub fn without_definer(text: &[u8]) -> Vec<u8> {
    let tokens = tokens(Dialect::MySql, text);
    let is_known = tokens.first().is_some_and(|token| token.is_one_of(&["CREATE", "ALTER"]));
    let object = tokens.iter().position(|token| token.is_one_of(&OBJECTS)).filter(|_| is_known);
    let head = tokens.get(..object.unwrap_or_default()).unwrap_or_default();
    let Some(clause) = clause(head) else { return text.to_vec() };
    super::changed(text, vec![(with_brackets(text, clause), vec![])])
}

/// Where the clause stands.
fn clause(head: &[Token<'_>]) -> Option<Range<usize>> {
    let at = head.windows(2).position(|two| matches!(two, [a, b] if a.is("DEFINER") && b.is_mark(b'=')))?;
    let start = head.get(at)?.range.start;
    let user = head.get(at + 2)?;
    let mut end = user.range.end;
    let mut rest = head.get(at + 3..).unwrap_or_default().iter().peekable();
    if user.is_one_of(&["CURRENT_USER", "CURRENT_ROLE"]) {
        if rest.next_if(|token| token.is_mark(b'(')).is_some() {
            end = rest.next().filter(|token| token.is_mark(b')'))?.range.end;
        }
    } else if rest.next_if(|token| token.is_mark(b'@')).is_some() {
        let host = rest.next()?;
        end = host.range.end;
        if host.kind == TokenKind::Word || host.kind == TokenKind::Number {
            // A bare host has dots and dashes.
            while let Some(more) = rest.next_if(|token| token.range.start == end) {
                end = more.range.end;
            }
        }
    }
    Some(start..end)
}

/// The clause with the blank behind it, and with the conditional comment that has nothing else in it.
fn with_brackets(text: &[u8], clause: Range<usize>) -> Range<usize> {
    let before = text.get(..clause.start).unwrap_or_default().trim_ascii_end();
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let opening = before.get(..before.len() - digits).unwrap_or_default();
    let opening_bytes =
        [b"/*!".as_slice(), b"/*M!"].iter().find(|open| opening.ends_with(open)).map(|open| open.len());
    let after = text.get(clause.end..).unwrap_or_default();
    let blanks = after.iter().take_while(|byte| **byte == b' ').count();
    let closes = after.get(blanks..).is_some_and(|after| after.starts_with(b"*/"));
    let whole = match opening_bytes {
        Some(bytes) if closes => opening.len() - bytes..clause.end + blanks + 2,
        _ if closes => return clause,
        _ => clause,
    };
    let has_blank = text.get(whole.end) == Some(&b' ');
    whole.start..whole.end + usize::from(has_blank)
}
