//! `repair`: says what it will do, and does it.

use std::ffi::OsString;
use std::path::Path;

use clap::{Args, Subcommand};

use crate::base::{escape, units};
use crate::cli::error::CliError;
use crate::cli::location;
use crate::cli::output::{json, line};
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::ops::check::{self, CheckOptions};
use crate::ops::repair::{index, packs, snapshots};
use crate::ops::turn::Turn;
use crate::repo::Repository;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop repair packs --dry-run
  strongroom -r /backup/shop repair packs --from /mnt/copy/shop
  strongroom -r /backup/shop repair index
  strongroom -r /backup/shop repair snapshots";

/// What is made whole.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum RepairCommand {
    /// Write index objects anew that are damaged, missing or say something else than the packs
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop repair index --dry-run")]
    Index(RepairArgs),
    /// Heal packs from parity or a copy; save what is whole of those that nothing heals
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop repair packs --from /mnt/copy/shop")]
    Packs(PacksArgs),
    /// Mark the snapshots that lost something, and those no more that are whole again
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop repair snapshots")]
    Snapshots(RepairArgs),
}

/// Arguments of every repair.
#[derive(Debug, Clone, Copy, Args)]
pub struct RepairArgs {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Arguments of `repair packs`.
#[derive(Debug, Args)]
pub struct PacksArgs {
    /// Another copy of this repository, to take packs and manifests from that nothing here heals
    #[arg(long, value_name = "LOCATION")]
    from: Option<OsString>,
    #[command(flatten)]
    all: RepairArgs,
}

pub fn run(command: &RepairCommand, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Repair);
    let repo = session.repository()?;
    let cache = session.cache()?;
    let is_dry = match command {
        RepairCommand::Index(args) | RepairCommand::Snapshots(args) => args.dry_run,
        RepairCommand::Packs(args) => args.all.dry_run,
    };
    // What it takes out of use and what a prune deletes are found out from the same index: one after the other.
    let _turn = if is_dry { None } else { Some(Turn::take(&repo, &session.host(), session.now())?) };
    match command {
        RepairCommand::Index(args) => repair_index(&repo, &cache, *args, session),
        RepairCommand::Packs(args) => repair_packs(&repo, &cache, args, session),
        RepairCommand::Snapshots(args) => repair_snapshots(&repo, &cache, *args, session),
    }
}

/// A line of the plan, for people or as an object.
fn tell(session: &Session, kind: &str, text: &str, fields: serde_json::Value) -> Result<(), CliError> {
    if session.json { json(kind, fields) } else { line(text) }
}

/// Says that there is nothing to do, or that a dry run does nothing; whether that is all.
fn is_over(session: &Session, args: RepairArgs, is_empty: bool) -> Result<bool, CliError> {
    if !session.json && !session.global.quiet {
        match (is_empty, args.dry_run) {
            (true, _) => line("nothing to repair")?,
            (false, true) => line("nothing was changed: this is a dry run")?,
            (false, false) => {}
        }
    }
    Ok(is_empty || args.dry_run)
}

fn summary(session: &Session, text: &str, fields: serde_json::Value) -> Result<(), CliError> {
    if session.json || !session.global.quiet { tell(session, "summary", text, fields) } else { Ok(()) }
}

fn repair_index(
    repo: &Repository,
    cache: &Path,
    args: RepairArgs,
    session: &Session,
) -> Result<u8, CliError> {
    let plan = index::plan(repo, cache, &session.observer)?;
    for (id, why) in &plan.odd {
        let text = format!("index object {} is written anew: {why}", id.short());
        tell(session, "index", &text, serde_json::json!({"id": id.to_string(), "why": why}))?;
    }
    for id in &plan.untold {
        let text = format!("pack {} stands in no index object and gets one", id.short());
        tell(session, "pack", &text, serde_json::json!({"id": id.to_string(), "action": "index"}))?;
    }
    for error in &plan.unreadable {
        let text = format!("{error}: strongroom repair packs sees to it");
        tell(session, "damage", &text, serde_json::json!({"message": error}))?;
    }
    let code = if plan.unreadable.is_empty() { 0 } else { 13 };
    if is_over(session, args, plan.is_empty())? {
        return Ok(code);
    }
    let renewed = index::apply(repo, cache, &plan, &session.observer)?;
    let text = format!("new index objects tell of {}", units::counted(renewed, "pack", "packs"));
    summary(session, &text, serde_json::json!({"packs": renewed, "objects": plan.odd.len()}))?;
    Ok(code)
}

