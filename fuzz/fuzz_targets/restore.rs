//! Law: whatever paths, kinds, links and attributes entries have, nothing outside of the target is created or changed.
//!
//! Links that are made or planted lead to the canary beside the target and to nothing else of the machine.
#![no_main]

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use strongroom::base::{Timestamp, TreePath};
use strongroom::format::{Entry, EntryKind};
use strongroom::target::{DirectoryTarget, Overwrite, Plan, TargetError, TargetOptions};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    overwrite: u8,
    setid: bool,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Arbitrary)]
enum Step<'a> {
    Restore {
        path: Path_<'a>,
        kind: u8,
        mode: u32,
        owner: (u32, u32),
        mtime: (i64, u32),
        link: Link<'a>,
        size: u64,
        xattr: (u8, &'a [u8]),
    },
    HardLink {
        path: Path_<'a>,
        existing: Path_<'a>,
    },
    Plant {
        path: Path_<'a>,
        link: Link<'a>,
    },
    DeleteOthers {
        path: Option<Path_<'a>>,
        keep: u8,
    },
}

/// Mostly few names, so that paths meet; or any bytes.
#[derive(Debug, Arbitrary)]
enum Path_<'a> {
    Known(u8, u8, Option<u8>),
    Any(&'a [u8]),
}

#[derive(Debug, Arbitrary)]
struct Link<'a> {
    absolute: bool,
    up: u8,
    rest: &'a [u8],
}

const NAMES: [&[u8]; 8] = [b"a", b"b", b"c", b"outside", b"secret", b"root", b"..", b"-rf *\n"];
const KINDS: [EntryKind; 6] = [
    EntryKind::File,
    EntryKind::Directory,
    EntryKind::Symlink,
    EntryKind::Fifo,
    EntryKind::CharDevice,
    EntryKind::BlockDevice,
];
const XATTRS: [&[u8]; 5] = [
    b"user.a",
    b"security.capability",
    b"system.posix_acl_access",
    b"system.posix_acl_default",
    b"trusted.overlay.opaque",
];

fuzz_target!(|input: Input<'_>| {
    let place = tempfile::tempdir_in(memory_or_disk()).unwrap();
    let outside = place.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret"), "secret").unwrap();
    let root = place.path().join("root");
    let overwrite = [Overwrite::Never, Overwrite::IfChanged, Overwrite::Always];
    let overwrite = overwrite[usize::from(input.overwrite) % 3];
    let options = TargetOptions { overwrite, setid: input.setid, ..TargetOptions::default() };
    let target = DirectoryTarget::create(&root, options).unwrap();
    let before = canary(place.path());
    for step in &input.steps {
        // What is refused is refused; only what happened outside counts.
        let _ = apply(step, &target, &root, &outside);
        assert_eq!(canary(place.path()), before, "{step:?}");
    }
});

fn memory_or_disk() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// Everything beside the target, with what a change of each would change, the times of access left out.
fn canary(place: &Path) -> Vec<(PathBuf, [u64; 6], [i64; 4], Vec<u8>)> {
    let outside = place.join("outside");
    let listed = [place, &outside].into_iter().flat_map(|directory| std::fs::read_dir(directory).unwrap());
    let mut all: Vec<_> =
        listed.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("root")).collect();
    all.push(place.to_path_buf());
    all.sort();
    let state = |path: PathBuf| {
        let found = std::fs::symlink_metadata(&path).unwrap();
        let numbers = [
            found.ino(),
            found.mode().into(),
            found.uid().into(),
            found.gid().into(),
            found.nlink(),
            found.size(),
        ];
        let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
        let content = if found.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        (path, numbers, times, content)
    };
    all.into_iter().map(state).collect()
}

fn apply(
    step: &Step<'_>,
    target: &DirectoryTarget,
    root: &Path,
    outside: &Path,
) -> Option<Result<(), TargetError>> {
    match step {
        Step::Restore { path, .. } => {
            let at = path.tree_path()?;
            Some(restore(target, &at, &entry_of(step, &at, outside)?))
        }
        Step::HardLink { path, existing } => {
            let (at, existing) = (path.tree_path()?, existing.tree_path()?);
            let plan = target.plan(&at, &plain_file(&at));
            Some(plan.and_then(|plan| target.hard_link(&at, &existing, plan)))
        }
        Step::Plant { path, link } => {
            let planted = root.join(std::ffi::OsStr::from_bytes(path.tree_path()?.as_bytes()));
            // Not through what was planted before.
            let parent = planted.parent()?.canonicalize().ok()?;
            let points_to = std::ffi::OsString::from_vec(link.target(&parent, root, outside));
            if parent.starts_with(root.canonicalize().ok()?) {
                let _ = std::os::unix::fs::symlink(points_to, planted);
            }
            None
        }
        Step::DeleteOthers { path, keep } => {
            let directory = path.as_ref().and_then(Path_::tree_path);
            let keep = |name: &[u8]| name == NAMES[usize::from(*keep) % NAMES.len()];
            Some(target.delete_others(directory.as_ref(), &keep, true).map(drop))
        }
    }
}

