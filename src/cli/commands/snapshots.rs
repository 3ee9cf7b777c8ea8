//! `snapshots`: what there is.

use clap::Args;
use serde::Serialize;

use crate::base::{SnapshotId, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json, line, say, table};
use crate::cli::session::Session;
use crate::format::{Manifest, Status};

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop snapshots
  strongroom -r /backup/shop snapshots --tag nightly --latest 7
  strongroom -r /backup/shop --json snapshots";

/// Arguments of `snapshots`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct SnapshotsArgs {
    /// Only the newest so many
    #[arg(long, value_name = "N")]
    latest: Option<usize>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// What people call a status.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Complete => "complete",
        Status::Partial => "partial",
        Status::Unverified => "unverified",
    }
}

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    sequence: u64,
    time: String,
    started: String,
    ended: String,
    host: &'a str,
    user: &'a str,
    tags: &'a [String],
    description: Option<&'a str>,
    paths: Vec<JsonPath>,
    status: &'static str,
    held: bool,
    parent: Option<String>,
    files: u64,
    bytes: u64,
    bytes_added: u64,
    bytes_stored: u64,
    dumps: u64,
    tables: u64,
    program: &'a str,
}

pub fn run(args: &SnapshotsArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let snapshots = repo.snapshots()?;
    session.warn_of(&repo, &snapshots)?;
    let filter = args.filter.filter();
    let fitting: Vec<_> = snapshots.whole.iter().filter(|(_, manifest)| filter.fits(manifest)).collect();
    let status_of = |id: &SnapshotId, manifest: &Manifest| match snapshots.losses.contains_key(id) {
        true => "damaged",
        false => status(manifest.status),
    };
    let skip = fitting.len().saturating_sub(args.latest.unwrap_or(usize::MAX));
    let shown = fitting.get(skip..).unwrap_or_default();
    let holds = repo.holds()?.whole;
    let is_held = |id: &SnapshotId| holds.iter().any(|(_, hold)| hold.snapshot == *id);
    if session.json {
        for (id, manifest) in shown {
            json("snapshot", json_line(*id, manifest, status_of(id, manifest), is_held(id)))?;
        }
    } else if shown.is_empty() {
        say("no snapshots");
    } else {
        let of = |(id, manifest): &&(SnapshotId, Manifest)| {
            row(*id, manifest, status_of(id, manifest), is_held(id))
        };
        let rows: Vec<_> = shown.iter().map(of).collect();
        let head = ["id", "time", "host", "tags", "files", "size", "added", "tables", "status", "paths"];
        line(table(&head, &rows, &[4, 5, 6, 7]))?;
    }
    Ok(if snapshots.unreadable.is_empty() { 0 } else { 13 })
}

/// Tables of all dumps in a snapshot.
fn tables(manifest: &Manifest) -> u64 {
    manifest.table_maps.iter().map(|map| map.tables).sum()
}

fn row(id: SnapshotId, manifest: &Manifest, status: &str, is_held: bool) -> Vec<String> {
    let paths: Vec<_> = manifest.components.iter().map(|component| component.name.clone()).collect();
    vec![
        id.short(),
        manifest.time.local(),
        escape(manifest.host.as_bytes()),
        escape(manifest.tags.join(",").as_bytes()),
        units::count(manifest.statistics.files),
        units::bytes(manifest.statistics.bytes),
        units::bytes(manifest.statistics.bytes_stored),
        units::count(tables(manifest)),
        format!("{status}{}", if is_held { ", held" } else { "" }),
        escape(paths.join(" ").as_bytes()),
    ]
}

fn json_line<'m>(id: SnapshotId, manifest: &'m Manifest, status: &'static str, held: bool) -> Line<'m> {
    Line {
        id: id.to_string(),
        sequence: manifest.sequence,
        time: manifest.time.rfc3339(),
        started: manifest.started.rfc3339(),
        ended: manifest.ended.rfc3339(),
        host: &manifest.host,
        user: &manifest.user,
        tags: &manifest.tags,
        description: manifest.description.as_deref(),
        paths: manifest.components.iter().map(|component| JsonPath::new(&component.path)).collect(),
        status,
        held,
        parent: manifest.parent.map(|id| id.to_string()),
        files: manifest.statistics.files,
        bytes: manifest.statistics.bytes,
        bytes_added: manifest.statistics.bytes_added,
        bytes_stored: manifest.statistics.bytes_stored,
        dumps: manifest.table_maps.len() as u64,
        tables: tables(manifest),
        program: &manifest.program,
    }
}
