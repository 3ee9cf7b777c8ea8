//! Packs as they lie in the store: listed, their tables of contents read, or read whole and proven.

use super::object::{name_in, open_envelope};
use super::read::ChunkReader;
use super::{RepoError, Repository, Subject, region};
use crate::backend::{BackendError, ObjectName};
use crate::base::limits::PACK_BYTES_ACCEPTED;
use crate::base::{Encoding, PackId};
use crate::crypto::{MessageKind, POSITION_CONTENTS, POSITION_PADDING, Seal, TAG_BYTES};
use crate::format::pack::{HEADER_BYTES, TRAILER_BYTES};
use crate::format::{Contents, IndexedPack, PackHeader, RegionRecord, Trailer};

/// The name of a pack.
pub fn pack_name(id: &PackId) -> Result<ObjectName, RepoError> {
    let fan: String = id.to_string().chars().take(2).collect();
    name_in(&format!("packs/{fan}"), id)
}

/// Seals and opens a pack's regions, its contents and its padding.
pub struct PackSeals {
    pub regions: Seal,
    pub contents: Seal,
}

impl PackSeals {
    pub fn new(repo: &Repository, header: &PackHeader) -> Self {
        let bytes = header.encode();
        Self {
            regions: repo.keys.seal(MessageKind::Region, &header.salt, &bytes),
            contents: repo.keys.seal(MessageKind::Contents, &header.salt, &bytes),
        }
    }

    /// Padding of this length that nothing tells from regions.
    pub fn padding(&self, bytes: usize) -> Result<Vec<u8>, RepoError> {
        let mut padding = vec![0; bytes];
        self.regions.seal(POSITION_PADDING, &mut padding)?;
        padding.truncate(padding.len() - TAG_BYTES);
        Ok(padding)
    }
}

/// What reading a whole pack found.
#[derive(Debug)]
pub struct PackScan {
    /// The pack's own table of contents, if it can be read.
    pub contents: Option<Contents>,
    /// Everything that is wrong with it. The regions that are not named are whole.
    pub damage: Vec<RepoError>,
    /// Numbers of the regions that are damaged.
    pub regions_damaged: Vec<u32>,
    /// Bytes that were read.
    pub bytes: u64,
}

