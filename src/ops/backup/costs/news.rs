//! What of a chunk is new, and which rows that makes new or changed.

use std::ops::Range;

use memchr::memmem;

use super::super::lineage::Alike;
use crate::codec::delta::Step;
use crate::repo::{BaseChunk, Likeness};

/// What of a chunk is new.
#[derive(Debug)]
pub enum News<'n> {
    /// The chunk was there.
    Nothing,
    /// All of it.
    All,
    /// What a delta inserts.
    Parts(Parts<'n>),
    /// All of it is stored, but only what a delta would insert has changed.
    Whole(Parts<'n>),
}

impl<'n> News<'n> {
    /// Of a chunk that was not there.
    pub fn of(plain: &'n [u8], alike: Option<&'n Alike>) -> Self {
        let Some(Alike { likeness: Likeness { bases, steps }, is_whole }) = alike else { return Self::All };
        let parts = Parts::new(plain, bases.iter().map(BaseChunk::plain).collect(), steps);
        if *is_whole { Self::Whole(parts) } else { Self::Parts(parts) }
    }

    /// How many bytes of this part of the chunk are new.
    pub fn bytes(&self, part: &Range<u32>) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::All | Self::Whole(_) => part.end - part.start,
            Self::Parts(parts) => parts.bytes(part),
        }
    }

    /// How many rows have new bytes that begin at `start`, and where the one before them ends; `is_fresh` is whether the first has some that were
    /// before the chunk, `is_within` whether it has any there.
    pub fn rows(&self, start: u32, ends: &[u32], is_fresh: bool, is_within: bool) -> u64 {
        let Some(last) = ends.last() else { return 0 };
        match self {
            Self::Parts(parts) | Self::Whole(parts) => parts.rows(start, ends, is_fresh, is_within),
            Self::All if *last > start => ends.len() as u64,
            _ => u64::from(is_fresh),
        }
    }
}

/// What a delta inserts into a chunk.
#[derive(Debug)]
pub struct Parts<'n> {
    plain: &'n [u8],
    bases: Vec<&'n [u8]>,
    inserts: Vec<Insert>,
}

/// Bytes that are inserted.
#[derive(Debug, Clone, Copy)]
struct Insert {
    start: u32,
    end: u32,
    /// Where in the bases the copy before them ends, and where that behind them begins.
    beside: [Option<i64>; 2],
}

impl<'n> Parts<'n> {
    /// What these steps insert into a chunk that they give from the plaintexts of its bases.
    pub fn new(plain: &'n [u8], bases: Vec<&'n [u8]>, steps: &[Step]) -> Self {
        let (mut inserts, mut start, mut before) = (Vec::with_capacity(steps.len()), 0, None);
        for step in steps {
            let end = start + step.insert;
            let after = (step.copy > 0).then_some(i64::from(step.from));
            if step.insert > 0 {
                inserts.push(Insert { start, end, beside: [before, after] });
            }
            start = end + step.copy;
            before = after.map(|from| from + i64::from(step.copy));
        }
        Self { plain, bases, inserts }
    }

