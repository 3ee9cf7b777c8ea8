//! The master key and what is derived from it.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{CryptoError, MessageKind, Seal, random_array};
use crate::base::{ChunkId, RepositoryId};

const CHUNK_ID: &str = "strongroom 2026-11 chunk id";
const GEAR_TABLE: &str = "strongroom 2026-11 gear table";
const TREE_BOUNDARY: &str = "strongroom 2026-11 tree boundary";
const RESTRICT_KEY: &str = "strongroom 2026-11 restrict key of a dump";
const SEALING: &str = "strongroom 2026-11 sealing";

/// The 32 secret bytes everything else comes from. Wiped from memory when dropped, never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`].
    pub fn generate() -> Result<Self, CryptoError> {
        Ok(Self(random_array()?))
    }

    /// The key with these bytes, from a key slot or a recovery kit.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret bytes, for wrapping them in a slot or printing the recovery kit, and nothing else.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// All keys of one repository. Never shown.
#[derive(Clone)]
pub struct Keys {
    repository: RepositoryId,
    master: MasterKey,
    chunk_id: [u8; 32],
    tree_boundary: [u8; 32],
}

impl Keys {
    /// The keys of `repository` under `master`.
    pub fn new(repository: RepositoryId, master: MasterKey) -> Self {
        let chunk_id = blake3::derive_key(CHUNK_ID, master.expose());
        let tree_boundary = blake3::derive_key(TREE_BOUNDARY, master.expose());
        Self { repository, master, chunk_id, tree_boundary }
    }

    /// The repository these keys are for.
    pub const fn repository(&self) -> RepositoryId {
        self.repository
    }

    /// The master key itself.
    pub const fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The id of a chunk: keyed BLAKE3 of its plaintext.
    pub fn chunk_id(&self, plaintext: &[u8]) -> ChunkId {
        ChunkId::new(*blake3::keyed_hash(&self.chunk_id, plaintext).as_bytes())
    }

    /// The repository's own gear table for the chunker.
    pub fn gear_table(&self) -> Box<[u64; 256]> {
        let mut bytes = [0; 2048];
        blake3::Hasher::new_derive_key(GEAR_TABLE)
            .update(self.master.expose())
            .finalize_xof()
            .fill(&mut bytes);
        let mut table = Box::new([0; 256]);
        for (entry, bytes) in table.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *entry = u64::from_le_bytes(*bytes);
        }
        table
    }

    /// The number that decides whether a tree node ends before the item with this path (`format-spec/tree.md`).
    pub fn tree_boundary(&self, level: u8, path: &[u8]) -> u32 {
        let hash = blake3::Hasher::new_keyed(&self.tree_boundary).update(&[level]).update(path).finalize();
        let [a, b, c, d, ..] = *hash.as_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// The key with which `pg_dump` locks its dump of `name`: the same each night, and nothing that the dumped server could guess.
    pub fn restrict_key(&self, name: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new_derive_key(RESTRICT_KEY);
        hasher.update(self.master.expose()).update(name);
        hasher.finalize().to_hex().chars().take(32).collect()
    }

    /// Seals and opens the messages of one object, whose plaintext `header` holds `salt`.
    pub fn seal(&self, kind: MessageKind, salt: &[u8; 32], header: &[u8]) -> Seal {
        let mut hasher = blake3::Hasher::new_derive_key(SEALING);
        hasher.update(self.master.expose()).update(&[kind.number()]).update(salt);
        Seal::new(hasher.finalize().into(), self.repository, kind, header)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({:?}, ..)", self.repository)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.chunk_id.zeroize();
        self.tree_boundary.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(master: u8) -> Keys {
        Keys::new(RepositoryId::new([1; 32]), MasterKey::new([master; 32]))
    }

    #[test]
    fn another_master_key_gives_other_ids_and_another_gear_table() {
        assert_ne!(keys(1).chunk_id(b"x"), keys(2).chunk_id(b"x"));
        assert_ne!(keys(1).gear_table(), keys(2).gear_table());
        assert_ne!(keys(1).tree_boundary(0, b"a"), keys(1).tree_boundary(1, b"a"));
    }

    #[test]
    fn keys_are_never_shown() {
        let shown = format!("{:?} {:?}", keys(0xab), keys(0xab).master());
        assert!(!shown.contains("ab, ab") && !shown.contains("abab") && !shown.contains("171"), "{shown}");
    }
}
