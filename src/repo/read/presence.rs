//! Whether chunks are there, without reading them.

use super::super::Records;
use super::{ChunkReader, RepoError};
use crate::format::{Entry, Recipe, Replay};

impl ChunkReader {
    /// Whether every chunk of the stream is where the index says; holes are.
    ///
    /// # Errors
    /// Those of reading the recipe's own chunks, [`RepoError::Index`].
    pub fn has_all(&self, recipe: &Recipe) -> Result<bool, RepoError> {
        let mut records = Records::new(self, recipe);
        while let Some(record) = records.next_record()? {
            if !record.is_hole() && self.index.find(&record.id)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether every chunk of an entry is where the index says, those of its replay recipe too.
    ///
    /// # Errors
    /// Those of [`Self::has_all`].
    pub fn has_content(&self, entry: &Entry) -> Result<bool, RepoError> {
        let replay = entry.compressed.as_ref().and_then(|compressed| compressed.replay.as_ref());
        if let Some(Replay::Stored(records)) = replay {
            for record in records {
                if self.index.find(&record.id)?.is_none() {
                    return Ok(false);
                }
            }
        }
        entry.content.as_ref().map_or(Ok(true), |recipe| self.has_all(recipe))
    }
}
