//! Tables and rows of a dump into a database: new tables as they were, rows of tables that are there by their primary key.

use std::io::{self, Write};

use super::{LoadReport, refuse_occupied, refuse_unfit};
use crate::base::{Observer, escape};
use crate::database::load::{self, Mode, Script, Staging, TargetTable};
use crate::database::{DatabaseError, Kind, Server};
use crate::format::Manifest;
use crate::format::table_map::MapSectionKind as Section;
use crate::ops::dumps::Table;
use crate::ops::extract::{self, ExtractOptions, Found};
use crate::ops::{OpsError, dumps};
use crate::repo::ChunkReader;

/// How tables are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    /// What happens to rows of tables that are there; without it such a table is an error.
    pub mode: Option<Mode>,
    /// The database may have something in it.
    pub overwrite: bool,
}

/// Loads tables of a dump. An error leaves everything as it was.
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
    let found = extract::find(reader, manifest, extract)?;
    refuse_unfit(&found.map, &found.at.path, server)?;
    refuse_occupied(server, options.overwrite)?;
    let there = load::tables(server)?;
    let pairs: Vec<(&Table, Option<&TargetTable>)> =
        found.tables.iter().map(|table| (table, there.iter().find(|other| is_same(table, other)))).collect();
    let with_target: Vec<(&Table, &TargetTable)> =
        pairs.iter().filter_map(|(table, target)| target.map(|target| (*table, target))).collect();
    match (with_target.first(), options.mode) {
        (None, _) => new_tables(reader, manifest, extract, server, &found, observer)?,
        (Some((table, _)), None) => {
            let message =
                format!("table {} is there already: --mode says what happens to its rows", table.full_name());
            return Err(OpsError::Request(message));
        }
        (Some(_), Some(_)) if with_target.len() < pairs.len() => {
            let message = "some of the tables are there and some are not: load them one after another".into();
            return Err(OpsError::Request(message));
        }
        (Some(_), Some(mode)) => {
            refuse_unkeyed(&with_target)?;
            match server.dsn.kind {
                Kind::MariaDb => {
                    rows_of_mariadb(reader, manifest, extract, server, &with_target, mode, observer)?
                }
                Kind::Postgres => {
                    rows_of_postgres(reader, manifest, server, &found, &with_target, mode, observer)?
                }
            }
        }
    }
    Ok(LoadReport {
        dump: found.at.path.clone(),
        rows: found.tables.iter().map(|table| table.rows).sum(),
        tables: found.tables.iter().map(Table::full_name).collect(),
        left_behind: None,
    })
}

