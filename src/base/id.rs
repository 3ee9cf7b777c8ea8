//! Ids: 32 bytes each, shown as lower-case hex, and never exchangeable for one another by mistake.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text does not have 64 lower-case hex digits.
    #[error("an id has 64 hex digits: {0:?}")]
    NotHex(String),
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// An id from its 32 bytes.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// The first eight hex digits, for people.
            pub fn short(&self) -> String {
                self.to_string().chars().take(8).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let refused = || IdError::NotHex(text.chars().take(80).collect());
                let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| refused())?;
                Ok(Self(bytes.try_into().map_err(|_| refused())?))
            }
        }
    };
}

id!(
    /// Names a chunk: keyed BLAKE3 of its plaintext (`format-spec/conventions.md`, "Keys").
    ChunkId
);
id!(
    /// Names a pack: BLAKE3 of its stored bytes.
    PackId
);
id!(
    /// Names an index object, a key slot or a mark: BLAKE3 of its stored bytes.
    ObjectId
);
id!(
    /// Names a snapshot: BLAKE3 of its stored manifest.
    SnapshotId
);
id!(
    /// Names a lease: random, one for each run of a writer.
    LeaseId
);
id!(
    /// Tells one repository from another: random, made at `init`.
    RepositoryId
);

impl ChunkId {
    /// The id that stands for a hole in a recipe and never for a chunk.
    pub const HOLE: Self = Self([0; 32]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_shown() {
        let id = PackId::new([0xa5; 32]);
        assert_eq!(id.to_string().parse::<PackId>(), Ok(id));
        assert_eq!(id.short(), "a5a5a5a5");
    }

    #[test]
    fn a_text_that_is_not_64_lower_case_hex_digits_is_refused() {
        for text in ["", "a5", &"A5".repeat(32), &"g5".repeat(32), &"a5".repeat(33)] {
            assert!(text.parse::<ChunkId>().is_err(), "{text}");
        }
    }
}
