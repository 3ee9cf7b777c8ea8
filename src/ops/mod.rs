//! Floor 4: one verb each. Here a repository, a source and a target meet; nobody here prints, reads the environment or exits.

pub mod backup;
pub mod check;
mod compare;
mod content;
pub mod diff;
pub mod dump;
pub mod dumps;
mod entries;
mod error;
pub mod extract;
pub mod find;
pub mod forget;
pub mod hold;
#[cfg(test)]
mod house;
pub mod list;
pub mod load;
pub mod prune;
pub mod repair;
pub mod restore;
mod rewriting;
pub mod rollback;
pub mod select;
pub mod stats;
pub mod tables;
pub mod turn;

pub use compare::Changes;
pub use error::OpsError;
