//! Stretches of a dump, read by their anchors: nothing before them is read but records of the recipe.

use std::collections::VecDeque;
use std::ops::Range;

use crate::base::Observer;
use crate::format::Recipe;
use crate::ops::OpsError;
use crate::ops::content::{Piece, Ready, read_ahead};
use crate::repo::{Anchor, ChunkReader, Records, RepoError, Subject};

/// Something that goes out, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// Bytes of the dump; a chunk begins at the anchor, which is not after them.
    Bytes {
        /// Which.
        range: Range<u64>,
        /// Where to begin.
        anchor: Anchor,
    },
    /// Whole chunks, from the anchor on, so many.
    Chunks {
        /// The first; its offset is not used.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Ends what belongs together: the taker is told.
    End(usize),
}

/// What a stretch gives.
#[derive(Debug)]
pub enum Given<'b> {
    /// Bytes of the dump.
    Bytes(&'b [u8]),
    /// A new run of whole chunks begins.
    Run(u64),
    /// What belongs together has ended.
    End(usize),
}

enum Mark {
    /// Of the chunk that follows only this part is wanted.
    Keep(Range<usize>),
    Run(u64),
    End(usize),
}

/// Stretches, told one by one as they are needed.
pub type Stretches<'s> = &'s mut dyn Iterator<Item = Result<Stretch, RepoError>>;

/// Hands the bytes of `stretches` to `give`, in order.
///
/// # Errors
/// Those of `stretches`, of reading chunks and of `give`.
pub fn read(
    reader: &ChunkReader,
    recipe: &Recipe,
    stretches: Stretches<'_>,
    observer: &dyn Observer,
    give: &mut dyn FnMut(Given<'_>) -> Result<(), OpsError>,
) -> Result<(), OpsError> {
    let mut walk = Walk { reader, recipe, stretches, current: None, queued: VecDeque::new() };
    let mut keep = None;
    read_ahead(reader, observer, &mut || Ok(walk.next()?), &mut |ready| match ready {
        Ready::Mark(Mark::Keep(range)) => {
            keep = Some(range);
            Ok(())
        }
        Ready::Mark(Mark::Run(chunk)) => give(Given::Run(chunk)),
        Ready::Mark(Mark::End(number)) => give(Given::End(number)),
        Ready::Bytes(bytes) => match keep.take() {
            Some(range) => give(Given::Bytes(bytes.get(range).unwrap_or_default())),
            None => give(Given::Bytes(bytes)),
        },
        // A dump has no holes; one in its recipe was not written by us.
        Ready::Zeros(_) => Err(RepoError::Encode("a hole in a dump".into()).into()),
    })
}

/// A stretch on its way.
struct Current<'r> {
    records: Records<'r>,
    offset: u64,
    range: Range<u64>,
    chunks_left: u64,
}

struct Walk<'r> {
    reader: &'r ChunkReader,
    recipe: &'r Recipe,
    stretches: Stretches<'r>,
    current: Option<Current<'r>>,
    queued: VecDeque<Piece<Mark>>,
}

impl Walk<'_> {
    fn next(&mut self) -> Result<Option<Piece<Mark>>, RepoError> {
        loop {
            if let Some(piece) = self.queued.pop_front() {
                return Ok(Some(piece));
            }
            if self.advance()? {
                continue;
            }
            let Some(stretch) = self.stretches.next() else { return Ok(None) };
            self.begin(stretch?)?;
        }
    }

    fn begin(&mut self, stretch: Stretch) -> Result<(), RepoError> {
        let (first, offset, range, chunks_left) = match stretch {
            Stretch::End(number) => {
                self.queued.push_back(Piece::Mark(Mark::End(number)));
                return Ok(());
            }
            Stretch::Bytes { range, anchor } => (anchor.chunk, anchor.offset, range, u64::MAX),
            Stretch::Chunks { first, count } => {
                self.queued.push_back(Piece::Mark(Mark::Run(first)));
                (first, 0, 0..u64::MAX, count)
            }
        };
        let mut records = Records::new(self.reader, self.recipe);
        records.skip_records(first)?;
        self.current = Some(Current { records, offset, range, chunks_left });
        Ok(())
    }

    /// Queues what of the current stretch's next chunk is wanted; `false` if there is none.
    fn advance(&mut self) -> Result<bool, RepoError> {
        let Some(current) = &mut self.current else { return Ok(false) };
        if current.offset >= current.range.end || current.chunks_left == 0 {
            self.current = None;
            return Ok(false);
        }
        let Some(record) = current.records.next_record()? else {
            let subject = Subject::Object("a dump".into());
            return Err(RepoError::damaged(subject, "it has fewer chunks than its table map says"));
        };
        let start = current.offset;
        let end = start + u64::from(record.bytes);
        current.offset = end;
        current.chunks_left -= 1;
        let from = current.range.start.clamp(start, end) - start;
        let to = current.range.end.clamp(start, end) - start;
        if from < to {
            if from > 0 || to < u64::from(record.bytes) {
                let keep = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
                self.queued.push_back(Piece::Mark(Mark::Keep(keep(from)..keep(to))));
            }
            self.queued.push_back(Piece::Record(record));
        }
        Ok(true)
    }
}
