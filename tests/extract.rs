//! Every table of every dump, extracted, loaded into a real server and compared with the original there.
#![cfg(test)]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says why it is skipped")]

mod extract {
    mod corpora;
    mod mariadb;
    mod postgres;
    pub mod saved;
    mod sqlite;
}
mod servers;
