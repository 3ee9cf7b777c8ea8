//! Directories below a root, reached without following a symbolic link and without leaving the root.
//!
//! `openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)` does it in one call for up to 4,095 bytes of path; longer paths go
//! in steps. Where the call is missing (before Linux 5.6) or forbidden (old seccomp filters), every name is a step of
//! its own. The directories used last stay open, so that most files need no resolution at all.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::base::limits::TARGET_DIRECTORIES_OPEN_MAX;

/// The most bytes of path one system call takes: `PATH_MAX` without the zero at the end.
const STEP_BYTES_MAX: usize = 4_095;
/// How often a resolution is tried again that the kernel gave up because of a rename or mount elsewhere.
const RACES_MAX: usize = 16;
/// How many levels above a deep directory stay open when it is reached from far away.
const NEAR_NAMES: usize = TARGET_DIRECTORIES_OPEN_MAX / 2;
/// The access list that new files in a directory get.
const DEFAULT_ACL: &[u8] = b"system.posix_acl_default";

/// How a path becomes a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolution {
    /// The kernel does it.
    Openat2,
    /// Name by name.
    Walk,
}

/// An open directory (`O_PATH`), and what a new file in it inherits.
#[derive(Debug)]
pub(super) struct Directory {
    /// The descriptor; good for `*at` calls only.
    pub fd: OwnedFd,
    /// The directory's group.
    pub gid: u32,
    /// Whether new files get an access list from it.
    pub default_acl: bool,
}

impl Directory {
    pub fn new(fd: OwnedFd) -> Result<Self, Errno> {
        let gid = rustix::fs::fstat(&fd)?.st_gid;
        let acl = rustix::fs::getxattr(proc_path(fd.as_fd()), DEFAULT_ACL, &mut [0_u8; 0]);
        let default_acl = !matches!(acl, Err(Errno::NODATA | Errno::OPNOTSUPP));
        Ok(Self { fd, gid, default_acl })
    }
}

/// A root and the directories below it that were used last.
#[derive(Debug)]
pub(super) struct Beneath {
    root: Arc<Directory>,
    resolution: Resolution,
    /// Whether a mount point is an error (`EXDEV`).
    one_file_system: bool,
    /// Path and directory, the one used last in front.
    near: Mutex<Near>,
}

/// Open directories by their paths.
type Near = Vec<(Box<[u8]>, Arc<Directory>)>;

impl Beneath {
    /// Everything below `root`; `resolution` is what the system can if `None`.
    pub fn new(root: OwnedFd, resolution: Option<Resolution>) -> Result<Self, Errno> {
        let resolution = resolution.unwrap_or_else(|| probe(root.as_fd()));
        let root = Arc::new(Directory::new(root)?);
        Ok(Self { root, resolution, one_file_system: false, near: Mutex::default() })
    }

    /// The same root with nothing open below it and with mount points as errors.
    pub fn within_one_file_system(&self) -> Self {
        let (root, resolution) = (Arc::clone(&self.root), self.resolution);
        Self { root, resolution, one_file_system: true, near: Mutex::default() }
    }

    /// The directory `path`; the root if it is empty.
    ///
    /// `ELOOP`: a symbolic link is on the way. `ENOTDIR`: something else is. `EXDEV`: a mount point is, and may not.
    pub fn directory(&self, path: &[u8]) -> Result<Arc<Directory>, Errno> {
        let root = || self.descend(Arc::clone(&self.root), path, path);
        let Some((start, rest)) = self.nearest(path) else { return root() };
        match self.descend(start, path, rest) {
            // What was open may have been removed, and something new may stand in its place.
            Err(Errno::NOENT) => {
                self.lock().retain(|(held, _)| below(path, held).is_none());
                root()
            }
            other => other,
        }
    }

