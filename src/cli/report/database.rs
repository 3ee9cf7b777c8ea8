//! Exit code, meaning and advice for errors of databases and of the programs that are run.

use super::Doing;
use super::advice::{Advice, advice};
use crate::cli::error::Exit;
use crate::database::{DatabaseError, DsnError};
use crate::process::ProcessError;

pub fn of_database(error: &DatabaseError, doing: Doing) -> Advice {
    // A restore does not run a dump tool.
    let exit = if doing == Doing::Backup { Exit::DumpFailed } else { Exit::Error };
    match error {
        DatabaseError::Dsn(DsnError::Password) => advice(
            Exit::Usage,
            "nothing was read or written; a password that was typed there should be changed",
            "--db-password-file NAME=FILE, ~/.my.cnf, ~/.pgpass, or ?password-env=VARIABLE in the URL",
        ),
        DatabaseError::Dsn(_) => {
            let hint =
                "mariadb://user@host:3306/shop?socket=/run/mysqld/mysqld.sock, or postgres://user@host/shop";
            advice(Exit::Usage, "nothing was read or written", hint)
        }
        DatabaseError::NoProgram { .. } => advice(
            exit,
            "",
            "install the server's client programs (mariadb-client, default-mysql-client, postgresql-client)",
        ),
        DatabaseError::Denied { .. } => advice(
            exit,
            "",
            "the right user in the URL, and its password: --db-password-file, ~/.my.cnf, ~/.pgpass or password-env",
        ),
        DatabaseError::Away { .. } => {
            advice(exit, "", "look whether the server runs, and at host, port and socket in the URL")
        }
        DatabaseError::Refused { .. } => {
            advice(exit, "", "look at what the server says, and at the rights of the user")
        }
        DatabaseError::Stranded { place, .. } => advice(
            exit,
            "the old tables are whole, in another database; what is in this one may be half",
            format!(
                "RENAME TABLE every table of {place} back by hand, then run the SQL in its table strongroom_undo"
            ),
        ),
        DatabaseError::Cancelled => (Exit::Cancelled, None, "run it again whenever you like".into()),
        DatabaseError::Process(error) => of_process(error),
        DatabaseError::Password { .. } => advice(exit, "", "a file whose first line is the password"),
    }
}

pub fn of_process(error: &ProcessError) -> Advice {
    match error {
        ProcessError::Spawn { .. } => {
            advice(Exit::DumpFailed, "", "look whether this machine can start another process")
        }
        ProcessError::Wait { .. } | ProcessError::Idle { .. } => {
            advice(Exit::DumpFailed, "", "run the command by hand and see what it says")
        }
    }
}
