//! How a region or a body is encoded, as a number of the format.

/// How bytes are encoded (`format-spec/pack.md`, "Regions").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As they are.
    Stored,
    /// One zstd frame.
    Zstd,
    /// A delta against other chunks (`format-spec/delta.md`).
    Delta,
}

impl Encoding {
    /// The format's number for it.
    pub const fn number(self) -> u8 {
        match self {
            Self::Stored => 0,
            Self::Zstd => 1,
            Self::Delta => 2,
        }
    }

    /// The encoding with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Stored),
            1 => Some(Self::Zstd),
            2 => Some(Self::Delta),
            _ => None,
        }
    }
}
