//! The producer: walks the source, asks for last night's entries, reads large files and streams, and sends steps in tree order.

use std::sync::Arc;

use crossbeam_channel::{Sender, TrySendError};

use super::dump::{Cutter, Look, MapEnd};
use super::hash::{Item, Workshop, is_untouched};
use super::merge::LastNight;
use super::step::{Change, Step, Tally, job};
use super::stream::Stream;
use super::unpack::{GzipMode, Sent, may_hold_much};
use crate::base::limits::{GROUP_BYTES, GROUP_ITEMS, MAP_BATCH_BYTES, SMALL_FILE_BYTES, STREAM_BATCH_BYTES};
use crate::base::{Observer, Timestamp, TreePath, Warning};
use crate::format::{Entry, EntryKind, Recipe};
use crate::source::{Extent, Found, OpenFile, SourceError, Walk};

/// Reads the source and sends steps.
pub struct Producer<'o> {
    pub workshop: Arc<Workshop>,
    pub walk: Option<Walk>,
    /// Streams, sorted by path.
    pub streams: Vec<Stream>,
    pub now: Timestamp,
    pub observer: &'o dyn Observer,
}

/// The consumer has gone: there is nobody to send to.
pub struct Gone;

/// Why a file's bytes end before their end.
pub enum Broken {
    Gone,
    Source(SourceError),
    Stream(std::io::Error),
    /// A compressed file is stored as it is, for this reason.
    Kept(String),
}

impl From<Gone> for Broken {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

pub struct Sending<'s, 'o> {
    steps: &'s Sender<Step>,
    workshop: Arc<Workshop>,
    observer: &'o dyn Observer,
    group: Vec<Item>,
    group_bytes: u64,
}

impl<'o> Producer<'o> {
    /// Sends everything; ends early if nobody listens any more or the run is cancelled.
    pub fn run(self, mut last: LastNight, steps: &Sender<Step>) {
        let Self { workshop, mut walk, streams, now, observer } = self;
        let mut sending = Sending { steps, workshop, observer, group: vec![], group_bytes: 0 };
        let mut streams = streams.into_iter().peekable();
        let sent = (|| -> Result<(), Gone> {
            while let Some(found) = walk.as_mut().and_then(Iterator::next) {
                if observer.is_cancelled() {
                    return Err(Gone);
                }
                let found = match found {
                    Ok(found) => found,
                    Err(error) => {
                        observer.warning(Warning::from(&error));
                        continue;
                    }
                };
                while let Some(stream) = streams.next_if(|stream| stream.path < found.entry.path) {
                    sending.stream(stream, now, &mut last)?;
                }
                let is_taken = |stream: &Stream| stream.path.is_within(&found.entry.path);
                if found.entry.kind != EntryKind::Directory && streams.peek().is_some_and(is_taken) {
                    let message = "is left out: a stream was given its place".into();
                    observer.warning(Warning { subject: format!("/{}", found.entry.path), message });
                    continue;
                }
                let before = last.at(&found.entry.path);
                sending.found(found, before)?;
            }
            for stream in streams {
                sending.stream(stream, now, &mut last)?;
            }
            sending.flush()?;
            let tally = walk.map_or_else(Tally::default, |walk| Tally {
                sockets: walk.sockets_left_out(),
                excluded: walk.excluded(),
                left_out: walk.skipped().to_vec(),
            });
            sending.send(Step::Tally(tally))
        })();
        // The consumer knows by itself why it stopped.
        drop(sent);
    }
}

impl Sending<'_, '_> {
    pub fn send(&self, step: Step) -> Result<(), Gone> {
        self.steps.send(step).map_err(|_| Gone)
    }

    /// Whether nobody listens any more.
    pub fn is_alone(&self) -> bool {
        matches!(self.steps.try_send(Step::Tick), Err(TrySendError::Disconnected(_)))
    }

    pub fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }

    pub fn last_content(&self, path: &TreePath, last: Option<Box<Entry>>) -> Option<Recipe> {
        self.workshop.last_content(path, last)
    }

    pub fn gzip(&self) -> GzipMode {
        self.workshop.gzip
    }

    pub fn warn(&self, warning: Warning) {
        self.observer.warning(warning);
    }

    /// Sends the entries gathered so far.
    pub fn flush(&mut self) -> Result<(), Gone> {
        if self.group.is_empty() {
            return Ok(());
        }
        self.group_bytes = 0;
        let (items, workshop) = (std::mem::take(&mut self.group), self.workshop.clone());
        self.send(Step::Group(job(move || workshop.group(items))))
    }

    fn found(&mut self, found: Found, last: Option<Box<Entry>>) -> Result<(), Gone> {
        let untouched = last.as_ref().is_some_and(|last| is_untouched(&found.entry, last));
        let is_large = found.entry.kind == EntryKind::File
            && (found.entry.size > SMALL_FILE_BYTES || may_hold_much(&found.entry));
        if is_large && !(untouched && last.as_ref().is_some_and(|last| self.workshop.has_content(last))) {
            self.flush()?;
            let change = if last.is_some() { Change::Changed } else { Change::New };
            let last = self.last_content(&found.entry.path, last);
            return self.large(found, change, last);
        }
        if !untouched {
            self.group_bytes += found.entry.size;
        }
        self.group.push(Item { found, last });
        if self.group.len() >= GROUP_ITEMS || self.group_bytes >= GROUP_BYTES { self.flush() } else { Ok(()) }
    }

