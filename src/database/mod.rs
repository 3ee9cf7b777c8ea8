//! Floor 3: a database server, through its vendor's programs: dumped by `mariadb-dump`, `mysqldump` or `pg_dump`, loaded by `mariadb`, `mysql` or
//! `psql`. Dumping and loading share where the server is and who one is there, so they are one wing and not half a source, half a target.
//!
//! A password is never an argument and never in an environment: programs read it from a [`crate::process::SecretFile`].

mod client;
mod dsn;
mod dump;
mod error;
mod footer;
pub mod load;
mod mariadb;
mod postgres;
mod version;

pub use client::{Account, Server};
pub use dsn::{Dsn, DsnError, Kind};
pub use dump::{Dump, DumpRequest};
pub use error::DatabaseError;
