//! Every error in three lines: what happened, what it means for the data, what to do. And its exit code.
//!
//! The first line is the error's own text. The other two are made here and nowhere else.

mod advice;
mod database;
mod files;
mod repository;

use clap::error::ErrorKind;
use serde::Serialize;

use self::advice::{Advice, advice, is_full, no_space, of_ops, of_output, of_password};
use super::error::{CliError, Exit};
use super::output::{json_text, label, say};
use crate::base::{TreePath, escape, units};

/// What a run was doing when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Making a repository.
    Init,
    /// Making a snapshot.
    Backup,
    /// Writing files out of a snapshot.
    Restore,
    /// Loading a dump into a server.
    Load,
    /// Making whole what is damaged.
    Repair,
    /// Changing key slots.
    Keys,
    /// Dropping snapshots.
    Forget,
    /// Deleting what nothing needs.
    Prune,
    /// Writing files that are not of a repository of the user.
    Files,
    /// Only reading.
    Reading,
}

impl Doing {
    /// What an early end means.
    const fn consequence(self) -> &'static str {
        match self {
            Self::Init => "no repository was made",
            Self::Backup => {
                "no snapshot was made; earlier ones are untouched, and what was stored already is used by the next run"
            }
            Self::Restore => {
                "the repository is untouched; what was written to the target so far stays and is not all"
            }
            Self::Load => "the database is as it was, and so is the repository",
            Self::Forget => "no data was deleted: only prune does that",
            Self::Prune => "every snapshot is whole; what is not deleted yet is deleted by the next run",
            Self::Repair => {
                "nothing is lost that was there; what was done until then stays, and the same command goes on"
            }
            Self::Keys => "the data is untouched, and so are the other key slots",
            Self::Files => {
                "what was written so far stays and may not be all; no repository of yours was touched"
            }
            Self::Reading => "nothing was changed",
        }
    }
}

/// An error as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The process's exit code.
    pub code: u8,
    /// What happened, with the name.
    pub error: String,
    /// What it means for the data.
    pub means: String,
    /// What to do.
    #[serde(rename = "try")]
    pub hint: String,
}

/// Shows an error and tells its exit code.
pub fn show(report: &Report, json: bool) -> u8 {
    if json {
        say(json_text("error", report));
    } else {
        say_lines(&report.error, &report.means, &report.hint);
    }
    report.code
}

/// Says what happened, what it means for the data, and what to do.
pub fn say_lines(error: &str, means: &str, hint: &str) {
    say(format!("{} {error}\nmeans: {means}\ntry:   {hint}", label("error:")));
}

/// Shows, if there is anything to show, that parts of a snapshot's tree could not be read, and tells the exit code.
pub fn tree_damage(damaged: &[TreePath], means: &str, json: bool) -> u8 {
    if damaged.is_empty() {
        return 0;
    }
    let parts = units::counted(damaged.len() as u64, "part", "parts");
    let error = format!("{parts} of the snapshot's tree could not be read: the repository is damaged");
    let hint = "an older snapshot, and strongroom check --read-data".to_string();
    show(&Report { code: Exit::Damage.number(), error, means: means.into(), hint }, json)
}

impl Report {
    /// What to say of an error.
    pub fn of(error: &CliError, doing: Doing) -> Self {
        let (exit, means, hint) = match error {
            CliError::Ops(error) => of_ops(error, doing),
            CliError::Usage(_) => advice(
                Exit::Usage,
                "nothing was read or written",
                "strongroom --help, or strongroom COMMAND --help",
            ),
            CliError::Password(error) => of_password(error),
            CliError::File { source, .. } if is_full(source) => no_space(),
            CliError::File { .. } => advice(Exit::Error, "", "look at the path and at who may use it"),
            CliError::WentBack(_) => went_back(doing),
            CliError::State(_) => {
                advice(Exit::Error, "the repository is untouched", "another place with --state-dir")
            }
            CliError::Output(source) => of_output(source),
        };
        let means = means.unwrap_or_else(|| doing.consequence().to_string());
        let [error, means, hint] = [&error.to_string(), &means, &hint].map(|text| one_line(text));
        Self { code: exit.number(), error, means, hint }
    }

    /// What to say of arguments that cannot be understood.
    pub fn of_usage(error: &clap::Error) -> Self {
        let text = match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
                "no command given".into()
            }
            _ => error.render().to_string(),
        };
        let paragraph = text.split("\n\n").next().unwrap_or(&text);
        let what = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
        let tip = text.lines().find_map(|line| line.trim_start().strip_prefix("tip: "));
        let hint =
            tip.map_or_else(|| "strongroom --help, or strongroom COMMAND --help".to_string(), str::to_string);
        let [error, hint] = [what, &hint].map(one_line);
        Self { code: Exit::Usage.number(), error, means: "nothing was read or written".into(), hint }
    }
}

/// What it means that the repository is older than what was seen of it.
fn went_back(doing: Doing) -> Advice {
    let means = match doing {
        Doing::Backup => {
            "this night is saved all the same, with a number above all that were seen; snapshots of nights before are gone"
        }
        Doing::Forget => {
            "nothing was forgotten; somebody removed snapshots, or an old copy of the repository was put back"
        }
        Doing::Prune => {
            "nothing was deleted; somebody removed snapshots, or an old copy of the repository was put back"
        }
        _ => {
            "somebody removed snapshots, or an old copy of the repository was put back; what is there may be whole all the same"
        }
    };
    let hint = "put the right repository back; if it is to stay as it is: strongroom check --accept-rollback";
    advice(Exit::WentBack, means, hint)
}

/// Text without line ends and without anything that plays tricks on a terminal.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    // What is escaped already has its backslashes, and keeps them.
    escape(words.join(" ").as_bytes()).replace("\\\\", "\\")
}

#[cfg(test)]
mod tests;
