//! What a backup did, at its end: a few lines or one JSON object.

use serde::Serialize;

use super::tables::{JsonTable, tables, tables_json};
use crate::base::{TreePath, escape, units};
use crate::cli::commands::snapshots::status;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json, line, say as say_line};
use crate::cli::session::Session;
use crate::format::{Component, ComponentKind, TableMapRef};
use crate::ops::backup::{BackupReport, CompressedTally};

/// The last line of `backup --json`.
#[derive(Serialize)]
struct Summary<'r> {
    snapshot: Option<String>,
    status: &'static str,
    files: u64,
    files_new: u64,
    files_changed: u64,
    files_unmodified: u64,
    directories: u64,
    bytes_processed: u64,
    bytes_added: u64,
    bytes_stored: u64,
    bytes_new: u64,
    bytes_delta: u64,
    bytes_metadata: u64,
    dumps: u64,
    tables: u64,
    rows: u64,
    tables_changed: Vec<JsonTable>,
    compressed: JsonCompressed,
    warnings: u64,
    seconds: f64,
    dry_run: bool,
    parent: Option<String>,
    excluded: u64,
    left_out: Vec<JsonPath>,
    components: Vec<JsonComponent<'r>>,
}

/// What became of compressed dumps and archives that were read.
#[derive(Serialize)]
struct JsonCompressed {
    files: u64,
    bytes: u64,
    plain_bytes: u64,
    plain_only: u64,
    verified_bytes: u64,
    verify_seconds: f64,
    kept: u64,
    kept_files: Vec<JsonKept>,
}

/// A compressed file that is stored as it is.
#[derive(Serialize)]
struct JsonKept {
    path: JsonPath,
    reason: String,
}

/// A named part of the snapshot.
#[derive(Serialize)]
struct JsonComponent<'r> {
    name: &'r str,
    whole: bool,
    detail: Option<&'r str>,
}

/// Says what a backup did.
pub fn say(report: &BackupReport, seconds: f64, session: &Session) -> Result<(), CliError> {
    if session.json {
        return json("summary", summary(report, seconds, session.observer.warnings()));
    }
    if session.global.quiet {
        return Ok(());
    }
    say_left_out(report);
    for text in lines(report, seconds) {
        line(text)?;
    }
    for text in dumps(report).into_iter().chain(tables(report)) {
        line(text)?;
    }
    let databases = report.manifest.components.iter().filter(|part| part.kind == ComponentKind::Database);
    for database in databases.filter(|database| database.is_whole) {
        let remark = database.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        line(format!("database   {}{remark}", database.name))?;
    }
    for text in compressed(&report.compressed) {
        line(text)?;
    }
    match session.observer.warnings() {
        0 => Ok(()),
        warnings => line(format!("warnings   {}", units::count(warnings))),
    }
}

fn summary(report: &BackupReport, seconds: f64, warnings: u64) -> Summary<'_> {
    let manifest = &report.manifest;
    let statistics = &manifest.statistics;
    let content = statistics.content.unwrap_or_default();
    Summary {
        snapshot: report.snapshot.map(|id| id.to_string()),
        status: status(manifest.status),
        files: statistics.files,
        files_new: statistics.files_new,
        files_changed: statistics.files_changed,
        files_unmodified: statistics.files_unmodified,
        directories: statistics.directories,
        bytes_processed: statistics.bytes,
        bytes_added: statistics.bytes_added,
        bytes_stored: statistics.bytes_stored,
        bytes_new: content.new,
        bytes_delta: content.delta,
        bytes_metadata: statistics.metadata().unwrap_or(0),
        dumps: manifest.table_maps.len() as u64,
        tables: manifest.table_maps.iter().map(|map| map.tables).sum(),
        rows: manifest.table_maps.iter().map(|map| map.rows).sum(),
        tables_changed: tables_json(report),
        compressed: compressed_json(&report.compressed),
        warnings,
        seconds,
        dry_run: report.snapshot.is_none(),
        parent: manifest.parent.map(|id| id.to_string()),
        excluded: report.excluded,
        left_out: manifest
            .left_out
            .iter()
            .map(|path| JsonPath::new(&[b"/", path.as_slice()].concat()))
            .collect(),
        components: manifest.components.iter().map(part).collect(),
    }
}

