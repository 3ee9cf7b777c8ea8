//! Objects sealed with fixed keys and salts.

use data_encoding::HEXLOWER;
use strongroom::base::{Encoding, RepositoryId};
use strongroom::crypto::{Keys, MasterKey, Seal};
use strongroom::format::{Envelope, ObjectHeader, ObjectKind};
use strongroom::repo::message_kind;

pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

pub fn unhex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// 32 bytes that a text stands for.
pub fn made_of(text: &str) -> [u8; 32] {
    blake3::hash(format!("strongroom vectors: {text}").as_bytes()).into()
}

pub fn master() -> [u8; 32] {
    made_of("master key")
}

pub fn repository() -> [u8; 32] {
    made_of("repository")
}

pub fn keys() -> Keys {
    Keys::new(RepositoryId::new(repository()), MasterKey::new(master()))
}

/// Bytes that do not compress.
pub fn noise(name: &str, count: usize) -> Vec<u8> {
    let mut out = vec![0; count];
    blake3::Hasher::new().update(&made_of(name)).finalize_xof().fill(&mut out);
    out
}

/// The envelope of a body that is stored as it is.
pub fn envelope(body: &[u8]) -> Vec<u8> {
    let plain_bytes = body.len().try_into().unwrap();
    Envelope { encoding: Encoding::Stored, plain_bytes, body }.encode().unwrap()
}

/// A text that compresses well, and the frame that zstd makes of it.
pub fn text() -> (Vec<u8>, Vec<u8>) {
    const FRAME: &str =
        "28b52ffd0000250100b87468652073616d6520776f72647320616e64206761696e0300e596aa00ce9934648601";
    (b"the same words and the same words again ".repeat(20), unhex(FRAME))
}

/// A zstd frame in whose blocks the bytes stand as they are: another release of zstd cannot change it.
pub fn frame(plain: &[u8]) -> Vec<u8> {
    const BLOCK_BYTES: usize = 1 << 17;
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3];
    let count = plain.len().div_ceil(BLOCK_BYTES).max(1);
    for number in 0..count {
        let block = plain.chunks(BLOCK_BYTES).nth(number).unwrap_or_default();
        let header = u32::try_from(block.len() << 3 | usize::from(number + 1 == count)).unwrap();
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.extend_from_slice(block);
    }
    out
}

/// The envelope of a body that is compressed.
pub fn envelope_of(body: &[u8], frame: &[u8]) -> Vec<u8> {
    let plain_bytes = body.len().try_into().unwrap();
    Envelope { encoding: Encoding::Zstd, plain_bytes, body: frame }.encode().unwrap()
}

/// A header and one message.
pub fn message_after(seal: &Seal, position: u64, header: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut message = plain.to_vec();
    seal.seal(position, &mut message).unwrap();
    [header, &message].concat()
}

/// A sealed object whose message is `plain`, whatever that is.
pub fn object_of(kind: ObjectKind, name: &str, plain: &[u8]) -> Vec<u8> {
    let header = ObjectHeader { kind, salt: made_of(name) };
    let seal = keys().seal(message_kind(kind), &header.salt, &header.encode());
    message_after(&seal, 0, &header.encode(), plain)
}

/// A sealed object with this body.
pub fn object(kind: ObjectKind, name: &str, body: &[u8]) -> Vec<u8> {
    object_of(kind, name, &envelope(body))
}
