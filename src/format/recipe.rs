#![doc = include_str!("../../format-spec/recipe.md")]

use super::{FormatError, Recipe, Record, refuse_unless};
use crate::base::limits::{
    CHUNK_BYTES_ACCEPTED, RECIPE_DEPTH_MAX, RECIPE_RECORDS_INLINE_MAX, RECIPE_RECORDS_WAITING_MAX,
};
use crate::base::{ChunkId, Fields};

/// Bytes of a record.
pub const RECORD_BYTES: usize = 36;
/// The longest hole one record stands for.
pub const HOLE_BYTES_MAX: u32 = 1 << 31;
const CHUNK_RECORDS_MIN: usize = 32;
const CHUNK_RECORDS_MAX: usize = 512;
const BOUNDARY_MODULUS: u32 = 128;

impl Record {
    /// Whether it is a hole.
    pub fn is_hole(&self) -> bool {
        self.id == ChunkId::HOLE
    }

    fn ends_chunk(&self) -> bool {
        let [a, b, c, d, ..] = *self.id.as_bytes();
        u32::from_le_bytes([a, b, c, d]).is_multiple_of(BOUNDARY_MODULUS)
    }
}

impl Recipe {
    /// Bytes of the stream the recipe's own records join to: the stream itself at depth 0.
    pub fn record_bytes(&self) -> u64 {
        self.records.iter().map(|record| u64::from(record.bytes)).sum()
    }

    /// Holds if the recipe's own records are possible.
    ///
    /// # Errors
    /// [`FormatError::Value`].
    pub fn check(&self) -> Result<(), FormatError> {
        refuse_unless(self.depth <= RECIPE_DEPTH_MAX, "depth of a recipe")?;
        refuse_unless(
            self.depth == 0 || !self.records.iter().any(Record::is_hole),
            "hole in a recipe of records",
        )
    }
}

/// Appends the 36 bytes of each record to `out`.
pub fn encode_records(records: &[Record], out: &mut Vec<u8>) {
    for record in records {
        out.extend_from_slice(record.id.as_bytes());
        out.extend_from_slice(&record.bytes.to_le_bytes());
    }
}

/// The records in `bytes`, which must be nothing else.
///
/// # Errors
/// [`FormatError`] for a length that is not a multiple of 36 and for records that are not possible.
pub fn decode_records(bytes: &[u8]) -> Result<Vec<Record>, FormatError> {
    refuse_unless(bytes.len().is_multiple_of(RECORD_BYTES), "length of a record list")?;
    bytes.chunks_exact(RECORD_BYTES).map(decode_record).collect()
}

fn decode_record(bytes: &[u8]) -> Result<Record, FormatError> {
    let mut fields = Fields::new(bytes);
    let record = Record { id: ChunkId::new(fields.array()?), bytes: fields.u32_le()? };
    let bytes_max = if record.is_hole() { HOLE_BYTES_MAX as usize } else { CHUNK_BYTES_ACCEPTED };
    refuse_unless((1..=bytes_max).contains(&(record.bytes as usize)), "length of a record")?;
    Ok(record)
}

/// Makes a recipe from records that come one by one; long lists are handed on as chunks.
#[derive(Debug, Default)]
pub struct RecipeBuilder {
    levels: Vec<Level>,
    /// Records of level 1 that wait for the end: nodes above the leaves are then stored together, and read together.
    waiting: Vec<Record>,
}

#[derive(Debug, Default)]
struct Level {
    records: Vec<Record>,
    has_cut: bool,
}

impl RecipeBuilder {
    /// An empty recipe.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next chunk of the stream, storing a chunk of records with `store` when one is full.
    ///
    /// # Errors
    /// Those of `store`.
    pub fn push<E>(
        &mut self,
        record: Record,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
    ) -> Result<(), E> {
        self.push_at(0, record, store)
    }

    /// Adds a hole of any length.
    ///
    /// # Errors
    /// Those of `store`.
    pub fn push_hole<E>(
        &mut self,
        bytes: u64,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
    ) -> Result<(), E> {
        let mut left = bytes;
        while left > 0 {
            let bytes = u32::try_from(left).unwrap_or(u32::MAX).min(HOLE_BYTES_MAX);
            self.push(Record { id: ChunkId::HOLE, bytes }, store)?;
            left -= u64::from(bytes);
        }
        Ok(())
    }

    /// The recipe, after what is left over was stored.
    ///
    /// # Errors
    /// Those of `store`.
    pub fn finish<E>(mut self, store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>) -> Result<Recipe, E> {
        self.take_waiting(store)?;
        let mut depth = 0;
        loop {
            let at = usize::from(depth);
            let Some(level) = self.levels.get_mut(at) else {
                return Ok(Recipe::default());
            };
            let is_top = !level.has_cut && level.records.len() <= RECIPE_RECORDS_INLINE_MAX;
            let records = std::mem::take(&mut level.records);
            if is_top {
                return Ok(Recipe { depth, records });
            }
            if !records.is_empty() {
                let record = store_records(&records, store)?;
                self.push_at(at + 1, record, store)?;
            }
            depth += 1;
        }
    }

