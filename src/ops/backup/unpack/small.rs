//! Small files, which are read whole.

use std::convert::Infallible;

use super::reader::{Stop, Unpacker};
use super::verify::Checking;
use super::{GzipMode, Look, Unpacked, look, suffix};
use crate::base::limits::UNPACK_SMALL_PLAIN_BYTES_MAX;

/// What became of a small file.
pub enum Small {
    /// Nothing: it is no compressed dump or archive.
    Foreign,
    /// It was taken apart: its plaintext, and the rest of it.
    Unpacked(Vec<u8>, Box<Unpacked>),
    /// It is stored as it is, for this reason.
    Kept(String),
}

impl Small {
    /// Takes a file apart; its plaintext may have `room`.
    pub fn of(file: &[u8], mode: GzipMode, room: usize) -> Self {
        let format = match look(file, mode) {
            Look::Foreign => return Self::Foreign,
            Look::Keep(reason) => return Self::Kept(reason),
            Look::Unpack(format) => format,
        };
        let mut rest = file;
        let mut unpacker = Unpacker::new(format, Checking::here(mode), |buffer: &mut [u8]| {
            Ok::<_, Infallible>(std::io::Read::read(&mut rest, buffer).unwrap_or_default())
        });
        let mut plain = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match unpacker.read(&mut buffer) {
                Ok(0) => break,
                Ok(bytes) => plain.extend_from_slice(buffer.get(..bytes).unwrap_or_default()),
                Err(Stop::Source(never)) => match never {},
                Err(Stop::Keep(reason)) => return Self::Kept(reason),
            }
            if plain.len() > room.min(UNPACK_SMALL_PLAIN_BYTES_MAX) {
                return Self::Kept(format!(
                    "it holds too much for a small file; under a name that ends in {} it is taken apart",
                    suffix(format)
                ));
            }
        }
        match unpacker.finish() {
            Ok(unpacked) => Self::Unpacked(plain, Box::new(unpacked)),
            Err(reason) => Self::Kept(reason),
        }
    }
}
