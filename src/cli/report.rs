//! Errors in three lines: what happened, what it means for the data, what to do; and the exit code of each.

use super::error::CliError;
use super::output::{json_text, say};
use crate::backend::BackendError;
use crate::index::IndexError;
use crate::ops::OpsError;
use crate::repo::{RepoError, Subject};
use crate::target::TargetError;

/// What is said of an error.
struct Said {
    code: u8,
    means: String,
    to_try: String,
}

fn said(code: u8, means: impl Into<String>, to_try: impl Into<String>) -> Said {
    Said { code, means: means.into(), to_try: to_try.into() }
}

/// Shows an error and tells its exit code.
pub fn show(error: &CliError, json: bool) -> u8 {
    let Said { code, means, to_try } = explain(error);
    // One line each, whatever the system's words contain.
    let text = error.to_string().replace(['\n', '\r'], " ");
    if json {
        let fields = serde_json::json!({"code": code, "error": text, "means": means, "try": to_try});
        say(json_text("error", fields));
    } else {
        say(format!("error: {text}\nmeans: {means}\ntry:   {to_try}"));
    }
    code
}

const UNTOUCHED: &str = "nothing was read or written";

fn explain(error: &CliError) -> Said {
    match error {
        CliError::Usage(_) => said(2, UNTOUCHED, "strongroom --help, or strongroom COMMAND --help"),
        CliError::Password(_) => {
            said(12, UNTOUCHED, "--password-file FILE, --password-command COMMAND or STRONGROOM_PASSWORD")
        }
        CliError::Output(_) => said(1, "the output is not whole", "see that standard output can be written"),
        CliError::Ops(error) => explain_ops(error),
    }
}

fn explain_ops(error: &OpsError) -> Said {
    match error {
        OpsError::Repo(error) => explain_repo(error),
        OpsError::Source(_) => said(1, "no snapshot was made", "see that the path exists and can be read"),
        OpsError::Process(_) => {
            said(18, "no snapshot was made", "run the command by itself and see what it says")
        }
        OpsError::Target(TargetError::NoSpace { .. }) => said(
            17,
            "what was restored so far is there, the rest is not",
            "free space and restore again with --overwrite if-changed",
        ),
        OpsError::Target(_) => said(
            1,
            "what was restored so far is there, the rest is not",
            "see that the target can be written",
        ),
        OpsError::Chunker(_) => {
            said(20, UNTOUCHED, "the repository's parameters are of another program: use that one")
        }
        OpsError::Path(_) => said(2, UNTOUCHED, "give a name without .. and without empty parts"),
        OpsError::NoSnapshot { .. } | OpsError::Ambiguous { .. } => {
            said(1, UNTOUCHED, "strongroom snapshots")
        }
        OpsError::NoEntry { .. } => said(1, UNTOUCHED, "strongroom ls SNAP, or strongroom find NAME"),
        OpsError::Request(_) => said(2, UNTOUCHED, "strongroom COMMAND --help"),
        OpsError::Output { .. } => said(1, "the output is not whole", "see that it can be written"),
    }
}

fn explain_repo(error: &RepoError) -> Said {
    match error {
        RepoError::NoRepository { .. } => {
            said(10, UNTOUCHED, "strongroom init, or backup --init; or mend --repo")
        }
        RepoError::AlreadyThere { .. } => {
            said(1, "it is as it was", "use it without init, or give another place")
        }
        RepoError::WrongPassword { .. } => {
            said(12, "the repository is as it was", "the right password, or one of another key slot")
        }
        RepoError::NoKeySlot { .. } => {
            said(12, "the data may be whole; nothing here opens it", "a copy of keys/, or the recovery kit")
        }
        RepoError::LastKeySlot { .. } => said(1, "it is still there", "strongroom key add first"),
        RepoError::KeySlotNotUnique { .. } => said(1, "no slot was changed", "strongroom key list"),
        RepoError::Newer { .. } => said(1, UNTOUCHED, "a newer strongroom"),
        RepoError::Damaged { subject: Subject::Config, .. } => said(
            13,
            "nothing can be opened until it is back; packs and snapshots are not touched",
            "put a copy of the file config back",
        ),
        RepoError::Damaged { .. } | RepoError::Missing { .. } => said(
            13,
            "what needs it cannot be restored; everything else is sound",
            "strongroom check --read-data names the snapshots and files",
        ),
        RepoError::Encode(_) => {
            said(1, "no snapshot was made; what was stored is used by the next run", "the same command again")
        }
        RepoError::Verification => said(
            1,
            "no snapshot was made; memory or processor gave wrong bytes",
            "a memory test of this machine, then the same again",
        ),
        RepoError::Cancelled => said(
            130,
            "no snapshot was made; what was stored is used by the next run",
            "the same command again",
        ),
        RepoError::Backend(error) => explain_backend(error),
        RepoError::Index(IndexError::Cache { source, .. })
            if source.kind() == std::io::ErrorKind::StorageFull =>
        {
            said(17, "the repository is as it was", "free space for the cache, or --cache-dir DIR")
        }
        RepoError::Index(_) => said(
            1,
            "the repository is as it was; the index can be made anew",
            "remove the cache directory, or use --cache-dir DIR",
        ),
        RepoError::Crypto(_) => said(1, UNTOUCHED, "see that the system gives memory and random bytes"),
    }
}

fn explain_backend(error: &BackendError) -> Said {
    const RESUMES: &str =
        "no snapshot was made; older ones are whole, and what was stored is used by the next run";
    match error {
        BackendError::NoSpace { .. } => {
            said(17, RESUMES, "free space where the repository is, then the same again")
        }
        BackendError::Unreachable { .. } => {
            said(16, RESUMES, "see that the storage is there, then the same again")
        }
        BackendError::Denied { .. } => said(1, RESUMES, "see who may read and write the repository"),
        BackendError::ShortRead { .. } | BackendError::TooLarge { .. } => {
            said(13, "an object is not what was written", "strongroom check --read-data")
        }
        _ => said(1, RESUMES, "see what the system's log says of this disk, then the same again"),
    }
}
