//! Pages: what the rows of one chunk have for keys.

use crate::base::Fields;
use crate::base::limits::CHUNK_BYTES_ACCEPTED;
use crate::format::{FormatError, refuse_unless};

/// Bytes of a page.
pub const PAGE_BYTES: usize = 40;
/// Bytes of a key as pages compare it.
pub const KEY_BYTES: usize = 16;

const STARTS_INSIDE: u32 = 1;
const HAS_KEYS: u32 = 2;

/// The lowest and the highest key of the rows that begin in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageKeys {
    /// No row has a lower key.
    pub first: [u8; KEY_BYTES],
    /// No row has a higher key.
    pub last: [u8; KEY_BYTES],
}

impl PageKeys {
    /// The keys of a page with one row.
    pub const fn of(key: [u8; KEY_BYTES]) -> Self {
        Self { first: key, last: key }
    }

    /// Also holds a row with `key`.
    pub fn widen(&mut self, key: [u8; KEY_BYTES]) {
        self.first = self.first.min(key);
        self.last = self.last.max(key);
    }
}

/// What is known of one chunk of a table's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// Rows that begin in the chunk.
    pub rows: u32,
    /// Whether the chunk begins within a row that another one began.
    pub starts_inside: bool,
    /// Keys of those rows; `None` if any may be there.
    pub keys: Option<PageKeys>,
}

impl Page {
    /// Appends the 40 bytes to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let flags = u32::from(self.starts_inside) * STARTS_INSIDE + u32::from(self.keys.is_some()) * HAS_KEYS;
        let keys = self.keys.unwrap_or(PageKeys { first: [0; KEY_BYTES], last: [0; KEY_BYTES] });
        out.extend_from_slice(&self.rows.to_le_bytes());
        out.extend_from_slice(&flags.to_le_bytes());
        out.extend_from_slice(&keys.first);
        out.extend_from_slice(&keys.last);
    }

    /// The pages in `bytes`, which must be nothing else.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode_all(bytes: &[u8]) -> Result<Vec<Self>, FormatError> {
        refuse_unless(bytes.len().is_multiple_of(PAGE_BYTES), "length of the pages")?;
        bytes.chunks_exact(PAGE_BYTES).map(Self::decode).collect()
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        let (rows, flags) = (fields.u32_le()?, fields.u32_le()?);
        refuse_unless(rows as usize <= CHUNK_BYTES_ACCEPTED, "rows of a page")?;
        let keys = PageKeys { first: fields.array()?, last: fields.array()? };
        refuse_unless(flags & !(STARTS_INSIDE | HAS_KEYS) == 0, "flags of a page")?;
        let has_keys = flags & HAS_KEYS != 0;
        refuse_unless(has_keys || keys == PageKeys::of([0; KEY_BYTES]), "keys of a page without keys")?;
        refuse_unless(keys.first <= keys.last, "order of the keys of a page")?;
        Ok(Self { rows, starts_inside: flags & STARTS_INSIDE != 0, keys: has_keys.then_some(keys) })
    }
}

/// An integer as pages compare it.
pub const fn key_of_integer(value: i128) -> [u8; KEY_BYTES] {
    (value.cast_unsigned() ^ (1 << 127)).to_be_bytes()
}

/// Bytes as pages compare them: the first 16, and zeros where there are fewer.
pub fn key_of_bytes(value: &[u8]) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    key.iter_mut().zip(value).for_each(|(to, from)| *to = *from);
    key
}
