//! Up to the end of what is open: strings, quoted names, comments, dollar quotes.

use memchr::{memchr, memchr2};

use super::super::Dialect;
use super::grammar::{Grammar, LeadBytes};
use super::window::Window;

/// How long the string is that opens at `start`, with its quotes, if it is a plain one that ends in `bytes` beyond doubt.
pub(super) fn whole_string(bytes: &[u8], start: usize, grammar: &Grammar) -> Option<usize> {
    let is_prefixed = grammar.dialect == Dialect::Postgres
        && !matches!(bytes.get(start.checked_sub(1)?), Some(b',' | b'(' | b' ' | b'\t'));
    if bytes.get(start) != Some(&b'\'') || is_prefixed || grammar.lead.is_some() {
        return None;
    }
    let inner = bytes.get(start + 1..)?;
    let mut at = 0;
    loop {
        at += find_quote(inner.get(at..)?, grammar.has_backslash)?;
        match (inner.get(at)?, inner.get(at + 1)?) {
            (b'\\', _) | (_, b'\'') => at += 2,
            _ => return Some(at + 2),
        }
    }
}

/// The first quote, or backslash if it counts: eight bytes at a time, since most strings are short, then as fast as can be.
fn find_quote(bytes: &[u8], has_backslash: bool) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let backslash = if has_backslash { b'\\' } else { b'\'' };
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let found =
            has_zero(word ^ (ONES * u64::from(b'\''))) | has_zero(word ^ (ONES * u64::from(backslash)));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
        if at == 32 {
            break;
        }
    }
    memchr2(b'\'', backslash, bytes.get(at..)?).map(|found| at + found)
}

/// Takes bytes up to `last`, and it. Whether it was there.
pub(super) fn take_until(window: &mut Window<'_>, last: u8) -> bool {
    let rest = window.rest();
    let found = memchr(last, rest);
    window.take(found.map_or(rest.len(), |at| at + 1));
    found.is_some()
}

/// Takes the closing quote, which is next; `None` if it may be doubled, `Some(false)` if it is and was taken as text.
fn close_if_single(window: &mut Window<'_>) -> Option<bool> {
    let is_single = match window.peek(2)? {
        [one, two] => one != two,
        _ => true,
    };
    window.take(if is_single { 1 } else { 2 });
    Some(is_single)
}

pub(super) fn close_quote(window: &mut Window<'_>, quote: u8, escapes: bool) -> bool {
    loop {
        let rest = window.rest();
        let found = if escapes { memchr2(quote, b'\\', rest) } else { memchr(quote, rest) };
        let Some(at) = found else {
            window.take(rest.len());
            return false;
        };
        window.take(at);
        if rest.get(at) == Some(&quote) {
            match close_if_single(window) {
                None => return false,
                Some(true) => return true,
                Some(false) => {}
            }
        } else if window.peek(2).is_some() {
            window.take(2);
        } else {
            return false;
        }
    }
}

/// The same where a backslash may be the second byte of a character.
pub(super) fn close_quote_with_leads(window: &mut Window<'_>, quote: u8, lead: LeadBytes) -> bool {
    while let Some(byte) = window.first() {
        let is_single = byte < 0x80 && byte != quote && byte != b'\\';
        if is_single {
            window.take(1);
            continue;
        }
        if byte == quote {
            match close_if_single(window) {
                None => return false,
                Some(true) => return true,
                Some(false) => continue,
            }
        }
        match window.peek(2) {
            None => return false,
            Some([one, two]) if *one == b'\\' || lead.is_pair(*one, *two) => window.take(2),
            Some(_) => window.take(1),
        }
    }
    false
}

pub(super) fn close_block(window: &mut Window<'_>, depth: &mut u32, is_nested: bool) -> bool {
    loop {
        let rest = window.rest();
        let found = if is_nested { memchr2(b'*', b'/', rest) } else { memchr(b'*', rest) };
        window.take(found.unwrap_or(rest.len()));
        let Some(ahead) = window.peek(2) else { return false };
        match ahead {
            [] => return false,
            b"*/" => {
                window.take(2);
                *depth -= 1;
                if *depth == 0 {
                    return true;
                }
            }
            b"/*" if is_nested => {
                window.take(2);
                *depth = depth.saturating_add(1);
            }
            _ => window.take(1),
        }
    }
}

pub(super) fn close_dollar(window: &mut Window<'_>, tag: &[u8]) -> bool {
    loop {
        if !take_until_before(window, b'$') {
            return false;
        }
        match window.peek(tag.len()) {
            None => return false,
            Some(ahead) if ahead == tag => {
                window.take(tag.len());
                return true;
            }
            Some(_) => window.take(1),
        }
    }
}

/// Takes bytes up to `next` and leaves it. Whether it is there.
fn take_until_before(window: &mut Window<'_>, next: u8) -> bool {
    let rest = window.rest();
    let found = memchr(next, rest);
    window.take(found.unwrap_or(rest.len()));
    found.is_some()
}
