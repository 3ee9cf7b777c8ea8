//! Packs that are durable, on their way into an index object.

use super::assemble::Durable;
use super::{RepoError, Writer};
use crate::base::limits::INDEX_CHUNKS_PENDING_MAX;

impl Writer<'_> {
    /// Packs are durable; an index object tells of them when there are enough.
    pub(super) fn note(&mut self, packs: Vec<Durable>) -> Result<(), RepoError> {
        for Durable { pack, parity_bytes, charges } in packs {
            self.charges.join(charges);
            self.written.packs += 1;
            self.written.bytes_stored += pack.bytes + parity_bytes;
            self.finished_chunks +=
                pack.contents.regions.iter().map(|region| region.chunks.len()).sum::<usize>();
            self.finished.push(pack);
        }
        if self.finished_chunks >= INDEX_CHUNKS_PENDING_MAX { self.write_index() } else { Ok(()) }
    }

    /// Stores index objects that tell of all packs that none tells of yet.
    pub(super) fn write_index(&mut self) -> Result<(), RepoError> {
        if self.finished.is_empty() {
            return Ok(());
        }
        self.written.bytes_stored += self.repo.write_index(&self.finished, self.index)?;
        for chunk in
            self.finished.iter().flat_map(|pack| &pack.contents.regions).flat_map(|region| &region.chunks)
        {
            self.pending.remove(&chunk.id);
        }
        self.finished.clear();
        self.finished_chunks = 0;
        Ok(())
    }
}