fn entry_of(step: &Step<'_>, at: &TreePath, outside: &Path) -> Option<Entry> {
    let Step::Restore { kind, mode, owner, mtime, link, size, xattr, .. } = step else { return None };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let link_target = (kind == EntryKind::Symlink).then(|| link.target_in(at.names().count() - 1, outside));
    let is_device = matches!(kind, EntryKind::CharDevice | EntryKind::BlockDevice);
    Some(Entry {
        kind,
        mode: mode & 0o7777,
        uid: owner.0,
        gid: owner.1,
        user: None,
        group: None,
        mtime: Timestamp::new(mtime.0, mtime.1),
        size: if kind == EntryKind::File { *size } else { 0 },
        link_target,
        device_number: is_device.then_some((1, 3)),
        xattrs: vec![(XATTRS[usize::from(xattr.0) % XATTRS.len()].to_vec(), xattr.1.to_vec())],
        ..plain_file(at)
    })
}

fn plain_file(at: &TreePath) -> Entry {
    Entry {
        path: at.clone(),
        kind: EntryKind::File,
        mode: 0o644,
        uid: 0,
        gid: 0,
        user: None,
        group: None,
        mtime: Timestamp::default(),
        ctime: Timestamp::default(),
        inode: 1,
        device: 0,
        links: 1,
        size: 0,
        link_target: None,
        device_number: None,
        xattrs: Vec::new(),
        content: None,
        compressed: None,
        torn: false,
    }
}

/// All that a restore does for one entry.
fn restore(target: &DirectoryTarget, at: &TreePath, entry: &Entry) -> Result<(), TargetError> {
    let plan = target.plan(at, entry)?;
    match entry.kind {
        EntryKind::File if plan == Plan::Keep => Ok(()),
        EntryKind::File => {
            let writer = target.file(at, entry, plan)?;
            writer.write_at(b"overwritten", entry.size % 4096)?;
            writer.finish(entry).map(drop)
        }
        EntryKind::Directory => {
            target.directory(at, entry, plan)?;
            target.finish_directory(at, entry).map(drop)
        }
        EntryKind::Symlink => target.symlink(at, entry, plan).map(drop),
        _ => target.special(at, entry, plan).map(drop),
    }
}

impl Path_<'_> {
    fn tree_path(&self) -> Option<TreePath> {
        let name = |index: &u8| NAMES[usize::from(*index) % NAMES.len()];
        let bytes = match self {
            Self::Known(first, second, None) if second % 2 == 0 => name(first).to_vec(),
            Self::Known(first, second, None) => [name(first), name(second)].join(&b'/'),
            Self::Known(first, second, Some(third)) => [name(first), name(second), name(third)].join(&b'/'),
            Self::Any(bytes) => bytes.to_vec(),
        };
        TreePath::new(bytes).ok()
    }
}

impl Link<'_> {
    /// Where a link at this depth points: to the canary, into the target, or nowhere.
    fn target_in(&self, depth: usize, outside: &Path) -> Vec<u8> {
        // Nothing climbs: a mistake of the program shall cost the canary and not the machine.
        let rest = self.rest.split(|byte| *byte == b'/').filter(|name| !matches!(*name, b"" | b"." | b".."));
        let rest = rest.collect::<Vec<_>>().join(&b'/');
        let up = usize::from(self.up) % (depth + 2);
        let front = match self.absolute {
            true => outside.as_os_str().as_bytes().to_vec(),
            false if up > depth => [b"../".repeat(up).as_slice(), b"outside"].concat(),
            false => [b"./".as_slice(), &b"../".repeat(up)].concat(),
        };
        if rest.is_empty() { front } else { [front.as_slice(), b"/", &rest].concat() }
    }

    fn target(&self, parent: &Path, root: &Path, outside: &Path) -> Vec<u8> {
        let depth = parent.strip_prefix(root).map_or(0, |below| below.components().count());
        self.target_in(depth, outside)
    }
}
