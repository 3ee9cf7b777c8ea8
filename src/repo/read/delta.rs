//! What a delta region says, and what any stretch of it is made of.

use crate::codec::delta::{Delta, Step};

/// Consecutive bytes of a region.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The index's number of its pack, and its number there.
    pub region: (u32, u32),
    /// Where in the region it begins.
    pub from: u32,
    /// How many bytes it has.
    pub bytes: u32,
}

/// Where a base chunk is.
#[derive(Debug, Clone, Copy)]
pub struct BasePlace {
    /// Where it begins among all bases of its delta.
    pub start: u64,
    /// The region it lies in.
    pub region: (u32, u32),
    /// Where it begins there.
    pub offset: u32,
    /// Its length.
    pub bytes: u32,
}

impl BasePlace {
    /// All of it.
    pub const fn stretch(&self) -> Stretch {
        Stretch { region: self.region, from: self.offset, bytes: self.bytes }
    }
}

/// A step and where it is.
#[derive(Debug, Clone, Copy)]
struct PlacedStep {
    /// Where what it gives begins in the plaintext.
    start: u32,
    /// Where what it inserts begins among all that is inserted.
    inserted: u32,
    insert: u32,
    from: u32,
}

/// A delta region, and where its bases are.
#[derive(Debug)]
pub struct DeltaRegion {
    steps: Vec<PlacedStep>,
    /// What it inserts, back to back.
    pub inserts: Vec<u8>,
    /// Where its bases are, in order.
    pub bases: Vec<BasePlace>,
    /// How many bytes it gives.
    pub bytes: u32,
}

impl DeltaRegion {
    /// What `delta` says, whose steps were checked against the length of these bases.
    pub fn new(delta: Delta, bases: Vec<BasePlace>) -> Self {
        let (mut start, mut inserted) = (0, 0);
        let place = |step: Step| {
            let placed = PlacedStep { start, inserted, insert: step.insert, from: step.from };
            start += step.insert + step.copy;
            inserted += step.insert;
            placed
        };
        let steps = delta.steps.into_iter().map(place).collect();
        Self { steps, inserts: delta.inserts, bases, bytes: start }
    }

    /// Memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.steps.len() * size_of::<PlacedStep>()
            + self.inserts.len()
            + self.bases.len() * size_of::<BasePlace>()
    }

    /// Says what stretch `from..end` of the plaintext is made of, in order. Where it looked last time is a good place to begin.
    pub fn expand(
        &self,
        cursor: &mut Cursor,
        from: u32,
        end: u32,
        give: &mut impl FnMut(Part),
    ) -> Option<()> {
        let mut steps = self.steps_from(cursor, from)?;
        let mut step = steps.next()?;
        let mut at = from;
        while at < end {
            let next = steps.next();
            let step_end = next.map_or(self.bytes, |next| next.start).min(end);
            let insert_end = step.start + step.insert;
            if at < insert_end {
                let part_end = insert_end.min(step_end);
                let from = step.inserted + (at - step.start);
                give(Part { base: None, from, bytes: part_end - at });
                at = part_end;
            }
            if at < step_end {
                self.copy(&mut cursor.base, step.from + (at - insert_end), step_end - at, give)?;
                at = step_end;
            }
            if at < end {
                (step, cursor.step) = (next?, cursor.step + 1);
            }
        }
        Some(())
    }

    /// The steps from that on in which `at` is, most of the time the one that was used last or the next.
    fn steps_from(&self, cursor: &mut Cursor, at: u32) -> Option<std::slice::Iter<'_, PlacedStep>> {
        let begins = |step: usize| self.steps.get(step).is_some_and(|step| step.start <= at);
        if begins(cursor.step + 1) && !begins(cursor.step + 2) {
            cursor.step += 1;
        } else if !begins(cursor.step) || begins(cursor.step + 1) {
            cursor.step = self.steps.partition_point(|step| step.start <= at).checked_sub(1)?;
        }
        Some(self.steps.get(cursor.step..)?.iter())
    }

    /// Says what so many bytes from `from` of all bases are.
    fn copy(&self, number: &mut usize, from: u32, bytes: u32, give: &mut impl FnMut(Part)) -> Option<()> {
        let (mut from, end) = (u64::from(from), u64::from(from) + u64::from(bytes));
        let has = |base: &BasePlace| (base.start..base.start + u64::from(base.bytes)).contains(&from);
        if !self.bases.get(*number).is_some_and(has) {
            *number = self.bases.partition_point(|base| base.start <= from).checked_sub(1)?;
        }
        loop {
            let base = self.bases.get(*number)?;
            let part_end = end.min(base.start + u64::from(base.bytes));
            let offset = base.offset + u32::try_from(from - base.start).ok()?;
            let bytes = u32::try_from(part_end.checked_sub(from)?).ok()?;
            give(Part { base: Some(*number), from: offset, bytes });
            if part_end == end {
                return Some(());
            }
            (from, *number) = (part_end, *number + 1);
        }
    }
}

/// Where in a delta was looked last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    step: usize,
    base: usize,
}

/// A part of what a delta gives: of the region of one of its bases, or of what it inserts.
pub struct Part {
    /// The number of the base.
    pub base: Option<usize>,
    /// Where it begins there.
    pub from: u32,
    /// How many bytes it has.
    pub bytes: u32,
}
