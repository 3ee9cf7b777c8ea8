//! Whether chunks are there, without reading them.

use super::super::Records;
use super::{ChunkReader, RepoError};
use crate::base::ChunkId;
use crate::format::{Entry, Recipe, Replay};

impl ChunkReader {
    /// Whether a pack that may be relied on has the chunk, as the index says.
    ///
    /// # Errors
    /// [`RepoError::Index`].
    pub fn has(&self, id: &ChunkId) -> Result<bool, RepoError> {
        Ok(self.index.find(id)?.is_some_and(|location| !self.avoided.has(location.pack)))
    }

    /// Whether every chunk of the stream is there, those of its recipe too; holes are.
    ///
    /// # Errors
    /// Those of reading the recipe's own chunks, [`RepoError::Index`].
    pub fn has_all(&self, recipe: &Recipe) -> Result<bool, RepoError> {
        for record in recipe.records.iter().filter(|record| !record.is_hole()) {
            if !self.has(&record.id)? {
                return Ok(false);
            }
            if let Some(depth) = recipe.depth.checked_sub(1)
                && !self.has_all(&Recipe { depth, records: Records::below(self, record)? })?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether every chunk of an entry is there, those of its replay recipe too.
    ///
    /// # Errors
    /// Those of [`Self::has_all`].
    pub fn has_content(&self, entry: &Entry) -> Result<bool, RepoError> {
        let replay = entry.compressed.as_ref().and_then(|compressed| compressed.replay.as_ref());
        if let Some(Replay::Stored(records)) = replay {
            for record in records {
                if !self.has(&record.id)? {
                    return Ok(false);
                }
            }
        }
        entry.content.as_ref().map_or(Ok(true), |recipe| self.has_all(recipe))
    }
}
