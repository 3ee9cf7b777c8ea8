//! `restore`: files back, with everything they had.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::base::{TreePath, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{json, line, say};
use crate::cli::report::{Doing, say_lines};
use crate::cli::session::Session;
use crate::ops::OpsError;
use crate::ops::restore::{self, RestoreOptions, RestoreReport, Selection};
use crate::repo::ChunkReader;
use crate::target::{DirectoryTarget, Overwrite, TargetOptions};

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop restore latest --target /tmp/all
  strongroom -r /backup/shop restore latest:/srv/shop/uploads --target /srv/shop/uploads --overwrite if-changed
  strongroom -r /backup/shop restore @2026-11-20 --target /tmp/x --include '*.sql' --verify";

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct RestoreArgs {
    /// The snapshot, and a file or directory in it
    #[arg(value_name = "SNAP[:PATH]")]
    snapshot: OsString,
    /// Where to; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    target: PathBuf,
    /// Only what matches, in gitignore syntax (repeatable)
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Nothing that matches (repeatable)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Write nothing; say what would be
    #[arg(long)]
    dry_run: bool,
    /// Read every file back and compare it with the snapshot
    #[arg(long)]
    verify: bool,
    /// What happens to what is there already
    #[arg(long, value_enum, default_value_t = OverwriteArg::Never, value_name = "WHEN")]
    overwrite: OverwriteArg,
    /// Remove what is in the restored directories and not in the snapshot
    #[arg(long)]
    delete: bool,
    /// Restore what is in compressed files that were taken apart: x.sql instead of x.sql.gz
    #[arg(long)]
    decompressed: bool,
    /// Make device nodes
    #[arg(long)]
    devices: bool,
    /// Keep setuid and setgid bits and file capabilities
    #[arg(long)]
    setid: bool,
    /// Use the stored numbers of owners instead of their names
    #[arg(long)]
    numeric_ids: bool,
    /// Do not set owner and group
    #[arg(long)]
    no_owner: bool,
    /// Do not set extended attributes
    #[arg(long)]
    no_xattrs: bool,
    /// Make everything durable before it is called done
    #[arg(long)]
    sync: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OverwriteArg {
    Never,
    IfChanged,
    Always,
}

pub fn run(args: &RestoreArgs, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Restore);
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    let started = session.now();
    session.keep_from_prune(&repo);
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let mut selection = Selection::new(named.path.clone(), &args.include, &args.exclude)?;
    if !selection.is_filtered() && selection.subtree.is_none() {
        selection.bytes_total = Some(named.manifest.statistics.bytes);
    }
    let options = RestoreOptions {
        selection,
        dry_run: args.dry_run,
        verify: args.verify,
        delete: args.delete,
        decompressed: args.decompressed,
    };
    let defaults = TargetOptions::default();
    let target = TargetOptions {
        overwrite: match args.overwrite {
            OverwriteArg::Never => Overwrite::Never,
            OverwriteArg::IfChanged => Overwrite::IfChanged,
            OverwriteArg::Always => Overwrite::Always,
        },
        devices: args.devices,
        setid: args.setid,
        owner: defaults.owner && !args.no_owner,
        numeric_ids: args.numeric_ids,
        xattrs: !args.no_xattrs,
        sync: args.sync,
    };
    let missing = first_missing(&args.target);
    let target = DirectoryTarget::create(&args.target, target)?;
    let outcome = restore::run(&reader, named.manifest.root, &target, &options, &session.observer);
    if args.dry_run || matches!(outcome, Err(OpsError::NoEntry { .. })) {
        remove_made(&args.target, missing.as_deref());
    }
    let none = |path: String| OpsError::NoEntry { path, snapshot: named.id.short() };
    let report = outcome.map_err(|error| match error {
        OpsError::NoEntry { path, .. } => none(path),
        error => error,
    })?;
    let nothing = RestoreReport { directories: report.directories, ..RestoreReport::default() };
    if !args.include.is_empty() && report == nothing {
        return Err(none(args.include.join(", ")).into());
    }
    let seconds = session.now().seconds_since(started);
    say_result(&report, args, seconds, session)?;
    Ok(exit_code(&report))
}

const fn exit_code(report: &RestoreReport) -> u8 {
    if !report.damaged.is_empty() || !report.trees_damaged.is_empty() {
        13
    } else if !report.verify_failed.is_empty() {
        15
    } else {
        0
    }
}

#[derive(Serialize)]
struct Summary {
    files: u64,
    directories: u64,
    others: u64,
    plain_only: u64,
    bytes: u64,
    kept: u64,
    deleted: usize,
    damaged: Vec<String>,
    trees_damaged: Vec<String>,
    failed: u64,
    verified: u64,
    verify_failed: Vec<String>,
    seconds: f64,
    dry_run: bool,
}

