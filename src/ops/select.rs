//! Which snapshot, and which path in it, somebody means.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::OpsError;
use crate::base::{SnapshotId, Timestamp, TreePath};
use crate::format::{Component, ComponentKind, Manifest, Status};
use crate::repo::{RepoError, Snapshots, Subject};

/// Narrows the snapshots that `latest` and lists speak of. Empty lists narrow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these hosts.
    pub hosts: Vec<String>,
    /// All of these tags.
    pub tags: Vec<String>,
    /// All of these paths.
    pub paths: Vec<PathFilter>,
}

/// A path that a snapshot must be of: a place on this machine, or the name of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathFilter {
    absolute: Vec<u8>,
    written: Vec<u8>,
}

impl PathFilter {
    /// The path as it was written and made absolute. Slashes at its ends mean nothing; links are not followed.
    pub fn new(written: &[u8], absolute: &[u8]) -> Self {
        Self { absolute: lexical(absolute), written: lexical(written) }
    }

    fn fits(&self, component: &Component) -> bool {
        // A stream lies where its name says and not where the command is run.
        component.path == self.absolute
            || (component.kind != ComponentKind::Path && component.path == self.written)
    }
}

/// The names of a path with `/` between them, `..` taking away the one before.
fn lexical(path: &[u8]) -> Vec<u8> {
    let mut names = vec![];
    for name in path.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join(&b'/')
}

impl Filter {
    /// Whether a snapshot is spoken of.
    pub fn fits(&self, manifest: &Manifest) -> bool {
        (self.hosts.is_empty() || self.hosts.contains(&manifest.host))
            && self.tags.iter().all(|tag| manifest.tags.contains(tag))
            && self.paths.iter().all(|path| manifest.components.iter().any(|part| path.fits(part)))
    }
}

/// What a name stands for.
enum Meant {
    /// So many complete snapshots before the newest one.
    Back(usize),
    /// The newest complete one at or before this time.
    At(Timestamp),
    /// The one whose id starts so.
    Id,
}

fn meant(name: &str) -> Option<Meant> {
    if name == "latest" {
        Some(Meant::Back(0))
    } else if let Some(back) = name.strip_prefix("latest~") {
        back.parse().ok().map(Meant::Back)
    } else if let Some(time) = name.strip_prefix('@') {
        parse_time(time).map(Meant::At)
    } else {
        (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(Meant::Id)
    }
}

/// The snapshot that `name` means.
///
/// `latest` is the newest complete one that is not known to have lost something, `latest~N` the Nth before it, `@2026-11-20[T03:00[:SS]][Z]` the newest complete one at or
/// before that time (local, or UTC with `Z`; a date alone means its end); anything else is the start of an id.
///
/// # Errors
/// [`OpsError::NoSnapshot`], [`OpsError::Ambiguous`]; [`OpsError::Uncertain`] if it may be one whose manifest is damaged: what is older
/// is never taken for the newest. An id names whatever else is damaged; [`OpsError::Repo`] if it names the damaged one.
pub fn find<'s>(
    snapshots: &'s Snapshots,
    name: &str,
    filter: &Filter,
) -> Result<&'s (SnapshotId, Manifest), OpsError> {
    let whole = &snapshots.whole;
    let complete = || {
        let counts = |manifest: &Manifest| manifest.status == Status::Complete && filter.fits(manifest);
        snapshots.sound().rev().filter(move |(_, manifest)| counts(manifest))
    };
    let none = || OpsError::NoSnapshot { name: name.to_string(), hint: hint(whole, complete().count()) };
    let found = match meant(name).ok_or_else(none)? {
        Meant::Id => return by_id(snapshots, name)?.ok_or_else(none),
        Meant::Back(back) => complete().nth(back),
        Meant::At(time) => complete()
            .filter(|(_, manifest)| manifest.time <= time)
            .max_by_key(|(_, manifest)| (manifest.time, manifest.sequence)),
    };
    match snapshots.unreadable.iter().find(|(id, _)| !is_older(whole, *id, found)) {
        Some((_, error)) => Err(OpsError::Uncertain {
            name: name.to_string(),
            damaged: error.to_string(),
            instead: found.map(|(id, _)| id.short()),
        }),
        None => found.ok_or_else(none),
    }
}

