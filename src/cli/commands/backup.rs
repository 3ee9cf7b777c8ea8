//! `backup`: what is saved, what is left out, and what came of it.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::base::{TreePath, units};
use crate::cli::error::CliError;
use crate::cli::output::{json, line, say};
use crate::cli::session::Session;
use crate::codec::Compression;
use crate::format::Status;
use crate::ops::backup::{self, BackupOptions, BackupReport, Input, ParentChoice};
use crate::ops::select;
use crate::process;
use crate::repo::{RepoError, Repository};
use crate::source::SourceOptions;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop backup /srv/shop/uploads /etc/shop
  strongroom -r /backup/shop backup --command shop.sql='mariadb-dump --single-transaction shop' /srv/shop/uploads
  mariadb-dump shop | strongroom -r /backup/shop backup --stdin shop.sql
  strongroom -r /backup/shop backup --init --exclude '*.log' --exclude-caches --tag nightly /srv";

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct BackupArgs {
    /// Files and directories to save
    #[arg(required_unless_present_any = ["stdin", "command"], value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Make the repository first if there is none
    #[arg(long)]
    init: bool,
    /// Save standard input as a file of this name
    #[arg(long, value_name = "NAME")]
    stdin: Option<String>,
    /// Save the output of a command as a file of this name; if it fails, the snapshot is partial (repeatable)
    #[arg(long, value_name = "NAME=COMMAND")]
    command: Vec<String>,
    /// End a command that prints nothing for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    command_idle: u64,
    /// A tag for the snapshot (repeatable)
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// The host the snapshot is of [default: this one]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// A sentence about the snapshot
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The time the snapshot stands for, for importing older data: 2026-11-20T03:00
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// Leave out what matches, in gitignore syntax; a leading / is the root of the file system (repeatable)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Leave out what matches the patterns in a file (repeatable)
    #[arg(long, value_name = "FILE")]
    exclude_file: Vec<PathBuf>,
    /// Leave out the content of directories with a CACHEDIR.TAG
    #[arg(long)]
    exclude_caches: bool,
    /// Do not go into other file systems
    #[arg(long)]
    one_file_system: bool,
    /// Write nothing; say what would be new
    #[arg(long)]
    dry_run: bool,
    /// zstd level -7 to 19, off, or auto (3)
    #[arg(long, value_name = "LEVEL", default_value = "auto", allow_hyphen_values = true, value_parser = compression)]
    compression: Compression,
    /// Read every file, also those that seem unchanged
    #[arg(long)]
    force: bool,
    /// Recognise unchanged files by this snapshot
    #[arg(long, value_name = "SNAP", conflicts_with = "force")]
    parent: Option<String>,
    /// Do not count beforehand how much there is
    #[arg(long)]
    no_scan: bool,
}

fn compression(text: &str) -> Result<Compression, String> {
    match text {
        "off" => Ok(Compression::Off),
        "auto" => Ok(Compression::default()),
        level => match level.parse() {
            Ok(level @ -7..=19) => Ok(Compression::Level(level)),
            _ => Err("a level from -7 to 19, off, or auto".into()),
        },
    }
}

pub fn run(args: &BackupArgs, session: &Session) -> Result<u8, CliError> {
    let time = match &args.time {
        None => None,
        Some(text) => Some(select::parse_time(text).ok_or_else(|| {
            CliError::Usage(format!("{text:?} is no time: write 2026-11-20T03:00 or 2026-11-20T03:00:00Z"))
        })?),
    };
    let inputs = inputs(args)?;
    let repo = match session.repository() {
        Err(CliError::Ops(crate::ops::OpsError::Repo(RepoError::NoRepository { .. }))) if args.init => {
            super::init::create("first", session)?
        }
        other => other?,
    };
    let cache = session.cache()?;
    let options = BackupOptions {
        host: args.host.clone().unwrap_or_else(|| session.host()),
        user: session.user(),
        tags: args.tag.clone(),
        description: args.description.clone(),
        time,
        now: session.now(),
        program: concat!("strongroom ", env!("CARGO_PKG_VERSION")).into(),
        compression: args.compression,
        dry_run: args.dry_run,
        parent: parent(args, &repo)?,
        source: SourceOptions {
            excludes: args.exclude.clone(),
            exclude_files: args.exclude_file.clone(),
            exclude_caches: args.exclude_caches,
            one_file_system: args.one_file_system,
            skip: vec![session.repository_path()?, cache.join(repo.id().to_string())],
        },
        scan: !args.no_scan && session.observer.shows_progress(),
    };
    let report = backup::run(&repo, &cache, inputs, &options, &session.observer)?;
    let seconds = session.now().seconds_since(options.now);
    say_result(&report, seconds, session)?;
    Ok(if report.manifest.status == Status::Partial { 18 } else { 0 })
}

