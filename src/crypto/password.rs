//! From a password to the key that wraps the master key: Argon2id, with a floor and a ceiling.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::{CryptoError, MessageKind, Seal};
use crate::base::RepositoryId;

const COMMITMENT: &str = "strongroom 2026-11 key commitment";
const WRAP: &str = "strongroom 2026-11 key wrap";

/// What deriving a key from a password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB: 65,536 to 4,194,304.
    pub memory_kib: u32,
    /// Passes over the memory: 3 to 64.
    pub passes: u32,
    /// Lanes: 1 to 64.
    pub lanes: u32,
}

impl PasswordCost {
    /// RFC 9106's second choice: 64 MiB, 3 passes, 4 lanes. The floor as well.
    pub const DEFAULT: Self = Self { memory_kib: 65_536, passes: 3, lanes: 4 };

    /// Holds if the cost is neither too cheap to be safe nor so dear that a foreign slot could keep a machine busy.
    ///
    /// # Errors
    /// [`CryptoError::Cost`].
    pub fn check(self) -> Result<(), CryptoError> {
        let Self { memory_kib, passes, lanes } = self;
        let within = (65_536..=4_194_304).contains(&memory_kib)
            && (3..=64).contains(&passes)
            && (1..=64).contains(&lanes)
            && u64::from(memory_kib) * u64::from(passes) <= 16_777_216;
        if within { Ok(()) } else { Err(CryptoError::Cost { memory_kib, passes, lanes }) }
    }
}

/// What a password and a salt give: the commitment that is compared first, and the key that opens the slot.
pub struct PasswordKey {
    commitment: [u8; 32],
    wrap: [u8; 32],
}

impl PasswordKey {
    /// Derives the key; takes about a tenth of a second and `memory_kib` of memory.
    ///
    /// # Errors
    /// [`CryptoError::Cost`], [`CryptoError::Derivation`].
    pub fn derive(password: &[u8], salt: &[u8; 32], cost: PasswordCost) -> Result<Self, CryptoError> {
        cost.check()?;
        let failed = |error: argon2::Error| CryptoError::Derivation(error.to_string());
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(failed)?;
        let mut root = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password, salt, root.as_mut_slice())
            .map_err(failed)?;
        Ok(Self {
            commitment: blake3::derive_key(COMMITMENT, root.as_slice()),
            wrap: blake3::derive_key(WRAP, root.as_slice()),
        })
    }

    /// What stands in the slot and tells a wrong password before anything is opened.
    pub const fn commitment(&self) -> &[u8; 32] {
        &self.commitment
    }

    /// Seals and opens the slot's message.
    pub fn seal(&self, repository: RepositoryId, header: &[u8]) -> Seal {
        Seal::new(self.wrap, repository, MessageKind::KeySlot, header)
    }
}

impl fmt::Debug for PasswordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordKey(..)")
    }
}

impl Drop for PasswordKey {
    fn drop(&mut self) {
        self.wrap.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_below_the_floor_and_above_the_ceiling_are_refused() {
        let cost = PasswordCost::DEFAULT;
        assert!(cost.check().is_ok());
        for refused in [
            PasswordCost { memory_kib: 65_535, ..cost },
            PasswordCost { memory_kib: u32::MAX, ..cost },
            PasswordCost { passes: 2, ..cost },
            PasswordCost { lanes: 0, ..cost },
            PasswordCost { memory_kib: 4_194_304, passes: 5, ..cost },
        ] {
            assert!(PasswordKey::derive(b"x", &[0; 32], refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn another_password_or_salt_gives_another_commitment() {
        let commitment = |password: &[u8], salt: u8| {
            *PasswordKey::derive(password, &[salt; 32], PasswordCost::DEFAULT).unwrap().commitment()
        };
        assert_ne!(commitment(b"a", 0), commitment(b"b", 0));
        assert_ne!(commitment(b"a", 0), commitment(b"a", 1));
    }
}
