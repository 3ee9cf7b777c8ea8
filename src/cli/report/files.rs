//! Exit code, meaning and advice for errors of files: those that are saved and those that are restored.

use super::advice::{Advice, advice, is_full, no_space};
use crate::cli::error::Exit;
use crate::source::SourceError;
use crate::target::TargetError;

pub fn of_source(error: &SourceError) -> Advice {
    match error {
        SourceError::Pattern { .. } => {
            advice(Exit::Usage, "", "a pattern in gitignore syntax, such as '*.log' or /srv/tmp/")
        }
        SourceError::NotFound { .. } => {
            advice(Exit::Error, "", "look for a typing error in the path, or a missing mount")
        }
        SourceError::Unreadable { .. }
        | SourceError::Vanished { .. }
        | SourceError::Changed { .. }
        | SourceError::TooDeep { .. }
        | SourceError::TooLong { .. } => advice(Exit::Error, "", "look at the path and at who may read it"),
    }
}

pub fn of_target(error: &TargetError) -> Advice {
    match error {
        TargetError::NoSpace { .. } => no_space(),
        TargetError::Root { source, .. } if is_full(source) => no_space(),
        TargetError::Root { .. } => advice(Exit::Error, "", "another directory with --target"),
        TargetError::InTheWay { .. } => {
            advice(Exit::Error, "", "an empty directory with --target, or --overwrite always")
        }
        TargetError::Denied { .. } => {
            advice(Exit::Error, "", "a directory that you may write to, or run it as root")
        }
        TargetError::Escapes { .. } | TargetError::DeviceRefused { .. } | TargetError::Malformed { .. } => {
            advice(Exit::Error, "", "an empty directory with --target")
        }
        TargetError::Io { .. } => advice(Exit::Error, "", "look at the system's log for a failing disk"),
    }
}
