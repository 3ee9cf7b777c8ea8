#![doc = include_str!("../../format-spec/keyslot.md")]

use minicbor::{Decode, Encode};

use super::FormatError;
use super::cbor::{self, Time};
use crate::base::{Fields, Timestamp};

/// Bytes before the sealed message.
pub const HEADER_BYTES: usize = 96;
const MAGIC: [u8; 8] = *b"STRGKEYS";
const KIND_PASSWORD: u16 = 1;

/// The plaintext start of a key slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySlotHeader {
    /// Argon2id memory in KiB; bounds are checked by who derives the key.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub passes: u32,
    /// Argon2id lanes.
    pub lanes: u32,
    /// Argon2id salt.
    pub salt: [u8; 32],
    /// What the password must give.
    pub commitment: [u8; 32],
}

impl KeySlotHeader {
    /// The 96 bytes before the sealed message.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&1_u16.to_le_bytes());
        out.extend_from_slice(&KIND_PASSWORD.to_le_bytes());
        for number in [self.memory_kib, self.passes, self.lanes] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.commitment);
        out
    }

    /// Splits a key slot into its header and its sealed message.
    ///
    /// # Errors
    /// [`FormatError::Layout`]; [`FormatError::Value`] for a kind this program does not know.
    pub fn decode(object: &[u8]) -> Result<(Self, &[u8]), FormatError> {
        let mut fields = Fields::new(object);
        fields.magic(MAGIC)?;
        fields.version(1)?;
        super::refuse_unless(fields.u16_le()? == KIND_PASSWORD, "kind of a key slot")?;
        let [memory_kib, passes, lanes] = [fields.u32_le()?, fields.u32_le()?, fields.u32_le()?];
        fields.zeros(8)?;
        let [salt, commitment] = [fields.array()?, fields.array()?];
        Ok((Self { memory_kib, passes, lanes, salt, commitment }, fields.take(fields.left())?))
    }
}

/// The sealed part of a key slot. Holds the master key: wipe `encode`'s result.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySlotBody {
    /// The master key.
    pub master: [u8; 32],
    /// What its owner calls the slot.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
    /// On which host.
    pub host: Option<String>,
}

impl std::fmt::Debug for KeySlotBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySlotBody({:?}, ..)", self.label)
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[cbor(n(1), with = "minicbor::bytes")]
    master: [u8; 32],
    #[n(2)]
    label: String,
    #[n(3)]
    created: Time,
    #[n(4)]
    host: Option<String>,
}

impl KeySlotBody {
    /// The envelope's body.
    ///
    /// # Errors
    /// Never in practice; see [`FormatError::Cbor`].
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let Self { master, label, created, host } = self.clone();
        cbor::encode(&Wire { master, label, created: Time(created), host })
    }

    /// The slot in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Cbor`].
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let Wire { master, label, created, host } = cbor::decode(body)?;
        Ok(Self { master, label, created: created.0, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_comes_back_and_another_kind_is_refused() {
        let header =
            KeySlotHeader { memory_kib: 65_536, passes: 3, lanes: 4, salt: [1; 32], commitment: [2; 32] };
        let mut object = header.encode();
        assert_eq!(object.len(), HEADER_BYTES);
        object.extend_from_slice(b"sealed");
        assert_eq!(KeySlotHeader::decode(&object), Ok((header, b"sealed".as_slice())));
        object[10] = 2;
        assert_eq!(KeySlotHeader::decode(&object), Err(FormatError::Value { field: "kind of a key slot" }));
    }

    #[test]
    fn the_body_comes_back_and_a_short_key_is_refused() {
        let body =
            KeySlotBody { master: [7; 32], label: "paper".into(), created: Timestamp::new(5, 0), host: None };
        let bytes = body.encode().unwrap();
        assert_eq!(KeySlotBody::decode(&bytes), Ok(body));
        let short: &[u8] = b"\xa3\x01\x41\x07\x02\x61x\x03\x82\x05\x00";
        assert!(matches!(KeySlotBody::decode(short), Err(FormatError::Cbor(_))));
    }
}
