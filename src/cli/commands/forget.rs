//! `forget`: which snapshots stay, why, and which go.

mod rules;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use clap::Args;
use jiff::tz::TimeZone;

use self::rules::RuleArgs;
use super::prune::{self, PruneHow};
use crate::base::{SnapshotId, escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{json, line, say, table};
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::format::Manifest;
use crate::ops::forget::{self, ForgetOptions, ForgetPlan};
use crate::ops::select;
use crate::retention::Grouping;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop forget --preset 7-4-12 --dry-run     which would stay, and why
  strongroom -r /backup/shop forget --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --prune
  strongroom -r /backup/shop forget 79097d14                      this one, whatever the rules";

/// Arguments of `forget`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ForgetArgs {
    /// Snapshots that are forgotten by name: starts of their ids
    #[arg(value_name = "SNAP")]
    snapshots: Vec<OsString>,
    #[command(flatten)]
    rules: RuleArgs,
    /// By what snapshots are grouped; the rules hold for each group: host, paths, tags, or nothing
    #[arg(long, value_name = "WHAT,..", default_value = "host,paths", value_parser = grouping)]
    group_by: Grouping,
    /// The time zone of days, weeks, months and years [default: that of this machine]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    timezone: Option<TimeZone>,
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Prune afterwards
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    how: PruneHow,
    #[command(flatten)]
    filter: FilterArgs,
}

fn grouping(text: &str) -> Result<Grouping, String> {
    let mut grouping = Grouping { host: false, paths: false, tags: false };
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word {
            "host" => grouping.host = true,
            "paths" | "path" => grouping.paths = true,
            "tags" | "tag" => grouping.tags = true,
            _ => return Err("host, paths and tags, with commas between".into()),
        }
    }
    Ok(grouping)
}

fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|error| error.to_string())
}

pub fn run(args: &ForgetArgs, session: &Session) -> Result<u8, CliError> {
    let policy = args.rules.policy()?;
    let is_named = !args.snapshots.is_empty();
    if is_named && !policy.is_empty() {
        return Err(CliError::Usage("snapshots are forgotten by name or by rules, not both at once".into()));
    }
    if !is_named && policy.is_empty() {
        let text = "nothing says which snapshots stay: give a rule such as --keep-daily 7, or the snapshots to forget";
        return Err(CliError::Usage(text.into()));
    }
    session.start(Doing::Forget);
    let repo = session.repository()?;
    session.look_back(&repo)?.or_end()?;
    let options = ForgetOptions {
        filter: args.filter.filter(),
        grouping: args.group_by,
        zone: args.timezone.clone().unwrap_or_else(TimeZone::system),
        host: session.host(),
        user: session.user(),
        now: session.now(),
    };
    let plan = if is_named {
        forget::plan_named(&repo, &named(args, session, &repo)?)?
    } else {
        forget::plan(&repo, &policy, &options)?
    };
    if !args.dry_run {
        forget::apply(&repo, &plan, &options)?;
        session.look_back(&repo)?;
    }
    if session.json {
        say_json(&plan)?
    } else {
        say_text(&plan, &options, args.dry_run, session)?
    }
    if !args.prune {
        return Ok(0);
    }
    prune::with(&args.how, args.dry_run, session)
}

fn named(
    args: &ForgetArgs,
    session: &Session,
    repo: &crate::repo::Repository,
) -> Result<Vec<(SnapshotId, Manifest)>, CliError> {
    let snapshots = repo.snapshots()?;
    session.warn_of(repo, &snapshots)?;
    let mut named: Vec<(SnapshotId, Manifest)> = vec![];
    for name in &args.snapshots {
        let (snapshot, path) = select::split(name.as_bytes())?;
        if path.is_some() {
            return Err(CliError::Usage("a whole snapshot is forgotten, not a path in it".into()));
        }
        let found = select::find(&snapshots, &snapshot, &args.filter.filter())?.clone();
        if named.iter().all(|(id, _)| *id != found.0) {
            named.push(found);
        }
    }
    Ok(named)
}

/// Why a snapshot stays; nothing if it goes.
fn reasons(plan: &ForgetPlan, id: &SnapshotId) -> Vec<String> {
    let verdicts = plan.judgement.iter().flat_map(|judgement| &judgement.verdicts);
    verdicts
        .filter(|verdict| verdict.id == *id)
        .flat_map(|verdict| &verdict.reasons)
        .map(ToString::to_string)
        .collect()
}

fn say_json(plan: &ForgetPlan) -> Result<(), CliError> {
    for (id, _) in &plan.snapshots {
        let reasons = reasons(plan, id);
        let kind = if plan.drop.iter().any(|(dropped, _)| dropped == id) { "drop" } else { "keep" };
        json(kind, serde_json::json!({"id": id.to_string(), "reasons": reasons}))?;
    }
    let (kept, dropped) = (plan.snapshots.len() - plan.drop.len(), plan.drop.len());
    json("summary", serde_json::json!({"kept": kept, "dropped": dropped}))
}

fn say_text(
    plan: &ForgetPlan,
    options: &ForgetOptions,
    is_dry: bool,
    session: &Session,
) -> Result<(), CliError> {
    for note in plan.judgement.iter().flat_map(|judgement| &judgement.notes) {
        say(format!("note: {note}"));
    }
    if session.global.quiet {
        return Ok(());
    }
    let row = |(id, manifest): &(SnapshotId, Manifest)| {
        let is_dropped = plan.drop.iter().any(|(dropped, _)| dropped == id);
        let fate = if is_dropped { "drop".to_string() } else { "keep".to_string() };
        let paths: Vec<_> = manifest.components.iter().map(|component| component.name.clone()).collect();
        vec![
            fate,
            id.short(),
            manifest.time.local(),
            escape(manifest.host.as_bytes()),
            escape(manifest.tags.join(",").as_bytes()),
            escape(paths.join(" ").as_bytes()),
            reasons(plan, id).join(", "),
        ]
    };
    let rows: Vec<_> = plan.snapshots.iter().map(row).collect();
    if !rows.is_empty() {
        line(table(&["", "id", "time", "host", "tags", "paths", "kept for"], &rows, &[]))?;
    }
    let dropped = units::counted(plan.drop.len() as u64, "snapshot", "snapshots");
    let kept = plan.snapshots.len() - plan.drop.len();
    let verb = if is_dry { "would be forgotten" } else { "forgotten" };
    line(format!("{dropped} {verb}, {kept} kept; days and weeks of {}", zone_name(&options.zone)))?;
    if !is_dry && !plan.drop.is_empty() {
        line("strongroom prune gives their room back")?;
    }
    Ok(())
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| "this machine's time zone".into(), str::to_string)
}
