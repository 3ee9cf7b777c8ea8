//! `stats`: how much there is, and how much room it takes.

use clap::Args;

use crate::base::units;
use crate::cli::error::CliError;
use crate::cli::output::{json, line};
use crate::cli::session::Session;
use crate::ops::stats;

/// Arguments of `stats`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:\n  strongroom -r /backup/shop stats")]
pub struct StatsArgs {}

pub fn run(_: &StatsArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let state = session.index(&repo)?;
    let stats = stats::run(&repo, &state.index.view())?;
    let stored = stats.bytes_in_packs + stats.bytes_in_index + stats.bytes_in_manifests;
    if session.json {
        let fields = serde_json::json!({
            "snapshots": stats.snapshots, "bytes_in_snapshots": stats.bytes_in_snapshots, "chunks": stats.chunks, "packs": stats.packs,
            "bytes_in_packs": stats.bytes_in_packs, "plain_content": stats.plain_content, "stored_content": stats.stored_content,
            "plain_metadata": stats.plain_metadata, "stored_metadata": stats.stored_metadata,
            "bytes_in_index": stats.bytes_in_index, "bytes_in_manifests": stats.bytes_in_manifests, "bytes_stored": stored,
        });
        json("stats", fields)?;
        return Ok(0);
    }
    let bytes = units::bytes;
    line(format!(
        "snapshots  {}, {} if each were restored",
        stats.snapshots,
        bytes(stats.bytes_in_snapshots)
    ))?;
    line(format!(
        "stored     {} in {} and an index of {}",
        bytes(stored),
        units::counted(stats.packs as u64, "pack", "packs"),
        bytes(stats.bytes_in_index)
    ))?;
    line(format!(
        "content    {} once, {} compressed",
        bytes(stats.plain_content),
        bytes(stats.stored_content)
    ))?;
    line(format!("metadata   {}, {} compressed", bytes(stats.plain_metadata), bytes(stats.stored_metadata)))?;
    line(format!("chunks     {}", units::count(stats.chunks)))?;
    Ok(0)
}