    fn push_at<E>(
        &mut self,
        at: usize,
        record: Record,
        store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
    ) -> Result<(), E> {
        while self.levels.len() <= at {
            self.levels.push(Level::default());
        }
        let Some(level) = self.levels.get_mut(at) else { return Ok(()) };
        level.records.push(record);
        let count = level.records.len();
        if count >= CHUNK_RECORDS_MAX || (count >= CHUNK_RECORDS_MIN && record.ends_chunk()) {
            level.has_cut = true;
            let records = std::mem::take(&mut level.records);
            let record = store_records(&records, store)?;
            if at > 0 {
                return self.push_at(at + 1, record, store);
            }
            self.waiting.push(record);
            if self.waiting.len() >= RECIPE_RECORDS_WAITING_MAX {
                self.take_waiting(store)?;
            }
        }
        Ok(())
    }

    fn take_waiting<E>(&mut self, store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>) -> Result<(), E> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().try_for_each(|record| self.push_at(1, record, store))
    }
}

fn store_records<E>(
    records: &[Record],
    store: &mut impl FnMut(Vec<u8>) -> Result<ChunkId, E>,
) -> Result<Record, E> {
    let mut bytes = Vec::with_capacity(records.len() * RECORD_BYTES);
    encode_records(records, &mut bytes);
    #[expect(clippy::cast_possible_truncation, reason = "at most 512 records of 36 bytes")]
    let length = bytes.len() as u32;
    Ok(Record { id: store(bytes)?, bytes: length })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn record(n: u32) -> Record {
        Record { id: ChunkId::new(*blake3::hash(&n.to_le_bytes()).as_bytes()), bytes: n % 1000 + 1 }
    }

    fn build(records: &[Record]) -> (Recipe, HashMap<ChunkId, Vec<u8>>) {
        let mut chunks = HashMap::new();
        let mut store = |bytes: Vec<u8>| {
            let id = ChunkId::new(*blake3::hash(&bytes).as_bytes());
            chunks.insert(id, bytes);
            Ok::<_, Infallible>(id)
        };
        let mut builder = RecipeBuilder::new();
        for record in records {
            builder.push(*record, &mut store).unwrap();
        }
        let recipe = builder.finish(&mut store).unwrap();
        (recipe, chunks)
    }

    fn expand(recipe: &Recipe, chunks: &HashMap<ChunkId, Vec<u8>>) -> Vec<Record> {
        let mut records = recipe.records.clone();
        for _ in 0..recipe.depth {
            let bytes: Vec<u8> = records.iter().flat_map(|record| chunks[&record.id].clone()).collect();
            assert_eq!(bytes.len() as u64, records.iter().map(|r| u64::from(r.bytes)).sum::<u64>());
            records = decode_records(&bytes).unwrap();
        }
        records
    }

    #[test]
    fn one_changed_chunk_in_a_long_stream_changes_few_chunks_of_records() {
        let mut records: Vec<_> = (0..20_000).map(record).collect();
        let (recipe, before) = build(&records);
        assert!(recipe.depth >= 2 && recipe.records.len() <= 4, "{recipe:?}");
        records[10_000] = record(1_000_000);
        let (_, after) = build(&records);
        let new: usize =
            after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, bytes)| bytes.len()).sum();
        assert!(new < 60_000, "{new}");
    }

    #[test]
    fn records_that_are_not_possible_are_refused() {
        let bytes = |id: u8, length: u32| [vec![id; 32], length.to_le_bytes().to_vec()].concat();
        assert!(decode_records(&bytes(1, 5)).is_ok());
        assert!(decode_records(&bytes(0, 1 << 31)).is_ok());
        for refused in
            [bytes(1, 0), bytes(0, 0), bytes(0, (1 << 31) + 1), bytes(1, (16 << 20) + 1), vec![1; 35]]
        {
            assert!(decode_records(&refused).is_err(), "{refused:?}");
        }
        assert!(Recipe { depth: 9, records: vec![] }.check().is_err());
        let hole = Record { id: ChunkId::HOLE, bytes: 1 };
        assert!(Recipe { depth: 1, records: vec![hole] }.check().is_err());
    }

    #[test]
    fn a_long_hole_has_several_records() {
        let mut builder = RecipeBuilder::new();
        let mut none = |_| Err("nothing to store");
        builder.push_hole((8 << 40) / 1024, &mut none).unwrap();
        let recipe = builder.finish(&mut none).unwrap();
        assert_eq!(recipe.record_bytes(), 8 << 30);
        assert_eq!(recipe.records.len(), 4);
    }

    proptest! {
        #[test]
        fn a_recipe_expands_to_the_records_it_was_made_of(count in 0_u32..3000) {
            let records: Vec<_> = (0..count).map(record).collect();
            let (recipe, chunks) = build(&records);
            prop_assert_eq!(recipe.check(), Ok(()));
            prop_assert_eq!(recipe.depth == 0, count <= 4);
            prop_assert_eq!(expand(&recipe, &chunks), records);
        }
    }
}
