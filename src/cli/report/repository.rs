//! Exit code, meaning and advice for errors of a repository, its store and its index.

use super::Doing;
use super::advice::{Advice, advice, is_denied, is_full, no_space};
use crate::backend::BackendError;
use crate::cli::error::Exit;
use crate::crypto::CryptoError;
use crate::index::IndexError;
use crate::repo::{RepoError, Subject};

pub fn of_repo(error: &RepoError, doing: Doing) -> Advice {
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
