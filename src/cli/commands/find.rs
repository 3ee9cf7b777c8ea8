//! `find`: where a file was, over the snapshots.

use clap::Args;

use super::ls;
use crate::base::units;
use crate::cli::args::FilterArgs;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{JsonPath, json, line, say};
use crate::cli::report::{Report, show};
use crate::cli::session::Session;
use crate::ops::find::{self, FindReport, Pattern};
use crate::repo::{ChunkReader, Snapshots};

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop find logo.png
  strongroom -r /backup/shop find '*.sql'
  strongroom -r /backup/shop find '/srv/shop/**/invoice-4711*'";

/// Arguments of `find`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct FindArgs {
    /// A name with * ? [a-z] {a,b}, or with a / in it a whole path (** for any directories)
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// Upper and lower case are the same
    #[arg(short, long)]
    ignore_case: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn run(args: &FindArgs, session: &Session) -> Result<u8, CliError> {
    let pattern = Pattern::new(&args.pattern, args.ignore_case)?;
    let repo = session.repository()?;
    let filter = args.filter.filter();
    let all = repo.snapshots()?;
    session.warn_of(&repo, &all)?;
    let Snapshots { whole: mut snapshots, unreadable, .. } = all;
    snapshots.retain(|(_, manifest)| filter.fits(manifest));
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let FindReport { hits, snapshots_damaged } = find::run(&reader, &snapshots, &pattern, &session.observer)?;
    for hit in &hits {
        if session.json {
            let path = JsonPath::new(&[b"/", hit.entry.path.as_bytes()].concat());
            let mut fields = serde_json::json!({
                "kind": ls::kind(hit.entry.kind), "size": hit.entry.size, "mtime": hit.entry.mtime.rfc3339(), "host": hit.host,
                "first": hit.first.snapshot.to_string(), "first_time": hit.first.time.rfc3339(),
                "last": hit.last.snapshot.to_string(), "last_time": hit.last.time.rfc3339(), "snapshots": hit.snapshots,
            });
            if let (Some(fields), Ok(serde_json::Value::Object(path))) =
                (fields.as_object_mut(), serde_json::to_value(path))
            {
                fields.extend(path);
            }
            json("hit", fields)?;
            continue;
        }
        let (first, last) = (hit.first.snapshot.short(), hit.last.snapshot.short());
        let seen = if hit.snapshots == 1 { last } else { format!("{first} to {last} ({})", hit.snapshots) };
        line(format!("{}  in {seen}", ls::human(&hit.entry, true)))?;
    }
    if hits.is_empty() && !session.json && !session.global.quiet {
        let snapshots = units::counted(snapshots.len() as u64, "snapshot", "snapshots");
        say(format!("nothing matches in {snapshots}"));
    }
    let damaged = snapshots_damaged.len() + unreadable.len();
    if damaged > 0 {
        let snapshots = units::counted(damaged as u64, "snapshot", "snapshots");
        let report = Report {
            code: Exit::Damage.number(),
            error: format!("{snapshots} could not be searched whole: the repository is damaged"),
            means: "there may be more than was found, in what is named above".into(),
            hint: "strongroom check --read-data, which names every snapshot and file that it touches".into(),
        };
        return Ok(show(&report, session.json));
    }
    Ok(u8::from(hits.is_empty()))
}
