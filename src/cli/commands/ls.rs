//! `ls`: entries of a snapshot.

use std::ffi::OsString;

use clap::Args;
use serde::Serialize;

use crate::base::{escape, units};
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{JsonPath, json_text};
use crate::cli::report::tree_damage;
use crate::cli::session::Session;
use crate::format::{Entry, EntryKind};
use crate::ops::OpsError;
use crate::ops::list::{self, ListOptions};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop ls latest
  strongroom -r /backup/shop ls -l latest:/srv/shop/uploads
  strongroom -r /backup/shop ls --recursive @2026-11-20:/etc";

/// Arguments of `ls`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct LsArgs {
    /// The snapshot, and a directory in it
    #[arg(value_name = "SNAP[:PATH]", default_value = "latest")]
    snapshot: OsString,
    /// Mode, owner, size and time too
    #[arg(short)]
    long: bool,
    /// Everything below, not only what is directly in the directory
    #[arg(short = 'R', long)]
    recursive: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

/// The word for a kind in JSON.
pub const fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Directory => "directory",
        EntryKind::Symlink => "symlink",
        EntryKind::Fifo => "fifo",
        EntryKind::CharDevice => "char-device",
        EntryKind::BlockDevice => "block-device",
    }
}

#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    path: JsonPath,
    kind: &'static str,
    mode: String,
    uid: u32,
    gid: u32,
    user: Option<String>,
    group: Option<String>,
    size: u64,
    mtime: String,
    target: Option<String>,
    torn: bool,
}

pub fn run(args: &LsArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut broken = None;
    let listed = list::run(
        &reader,
        named.manifest.root,
        ListOptions {
            directory: named.path.as_ref(),
            recursive: args.recursive,
            snapshot: &named.id.short(),
        },
        &session.observer,
        &mut |entry| {
            let text = if session.json { json_line(entry) } else { human(entry, args.long) };
            std::io::Write::write_all(&mut out, format!("{text}\n").as_bytes()).map_err(|error| {
                broken = Some(std::io::Error::from(error.kind()));
                OpsError::Output { what: "the list", source: error }
            })
        },
    );
    if let Some(error) = broken {
        return Err(CliError::Output(error));
    }
    let damaged = listed?;
    std::io::Write::flush(&mut out)?;
    Ok(tree_damage(&damaged, "what follows each path named above is not listed", session.json))
}

fn json_line(entry: &Entry) -> String {
    json_text(
        "entry",
        Line {
            path: JsonPath::new(&[b"/", entry.path.as_bytes()].concat()),
            kind: kind(entry.kind),
            mode: format!("{:04o}", entry.mode),
            uid: entry.uid,
            gid: entry.gid,
            user: entry.user.as_deref().map(ToString::to_string),
            group: entry.group.as_deref().map(ToString::to_string),
            size: entry.size,
            mtime: entry.mtime.rfc3339(),
            target: entry.link_target.as_deref().map(escape),
            torn: entry.torn,
        },
    )
}

/// Nine letters for the bits of a mode; what setuid, setgid and sticky share with an x is large where there is no x.
fn permissions(mode: u32) -> String {
    let is_set = |bit: u32| mode >> bit & 1 == 1;
    let letters = |(who, special): (u32, char)| {
        let sign = |bit, sign| if is_set(bit) { sign } else { '-' };
        let last = match (is_set(9 + who), is_set(who * 3)) {
            (true, true) => special,
            (true, false) => char::to_ascii_uppercase(&special),
            (false, _) => sign(who * 3, 'x'),
        };
        [sign(who * 3 + 2, 'r'), sign(who * 3 + 1, 'w'), last]
    };
    [(2, 's'), (1, 's'), (0, 't')].into_iter().flat_map(letters).collect()
}

/// An entry as `ls` shows it.
pub fn human(entry: &Entry, long: bool) -> String {
    let path = format!("/{}", entry.path);
    if !long {
        return path;
    }
    let letter = match entry.kind {
        EntryKind::File => '-',
        EntryKind::Directory => 'd',
        EntryKind::Symlink => 'l',
        EntryKind::Fifo => 'p',
        EntryKind::CharDevice => 'c',
        EntryKind::BlockDevice => 'b',
    };
    let bits = permissions(entry.mode);
    let name = |name: &Option<std::sync::Arc<str>>, number: u32| {
        name.as_deref().map_or_else(|| number.to_string(), |name| escape(name.as_bytes()))
    };
    let target =
        entry.link_target.as_deref().map(|target| format!(" -> {}", escape(target))).unwrap_or_default();
    let (user, group) = (name(&entry.user, entry.uid), name(&entry.group, entry.gid));
    let size = units::bytes(entry.size);
    format!("{letter}{bits} {user:<8} {group:<8} {size:>9} {} {path}{target}", entry.mtime.local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_shown_as_ls_shows_it() {
        let shown = [0o755, 0o640, 0o4755, 0o4644, 0o2755, 0o2745, 0o1777, 0o1776, 0o7000].map(permissions);
        let wanted = [
            "rwxr-xr-x",
            "rw-r-----",
            "rwsr-xr-x",
            "rwSr--r--",
            "rwxr-sr-x",
            "rwxr-Sr-x",
            "rwxrwxrwt",
            "rwxrwxrwT",
            "--S--S--T",
        ];
        assert_eq!(shown, wanted);
    }
}
