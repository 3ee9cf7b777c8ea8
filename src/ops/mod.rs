//! Floor 4: one verb each. Here a repository, a source and a target meet; nobody here prints, reads the environment or exits.

pub mod backup;
pub mod check;
mod content;
pub mod dump;
mod error;
#[cfg(test)]
mod house;
pub mod list;
pub mod restore;
pub mod select;

pub use error::OpsError;
