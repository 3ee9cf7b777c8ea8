//! `restore-db`: a dump in the place of a database.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::base::{Observer, SnapshotId, Warning, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::database::{OverwriteArgs, server};
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json, say};
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::database::Server;
use crate::ops::load::{self, LoadReport};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop restore-db latest:shop.sql --into mariadb://root@localhost/shop_test
  strongroom -r /backup/shop restore-db latest:crm.sql --into postgres:///crm --overwrite
  strongroom -r /backup/shop restore-db @2026-11-20:shop.sql --into mysql:///shop --yes-overwrite shop";

/// Arguments of `restore-db`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct RestoreDbArgs {
    /// The snapshot, and the dump in it if it has several
    #[arg(value_name = "SNAP[:PATH]")]
    snapshot: OsString,
    /// The database: mariadb://user@host/db?socket=PATH, postgres://user@host/db?sslmode=require
    #[arg(long, value_name = "URL")]
    into: String,
    /// The password of the database is the first line of a file
    #[arg(long, value_name = "FILE")]
    db_password_file: Option<PathBuf>,
    #[command(flatten)]
    overwrite: OverwriteArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Serialize)]
struct Summary<'a> {
    snapshot: String,
    #[serde(flatten)]
    path: JsonPath,
    database: &'a str,
    tables: &'a [String],
    rows: u64,
}

pub fn run(args: &RestoreDbArgs, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Load);
    let server = server(&args.into, args.db_password_file.as_deref())?;
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    session.keep_from_prune(&repo);
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let overwrite = args.overwrite.allows(&server, session)?;
    let (manifest, path) = (&named.manifest, named.path.as_ref());
    let report = load::restore_database(&reader, manifest, path, &server, overwrite, &session.observer)?;
    if let Some(name) = &report.left_behind {
        let message =
            format!("the old database could not be dropped, and is there as {}", escape(name.as_bytes()));
        session.observer.warning(Warning { subject: server.name(), message });
    }
    tell(session, &named.id, &server, &report)
}

/// Says what was loaded.
pub fn tell(
    session: &Session,
    snapshot: &SnapshotId,
    server: &Server,
    report: &LoadReport,
) -> Result<u8, CliError> {
    let LoadReport { dump, tables, rows, .. } = report;
    if session.json {
        let path = JsonPath::new(&[b"/", dump.as_slice()].concat());
        let (snapshot, database) = (snapshot.to_string(), server.dsn.database.as_str());
        json("summary", Summary { snapshot, path, database, tables, rows: *rows })?;
    } else if !session.global.quiet {
        let shown = if tables.len() > 8 { format!("{} tables", tables.len()) } else { tables.join(", ") };
        let (name, place) = (server.name(), server.dsn.place());
        let rows = units::counted(*rows, "row", "rows");
        say(format!("{shown} of /{}: {rows}, in {name} at {place}", escape(dump)));
    }
    Ok(0)
}
