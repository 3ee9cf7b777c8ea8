//! Files read back from the target and compared with the ids of their chunks.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::Restore;
use crate::base::TreePath;
use crate::format::{Entry, EntryKind};
use crate::ops::OpsError;
use crate::repo::Records;

impl Restore<'_> {
    pub(super) fn verify(&mut self) -> Result<(), OpsError> {
        let damaged: std::collections::HashSet<TreePath> = self.report.damaged.iter().cloned().collect();
        self.each_entry(&mut |restore, at, entry| {
            if entry.kind != EntryKind::File
                || damaged.contains(at)
                || !restore.options.selection.is_chosen(&entry)
            {
                return Ok(());
            }
            if restore.is_right(at, &entry)? {
                restore.report.verified += 1;
            } else {
                restore.report.verify_failed.push(at.clone());
            }
            Ok(())
        })
    }

    fn is_right(&self, at: &TreePath, entry: &Entry) -> Result<bool, OpsError> {
        let Ok(mut file) = self.target.open_file(at) else { return Ok(false) };
        if entry.compressed.is_some() {
            return self.is_rewritten(&mut file, entry);
        }
        let recipe = entry.content.clone().unwrap_or_default();
        let mut records = Records::new(self.reader, &recipe);
        let (mut buffer, mut offset) = (Vec::new(), 0_u64);
        while let Some(record) = records.next_record()? {
            let mut left = u64::from(record.bytes);
            offset += left;
            if record.is_hole() && skip_hole(&mut file, offset - left, offset) {
                continue;
            }
            while left > 0 {
                let part = left.min(crate::base::limits::CHUNK_BYTES_ACCEPTED as u64);
                buffer.clear();
                let read = (&mut file).take(part).read_to_end(&mut buffer);
                if read.ok().map(|bytes| bytes as u64) != Some(part) {
                    return Ok(false);
                }
                let is_right = match record.is_hole() {
                    true => buffer.iter().all(|byte| *byte == 0),
                    false => self.reader.repository().keys().chunk_id(&buffer) == record.id,
                };
                if !is_right {
                    return Ok(false);
                }
                left -= part;
            }
        }
        let is_size = file.metadata().is_ok_and(|metadata| metadata.len() == entry.size);
        Ok(is_size && file.read(&mut [0; 1]).is_ok_and(|bytes| bytes == 0))
    }
}

/// Goes to `end` if nothing but a hole lies before it: it need not be read then. Else stays at `start`.
fn skip_hole(file: &mut File, start: u64, end: u64) -> bool {
    let is_hole = match rustix::fs::seek(&*file, rustix::fs::SeekFrom::Data(start)) {
        Ok(data) => data >= end,
        Err(rustix::io::Errno::NXIO) => true,
        Err(_) => false,
    };
    let to = if is_hole { end } else { start };
    file.seek(SeekFrom::Start(to)).is_ok() && is_hole
}
