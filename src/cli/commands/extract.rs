//! `extract`: tables out of a dump, into a file or into a database.

mod into;

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::base::{Observer, TreePath, Warning, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json_text, say};
use crate::cli::session::Session;
use crate::ops::OpsError;
use crate::ops::extract::plan::{PlanOptions, Wanted};
use crate::ops::extract::{self, ExtractOptions, ExtractReport};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop extract latest orders | mariadb scratch
  strongroom -r /backup/shop extract @2026-11-20 orders order_items -o orders.sql
  strongroom -r /backup/shop extract latest customers --schema-only
  strongroom -r /backup/shop extract latest orders --into mariadb:///shop --mode insert-missing --overwrite";

/// Arguments of `extract`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ExtractArgs {
    /// The snapshot
    #[arg(value_name = "SNAP")]
    snapshot: OsString,
    /// The tables: NAME, or SCHEMA.NAME
    #[arg(value_name = "TABLE", required = true)]
    tables: Vec<OsString>,
    /// The dump they are in, if several have them
    #[arg(long, value_name = "PATH")]
    from: Option<OsString>,
    /// Definitions, and no rows
    #[arg(long, conflicts_with = "data_only")]
    schema_only: bool,
    /// Rows, and no definitions
    #[arg(long)]
    data_only: bool,
    /// Leave out foreign keys
    #[arg(long)]
    no_fk: bool,
    /// Leave out owners and privileges
    #[arg(long)]
    no_owner: bool,
    /// The types, extensions, functions and schemas of the dump come first
    #[arg(long)]
    with_deps: bool,
    /// Write to a file and not to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    into: into::IntoArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Serialize)]
struct Summary {
    snapshot: String,
    #[serde(flatten)]
    path: JsonPath,
    tables: Vec<String>,
    rows: u64,
    bytes_written: u64,
    regions_read: u64,
    bytes_read: u64,
    prerequisites: Vec<String>,
}

pub fn run(args: &ExtractArgs, session: &Session) -> Result<u8, CliError> {
    if args.into.is_wanted() {
        return into::run(args, session);
    }
    match &args.output {
        None => write(args, session, &mut std::io::stdout().lock()),
        Some(path) => {
            let file = std::fs::File::create_new(path)
                .map_err(|source| CliError::File { path: path.clone(), source })?;
            let mut out = std::io::BufWriter::new(file);
            let done = write(args, session, &mut out)?;
            out.flush()?;
            out.get_ref().sync_all()?;
            Ok(done)
        }
    }
}

fn write(args: &ExtractArgs, session: &Session, out: &mut dyn Write) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let (id, manifest) = (named.id, &named.manifest);
    let banner = format!("-- snapshot {} of {}\n", id.short(), manifest.time.rfc3339());
    let options = options(args, named.path.clone(), banner)?;
    let report = match extract::run(&reader, manifest, &options, out, &session.observer) {
        Err(OpsError::Output { source, .. }) => return Err(CliError::Output(source)),
        other => other?,
    };
    for table in report.tables.iter().filter(|table| !table.is_whole) {
        let message = table.note.clone().unwrap_or_else(|| "the dump does not have all of it".into());
        session.observer.warning(Warning { subject: table.full_name(), message });
    }
    let (regions_read, bytes_read) = reader.work();
    tell(session, &named.id.to_string(), report, regions_read, bytes_read);
    Ok(0)
}

/// Says on standard error what went out: standard output is for the tables.
fn tell(session: &Session, snapshot: &str, report: ExtractReport, regions_read: u64, bytes_read: u64) {
    let tables: Vec<String> = report.tables.iter().map(crate::ops::dumps::Table::full_name).collect();
    if session.json {
        let summary = Summary {
            snapshot: snapshot.to_string(),
            path: JsonPath::new(&[b"/", report.dump.as_slice()].concat()),
            tables,
            rows: report.rows,
            bytes_written: report.bytes_written,
            regions_read,
            bytes_read,
            prerequisites: report.prerequisites,
        };
        say(json_text("summary", summary));
    } else if !session.global.quiet {
        if !report.prerequisites.is_empty() {
            say(format!(
                "the dump also has, and --with-deps brings along: {}",
                report.prerequisites.join(", ")
            ));
        }
        let (rows, bytes) = (units::count(report.rows), units::bytes(report.bytes_written));
        say(format!("{} of /{}: {rows} rows, {bytes}", tables.join(", "), escape(&report.dump)));
    }
}

fn options(args: &ExtractArgs, path: Option<TreePath>, banner: String) -> Result<ExtractOptions, CliError> {
    let from = args.from.as_ref().map(|path| {
        let bytes = path.as_bytes();
        TreePath::new(bytes.strip_prefix(b"/").unwrap_or(bytes).to_vec()).map_err(OpsError::from)
    });
    let wanted = match (args.schema_only, args.data_only) {
        (true, _) => Wanted::Schema,
        (_, true) => Wanted::Data,
        _ => Wanted::All,
    };
    Ok(ExtractOptions {
        tables: args.tables.iter().map(|name| name.as_bytes().to_vec()).collect(),
        from: from.transpose()?.or(path),
        plan: PlanOptions { wanted, no_foreign_keys: args.no_fk, no_owner: args.no_owner },
        with_prerequisites: args.with_deps,
        banner,
    })
}
