//! Exit code, meaning and advice for every error there is.

use super::Doing;
use super::database::{of_database, of_process};
use super::files::{of_source, of_target};
use super::repository::of_repo;
use crate::cli::error::Exit;
use crate::cli::password::PasswordError;
use crate::ops::OpsError;

/// Exit code, meaning and advice; no meaning is the usual consequence.
pub type Advice = (Exit, Option<String>, String);

/// An exit code, what it means (or nothing, for the usual consequence), and what to do.
pub fn advice(exit: Exit, means: &str, hint: impl Into<String>) -> Advice {
    (exit, (!means.is_empty()).then(|| means.to_string()), hint.into())
}

pub fn of_ops(error: &OpsError, doing: Doing) -> Advice {
    match error {
        OpsError::Repo(error) => of_repo(error, doing),
        OpsError::Source(error) => of_source(error),
        OpsError::Process(error) => of_process(error),
        OpsError::Target(error) => of_target(error),
        OpsError::Database(error) => of_database(error, doing),
        OpsError::Occupied { database, .. } => advice(
            Exit::Error,
            "nothing was changed",
            format!("--overwrite with --yes-overwrite {database}, or another database with --into"),
        ),
        OpsError::DumpNotWhole { .. } => advice(
            Exit::DumpFailed,
            "",
            "another snapshot; strongroom extract gives the tables that are whole",
        ),
        OpsError::Before { .. } => {
            advice(Exit::Error, "", "run the command of --before by hand and see what it says")
        }
        OpsError::Retention(_) => {
            advice(Exit::Usage, "nothing was forgotten", "forget --dry-run, which shows what each rule keeps")
        }
        OpsError::Held { snapshot, .. } => advice(
            Exit::Error,
            "nothing was forgotten",
            format!("strongroom release {snapshot} first, if it may go"),
        ),
        OpsError::Pruning { .. } | OpsError::Overtaken => of_prune(error, doing),
        OpsError::Chunker(_) => advice(
            Exit::Damage,
            "this program cannot write to the repository as it is",
            "a newer version of strongroom",
        ),
        OpsError::Path(_) => {
            advice(Exit::Usage, "", "a path without a leading slash, `.` and `..`, such as dumps/shop.sql")
        }
        OpsError::NoSnapshot { .. } => {
            advice(Exit::Error, "", "strongroom snapshots, which lists the names that there are")
        }
        OpsError::Uncertain { instead, .. } => {
            let older = instead.as_ref().map(|id| format!("the older snapshot by its id: {id}; "));
            let hint = older.unwrap_or_default() + "strongroom snapshots, which lists those that can be read";
            advice(Exit::Damage, "the damaged one may be the one that is meant; ids name the others", hint)
        }
        OpsError::Ambiguous { .. } => {
            advice(Exit::Error, "", "more letters of the id: strongroom snapshots lists them")
        }
        OpsError::NoEntry { snapshot, .. } => advice(
            Exit::Error,
            "",
            format!("strongroom ls --recursive {snapshot}, which lists the paths that there are"),
        ),
        error @ (OpsError::NoTable { .. }
        | OpsError::SeveralDumps { .. }
        | OpsError::Rows { .. }
        | OpsError::NoRows { .. }) => of_tables(error),
        OpsError::Request(_) => advice(Exit::Usage, "", "strongroom COMMAND --help"),
        OpsError::Output { source, .. } if is_full(source) => no_space(),
        OpsError::Output { .. } => {
            advice(Exit::Error, "the output is not all there", "look at where the output goes")
        }
    }
}

/// Errors of tables and rows.
fn of_tables(error: &OpsError) -> Advice {
    match error {
        OpsError::NoTable { nearest, .. } if !nearest.is_empty() => {
            advice(Exit::Error, "", format!("{}: tables with names like it", nearest.join(", ")))
        }
        OpsError::NoTable { .. } => {
            advice(Exit::Error, "", "strongroom tables, which lists the tables that there are")
        }
        OpsError::SeveralDumps { .. } => {
            advice(Exit::Error, "", "--from PATH, which says which of them is meant")
        }
        OpsError::Rows { .. } => advice(
            Exit::Error,
            "what was written so far is not all of it",
            "the table as it stands in the dump, without --where and --format",
        ),
        _ => advice(Exit::Error, "", "another condition, or --allow-empty if that may be so"),
    }
}

/// What comes of several runs on one repository.
fn of_prune(error: &OpsError, doing: Doing) -> Advice {
    match error {
        OpsError::Pruning { .. } => advice(
            Exit::Locked,
            "nothing was deleted; backups go on meanwhile",
            "run it again when that one has ended: one that was killed is forgotten after five minutes",
        ),
        _ if doing == Doing::Prune => {
            advice(Exit::Error, "nothing that a snapshot needs was deleted", "run it again")
        }
        _ => advice(Exit::Error, "no snapshot was made; earlier ones are untouched", "run it again"),
    }
}

pub fn of_password(error: &PasswordError) -> Advice {
    let hint = match error {
        PasswordError::NotGiven { options, .. } => options,
        PasswordError::Empty { .. } => "a password of at least one letter; a long one is better",
        PasswordError::Different => "type the same password twice",
        PasswordError::Long { .. } => "a file whose first line is the password",
        PasswordError::File { .. } => "look at the path and at who may read the file",
        PasswordError::Kit { .. } => "compare the row with the paper; the last group of a row checks it",
        PasswordError::Command { .. } => "run the command by hand and see what it says",
        PasswordError::Terminal(_) => "--password-file FILE",
    };
    advice(Exit::WrongPassword, "nothing was read or written", hint)
}

pub fn of_output(error: &std::io::Error) -> Advice {
    let means = "the output is not whole";
    if is_full(error) {
        advice(Exit::NoSpace, means, "make room where the output goes, then the same again")
    } else {
        advice(Exit::Error, means, "see that standard output can be written")
    }
}

pub fn no_space() -> Advice {
    (Exit::NoSpace, None, "make room (df -h shows where), or a larger quota, and run it again".into())
}

/// A full disk, a quota, or a limit on the size of files.
pub fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

pub fn is_denied(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
}
