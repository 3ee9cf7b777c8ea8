//! `stats`: how much there is, how much room it takes, and what each night cost and why.

use std::ffi::OsString;

use clap::Args;
use serde::Serialize;

use crate::base::{SnapshotId, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json, line, say, table};
use crate::cli::session::{Named, Session};
use crate::format::Manifest;
use crate::ops::dumps;
use crate::ops::stats::{self, Night, Part, Spent, Stats};
use crate::repo::{ChunkReader, Repository};

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop stats
  strongroom -r /backup/shop stats latest
  strongroom -r /backup/shop stats @2026-11-20:shop.sql
  strongroom -r /backup/shop --json stats";

/// Arguments of `stats`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct StatsArgs {
    /// What this night cost, table by table; of one dump or directory in it [default: what every night cost]
    #[arg(value_name = "SNAP[:PATH]")]
    snapshot: Option<OsString>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// What a night cost; null where a snapshot does not tell.
#[derive(Serialize)]
struct JsonNight {
    id: String,
    time: String,
    host: String,
    bytes_new: Option<u64>,
    bytes_delta: Option<u64>,
    bytes_metadata: Option<u64>,
    bytes_stored: u64,
}

/// What a part of a dump cost.
#[derive(Serialize)]
struct JsonSpent {
    #[serde(flatten)]
    path: JsonPath,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tables: Option<u64>,
    rows_changed: Option<u64>,
    bytes_stored: u64,
}

pub fn run(args: &StatsArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    match &args.snapshot {
        Some(name) => one_night(session.named(&repo, name, &args.filter.filter())?, &repo, session),
        None => all_nights(args, &repo, session),
    }
}

fn all_nights(args: &StatsArgs, repo: &Repository, session: &Session) -> Result<u8, CliError> {
    let snapshots = repo.snapshots()?;
    session.warn_of(repo, &snapshots)?;
    let state = session.index(repo)?;
    let stats = stats::run(repo, &state.index.view())?;
    let filter = args.filter.filter();
    let nights: Vec<_> = snapshots.whole.iter().filter(|(_, manifest)| filter.fits(manifest)).collect();
    if session.json {
        for (id, manifest) in nights {
            json("night", json_night(*id, manifest))?;
        }
        json("stats", json_stats(&stats))?;
    } else {
        for text in lines(&stats) {
            line(text)?;
        }
        if !nights.is_empty() {
            let rows: Vec<_> = nights.iter().map(|(id, manifest)| night_row(*id, manifest)).collect();
            line("")?;
            line(table(&["time", "id", "new", "delta", "metadata", "sum"], &rows, &[2, 3, 4, 5]))?;
        }
    }
    Ok(0)
}

fn one_night(named: Named, repo: &Repository, session: &Session) -> Result<u8, CliError> {
    let state = session.index(repo)?;
    let reader = ChunkReader::new(repo, state.index.view());
    let spent = stats::spent(&reader, &named.manifest, named.path.as_ref())?;
    if session.json {
        for part in spent {
            json("table_cost", json_spent(part))?;
        }
        return json("night", json_night(named.id, &named.manifest)).map(|()| 0);
    }
    let night = [night_row(named.id, &named.manifest)];
    line(table(&["time", "id", "new", "delta", "metadata", "sum"], &night, &[2, 3, 4, 5]))?;
    if stats::night(&named.manifest).is_none() {
        say("what it was spent on was not written down then");
    } else if spent.is_empty() {
        say("no dump in it cost anything");
    } else {
        let rows: Vec<_> = spent.iter().map(spent_row).collect();
        line("")?;
        line(table(&["table", "rows changed", "stored", "dump"], &rows, &[1, 2]))?;
    }
    Ok(0)
}

fn night_row(id: SnapshotId, manifest: &Manifest) -> Vec<String> {
    let night = stats::night(manifest);
    let part = |each: fn(&Night) -> u64| night.as_ref().map_or("-".into(), |night| units::bytes(each(night)));
    vec![
        manifest.time.local(),
        id.short(),
        part(|night| night.content.new),
        part(|night| night.content.delta),
        part(|night| night.metadata),
        units::bytes(manifest.statistics.bytes_stored),
    ]
}

fn spent_row(spent: &Spent) -> Vec<String> {
    let part = match &spent.part {
        Part::Table(database, name) => dumps::full_name(database.as_deref(), name),
        Part::Tables(count) => format!("({} more)", units::counted(*count, "table", "tables")),
        Part::Rest => "(no table)".into(),
    };
    let rows = spent.rows.map_or("-".into(), units::count);
    vec![part, rows, units::bytes(spent.stored), format!("/{}", escape(&spent.dump))]
}

fn json_night(id: SnapshotId, manifest: &Manifest) -> JsonNight {
    let night = stats::night(manifest);
    JsonNight {
        id: id.to_string(),
        time: manifest.time.rfc3339(),
        host: manifest.host.clone(),
        bytes_new: night.map(|night| night.content.new),
        bytes_delta: night.map(|night| night.content.delta),
        bytes_metadata: night.map(|night| night.metadata),
        bytes_stored: manifest.statistics.bytes_stored,
    }
}

fn json_spent(spent: Spent) -> JsonSpent {
    let (database, name, tables) = match spent.part {
        Part::Table(database, name) => (database, Some(name), None),
        Part::Tables(count) => (None, None, Some(count)),
        Part::Rest => (None, None, None),
    };
    JsonSpent {
        path: JsonPath::new(&[b"/", spent.dump.as_slice()].concat()),
        database: database.as_deref().map(escape),
        schema: name.as_ref().and_then(|name| name.schema.as_deref()).map(escape),
        name: name.map(|name| escape(&name.name)),
        tables,
        rows_changed: spent.rows,
        bytes_stored: spent.stored,
    }
}

const fn stored(stats: &Stats) -> u64 {
    stats.bytes_in_packs + stats.bytes_in_parity + stats.bytes_in_index + stats.bytes_in_manifests
}

fn json_stats(stats: &Stats) -> serde_json::Value {
    serde_json::json!({
        "snapshots": stats.snapshots, "bytes_in_snapshots": stats.bytes_in_snapshots, "chunks": stats.chunks, "packs": stats.packs,
        "bytes_in_packs": stats.bytes_in_packs, "plain_content": stats.plain_content, "stored_content": stats.stored_content,
        "plain_metadata": stats.plain_metadata, "stored_metadata": stats.stored_metadata,
        "bytes_in_index": stats.bytes_in_index, "bytes_in_manifests": stats.bytes_in_manifests,
        "bytes_in_parity": stats.bytes_in_parity, "bytes_stored": stored(stats),
    })
}

fn lines(stats: &Stats) -> [String; 5] {
    let bytes = units::bytes;
    [
        format!("snapshots  {}, {} if each were restored", stats.snapshots, bytes(stats.bytes_in_snapshots)),
        format!(
            "stored     {} in {}, {} of parity and an index of {}",
            bytes(stored(stats)),
            units::counted(stats.packs as u64, "pack", "packs"),
            bytes(stats.bytes_in_parity),
            bytes(stats.bytes_in_index)
        ),
        format!("content    {} once, {} compressed", bytes(stats.plain_content), bytes(stats.stored_content)),
        format!("metadata   {}, {} compressed", bytes(stats.plain_metadata), bytes(stats.stored_metadata)),
        format!("chunks     {}", units::count(stats.chunks)),
    ]
}
