//! Databases on real servers, dumped and loaded.
#![cfg(test)]

mod databases {
    mod dump;
    pub mod fake;
    mod refusals;
    mod restore;
    mod rows;
    mod systems;
    mod which;
}
#[path = "cli/place.rs"]
mod place;
mod servers;
