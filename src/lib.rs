#![doc = include_str!("ARCHITECTURE.md")]
// Floors, from the ground up: a folder imports only from floors below its own (`tests/tidy.rs`).
pub mod base;

pub mod chunker;
pub mod codec;
pub mod compressed;
pub mod crypto;
pub mod format;
pub mod nights;
pub mod parity;
pub mod retention;
pub mod sql;

pub mod backend;
pub mod index;
pub mod process;
pub mod state;

pub mod database;
pub mod repo;
pub mod source;
pub mod target;

pub mod ops;

pub mod cli;
