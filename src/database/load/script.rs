//! A script that a client runs while it is written.

use std::ffi::OsString;

use crate::crypto::random_array;
use crate::database::{DatabaseError, Kind, Server};
use crate::process::{Feeding, feed};

/// A client at work. The first error of SQL ends it; dropped before its end, it is killed.
#[derive(Debug)]
pub struct Script {
    server: Server,
    feeding: Option<Feeding>,
}

impl Script {
    /// Starts the client in the server's database. `in_one` is whether all is one transaction, which PostgreSQL can for everything.
    ///
    /// # Errors
    /// [`DatabaseError`] if there is no client.
    pub fn start(server: &Server, in_one: bool) -> Result<Self, DatabaseError> {
        let (program, version) = server.client()?;
        let mut arguments: Vec<OsString> = match server.dsn.kind {
            // Nothing but SQL and delimiters: no line of the script is a command to the client.
            Kind::MariaDb => vec!["--batch".into(), "--binary-mode".into(), "--connect-timeout=30".into()],
            Kind::Postgres => {
                ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"]
                    .map(OsString::from)
                    .to_vec()
            }
        };
        if in_one && server.dsn.kind == Kind::Postgres {
            arguments.push("--single-transaction".into());
        }
        let feeding = feed(&server.command(program, &arguments, None))?;
        let mut script = Self { server: server.clone(), feeding: Some(feeding) };
        if server.dsn.kind == Kind::Postgres && version.knows_restrict() {
            // What a dump holds was written by whoever could write to its server, and is not to command this machine.
            let key: [u8; 16] = random_array().map_err(|error| script.ended(&error.to_string()))?;
            let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            script.push(format!("\\restrict {key}\n").as_bytes(), &|| true)?;
        }
        Ok(script)
    }

    /// Runs a whole script.
    ///
    /// # Errors
    /// Those of [`Script::push`] and [`Script::finish`].
    pub fn run(server: &Server, sql: &[u8], in_one: bool) -> Result<(), DatabaseError> {
        let mut script = Self::start(server, in_one)?;
        script.push(sql, &|| true)?;
        script.finish()
    }

    /// Hands the next bytes to the client; `goes_on` is asked while it takes none.
    ///
    /// # Errors
    /// [`DatabaseError`]: what the client said, if it has ended; [`DatabaseError::Cancelled`].
    pub fn push(&mut self, bytes: &[u8], goes_on: &dyn Fn() -> bool) -> Result<(), DatabaseError> {
        let Some(feeding) = &mut self.feeding else { return Err(self.ended("the client has ended")) };
        match feeding.push(bytes, goes_on) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Err(DatabaseError::Cancelled),
            Err(_) => match self.end() {
                Ok(()) => Err(self.ended("the client ended before the script did")),
                Err(error) => Err(error),
            },
        }
    }

    /// Ends the script and waits until all of it has run.
    ///
    /// # Errors
    /// [`DatabaseError`]: the first error of SQL.
    pub fn finish(mut self) -> Result<(), DatabaseError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), DatabaseError> {
        let Some(feeding) = self.feeding.take() else { return Ok(()) };
        let exit = feeding.finish()?;
        if exit.is_success() { Ok(()) } else { Err(self.server.refusal(&exit)) }
    }

    fn ended(&self, said: &str) -> DatabaseError {
        DatabaseError::Refused { database: self.server.name(), said: said.into() }
    }
}
