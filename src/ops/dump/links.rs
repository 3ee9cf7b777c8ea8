//! Files with several names: the first one in the archive has the content, the others point to it.

use std::collections::HashMap;

use crate::format::{Compressed, Entry, EntryKind, Recipe};

/// Files with several names of which not all have come by yet.
#[derive(Debug, Default)]
pub struct Links {
    open: HashMap<(u64, u64), Link>,
}

#[derive(Debug)]
struct Link {
    name: Vec<u8>,
    content: Option<Recipe>,
    compressed: Option<Box<Compressed>>,
    /// Names that may still come.
    left: u64,
}

impl Links {
    /// The name under which the entry's content came by already. Names whose content differs (the file was written to
    /// between the two) are files of their own.
    pub fn earlier_name(&mut self, entry: &Entry, name: &[u8]) -> Option<Vec<u8>> {
        if entry.kind != EntryKind::File || entry.links < 2 {
            return None;
        }
        let key = (entry.device, entry.inode);
        let Some(link) = self.open.get_mut(&key) else {
            let (content, compressed) = (entry.content.clone(), entry.compressed.clone());
            let link = Link { name: name.to_vec(), content, compressed, left: entry.links - 1 };
            self.open.insert(key, link);
            return None;
        };
        if (&link.content, &link.compressed) != (&entry.content, &entry.compressed) {
            return None;
        }
        let earlier = link.name.clone();
        link.left -= 1;
        if link.left == 0 {
            self.open.remove(&key);
        }
        Some(earlier)
    }
}
