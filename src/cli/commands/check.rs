//! `check`: what is whole, what is not, and what was not looked at.

use clap::Args;
use serde::Serialize;

use crate::base::{Observer, Warning, units};
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{json, line, say};
use crate::cli::report::{Report, say_lines, show};
use crate::cli::session::Session;
use crate::cli::state;
use crate::ops::check::{self, CheckReport, Freshness, Verified};
use crate::ops::rollback::WentBack;
use crate::repo::Repository;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop check
  strongroom -r /backup/shop check --read-data
  strongroom -r /backup/shop check --read-data-subset 5%";

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct CheckArgs {
    /// Read every byte of every pack and prove it
    #[arg(long, conflicts_with = "read_data_subset")]
    read_data: bool,
    /// Read a part of the packs, at least this much: those that were read longest ago
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    read_data_subset: Option<f64>,
    /// The repository went back in time and is to stay so: say what is gone, and take what is there for all there ever was
    #[arg(long)]
    accept_rollback: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%').unwrap_or(text).parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent / 100.0),
        _ => Err("a percentage from 0% to 100%".into()),
    }
}

pub fn run(args: &CheckArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    session.keep_from_prune(&repo);
    let went_back = session.look_back(&repo)?.went_back;
    let now = session.now();
    let share = if args.read_data { 1.0 } else { args.read_data_subset.unwrap_or(0.0) };
    let mut verified = state::verified(session, &repo);
    let report = session
        .with_cache(|cache| Ok(check::run_next(&repo, cache, share, &verified, now, &session.observer)?))?;
    verified.note(&report.packs_whole, &report.packs_damaged, &report.all_packs, now);
    if report.packs_read > 0 {
        keep(session, &repo, &verified, args);
    }
    let freshness = verified.freshness(&report.all_packs, now);
    if session.json {
        say_json(&report, freshness)?
    } else {
        say_text(&report, freshness, session)?
    }
    let code = went_back.map_or(Ok(0), |back| tell(back, args.accept_rollback, &repo, session))?;
    Ok(if report.errors.is_empty() { code } else { Exit::Damage.number() })
}

/// Says what is gone, which `accept` makes all right from now on.
fn tell(back: WentBack, accept: bool, repo: &Repository, session: &Session) -> Result<u8, CliError> {
    let gone = back.snapshots.iter().map(|(id, sequence)| ("snapshot", id.to_string(), Some(*sequence)));
    let records = back.forgettings.iter().map(|id| ("forgetting record", id.to_string(), None));
    for (kind, id, sequence) in gone.chain(records) {
        if session.json {
            json("gone", serde_json::json!({"kind": kind, "id": id, "sequence": sequence}))?;
        } else {
            let number = sequence.map(|sequence| format!(", number {sequence}")).unwrap_or_default();
            say(format!("gone: {kind} {id}{number}"));
        }
    }
    if !accept {
        return Ok(show(&Report::of(&CliError::WentBack(back), session.doing()), session.json));
    }
    session.accept(repo, &repo.snapshots()?)?;
    if !session.json && !session.global.quiet {
        line(format!("accepted   {back}"))?;
    }
    Ok(0)
}

/// Keeps what is verified now. Where that cannot be, only a check of parts needs it.
fn keep(session: &Session, repo: &Repository, verified: &Verified, args: &CheckArgs) {
    let Err(error) = state::keep_verified(session, repo, verified) else { return };
    if args.read_data_subset.is_some() {
        let message = format!("{error}: the next check of a part cannot tell what was read already");
        session.observer.warning(Warning { subject: "state".into(), message });
    }
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    snapshots: usize,
    packs: usize,
    packs_read: usize,
    bytes: u64,
    bytes_read: u64,
    coverage: f64,
    /// Packs that were never verified from here.
    never_verified: usize,
    /// Seconds since the pack was verified that was so longest ago; null if one never was.
    oldest_seconds: Option<u64>,
    verified_30_days: f64,
}

