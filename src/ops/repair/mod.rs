//! `repair`: what is damaged is made whole from parity, a copy or what is left of it; what cannot be is taken out of use and said.
//!
//! Each is a plan first, which changes nothing, and then done. Killed at any point, the repository has lost nothing that it had, and the
//! next repair goes on.

pub mod index;
pub mod packs;
mod salvage;
pub mod snapshots;
#[cfg(test)]
mod tests;
