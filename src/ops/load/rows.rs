//! Tables and rows of a dump into a database: new tables as they were, rows of tables that are there by their primary key.

use std::io::{self, Write};

use super::{LoadReport, refuse_occupied, refuse_unfit};
use crate::base::{Observer, Warning, escape};
use crate::database::load::{self, Mode, Script, Staging, TargetTable};
use crate::database::{DatabaseError, Kind, Server};
use crate::format::Manifest;
use crate::ops::OpsError;
use crate::ops::dumps::Table;
use crate::ops::extract::plan::{PlanOptions, Wanted};
use crate::ops::extract::{self, ExtractOptions, Found, RowFormat, RowOptions};
use crate::repo::ChunkReader;

/// How tables are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    /// What happens to rows of tables that are there; without it such a table is an error.
    pub mode: Option<Mode>,
    /// The database may have something in it.
    pub overwrite: bool,
}

/// Loads tables of a dump, or those rows of them that are asked for. An error leaves everything as it was.
///
/// # Errors
/// Those of [`extract::run`]; [`OpsError::Occupied`] unless overwriting is allowed; [`OpsError::Request`] if a table is there and there is no mode, or has
/// no primary key; the first error of SQL.
pub fn into_tables(
    reader: &ChunkReader,
    manifest: &Manifest,
    extract: &ExtractOptions,
    server: &Server,
    options: LoadOptions,
    observer: &dyn Observer,
) -> Result<LoadReport, OpsError> {
    if extract.rows.as_ref().is_some_and(|rows| rows.format != RowFormat::Sql) {
        return Err(OpsError::Request("only SQL goes into a database, and neither CSV nor JSON".into()));
    }
    let found = extract::find(reader, manifest, extract)?;
    refuse_unfit(&found.map, &found.at.path, server)?;
    refuse_occupied(server, options.overwrite)?;
    let there = load::tables(server)?;
    let target = |table: &Table| there.iter().find(|other| is_same(table, extract, other));
    let pairs: Vec<(&Table, Option<&TargetTable>)> =
        found.tables.iter().map(|table| (table, target(table))).collect();
    let with_target: Vec<(&Table, &TargetTable)> =
        pairs.iter().filter_map(|(table, target)| target.map(|target| (*table, target))).collect();
    let load = Load { reader, manifest, extract, server, found: &found, observer };
    let rows = match (with_target.first(), options.mode) {
        (None, _) if extract.rows.is_some() => {
            let message = "rows go into a table that is there, and it is not: --schema-only makes it".into();
            return Err(OpsError::Request(message));
        }
        (None, _) => load.new_tables()?,
        (Some((table, _)), None) => {
            let message =
                format!("table {} is there already: --mode says what happens to its rows", table.full_name());
            return Err(OpsError::Request(message));
        }
        (Some(_), Some(_)) if with_target.len() < pairs.len() => {
            let message = "some of the tables are there and some are not: load them one after another".into();
            return Err(OpsError::Request(message));
        }
        (Some(_), Some(_)) if extract.plan.wanted == Wanted::Schema => {
            return Err(OpsError::Request("the table is there, and --schema-only has no rows for it".into()));
        }
        (Some(_), Some(mode)) => {
            refuse_unkeyed(&with_target)?;
            match server.dsn.kind {
                Kind::MariaDb => load.rows_of_mariadb(&with_target, mode)?,
                Kind::Postgres => load.rows_of_postgres(&with_target, mode)?,
            }
        }
    };
    Ok(LoadReport {
        dump: found.at.path.clone(),
        rows,
        tables: found.tables.iter().map(Table::full_name).collect(),
        left_behind: None,
    })
}

fn is_same(table: &Table, extract: &ExtractOptions, other: &TargetTable) -> bool {
    let schema = table.name.schema.as_deref();
    let same_schema = other.schema.is_empty() || schema.unwrap_or(b"public") == other.schema.as_bytes();
    let name = extract.new_name.as_ref().unwrap_or(&table.name.name);
    same_schema && name.as_slice() == other.name.as_bytes()
}

fn refuse_unkeyed(tables: &[(&Table, &TargetTable)]) -> Result<(), OpsError> {
    for (table, target) in tables {
        let why = match (target.key.is_empty(), target.is_transactional) {
            (true, _) => "has no primary key by which its rows could be found again",
            (_, false) => "is of an engine without transactions: an error would leave it half changed",
            _ => continue,
        };
        return Err(OpsError::Request(format!("table {} {why}", table.full_name())));
    }
    Ok(())
}

fn refuse_unknown_columns(table: &Table, target: &TargetTable, columns: &[String]) -> Result<(), OpsError> {
    let unknown = columns.iter().find(|column| !target.columns.contains(column));
    let message = match (columns.is_empty(), unknown) {
        (true, _) => "the dump does not say which columns it has".into(),
        (_, Some(column)) => format!("it has no column {} any more", escape(column.as_bytes())),
        _ => return Ok(()),
    };
    Err(OpsError::Request(format!("table {}: {message}", table.full_name())))
}

/// Writes to a client's script.
struct Feed<'s> {
    script: &'s mut Script,
    observer: &'s dyn Observer,
    error: Option<DatabaseError>,
}