fn is_same(table: &Table, other: &TargetTable) -> bool {
    let schema = table.name.schema.as_deref();
    let same_schema = other.schema.is_empty() || schema.unwrap_or(b"public") == other.schema.as_bytes();
    same_schema && table.name.name == other.name.as_bytes()
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

/// Runs an extract in a database.
fn feed(
    reader: &ChunkReader,
    manifest: &Manifest,
    extract: &ExtractOptions,
    server: &Server,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let mut script = Script::start(server, true)?;
    let mut out = Feed { script: &mut script, observer, error: None };
    let done = extract::run(reader, manifest, extract, &mut out, observer);
    if let Some(error) = out.error {
        return Err(error.into());
    }
    done?;
    Ok(script.finish()?)
}

/// Tables that are not there. PostgreSQL makes them in one transaction; of MariaDB those that were made before an error go again.
fn new_tables(
    reader: &ChunkReader,
    manifest: &Manifest,
    extract: &ExtractOptions,
    server: &Server,
    found: &Found<'_>,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let done = feed(reader, manifest, extract, server, observer);
    if done.is_err() && server.dsn.kind == Kind::MariaDb {
        let names: Vec<String> =
            found.tables.iter().map(|table| String::from_utf8_lossy(&table.name.name).into_owned()).collect();
        load::drop_tables(server, &names)?;
    }
    done
}

/// Staged in a database beside, where the dump's own definition says which value is of which column.
fn rows_of_mariadb(
    reader: &ChunkReader,
    manifest: &Manifest,
    extract: &ExtractOptions,
    server: &Server,
    tables: &[(&Table, &TargetTable)],
    mode: Mode,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let staging = Staging::make(server)?;
    feed(reader, manifest, extract, staging.server(), observer)?;
    let staged = load::tables(staging.server())?;
    let mut script = load::start_of_rows(server.dsn.kind).to_string();
    for (table, target) in tables {
        let columns =
            staged.iter().find(|other| other.name == target.name).map(|other| other.columns.as_slice());
        let columns = columns.unwrap_or_default();
        refuse_unknown_columns(table, target, columns)?;
        let name = staging.table(&target.name);
        script.push_str(&load::statements(
            server.dsn.kind,
            &server.dsn.database,
            target,
            &name,
            columns,
            mode,
        ));
    }
    script.push_str("COMMIT;\n");
    Ok(Script::run(server, script.as_bytes(), true)?)
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

/// Staged in temporary tables of the same transaction: the line that begins the rows is written anew.
fn rows_of_postgres(
    reader: &ChunkReader,
    manifest: &Manifest,
    server: &Server,
    found: &Found<'_>,
    tables: &[(&Table, &TargetTable)],
    mode: Mode,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let recipe = dumps::recipe(reader, manifest, &found.at)?;
    let goes_on = || !observer.is_cancelled();
    let mut script = Script::start(server, true)?;
    for (number, (table, target)) in tables.iter().enumerate() {
        let mut copy = Copy::new(number, target);
        let is_of_table =
            |section: Option<&crate::format::table_map::MapTableName>| section == Some(&table.name);
        extract::each(
            reader,
            &recipe,
            &found.map,
            &|placed| match placed.section.kind {
                Section::Header => true,
                Section::TableData => is_of_table(placed.section.table.as_ref()),
                _ => false,
            },
            observer,
            &mut |placed, bytes| {
                if placed.section.kind == Section::Header {
                    return Ok(script.push(bytes, &goes_on)?);
                }
                if copy.columns.is_empty() {
                    let columns = &placed.section.columns;
                    copy.columns =
                        columns.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
                    refuse_unknown_columns(table, target, &copy.columns)?;
                }
                let bytes = copy.rewrite(bytes, table)?;
                Ok(script.push(&bytes, &goes_on)?)
            },
        )?;
        if copy.columns.is_empty() {
            continue;
        }
        let staged = copy.staged();
        let sql =
            load::statements(server.dsn.kind, &server.dsn.database, target, &staged, &copy.columns, mode);
        script.push(sql.as_bytes(), &goes_on)?;
        script.push(load::sequences_follow(target).as_bytes(), &goes_on)?;
    }
    Ok(script.finish()?)
}

/// Rows on their way into a temporary table.
struct Copy<'t> {
    number: usize,
    target: &'t TargetTable,
    columns: Vec<String>,
    /// What came before the first row is held until its line is whole.
    held: Option<Vec<u8>>,
}

impl<'t> Copy<'t> {
    const fn new(number: usize, target: &'t TargetTable) -> Self {
        Self { number, target, columns: vec![], held: Some(vec![]) }
    }

    fn staged(&self) -> String {
        format!("pg_temp.strongroom_{}", self.number)
    }

    /// The bytes with another `COPY` line, once that is known.
    fn rewrite(&mut self, bytes: &[u8], table: &Table) -> Result<Vec<u8>, OpsError> {
        let staged = self.staged();
        let Some(held) = &mut self.held else { return Ok(bytes.to_vec()) };
        held.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) =
            held.get(start..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
        {
            let line = held.get(start..start + length).unwrap_or_default();
            start += length + 1;
            if line.is_empty() || line.starts_with(b"--") {
                continue;
            }
            if !line.starts_with(b"COPY ") {
                let message =
                    format!("table {}: its rows are no COPY, but INSERT statements", table.full_name());
                return Err(OpsError::Request(message));
            }
            let mut out = load::stage(self.target, &staged, &self.columns).into_bytes();
            out.extend_from_slice(held.get(start..).unwrap_or_default());
            self.held = None;
            return Ok(out);
        }
        Ok(vec![])
    }
}
