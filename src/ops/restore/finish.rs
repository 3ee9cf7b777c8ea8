//! The second pass: links and special files, what is to be deleted, and the metadata of directories, deepest first.

use std::collections::HashSet;

use super::Restore;
use crate::base::{TreePath, Warning};
use crate::format::{Entry, EntryKind};
use crate::ops::OpsError;
use crate::target::{Overwrite, Plan};

/// A directory that is being gone through.
struct Level {
    /// Its place and entry; `None` for the target itself.
    directory: Option<(TreePath, Entry)>,
    names: HashSet<Vec<u8>>,
    /// Whether it, or anything in it, was chosen.
    is_touched: bool,
}

impl Restore<'_> {
    pub(super) fn second_pass(&mut self) -> Result<(), OpsError> {
        if self.options.delete && !self.report.trees_damaged.is_empty() {
            let message =
                "nothing is removed: what belongs to the snapshot is not known where its tree is damaged";
            self.observer.warning(Warning { subject: "delete".into(), message: message.into() });
        }
        let mut levels = vec![Level { directory: None, names: HashSet::new(), is_touched: true }];
        self.each_entry(&mut |restore, at, entry| {
            while levels.len() > 1 && !is_in(levels.last(), at) {
                restore.leave(&mut levels)?;
            }
            let is_chosen = restore.options.selection.is_chosen(&entry);
            if let Some(level) = levels.last_mut() {
                level.is_touched |= is_chosen;
                if restore.options.delete {
                    // A directory on the way may have no entry of its own: what lies in it is there all the same.
                    let below =
                        level.directory.as_ref().map_or(Some(at.as_bytes()), |(above, _)| at.below(above));
                    let name = below.and_then(|path| path.split(|byte| *byte == b'/').next());
                    level.names.insert(name.unwrap_or_default().to_vec());
                }
            }
            match entry.kind {
                EntryKind::Directory => {
                    let directory = Some((at.clone(), entry));
                    levels.push(Level { directory, names: HashSet::new(), is_touched: is_chosen });
                    Ok(())
                }
                _ if is_chosen => restore.other(at, &entry),
                _ => Ok(()),
            }
        })?;
        while !levels.is_empty() {
            self.leave(&mut levels)?;
        }
        Ok(())
    }

    fn leave(&mut self, levels: &mut Vec<Level>) -> Result<(), OpsError> {
        let Some(level) = levels.pop() else { return Ok(()) };
        if let Some(above) = levels.last_mut() {
            above.is_touched |= level.is_touched;
        }
        if !level.is_touched {
            return Ok(());
        }
        // What stood in a damaged node would be taken for a stranger.
        if self.options.delete && self.report.trees_damaged.is_empty() {
            let at = level.directory.as_ref().map(|(at, _)| at);
            let keep = |name: &[u8]| level.names.contains(name);
            let removed = self.target.delete_others(at, &keep, !self.options.dry_run);
            if let Some(removed) = self.tolerate(removed)? {
                self.report.deleted.extend(removed);
            }
        }
        let Some((at, entry)) = level.directory else { return self.leave_root() };
        self.report.directories += 1;
        if self.options.dry_run {
            return Ok(());
        }
        let finished = self.target.finish_directory(&at, &entry);
        if let Some(losses) = self.tolerate(finished)? {
            self.lost(&losses);
        }
        Ok(())
    }

    /// A target that was made for the content of a directory becomes that directory. One that was there is the user's.
    fn leave_root(&mut self) -> Result<(), OpsError> {
        let Some(entry) = self.subtree.take() else { return Ok(()) };
        if self.options.dry_run || self.options.selection.is_filtered() || !self.target.is_new() {
            return Ok(());
        }
        let finished = self.target.finish_root(&entry);
        if let Some(losses) = self.tolerate(finished)? {
            self.lost(&losses);
        }
        Ok(())
    }

    /// A link, a special file, or a further name of a file.
    fn other(&mut self, at: &TreePath, entry: &Entry) -> Result<(), OpsError> {
        let first = if entry.kind == EntryKind::File {
            match self.links.get(&(entry.device, entry.inode)) {
                Some(first) if entry.links > 1 && first != at => Some(first.clone()),
                _ => return Ok(()),
            }
        } else {
            None
        };
        let Some(plan) = self.plan(at, entry)? else { return Ok(()) };
        // A further name is made again unless nothing may be touched: the first name may be another file now.
        let plan =
            if first.is_some() && plan == Plan::Keep && self.overwrites() { Plan::Replace } else { plan };
        if plan == Plan::Keep {
            self.report.kept += 1;
            return Ok(());
        }
        self.report.others += 1;
        if self.options.dry_run {
            return Ok(());
        }
        let made = match (&first, entry.kind) {
            (Some(first), _) => self.target.hard_link(at, first, plan).map(|()| vec![]),
            (None, EntryKind::Symlink) => self.target.symlink(at, entry, plan),
            (None, _) => self.target.special(at, entry, plan),
        };
        if let Some(losses) = self.tolerate(made)? {
            self.lost(&losses);
        }
        Ok(())
    }

    fn overwrites(&self) -> bool {
        !matches!(self.target.options().overwrite, Overwrite::Never)
    }
}

fn is_in(level: Option<&Level>, at: &TreePath) -> bool {
    let directory = level.and_then(|level| level.directory.as_ref());
    directory.is_none_or(|(directory, _)| at.is_within(directory))
}
