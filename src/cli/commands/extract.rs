//! `extract`: tables out of a dump, into a file or into a database.

mod into;

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::base::{Observer, TreePath, Warning, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json_text, say};
use crate::cli::session::Session;
use crate::ops::OpsError;
use crate::ops::extract::plan::{PlanOptions, Wanted};
use crate::ops::extract::{self, ExtractOptions, ExtractReport, RowFormat, RowOptions};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop extract latest orders | mariadb scratch
  strongroom -r /backup/shop extract @2026-11-20 orders order_items -o orders.sql
  strongroom -r /backup/shop extract latest orders --where 'id = 4711'
  strongroom -r /backup/shop extract latest customers --format csv -o customers.csv
  strongroom -r /backup/shop extract latest orders --as orders_last_night --no-definer | mariadb shop
  strongroom -r /backup/shop extract latest orders --where 'id = 4711' --into mariadb:///shop --mode upsert --overwrite";

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
    /// Only rows for which this holds, as INSERT or COPY without the definition
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "schema_only")]
    condition: Option<String>,
    /// No row for --where is no error
    #[arg(long, requires = "condition")]
    allow_empty: bool,
    /// How rows are written; csv and jsonl are rows alone
    #[arg(long, value_enum, default_value_t = Format::Sql, value_name = "FORMAT")]
    format: Format,
    /// Leave out foreign keys
    #[arg(long)]
    no_fk: bool,
    /// Leave out owners and privileges
    #[arg(long)]
    no_owner: bool,
    /// Give the table another name, and what belongs to it names made of that
    #[arg(long = "as", value_name = "NAME")]
    new_name: Option<OsString>,
    /// Leave out the users as whom triggers run
    #[arg(long)]
    no_definer: bool,
    /// The types, extensions, functions and schemas that the tables need come first
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

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// SQL that loads.
    Sql,
    /// CSV with a line of names; NULL is an empty field, an empty text is "".
    Csv,
    /// A JSON object a line.
    Jsonl,
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
    references: Vec<String>,
    notes: Vec<String>,
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
            let done = write(args, session, &mut out).and_then(|done| {
                out.flush()?;
                out.get_ref().sync_all()?;
                Ok(done)
            });
            if done.is_err() {
                // A part of a table is worse than none; the error tells more than this one could.
                std::fs::remove_file(path).ok();
            }
            done
        }
    }
}

fn write(args: &ExtractArgs, session: &Session, out: &mut dyn Write) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    session.keep_from_prune(&repo);
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
    for note in &report.notes {
        let subject = report.tables.first().map(crate::ops::dumps::Table::full_name).unwrap_or_default();
        session.observer.warning(Warning { subject, message: note.clone() });
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
            references: report.references,
            notes: report.notes,
        };
        say(json_text("summary", summary));
    } else if !session.global.quiet {
        if !report.prerequisites.is_empty() {
            say(format!(
                "not in it, and needed: {} (--with-deps brings along what is no table)",
                report.prerequisites.join(", ")
            ));
        }
        if !report.references.is_empty() {
            say(format!("foreign keys refer to what is not in it: {}", report.references.join(", ")));
        }
        let rows = units::counted(report.rows, "row", "rows");
        let bytes = units::bytes(report.bytes_written);
        say(format!("{} of /{}: {rows}, {bytes}", tables.join(", "), escape(&report.dump)));
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
    let format = match args.format {
        Format::Sql => RowFormat::Sql,
        Format::Csv => RowFormat::Csv,
        Format::Jsonl => RowFormat::JsonLines,
    };
    if args.schema_only && format != RowFormat::Sql {
        return Err(CliError::Usage("--format csv and jsonl are rows: not with --schema-only".into()));
    }
    let is_row_by_row = args.condition.is_some() || format != RowFormat::Sql;
    let rows = is_row_by_row.then(|| RowOptions { condition: args.condition.clone(), format, staged: None });
    Ok(ExtractOptions {
        tables: args.tables.iter().map(|name| name.as_bytes().to_vec()).collect(),
        from: from.transpose()?.or(path),
        plan: PlanOptions {
            wanted,
            no_foreign_keys: args.no_fk,
            no_owner: args.no_owner,
            no_triggers: false,
        },
        rows,
        allow_empty: args.allow_empty,
        with_prerequisites: args.with_deps,
        new_name: args.new_name.as_ref().map(|name| name.as_bytes().to_vec()),
        no_definer: args.no_definer,
        banner,
    })
}
