//! Floor 4: one verb each. Here a repository, a source and a target meet; nobody here prints, reads the environment or exits.

pub mod backup;
mod error;

pub use error::OpsError;
