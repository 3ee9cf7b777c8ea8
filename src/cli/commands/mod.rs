//! The commands, one file each: arguments, and what is said of the result.

mod backup;
mod check;
mod demo;
mod diff;
mod doctor;
mod dump;
mod extract;
mod find;
mod forget;
mod hold;
mod init;
mod key;
mod ls;
mod prune;
mod repair;
mod restore;
mod restore_db;
mod shell;
mod snapshots;
mod stats;
mod tables;

use clap::{Parser, Subcommand};

use super::args::Arguments;
use super::error::CliError;
use super::output;
use super::session::Session;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A tour on made-up data, offline, under a minute
    Demo(demo::DemoArgs),
    /// Make a repository
    Init(init::InitArgs),
    /// Save files, directories and streams in a snapshot
    Backup(Box<backup::BackupArgs>),
    /// List the snapshots
    Snapshots(snapshots::SnapshotsArgs),
    /// List the entries of a snapshot
    Ls(ls::LsArgs),
    /// Write one file to standard output, or a directory as tar
    Dump(dump::DumpArgs),
    /// List the tables of the dumps in a snapshot
    Tables(tables::TablesArgs),
    /// Write tables of a dump, with everything that belongs to them
    Extract(Box<extract::ExtractArgs>),
    /// Say what two snapshots do not have in common
    Diff(diff::DiffArgs),
    /// Say where a file was, over the snapshots
    Find(find::FindArgs),
    /// Say how much there is and how much room it takes
    Stats(stats::StatsArgs),
    /// Put files back, with everything they had
    Restore(Box<restore::RestoreArgs>),
    /// Make a database what it was when its dump was made
    RestoreDb(Box<restore_db::RestoreDbArgs>),
    /// Drop snapshots that no rule keeps, or that are named
    Forget(Box<forget::ForgetArgs>),
    /// Keep a snapshot, whatever the rules of forget say
    Hold(hold::HoldArgs),
    /// End what hold has begun
    Release(hold::ReleaseArgs),
    /// Delete what no snapshot needs
    Prune(prune::PruneArgs),
    /// See whether everything is there and whole
    Check(check::CheckArgs),
    /// Make whole what is damaged: says first what it will do
    #[command(subcommand)]
    Repair(repair::RepairCommand),
    /// Passwords and the recovery kit
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// See whether this machine, the cache and the repository are in order
    Doctor(doctor::DoctorArgs),
    /// Print completions for a shell
    Completions(shell::CompletionsArgs),
    /// Write the manual pages
    Man(shell::ManArgs),
}

impl Command {
    /// Whether standard output is for data that a program reads, and not for words.
    pub const fn is_data(&self) -> bool {
        matches!(self, Self::Dump(_) | Self::Extract(_))
    }
}

/// Runs a command; returns its exit code, which warnings may still turn from 0 to 3.
pub fn run(command: Command, session: &Session) -> Result<u8, CliError> {
    match command {
        Command::Demo(args) => demo::run(&args, session),
        Command::Init(args) => init::run(&args, session),
        Command::Backup(args) => backup::run(&args, session),
        Command::Snapshots(args) => snapshots::run(&args, session),
        Command::Ls(args) => ls::run(&args, session),
        Command::Dump(args) => dump::run(&args, session),
        Command::Tables(args) => tables::run(&args, session),
        Command::Extract(args) => extract::run(&args, session),
        Command::Diff(args) => diff::run(&args, session),
        Command::Find(args) => find::run(&args, session),
        Command::Stats(args) => stats::run(&args, session),
        Command::Restore(args) => restore::run(&args, session),
        Command::RestoreDb(args) => restore_db::run(&args, session),
        Command::Forget(args) => forget::run(&args, session),
        Command::Hold(args) => hold::hold(&args, session),
        Command::Release(args) => hold::release(&args, session),
        Command::Prune(args) => prune::run(&args, session),
        Command::Check(args) => check::run(&args, session),
        Command::Repair(command) => repair::run(&command, session),
        Command::Key(command) => key::run(&command, session),
        Command::Doctor(args) => doctor::run(&args, session),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args, session),
    }
}

/// Runs a command given as words, with a session of its own but the same signals.
fn run_words(words: impl Iterator<Item = std::ffi::OsString>, session: &Session) -> Result<u8, CliError> {
    let arguments = Arguments::try_parse_from(words).map_err(|error| CliError::Usage(error.to_string()))?;
    let session = session.with(&arguments.global);
    let code = run(arguments.command, &session)?;
    session.observer.end();
    Ok(code)
}

/// The first lines of what a `dump` given as words would print.
fn first_lines_of_dump(
    words: impl Iterator<Item = std::ffi::OsString>,
    session: &Session,
    lines: usize,
) -> Result<Vec<String>, CliError> {
    let arguments = Arguments::try_parse_from(words).map_err(|error| CliError::Usage(error.to_string()))?;
    let Command::Dump(args) = arguments.command else { return Ok(vec![]) };
    let mut out = output::Start::new(4096);
    match dump::write(&args, &session.with(&arguments.global), &mut out) {
        // `out` has enough.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        other => drop(other?),
    }
    Ok(out.text().lines().take(lines).map(|text| crate::base::escape(text.as_bytes())).collect())
}
