//! The bytes a lexer sees at a time. It takes what it can decide on and leaves the rest, to see it again with more behind it.

/// A piece of the stream and how much of it has been taken.
#[derive(Debug)]
pub(super) struct Window<'w> {
    bytes: &'w [u8],
    at: usize,
    base: u64,
    is_last: bool,
}

impl<'w> Window<'w> {
    /// `bytes` stand at `base` in the stream; `is_last` says that nothing follows.
    pub fn new(bytes: &'w [u8], base: u64, is_last: bool) -> Self {
        Self { bytes, at: 0, base, is_last }
    }

    /// How many bytes have been taken.
    pub fn taken(&self) -> usize {
        self.at
    }

    /// The place in the stream of the next byte.
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// What has not been taken.
    pub fn rest(&self) -> &'w [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// What has been taken since `taken` bytes had been.
    pub fn since(&self, taken: usize) -> &'w [u8] {
        self.bytes.get(taken..self.at).unwrap_or_default()
    }

    /// The next byte.
    pub fn first(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes bytes.
    pub fn take(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.bytes.len());
    }

    /// The next `bytes` bytes, fewer only where the stream ends; `None` if they are still to come.
    pub fn peek(&self, bytes: usize) -> Option<&'w [u8]> {
        let rest = self.rest();
        match rest.get(..bytes) {
            Some(ahead) => Some(ahead),
            None if self.is_last => Some(rest),
            None => None,
        }
    }

    /// The next bytes up to a line's end or `bytes_max`; `None` if they are still to come.
    pub fn peek_line(&self, bytes_max: usize) -> Option<&'w [u8]> {
        let ahead = self.rest().get(..bytes_max).unwrap_or_else(|| self.rest());
        match memchr::memchr(b'\n', ahead) {
            Some(end) => ahead.get(..end),
            None => self.peek(bytes_max),
        }
    }

    /// Whether the stream has ended.
    pub fn is_at_end(&self) -> bool {
        self.is_last && self.at == self.bytes.len()
    }
}
