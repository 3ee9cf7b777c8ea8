//! `doctor`: one line for everything that a backup depends on.

use std::path::Path;

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::output::{json, line};
use crate::cli::session::Session;
use crate::repo::Repository;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:\n  strongroom -r /backup/shop doctor")]
pub struct DoctorArgs {}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

struct Findings<'s> {
    session: &'s Session,
    worst: u8,
}

impl Findings<'_> {
    fn say(&mut self, verdict: Verdict, what: &str, text: impl std::fmt::Display) -> Result<(), CliError> {
        let (word, code) = match verdict {
            Verdict::Ok => ("ok", 0),
            Verdict::Warn => ("warn", 3),
            Verdict::Fail => ("fail", 1),
        };
        if self.worst != 1 {
            self.worst = self.worst.max(code).min(3);
        }
        if verdict == Verdict::Fail {
            self.worst = 1;
        }
        if self.session.json {
            return json(
                "finding",
                serde_json::json!({"verdict": word, "what": what, "text": text.to_string()}),
            );
        }
        line(format!("{word:<5} {what:<12} {text}"))
    }
}

pub fn run(_: &DoctorArgs, session: &Session) -> Result<u8, CliError> {
    let mut findings = Findings { session, worst: 0 };
    findings.say(Verdict::Ok, "program", concat!("strongroom ", env!("CARGO_PKG_VERSION"), ", format 1"))?;
    let started = std::time::Instant::now();
    let repo = session.repository()?;
    let seconds = started.elapsed().as_secs_f64();
    findings.say(Verdict::Ok, "repository", format!("{} opens in {seconds:.2} s", repo.id().short()))?;
    let path = session.repository_path()?;
    space(&mut findings, "space", &path)?;
    let cache = session.cache()?;
    space(&mut findings, "cache", &cache)?;
    objects(&mut findings, &repo, session)?;
    clock(&mut findings, &repo, session)?;
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match files {
        Some(files) if files < 4096 => {
            findings.say(
                Verdict::Warn,
                "open files",
                format!("{files} at once: raise the limit to 4,096 or more"),
            )?;
        }
        _ => findings.say(
            Verdict::Ok,
            "open files",
            files.map_or("no limit".into(), |files| files.to_string()),
        )?,
    }
    Ok(findings.worst)
}

/// Whether a directory can be written and how much room its disk has.
fn space(findings: &mut Findings<'_>, what: &str, path: &Path) -> Result<(), CliError> {
    let is_writable = rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    let Ok(disk) = rustix::fs::statvfs(path) else {
        return findings.say(Verdict::Fail, what, format!("{} cannot be looked at", path.display()));
    };
    let free = crate::base::units::bytes(disk.f_bavail.saturating_mul(disk.f_frsize));
    match (is_writable, disk.f_bavail * 20 < disk.f_blocks) {
        (false, _) => findings.say(Verdict::Fail, what, format!("{} cannot be written", path.display())),
        (true, true) => {
            findings.say(Verdict::Warn, what, format!("{free} free at {}: under a twentieth", path.display()))
        }
        (true, false) => findings.say(Verdict::Ok, what, format!("{free} free at {}", path.display())),
    }
}

fn objects(findings: &mut Findings<'_>, repo: &Repository, session: &Session) -> Result<(), CliError> {
    let snapshots = repo.snapshots()?;
    for (_, error) in &snapshots.unreadable {
        findings.say(Verdict::Fail, "snapshots", error)?;
    }
    let complete =
        snapshots.whole.iter().filter(|(_, manifest)| manifest.status == crate::format::Status::Complete);
    let verdict = if snapshots.whole.is_empty() { Verdict::Warn } else { Verdict::Ok };
    findings.say(
        verdict,
        "snapshots",
        format!("{}, {} complete", snapshots.whole.len(), complete.count()),
    )?;
    let state = session.index(repo)?;
    for error in state.damaged.iter().chain(&state.packs_unreadable) {
        findings.say(Verdict::Fail, "objects", error)?;
    }
    for id in &state.packs_missing {
        findings.say(Verdict::Fail, "objects", format!("pack {} is missing", id.short()))?;
    }
    for slot in repo.key_slots()?.iter().filter(|slot| slot.cost.is_none()) {
        findings.say(Verdict::Fail, "keys", format!("key slot {} is damaged", slot.id.short()))?;
    }
    let chunks = state.index.chunk_count().map_err(crate::repo::RepoError::from)?;
    findings.say(Verdict::Ok, "index", format!("in step, {} chunks", crate::base::units::count(chunks)))
}

/// A clock that is behind the newest snapshot is wrong now, or was when that was made.
fn clock(findings: &mut Findings<'_>, repo: &Repository, session: &Session) -> Result<(), CliError> {
    let now = session.now();
    let newest = repo.snapshots()?.whole.into_iter().map(|(_, manifest)| manifest.ended).max();
    match newest {
        Some(newest) if newest.seconds > now.seconds + 60 => {
            findings.say(Verdict::Warn, "clock", format!("it is {now}, and a snapshot ended {newest}"))
        }
        _ => findings.say(Verdict::Ok, "clock", now),
    }
}
