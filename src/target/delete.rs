//! What lies in the target and not in the snapshot: found first, then removed, the deepest first.

use rustix::fs::{AtFlags, Dir, FileType, OFlags};
use rustix::io::Errno;

use super::beneath::{Beneath, split};
use super::{DirectoryTarget, TargetError};
use crate::base::TreePath;

impl DirectoryTarget {
    /// Everything in `directory` (`None`: the root) whose name `keep` does not keep, with all that is inside, in the
    /// order of a walk; `keep` is asked about the names in the directory itself only. With `apply` it is removed. A
    /// directory that is not there has nothing in it. Links are removed and never followed.
    ///
    /// # Errors
    /// [`TargetError::Escapes`] if `directory` is reached through a link, or a mount point lies in what would be
    /// removed: then nothing is removed. [`TargetError`] otherwise; some of it may have been removed already.
    pub fn delete_others(
        &self,
        directory: Option<&TreePath>,
        keep: &dyn Fn(&[u8]) -> bool,
        apply: bool,
    ) -> Result<Vec<TreePath>, TargetError> {
        // Nothing stays open from before: what is removed is what these paths mean now.
        let beneath = self.beneath().within_one_file_system();
        let mut others = Vec::new();
        let mut unread = Vec::new();
        for (name, is_directory) in self.list(&beneath, directory)? {
            if !keep(&name) {
                found(directory, &name, is_directory, &mut others, &mut unread)?;
            }
        }
        while let Some(inner) = unread.pop() {
            for (name, is_directory) in self.list(&beneath, Some(&inner))? {
                found(Some(&inner), &name, is_directory, &mut others, &mut unread)?;
            }
        }
        others.sort();
        if apply {
            for (path, is_directory) in others.iter().rev() {
                remove(&beneath, path, *is_directory)?;
                self.beneath().forget(path.as_bytes());
            }
        }
        Ok(others.into_iter().map(|(path, _)| path).collect())
    }

    /// The names in a directory, and which are directories.
    fn list(
        &self,
        beneath: &Beneath,
        directory: Option<&TreePath>,
    ) -> Result<Vec<(Vec<u8>, bool)>, TargetError> {
        let failed = |errno| match directory {
            Some(at) => TargetError::path(at, errno),
            None => self.root_failed(errno),
        };
        let path = directory.map(TreePath::as_bytes).unwrap_or_default();
        let fd = match beneath.open(path, OFlags::RDONLY) {
            Err(Errno::NOENT) => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let mut names = Vec::new();
        let mut entries = Dir::new(fd).map_err(failed)?;
        while let Some(entry) = entries.read() {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let file_type = match entry.file_type() {
                FileType::Unknown => {
                    let fd = entries.fd().map_err(failed)?;
                    let stat = rustix::fs::statat(fd, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
                    FileType::from_raw_mode(stat.st_mode)
                }
                known => known,
            };
            names.push((name.to_bytes().to_vec(), file_type == FileType::Directory));
        }
        Ok(names)
    }
}

/// Notes `name` in `directory` as something to remove, and as something to look into if it is a directory.
fn found(
    directory: Option<&TreePath>,
    name: &[u8],
    is_directory: bool,
    others: &mut Vec<(TreePath, bool)>,
    unread: &mut Vec<TreePath>,
) -> Result<(), TargetError> {
    let path = match directory {
        Some(directory) => directory.join(name).map_err(|_| TargetError::Malformed {
            at: directory.clone(),
            what: "path of something in it is too long to be removed",
        })?,
        // The system gives single names.
        None => TreePath::new(name).map_err(|error| TargetError::Root {
            path: error.to_string(),
            source: std::io::ErrorKind::InvalidData.into(),
        })?,
    };
    if is_directory {
        unread.push(path.clone());
    }
    others.push((path, is_directory));
    Ok(())
}

fn remove(beneath: &Beneath, path: &TreePath, is_directory: bool) -> Result<(), TargetError> {
    let (parent, name) = split(path.as_bytes());
    let parent = beneath.directory(parent).map_err(|errno| TargetError::path(path, errno))?;
    let flags = if is_directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
    match rustix::fs::unlinkat(&parent.fd, name, flags) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(TargetError::call(path, errno)),
    }
}
