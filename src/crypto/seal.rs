//! Sealed messages: XChaCha20-Poly1305 under an object's key, bound to repository, kind, position and header.

use std::fmt;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};

use super::CryptoError;
use crate::base::RepositoryId;

/// Bytes a sealed message is longer than its plaintext.
pub const TAG_BYTES: usize = 16;
/// Position of a pack's table of contents.
pub const POSITION_CONTENTS: u64 = u64::MAX;
/// Position whose keystream fills a pack's padding.
pub const POSITION_PADDING: u64 = u64::MAX - 1;

/// What a message is (`format-spec/conventions.md`, "Sealing").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// The parameters in `config`.
    Config,
    /// A wrapped master key.
    KeySlot,
    /// A region of a pack.
    Region,
    /// A pack's table of contents.
    Contents,
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

impl MessageKind {
    /// The number that stands for it in the associated data.
    pub const fn number(self) -> u8 {
        match self {
            Self::Config => 1,
            Self::KeySlot => 2,
            Self::Region => 3,
            Self::Contents => 4,
            Self::Index => 5,
            Self::Manifest => 6,
            Self::Lease => 7,
            Self::Mark => 8,
            Self::Hold => 9,
            Self::Forgetting => 10,
            Self::Loss => 11,
        }
    }
}

/// Seals and opens the messages of one object.
#[derive(Clone)]
pub struct Seal {
    cipher: XChaCha20Poly1305,
    repository: RepositoryId,
    kind: MessageKind,
    header: Vec<u8>,
}

impl Seal {
    /// Messages of an object with this key and plaintext header.
    pub fn new(key: [u8; 32], repository: RepositoryId, kind: MessageKind, header: &[u8]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&key.into()), repository, kind, header: header.to_vec() }
    }

    /// Turns a plaintext into a sealed message in place; it grows by [`TAG_BYTES`]. A position must be used once.
    pub fn seal(&self, position: u64, message: &mut Vec<u8>) -> Result<(), CryptoError> {
        let tag = self
            .cipher
            .encrypt_inout_detached(
                &nonce(position),
                &self.associated_data(position),
                message.as_mut_slice().into(),
            )
            .map_err(|_| CryptoError::NotAuthentic { position })?;
        message.extend_from_slice(&tag);
        Ok(())
    }

    /// Turns a sealed message into its plaintext in place.
    ///
    /// # Errors
    /// [`CryptoError::NotAuthentic`]; the message's bytes are then of no meaning.
    pub fn open(&self, position: u64, message: &mut Vec<u8>) -> Result<(), CryptoError> {
        let refused = CryptoError::NotAuthentic { position };
        let (body, tag) = message.split_last_chunk_mut::<TAG_BYTES>().ok_or_else(|| refused.clone())?;
        let tag = Tag::from(*tag);
        self.cipher
            .decrypt_inout_detached(&nonce(position), &self.associated_data(position), body.into(), &tag)
            .map_err(|_| refused)?;
        message.truncate(message.len() - TAG_BYTES);
        Ok(())
    }

    fn associated_data(&self, position: u64) -> Vec<u8> {
        let mut data = Vec::with_capacity(41 + self.header.len());
        data.extend_from_slice(self.repository.as_bytes());
        data.push(self.kind.number());
        data.extend_from_slice(&position.to_le_bytes());
        data.extend_from_slice(&self.header);
        data
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({:?}, ..)", self.kind)
    }
}

fn nonce(position: u64) -> XNonce {
    let mut nonce = [0; 24];
    for (to, from) in nonce.iter_mut().zip(position.to_le_bytes()) {
        *to = from;
    }
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(repository: u8, kind: MessageKind, header: &[u8]) -> Seal {
        Seal::new([7; 32], RepositoryId::new([repository; 32]), kind, header)
    }

    #[test]
    fn a_message_opens_to_what_was_sealed() {
        let seal = seal(1, MessageKind::Region, b"header");
        let mut message = b"plain".to_vec();
        seal.seal(3, &mut message).unwrap();
        assert_eq!(message.len(), 5 + TAG_BYTES);
        seal.open(3, &mut message).unwrap();
        assert_eq!(message, b"plain");
    }

    #[test]
    fn a_message_that_was_moved_swapped_cut_or_changed_is_refused() {
        let sealed = {
            let mut message = b"plain".to_vec();
            seal(1, MessageKind::Region, b"header").seal(3, &mut message).unwrap();
            message
        };
        let refused =
            |seal: Seal, position, message: &[u8]| seal.open(position, &mut message.to_vec()).is_err();
        assert!(refused(seal(1, MessageKind::Region, b"header"), 4, &sealed), "moved");
        assert!(refused(seal(2, MessageKind::Region, b"header"), 3, &sealed), "another repository");
        assert!(refused(seal(1, MessageKind::Index, b"header"), 3, &sealed), "another kind");
        assert!(refused(seal(1, MessageKind::Region, b"Header"), 3, &sealed), "another header");
        assert!(refused(seal(1, MessageKind::Region, b"header"), 3, &sealed[..20]), "cut");
        assert!(refused(seal(1, MessageKind::Region, b"header"), 3, &[]), "empty");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(refused(seal(1, MessageKind::Region, b"header"), 3, &changed), "byte {at}");
        }
    }
}
