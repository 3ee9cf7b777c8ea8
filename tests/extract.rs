//! Every table of every dump, extracted, loaded into a real server and compared with the original there.
#![cfg(test)]

mod extract {
    mod corpora;
    mod lengths;
    mod mariadb;
    mod phpmyadmin;
    mod postgres;
    pub mod saved;
    mod sqlite;
}
mod servers;
