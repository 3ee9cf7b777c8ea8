#![doc = include_str!("ARCHITECTURE.md")]
// Floors, from the ground up: a folder imports only from floors below its own (`tests/tidy.rs`).
pub mod base;

pub mod format;

pub mod process;

pub mod source;
