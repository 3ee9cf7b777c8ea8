//! Floor 8: the command line. Arguments in, words out; the only place that prints, reads the environment and ends the process.

mod args;
mod commands;
mod database;
mod error;
mod location;
mod memory;
mod observer;
mod output;
mod password;
mod report;
mod session;
mod signals;
mod state;
mod temporary;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use args::Arguments;
use error::{CliError, Exit};
use report::Report;
use session::Session;

/// Runs one command and tells its exit code.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = arguments.collect();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            let is_json = words.iter().any(|word| word == "--json");
            return match help_instead(&error, &words).filter(|_| !is_json) {
                Some(help) => {
                    output::say(help.to_string().trim_end());
                    ExitCode::from(Exit::Usage.number())
                }
                None => ExitCode::from(report::show(&Report::of_usage(&error), is_json)),
            };
        }
        Err(help) => {
            // Help and version are no errors; a broken pipe while printing them is none either.
            drop(help.print());
            return ExitCode::SUCCESS;
        }
    };
    session::raise_open_files();
    output::choose_colors(arguments.global.color);
    let session = Session::new(&arguments.global, arguments.command.is_data(), signals::listen());
    let outcome = commands::run(arguments.command, &session);
    session.observer.end();
    match outcome {
        Ok(code) if code == 0 && session.observer.warnings() > 0 => ExitCode::from(3),
        Ok(code) => ExitCode::from(code),
        // Whoever read standard output has read enough.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(if session.observer.warnings() > 0 { 3 } else { 0 })
        }
        Err(error) => ExitCode::from(report::show(&Report::of(&error, session.doing()), session.json)),
    }
}

/// The help, where nothing was asked for; it is on standard error, and the exit code is that of wrong arguments.
fn help_instead(error: &clap::Error, words: &[OsString]) -> Option<StyledStr> {
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Some(error.render()),
        // A repository in the environment counts as an argument, and so the parser asks for a command only.
        ErrorKind::MissingSubcommand => {
            let mut all = Arguments::command();
            all.build();
            match words {
                [_] => Some(all.render_help()),
                [.., last] => Some(all.find_subcommand_mut(last)?.render_help()),
                [] => None,
            }
        }
        _ => None,
    }
}
