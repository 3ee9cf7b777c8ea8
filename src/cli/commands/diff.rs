//! `diff`: what two snapshots do not have in common.

use std::ffi::OsString;

use clap::Args;

use super::ls;
use crate::base::units;
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json, line};
use crate::cli::session::Session;
use crate::format::Entry;
use crate::ops::diff::{self, Count, Difference};
use crate::ops::{Changes, OpsError};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop diff latest~1 latest
  strongroom -r /backup/shop diff @2026-11-19 @2026-11-20:/srv/shop/uploads";

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DiffArgs {
    /// The earlier snapshot
    #[arg(value_name = "SNAP")]
    before: OsString,
    /// The later snapshot, and a file or directory in it
    #[arg(value_name = "SNAP[:PATH]")]
    after: OsString,
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn run(args: &DiffArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let filter = args.filter.filter();
    let before = session.named(&repo, &args.before, &filter)?;
    let after = session.named(&repo, &args.after, &filter)?;
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let path = after.path.as_ref().or(before.path.as_ref());
    let names = [before.id.short(), after.id.short()];
    let roots = [before.manifest.root, after.manifest.root];
    let mut broken = None;
    let report =
        diff::run(&reader, roots, path, [&names[0], &names[1]], &session.observer, &mut |difference| {
            show(difference, session).map_err(|error| {
                let source = match error {
                    CliError::Output(source) => source,
                    other => std::io::Error::other(other.to_string()),
                };
                broken = Some(std::io::Error::from(source.kind()));
                OpsError::Output { what: "the differences", source }
            })
        });
    if let Some(error) = broken {
        return Err(CliError::Output(error));
    }
    let report = report?;
    if session.json {
        let count = |count: &Count| serde_json::json!({"files": count.files, "directories": count.directories, "others": count.others, "bytes": count.bytes});
        let fields = serde_json::json!({
            "before": before.id.to_string(), "after": after.id.to_string(), "added": count(&report.added),
            "removed": count(&report.removed), "changed": count(&report.changed), "metadata": count(&report.metadata),
        });
        json("summary", fields)?;
    } else if !session.global.quiet {
        let count = |count: &Count| {
            format!("{} ({})", units::counted(count.files, "file", "files"), units::bytes(count.bytes))
        };
        let (added, removed) = (count(&report.added), count(&report.removed));
        line(format!(
            "added {added}, removed {removed}, changed {}, metadata of {}",
            count(&report.changed),
            units::counted(report.metadata.files, "file", "files")
        ))?;
    }
    Ok(0)
}

fn words(changes: Changes) -> Vec<&'static str> {
    let all = [
        (changes.kind, "kind"),
        (changes.content, "content"),
        (changes.mode, "mode"),
        (changes.owner, "owner"),
        (changes.mtime, "mtime"),
        (changes.xattrs, "xattrs"),
    ];
    all.into_iter().filter_map(|(is_so, word)| is_so.then_some(word)).collect()
}

fn show(difference: &Difference, session: &Session) -> Result<(), CliError> {
    let (sign, word, entry, changes): (&str, &str, &Entry, Vec<&str>) = match difference {
        Difference::Added(entry) => ("+", "added", entry, vec![]),
        Difference::Removed(entry) => ("-", "removed", entry, vec![]),
        Difference::Changed { after, changes, .. } => {
            (if changes.content || changes.kind { "M" } else { "U" }, "changed", after, words(*changes))
        }
    };
    if !session.json {
        let detail = if changes.is_empty() { String::new() } else { format!("  ({})", changes.join(", ")) };
        return line(format!("{sign} /{}{detail}", entry.path));
    }
    let path = serde_json::to_value(JsonPath::new(&[b"/", entry.path.as_bytes()].concat()));
    let mut fields = serde_json::json!({"change": word, "kind": ls::kind(entry.kind), "size": entry.size, "what": changes});
    if let (Some(fields), Ok(serde_json::Value::Object(path))) = (fields.as_object_mut(), path) {
        fields.extend(path);
    }
    json("difference", fields)
}
