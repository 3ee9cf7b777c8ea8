//! Streams read ahead: chunks are read and proven on all cores, and handed on in order, in bounded memory.

use std::collections::VecDeque;

use crossbeam_channel::{Receiver, bounded};

use super::OpsError;
use crate::base::Observer;
use crate::base::limits::{AHEAD_BATCHES_MAX, AHEAD_BYTES_MAX, AHEAD_PIECES_MAX};
use crate::format::{Entry, Record};
use crate::repo::{ChunkReader, Records, RepoError, Subject};

/// What shall come out, in order.
#[derive(Debug)]
pub enum Piece<T> {
    /// Something of the caller's, between bytes.
    Mark(T),
    /// The bytes of a chunk, or of a hole.
    Record(Record),
}

/// What comes out, in the order in which it was asked for.
#[derive(Debug)]
pub enum Ready<'b, T> {
    /// What the caller put in.
    Mark(T),
    /// The bytes of a chunk, compared with its id.
    Bytes(&'b [u8]),
    /// So many zero bytes.
    Zeros(u64),
}

/// Takes pieces from `next` until it gives none, and hands them to `give` when they are read.
///
/// Must not run on a thread of the pool: it waits for the pool.
///
/// # Errors
/// Those of `next`, of reading a chunk, and of `give`; [`RepoError::Cancelled`].
pub fn read_ahead<T: Send>(
    reader: &ChunkReader,
    observer: &dyn Observer,
    next: &mut dyn FnMut() -> Result<Option<Piece<T>>, OpsError>,
    give: &mut dyn FnMut(Ready<'_, T>) -> Result<(), OpsError>,
) -> Result<(), OpsError> {
    let in_flight_max = (rayon::current_num_threads() * 2).clamp(2, AHEAD_BATCHES_MAX);
    let mut gathering = Gathering { reader, held: None, next };
    rayon::in_place_scope(|scope| {
        let mut in_flight: VecDeque<Receiver<Result<Batch<T>, RepoError>>> = VecDeque::new();
        let mut is_at_end = false;
        loop {
            while !is_at_end && in_flight.len() < in_flight_max {
                let Some(mut batch) = gathering.batch()? else {
                    is_at_end = true;
                    break;
                };
                let (done, promise) = bounded(1);
                // Nobody waits any more if the run ended early.
                scope.spawn(move |_| drop(done.send(batch.read(reader).map(|()| batch))));
                in_flight.push_back(promise);
            }
            let Some(promise) = in_flight.pop_front() else { return Ok(()) };
            if observer.is_cancelled() {
                return Err(RepoError::Cancelled.into());
            }
            let batch = promise.recv().map_err(|_| RepoError::Encode("a job of the pool broke".into()))?;
            batch?.give(give)?;
        }
    })
}

/// The content of a file, whose recipe must give as many bytes as its entry says.
#[derive(Debug)]
pub struct Content<'a> {
    records: Records<'a>,
    path: String,
    left: u64,
}

impl<'a> Content<'a> {
    /// The content of `entry`, the plaintext if it is compressed; none if it is no regular file.
    pub fn new(reader: &'a ChunkReader, entry: &Entry) -> Self {
        let records = Records::new(reader, &entry.content.clone().unwrap_or_default());
        Self { records, path: entry.path.to_string(), left: entry.content_bytes() }
    }

    /// The next chunk or hole; `None` at the end.
    ///
    /// # Errors
    /// Those of reading the recipe; [`RepoError::Damaged`] if it is shorter or longer than the file.
    pub fn next_record(&mut self) -> Result<Option<Record>, RepoError> {
        let wrong = |what: &str| {
            let subject = Subject::Object(format!("recipe of {}", self.path));
            RepoError::damaged(subject, format!("it is {what} than its file"))
        };
        match self.records.next_record()? {
            None if self.left > 0 => Err(wrong("shorter")),
            None => Ok(None),
            Some(record) => {
                self.left = self.left.checked_sub(u64::from(record.bytes)).ok_or_else(|| wrong("longer"))?;
                Ok(Some(record))
            }
        }
    }
}

/// Pieces that are read together.
struct Batch<T> {
    pieces: Vec<Piece<T>>,
    /// The plaintexts of its chunks in order.
    bytes: Vec<u8>,
}

impl<T> Batch<T> {
    /// Reads the chunks in the order in which they lie, so that each region is opened once.
    fn read(&mut self, reader: &ChunkReader) -> Result<(), RepoError> {
        let mut chunks = vec![];
        let mut end = 0;
        for piece in &self.pieces {
            if let Piece::Record(record) = piece
                && !record.is_hole()
            {
                let start = end;
                end += record.bytes as usize;
                chunks.push((reader.locate(&record.id)?, record.id, start..end));
            }
        }
        self.bytes = vec![0; end];
        chunks.sort_unstable_by_key(|(location, ..)| *location);
        for (_, id, range) in chunks {
            let plain = reader.chunk(&id)?;
            match self.bytes.get_mut(range) {
                Some(to) if to.len() == plain.len() => to.copy_from_slice(&plain),
                _ => {
                    let reason = "its length is not the one its recipe says";
                    return Err(RepoError::damaged(Subject::Chunk(id), reason));
                }
            }
        }
        Ok(())
    }

    fn give(self, give: &mut dyn FnMut(Ready<'_, T>) -> Result<(), OpsError>) -> Result<(), OpsError> {
        let mut rest = self.bytes.as_slice();
        for piece in self.pieces {
            match piece {
                Piece::Mark(mark) => give(Ready::Mark(mark))?,
                Piece::Record(record) if record.is_hole() => give(Ready::Zeros(record.bytes.into()))?,
                Piece::Record(record) => {
                    let (bytes, after) = rest.split_at_checked(record.bytes as usize).unwrap_or_default();
                    rest = after;
                    give(Ready::Bytes(bytes))?;
                }
            }
        }
        Ok(())
    }
}

/// Gathers pieces into batches that end where a region does, where that is possible, so that no region is opened for two.
struct Gathering<'g, T> {
    reader: &'g ChunkReader,
    /// A piece that belongs to the next batch.
    held: Option<Piece<T>>,
    next: &'g mut dyn FnMut() -> Result<Option<Piece<T>>, OpsError>,
}

impl<T> Gathering<'_, T> {
    fn batch(&mut self) -> Result<Option<Batch<T>>, OpsError> {
        let (mut pieces, mut bytes, mut last) = (vec![], 0, None);
        while let Some(piece) = self.piece()? {
            if let Piece::Record(record) = &piece
                && !record.is_hole()
            {
                let location = self.reader.locate(&record.id)?;
                let region = (location.pack, location.region);
                let is_new_region = last.is_some_and(|last| last != region);
                if bytes >= AHEAD_BYTES_MAX || (is_new_region && bytes >= AHEAD_BYTES_MAX / 4) {
                    self.held = Some(piece);
                    break;
                }
                bytes += record.bytes as usize;
                last = Some(region);
            }
            pieces.push(piece);
            if pieces.len() >= AHEAD_PIECES_MAX {
                break;
            }
        }
        Ok(if pieces.is_empty() { None } else { Some(Batch { pieces, bytes: vec![] }) })
    }

    fn piece(&mut self) -> Result<Option<Piece<T>>, OpsError> {
        match self.held.take() {
            Some(piece) => Ok(Some(piece)),
            None => (self.next)(),
        }
    }
}
