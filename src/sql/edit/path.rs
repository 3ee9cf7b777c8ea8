//! Names in a statement, and how they are written.

use super::super::Dialect;
use super::super::ddl::tokens::{Token, TokenKind, Tokens};

/// The tokens of a text.
pub(super) fn tokens(dialect: Dialect, text: &[u8]) -> Vec<Token<'_>> {
    Tokens::new(dialect, text).collect()
}

/// The name a token is, as SQL means it; `None` for what cannot be one.
pub(super) fn name(dialect: Dialect, token: &Token<'_>) -> Option<Vec<u8>> {
    match token.kind {
        TokenKind::Word if dialect == Dialect::Postgres => Some(token.raw.to_ascii_lowercase()),
        TokenKind::Word | TokenKind::Name => token.name(),
        TokenKind::Text if dialect == Dialect::Sqlite => token.name(),
        TokenKind::Text | TokenKind::Number | TokenKind::Mark(_) => None,
    }
}

/// The places of the tokens that are the parts of a qualified name, which starts at `at`; empty if none does.
pub(super) fn path(dialect: Dialect, tokens: &[Token<'_>], at: usize) -> Vec<usize> {
    let is_name = |at: usize| tokens.get(at).is_some_and(|token| name(dialect, token).is_some());
    let mut parts = vec![];
    let mut at = at;
    while is_name(at) {
        parts.push(at);
        if !tokens.get(at + 1).is_some_and(|token| token.is_mark(b'.')) {
            break;
        }
        at += 2;
    }
    parts
}

/// A name between quotes, those of `like` if that has any that fit.
pub(super) fn quoted(dialect: Dialect, name: &[u8], like: &[u8]) -> Vec<u8> {
    let quote = match (dialect, like.first()) {
        (Dialect::MySql, Some(b'"')) => b'"',
        (Dialect::MySql, _) => b'`',
        (Dialect::Postgres | Dialect::Sqlite, _) => b'"',
    };
    between(quote, name)
}

/// The bytes between quotes, which are doubled inside.
pub(super) fn between(quote: u8, text: &[u8]) -> Vec<u8> {
    let mut out = vec![quote];
    for byte in text {
        if *byte == quote {
            out.push(quote);
        }
        out.push(*byte);
    }
    out.push(quote);
    out
}

/// What stands in a plain string: quotes are single again.
pub(super) fn text_of(token: &Token<'_>) -> Option<Vec<u8>> {
    let is_plain = token.kind == TokenKind::Text && token.raw.first() == Some(&b'\'');
    if is_plain { token.name() } else { None }
}
