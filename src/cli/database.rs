//! Databases as arguments name them, and where their passwords come from. The environment is read here.

use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::CliError;
use super::password;
use crate::database::{Account, DatabaseError, Dsn, Kind, Server};

/// Option files of the system.
const OPTION_FILES: [&str; 2] = ["/etc/my.cnf", "/etc/mysql/my.cnf"];

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