fn part(component: &Component) -> JsonComponent<'_> {
    JsonComponent { name: &component.name, whole: component.is_whole, detail: component.detail.as_deref() }
}

fn say_left_out(report: &BackupReport) {
    for path in &report.manifest.left_out {
        say_line(format!("left out: /{} is the repository itself or its cache", escape(path)));
    }
    if report.sockets_left_out > 0 {
        say_line(format!("left out: {}", units::counted(report.sockets_left_out, "socket", "sockets")));
    }
    if report.excluded > 0 {
        say_line(format!("left out: {} by patterns", units::counted(report.excluded, "name", "names")));
    }
}

/// What was understood of the dumps.
fn dumps(report: &BackupReport) -> Option<String> {
    let maps = &report.manifest.table_maps;
    let sum = |each: fn(&TableMapRef) -> u64| maps.iter().map(each).sum();
    let tables = units::counted(sum(|map| map.tables), "table", "tables");
    let rows = units::counted(sum(|map| map.rows), "row", "rows");
    (!maps.is_empty()).then(|| format!("dumps      {} with {tables}, {rows}", maps.len()))
}

/// Compressed files that are named in the summary.
const KEPT_SHOWN_MAX: usize = 5;

/// What became of compressed dumps and archives.
fn compressed(tally: &CompressedTally) -> Vec<String> {
    let mut lines = vec![];
    if tally.files > 0 {
        let (files, bytes) = (units::counted(tally.files, "file", "files"), units::bytes(tally.bytes));
        let plain = units::bytes(tally.plain_bytes);
        let verified = match rate(tally.verified_bytes, tally.verify_seconds) {
            _ if tally.verified_bytes == 0 => String::new(),
            rate => format!("; written again to compare at {rate}/s"),
        };
        lines.push(format!("unpacked   {files}, {bytes} -> {plain}{verified}"));
    }
    if tally.plain_only > 0 {
        let files = units::counted(tally.plain_only, "file", "files");
        lines.push(format!(
            "WARNING    of {files} only what is in them is kept: they will not come back as they were"
        ));
    }
    if tally.kept > 0 {
        let files = units::counted(tally.kept, "compressed dump", "compressed dumps");
        lines.push(format!("as it was  {files}: each change costs the whole file, and no tables are found"));
    }
    for (path, reason) in tally.kept_files.iter().take(KEPT_SHOWN_MAX) {
        lines.push(format!("           /{path}: {reason}"));
    }
    lines
}

fn compressed_json(tally: &CompressedTally) -> JsonCompressed {
    let kept = |(path, reason): &(TreePath, String)| JsonKept {
        path: JsonPath::new(&[b"/", path.as_bytes()].concat()),
        reason: reason.clone(),
    };
    JsonCompressed {
        files: tally.files,
        bytes: tally.bytes,
        plain_bytes: tally.plain_bytes,
        plain_only: tally.plain_only,
        verified_bytes: tally.verified_bytes,
        verify_seconds: tally.verify_seconds,
        kept: tally.kept,
        kept_files: tally.kept_files.iter().map(kept).collect(),
    }
}

/// Bytes in a second, for people.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
fn rate(bytes: u64, seconds: f64) -> String {
    units::bytes((bytes as f64 / seconds.max(0.001)) as u64)
}

fn lines(report: &BackupReport, seconds: f64) -> [String; 4] {
    let (statistics, number) = (&report.manifest.statistics, units::count);
    let rate = rate(statistics.bytes, seconds);
    let (added, stored) = (units::bytes(statistics.bytes_added), units::bytes(statistics.bytes_stored));
    let status = status(report.manifest.status);
    let [new, snapshot] = match report.snapshot {
        None => [format!("{added} before compression"), "none, this is a dry run".into()],
        Some(id) => [format!("{added}, stored in {stored}"), format!("{} {status}", id.short())],
    };
    [
        format!(
            "files      {} ({} new, {} changed, {} unmodified), {}",
            number(statistics.files),
            number(statistics.files_new),
            number(statistics.files_changed),
            number(statistics.files_unmodified),
            units::counted(statistics.directories, "directory", "directories")
        ),
        format!("processed  {} in {} ({rate}/s)", units::bytes(statistics.bytes), units::duration(seconds)),
        format!("new        {new}"),
        format!("snapshot   {snapshot}"),
    ]
}