    /// Sends a large file; one that changes meanwhile is sent once more, and then flagged.
    fn large(&mut self, mut found: Found, change: Change, last: Option<Recipe>) -> Result<(), Gone> {
        for is_last_attempt in [false, true] {
            let path = found.entry.path.clone();
            self.send(Step::Start { path, is_unpacked: false, last: last.clone() })?;
            match self.large_once(&mut found, last.as_ref()) {
                Ok((has_changed, Sent { unpacked, fate })) if !has_changed || is_last_attempt => {
                    if let Some(fate) = fate {
                        self.send(Step::Fate(found.entry.path.clone(), fate))?;
                    }
                    let entry = Entry { torn: has_changed, ..found.entry };
                    let entry = match unpacked {
                        Some(unpacked) => unpacked.entry(entry),
                        None => entry,
                    };
                    return self.send(Step::End(Box::new(entry), change));
                }
                Ok(_) => {
                    if let Err(error) = found.refresh() {
                        return self.abandon(&error);
                    }
                }
                Err(Broken::Source(error)) => return self.abandon(&error),
                Err(_) => return Err(Gone),
            }
        }
        Ok(())
    }

    fn abandon(&self, error: &SourceError) -> Result<(), Gone> {
        self.observer.warning(Warning::from(error));
        self.send(Step::Abandon)
    }

    /// Sends the file's bytes and holes, or what is in it; `true` if it changed meanwhile.
    fn large_once(&self, found: &mut Found, last: Option<&Recipe>) -> Result<(bool, Sent), Broken> {
        let mut file = found.open().map_err(Broken::Source)?;
        let sent = self.unpack(&mut file, &found.entry.path, last)?;
        if sent.unpacked.is_none() {
            self.extents(&mut file, &found.entry.path)?;
        }
        found.complete().map_err(Broken::Source)?;
        Ok((file.has_changed(&found.entry).map_err(Broken::Source)?, sent))
    }

    /// Sends a file as it is.
    fn extents(&self, file: &mut OpenFile, path: &TreePath) -> Result<(), Broken> {
        let mut offset = 0;
        loop {
            match file.next_extent(offset).map_err(Broken::Source)? {
                Extent::End => return Ok(()),
                Extent::Hole { start, end } => {
                    self.send(Step::Hole(end - start))?;
                    offset = end;
                }
                Extent::Data { start, end } => {
                    file.seek(start);
                    let size = file.size();
                    // A file with holes is no dump: nothing that writes dumps leaves any.
                    let dump = (start == 0 && end >= size).then_some(path);
                    let read = &mut |buffer: &mut [u8]| file.read(buffer).map_err(Broken::Source);
                    let sent = self.bytes(read, end - start, dump)?;
                    offset = if sent < end - start { size } else { end };
                }
            }
        }
    }

    /// Sends up to `limit` bytes in batches, cut into chunks, and the table map if they are a dump at the path that is told;
    /// returns how many there were. A stream that breaks off ends there: what it gave is sent before the error is told.
    pub fn bytes(
        &self,
        read: &mut dyn FnMut(&mut [u8]) -> Result<usize, Broken>,
        limit: u64,
        dump: Option<&TreePath>,
    ) -> Result<u64, Broken> {
        let known_keys = || self.workshop.known_keys(dump?);
        let look = if dump.is_some() { Look::Dump(&known_keys) } else { Look::Plain };
        let mut cutter = Cutter::new(&self.workshop.chunkers, look);
        let batch = STREAM_BATCH_BYTES.max(self.workshop.chunkers.window_bytes());
        let (mut buffer, mut sent) = (Vec::new(), 0);
        loop {
            if self.observer.is_cancelled() {
                return Err(Broken::Gone);
            }
            let room = batch.saturating_sub(buffer.len());
            let left = limit - sent - buffer.len() as u64;
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(room);
            let (is_short, broken) = match super::hash::read_exactly(read, wanted, &mut buffer) {
                Ok(is_short) => (is_short, None),
                Err(broken @ Broken::Stream(_)) => (true, Some(broken)),
                Err(other) => return Err(other),
            };
            let is_end = is_short || left == wanted as u64;
            let ends = cutter.cut(&buffer, is_end);
            if let Some(end) = ends.last().copied() {
                let tail = buffer.split_off(end);
                sent += end as u64;
                let (bytes, workshop) = (std::mem::replace(&mut buffer, tail), self.workshop.clone());
                let marks = cutter.take_marks();
                self.send(Step::Bytes(job(move || workshop.hash(bytes, &ends, marks))))?;
            }
            if cutter.map_bytes_ready() >= MAP_BATCH_BYTES {
                self.send(Step::Map(cutter.take_map()))?;
            }
            if is_end {
                if let Some(MapEnd { bytes, tally, marks }) = cutter.finish() {
                    self.send(Step::Map(bytes))?;
                    self.send(Step::MapEnd(tally, marks))?;
                }
                return broken.map_or(Ok(sent), Err);
            }
        }
    }
}
