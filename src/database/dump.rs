//! A dump of a database: what is asked of the server before, the command, and whether what it wrote is whole.

use std::ffi::OsString;

use super::footer::Tail;
use super::mariadb::{self, DumpOptions};
use super::{DatabaseError, Kind, Server, client, postgres};
use crate::base::escape;
use crate::process::{Command, Running, spawn};

/// Names of a list that are told; the rest is counted.
const NAMED_MAX: usize = 5;

/// A database that is to be dumped.
#[derive(Debug, Clone)]
pub struct DumpRequest {
    /// Where it is.
    pub server: Server,
    /// Tables that are left out.
    pub without: Vec<String>,
    /// Tables whose rows are left out.
    pub without_rows: Vec<String>,
    /// A dumper that brings no byte for so long is ended.
    pub idle_ms_max: Option<u64>,
}

/// A dump that can be started.
#[derive(Debug)]
pub struct Dump {
    server: Server,
    command: Command,
    /// What its owner should know of it: tables that are left out, what it could not have.
    pub remarks: Vec<String>,
    /// The end of what it wrote so far.
    pub tail: Tail,
}

impl DumpRequest {
    /// Finds the program, asks the server what must be known, and says how the dump will be made. `restrict_key` is a secret of letters and digits,
    /// the same for each dump of this database.
    ///
    /// # Errors
    /// [`DatabaseError`] if there is no program, no server, or no right to ask.
    pub fn prepare(self, restrict_key: &str) -> Result<Dump, DatabaseError> {
        let mut remarks = vec![];
        if !self.without.is_empty() {
            remarks.push(format!("without {}", listed("table", &self.without)));
        }
        if !self.without_rows.is_empty() {
            remarks.push(format!("without the rows of {}", listed("table", &self.without_rows)));
        }
        let (program, arguments) = match self.server.dsn.kind {
            Kind::MariaDb => self.prepare_mariadb(&mut remarks)?,
            Kind::Postgres => self.prepare_postgres(restrict_key)?,
        };
        let command = self.server.command(program, &arguments, self.idle_ms_max);
        Ok(Dump { server: self.server, command, remarks, tail: Tail::default() })
    }