fn repair_packs(
    repo: &Repository,
    cache: &Path,
    args: &PacksArgs,
    session: &Session,
) -> Result<u8, CliError> {
    let from = args.from.as_ref().map(|from| copy_of(from, session)).transpose()?;
    let plan = packs::plan(repo, cache, from.as_ref(), &session.observer)?;
    say_packs(&plan, session)?;
    if is_over(session, args.all, plan.is_empty())? {
        return Ok(if plan.hopeless.is_empty() { 0 } else { 13 });
    }
    let done = packs::apply(repo, cache, from.as_ref(), &plan, &session.observer)?;
    let mut chunks_lost = 0;
    for saved in &done.saved {
        chunks_lost += saved.chunks_lost;
        let text = format!(
            "pack {} is out of use: {} saved, {} lost with {}",
            saved.pack.short(),
            units::counted(saved.regions_saved, "region", "regions"),
            saved.regions_lost,
            units::counted(saved.chunks_lost, "chunk", "chunks"),
        );
        let fields = serde_json::json!({
            "id": saved.pack.to_string(), "action": "out of use", "regions_saved": saved.regions_saved,
            "regions_lost": saved.regions_lost, "chunks_lost": saved.chunks_lost, "damaged": saved.is_damaged,
        });
        tell(session, "pack", &text, fields)?;
    }
    let text = format!(
        "{} healed, {} made anew, {} out of use",
        units::counted(done.healed, "pack", "packs"),
        units::counted(done.parity_made, "parity object", "parity objects"),
        done.saved.len()
    );
    let fields = serde_json::json!({
        "healed": done.healed, "parity_made": done.parity_made, "manifests": done.manifests, "out_of_use": done.saved.len(),
        "chunks_lost": chunks_lost, "packs_read": plan.packs_read, "bytes_read": plan.bytes_read,
    });
    summary(session, &text, fields)?;
    if !done.saved.is_empty() && !session.json && !session.global.quiet {
        line(
            "next       strongroom check names what snapshots lost, repair snapshots marks them; a backup stores anew what its source still has",
        )?;
    }
    Ok(if done.saved.is_empty() { 0 } else { 13 })
}

/// The other copy, opened with the same password or kit.
fn copy_of(from: &OsString, session: &Session) -> Result<Repository, CliError> {
    session.opened(location::open(&location::path_of(from)?)?)
}

fn say_packs(plan: &packs::PacksPlan, session: &Session) -> Result<(), CliError> {
    let pack = |id: &crate::base::PackId, action: &str, text: String| {
        tell(session, "pack", &text, serde_json::json!({"id": id.to_string(), "action": action}))
    };
    for (id, source) in &plan.heal {
        let (action, how) = match source {
            packs::Source::Parity => ("parity", "is healed from its parity"),
            packs::Source::Copy => ("copy", "is taken from the copy"),
            packs::Source::Itself => ("in use", "is whole, and what it leans on is back: it is in use again"),
        };
        pack(id, action, format!("pack {} {how}", id.short()))?;
    }
    for id in &plan.parity {
        pack(id, "make parity", format!("pack {} is whole and its parity is not: made anew", id.short()))?;
    }
    for id in &plan.manifests {
        let text = format!("snapshot {}: its manifest is taken from the copy", id.short());
        tell(session, "snapshot", &text, serde_json::json!({"id": id.to_string(), "action": "copy"}))?;
    }
    for (id, why) in &plan.hopeless {
        let then = "what is whole of it is stored in new packs, and so is what is whole of packs that lean on it; then they are out of use";
        pack(id, "save", format!("pack {} cannot be healed ({why}): {then}", id.short()))?;
    }
    Ok(())
}

fn repair_snapshots(
    repo: &Repository,
    cache: &Path,
    args: RepairArgs,
    session: &Session,
) -> Result<u8, CliError> {
    let report = check::run(repo, cache, &CheckOptions::default(), &session.observer)?;
    let lost: Vec<_> = report.losses.iter().map(|loss| loss.to_record(session.now())).collect();
    let plan = snapshots::plan(repo, &lost)?;
    for loss in &plan.mark {
        let files = units::counted(loss.files, "file", "files");
        let first = loss.paths.first().map(|path| format!(", the first /{}", escape(path)));
        let text = format!(
            "snapshot {} is damaged: {files} lost something{}",
            loss.snapshot.short(),
            first.unwrap_or_default()
        );
        let id = loss.snapshot.to_string();
        tell(
            session,
            "snapshot",
            &text,
            serde_json::json!({"id": id, "action": "mark", "files": loss.files}),
        )?;
    }
    for id in &plan.unmark {
        let text = format!("snapshot {} is whole and no longer marked as damaged", id.short());
        tell(session, "snapshot", &text, serde_json::json!({"id": id.to_string(), "action": "unmark"}))?;
    }
    let code = if lost.is_empty() { 0 } else { 13 };
    if is_over(session, args, plan.is_empty())? {
        return Ok(code);
    }
    snapshots::apply(repo, &plan)?;
    let text = format!("{} marked as damaged, {} no longer", plan.mark.len(), plan.unmark.len());
    summary(
        session,
        &text,
        serde_json::json!({"marked": plan.mark.len(), "unmarked": plan.unmark.len(), "damaged": lost.len()}),
    )?;
    Ok(code)
}