fn say_json(report: &CheckReport, freshness: Freshness) -> Result<(), CliError> {
    for error in &report.errors {
        json("damage", serde_json::json!({"message": error}))?;
    }
    for loss in &report.losses {
        let files: Vec<_> = loss.files.iter().map(|path| format!("/{path}")).collect();
        let parts: Vec<_> = loss.trees_damaged.iter().map(|path| format!("/{path}")).collect();
        let tables = loss.tables.iter();
        let tables: Vec<_> = tables
            .map(|table| serde_json::json!({"dump": format!("/{}", table.dump), "name": table.name}))
            .collect();
        let snapshot = loss.snapshot.to_string();
        json(
            "loss",
            serde_json::json!({"snapshot": snapshot, "files": files, "tables": tables, "tree": loss.is_tree_damaged, "tree_from": parts}),
        )?;
    }
    let CheckReport { snapshots, packs, packs_read, bytes, bytes_read, .. } = *report;
    let (errors, coverage) = (report.errors.len(), report.coverage());
    let Freshness { oldest_seconds, never: never_verified, share_of_30_days: verified_30_days } = freshness;
    json(
        "summary",
        Summary {
            errors,
            snapshots,
            packs,
            packs_read,
            bytes,
            bytes_read,
            coverage,
            never_verified,
            oldest_seconds,
            verified_30_days,
        },
    )
}

/// How much was verified lately, in words.
fn fresh(freshness: Freshness) -> String {
    let oldest = match freshness.oldest_seconds {
        Some(seconds) => format!("the oldest {} ago", ago(seconds)),
        None => format!("{} never", units::counted(freshness.never as u64, "pack", "packs")),
    };
    format!("{:.1} % in the last 30 days from this machine, {oldest}", freshness.share_of_30_days * 100.0)
}

fn ago(seconds: u64) -> String {
    match seconds / 86_400 {
        0 => "less than a day".into(),
        days => units::counted(days, "day", "days"),
    }
}

fn say_text(report: &CheckReport, freshness: Freshness, session: &Session) -> Result<(), CliError> {
    for error in &report.errors {
        say(format!("damage: {error}"));
    }
    for loss in &report.losses {
        let id = loss.snapshot.short();
        if loss.is_tree_damaged {
            say(format!(
                "snapshot {id}: part of its list of files cannot be read; more may be lost than is named"
            ));
        }
        for path in loss.trees_damaged.iter().take(100) {
            say(format!("snapshot {id} loses what its tree has from /{path} on"));
        }
        for path in loss.files.iter().take(100) {
            say(format!("snapshot {id} loses /{path}"));
        }
        for table in loss.tables.iter().take(100) {
            say(format!("snapshot {id} loses rows of table {} in /{}", table.name, table.dump));
        }
        if loss.files.len() > 100 {
            let more = units::counted(loss.files.len() as u64 - 100, "more file", "more files");
            say(format!("snapshot {id} loses {more}"));
        }
    }
    for note in &report.notes {
        say(format!("note: {note}"));
    }
    if !session.global.quiet {
        let percent = report.coverage() * 100.0;
        line(format!("snapshots  {} looked at, every file's chunks are looked up", report.snapshots))?;
        line(format!(
            "packs      {} of {} read and proven: {} of {}, {percent:.1} %",
            report.packs_read,
            report.packs,
            units::bytes(report.bytes_read),
            units::bytes(report.bytes)
        ))?;
        if report.packs_read < report.packs {
            let what = if report.packs_read == 0 { "no pack was" } else { "the other packs were not" };
            line(format!("not read   {what} read: only --read-data proves every byte"))?;
        }
        line(format!("verified   {}", fresh(freshness)))?;
        if report.errors.is_empty() {
            line("result     no damage found")?;
        }
    }
    if !report.errors.is_empty() {
        let damage = units::counted(report.errors.len() as u64, "piece", "pieces");
        let snapshots = units::counted(report.losses.len() as u64, "snapshot loses", "snapshots lose");
        say_lines(
            &format!("{damage} of damage in the repository, named above"),
            &format!("{snapshots} something, named above; everything else is sound"),
            "strongroom repair packs: heals from parity, or from a copy with --from, and sees to it that the next backup stores anew what the source still has",
        );
    }
    Ok(())
}
