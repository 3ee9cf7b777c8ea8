//! Why a database could not be dumped or loaded.

use super::DsnError;
use crate::process::ProcessError;

/// What went wrong with a database. What programs say is escaped.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Its URL is wrong.
    #[error(transparent)]
    Dsn(#[from] DsnError),
    /// No program of the vendor's is there.
    #[error("database {database}: {} not installed", not_there(.programs))]
    NoProgram {
        /// The database.
        database: String,
        /// The names that were looked for.
        programs: &'static [&'static str],
    },
    /// The server does not let the user in.
    #[error("database {database} at {place}: {said}")]
    Denied {
        /// The database.
        database: String,
        /// Where the server should be.
        place: String,
        /// What the program said.
        said: String,
    },
    /// The server does not answer.
    #[error("database {database} at {place}: {said}")]
    Away {
        /// The database.
        database: String,
        /// Where the server should be.
        place: String,
        /// What the program said.
        said: String,
    },
    /// Another thing that a program refused.
    #[error("database {database}: {said}")]
    Refused {
        /// The database.
        database: String,
        /// What the program said.
        said: String,
    },
    /// A restore failed, and so did putting back what was there: it is in another database.
    #[error("database {database} is not as it was; its tables are in {place}: {said}")]
    Stranded {
        /// The database.
        database: String,
        /// Where its tables are.
        place: String,
        /// What was said.
        said: String,
    },
    /// Nobody wants it done any more.
    #[error("cancelled")]
    Cancelled,
    /// A program could not be run to its end.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A password that a program cannot be given.
    #[error("the password for database {database} {why}")]
    Password {
        /// The database.
        database: String,
        /// Why.
        why: String,
    },
}

fn not_there(programs: &[&str]) -> String {
    match programs {
        [one] => format!("{one} is"),
        many => format!("{} are", many.join(" and ")),
    }
}
