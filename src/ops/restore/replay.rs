//! Compressed files: written again bit for bit from their plaintext, one after another on each core, or restored as their plaintext.

use std::fs::File;
use std::io::Read;

use super::fill::finish_file;
use super::window::{Failure, FileTask};
use super::{Restore, is_damage};
use crate::base::{Observer, TreePath, Warning};
use crate::format::Entry;
use crate::ops::{OpsError, rewriting};
use crate::repo::{ChunkReader, RepoError};
use crate::target::{DirectoryTarget, TargetError};

/// Why a file is not written.
enum Ended {
    Repo(RepoError),
    Target(TargetError),
}

impl From<RepoError> for Ended {
    fn from(error: RepoError) -> Self {
        Self::Repo(error)
    }
}

/// Why what is in the target is not compared any further.
enum Unlike {
    Repo(RepoError),
    Bytes,
}

impl From<RepoError> for Unlike {
    fn from(error: RepoError) -> Self {
        Self::Repo(error)
    }
}

/// Writes a file from its first byte to its last; returns how many. What fails is noted in the file.
pub fn write(
    reader: &ChunkReader,
    target: &DirectoryTarget,
    task: &FileTask,
    observer: &dyn Observer,
) -> usize {
    let mut at = 0_u64;
    let written = rewriting::each_piece(reader, &task.entry, &mut |bytes| {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        task.write(target, bytes, at).map_err(Ended::Target)?;
        at += bytes.len() as u64;
        Ok(())
    });
    match written {
        Ok(()) => finish_file(target, task, observer),
        Err(Ended::Target(error)) => task.fail(Failure::Target(error)),
        Err(Ended::Repo(error)) if is_damage(&error) => task.fail(Failure::Damage(error.to_string())),
        Err(Ended::Repo(error)) => task.fail(Failure::Fatal(error)),
    }
    usize::try_from(at).unwrap_or(usize::MAX)
}

impl Restore<'_> {
    /// The place and the entry of what is restored for `entry`: of its plaintext, if that is wanted or is all there is.
    pub(super) fn as_it_goes_out(
        &mut self,
        at: TreePath,
        entry: Entry,
    ) -> Result<(TreePath, Entry), OpsError> {
        let is_plain_only = entry.is_plain_only();
        if entry.compressed.is_none() || !(self.options.decompressed || is_plain_only) {
            return Ok((at, entry));
        }
        let is_taken = rewriting::is_taken(self.reader, self.root, &entry.path)?;
        let plain = rewriting::without_suffix(at.as_bytes()).filter(|_| !is_taken).map(TreePath::new);
        let plain = plain.transpose()?;
        if !self.has_told && self.options.selection.is_chosen(&entry) {
            self.report.plain_only += u64::from(is_plain_only);
            let only = "only its plaintext was kept (backup --gzip plain), and that is restored";
            let kept = "its plaintext keeps this name, since another file has the one without the suffix";
            let told = [(is_plain_only, only), (is_taken, kept)];
            for (_, message) in told.into_iter().filter(|(is_so, _)| *is_so) {
                self.observer.warning(Warning { subject: entry.path.to_string(), message: message.into() });
            }
        }
        Ok((plain.unwrap_or(at), rewriting::plaintext_entry(entry)))
    }

    /// Whether the file in the target is what would be written.
    pub(super) fn is_rewritten(&self, file: &mut File, entry: &Entry) -> Result<bool, OpsError> {
        let mut found = Vec::new();
        let rewritten = rewriting::each_piece(self.reader, entry, &mut |bytes| {
            found.clear();
            let read = file.take(bytes.len() as u64).read_to_end(&mut found);
            if read.is_ok() && found == bytes { Ok(()) } else { Err(Unlike::Bytes) }
        });
        match rewritten {
            Err(Unlike::Repo(error)) => Err(error.into()),
            Err(Unlike::Bytes) => Ok(false),
            Ok(()) => Ok(file.read(&mut [0; 1]).is_ok_and(|bytes| bytes == 0)),
        }
    }
}
