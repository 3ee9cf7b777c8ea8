//! SQL into a server, through the vendor's client: the first error ends it, and what was there is only replaced by what is whole.

mod mariadb;
mod postgres;
mod rows;
mod script;

pub use mariadb::MariaDbRestore;
pub use postgres::PostgresRestore;
pub use rows::{
    Mode, Staging, TargetTable, drop_tables, sequences_follow, stage, start_of_rows, statements, tables,
};
pub use script::Script;

use super::{DatabaseError, Kind, Server};

/// What is in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occupancy {
    /// Whether it is there at all.
    pub exists: bool,
    /// Tables, views, routines and whatever else would be lost.
    pub objects: u64,
}

impl Server {
    /// What is in the database.
    ///
    /// # Errors
    /// [`DatabaseError`] if the server cannot be asked.
    pub fn occupancy(&self) -> Result<Occupancy, DatabaseError> {
        match self.dsn.kind {
            Kind::MariaDb => mariadb::occupancy(self),
            Kind::Postgres => postgres::occupancy(self),
        }
    }

    /// The number in the first column of the first row.
    fn number(&self, sql: &str) -> Result<u64, DatabaseError> {
        let rows = self.query(sql)?;
        let word = rows.first().and_then(|row| row.first());
        Ok(word.and_then(|word| word.parse().ok()).unwrap_or(0))
    }
}

/// A name for a database beside `name`, that nobody else takes.
fn name_beside(name: &str, what: &str) -> String {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let number = time.as_nanos() ^ u128::from(std::process::id()) << 40;
    let short: String = name.chars().take(24).collect();
    format!("{short}_strongroom_{what}_{:08x}", number & 0xffff_ffff)
}