    fn prepare_mariadb(
        &self,
        remarks: &mut Vec<String>,
    ) -> Result<(&'static str, Vec<OsString>), DatabaseError> {
        let (program, version) = self.server.program(&["mariadb-dump", "mysqldump"])?;
        let facts = self.server.query(mariadb::FACTS)?;
        let of = |what: &'static str| {
            facts.iter().filter(move |row| row.first().is_some_and(|first| first == what))
        };
        let server = of("server").next();
        let word = |at: usize| server.and_then(|row| row.get(at)).map(String::as_str).unwrap_or_default();
        let of_mariadb = word(1).contains("MariaDB");
        let tables: Vec<(String, &str)> = of("table")
            .filter(|row| row.get(3).is_some_and(|kind| kind != "VIEW" && kind != "SEQUENCE"))
            .filter_map(|row| Some((unhex(row.get(1)?), row.get(2)?.as_str())))
            .collect();
        let all: Vec<String> = of("table").filter_map(|row| Some(unhex(row.get(1)?))).collect();
        self.refuse_unknown(&all)?;
        // Rows of InnoDB come in the order of their key by themselves, and sorting them by it costs nothing; of the other engines they come as
        // they lie, and a backup of tomorrow would not know them again.
        let others = |engine: &str| !matches!(engine, "InnoDB" | "ROCKSDB" | "");
        let unsteady: Vec<String> =
            tables.iter().filter(|(_, engine)| others(engine)).map(|(name, _)| name.clone()).collect();
        if !unsteady.is_empty() {
            remarks.push(format!(
                "not of one moment: {}, which know no transactions",
                listed("table", &unsteady)
            ));
        }
        let coordinates = word(2) == "1" && self.gets_coordinates(program, &version, of_mariadb, remarks)?;
        let options = DumpOptions {
            coordinates,
            sorted: !unsteady.is_empty(),
            unlocked: of("table").any(|row| row.get(3).is_some_and(|kind| kind == "SEQUENCE")),
            of_mariadb,
            without: self.without.clone(),
            without_rows: self.without_rows.clone(),
        };
        Ok((program, mariadb::dump_arguments(&version, &self.server.dsn.database, &options)))
    }

    /// A name that no table has would leave in what its owner wants out.
    fn refuse_unknown(&self, tables: &[String]) -> Result<(), DatabaseError> {
        let mut wanted = self.without.iter().chain(&self.without_rows);
        // What is a pattern to pg_dump may fit anything.
        let is_pattern = |name: &str| {
            self.server.dsn.kind == Kind::Postgres && name.contains(['*', '?', '"', '[', '(', '|', '$'])
        };
        match wanted.find(|name| !is_pattern(name) && !tables.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let said = format!("there is no table '{}' to leave out", escape(name.as_bytes()));
                Err(DatabaseError::Refused { database: self.server.name(), said })
            }
        }
    }

    /// Whether this user may have the coordinates of the binary log; if not, says so.
    fn gets_coordinates(
        &self,
        program: &str,
        version: &super::version::Version,
        of_mariadb: bool,
        remarks: &mut Vec<String>,
    ) -> Result<bool, DatabaseError> {
        let mut arguments = mariadb::probe_arguments(version, of_mariadb);
        arguments.extend(["--".into(), "information_schema".into(), "SCHEMATA".into()]);
        let probe = self.server.at("").command(program, &arguments, self.idle_ms_max);
        match self.server.run(&probe) {
            Ok(_) => Ok(true),
            Err(DatabaseError::Denied { said, .. } | DatabaseError::Refused { said, .. }) => {
                remarks.push(format!("without coordinates of the binary log: {said}"));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn prepare_postgres(&self, restrict_key: &str) -> Result<(&'static str, Vec<OsString>), DatabaseError> {
        let (program, _) = self.server.program(&["pg_dump"])?;
        let tables = self.server.query(postgres::TABLES)?;
        let tables: Vec<String> =
            tables.iter().filter_map(|row| row.first()).map(|name| unhex(name)).collect();
        self.refuse_unknown(&tables)?;
        let mut help = self.server.command(program, &[], self.idle_ms_max);
        if let crate::process::Run::Program(program) = &mut help.run {
            program.arguments = vec!["--help".into()];
        }
        let help = self.server.run(&help)?;
        let knows = String::from_utf8_lossy(&help).contains("--restrict-key");
        let key = knows.then_some(restrict_key);
        Ok((program, postgres::dump_arguments(key, &self.without, &self.without_rows)))
    }
}

impl Dump {
    /// Starts it; what is read of it goes to [`Dump::tail`], too.
    ///
    /// # Errors
    /// [`crate::process::ProcessError::Spawn`].
    pub fn start(&self) -> Result<Running, crate::process::ProcessError> {
        spawn(&self.command)
    }

    /// Whether a dump that ended well is whole; else what is wrong.
    ///
    /// # Errors
    /// What the dumper said, or that the end of the dump is missing.
    pub fn verdict(&self, exit: &crate::process::Exit) -> Result<(), String> {
        if !exit.is_success() {
            return Err(client::said(exit));
        }
        if self.tail.is_complete(self.server.dsn.kind) {
            return Ok(());
        }
        Err(format!("{} says that all went well, but the dump has no end", self.command.name))
    }
}

/// A name that the server told in hex.
pub(super) fn unhex(text: &str) -> String {
    let bytes = data_encoding::HEXUPPER_PERMISSIVE.decode(text.as_bytes()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn listed(what: &str, names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED_MAX).map(|name| escape(name.as_bytes())).collect();
    let more = names.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{what}{} {}{more}", if names.len() == 1 { "" } else { "s" }, shown.join(", "))
}
