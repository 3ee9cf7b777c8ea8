//! Which snapshot, and which path in it, somebody means.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::OpsError;
use crate::base::{SnapshotId, Timestamp, TreePath};
use crate::format::{Component, ComponentKind, Manifest, Status};

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

/// The snapshot that `name` means among `snapshots`, which are in the order of their sequence.
///
/// `latest` is the newest complete one, `latest~N` the Nth before it, `@2026-11-20[T03:00[:SS]][Z]` the newest complete one at or
/// before that time (local, or UTC with `Z`; a date alone means its end); anything else is the start of an id.
///
/// # Errors
/// [`OpsError::NoSnapshot`], [`OpsError::Ambiguous`].
pub fn find<'s>(
    snapshots: &'s [(SnapshotId, Manifest)],
    name: &str,
    filter: &Filter,
) -> Result<&'s (SnapshotId, Manifest), OpsError> {
    let complete = || {
        let counts = |manifest: &Manifest| manifest.status == Status::Complete && filter.fits(manifest);
        snapshots.iter().rev().filter(move |(_, manifest)| counts(manifest))
    };
    let none = || OpsError::NoSnapshot { name: name.to_string(), hint: hint(snapshots, complete().count()) };
    if name == "latest" {
        return complete().next().ok_or_else(none);
    }
    if let Some(back) = name.strip_prefix("latest~") {
        let back: usize = back.parse().map_err(|_| none())?;
        return complete().nth(back).ok_or_else(none);
    }
    if let Some(time) = name.strip_prefix('@') {
        let time = parse_time(time).ok_or_else(none)?;
        let newest = complete().filter(|(_, manifest)| manifest.time <= time);
        return newest.max_by_key(|(_, manifest)| (manifest.time, manifest.sequence)).ok_or_else(none);
    }
    let is_prefix = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut matching = snapshots.iter().filter(|(id, _)| is_prefix && id.to_string().starts_with(name));
    match (matching.next(), matching.count()) {
        (Some(found), 0) => Ok(found),
        (Some(_), others) => Err(OpsError::Ambiguous { prefix: name.to_string(), found: others + 1 }),
        (None, _) => Err(none()),
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
mod tests {
    use super::*;
    use crate::base::ChunkId;
    use crate::format::{Root, Statistics};

    fn snapshot(n: u8, time: i64, status: Status, host: &str) -> (SnapshotId, Manifest) {
        let manifest = Manifest {
            sequence: n.into(),
            time: Timestamp::new(time, 0),
            started: Timestamp::new(time, 0),
            ended: Timestamp::new(time, 0),
            host: host.into(),
            user: String::new(),
            tags: vec![],
            description: None,
            program: String::new(),
            parent: None,
            status,
            components: vec![],
            statistics: Statistics::default(),
            root: Root { id: ChunkId::new([0; 32]), bytes: 8, level: 0 },
            table_maps: vec![],
            excludes: vec![],
            left_out: vec![],
        };
        (SnapshotId::new([n; 32]), manifest)
    }

    fn all() -> Vec<(SnapshotId, Manifest)> {
        vec![
            snapshot(0x10, 1_000, Status::Complete, "a"),
            snapshot(0x11, 2_000, Status::Complete, "b"),
            snapshot(0x12, 3_000, Status::Partial, "a"),
        ]
    }

    fn found(name: &str, filter: &Filter) -> Option<u8> {
        find(&all(), name, filter).ok().map(|(id, _)| id.as_bytes()[0])
    }

    #[test]
    fn latest_counts_complete_snapshots_only() {
        let everything = Filter::default();
        assert_eq!(found("latest", &everything), Some(0x11));
        assert_eq!(found("latest~1", &everything), Some(0x10));
        assert_eq!(found("latest~2", &everything), None);
        assert_eq!(found("latest", &Filter { hosts: vec!["a".into()], ..everything }), Some(0x10));
    }

    #[test]
    fn a_path_is_a_place_or_the_name_of_a_stream() {
        let is_of = |kind, path: &str, written: &str| {
            let (_, mut manifest) = snapshot(1, 1, Status::Complete, "a");
            let (name, path) = (String::new(), path.as_bytes().to_vec());
            manifest.components = vec![Component { name, kind, path, is_whole: true, detail: None }];
            let absolute = if written.starts_with('/') { written.into() } else { format!("/here/{written}") };
            let paths = vec![PathFilter::new(written.as_bytes(), absolute.as_bytes())];
            Filter { paths, ..Filter::default() }.fits(&manifest)
        };
        for written in ["shop.sql", "/shop.sql", "./shop.sql"] {
            assert!(is_of(ComponentKind::Stdin, "shop.sql", written), "{written}");
            assert!(is_of(ComponentKind::Command, "shop.sql", written), "{written}");
        }
        for written in ["data", "/here/data/", "../here//data/."] {
            assert!(is_of(ComponentKind::Path, "here/data", written), "{written}");
        }
        assert!(!is_of(ComponentKind::Path, "data", "data"));
        assert!(!is_of(ComponentKind::Stdin, "shop.sql", "other.sql"));
    }

    #[test]
    fn an_id_is_named_by_its_start_and_only_if_that_is_one() {
        let everything = Filter::default();
        assert_eq!(found("1212", &everything), Some(0x12));
        assert!(matches!(find(&all(), "1", &everything), Err(OpsError::Ambiguous { found: 3, .. })));
        assert!(matches!(find(&all(), "", &everything), Err(OpsError::NoSnapshot { .. })));
        assert!(matches!(find(&all(), "zz", &everything), Err(OpsError::NoSnapshot { .. })));
    }

    #[test]
    fn a_time_means_the_newest_at_or_before_it() {
        let everything = Filter::default();
        assert_eq!(found("@1970-01-01T00:33:20Z", &everything), Some(0x11));
        assert_eq!(found("@1970-01-01T00:33:19Z", &everything), Some(0x10));
        assert_eq!(found("@1970-01-01T00:00:01Z", &everything), None);
        assert_eq!(found("@nonsense", &everything), None);
    }

    #[test]
    fn the_first_colon_that_is_no_part_of_a_time_parts_snapshot_and_path() {
        let path = |text: &str| Some(TreePath::new(text).unwrap());
        assert_eq!(split(b"latest").unwrap(), ("latest".into(), None));
        assert_eq!(split(b"latest:/srv//a:b/").unwrap(), ("latest".into(), path("srv/a:b")));
        assert_eq!(split(b"@2026-11-20T03:00Z:x").unwrap(), ("@2026-11-20T03:00Z".into(), path("x")));
        assert_eq!(split(b"ab:").unwrap(), ("ab".into(), None));
        assert!(split(b"ab:a/../b").is_err());
    }
}
