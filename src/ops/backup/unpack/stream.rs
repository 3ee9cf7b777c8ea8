//! Large files, which are read as streams.

use super::reader::{Stop, Unpacker};
use super::verify::Checking;
use super::{Fate, Look, Unpacked, look, probe};
use crate::base::TreePath;
use crate::base::limits::UNPACK_HEAD_BYTES;
use crate::compressed::Format;
use crate::format::Recipe;
use crate::ops::backup::hash::read_exactly;
use crate::ops::backup::produce::{Broken, Sending};
use crate::ops::backup::step::Step;
use crate::source::{Extent, OpenFile};

/// What a large file is sent as.
#[derive(Default)]
pub struct Sent {
    /// How it was taken apart; `None` if it was not sent yet.
    pub unpacked: Option<Unpacked>,
    /// What is to be told of it.
    pub fate: Option<Fate>,
}

impl Sending<'_, '_> {
    /// Sends what is in the file if that is a compressed dump or archive. If it is not, or cannot be written again, the file is as if nothing
    /// of it had been sent, and is still to be.
    pub fn unpack(
        &self,
        file: &mut OpenFile,
        path: &TreePath,
        last: Option<&Recipe>,
    ) -> Result<Sent, Broken> {
        let kept = |reason| Sent { unpacked: None, fate: Some(Fate::Kept(reason)) };
        let format = match self.look(file)? {
            Look::Foreign => return Ok(Sent::default()),
            Look::Keep(reason) => return Ok(kept(reason)),
            Look::Unpack(format) => format,
        };
        self.send(Step::Start { path: path.clone(), is_unpacked: true, last: last.cloned() })?;
        match self.unpacked(file, path, format) {
            Ok(unpacked) => Ok(Sent { fate: unpacked.fate(), unpacked: Some(unpacked) }),
            Err(Stop::Source(broken)) => Err(broken),
            Err(Stop::Keep(reason)) => {
                self.send(Step::Start { path: path.clone(), is_unpacked: false, last: last.cloned() })?;
                Ok(kept(reason))
            }
        }
    }

    fn look(&self, file: &mut OpenFile) -> Result<Look, Broken> {
        // Nothing that compresses leaves holes.
        let is_one = matches!(
            file.next_extent(0).map_err(Broken::Source)?,
            Extent::Data { start: 0, end } if end >= file.size()
        );
        if !is_one {
            return Ok(Look::Foreign);
        }
        let mut read = |wanted: usize, head: &mut Vec<u8>| {
            read_exactly(&mut |buffer: &mut [u8]| file.read(buffer).map_err(Broken::Source), wanted, head)
        };
        let mut head = Vec::new();
        read(FIRST_BYTES, &mut head)?;
        // Most files are none of these: no more is read of them twice.
        if Format::recognise(&head).is_none() {
            return Ok(Look::Foreign);
        }
        let is_whole = read(UNPACK_HEAD_BYTES, &mut head)?;
        let look = look(&head, self.gzip());
        Ok(match &look {
            Look::Unpack(Format::Gzip) if !is_whole && self.gzip() == super::GzipMode::Replay => {
                probe(&head).map_or_else(Look::Keep, |()| look)
            }
            _ => look,
        })
    }

    fn unpacked(
        &self,
        file: &mut OpenFile,
        path: &TreePath,
        format: Format,
    ) -> Result<Unpacked, Stop<Broken>> {
        file.seek(0);
        let mut unpacker = Unpacker::new(format, Checking::beside(self.gzip()), |buffer: &mut [u8]| {
            let bytes = file.read(buffer).map_err(Broken::Source)?;
            self.send(Step::Taken(bytes as u64))?;
            Ok(bytes)
        });
        let read = &mut |buffer: &mut [u8]| unpacker.read(buffer).map_err(Broken::from);
        match self.bytes(read, u64::MAX, Some(path)) {
            Ok(_) => unpacker.finish().map_err(Stop::Keep),
            Err(Broken::Kept(reason)) => Err(Stop::Keep(reason)),
            Err(broken) => Err(Stop::Source(broken)),
        }
    }
}

impl From<Stop<Self>> for Broken {
    fn from(stop: Stop<Self>) -> Self {
        match stop {
            Stop::Source(broken) => broken,
            Stop::Keep(reason) => Self::Kept(reason),
        }
    }
}

/// As many first bytes as tell the format, and some more.
const FIRST_BYTES: usize = 512;
