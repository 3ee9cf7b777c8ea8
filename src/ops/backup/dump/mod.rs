//! Cuts a file's stream into chunks; where the stream is a dump, chunks follow its rows and a table map comes of it.
//!
//! Whether it is one is decided by its first bytes. What the lexer does not understand is a section with a note; no byte is ever changed by it.

mod frame;
mod known;
mod mapping;
mod marks;
mod names;
mod waiting;
mod walls;

use std::ops::Range;

pub use frame::DumpTally;
pub use known::known_keys;
pub use marks::{Break, DumpTable, Marks};

use self::mapping::Mapping;
use crate::base::limits::{DUMP_UNSETTLED_BYTES_MAX, SQL_PREFIX_BYTES};
use crate::chunker::{Chunker, CutHint};
use crate::sql::{KnownKeys, Lexer, Recognition, recognise};

/// How a stream is looked at.
#[derive(Clone, Copy)]
pub enum Look<'l> {
    /// As bytes.
    Plain,
    /// As a dump, if it is one: then its tables' keys are asked for, as far as they are known.
    Dump(&'l dyn Fn() -> Option<KnownKeys>),
}

/// What streams are cut by.
#[derive(Debug, Clone)]
pub struct Chunkers {
    /// For what may be anything.
    fine: Chunker,
    /// For dumps.
    coarse: Chunker,
}

impl Chunkers {
    /// Those of a repository with this chunker.
    pub fn new(fine: Chunker) -> Self {
        Self { coarse: fine.coarse(), fine }
    }

    /// Bytes that have to be at hand, so that every chunk can be cut whose end is known.
    pub fn window_bytes(&self) -> usize {
        2 * self.fine.bytes_max().max(self.coarse.bytes_max())
    }
}

/// Cuts one stream.
pub struct Cutter<'c> {
    chunkers: &'c Chunkers,
    /// The one in use.
    chunker: &'c Chunker,
    reading: Reading<'c>,
    /// Where the window of the next call begins in the stream.
    position: u64,
    /// How far the lexer has come.
    lexed: u64,
    hints: Vec<CutHint>,
    /// Those of the chunks that were cut, if the stream is a dump.
    marks: Vec<Marks>,
}

enum Reading<'c> {
    /// Too little has been seen.
    Unknown(&'c dyn Fn() -> Option<KnownKeys>),
    Plain,
    Dump(Box<Dump>),
}

#[derive(Debug)]
struct Dump {
    /// None when the stream has ended.
    lexer: Option<Lexer>,
    mapping: Mapping,
}

impl Dump {
    /// Chunks that end before this offset can be cut, when the lexer has seen all before `lexed`.
    fn settled(&mut self, lexed: u64, print: &dyn Fn(Range<u64>) -> u64) -> u64 {
        let Some(lexer) = &self.lexer else {
            self.mapping.reach(lexed, true, print);
            return u64::MAX;
        };
        let settled = lexer.settled().max(lexed.saturating_sub(DUMP_UNSETTLED_BYTES_MAX));
        self.mapping.reach(settled, false, print)
    }
}

/// A table map, or the rest of one.
#[derive(Debug, Clone)]
pub struct MapEnd {
    /// Its last bytes; what was ready before has been taken.
    pub bytes: Vec<u8>,
    /// What is in the dump.
    pub tally: DumpTally,
    /// The marks behind its last chunk.
    pub marks: Marks,
}

impl<'c> Cutter<'c> {
    /// A cutter at the start of a stream.
    pub fn new(chunkers: &'c Chunkers, look: Look<'c>) -> Self {
        let reading = match look {
            Look::Plain => Reading::Plain,
            Look::Dump(known_keys) => Reading::Unknown(known_keys),
        };
        let (hints, marks) = (vec![], vec![]);
        Self { chunkers, chunker: &chunkers.fine, reading, position: 0, lexed: 0, hints, marks }
    }

