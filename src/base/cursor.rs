//! A bounded cursor: code that reads fixed fields like the table in the specification.
//!
//! It knows nothing about objects; it only refuses to read past the end.

use super::units;

/// Why bytes do not have the fields that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// Fewer bytes are left than the field has.
    #[error("cut short: {} wanted at offset {offset}, {left} left", units::counted(*wanted as u64, "byte", "bytes"))]
    Short {
        /// Where the field starts.
        offset: usize,
        /// How long it is.
        wanted: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// The magic is another one.
    #[error("not this kind of object (magic {found:02x?})")]
    Magic {
        /// The eight bytes that stand there.
        found: [u8; 8],
    },
    /// The version is not one that this program reads.
    #[error("version {found} of the object is not known to this program")]
    Version {
        /// The version that stands there.
        found: u16,
    },
    /// Reserved bytes are not zero.
    #[error("reserved bytes at offset {offset} are not zero")]
    NotZero {
        /// Where they start.
        offset: usize,
    },
    /// Bytes are left after the last field.
    #[error("{} too many", units::counted(*left as u64, "byte", "bytes"))]
    Trailing {
        /// How many.
        left: usize,
    },
}

/// Reads little-endian fields from the front of a slice.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Fields<'a> {
    /// A cursor at the start of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    /// How many bytes are left.
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`FieldsError::Short`] if fewer are left; then nothing is consumed.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], FieldsError> {
        let (field, rest) = self.rest.split_at_checked(count).ok_or(FieldsError::Short {
            offset: self.offset,
            wanted: count,
            left: self.rest.len(),
        })?;
        self.rest = rest;
        self.offset += count;
        Ok(field)
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`FieldsError::Short`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], FieldsError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`FieldsError::Short`].
    pub fn u8(&mut self) -> Result<u8, FieldsError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes, little-endian.
    ///
    /// # Errors
    /// [`FieldsError::Short`].
    pub fn u16_le(&mut self) -> Result<u16, FieldsError> {
        self.array().map(u16::from_le_bytes)
    }

    /// Four bytes, little-endian.
    ///
    /// # Errors
    /// [`FieldsError::Short`].
    pub fn u32_le(&mut self) -> Result<u32, FieldsError> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes, little-endian.
    ///
    /// # Errors
    /// [`FieldsError::Short`].
    pub fn u64_le(&mut self) -> Result<u64, FieldsError> {
        self.array().map(u64::from_le_bytes)
    }

    /// The eight bytes that say what kind of object this is.
    ///
    /// # Errors
    /// [`FieldsError::Magic`] if other bytes stand there, [`FieldsError::Short`].
    pub fn magic(&mut self, magic: [u8; 8]) -> Result<(), FieldsError> {
        let found = self.array()?;
        if found == magic { Ok(()) } else { Err(FieldsError::Magic { found }) }
    }

    /// The version of the object's layout.
    ///
    /// # Errors
    /// [`FieldsError::Version`] if it is another one, [`FieldsError::Short`].
    pub fn version(&mut self, version: u16) -> Result<(), FieldsError> {
        let found = self.u16_le()?;
        if found == version { Ok(()) } else { Err(FieldsError::Version { found }) }
    }

    /// `count` reserved bytes, which must be zero.
    ///
    /// # Errors
    /// [`FieldsError::NotZero`], [`FieldsError::Short`].
    pub fn zeros(&mut self, count: usize) -> Result<(), FieldsError> {
        let offset = self.offset;
        if self.take(count)?.iter().all(|byte| *byte == 0) {
            Ok(())
        } else {
            Err(FieldsError::NotZero { offset })
        }
    }

    /// Holds if nothing is left.
    ///
    /// # Errors
    /// [`FieldsError::Trailing`].
    pub const fn end(&self) -> Result<(), FieldsError> {
        if self.rest.is_empty() { Ok(()) } else { Err(FieldsError::Trailing { left: self.rest.len() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_order_and_the_end_is_seen() {
        let mut fields = Fields::new(b"STRGTEST\x01\x00\x00\x00\x07\x00\x00\x00");
        assert_eq!(fields.magic(*b"STRGTEST"), Ok(()));
        assert_eq!(fields.version(1), Ok(()));
        assert_eq!(fields.zeros(2), Ok(()));
        assert_eq!(fields.end(), Err(FieldsError::Trailing { left: 4 }));
        assert_eq!(fields.u32_le(), Ok(7));
        assert_eq!(fields.end(), Ok(()));
        assert_eq!(fields.u8(), Err(FieldsError::Short { offset: 16, wanted: 1, left: 0 }));
    }

    #[test]
    fn other_magic_version_and_reserved_bytes_are_refused() {
        assert!(matches!(Fields::new(b"XXXXXXXX").magic(*b"STRGTEST"), Err(FieldsError::Magic { .. })));
        assert_eq!(Fields::new(b"\x02\x00").version(1), Err(FieldsError::Version { found: 2 }));
        assert_eq!(Fields::new(b"\x00\x01").zeros(2), Err(FieldsError::NotZero { offset: 0 }));
    }
}
