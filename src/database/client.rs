//! A server as its programs are told of it: where it is in arguments, the password in a file without a name.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::version::Version;
use super::{DatabaseError, Dsn, Kind, mariadb, postgres};
use crate::base::escape;
use crate::base::limits::DATABASE_ANSWER_BYTES_MAX;
use crate::process::{Command, Exit, ProcessError, Program, Run, SecretFile, spawn};

/// How long a program that asks a server one thing may say nothing.
const ANSWER_MS_MAX: u64 = 120_000;
/// Letters of what a program says that are shown.
const SAID_LETTERS_MAX: usize = 600;

/// Who one is at a server, beside the user in the DSN.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// The password; without one, what the programs find by themselves is used: `~/.my.cnf`, `~/.pgpass`, a socket that trusts.
    pub password: Option<Zeroizing<Vec<u8>>>,
    /// Option files of MariaDB and MySQL, which are read before the password: that of the system and that of the user.
    pub option_files: Vec<PathBuf>,
}

/// A database on a server, and how its programs get there.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where it is.
    pub dsn: Dsn,
    /// What the programs read the password from; it has to be there as long as they run.
    pub(super) secret: Option<Arc<SecretFile>>,
}

impl Server {
    /// The server, with the password where its programs will read it.
    ///
    /// # Errors
    /// [`DatabaseError::Password`] for one that no program could be told.
    pub fn new(dsn: Dsn, account: &Account) -> Result<Self, DatabaseError> {
        let wrong = |why: String| DatabaseError::Password { database: escape(dsn.database.as_bytes()), why };
        let content = match (&account.password, dsn.kind) {
            (None, _) => None,
            (Some(password), _) if password.iter().any(|byte| matches!(byte, 0 | b'\n' | b'\r')) => {
                return Err(wrong("has a line end or a zero byte in it".into()));
            }
            (Some(password), Kind::MariaDb) => {
                let own = dsn.option("defaults-file").map(PathBuf::from);
                let files = own.map_or_else(|| account.option_files.clone(), |file| vec![file]);
                Some(mariadb::option_file(&files, password))
            }
            (Some(password), Kind::Postgres) => Some(postgres::password_file(password)),
        };
        let secret = content.map(|content| SecretFile::new(&content)).transpose();
        let secret = secret.map_err(|error| wrong(format!("cannot be handed over: {error}")))?;
        Ok(Self { dsn, secret: secret.map(Arc::new) })
    }

    /// The same server with another database.
    pub fn at(&self, database: &str) -> Self {
        Self { dsn: self.dsn.at(database), secret: self.secret.clone() }
    }

    /// The database's name, for people.
    pub fn name(&self) -> String {
        escape(self.dsn.database.as_bytes())
    }

    /// A command of one of the vendor's programs that gets to this database, with more arguments before the database's name.
    pub fn command(&self, program: &str, arguments: &[OsString], idle_ms_max: Option<u64>) -> Command {
        let mut command = Program { program: program.into(), ..Program::default() };
        match self.dsn.kind {
            Kind::MariaDb => mariadb::connect(self, &mut command, arguments),
            Kind::Postgres => postgres::connect(self, &mut command, arguments),
        }
        // What they say is looked at, and has to be in one language.
        command.environment.push(("LC_ALL".into(), "C".into()));
        Command { name: program.into(), run: Run::Program(command), idle_ms_max }
    }

    /// What statements select: rows of columns. Names should be selected in hex: a tab or a line end parts columns and rows.
    ///
    /// # Errors
    /// [`DatabaseError`]; the first error of SQL is one.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<String>>, DatabaseError> {
        let (program, _) = self.client()?;
        let arguments = match self.dsn.kind {
            Kind::MariaDb => mariadb::query_arguments(sql),
            Kind::Postgres => postgres::query_arguments(sql),
        };
        let answer = self.run(&self.command(program, &arguments, Some(ANSWER_MS_MAX)))?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        Ok(text.lines().map(|line| line.split('\t').map(ToString::to_string).collect()).collect())
    }

    /// The vendor's client, and its version.
    ///
    /// # Errors
    /// [`DatabaseError::NoProgram`].
    pub fn client(&self) -> Result<(&'static str, Version), DatabaseError> {
        self.program(match self.dsn.kind {
            Kind::MariaDb => &["mariadb", "mysql"],
            Kind::Postgres => &["psql"],
        })
    }

    /// The first of these programs that is there, and its version.
    ///
    /// # Errors
    /// [`DatabaseError::NoProgram`].
    pub fn program(&self, names: &'static [&'static str]) -> Result<(&'static str, Version), DatabaseError> {
        for name in names {
            let arguments = vec!["--version".into()];
            let program = Program { program: name.into(), arguments, ..Program::default() };
            let command = Command {
                name: (*name).into(),
                run: Run::Program(program),
                idle_ms_max: Some(ANSWER_MS_MAX),
            };
            match self.run(&command) {
                Ok(said) => return Ok((name, Version::parse(&String::from_utf8_lossy(&said)))),
                Err(DatabaseError::Process(ProcessError::Spawn { source, .. }))
                    if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(DatabaseError::NoProgram { database: self.name(), programs: names })
    }

    /// What a command prints.
    ///
    /// # Errors
    /// [`DatabaseError`] if it fails.
    pub fn run(&self, command: &Command) -> Result<Vec<u8>, DatabaseError> {
        let mut running = spawn(command)?;
        let mut answer = vec![];
        let read = (&mut running).take(DATABASE_ANSWER_BYTES_MAX).read_to_end(&mut answer);
        let exit = running.finish()?;
        match read {
            Ok(read) if read as u64 == DATABASE_ANSWER_BYTES_MAX => {
                let said = "it has more to say than anybody asks for".into();
                Err(DatabaseError::Refused { database: self.name(), said })
            }
            _ if !exit.is_success() => Err(self.refusal(&exit)),
            Err(error) => Err(DatabaseError::Refused { database: self.name(), said: error.to_string() }),
            Ok(_) => Ok(answer),
        }
    }

    /// Why a program of this server's ended as it did.
    pub fn refusal(&self, exit: &Exit) -> DatabaseError {
        let (database, place) = (self.name(), self.dsn.place());
        let said = said(exit);
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let (denied, away) = match self.dsn.kind {
            Kind::MariaDb => (has(&mariadb::DENIED), has(&mariadb::AWAY)),
            Kind::Postgres => (has(&postgres::DENIED), has(&postgres::AWAY)),
        };
        match (denied, away) {
            (true, _) => DatabaseError::Denied { database, place, said },
            (false, true) => DatabaseError::Away { database, place, said },
            (false, false) => DatabaseError::Refused { database, said },
        }
    }
}

/// What a program said at its end, escaped, on one line; else how it ended.
pub fn said(exit: &Exit) -> String {
    let text = String::from_utf8_lossy(&exit.stderr_tail).into_owned();
    // Clients repeat a statement between lines of dashes.
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let errors: Vec<&str> =
        lines.iter().filter(|line| line.to_ascii_lowercase().contains("error")).copied().collect();
    let shown = if errors.is_empty() { lines.join("; ") } else { errors.join("; ") };
    match (shown.is_empty(), exit.code, exit.signal) {
        (false, ..) => escape(shown.as_bytes()).chars().take(SAID_LETTERS_MAX).collect(),
        (true, Some(code), _) => format!("exit code {code}"),
        (true, None, Some(signal)) => format!("ended by signal {signal}"),
        (true, None, None) => "ended in an unknown way".into(),
    }
}
