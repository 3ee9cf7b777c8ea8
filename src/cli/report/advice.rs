//! Exit code, meaning and advice for every error there is.

use super::Doing;
use super::database::{of_database, of_process};
use super::files::{of_source, of_target};
use crate::backend::BackendError;
use crate::cli::error::Exit;
use crate::cli::password::PasswordError;
use crate::crypto::CryptoError;
use crate::index::IndexError;
use crate::ops::OpsError;
use crate::repo::{RepoError, Subject};

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

fn of_repo(error: &RepoError, doing: Doing) -> Advice {
    match error {
        RepoError::NoRepository { .. } => {
            let hint = match doing {
                Doing::Backup => "the right path with -r, or backup --init to make a repository there",
                _ => "the right path with -r, or strongroom init to make a repository there",
            };
            advice(Exit::NoRepository, "nothing was read or written", hint)
        }
        RepoError::AlreadyThere { .. } => advice(
            Exit::Error,
            "the repository that is there is untouched",
            "strongroom backup, or another path with -r",
        ),
        RepoError::WrongPassword { .. } => {
            let means = "the data is untouched; without a password that fits nobody can read it";
            advice(
                Exit::WrongPassword,
                means,
                "the right password, or another slot's; see strongroom help key",
            )
        }
        RepoError::OtherRepository { .. } => advice(
            Exit::WrongPassword,
            "nothing was read or written",
            "the kit that was printed for this repository, or the path of the other one with -r",
        ),
        RepoError::NoKeySlot { .. } => {
            let means = "no password opens the repository as it is; the data itself is untouched";
            advice(
                Exit::WrongPassword,
                means,
                "put the files of keys/ back from a copy, or strongroom --recovery-kit FILE key add",
            )
        }
        RepoError::LastKeySlot { .. } => {
            let hint = "strongroom key add first, then key remove";
            advice(Exit::Error, "without a slot no password would open the repository; it stays", hint)
        }
        RepoError::KeySlotInUse { .. } => {
            let hint = "open it with another password, and so prove that one, or strongroom key change";
            advice(Exit::Error, "the slot stays", hint)
        }
        RepoError::KeySlotNotUnique { .. } => {
            advice(Exit::Error, "no slot was touched", "strongroom key list")
        }
        RepoError::Newer { .. } => {
            advice(Exit::Error, "nothing was read or written", "a newer version of strongroom")
        }
        RepoError::Damaged { subject, .. } | RepoError::Missing { subject } => of_damage(subject),
        RepoError::Encode(_) => {
            advice(Exit::Error, "", "run it again; if it stays so, it is a defect: report it")
        }
        RepoError::Verification => {
            let means = "this machine's memory or processor is bad, or the program has a defect; nothing wrong was stored";
            advice(Exit::Verification, means, "a memory test, and the backup from another machine")
        }
        RepoError::Cancelled => (Exit::Cancelled, None, "run it again whenever you like".into()),
        RepoError::Backend(error) => of_backend(error),
        RepoError::Index(error) => of_index(error),
        RepoError::Crypto(error) => of_crypto(error),
    }
}

fn of_damage(subject: &Subject) -> Advice {
    let means = match subject {
        Subject::Config => "the repository cannot be opened; the data itself may be whole",
        Subject::KeySlot(_) => {
            "the passwords of this slot do not open the repository; the data itself may be whole"
        }
        Subject::Snapshot(_) => "this snapshot cannot be used; others are not affected by that",
        Subject::Index(_) => "the index is not whole; it can be made again from the packs",
        Subject::Pack(_) | Subject::Chunk(_) | Subject::Object(_) => {
            "what needs it cannot be restored; everything else may be sound"
        }
    };
    let hint = match subject {
        Subject::Config | Subject::KeySlot(_) => "put the file back from a copy of the repository",
        _ => "strongroom check --read-data, which names every snapshot and file that it touches",
    };
    advice(Exit::Damage, means, hint)
}

fn of_backend(error: &BackendError) -> Advice {
    match error {
        BackendError::NoSpace { .. } => no_space(),
        BackendError::Unreachable { source, .. } if is_denied(source) => advice(
            Exit::Error,
            "",
            "run it as a user who may go there: look at owner and mode of the directory and of those above it",
        ),
        BackendError::Unreachable { .. } => advice(
            Exit::Unreachable,
            "",
            "look whether the disk is mounted or the network is there, then run it again",
        ),
        BackendError::Denied { .. } => advice(
            Exit::Error,
            "",
            "run it as the repository's owner, or look whether the disk became read-only",
        ),
        BackendError::NotAFile { .. } => {
            let means =
                "something foreign lies in the repository; what it stands in the way of cannot be used";
            advice(Exit::Damage, means, "look at it and move it away, then strongroom check")
        }
        BackendError::NotFound { .. } | BackendError::ShortRead { .. } | BackendError::TooLarge { .. } => {
            let means = "an object of the repository is not what it was; what needs it cannot be restored";
            advice(Exit::Damage, means, "strongroom check --read-data, which names what it touches")
        }
        BackendError::Io { .. } => {
            advice(Exit::Error, "", "look at the system's log for a failing disk, then strongroom check")
        }
        BackendError::Name(_) | BackendError::AlreadyExists { .. } => {
            advice(Exit::Error, "", "run it again; if it stays so, it is a defect: report it")
        }
    }
}

fn of_index(error: &IndexError) -> Advice {
    match error {
        IndexError::Cache { source, .. } if is_full(source) => no_space(),
        IndexError::Cache { .. } => {
            advice(Exit::Error, "", "another place with --cache-dir; the cache can be deleted at any time")
        }
        IndexError::Database(_) => advice(
            Exit::Error,
            "",
            "delete the cache directory, it is made anew; or wait until other runs have ended",
        ),
        IndexError::Format(_) => {
            advice(Exit::Damage, "an index object contradicts itself", "strongroom check")
        }
    }
}

fn of_crypto(error: &CryptoError) -> Advice {
    match error {
        CryptoError::NotAuthentic { .. } => {
            let means = "what was read is damaged, or is not of this repository";
            advice(Exit::Damage, means, "strongroom check --read-data, which names what it touches")
        }
        CryptoError::Cost { .. } => advice(
            Exit::WrongPassword,
            "a key slot asks for more than is safe or bearable, or for less",
            "another slot",
        ),
        CryptoError::NoRandomness(_) => {
            advice(Exit::Error, "", "look what is wrong with this machine's random numbers")
        }
        CryptoError::Derivation(_) => {
            advice(Exit::Error, "", "more free memory: opening a key slot takes 64 MiB")
        }
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

fn is_denied(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
}
