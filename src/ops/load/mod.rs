//! Dumps of a snapshot into a server: a whole database, or tables and rows. A database that has something in it is touched only by who said so.

mod rows;
mod whole;

pub use rows::{LoadOptions, into_tables};
pub use whole::restore_database;

use super::OpsError;
use crate::base::escape;
use crate::database::{Kind, Server};
use crate::format::table_map::MapDialect;
use crate::repo::TableMap;

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadReport {
    /// The dump's path.
    pub dump: Vec<u8>,
    /// Names of its tables.
    pub tables: Vec<String>,
    /// Rows of them in the dump.
    pub rows: u64,
    /// A database that holds the old state and could not be dropped.
    pub left_behind: Option<String>,
}

/// Nobody's data is touched unasked.
fn refuse_occupied(server: &Server, overwrite: bool) -> Result<(), OpsError> {
    let found = server.occupancy()?;
    if found.objects > 0 && !overwrite {
        return Err(OpsError::Occupied { database: server.name(), objects: found.objects });
    }
    Ok(())
}

/// A dump of another vendor's server cannot be loaded, and half of a dump should not be.
fn refuse_unfit(map: &TableMap<'_>, dump: &[u8], server: &Server) -> Result<(), OpsError> {
    let fits = match server.dsn.kind {
        Kind::MariaDb => map.trailer.dialect == MapDialect::MySql,
        Kind::Postgres => map.trailer.dialect == MapDialect::Postgres,
    };
    if !fits {
        let message = format!("/{} is not a dump of such a server", escape(dump));
        return Err(OpsError::Request(message));
    }
    match map.sections.iter().find(|placed| !placed.section.is_whole) {
        None => Ok(()),
        Some(placed) => Err(OpsError::DumpNotWhole {
            dump: escape(dump),
            why: placed.section.note.clone().unwrap_or_else(|| "it breaks off".into()),
        }),
    }
}
