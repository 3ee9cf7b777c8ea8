//! What differs between two entries of one path, as far as their owner cares.
//!
//! Inode, device, number of links and change time tell nothing about what was saved, and neither does the modification time of a
//! directory: it changes with every name in it, and the names are told themselves.

use crate::format::{Entry, EntryKind};

/// What is not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Changes {
    /// File, directory or link: it is something else now.
    pub kind: bool,
    /// The bytes of a file, what a link points to, the number of a device.
    pub content: bool,
    /// Permissions.
    pub mode: bool,
    /// User or group.
    pub owner: bool,
    /// When the content was last modified; not of directories.
    pub mtime: bool,
    /// Extended attributes, access lists among them.
    pub xattrs: bool,
}

impl Changes {
    /// What differs from `before` to `after`.
    pub fn between(before: &Entry, after: &Entry) -> Self {
        let content = |entry: &Entry| (entry.size, entry.device_number);
        let owner = |entry: &Entry| (entry.uid, entry.gid, entry.user.clone(), entry.group.clone());
        Self {
            kind: before.kind != after.kind,
            content: content(before) != content(after)
                || before.content != after.content
                || before.compressed != after.compressed
                || before.link_target != after.link_target,
            mode: before.mode != after.mode,
            owner: owner(before) != owner(after),
            mtime: before.mtime != after.mtime
                && !(before.kind == EntryKind::Directory && after.kind == EntryKind::Directory),
            xattrs: before.xattrs != after.xattrs,
        }
    }

    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// What differs, in one word each.
    pub fn words(&self) -> Vec<&'static str> {
        let all = [
            (self.kind, "kind"),
            (self.content, "content"),
            (self.mode, "mode"),
            (self.owner, "owner"),
            (self.mtime, "mtime"),
            (self.xattrs, "xattrs"),
        ];
        all.into_iter().filter_map(|(differs, word)| differs.then_some(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::ops::house::entry;

    #[test]
    fn what_only_the_file_system_knows_is_no_change() {
        let before = entry("a", EntryKind::File);
        let after = Entry { inode: 5, device: 6, links: 2, ctime: Timestamp::new(9, 9), ..before.clone() };
        assert!(Changes::between(&before, &after).is_none());
        let directory = entry("a", EntryKind::Directory);
        let touched = Entry { mtime: Timestamp::new(9, 9), ..directory.clone() };
        assert!(Changes::between(&directory, &touched).is_none());
    }

    #[test]
    fn every_change_has_its_word() {
        let before = entry("a", EntryKind::File);
        let after = Entry {
            kind: EntryKind::Symlink,
            link_target: Some(vec![1]),
            mode: 0,
            group: Some("g".into()),
            mtime: Timestamp::new(1, 1),
            xattrs: vec![(vec![1], vec![])],
            ..before.clone()
        };
        let words = Changes::between(&before, &after).words();
        assert_eq!(words, ["kind", "content", "mode", "owner", "mtime", "xattrs"]);
    }
}
