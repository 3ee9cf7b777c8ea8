//! The content of one file: its bytes, where its holes are, and whether it stayed the same.

use std::num::NonZeroU64;
use std::os::fd::OwnedFd;

use rustix::fs::{Advice, SeekFrom, Statx};
use rustix::io::{Errno, retry_on_intr};

use super::error::SourceError;
use super::facts::{ctime, facts_of, mtime};
use crate::base::TreePath;
use crate::format::Entry;

/// Up to this size the kernel reads a file at once, whatever it is told.
const ADVISED_BYTES_MIN: u64 = 128 * 1024;
/// A hole is at least this large, so that a smaller file has none worth asking for.
const HOLE_BYTES_MIN: u64 = 4096;

/// A part of a file: bytes, or a hole that reads as zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Bytes from `start` up to `end`. They may be zeros too.
    Data {
        /// Offset of the first.
        start: u64,
        /// Offset behind the last.
        end: u64,
    },
    /// Nothing is stored from `start` up to `end`.
    Hole {
        /// Offset where it starts.
        start: u64,
        /// Offset where it ends.
        end: u64,
    },
    /// The file ends here.
    End,
}

/// An open regular file.
#[derive(Debug)]
pub struct OpenFile {
    file: OwnedFd,
    path: TreePath,
    size: u64,
    is_sparse: bool,
    position: u64,
}

impl OpenFile {
    pub(super) fn new(file: OwnedFd, facts: &Statx, path: TreePath) -> Self {
        let size = facts.stx_size;
        if size > ADVISED_BYTES_MIN {
            // A file system that takes no advice reads all the same.
            let _ = rustix::fs::fadvise(&file, 0, NonZeroU64::new(size), Advice::Sequential);
        }
        let is_sparse = size > HOLE_BYTES_MIN && facts.stx_blocks.saturating_mul(512) < size;
        Self { file, path, size, is_sparse, position: 0 }
    }

    /// The size it had when it was opened; extents end there.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Reads on from `offset`.
    pub const fn seek(&mut self, offset: u64) {
        self.position = offset;
    }

    /// The next bytes, as many as one call brings; 0 at the end. A hole reads as zeros.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`].
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let read = retry_on_intr(|| rustix::io::pread(&self.file, &mut *buffer, self.position));
        let read = read.map_err(|errno| self.fault(errno))?;
        self.position += read as u64;
        Ok(read)
    }

    /// What lies at `offset` and up to where. Where reading goes on does not change.
    ///
    /// A file that has all its blocks is one extent of data and is not asked.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`].
    pub fn next_extent(&self, offset: u64) -> Result<Extent, SourceError> {
        if offset >= self.size {
            return Ok(Extent::End);
        }
        let rest = Extent::Data { start: offset, end: self.size };
        if !self.is_sparse {
            return Ok(rest);
        }
        let data = match self.find(SeekFrom::Data(offset)) {
            // No data up to the end, or the file is shorter by now.
            Err(Errno::NXIO) => self.size,
            Err(Errno::INVAL | Errno::NOTSUP) => return Ok(rest),
            data => data.map_err(|errno| self.fault(errno))?.min(self.size),
        };
        if data > offset {
            return Ok(Extent::Hole { start: offset, end: data });
        }
        match self.find(SeekFrom::Hole(offset)) {
            Ok(hole) if hole > offset => Ok(Extent::Data { start: offset, end: hole.min(self.size) }),
            // It was made shorter, or a hole, between the two calls: what is left reads as it is.
            Ok(_) | Err(Errno::NXIO) => Ok(rest),
            Err(errno) => Err(self.fault(errno)),
        }
    }

    /// Whether size, modification or change time are others now than in `entry`.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`].
    pub fn has_changed(&self, entry: &Entry) -> Result<bool, SourceError> {
        let facts = facts_of(&self.file).map_err(|errno| self.fault(errno))?;
        let now = (facts.stx_size, mtime(&facts), ctime(&facts));
        Ok(now != (entry.size, entry.mtime, entry.ctime))
    }

    fn find(&self, what: SeekFrom) -> Result<u64, Errno> {
        retry_on_intr(|| rustix::fs::seek(&self.file, what))
    }

    fn fault(&self, errno: Errno) -> SourceError {
        SourceError::Unreadable { path: super::error::shown(self.path.as_bytes()), source: errno.into() }
    }
}