impl Repository {
    /// All packs in the store with their lengths, sorted by id.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn packs(&self) -> Result<Vec<(PackId, u64)>, RepoError> {
        let listed = self.backend.list("packs")?;
        let mut packs: Vec<_> = listed
            .iter()
            .filter_map(|stored| {
                let id = stored.name.last_part().parse().ok()?;
                (pack_name(&id).ok()? == stored.name).then_some((id, stored.bytes))
            })
            .collect();
        packs.sort_unstable();
        Ok(packs)
    }

    /// A pack's table of contents, read from its end.
    ///
    /// # Errors
    /// [`RepoError::Missing`], [`RepoError::Damaged`], [`RepoError::Backend`].
    pub fn pack_contents(&self, id: PackId, pack_bytes: u64) -> Result<IndexedPack, RepoError> {
        let damaged = |reason: &dyn std::fmt::Display| RepoError::damaged(Subject::Pack(id), reason);
        if !(96..=PACK_BYTES_ACCEPTED).contains(&pack_bytes) {
            return Err(damaged(&format!("it has {pack_bytes} bytes")));
        }
        let header = self.read_pack(id, 0, HEADER_BYTES)?;
        let header = PackHeader::decode(&header).map_err(|error| damaged(&error))?;
        let trailer = self.read_pack(id, pack_bytes - TRAILER_BYTES as u64, TRAILER_BYTES)?;
        let trailer = Trailer::decode(&trailer, pack_bytes).map_err(|error| damaged(&error))?;
        let start = pack_bytes - TRAILER_BYTES as u64 - u64::from(trailer.contents_bytes);
        let sealed = self.read_pack(id, start, trailer.contents_bytes as usize)?;
        let contents =
            self.open_contents(&header, &trailer, &sealed, start).map_err(|reason| damaged(&reason))?;
        Ok(IndexedPack { id, bytes: pack_bytes, contents })
    }

    /// Reads a range of a pack; a pack that is gone or shorter is damage and not a failing store.
    pub(super) fn read_pack(&self, id: PackId, offset: u64, bytes: usize) -> Result<Vec<u8>, RepoError> {
        self.backend.get_range(&pack_name(&id)?, offset, bytes).map_err(|error| match error {
            BackendError::NotFound { .. } => RepoError::Missing { subject: Subject::Pack(id) },
            BackendError::ShortRead { found, .. } => RepoError::damaged(
                Subject::Pack(id),
                format!("cut short: {found} of {bytes} bytes at {offset}"),
            ),
            error => error.into(),
        })
    }

    fn open_contents(
        &self,
        header: &PackHeader,
        trailer: &Trailer,
        sealed: &[u8],
        contents_start: u64,
    ) -> Result<Contents, String> {
        trailer.check(sealed).map_err(|error| error.to_string())?;
        let seals = PackSeals::new(self, header);
        let body =
            open_envelope(&seals.contents, POSITION_CONTENTS, sealed).map_err(|error| error.to_string())?;
        Contents::decode(&body, contents_start.saturating_sub(HEADER_BYTES as u64))
            .map_err(|error| error.to_string())
    }

    /// Reads a whole pack and proves every byte of it: its name, its table of contents, every region and every chunk.
    ///
    /// # Errors
    /// Only those of a failing store; damage is told in the scan.
    pub fn scan_pack(&self, id: PackId, chunks: &ChunkReader) -> Result<PackScan, RepoError> {
        let subject = || Subject::Pack(id);
        let mut scan = PackScan { contents: None, damage: vec![], regions_damaged: vec![], bytes: 0 };
        let bytes = match self.backend.get(&pack_name(&id)?, PACK_BYTES_ACCEPTED) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => {
                scan.damage.push(RepoError::Missing { subject: subject() });
                return Ok(scan);
            }
            Err(BackendError::TooLarge { bytes, .. }) => {
                scan.damage.push(RepoError::damaged(subject(), format!("it has {bytes} bytes")));
                return Ok(scan);
            }
            Err(error) => return Err(error.into()),
        };
        scan.bytes = bytes.len() as u64;
        if blake3::hash(&bytes) != *id.as_bytes() {
            scan.damage.push(RepoError::damaged(subject(), "its hash is not its name"));
        }
        match self.split_pack(&bytes) {
            Ok((header, contents)) => {
                let seals = PackSeals::new(self, &header);
                self.scan_regions(id, &bytes, &contents, &seals.regions, chunks, &mut scan)?;
                scan.contents = Some(contents);
            }
            Err(reason) => scan.damage.push(RepoError::damaged(subject(), reason)),
        }
        Ok(scan)
    }

    fn split_pack(&self, bytes: &[u8]) -> Result<(PackHeader, Contents), String> {
        let short = || "cut short".to_string();
        let header = bytes.get(..HEADER_BYTES).ok_or_else(short)?;
        let header = PackHeader::decode(header).map_err(|error| error.to_string())?;
        let end = bytes.len().checked_sub(TRAILER_BYTES).ok_or_else(short)?;
        let (front, trailer) = bytes.split_at_checked(end).ok_or_else(short)?;
        let trailer = Trailer::decode(trailer, bytes.len() as u64).map_err(|error| error.to_string())?;
        let start = end.checked_sub(trailer.contents_bytes as usize).ok_or_else(short)?;
        let sealed = front.get(start..).ok_or_else(short)?;
        let contents = self.open_contents(&header, &trailer, sealed, start as u64)?;
        Ok((header, contents))
    }

    fn scan_regions(
        &self,
        id: PackId,
        bytes: &[u8],
        contents: &Contents,
        seal: &Seal,
        chunks: &ChunkReader,
        scan: &mut PackScan,
    ) -> Result<(), RepoError> {
        let mut start = HEADER_BYTES;
        for (number, record) in (0_u32..).zip(&contents.regions) {
            let end = start + record.stored_bytes as usize;
            let message = bytes.get(start..end).unwrap_or_default().to_vec();
            start = end;
            let base = match record.encoding {
                Encoding::Delta => chunks.base(&record.bases),
                _ => Ok(vec![]),
            };
            let verdict = match base {
                Ok(base) => self.prove_region(record, u64::from(number), message, &[&base], seal),
                Err(error) if error.is_damage() => Err(format!("a base: {error}")),
                Err(error) => return Err(error),
            };
            if let Err(reason) = verdict {
                scan.regions_damaged.push(number);
                scan.damage.push(RepoError::damaged(Subject::Pack(id), format!("region {number}: {reason}")));
            }
        }
        Ok(())
    }

    fn prove_region(
        &self,
        record: &RegionRecord,
        position: u64,
        message: Vec<u8>,
        base: &[&[u8]],
        seal: &Seal,
    ) -> Result<(), String> {
        let plain_bytes = usize::try_from(record.plain_bytes()).map_err(|error| error.to_string())?;
        let plain = region::open(seal, position, message, record.encoding, base, plain_bytes)
            .map_err(|error| error.to_string())?;
        let mut offset = 0;
        for chunk in &record.chunks {
            region::chunk(&self.keys, &plain, offset, chunk.plain_bytes, &chunk.id)
                .ok_or_else(|| format!("chunk {} is not what its id says", chunk.id.short()))?;
            offset += chunk.plain_bytes;
        }
        Ok(())
    }
}