fn say_result(
    report: &RestoreReport,
    args: &RestoreArgs,
    seconds: f64,
    session: &Session,
) -> Result<(), CliError> {
    let names = |paths: &[TreePath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
    if session.json {
        return json(
            "summary",
            Summary {
                files: report.files,
                directories: report.directories,
                others: report.others,
                plain_only: report.plain_only,
                bytes: report.bytes,
                kept: report.kept,
                deleted: report.deleted.len(),
                damaged: names(&report.damaged),
                trees_damaged: names(&report.trees_damaged),
                failed: report.failed,
                verified: report.verified,
                verify_failed: names(&report.verify_failed),
                seconds,
                dry_run: args.dry_run,
            },
        );
    }
    if !session.global.quiet {
        say_counts(report, args, seconds)?;
    }
    say_failures(report, &args.snapshot.to_string_lossy());
    Ok(())
}

fn say_counts(report: &RestoreReport, args: &RestoreArgs, seconds: f64) -> Result<(), CliError> {
    let (number, counted) = (units::count, units::counted);
    let word = if args.dry_run { "would write" } else { "restored " };
    line(format!(
        "{word}  {}, {}, {}: {} in {}",
        counted(report.files, "file", "files"),
        counted(report.directories, "directory", "directories"),
        counted(report.others, "other", "others"),
        units::bytes(report.bytes),
        units::duration(seconds)
    ))?;
    if report.kept > 0 {
        line(format!(
            "kept       {} that were there already (--overwrite if-changed|always replaces them)",
            number(report.kept)
        ))?;
    }
    if args.delete {
        for path in &report.deleted {
            say(format!("{} {path}", if args.dry_run { "would remove" } else { "removed" }));
        }
    }
    if args.verify && !args.dry_run {
        line(format!(
            "verified   {}, {} wrong",
            counted(report.verified, "file", "files"),
            number(report.verify_failed.len() as u64)
        ))?;
    }
    Ok(())
}

/// What is not restored or not right, also where nothing else is to be said.
fn say_failures(report: &RestoreReport, snapshot: &str) {
    let counted = |paths: &[TreePath], one, many| units::counted(paths.len() as u64, one, many);
    for path in report.verify_failed.iter().take(20) {
        say(format!("wrong: {path}"));
    }
    if !report.verify_failed.is_empty() {
        let (one, many) = ("file in the target is not that", "files in the target are not those");
        say_lines(
            &format!("{} of the snapshot", counted(&report.verify_failed, one, many)),
            "they were there before, or were changed, or the target's disk gives back something else",
            &format!("strongroom restore {snapshot} --overwrite if-changed --verify"),
        );
    }
    for path in report.trees_damaged.iter().take(20) {
        say(format!("not read: part of the tree, from /{path} on"));
    }
    if !report.trees_damaged.is_empty() {
        let parts = counted(&report.trees_damaged, "part", "parts");
        say_lines(
            &format!("{parts} of the snapshot's tree could not be read: the repository is damaged"),
            "what follows each path named above is not restored, up to what was restored next; with --delete nothing is removed",
            "an older snapshot, and strongroom check --read-data",
        );
    }
    if !report.damaged.is_empty() {
        let files = counted(&report.damaged, "file", "files");
        say_lines(
            &format!("{files} could not be restored: the repository is damaged"),
            "they are named above; everything else that could be read is restored and right",
            "an older snapshot of them, and strongroom check --read-data",
        );
    }
}

/// The topmost directory on the way to `path` that is not there.
fn first_missing(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .take_while(|above| !above.as_os_str().is_empty() && above.symlink_metadata().is_err())
        .last()
        .map(Path::to_path_buf)
}

/// Takes away the empty directories that were made from `top` down to `path`.
fn remove_made(path: &Path, top: Option<&Path>) {
    let Some(top) = top else { return };
    for above in path.ancestors() {
        if std::fs::remove_dir(above).is_err() || above == top {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_of_files_and_of_the_tree_ends_with_code_13() {
        let path = || vec![TreePath::new("a").unwrap()];
        let none = RestoreReport::default();
        let file = RestoreReport { damaged: path(), ..none.clone() };
        let tree = RestoreReport { trees_damaged: path(), verify_failed: path(), ..none.clone() };
        let wrong = RestoreReport { verify_failed: path(), ..none.clone() };
        assert_eq!([none, file, tree, wrong].map(|report| exit_code(&report)), [0, 13, 13, 15]);
    }
}
