//! `backup`: what is saved, what is left out, and what came of it.

mod databases;
mod inputs;
mod summary;
mod tables;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use crate::backend::LocalBackend;
use crate::base::Timestamp;
use crate::cli::error::{CliError, Exit};
use crate::cli::report::{Doing, Report, show};
use crate::cli::session::Session;
use crate::codec::Compression;
use crate::format::Status;
use crate::ops::backup::{self, BackupOptions, GzipMode, Hooks, ParentChoice};
use crate::ops::select;
use crate::repo::{Repository, Snapshots};
use crate::source::SourceOptions;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop backup /srv/shop/uploads /etc/shop
  strongroom -r /backup/shop backup --mariadb shop.sql=mariadb://backup@localhost/shop /srv/shop/uploads
  strongroom -r /backup/shop backup --postgres crm.sql=postgres:///crm --exclude-table-data crm.sql=log
  strongroom -r /backup/shop backup --before 'shop down' --after 'shop up' --mariadb shop.sql=mysql:///shop /srv/shop
  strongroom -r /backup/shop backup --command shop.sql='mysqldump --single-transaction shop' /srv/shop/uploads
  mariadb-dump shop | strongroom -r /backup/shop backup --stdin shop.sql
  strongroom -r /backup/shop backup --init --exclude '*.log' --exclude-caches --tag nightly /srv";

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct BackupArgs {
    /// Files and directories to save
    #[arg(required_unless_present_any = ["stdin", "command", "mariadb", "postgres"], value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Make the repository first if there is none
    #[arg(long)]
    init: bool,
    /// Save standard input as a file of this name
    #[arg(long, value_name = "NAME")]
    stdin: Option<OsString>,
    /// Save the output of a command as a file of this name; if it fails, the snapshot is partial (repeatable)
    #[arg(long, value_name = "NAME=COMMAND")]
    command: Vec<OsString>,
    #[command(flatten)]
    databases: databases::DatabaseArgs,
    /// Run a command first; if it fails, nothing is saved
    #[arg(long, value_name = "COMMAND")]
    before: Option<String>,
    /// Run a command at the end, whatever happened; STRONGROOM_STATUS tells it what
    #[arg(long, value_name = "COMMAND")]
    after: Option<String>,
    /// End a command, or a dump, that prints nothing for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    command_idle: u64,
    /// A tag for the snapshot (repeatable)
    #[arg(long, value_name = "TAG", value_parser = NonEmptyStringValueParser::new())]
    tag: Vec<String>,
    /// The host the snapshot is of [default: this one]
    #[arg(long, value_name = "HOST", value_parser = NonEmptyStringValueParser::new())]
    host: Option<String>,
    /// A sentence about the snapshot
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The time the snapshot stands for, for importing older data: 2026-11-20T03:00
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// Leave out what matches, in gitignore syntax: from the root of the file system with a leading /, else anywhere (repeatable)
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
    /// What is kept of compressed dumps and tar files: what is in them and how to write them again, only what is in them, or only the files
    #[arg(long, value_enum, default_value_t = GzipArg::Replay, value_name = "HOW")]
    gzip: GzipArg,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GzipArg {
    Replay,
    Plain,
    Opaque,
}

impl GzipArg {
    const fn mode(self) -> GzipMode {
        match self {
            Self::Replay => GzipMode::Replay,
            Self::Plain => GzipMode::Plain,
            Self::Opaque => GzipMode::Opaque,
        }
    }
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
    session.start(Doing::Backup);
    let time = args.time.as_deref().map(parse_time).transpose()?;
    let mut inputs = inputs::of(&args.paths, args.stdin.as_deref(), &args.command, args.command_idle)?;
    inputs.extend(args.databases.inputs(args.command_idle)?);
    // A dry run makes nothing.
    let repo =
        if args.init && !args.dry_run { session.repository_or_new()? } else { session.repository()? };
    if !args.dry_run {
        // What killed runs left unfinished takes room. Without success nothing is lost but that.
        LocalBackend::open(&session.repository_path()?)?.sweep().ok();
    }
    let back = session.look_back(&repo)?;
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
        gzip: args.gzip.mode(),
        dry_run: args.dry_run,
        parent: parent(args, &repo)?,
        sequence_seen: back.seen.sequence,
        source: SourceOptions {
            excludes: args.exclude.clone(),
            exclude_files: args.exclude_file.clone(),
            exclude_caches: args.exclude_caches,
            one_file_system: args.one_file_system,
            skip: vec![session.repository_path()?, cache.join(repo.id().to_string())],
        },
        scan: !args.no_scan && session.observer.shows_progress(),
        hooks: Hooks { before: args.before.clone(), after: args.after.clone() },
    };
    let report = backup::run(&repo, &cache, inputs, &options, &session.observer)?;
    let seconds = session.now().seconds_since(options.now);
    if let Some(id) = report.snapshot {
        session.remember(&repo, &back.seen.clone().with(id, report.manifest.sequence));
    }
    // A night that is not saved is worse than one that is saved in a repository that somebody has to look at.
    let code =
        back.went_back.map(|back| show(&Report::of(&CliError::WentBack(back), Doing::Backup), session.json));
    summary::say(&report, seconds, session)?;
    if let Some(code) = code {
        return Ok(code);
    }
    Ok(if report.manifest.status == Status::Partial { Exit::DumpFailed.number() } else { 0 })
}

fn parse_time(text: &str) -> Result<Timestamp, CliError> {
    select::parse_time(text).ok_or_else(|| {
        CliError::Usage(format!("{text:?} is no time: write 2026-11-20T03:00 or 2026-11-20T03:00:00Z"))
    })
}

fn parent(args: &BackupArgs, repo: &Repository) -> Result<ParentChoice, CliError> {
    Ok(match &args.parent {
        _ if args.force => ParentChoice::None,
        None => ParentChoice::Newest,
        Some(name) => {
            // What cannot be read is no parent; any other one is as right, and costs reading at most.
            let snapshots = Snapshots { unreadable: vec![], ..repo.snapshots()? };
            ParentChoice::Snapshot(select::find(&snapshots, name, &select::Filter::default())?.0)
        }
    })
}
