//! What waits for the cuts: rows that no chunk has been given, pages whose section has not ended.

use std::collections::VecDeque;

use crate::format::table_map::{KEY_BYTES, KeyKind, Page, key_of_bytes, key_of_integer};
use crate::sql;

/// A row that no chunk has been given yet.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    pub start: u64,
    pub key: Option<([u8; KEY_BYTES], KeyKind)>,
}

/// A page and the chunk that it is of.
#[derive(Debug)]
pub struct Drafted {
    pub page: Page,
    pub start: u64,
    pub end: u64,
    /// Whether each of its rows has a key.
    pub is_known: bool,
}

/// Takes the first of a queue if it is due.
pub fn pop_front_if<T>(queue: &mut VecDeque<T>, is_due: impl FnOnce(&T) -> bool) -> Option<T> {
    if queue.front().is_some_and(is_due) { queue.pop_front() } else { None }
}

/// A key as pages have it.
pub fn key_of(key: sql::Key<'_>) -> Option<([u8; KEY_BYTES], KeyKind)> {
    match key.kind {
        sql::KeyKind::Integer => {
            let value = std::str::from_utf8(key.bytes).ok()?.parse().ok()?;
            (!key.is_cut).then(|| (key_of_integer(value), KeyKind::Integer))
        }
        sql::KeyKind::Text => Some((key_of_bytes(key.bytes), KeyKind::Bytes)),
    }
}
