//! The header that index objects, manifests, leases, marks and their like share (`format-spec/conventions.md`, "Sealed objects").

use super::FormatError;
use crate::base::Fields;

/// Bytes of the header.
pub const HEADER_BYTES: usize = 48;

/// Which sealed object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// An index object.
    Index,
    /// A snapshot's manifest.
    Manifest,
    /// A lease.
    Lease,
    /// A mark.
    Mark,
    /// A hold.
    Hold,
    /// A forgetting record.
    Forgetting,
    /// What a snapshot lost.
    Loss,
}

impl ObjectKind {
    const fn magic(self) -> [u8; 8] {
        *match self {
            Self::Index => b"STRGINDX",
            Self::Manifest => b"STRGMANI",
            Self::Lease => b"STRGLEAS",
            Self::Mark => b"STRGMARK",
            Self::Hold => b"STRGHOLD",
            Self::Forgetting => b"STRGFGET",
            Self::Loss => b"STRGLOSS",
        }
    }

    /// The folder of the repository such objects lie in.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Manifest => "snapshots",
            Self::Lease => "leases",
            Self::Mark => "marks",
            Self::Hold => "holds",
            Self::Forgetting => "forgotten",
            Self::Loss => "losses",
        }
    }
}

/// The plaintext start of a sealed object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectHeader {
    /// What it is.
    pub kind: ObjectKind,
    /// Makes the object's key.
    pub salt: [u8; 32],
}

impl ObjectHeader {
    /// The header's 48 bytes.
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0; HEADER_BYTES];
        let bytes = self.kind.magic().into_iter().chain(1_u16.to_le_bytes()).chain([0; 6]).chain(self.salt);
        for (to, from) in out.iter_mut().zip(bytes) {
            *to = from;
        }
        out
    }

    /// Splits an object of `kind` into its header and its sealed message.
    ///
    /// # Errors
    /// [`FormatError::Layout`].
    pub fn decode(kind: ObjectKind, object: &[u8]) -> Result<(Self, &[u8]), FormatError> {
        let mut fields = Fields::new(object);
        fields.magic(kind.magic())?;
        fields.version(1)?;
        fields.zeros(6)?;
        let salt = fields.array()?;
        Ok((Self { kind, salt }, fields.take(fields.left())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_another_kind_is_refused() {
        let header = ObjectHeader { kind: ObjectKind::Lease, salt: [9; 32] };
        let object = [header.encode().as_slice(), b"sealed"].concat();
        assert_eq!(ObjectHeader::decode(ObjectKind::Lease, &object), Ok((header, b"sealed".as_slice())));
        assert!(ObjectHeader::decode(ObjectKind::Mark, &object).is_err());
        assert!(ObjectHeader::decode(ObjectKind::Lease, &object[..47]).is_err());
    }
}