    /// The directory `path`, which is made (mode 0700) with all that are missing above it.
    pub fn directory_made(&self, path: &[u8]) -> Result<Arc<Directory>, Errno> {
        match self.directory(path) {
            Err(Errno::NOENT) => {}
            other => return other,
        }
        let mut above = Arc::clone(&self.root);
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            let prefix = path.get(..end).unwrap_or(path);
            let (_, name) = split(prefix);
            let fd = match self.step(above.fd.as_fd(), name, OFlags::PATH) {
                Err(Errno::NOENT) => {
                    match rustix::fs::mkdirat(&above.fd, name, Mode::RWXU) {
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(errno) => return Err(errno),
                    }
                    self.step(above.fd.as_fd(), name, OFlags::PATH)?
                }
                other => other?,
            };
            above = self.remember(prefix, fd)?;
        }
        Ok(above)
    }

    /// A new descriptor of the directory `path`, open with `flags`.
    pub fn open(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let (parent, name) = split(path);
        let parent = self.directory(parent)?;
        let name: &[u8] = if name.is_empty() { b"." } else { name };
        self.step(parent.fd.as_fd(), name, flags)
    }

    /// Closes `path` and what is open below it: it was removed, or something else stands there now.
    pub fn forget(&self, path: &[u8]) {
        self.lock().retain(|(held, _)| below(held, path).is_none());
    }

    /// One call's worth of path, from `from`, which must be a directory at its end.
    pub fn step(&self, from: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::DIRECTORY | OFlags::CLOEXEC;
        if self.resolution == Resolution::Walk {
            return self.walk(from, path, flags);
        }
        let mut resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        resolve.set(ResolveFlags::NO_XDEV, self.one_file_system);
        let open = || rustix::fs::openat2(from, path, flags, Mode::empty(), resolve);
        (0..RACES_MAX)
            .map(|_| open())
            .find(|opened| !matches!(opened, Err(Errno::AGAIN | Errno::INTR)))
            .unwrap_or(Err(Errno::AGAIN))
    }

    /// `path` from `from` on, name by name.
    fn walk(&self, from: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let mut held: Option<OwnedFd> = None;
        let mut names = path.split(|byte| *byte == b'/').peekable();
        while let Some(name) = names.next() {
            let above = held.as_ref().map_or(from, AsFd::as_fd);
            let last = names.peek().is_none();
            let flags = if last { flags } else { OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC };
            let below = rustix::fs::openat(above, name, flags | OFlags::NOFOLLOW, Mode::empty())
                .map_err(|errno| if is_link(above, name, errno) { Errno::LOOP } else { errno })?;
            if self.one_file_system && rustix::fs::fstat(&below)?.st_dev != rustix::fs::fstat(above)?.st_dev {
                return Err(Errno::XDEV);
            }
            held = Some(below);
        }
        held.ok_or(Errno::NOENT)
    }

    /// The directory `path`, of which `rest` is left below `from`, in as few steps as the system allows.
    ///
    /// The last names of a deep path are steps of their own that stay open, so that whoever goes up from there does
    /// not begin at the root for every level.
    fn descend(&self, from: Arc<Directory>, path: &[u8], rest: &[u8]) -> Result<Arc<Directory>, Errno> {
        let (far, near) = split_names(rest, NEAR_NAMES);
        let mut left = far;
        let mut held: Option<OwnedFd> = None;
        while !left.is_empty() {
            let (next, after) = first_step(left);
            held = Some(self.step(held.as_ref().map_or(from.fd.as_fd(), AsFd::as_fd), next, OFlags::PATH)?);
            left = after;
        }
        let mut directory = match held {
            Some(fd) => {
                self.remember(path.get(..path.len() - (rest.len() - far.len())).unwrap_or(path), fd)?
            }
            None => from,
        };
        let mut end = path.len() - near.len();
        for name in near.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            let fd = self.step(directory.fd.as_fd(), name, OFlags::PATH)?;
            end += name.len();
            directory = self.remember(path.get(..end).unwrap_or(path), fd)?;
            end += 1;
        }
        Ok(directory)
    }

    /// The deepest open directory on the way to `path`, and what is left of the path below it; `None`: start at the
    /// root.
    fn nearest<'a>(&self, path: &'a [u8]) -> Option<(Arc<Directory>, &'a [u8])> {
        if path.is_empty() {
            return Some((Arc::clone(&self.root), path));
        }
        let mut near = self.lock();
        let candidates = near.iter().enumerate().filter(|(_, (held, _))| below(path, held).is_some());
        let (at, _) = candidates.max_by_key(|(_, (held, _))| held.len())?;
        near.get_mut(..=at)?.rotate_right(1);
        let (held, directory) = near.first()?;
        Some((Arc::clone(directory), below(path, held)?))
    }

    fn remember(&self, path: &[u8], fd: OwnedFd) -> Result<Arc<Directory>, Errno> {
        let directory = Arc::new(Directory::new(fd)?);
        let mut near = self.lock();
        near.retain(|(held, _)| **held != *path);
        near.truncate(TARGET_DIRECTORIES_OPEN_MAX - 1);
        near.insert(0, (path.into(), Arc::clone(&directory)));
        Ok(directory)
    }

    fn lock(&self) -> MutexGuard<'_, Near> {
        self.near.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The directory part and the last name of a path; both may be empty.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let Some(slash) = path.iter().rposition(|byte| *byte == b'/') else { return (&[], path) };
    path.split_at_checked(slash)
        .map_or((&[], path), |(parent, name)| (parent, name.get(1..).unwrap_or_default()))
}