    /// What is inserted in this part.
    fn in_part(&self, part: &Range<u32>) -> impl Iterator<Item = Insert> + use<'_> {
        let first = self.inserts.partition_point(|insert| insert.end <= part.start);
        let end = part.end;
        let inserts = self.inserts.get(first..).unwrap_or_default();
        inserts.iter().take_while(move |insert| insert.start < end).copied()
    }

    fn bytes(&self, part: &Range<u32>) -> u32 {
        self.in_part(part).map(|insert| insert.end.min(part.end) - insert.start.max(part.start)).sum()
    }

    fn rows(&self, start: u32, ends: &[u32], is_fresh: bool, is_within: bool) -> u64 {
        let (mut count, mut next) = (0, 0);
        if is_fresh {
            (count, next) = (1, 1);
        }
        let begin = |row: usize| row.checked_sub(1).map_or(Some(&start), |before| ends.get(before)).copied();
        for insert in self.in_part(&(start..ends.last().copied().unwrap_or(start))) {
            next = next.max(ends.partition_point(|end| *end <= insert.start));
            while let Some((begin, end)) =
                begin(next).zip(ends.get(next)).filter(|(begin, _)| *begin < insert.end)
            {
                let is_whole = next > 0 || !is_within;
                count += u64::from(!is_whole || self.is_new(&(begin..*end)));
                next += 1;
            }
        }
        count
    }

    /// Whether a row in which something is inserted is not in the bases as it stands.
    fn is_new(&self, row: &Range<u32>) -> bool {
        let Some(bytes) = self.plain.get(row.start as usize..row.end as usize) else { return true };
        let values = values(bytes);
        let part = row.start + values.start as u32..row.start + values.end as u32;
        let Some(insert) = self.in_part(&part).next() else { return false };
        let bytes = bytes.get(values).unwrap_or_default();
        let place = |old: Option<i64>, new: u32| Some(old? + i64::from(part.start) - i64::from(new));
        let [before, after] = insert.beside;
        let (before, after) = (place(before, insert.start), place(after, insert.end));
        let is_there = |place: Option<i64>| place.is_some_and(|place| self.stands(bytes, place, 0));
        if is_there(before) || is_there(after) {
            return false;
        }
        // Where as many bytes are others, what stands there is what the row was.
        let near = after.or(before).filter(|_| before != after);
        !near.is_some_and(|place| self.stands(bytes, place, 2 * bytes.len() as i64 + NEAR_BYTES))
    }

    /// Whether `row` stands in the bases at `place`, or so many bytes before or behind it.
    fn stands(&self, row: &[u8], place: i64, reach: i64) -> bool {
        let mut start = 0;
        for base in &self.bases {
            let bytes = base.len() as i64;
            if place < start + bytes {
                let offset = |at: i64| usize::try_from(at.clamp(0, bytes)).unwrap_or_default();
                let from = offset(place - start - reach);
                let near = base.get(from..offset(place - start + row.len() as i64 + reach));
                return find(row, from, near.unwrap_or_default(), base);
            }
            start += bytes;
        }
        false
    }
}

/// Whether `row` stands in `near`, which begins at `from` of `base`.
fn find(row: &[u8], from: usize, near: &[u8], base: &[u8]) -> bool {
    let is_tuple = row.first() == Some(&b'(');
    let is_row = |at: usize| {
        // A line is one from its beginning only.
        let before = (from + at).checked_sub(1).and_then(|at| base.get(at));
        near.get(at..at + row.len()) == Some(row) && (is_tuple || before.is_none_or(|byte| *byte == b'\n'))
    };
    if near.len() <= row.len() {
        return is_row(0);
    }
    // What a search costs beforehand grows with what is looked for.
    memmem::find_iter(near, row.get(..HEAD_BYTES).unwrap_or(row)).any(is_row)
}

/// So many bytes of a row are searched for, and the rest compared.
const HEAD_BYTES: usize = 16;
/// A row is looked for so far from where it should be, and twice its length.
const NEAR_BYTES: i64 = 256;

/// Where the values of a row are: behind the head of its statement, before what separates it from the next. All of it where that cannot be told.
fn values(row: &[u8]) -> Range<usize> {
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';');
    let end = row.iter().rposition(|byte| !is_around(byte)).map_or(0, |last| last + 1);
    let start = row.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    let begins =
        |word: &[u8]| row.get(start..start + word.len()).is_some_and(|at| at.eq_ignore_ascii_case(word));
    let start = match row.get(start) {
        Some(b'(') => Some(start),
        _ if begins(b"INSERT") || begins(b"REPLACE") => head_end(row),
        _ => None,
    };
    match (start, row.get(..end)) {
        (Some(start), Some([.., b')'])) if start < end => start..end,
        _ => 0..row.len(),
    }
}

/// Where the head of an `INSERT` ends.
fn head_end(row: &[u8]) -> Option<usize> {
    [b"VALUES", b"values"].into_iter().find_map(|word| {
        memmem::find_iter(row, word).find_map(|at| {
            let rest = row.get(at + word.len()..)?;
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            (rest.get(blanks) == Some(&b'(')).then_some(at + word.len() + blanks)
        })
    })
}
