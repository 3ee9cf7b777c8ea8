//! A pack that is being filled, and what it becomes: sealed regions, padding, table of contents, trailer.

use std::sync::Arc;

use super::super::object::seal_envelope;
use super::super::packs::PackSeals;
use super::super::region::CompressedRegion;
use super::super::{RepoError, Repository};
use super::charge::Charges;
use crate::base::PackId;
use crate::crypto::{POSITION_CONTENTS, TAG_BYTES, random_array};
use crate::format::pack::{HEADER_BYTES, TRAILER_BYTES};
use crate::format::{Contents, IndexedPack, PackHeader, RegionRecord, Trailer, padme};

/// What a chunk takes in the table of contents.
pub const CHUNK_LINE_BYTES: usize = 36;

/// A pack whose places are given away one after another; the sealed regions come in the same order later.
pub struct OpenPack {
    seals: PackSeals,
    bytes: Vec<u8>,
    contents: Contents,
    charges: Charges,
    /// Where the next region starts, and what the table of contents will need at most.
    reserved: usize,
    contents_bytes: usize,
}

/// A pack as it is stored, and what is known of it.
pub struct FinishedPack {
    pub bytes: Arc<Vec<u8>>,
    pub indexed: IndexedPack,
    /// Who pays for its regions.
    pub charges: Charges,
}

impl OpenPack {
    /// An empty pack with a salt of its own.
    pub fn new(repo: &Repository) -> Result<Self, RepoError> {
        let header = PackHeader { salt: random_array()? };
        let mut bytes = Vec::with_capacity(repo.parameters().pack_bytes as usize);
        bytes.extend_from_slice(&header.encode());
        let seals = PackSeals::new(repo, &header);
        let (contents, charges) = (Contents::default(), Charges::default());
        Ok(Self { seals, bytes, contents, charges, reserved: HEADER_BYTES, contents_bytes: 16 })
    }

    /// Whether a pack of `full` bytes has room for the region, its table of contents and the trailer.
    pub fn has_room(&self, region: &CompressedRegion, full: usize) -> bool {
        let contents = self.contents_bytes + contents_bytes(region);
        // An envelope's header, its padding (a thirty-second, or an eighth where it is small) and its tag.
        let contents = padme((contents + 12).max(256)) + TAG_BYTES;
        self.contents.regions.is_empty()
            || self.reserved + region.stored_bytes() + contents + TRAILER_BYTES <= full
    }

    /// How many bytes of stored chunks, a table line for each included, a pack of `full` bytes has room for.
    pub fn room(&self, full: usize) -> usize {
        // A line costs more than its bytes where padding goes up by a step; a sixteenth covers that.
        let contents = padme(self.contents_bytes + self.contents_bytes / 16 + 4096);
        full.saturating_sub(self.reserved + contents + 2 * TAG_BYTES + TRAILER_BYTES)
    }

    /// Gives the region the next place; returns its position.
    pub fn reserve(&mut self, region: &CompressedRegion) -> Result<u64, RepoError> {
        let position = self.contents.regions.len() as u64;
        let stored = region.stored_bytes();
        self.contents_bytes += contents_bytes(region);
        self.reserved += stored;
        self.charges.add(&region.source.shares, stored as u64);
        self.contents.regions.push(RegionRecord {
            stored_bytes: u32::try_from(stored)
                .map_err(|_| RepoError::Encode("a region over 4 GiB".into()))?,
            encoding: region.encoding,
            depth: region.source.basis.as_ref().map_or(0, |basis| basis.depth() + 1),
            kind: region.source.kind,
            chunks: region.source.chunks.clone(),
            bases: region
                .source
                .basis
                .as_ref()
                .map(|basis| basis.bases.iter().map(|base| base.id).collect())
                .unwrap_or_default(),
        });
        Ok(position)
    }

    /// The seal of its regions.
    pub const fn seal(&self) -> &crate::crypto::Seal {
        &self.seals.regions
    }

    /// Appends the sealed region whose turn it is.
    pub fn append(&mut self, message: &[u8]) {
        self.bytes.extend_from_slice(message);
    }

    /// The finished pack: of `full` bytes if the regions filled it, else of a length that hides theirs.
    pub fn finish(mut self, is_full: bool, full: usize) -> Result<FinishedPack, RepoError> {
        debug_assert_eq!(self.bytes.len(), self.reserved, "every place that was given away is filled");
        let body = self.contents.encode()?;
        // As with regions: nothing is relied on that does not read as it was meant.
        if Contents::decode(&body, self.bytes.len() as u64)? != self.contents {
            return Err(RepoError::Verification);
        }
        let contents = seal_envelope(&self.seals.contents, POSITION_CONTENTS, &body)?;
        let trailer = Trailer::of(&contents)?.encode();
        let bare = self.bytes.len() + contents.len() + trailer.len();
        let bytes = if is_full && bare <= full { full } else { padme(bare) };
        self.bytes.extend_from_slice(&self.seals.padding(bytes - bare)?);
        self.bytes.extend_from_slice(&contents);
        self.bytes.extend_from_slice(&trailer);
        let id = PackId::new(blake3::hash(&self.bytes).into());
        self.charges.add_contents(&self.contents);
        let indexed = IndexedPack { id, bytes: self.bytes.len() as u64, contents: self.contents };
        Ok(FinishedPack { bytes: Arc::new(self.bytes), indexed, charges: self.charges })
    }
}

fn contents_bytes(region: &CompressedRegion) -> usize {
    let bases = region.source.basis.as_ref().map_or(0, |basis| basis.bases.len());
    24 + CHUNK_LINE_BYTES * region.source.chunks.len() + 32 * bases
}
