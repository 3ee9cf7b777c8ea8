//! SQL into a server, through the vendor's client: the first error ends it, and what was there is only replaced by what is whole.

mod mariadb;
mod postgres;
mod rows;
mod script;
mod undo;

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

/// A name for a database beside `name`, that nobody else takes. It has at most 63 bytes: PostgreSQL would cut a longer one, and MariaDB refuse it.
fn name_beside(name: &str, what: &str) -> String {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let short: String = name
        .char_indices()
        .take_while(|(at, letter)| at + letter.len_utf8() <= 24)
        .map(|(_, letter)| letter)
        .collect();
    format!("{short}_strongroom_{what}_{:x}_{:08x}", std::process::id(), time.as_nanos() & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::name_beside;

    #[test]
    fn a_name_beside_fits_and_keeps_the_first_letters_whole() {
        for (name, start) in [("shop", "shop_"), (&"ä".repeat(40), &format!("{}_", "ä".repeat(12)))] {
            let beside = name_beside(name, "rows");
            assert!(beside.len() <= 63, "{beside}");
            assert!(beside.starts_with(&format!("{start}strongroom_rows_")), "{beside}");
        }
        let odd = format!("a{}", "🦊".repeat(20));
        assert!(name_beside(&odd, "new").starts_with(&format!("a{}_strongroom_new_", "🦊".repeat(5))));
        assert_ne!(name_beside("shop", "old"), name_beside("shop", "old"));
    }
}
