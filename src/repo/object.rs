//! Sealed objects: index objects, manifests, leases, marks, losses. Compressed, enveloped, sealed, named by their hash.

use super::{RepoError, Repository, Subject};
use crate::backend::{Backend, BackendError, ObjectName};
use crate::base::limits::OBJECT_BYTES_ACCEPTED;
use crate::codec::{CodecError, Compression, Compressor, Decompressor};
use crate::crypto::{CryptoError, Keys, MessageKind, Seal, random_array};
use crate::format::{Envelope, FormatError, ObjectHeader, ObjectKind};

/// The name of the object with these bytes in this folder.
pub fn name_in(folder: &str, id: &impl std::fmt::Display) -> Result<ObjectName, RepoError> {
    Ok(ObjectName::new(&format!("{folder}/{id}")).map_err(BackendError::from)?)
}

/// Reads a whole object and compares it with its name.
pub fn read_named(backend: &dyn Backend, name: &ObjectName, subject: &Subject) -> Result<Vec<u8>, RepoError> {
    let bytes = match backend.get(name, OBJECT_BYTES_ACCEPTED) {
        Err(error) if error.is_not_found() => return Err(RepoError::Missing { subject: subject.clone() }),
        Err(BackendError::TooLarge { bytes, .. }) => {
            return Err(RepoError::damaged(subject.clone(), format!("it has {bytes} bytes")));
        }
        other => other?,
    };
    if blake3::hash(&bytes).to_hex().as_str() == name.last_part() {
        Ok(bytes)
    } else {
        Err(RepoError::damaged(subject.clone(), "its hash is not its name"))
    }
}

/// Compresses a body and puts it into a sealed envelope.
pub fn seal_envelope(seal: &Seal, position: u64, body: &[u8]) -> Result<Vec<u8>, RepoError> {
    let mut packed = Vec::new();
    let encoding = Compressor::new(Compression::default()).compress(body, &mut packed)?;
    let plain_bytes = u32::try_from(body.len()).map_err(|_| RepoError::Encode("a body over 4 GiB".into()))?;
    let mut message = Envelope { encoding, plain_bytes, body: &packed }.encode()?;
    seal.seal(position, &mut message)?;
    Ok(message)
}

/// Why a sealed object does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its message is not what was sealed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// Its header or its envelope is none.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The envelope's body does not decompress.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// The body of an object of `kind` from its stored bytes; whether they have its name is not looked at.
///
/// # Errors
/// [`OpenError`].
pub fn open_sealed(keys: &Keys, kind: ObjectKind, object: &[u8]) -> Result<Vec<u8>, OpenError> {
    let (header, sealed) = ObjectHeader::decode(kind, object)?;
    let seal = keys.seal(message_kind(kind), &header.salt, &header.encode());
    open_envelope(&seal, 0, sealed)
}

/// The body in a sealed envelope.
///
/// # Errors
/// [`OpenError`].
pub fn open_envelope(seal: &Seal, position: u64, message: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut message = message.to_vec();
    seal.open(position, &mut message)?;
    let envelope = Envelope::decode(&message)?;
    let plain_bytes = envelope.plain_bytes as usize;
    Ok(Decompressor::new().decompress(envelope.encoding, envelope.body.to_vec(), &[], plain_bytes)?)
}

/// As which message the body of an object is sealed.
pub const fn message_kind(kind: ObjectKind) -> MessageKind {
    match kind {
        ObjectKind::Index => MessageKind::Index,
        ObjectKind::Manifest => MessageKind::Manifest,
        ObjectKind::Lease => MessageKind::Lease,
        ObjectKind::Mark => MessageKind::Mark,
        ObjectKind::Hold => MessageKind::Hold,
        ObjectKind::Forgetting => MessageKind::Forgetting,
        ObjectKind::Loss => MessageKind::Loss,
    }
}

impl Repository {
    /// The stored bytes of a new object of `kind` with this body.
    pub(super) fn seal_object(&self, kind: ObjectKind, body: &[u8]) -> Result<Vec<u8>, RepoError> {
        let header = ObjectHeader { kind, salt: random_array()? };
        let mut object = header.encode().to_vec();
        let seal = self.keys.seal(message_kind(kind), &header.salt, &object);
        object.extend_from_slice(&seal_envelope(&seal, 0, body)?);
        Ok(object)
    }

    /// Stores a new object durably and tells its id's 32 bytes and its length.
    pub(super) fn put_object(&self, kind: ObjectKind, body: &[u8]) -> Result<([u8; 32], u64), RepoError> {
        let object = self.seal_object(kind, body)?;
        let id = blake3::hash(&object);
        self.backend.put(&name_in(kind.folder(), &id.to_hex())?, &object)?;
        Ok((id.into(), object.len() as u64))
    }

    /// Stores an object of `kind` with this body, whatever it is.
    #[cfg(test)]
    pub(crate) fn put_sealed(&self, kind: ObjectKind, body: &[u8]) -> Result<(), RepoError> {
        self.put_object(kind, body).map(drop)
    }

    /// Reads an object of `kind`, compares it with its name and opens it.
    pub(super) fn get_object(
        &self,
        kind: ObjectKind,
        id: &impl std::fmt::Display,
        subject: &Subject,
    ) -> Result<Vec<u8>, RepoError> {
        let object = read_named(self.backend(), &name_in(kind.folder(), id)?, subject)?;
        open_sealed(&self.keys, kind, &object).map_err(|error| RepoError::damaged(subject.clone(), error))
    }
}
