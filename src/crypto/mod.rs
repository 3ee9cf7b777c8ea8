//! Floor 1: keys and sealed messages. Bytes in, bytes out; where they lie is not known here.
//!
//! The page that says what must hold is `format-spec/conventions.md`, "Hashes and keys" and "Sealing".

mod keys;
mod password;
mod random;
mod seal;

pub use keys::{Keys, MasterKey};
pub use password::{PasswordCost, PasswordKey};
pub use random::{random_array, random_fill};
pub use seal::{MessageKind, POSITION_CONTENTS, POSITION_PADDING, Seal, TAG_BYTES};

/// Why something secret could not be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// A message is not what was sealed here: damaged, moved, or of another repository or key.
    #[error("a sealed message does not open (position {position})")]
    NotAuthentic {
        /// The message's position in its object.
        position: u64,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
    /// The costs of a key slot are outside of what is safe or bearable.
    #[error("key derivation with {memory_kib} KiB, {passes} passes, {lanes} lanes is refused")]
    Cost {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// Argon2id could not run, for example for want of memory.
    #[error("key derivation: {0}")]
    Derivation(String),
}
