//! Whole regions as they are encoded, for a copy that encodes nothing anew.

use super::super::region::{self, Basis, CompressedRegion, PlainRegion};
use super::super::write::Shares;
use super::{ChunkReader, RepoError};

impl ChunkReader {
    /// A region as it is encoded, with its plaintext, every chunk compared with its id.
    ///
    /// # Errors
    /// Those of [`Self::chunk`].
    pub(in crate::repo) fn raw_region(&self, pack: u32, number: u32) -> Result<CompressedRegion, RepoError> {
        let sealed = self.sealed_region(pack, number)?;
        let record = self.contents(&sealed.open)?.contents.regions.get(number as usize).cloned();
        let record = record.ok_or_else(|| sealed.damaged(&"there is no such region"))?;
        let plain = self.region(pack, number)?;
        let mut offset = 0_u32;
        for chunk in &record.chunks {
            region::chunk(self.repo.keys(), &plain, offset, chunk.plain_bytes, &chunk.id).ok_or_else(
                || sealed.damaged(&format!("chunk {} is not what its id says", chunk.id.short())),
            )?;
            offset += chunk.plain_bytes;
        }
        let mut body = self.message(&sealed)?;
        let opened = sealed.open.seals.regions.open(u64::from(number), &mut body);
        opened.map_err(|error| sealed.damaged(&error))?;
        let basis = if record.bases.is_empty() {
            None
        } else {
            let bases =
                record.bases.iter().map(|base| self.base_chunk(base)).collect::<Result<Vec<_>, _>>()?;
            let bytes = bases.iter().map(|base| base.plain().len()).sum();
            Some(Basis { bases, bytes, steps: vec![] })
        };
        let source =
            PlainRegion { kind: record.kind, plain, chunks: record.chunks, basis, shares: Shares::new() };
        Ok(CompressedRegion { source, encoding: record.encoding, body })
    }
}
