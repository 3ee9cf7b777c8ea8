//! Floor 8: the command line. Arguments in, words out; the only place that prints, reads the environment and ends the process.

mod args;
mod commands;
mod error;
mod observer;
mod output;
mod password;
mod report;
mod session;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use error::CliError;
use session::Session;

/// Runs one command and tells its exit code.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    session::prepare_process();
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; a broken pipe while printing them is none either.
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let session = match Session::new(&arguments.global) {
        Ok(session) => session,
        Err(error) => return ExitCode::from(report::show(&error, arguments.global.json)),
    };
    let outcome = commands::run(arguments.command, &session);
    session.observer.end();
    match outcome {
        Ok(code) if code == 0 && session.observer.warnings() > 0 => ExitCode::from(3),
        Ok(code) => ExitCode::from(code),
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(report::show(&error, session.json)),
    }
}
