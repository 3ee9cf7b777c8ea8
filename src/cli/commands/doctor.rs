//! `doctor`: is everything as it should be, as far as can be seen without reading the data? It changes nothing.

mod machine;
mod repository;

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::output::{json, line, word};
use crate::cli::report::Report;
use crate::cli::session::Session;

const EXAMPLES: &str = "Examples:
  strongroom doctor                         this machine and the cache
  strongroom -r /backup/shop doctor         the repository too";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DoctorArgs {}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    state: State,
    message: String,
}

impl Finding {
    fn new(name: &'static str, state: State, message: impl Into<String>) -> Self {
        Self { name, state, message: message.into() }
    }
}

#[derive(Serialize)]
struct Summary {
    ok: usize,
    warn: usize,
    fail: usize,
}

/// Looks at everything; 1 if something is wrong, 3 if something is odd, and the error's own code if the repository does not open.
pub fn run(_: &DoctorArgs, session: &Session) -> Result<u8, CliError> {
    let mut findings = vec![machine::version(), machine::open_files(), machine::cache(session)];
    let mut code = None;
    if session.global.repo.is_some() {
        if let Err(error) = repository::look(session, &mut findings) {
            let report = Report::of(&error, session.doing());
            findings.push(Finding::new(
                "repository",
                State::Fail,
                format!("{}; {}", report.error, report.hint),
            ));
            code = Some(report.code);
        }
    } else {
        findings.push(Finding::new("repository", State::Ok, "none is given, none was looked at"));
    }
    show(&findings, session)?;
    let worst = findings.iter().map(|finding| finding.state).max().unwrap_or(State::Ok);
    Ok(code.unwrap_or(match worst {
        State::Ok => 0,
        State::Warn => 3,
        State::Fail => 1,
    }))
}

fn show(findings: &[Finding], session: &Session) -> Result<(), CliError> {
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let summary = Summary { ok: count(State::Ok), warn: count(State::Warn), fail: count(State::Fail) };
    if session.json {
        findings.iter().try_for_each(|finding| json("finding", finding))?;
        return json("summary", summary);
    }
    for Finding { name, state, message } in findings {
        let state = match state {
            State::Ok if session.global.quiet => continue,
            State::Ok => word("32", "ok  "),
            State::Warn => word("33;1", "warn"),
            State::Fail => word("31;1", "fail"),
        };
        line(format!("{state}  {name:<12} {message}"))?;
    }
    Ok(())
}
