//! `tables`: what is in the dumps of a snapshot.

use std::ffi::OsString;

use clap::Args;
use serde::Serialize;

use crate::base::{Observer, Warning, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json, line, say, table};
use crate::cli::session::Session;
use crate::ops::tables::{self, Before, Listed, TableChange};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop tables
  strongroom -r /backup/shop tables latest:shop.sql
  strongroom -r /backup/shop tables latest --since latest~7
  strongroom -r /backup/shop --json tables @2026-11-20";

/// Arguments of `tables`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct TablesArgs {
    /// The snapshot, and a dump or a directory in it
    #[arg(value_name = "SNAP[:PATH]", default_value = "latest")]
    snapshot: OsString,
    /// Compare with this snapshot, and not with the one before
    #[arg(long, value_name = "SNAP")]
    since: Option<OsString>,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: JsonPath,
    database: Option<String>,
    schema: Option<String>,
    name: String,
    rows: u64,
    bytes: u64,
    chunks: u64,
    columns: Vec<Column>,
    primary_key: Vec<String>,
    whole: bool,
    note: Option<&'a str>,
    change: Option<&'static str>,
    rows_more: Option<i64>,
}

#[derive(Serialize)]
struct Gone<'a> {
    #[serde(flatten)]
    path: JsonPath,
    name: &'a str,
}

#[derive(Serialize)]
struct Column {
    name: String,
    r#type: String,
}

pub fn run(args: &TablesArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let snapshots = repo.snapshots()?.whole;
    let since = match &args.since {
        Some(name) => Some(session.named(&repo, name, &args.filter.filter())?.manifest),
        None => {
            let parent =
                named.manifest.parent.and_then(|id| snapshots.iter().find(|(other, _)| *other == id));
            parent.map(|(_, manifest)| manifest.clone())
        }
    };
    let before = since.as_ref().map(|manifest| Before { reader: &reader, manifest });
    let mut rows = vec![];
    let report = tables::run(&reader, &named.manifest, named.path.as_ref(), before, &mut |listed| {
        if !listed.table.is_whole {
            let subject = format!("/{}: {}", escape(&listed.dump), listed.table.full_name());
            let note = listed.table.note.as_deref().unwrap_or("it is not whole");
            session.observer.warning(Warning { subject, message: note.to_string() });
        }
        if session.json {
            drop(json("table", json_line(listed)));
        } else {
            rows.push(row(listed));
        }
        Ok(())
    })?;
    for (dump, why) in &report.not_whole {
        session
            .observer
            .warning(Warning { subject: format!("/{}", escape(dump)), message: (*why).to_string() });
    }
    for (dump, name) in &report.gone {
        if session.json {
            let path = JsonPath::new(&[b"/", dump.as_slice()].concat());
            json("table_gone", Gone { path, name })?;
        }
    }
    match (session.json, report.dumps) {
        (true, _) => {}
        (false, 0) => say("no dumps in it"),
        (false, _) => {
            let since = match &args.since {
                Some(name) => format!("since {}", name.display()),
                None => "since the snapshot before".into(),
            };
            line(table(&["table", "rows", "size", &since, "dump"], &rows, &[1, 2]))?;
            for (dump, name) in &report.gone {
                say(format!("gone since then: {name} of /{}", escape(dump)));
            }
        }
    }
    Ok(0)
}

fn row(listed: &Listed) -> Vec<String> {
    let change = match listed.change {
        TableChange::Unknown => String::new(),
        TableChange::New => "new".into(),
        TableChange::Same => "same".into(),
        TableChange::Changed { rows: 0 } => "changed".into(),
        TableChange::Changed { rows: rows @ (1 | -1) } => format!("changed, {rows:+} row"),
        TableChange::Changed { rows } => format!("changed, {rows:+} rows"),
    };
    vec![
        listed.table.full_name(),
        units::count(listed.table.rows),
        units::bytes(listed.table.bytes),
        change,
        format!("/{}", escape(&listed.dump)),
    ]
}

fn json_line(listed: &Listed) -> Line<'_> {
    let table = &listed.table;
    let (change, rows_more) = match listed.change {
        TableChange::Unknown => (None, None),
        TableChange::New => (Some("new"), None),
        TableChange::Same => (Some("same"), Some(0)),
        TableChange::Changed { rows } => (Some("changed"), Some(rows)),
    };
    let key = table.primary_key.iter().filter_map(|place| table.columns.get(*place as usize));
    Line {
        path: JsonPath::new(&[b"/", listed.dump.as_slice()].concat()),
        database: table.database.as_deref().map(escape),
        schema: table.name.schema.as_deref().map(escape),
        name: escape(&table.name.name),
        rows: table.rows,
        bytes: table.bytes,
        chunks: table.chunks,
        columns: table
            .columns
            .iter()
            .map(|(name, kind)| Column { name: escape(name), r#type: escape(kind) })
            .collect(),
        primary_key: key.map(|(name, _)| escape(name)).collect(),
        whole: table.is_whole,
        note: table.note.as_deref(),
        change,
        rows_more,
    }
}
