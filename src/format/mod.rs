//! Floor 1: the objects of a repository as bytes and back. No I/O, no keys, no clock.

pub mod entry;

pub use entry::{Entry, EntryKind, Recipe, Record};
