//! What dump programs write, read by the lexers: tables, rows and objects are those of the servers.

#![cfg(test)]

mod servers;

mod dumps {
    mod corpora;
    mod heard;
    mod mariadb;
    mod postgres;

    use super::servers;
}