impl Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.script.push(bytes, &|| !self.observer.is_cancelled()) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.error = Some(error);
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is the same for all tables.
struct Load<'l> {
    reader: &'l ChunkReader,
    manifest: &'l Manifest,
    extract: &'l ExtractOptions,
    server: &'l Server,
    found: &'l Found<'l>,
    observer: &'l dyn Observer,
}

impl Load<'_> {
    /// Runs what an extract writes in a database; gives its rows.
    fn feed(
        &self,
        script: &mut Script,
        write: &dyn Fn(&mut dyn Write) -> Result<u64, OpsError>,
    ) -> Result<u64, OpsError> {
        let mut out = Feed { script, observer: self.observer, error: None };
        let done = write(&mut out);
        match out.error {
            Some(error) => Err(error.into()),
            None => done,
        }
    }

    fn extract(&self, script: &mut Script, extract: &ExtractOptions) -> Result<u64, OpsError> {
        self.feed(script, &|out| {
            Ok(extract::run(self.reader, self.manifest, extract, out, self.observer)?.rows)
        })
    }

    fn push(&self, script: &mut Script, sql: &str) -> Result<(), OpsError> {
        Ok(script.push(sql.as_bytes(), &|| !self.observer.is_cancelled())?)
    }

    /// Tables that are not there. PostgreSQL makes them in one transaction; of MariaDB those that were made before an error go again.
    fn new_tables(&self) -> Result<u64, OpsError> {
        let feed = || {
            let mut script = Script::start(self.server, true)?;
            let rows = self.extract(&mut script, self.extract)?;
            script.finish()?;
            Ok(rows)
        };
        let done = feed();
        if done.is_err() && self.server.dsn.kind == Kind::MariaDb {
            let name = |table: &Table| {
                let name = self.extract.new_name.as_ref().unwrap_or(&table.name.name);
                String::from_utf8_lossy(name).into_owned()
            };
            let names: Vec<String> = self.found.tables.iter().map(name).collect();
            if let Err(error) = load::drop_tables(self.server, &names) {
                let message = format!("what was made of it before the error could not be dropped: {error}");
                self.observer.warning(Warning { subject: names.join(", "), message });
            }
        }
        done
    }

    /// Staged in a database beside, where the dump's own definition says which value is of which column.
    fn rows_of_mariadb(&self, tables: &[(&Table, &TargetTable)], mode: Mode) -> Result<u64, OpsError> {
        let staging = Staging::make(self.server)?;
        let with = |wanted, rows| ExtractOptions {
            plan: PlanOptions { wanted, no_foreign_keys: true, no_triggers: true, ..self.extract.plan },
            rows,
            ..self.extract.clone()
        };
        let mut stage = Script::start(staging.server(), true)?;
        let rows = match &self.extract.rows {
            None => self.extract(&mut stage, &with(Wanted::All, None))?,
            Some(rows) => {
                self.extract(&mut stage, &with(Wanted::Schema, None))?;
                self.extract(&mut stage, &with(Wanted::Data, Some(rows.clone())))?
            }
        };
        stage.finish()?;
        let staged = load::tables(staging.server())?;
        let mut script = load::start_of_rows(self.server.dsn.kind).to_string();
        for (table, target) in tables {
            let columns =
                staged.iter().find(|other| other.name == target.name).map(|other| other.columns.as_slice());
            let columns = columns.unwrap_or_default();
            refuse_unknown_columns(table, target, columns)?;
            let name = staging.table(&target.name);
            script.push_str(&self.statements(target, &name, columns, mode));
        }
        script.push_str("COMMIT;\n");
        Script::run(self.server, script.as_bytes(), true)?;
        Ok(rows)
    }

    /// Staged in temporary tables of the same transaction.
    fn rows_of_postgres(&self, tables: &[(&Table, &TargetTable)], mode: Mode) -> Result<u64, OpsError> {
        let mut script = Script::start(self.server, true)?;
        let mut count = 0;
        let condition = self.extract.rows.as_ref().and_then(|rows| rows.condition.clone());
        for (number, (table, target)) in tables.iter().enumerate() {
            let columns = extract::columns(self.reader, self.manifest, self.found, table, self.observer)?;
            if columns.is_empty() {
                continue;
            }
            let columns: Vec<String> =
                columns.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
            refuse_unknown_columns(table, target, &columns)?;
            let name = format!("strongroom_{number}");
            self.push(&mut script, &load::stage(target, &name, &columns))?;
            let rows = RowOptions {
                condition: condition.clone(),
                format: RowFormat::Sql,
                staged: Some(name.clone().into_bytes()),
            };
            let extract = ExtractOptions { rows: Some(rows), allow_empty: true, ..self.extract.clone() };
            count += self.feed(&mut script, &|out| {
                extract::rows_of(self.reader, self.manifest, self.found, table, &extract, out, self.observer)
            })?;
            let staged = format!("pg_temp.{name}");
            self.push(&mut script, &self.statements(target, &staged, &columns, mode))?;
            self.push(&mut script, &load::sequences_follow(target))?;
        }
        if count == 0 && condition.is_some() && !self.extract.allow_empty {
            let names: Vec<String> = tables.iter().map(|(table, _)| table.full_name()).collect();
            return Err(OpsError::NoRows { table: names.join(", ") });
        }
        script.finish()?;
        Ok(count)
    }

    fn statements(&self, target: &TargetTable, staged: &str, columns: &[String], mode: Mode) -> String {
        load::statements(self.server.dsn.kind, &self.server.dsn.database, target, staged, columns, mode)
    }
}
