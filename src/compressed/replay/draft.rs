//! A recipe that grows while its file streams past, and how long it has become.

use std::collections::HashMap;
use std::hash::Hash;

use super::{MemberRun, Producer, ReplayRecipe};
use crate::base::limits::{REPLAY_HEADER_BYTES_MAX, REPLAY_RECIPE_BYTES_MAX};
use crate::compressed::decode::Tail;

/// A producer has at least a map of two fields.
const PRODUCER_BYTES_MIN: usize = 5;

/// What is known of a file so far.
#[derive(Debug, Default)]
pub struct Draft {
    producers: Parts<Producer>,
    headers: Parts<Vec<u8>>,
    members: Vec<MemberRun>,
    /// Bytes of the recipe, at least.
    bytes_min: usize,
}

impl Draft {
    /// Whether no recipe can have what was added: it would be too long, or a header is.
    pub const fn is_too_long(&self) -> bool {
        self.bytes_min > REPLAY_RECIPE_BYTES_MAX
    }

    /// Adds the header of a member; which one it is.
    pub fn header(&mut self, header: Vec<u8>) -> usize {
        let bytes = match header.len() {
            bytes @ ..=REPLAY_HEADER_BYTES_MAX => uint_bytes(bytes as u64) + bytes,
            _ => REPLAY_RECIPE_BYTES_MAX,
        };
        let (place, is_new) = self.headers.place(header);
        self.bytes_min += if is_new { bytes } else { 0 };
        place
    }

    /// Adds a member.
    pub fn member(&mut self, producer: Producer, plain_bytes: u64, header: usize) {
        let (producer, is_new) = self.producers.place(producer);
        self.bytes_min += if is_new { PRODUCER_BYTES_MIN } else { 0 };
        match self.members.last_mut() {
            Some(MemberRun { count, plain_bytes: p, producer: q, header: h })
                if (*p, *q, *h) == (plain_bytes, producer, header) =>
            {
                *count += 1;
            }
            _ => {
                // An array, and the shortest count.
                self.bytes_min +=
                    2 + [plain_bytes, producer as u64, header as u64].map(uint_bytes).iter().sum::<usize>();
                self.members.push(MemberRun { count: 1, plain_bytes, producer, header });
            }
        }
    }

    /// The recipe of the whole file.
    pub fn finish(self, tail: Tail) -> ReplayRecipe {
        ReplayRecipe {
            producers: self.producers.list,
            headers: self.headers.list,
            members: self.members,
            zeros: tail.zeros,
            garbage: tail.garbage,
        }
    }
}

/// Parts that differ, in the order in which they came.
#[derive(Debug)]
struct Parts<T> {
    list: Vec<T>,
    places: HashMap<T, usize>,
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { list: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Parts<T> {
    /// Where `part` stands in the list, at whose end it is put if it does not; and whether that was so.
    fn place(&mut self, part: T) -> (usize, bool) {
        if let Some(place) = self.places.get(&part) {
            return (*place, false);
        }
        let place = self.list.len();
        self.places.insert(part.clone(), place);
        self.list.push(part);
        (place, true)
    }
}

/// Bytes of a number in CBOR, and of what stands before so many bytes.
const fn uint_bytes(number: u64) -> usize {
    match number {
        ..24 => 1,
        24..0x100 => 2,
        0x100..0x1_0000 => 3,
        0x1_0000..0x1_0000_0000 => 5,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compressed::DeflateParameters;

    #[test]
    fn a_draft_is_never_taken_for_longer_than_its_recipe_and_hardly_for_shorter() {
        let mut draft = Draft::default();
        let producers = [1, 6, 9].map(|level| Producer::stream(DeflateParameters::gnu(level, false)));
        for n in 0..70_000_u32 {
            // Every header three times.
            let header = [b"\x1f\x8b\x08\x04\0\0\0\0\0\x03".as_slice(), &(n / 3).to_le_bytes()].concat();
            let header = draft.header(header);
            assert_eq!(header as u32, n / 3);
            let producer = producers.into_iter().cycle().nth(n as usize % 3).unwrap();
            draft.member(producer, u64::from(n % 7) * 60_000 + 1, header);
            if draft.is_too_long() {
                break;
            }
            if n % 9_999 == 9 {
                let Draft { producers, headers, members, bytes_min } = &draft;
                let recipe = ReplayRecipe {
                    producers: producers.list.clone(),
                    headers: headers.list.clone(),
                    members: members.clone(),
                    ..ReplayRecipe::default()
                };
                let bytes = recipe.encode().unwrap().len();
                assert!((bytes_min..=&(bytes_min + 50)).contains(&&bytes), "{bytes}, {bytes_min}");
            }
        }
        assert!(draft.is_too_long());
        assert!(draft.finish(Tail::default()).encode().is_err());
    }
}
