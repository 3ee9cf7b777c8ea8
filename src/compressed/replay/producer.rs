//! Who wrote a member, and its body written again.

use crate::base::limits::PIGZ_BLOCK_BYTES_MAX;
use crate::compressed::deflate::{DeflateParameters, Deflater, Flavour, Flush, Matching};
use crate::compressed::rfc1951::WINDOW_BYTES;

/// The program that wrote a member, with all that decides its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Producer {
    /// One deflate stream in one go.
    Stream {
        /// Whose rules it follows.
        parameters: DeflateParameters,
        /// Whether it is flushed (`Z_SYNC_FLUSH`) before it is finished, as PHP's streams are when they are closed.
        ends_flushed: bool,
    },
    /// pigz: a stream in blocks, each of which ends at a whole byte.
    Pigz {
        /// zlib, `memLevel` 8.
        parameters: DeflateParameters,
        /// Plaintext of a block.
        block_bytes: u32,
        /// `--independent`: a block does not know the one before.
        is_independent: bool,
        /// `--processes 1`: the stream goes on from block to block, instead of starting anew with what came before as its dictionary.
        is_one_thread: bool,
    },
}

impl Producer {
    /// A stream in one go, flushed nowhere.
    pub const fn stream(parameters: DeflateParameters) -> Self {
        Self::Stream { parameters, ends_flushed: false }
    }

    /// The parameters of its deflate streams.
    pub const fn parameters(&self) -> DeflateParameters {
        let (Self::Stream { parameters, .. } | Self::Pigz { parameters, .. }) = self;
        *parameters
    }

    /// Whether this program can write as this producer.
    pub fn is_possible(&self) -> bool {
        let parameters = self.parameters();
        let has_memory = match parameters.flavour {
            Flavour::Zlib { memory } => (1..=9).contains(&memory),
            Flavour::Gnu { .. } => parameters.strategy == Matching::Default,
        };
        let has_kind = match self {
            Self::Stream { ends_flushed, .. } => !(*ends_flushed && parameters.is_gnu()),
            Self::Pigz { block_bytes, .. } => {
                parameters.flavour == Flavour::Zlib { memory: 8 }
                    && (WINDOW_BYTES..=PIGZ_BLOCK_BYTES_MAX).contains(&(*block_bytes as usize))
            }
        };
        (1..=9).contains(&parameters.level) && has_memory && has_kind
    }
}

/// Writes the bodies of members.
#[derive(Debug, Clone)]
pub struct Body {
    producer: Producer,
    deflater: Deflater,
    /// Plaintext in the block of pigz.
    in_block: usize,
    /// The end of the plaintext, for the next block.
    dictionary: Vec<u8>,
}

impl Body {
    /// At the start of a body.
    pub fn new(producer: Producer) -> Self {
        Self { producer, deflater: Deflater::new(producer.parameters()), in_block: 0, dictionary: Vec::new() }
    }

    /// Who it writes as.
    pub const fn producer(&self) -> Producer {
        self.producer
    }

    /// At the start of the next body.
    pub fn restart(&mut self) {
        self.deflater.restart();
        self.in_block = 0;
        self.dictionary.clear();
    }

    /// Adds plaintext; what became of it is appended to `out`.
    pub fn push(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        match self.producer {
            Producer::Stream { .. } => self.deflater.push(plain),
            Producer::Pigz { block_bytes, is_independent, is_one_thread, .. } => {
                let mut plain = plain;
                while !plain.is_empty() {
                    // A block ends when it is known that another follows.
                    if self.in_block == block_bytes as usize {
                        self.end_block(is_independent, is_one_thread);
                    }
                    let (now, later) = plain.split_at(plain.len().min(block_bytes as usize - self.in_block));
                    self.in_block += now.len();
                    self.deflater.push(now);
                    if !is_independent && !is_one_thread {
                        self.remember(now);
                    }
                    plain = later;
                }
            }
        }
        self.deflater.drain(out);
    }

    /// Ends the body.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if matches!(self.producer, Producer::Stream { ends_flushed: true, .. }) {
            self.deflater.flush(Flush::Sync);
        }
        self.deflater.finish();
        self.deflater.drain(out);
    }

    /// Writes the same, but is flushed before it is finished.
    pub const fn with_flush(mut self) -> Self {
        if let Producer::Stream { ends_flushed, .. } = &mut self.producer {
            *ends_flushed = true;
        }
        self
    }

    fn remember(&mut self, plain: &[u8]) {
        let new = plain.get(plain.len().saturating_sub(WINDOW_BYTES)..).unwrap_or_default();
        self.dictionary.extend_from_slice(new);
        if self.dictionary.len() > 4 * WINDOW_BYTES {
            self.dictionary.drain(..self.dictionary.len() - WINDOW_BYTES);
        }
    }

    fn end_block(&mut self, is_independent: bool, is_one_thread: bool) {
        self.deflater.flush(Flush::Block);
        if is_independent || self.deflater.odd_bits() % 2 == 1 {
            self.deflater.flush(Flush::Sync);
        }
        // Ten bits each: from an even bit on, a whole byte is reached in at most three.
        while self.deflater.odd_bits() != 0 {
            self.deflater.put_empty_block();
        }
        if is_independent {
            self.deflater.flush(Flush::Full);
        }
        if !is_one_thread {
            self.deflater.restart();
            self.deflater.set_dictionary(&self.dictionary);
        }
        self.in_block = 0;
    }
}
