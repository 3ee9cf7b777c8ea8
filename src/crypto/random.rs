//! Random bytes from the system.

use super::CryptoError;

/// Fills `out` with random bytes of the system's generator.
///
/// # Errors
/// [`CryptoError::NoRandomness`].
pub fn random_fill(out: &mut [u8]) -> Result<(), CryptoError> {
    getrandom::fill(out).map_err(|error| CryptoError::NoRandomness(error.to_string()))
}

/// `N` random bytes.
///
/// # Errors
/// [`CryptoError::NoRandomness`].
pub fn random_array<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut out = [0; N];
    random_fill(&mut out)?;
    Ok(out)
}
