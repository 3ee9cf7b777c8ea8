//! Databases that are dumped, from the arguments.

use std::path::PathBuf;

use clap::Args;

use super::inputs::name_of;
use crate::cli::database::server;
use crate::cli::error::CliError;
use crate::database::{DumpRequest, Kind};
use crate::ops::backup::Input;

/// Arguments about databases.
#[derive(Debug, Args)]
pub struct DatabaseArgs {
    /// Save a dump of a database of MariaDB or MySQL as a file of this name: mariadb://user@host/db?socket=PATH (repeatable)
    #[arg(long, value_name = "NAME=URL")]
    mariadb: Vec<String>,
    /// Save a dump of a database of PostgreSQL as a file of this name: postgres://user@host/db?sslmode=require (repeatable)
    #[arg(long, value_name = "NAME=URL")]
    postgres: Vec<String>,
    /// The password of this database is the first line of a file (repeatable)
    #[arg(long, value_name = "NAME=FILE")]
    db_password_file: Vec<String>,
    /// Leave a table out of this database's dump (repeatable)
    #[arg(long, value_name = "NAME=TABLE")]
    exclude_table: Vec<String>,
    /// Leave the rows of a table out of this database's dump (repeatable)
    #[arg(long, value_name = "NAME=TABLE")]
    exclude_table_data: Vec<String>,
}

impl DatabaseArgs {
    /// The databases. A dump that prints nothing for so many seconds is ended.
    pub fn inputs(&self, idle_seconds: u64) -> Result<Vec<Input>, CliError> {
        let named = |kind, option, all: &[String]| -> Result<Vec<(Kind, String, String)>, CliError> {
            all.iter().map(|argument| pair(option, argument).map(|(name, url)| (kind, name, url))).collect()
        };
        let mut databases = named(Kind::MariaDb, "--mariadb", &self.mariadb)?;
        databases.extend(named(Kind::Postgres, "--postgres", &self.postgres)?);
        let names: Vec<&String> = databases.iter().map(|(_, name, _)| name).collect();
        let of = |option, all: &[String]| -> Result<Vec<(String, String)>, CliError> {
            let pairs: Vec<_> =
                all.iter().map(|argument| pair(option, argument)).collect::<Result<_, _>>()?;
            match pairs.iter().find(|(name, _)| !names.contains(&name)) {
                Some((name, _)) => {
                    Err(CliError::Usage(format!("{option} {name}=: no database has this name")))
                }
                None => Ok(pairs),
            }
        };
        let files = of("--db-password-file", &self.db_password_file)?;
        let without = of("--exclude-table", &self.exclude_table)?;
        let without_rows = of("--exclude-table-data", &self.exclude_table_data)?;
        let mut inputs = vec![];
        for (kind, name, url) in &databases {
            let values = |pairs: &[(String, String)]| -> Vec<String> {
                pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
            };
            let file = values(&files).pop().map(PathBuf::from);
            let server = server(url, file.as_deref())?;
            if server.dsn.kind != *kind {
                return Err(CliError::Usage(format!("the URL of {name} is of another vendor's database")));
            }
            let request = DumpRequest {
                server,
                without: values(&without),
                without_rows: values(&without_rows),
                idle_ms_max: Some(idle_seconds.saturating_mul(1000)),
            };
            inputs.push(Input::Database { path: name_of(name.as_bytes())?, request: Box::new(request) });
        }
        Ok(inputs)
    }
}

/// The name and what is said of it. What has no name is not repeated: it may hold a secret.
fn pair(option: &str, argument: &str) -> Result<(String, String), CliError> {
    match argument.split_once('=') {
        // A URL without a name has its first equals sign in its options.
        Some((name, value)) if !name.is_empty() && !name.contains("://") && !value.is_empty() => {
            Ok((name.into(), value.into()))
        }
        _ => Err(CliError::Usage(format!("{option} takes NAME=, and then what is meant"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(mariadb: &[&str], exclude: &[&str]) -> DatabaseArgs {
        let all = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        DatabaseArgs {
            mariadb: all(mariadb),
            postgres: vec![],
            db_password_file: vec![],
            exclude_table: all(exclude),
            exclude_table_data: vec![],
        }
    }

    #[test]
    fn what_belongs_to_no_database_is_refused_and_no_secret_repeated() {
        for (mariadb, exclude) in [
            (&["mariadb://me:hush@h/db?ssl=1"][..], &[][..]),
            (&["a=mariadb://me:hush@h/db"], &[]),
            (&["a=postgres://h/hush"], &[]),
            (&["a=mariadb:///db"], &["b=t"]),
            (&["../a=mariadb:///db"], &[]),
        ] {
            let error = args(mariadb, exclude).inputs(1).unwrap_err().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
        let inputs = args(&["a=mariadb:///db"], &["a=t", "a=u"]).inputs(1).unwrap();
        let [Input::Database { request, .. }] = inputs.as_slice() else { panic!("{inputs:?}") };
        assert_eq!(request.without, ["t", "u"]);
    }
}