    /// The ends of the chunks at the start of `window`, which begins where the last chunk ended; `is_end` is whether the stream ends with it.
    ///
    /// What is behind the last of them must be at the start of the next window.
    pub fn cut(&mut self, window: &[u8], is_end: bool) -> Vec<usize> {
        self.look(window, is_end);
        let bytes_max = self.chunker.bytes_max();
        let settled = match &mut self.reading {
            // Nothing is known of the stream yet.
            Reading::Unknown(_) => 0,
            Reading::Plain => u64::MAX,
            Reading::Dump(dump) => {
                let (position, chunker) = (self.position, self.chunker);
                let place =
                    |offset: u64| usize::try_from(offset.saturating_sub(position)).unwrap_or(usize::MAX);
                let bytes = |range: Range<u64>| window.get(place(range.start)..place(range.end));
                dump.settled(self.lexed, &|range| chunker.fingerprint(bytes(range).unwrap_or_default()))
            }
        };
        let (mut ends, mut start) = (vec![], 0);
        loop {
            let rest = window.get(start..).unwrap_or_default();
            let is_enough = rest.len() >= bytes_max && self.position + (bytes_max as u64) < settled;
            if rest.is_empty() || !(is_enough || is_end) {
                break;
            }
            let rest = rest.get(..bytes_max).unwrap_or(rest);
            let from = self.position;
            if let Reading::Dump(dump) = &self.reading {
                dump.mapping.hints(from, from + rest.len() as u64, &mut self.hints);
            }
            let length = self.chunker.cut(rest, &self.hints);
            start += length;
            self.position += length as u64;
            if let Reading::Dump(dump) = &mut self.reading {
                dump.mapping.cut(from, self.position);
                self.marks.push(dump.mapping.marks.take(from, self.position));
            }
            ends.push(start);
        }
        ends
    }

    /// Shows the lexer what it has not seen of the window.
    fn look(&mut self, window: &[u8], is_end: bool) {
        if let Reading::Unknown(known_keys) = self.reading {
            if window.len() < SQL_PREFIX_BYTES && !is_end {
                return;
            }
            self.reading = match recognise(window) {
                Recognition::Dump { dialect, producer } => {
                    let lexer = match known_keys() {
                        Some(known_keys) => Lexer::with_known_keys(dialect, known_keys),
                        None => Lexer::new(dialect),
                    };
                    self.chunker = &self.chunkers.coarse;
                    let mapping = Mapping::new(dialect, producer, self.chunker.bytes_min() as u64);
                    Reading::Dump(Box::new(Dump { lexer: Some(lexer), mapping }))
                }
                _ => Reading::Plain,
            };
        }
        if let Reading::Dump(dump) = &mut self.reading {
            let seen = usize::try_from(self.lexed - self.position).unwrap_or(usize::MAX);
            let news = window.get(seen..).unwrap_or_default();
            if let Some(lexer) = &mut dump.lexer {
                lexer.push(news, &mut dump.mapping);
            }
            self.lexed += news.len() as u64;
            if let Some(lexer) = dump.lexer.take_if(|_| is_end) {
                lexer.finish(&mut dump.mapping);
            }
            dump.mapping.look(self.position, window);
        }
    }

    /// The marks of the chunks that were cut since they were last taken; none if the stream is no dump.
    pub fn take_marks(&mut self) -> Vec<Marks> {
        std::mem::take(&mut self.marks)
    }

    /// How many bytes of the table map are ready.
    pub fn map_bytes_ready(&self) -> usize {
        if let Reading::Dump(dump) = &self.reading { dump.mapping.bytes_ready() } else { 0 }
    }

    /// The bytes of the table map that are ready.
    pub fn take_map(&mut self) -> Vec<u8> {
        match &mut self.reading {
            Reading::Dump(dump) => dump.mapping.take_ready(),
            _ => vec![],
        }
    }

    /// The end of the table map, if the stream was a dump.
    pub fn finish(self) -> Option<MapEnd> {
        let Reading::Dump(mut dump) = self.reading else { return None };
        let marks = dump.mapping.marks.take(self.position, u64::MAX);
        // A map that would be wrong is none: the file is saved as it is.
        let (bytes, tally) = dump.mapping.finish().ok()?;
        Some(MapEnd { bytes, tally, marks })
    }
}

#[cfg(test)]
mod tests;