/// Whether a snapshot whose manifest cannot be read is known to be older than `found`: one that was made after it says so.
fn is_older(
    whole: &[(SnapshotId, Manifest)],
    damaged: SnapshotId,
    found: Option<&(SnapshotId, Manifest)>,
) -> bool {
    let Some((_, found)) = found else { return false };
    whole.iter().any(|(_, later)| later.parent == Some(damaged) && later.sequence <= found.sequence)
}

fn by_id<'s>(snapshots: &'s Snapshots, prefix: &str) -> Result<Option<&'s (SnapshotId, Manifest)>, OpsError> {
    let is_meant = |id: &SnapshotId| id.to_string().starts_with(prefix);
    let mut whole = snapshots.whole.iter().filter(|(id, _)| is_meant(id));
    let mut damaged = snapshots.unreadable.iter().filter(|(id, _)| is_meant(id));
    match (whole.next(), damaged.next(), whole.count() + damaged.count()) {
        (found, None, 0) => Ok(found),
        (None, Some((id, RepoError::Damaged { reason, .. })), 0) => {
            Err(RepoError::damaged(Subject::Snapshot(*id), reason).into())
        }
        (found, damaged, others) => {
            let found = usize::from(found.is_some()) + usize::from(damaged.is_some()) + others;
            Err(OpsError::Ambiguous { prefix: prefix.to_string(), found })
        }
    }
}

fn hint(snapshots: &[(SnapshotId, Manifest)], complete: usize) -> String {
    match (snapshots.last(), complete) {
        (None, _) => " (there are none yet)".into(),
        (Some(_), 0) => format!(" (there are {}, none of them complete and fitting)", snapshots.len()),
        (Some((id, _)), _) => format!(" (there are {}, the newest is {})", snapshots.len(), id.short()),
    }
}

/// A time as people write it: `2026-11-20`, `2026-11-20T03:00`, `2026-11-20 03:00:30`, with `Z` or an offset or in local time.
/// A date alone is its last second.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let local = |time: DateTime| time.to_zoned(TimeZone::system()).ok().map(|zoned| zoned.timestamp());
    let instant = if let Ok(exact) = text.parse::<jiff::Timestamp>() {
        Some(exact)
    } else if let (true, Ok(date)) = (text.len() == 10, text.parse::<Date>()) {
        local(date.to_datetime(Time::constant(23, 59, 59, 0)))
    } else {
        text.parse::<DateTime>().ok().and_then(local)
    }?;
    Some(Timestamp::new(instant.as_second(), u32::try_from(instant.subsec_nanosecond()).unwrap_or(0)))
}

/// Takes `SNAP:PATH` apart; slashes at the ends of the path mean nothing, and an empty path is the whole snapshot.
///
/// # Errors
/// [`OpsError::Path`] for a path that none can have; [`OpsError::NoSnapshot`] if the snapshot's name is not text.
pub fn split(name: &[u8]) -> Result<(String, Option<TreePath>), OpsError> {
    // A time has colons too: what follows `@` up to its own form belongs to it.
    let skip = if name.first() == Some(&b'@') { time_bytes(name) } else { 0 };
    let colon = name.iter().skip(skip).position(|byte| *byte == b':').map(|at| at + skip);
    let (snapshot, path) = match colon {
        Some(at) => (name.get(..at).unwrap_or_default(), name.get(at + 1..).unwrap_or_default()),
        None => (name, &[][..]),
    };
    let snapshot = std::str::from_utf8(snapshot)
        .map_err(|_| OpsError::NoSnapshot { name: crate::base::escape(snapshot), hint: String::new() })?;
    let names: Vec<&[u8]> =
        path.split(|byte| *byte == b'/').filter(|name| !name.is_empty() && *name != b".").collect();
    let path = if names.is_empty() { None } else { Some(TreePath::new(names.join(&b'/'))?) };
    Ok((snapshot.to_string(), path))
}

/// Bytes at the front that are `@` and a time.
fn time_bytes(name: &[u8]) -> usize {
    let longest = name.len().min(32);
    (2..=longest)
        .rev()
        .find(|end| {
            let text = name.get(1..*end).and_then(|bytes| std::str::from_utf8(bytes).ok());
            text.is_some_and(|text| parse_time(text).is_some())
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
