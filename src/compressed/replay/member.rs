//! A member of a gzip file written again: header, body, trailer.

use super::{Body, Producer};
use crate::compressed::crc32::Crc32;

/// A member that is being written.
#[derive(Debug, Clone)]
pub struct Member {
    body: Body,
    crc: Crc32,
    plain_bytes: u64,
}

impl Member {
    /// Begins a member with `header`, which is appended to `out`.
    pub fn start(header: &[u8], body: Body, out: &mut Vec<u8>) -> Self {
        out.extend_from_slice(header);
        Self { body, crc: Crc32::new(), plain_bytes: 0 }
    }

    /// Plaintext so far.
    pub const fn plain_bytes(&self) -> u64 {
        self.plain_bytes
    }

    /// Adds plaintext; what became of it is appended to `out`.
    pub fn push(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        self.crc.add(plain);
        self.plain_bytes += plain.len() as u64;
        self.body.push(plain, out);
    }

    /// Who writes it.
    pub const fn producer(&self) -> Producer {
        self.body.producer()
    }

    /// The same, but flushed before it is finished.
    pub fn with_flush(self) -> Self {
        Self { body: self.body.with_flush(), ..self }
    }

    /// Appends the end of the member; the body can begin another.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Body {
        self.body.finish(out);
        out.extend_from_slice(&self.crc.value().to_le_bytes());
        out.extend_from_slice(&(self.plain_bytes as u32).to_le_bytes());
        self.body.restart();
        self.body
    }
}
