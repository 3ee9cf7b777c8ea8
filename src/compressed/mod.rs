//! Floor 1: compressed files, as what they hold and what it takes to make them again bit for bit.
//!
//! gzip files are read and written again; zstd and xz files are only read: what their programs write changes with every release, so that what a
//! recipe means would change with it (`format-spec/replay.md`, "Why gzip only").
//!
//! [`Format::recognise`] knows them by content, a [`Decoder`] gives the plaintext and the places in it, a [`Verifier`] looks beside that for the
//! [`ReplayRecipe`] with which a [`Replayer`] writes the same file again. Nothing here reads or writes files, and nothing asks a compression
//! library how to write: what a recipe means must not change with the version of one.

mod crc32;
mod decode;
mod deflate;
mod format;
mod gzip;
mod inflate;
mod replay;
mod rfc1951;
mod xz;
mod zstd;

pub use decode::{DecodeError, Decoder, Ending, Mark, Tail};
pub use deflate::{DeflateParameters, Deflater, Flavour, Flush, Matching};
pub use format::{Format, MAGIC_BYTES_MAX};
pub use replay::{
    Difference, Finder, MemberRun, Probe, Producer, RecipeError, ReplayError, ReplayRecipe, Replayer,
    Verdict, Verifier,
};

#[cfg(test)]
mod tests;
