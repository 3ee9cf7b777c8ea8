//! Which compressed format bytes are in, by their content.

use std::fmt;

use super::xz::MAGIC as XZ_MAGIC;

/// A compressed format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878, one or more frames.
    Zstd,
    /// The .xz File Format 1.2, one or more streams.
    Xz,
}

/// As many first bytes as are enough for [`Format::recognise`].
pub const MAGIC_BYTES_MAX: usize = 6;

/// How a frame of zstd begins.
pub const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

impl Format {
    /// The format of a file that begins with `first`, if it is one of these.
    pub fn recognise(first: &[u8]) -> Option<Self> {
        match first {
            // Reserved flags would mean that this is a later format, or none.
            [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => Some(Self::Gzip),
            _ if first.starts_with(&ZSTD_MAGIC) => Some(Self::Zstd),
            _ if first.starts_with(&XZ_MAGIC) => Some(Self::Xz),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes_and_nothing_else_is() {
        let known = [
            (b"\x1f\x8b\x08\x00\0\0".as_slice(), Format::Gzip),
            (b"\x1f\x8b\x08\x1f", Format::Gzip),
            (b"\x28\xb5\x2f\xfd\x24", Format::Zstd),
            (b"\xfd7zXZ\0\0", Format::Xz),
        ];
        for (first, format) in known {
            assert_eq!(Format::recognise(first), Some(format));
            for cut in 0..4 {
                assert_eq!(Format::recognise(&first[..cut]), None);
            }
        }
        let foreign: [&[u8]; 4] = [b"-- MySQL dump", b"\x1f\x8b\x08\x20", b"\x1f\x8b\x07\0", b"\xfd7zXZ"];
        for first in foreign {
            assert_eq!(Format::recognise(first), None, "{first:?}");
        }
    }
}