fn parent(args: &BackupArgs, repo: &Repository) -> Result<ParentChoice, CliError> {
    Ok(match &args.parent {
        _ if args.force => ParentChoice::None,
        None => ParentChoice::Newest,
        Some(name) => {
            let snapshots = repo.snapshots()?.whole;
            ParentChoice::Snapshot(select::find(&snapshots, name, &select::Filter::default())?.0)
        }
    })
}

fn inputs(args: &BackupArgs) -> Result<Vec<Input>, CliError> {
    let mut inputs: Vec<Input> = args.paths.iter().cloned().map(Input::Path).collect();
    let name = |text: &str| TreePath::new(text.trim_start_matches('/'));
    if let Some(stdin) = &args.stdin {
        inputs.push(Input::Stream { path: name(stdin)?, reader: Box::new(std::io::stdin()) });
    }
    for pair in &args.command {
        let Some((file, command)) = pair.split_once('=').filter(|(_, command)| !command.trim().is_empty())
        else {
            return Err(CliError::Usage(format!("--command wants NAME=COMMAND, not {pair:?}")));
        };
        let idle_ms_max = Some(args.command_idle.saturating_mul(1000));
        let command = process::Command { name: file.into(), shell_command: command.into(), idle_ms_max };
        inputs.push(Input::Command { path: name(file)?, command });
    }
    Ok(inputs)
}

#[derive(Serialize)]
struct Summary {
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
    dumps: u64,
    tables: u64,
    rows: u64,
    warnings: u64,
    seconds: f64,
    dry_run: bool,
}

fn say_result(report: &BackupReport, seconds: f64, session: &Session) -> Result<(), CliError> {
    let statistics = &report.manifest.statistics;
    let status = super::snapshots::status(report.manifest.status);
    if session.json {
        return json(
            "summary",
            Summary {
                snapshot: report.snapshot.map(|id| id.to_string()),
                status,
                files: statistics.files,
                files_new: statistics.files_new,
                files_changed: statistics.files_changed,
                files_unmodified: statistics.files_unmodified,
                directories: statistics.directories,
                bytes_processed: statistics.bytes,
                bytes_added: statistics.bytes_added,
                bytes_stored: statistics.bytes_stored,
                dumps: 0,
                tables: 0,
                rows: 0,
                warnings: session.observer.warnings(),
                seconds,
                dry_run: report.snapshot.is_none(),
            },
        );
    }
    if session.global.quiet {
        return Ok(());
    }
    for path in &report.manifest.left_out {
        say(format!("left out: /{} is the repository itself or its cache", crate::base::escape(path)));
    }
    if report.sockets_left_out > 0 {
        say(format!("left out: {} sockets", report.sockets_left_out));
    }
    if report.excluded > 0 {
        say(format!("left out: {} names by patterns", units::count(report.excluded)));
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    let rate = units::bytes((statistics.bytes as f64 / seconds.max(0.001)) as u64);
    let number = units::count;
    line(format!(
        "files      {} ({} new, {} changed, {} unmodified), {} directories",
        number(statistics.files),
        number(statistics.files_new),
        number(statistics.files_changed),
        number(statistics.files_unmodified),
        number(statistics.directories)
    ))?;
    line(format!(
        "processed  {} in {} ({rate}/s)",
        units::bytes(statistics.bytes),
        units::duration(seconds)
    ))?;
    let (added, stored) = (units::bytes(statistics.bytes_added), units::bytes(statistics.bytes_stored));
    match report.snapshot {
        None => line(format!("new        {added} before compression; nothing was written (dry run)")),
        Some(id) => {
            line(format!("new        {added}, stored in {stored}"))?;
            line(format!("snapshot   {} {status}", id.short()))
        }
    }
}
