//! Databases as arguments name them, and where their passwords come from. The environment is read here.

use std::io::{BufRead, IsTerminal};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use clap::Args;

use super::error::CliError;
use super::output::say;
use super::password;
use super::session::Session;
use crate::database::{Account, DatabaseError, Dsn, Kind, Server};

/// Option files of the system.
const OPTION_FILES: [&str; 2] = ["/etc/my.cnf", "/etc/mysql/my.cnf"];

/// What may happen to a database that has something in it.
#[derive(Debug, Args)]
pub struct OverwriteArgs {
    /// The database may have something in it; its name is asked for at the terminal
    #[arg(long)]
    overwrite: bool,
    /// The database of this name may have something in it
    #[arg(long, value_name = "NAME")]
    yes_overwrite: Option<String>,
}

impl OverwriteArgs {
    /// Whether the database may be touched though it has something in it. Asks only where that is so.
    pub fn allows(&self, server: &Server, session: &Session) -> Result<bool, CliError> {
        if server.occupancy()?.objects == 0 {
            return Ok(true);
        }
        let name = &server.dsn.database;
        match &self.yes_overwrite {
            Some(said) if said == name => return Ok(true),
            Some(_) => {
                return Err(CliError::Usage(format!("--yes-overwrite names another database than {name}")));
            }
            None if !self.overwrite => return Ok(false),
            None if !std::io::stdin().is_terminal() => {
                return Err(CliError::Usage(format!(
                    "nobody can be asked for the name: --yes-overwrite {name}"
                )));
            }
            None => {}
        }
        say(format!(
            "{} at {} is not empty. Its name, if it may be overwritten:",
            server.name(),
            server.dsn.place()
        ));
        let mut answer = String::new();
        session.cancel.while_prompting(|| std::io::stdin().lock().read_line(&mut answer))?;
        if answer.trim_end() == name { Ok(true) } else { Err(CliError::Usage("that is not its name".into())) }
    }
}

/// The server that a URL names; its password is in a file, else in the variable that the URL names, else in the vendor's own, else the vendor's
/// programs find one by themselves.
pub fn server(url: &str, password_file: Option<&Path>) -> Result<Server, CliError> {
    let dsn = Dsn::parse(url).map_err(DatabaseError::from)?;
    let own = match dsn.kind {
        Kind::MariaDb => "MYSQL_PWD",
        Kind::Postgres => "PGPASSWORD",
    };
    let password = match (password_file, &dsn.password_variable) {
        (Some(path), _) => Some(password::of_database(path)?),
        (None, Some(variable)) => Some(variable_of(variable)?),
        (None, None) => std::env::var_os(own).map(|value| Zeroizing::new(value.into_vec())),
    };
    let mut option_files: Vec<PathBuf> = OPTION_FILES.iter().map(PathBuf::from).collect();
    option_files.extend(std::env::var_os("HOME").map(|home| Path::new(&home).join(".my.cnf")));
    Ok(Server::new(dsn, &Account { password, option_files })?)
}

fn variable_of(name: &str) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let value = std::env::var_os(name).map(OsStringExt::into_vec);
    let none = || CliError::Usage(format!("the URL says password-env={name}, and there is no such variable"));
    Ok(Zeroizing::new(value.ok_or_else(none)?))
}
