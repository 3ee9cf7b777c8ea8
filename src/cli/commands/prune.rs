//! `prune`: what nothing needs goes.

use clap::Args;
use serde::Serialize;

use crate::base::units;
use crate::cli::error::CliError;
use crate::cli::output::{json, line, say};
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::codec::Compression;
use crate::ops::prune::{self, Allowance, Count, PruneOptions, PruneReport};

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop prune --dry-run
  strongroom -r /backup/shop prune
  strongroom -r /backup/shop prune --max-unused 0       nothing that is not needed is left";

/// Arguments of `prune`.
#[derive(Debug, Clone, Args)]
#[command(before_help = EXAMPLES)]
pub struct PruneArgs {
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    #[command(flatten)]
    how: PruneHow,
}

/// How a prune works; `forget --prune` takes it too.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "How to prune")]
pub struct PruneHow {
    /// How much that nothing needs may stay: a size (50MB) or a part of what is stored (5%). Less takes longer, since packs are written anew
    #[arg(long, value_name = "SIZE|PERCENT", default_value = "5%", value_parser = allowance)]
    max_unused: Allowance,
    /// How long something is marked before it is deleted, besides the time that runs need which are at work: 0, 90s, 30m, 24h, 7d
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = seconds)]
    grace: u64,
}

/// `50MB`, `5%`, `0`.
fn allowance(text: &str) -> Result<Allowance, String> {
    let wrong = || "a size like 50MB, or a percentage like 5%".to_string();
    if let Some(percent) = text.strip_suffix('%') {
        return match percent.trim().parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Allowance::Share(percent / 100.0)),
            _ => Err(wrong()),
        };
    }
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..).unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "T" | "TB" => 1_000_000_000_000,
        "KIB" => 1 << 10,
        "MIB" => 1 << 20,
        "GIB" => 1 << 30,
        "TIB" => 1 << 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| wrong())?;
    number.checked_mul(unit).map(Allowance::Bytes).ok_or_else(wrong)
}

/// `0`, `90s`, `30m`, `24h`, `7d`, `2w`.
fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "a duration like 90s, 30m, 24h, 7d".to_string();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "" if digits == "0" => 1,
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(wrong()),
    };
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
}

pub fn run(args: &PruneArgs, session: &Session) -> Result<u8, CliError> {
    with(&args.how, args.dry_run, session)
}

/// Prunes, and says what that did.
pub fn with(how: &PruneHow, dry_run: bool, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Prune);
    let repo = session.repository()?;
    session.look_back(&repo)?.or_end()?;
    let options = PruneOptions {
        max_unused: how.max_unused,
        grace_seconds: how.grace,
        compression: Compression::default(),
        dry_run,
        host: session.host(),
        now: session.now(),
    };
    let report = prune::run(&repo, &session.cache()?, &options, &session.observer)?;
    if session.json {
        json("summary", Summary::of(&report, dry_run))?;
    } else if !session.global.quiet {
        say_text(&report, &options)?;
    }
    Ok(if report.chunks_lost > 0 { 13 } else { 0 })
}

#[derive(Serialize)]
struct Summary {
    dry_run: bool,
    snapshots: u64,
    packs: u64,
    bytes: u64,
    packs_unneeded: u64,
    bytes_unneeded: u64,
    packs_rewritten: u64,
    bytes_rewritten: u64,
    bytes_written: u64,
    packs_deleted: u64,
    bytes_deleted: u64,
    packs_waiting: u64,
    bytes_waiting: u64,
    runs_waited_for: u64,
    bytes_unused: u64,
    chunks_lost: u64,
    short_of_room: bool,
}

impl Summary {
    const fn of(report: &PruneReport, dry_run: bool) -> Self {
        Self {
            dry_run,
            snapshots: report.snapshots,
            packs: report.before.packs,
            bytes: report.before.bytes,
            packs_unneeded: report.unneeded.packs,
            bytes_unneeded: report.unused_before,
            packs_rewritten: report.rewritten.packs,
            bytes_rewritten: report.rewritten.bytes,
            bytes_written: report.written.bytes,
            packs_deleted: report.deleted.packs,
            bytes_deleted: report.deleted.bytes,
            packs_waiting: report.waiting.packs,
            bytes_waiting: report.waiting.bytes,
            runs_waited_for: report.leases,
            bytes_unused: report.unused_left,
            chunks_lost: report.chunks_lost,
            short_of_room: report.short_of_room,
        }
    }
}

fn counted(count: Count) -> String {
    format!("{}, {}", units::counted(count.packs, "pack", "packs"), units::bytes(count.bytes))
}

fn say_text(report: &PruneReport, options: &PruneOptions) -> Result<(), CliError> {
    let rest = report.before.bytes.saturating_sub(report.unneeded.bytes + report.rewritten.bytes);
    line(format!("snapshots  {} looked at", report.snapshots))?;
    let unneeded = units::bytes(report.unused_before);
    line(format!("before     {}; {unneeded} of that is not needed", counted(report.before)))?;
    line(format!("unneeded   {} as a whole", counted(report.unneeded)))?;
    line(format!("rewritten  {}, for what is needed of them", counted(report.rewritten)))?;
    if options.dry_run {
        let unused = units::bytes(report.unused_left);
        line(format!("would stay {} and what is written anew, {unused} of it unused", units::bytes(rest)))?;
        return Ok(());
    }
    line(format!("written    {}", counted(report.written)))?;
    line(format!("deleted    {}", counted(report.deleted)))?;
    if report.waiting.packs > 0 {
        let whom = match report.leases {
            0 => "the grace period is over".to_string(),
            1 => "the backup or restore that is at work has ended".to_string(),
            runs => format!("the {runs} backups and restores that are at work have ended"),
        };
        line(format!("waiting    {}: deleted by the first prune after {whom}", counted(report.waiting)))?;
    }
    line(format!("unused     {} left ({} allowed)", units::bytes(report.unused_left), options.max_unused))?;
    if report.short_of_room {
        say(
            "warning: the disk is too full to write packs anew; those that are partly needed stay as they are until a later prune",
        );
    }
    if report.chunks_lost > 0 {
        say(format!(
            "damage: {} chunks that snapshots need are in no pack; strongroom check names them",
            report.chunks_lost
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_a_size_or_a_share() {
        assert_eq!(allowance("0"), Ok(Allowance::Bytes(0)));
        assert_eq!(allowance("50MB"), Ok(Allowance::Bytes(50_000_000)));
        assert_eq!(allowance("2GiB"), Ok(Allowance::Bytes(2 << 30)));
        assert_eq!(allowance("5%"), Ok(Allowance::Share(0.05)));
        for wrong in ["", "%", "101%", "-1%", "5 pigs", "99999999999999T", "MB"] {
            assert!(allowance(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!(
            [seconds("0"), seconds("90s"), seconds("24h"), seconds("7d")],
            [Ok(0), Ok(90), Ok(86_400), Ok(604_800)]
        );
        for wrong in ["", "5", "h", "-1h", "1y", "99999999999999999999d", "99999999999999999w"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
