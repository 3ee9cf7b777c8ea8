//! Every error in three lines: what happened, what it means for the data, what to do. And its exit code.
//!
//! The first line is the error's own text. The other two are made here and nowhere else.

mod advice;
mod database;
mod files;

use serde::Serialize;

use self::advice::{advice, is_full, no_space, of_ops, of_output, of_password};
use super::error::{CliError, Exit};
use super::output::{json_text, label, say};
use crate::base::escape;

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
    /// Changing key slots.
    Keys,
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
        let Report { error, means, hint, .. } = report;
        say(format!("{} {error}\nmeans: {means}\ntry:   {hint}", label("error:")));
    }
    report.code
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
            CliError::Output(source) => of_output(source),
        };
        let means = means.unwrap_or_else(|| doing.consequence().to_string());
        let [error, means, hint] = [&error.to_string(), &means, &hint].map(|text| one_line(text));
        Self { code: exit.number(), error, means, hint }
    }

    /// What to say of arguments that cannot be understood.
    pub fn of_usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let paragraph = text.split("\n\n").next().unwrap_or(&text);
        let what = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
        let tip = text.lines().find_map(|line| line.trim_start().strip_prefix("tip: "));
        let hint =
            tip.map_or_else(|| "strongroom --help, or strongroom COMMAND --help".to_string(), str::to_string);
        let [error, hint] = [what, &hint].map(one_line);
        Self { code: Exit::Usage.number(), error, means: "nothing was read or written".into(), hint }
    }
}

/// Text without line ends and without anything that plays tricks on a terminal.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    // What is escaped already has its backslashes, and keeps them.
    escape(words.join(" ").as_bytes()).replace("\\\\", "\\")
}

#[cfg(test)]
mod tests;