/// The name under which the system reaches an open descriptor: the way to do with `O_PATH` what takes a path only.
pub(super) fn proc_path(fd: BorrowedFd<'_>) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}

/// What is left of `path` below `directory`: empty if they are the same, `None` if it lies elsewhere.
fn below<'a>(path: &'a [u8], directory: &[u8]) -> Option<&'a [u8]> {
    match path.strip_prefix(directory)? {
        [] => Some(&[]),
        [b'/', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// As many whole names as one call takes, and the rest. A name longer than that stays whole, for the system to refuse.
fn first_step(path: &[u8]) -> (&[u8], &[u8]) {
    if path.len() <= STEP_BYTES_MAX {
        return (path, &[]);
    }
    let within = path.get(..=STEP_BYTES_MAX).unwrap_or(path).iter().rposition(|byte| *byte == b'/');
    let Some(slash) = within.or_else(|| path.iter().position(|byte| *byte == b'/')) else {
        return (path, &[]);
    };
    (path.get(..slash).unwrap_or(path), path.get(slash + 1..).unwrap_or_default())
}

/// The last `count` names of `path` if it has more than that, after the rest of it without the slash between.
fn split_names(path: &[u8], count: usize) -> (&[u8], &[u8]) {
    let slash = path.iter().enumerate().rev().filter(|(_, byte)| **byte == b'/').nth(count - 1);
    let Some((slash, _)) = slash else { return (path, &[]) };
    (path.get(..slash).unwrap_or(path), path.get(slash + 1..).unwrap_or_default())
}

fn probe(root: BorrowedFd<'_>) -> Resolution {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match rustix::fs::openat2(root, c".", flags, Mode::empty(), ResolveFlags::BENEATH) {
        Err(Errno::NOSYS | Errno::PERM) => Resolution::Walk,
        _ => Resolution::Openat2,
    }
}

/// Whether `errno` (which is `ENOTDIR` for links, too, if a directory was asked for) is a symbolic link's doing.
fn is_link(above: BorrowedFd<'_>, name: &[u8], errno: Errno) -> bool {
    errno == Errno::NOTDIR
        && rustix::fs::statat(above, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_never_longer_than_a_call_takes_and_the_steps_join_to_the_path() {
        for name in [1, 2, 100, 255, 4095] {
            let path = vec![vec![b'n'; name]; 40_000 / name].join(&b'/');
            let (mut steps, mut rest) = (Vec::new(), path.as_slice());
            while !rest.is_empty() {
                let (step, after) = first_step(rest);
                assert!(step.len() <= STEP_BYTES_MAX && !step.is_empty());
                steps.push(step);
                rest = after;
            }
            assert_eq!(steps.join(&b'/'), path);
        }
    }

    #[test]
    fn the_directories_used_last_stay_open_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let beneath = Beneath::new(std::fs::File::open(dir.path()).unwrap().into(), None).unwrap();
        for number in 0..2 * TARGET_DIRECTORIES_OPEN_MAX {
            beneath.directory_made(number.to_string().as_bytes()).unwrap();
            beneath.directory(b"0").unwrap();
        }
        assert_eq!(beneath.lock().len(), TARGET_DIRECTORIES_OPEN_MAX);
        assert!(beneath.lock().iter().any(|(path, _)| **path == *b"0"));
    }
}
