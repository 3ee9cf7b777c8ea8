//! What is left of damaged packs, packs that are taken out of use, and index objects without them.
//!
//! A pack out of use lies in the folder `damaged` under its name, with the bytes that it had, or none if it was missing: no reader looks
//! there, and a copy of the repository that still has the pack can bring it back later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::object::name_in;
use super::packs::{PackSeals, pack_name};
use super::parity::parity_name;
use super::{ChunkReader, RepoError, Repository, region};
use crate::backend::{BackendError, ObjectName};
use crate::base::limits::PACK_BYTES_ACCEPTED;
use crate::base::{Encoding, ObjectId, Observer, PackId};
use crate::format::pack::HEADER_BYTES;
use crate::format::{Contents, IndexedPack, ObjectKind, PackHeader, RegionRecord, index as index_format};

/// Is handed a region, and its plaintext if it is whole.
pub type EachRegion<'e> = &'e mut dyn FnMut(&RegionRecord, Option<Vec<u8>>) -> Result<(), RepoError>;

/// The folder of packs out of use.
const FOLDER: &str = "damaged";

fn damaged_name(id: &PackId) -> Result<ObjectName, RepoError> {
    let fan: String = id.to_string().chars().take(2).collect();
    name_in(&format!("{FOLDER}/{fan}"), id)
}

impl Repository {
    /// Hands `each` every region of a pack's bytes by its table of contents, with its plaintext if it and all its chunks are whole.
    ///
    /// # Errors
    /// Those of a failing store, and of `each`.
    pub fn each_region(
        &self,
        bytes: &[u8],
        contents: &Contents,
        chunks: &ChunkReader,
        each: EachRegion<'_>,
    ) -> Result<(), RepoError> {
        let header = bytes.get(..HEADER_BYTES).and_then(|header| PackHeader::decode(header).ok());
        let seal = header.map(|header| PackSeals::new(self, &header).regions);
        let mut start = HEADER_BYTES;
        for (number, record) in (0..).zip(&contents.regions) {
            let end = start + record.stored_bytes as usize;
            let message = bytes.get(start..end).map(<[u8]>::to_vec);
            start = end;
            let base = match record.encoding {
                Encoding::Delta => chunks.base(&record.bases),
                _ => Ok(vec![]),
            };
            let base = match base {
                Ok(base) => Some(base),
                Err(error) if error.is_damage() => None,
                Err(error) => return Err(error),
            };
            let plain = message.zip(base).zip(seal.as_ref()).and_then(|((message, base), seal)| {
                let plain_bytes = usize::try_from(record.plain_bytes()).ok()?;
                let base = [base.as_slice()];
                let plain = region::open(seal, number, message, record.encoding, &base, plain_bytes).ok()?;
                self.has_its_chunks(record, &plain).then_some(plain)
            });
            each(record, plain)?;
        }
        Ok(())
    }

    fn has_its_chunks(&self, record: &RegionRecord, plain: &[u8]) -> bool {
        let mut offset = 0;
        record.chunks.iter().all(|chunk| {
            let is_whole = region::chunk(&self.keys, plain, offset, chunk.plain_bytes, &chunk.id).is_some();
            offset += chunk.plain_bytes;
            is_whole
        })
    }

    /// What index objects that can be read say of these packs.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn told_contents(&self, packs: &BTreeSet<PackId>) -> Result<BTreeMap<PackId, Contents>, RepoError> {
        let mut told = BTreeMap::new();
        for id in self.index_objects()? {
            for pack in self.packs_told(id)?.unwrap_or_default() {
                if packs.contains(&pack.id) {
                    told.insert(pack.id, pack.contents);
                }
            }
        }
        Ok(told)
    }

    /// The packs that an index object tells of; `None` if it cannot be read.
    fn packs_told(&self, id: ObjectId) -> Result<Option<Vec<IndexedPack>>, RepoError> {
        let body = match self.index_object(id) {
            Ok(body) => body,
            Err(error) if error.is_damage() => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut packs = vec![];
        let decoded = index_format::decode::<crate::format::FormatError>(&body, |pack| {
            packs.push(pack);
            Ok(())
        });
        Ok(decoded.is_ok().then_some(packs))
    }

    /// Packs that are out of use.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn packs_out_of_use(&self) -> Result<Vec<PackId>, RepoError> {
        let listed = self.backend.list(FOLDER)?;
        let packs = listed.iter().filter_map(|stored| {
            let id = stored.name.last_part().parse().ok()?;
            (damaged_name(&id).ok()? == stored.name).then_some(id)
        });
        Ok(packs.collect())
    }

    /// The bytes of a pack out of use, if all of them are right.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn pack_out_of_use(&self, id: PackId) -> Result<Option<Vec<u8>>, RepoError> {
        match self.backend.get(&damaged_name(&id)?, PACK_BYTES_ACCEPTED) {
            Ok(bytes) => Ok((blake3::hash(&bytes) == *id.as_bytes()).then_some(bytes)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a pack out of use, with the bytes that are there of it. A kill in between leaves it in both places, and in use.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn take_out_of_use(&self, id: PackId, bytes: &[u8]) -> Result<(), RepoError> {
        match self.backend.put(&damaged_name(&id)?, bytes) {
            Err(BackendError::AlreadyExists { .. }) => {}
            other => other?,
        }
        for name in [pack_name(&id)?, parity_name(&id)?] {
            match self.backend.remove(&name) {
                Err(error) if !error.is_not_found() => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Forgets that a pack was out of use: it is in its place again.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn put_in_use(&self, id: PackId) -> Result<(), RepoError> {
        match self.backend.remove(&damaged_name(&id)?) {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Index objects that are not what they should be, and why: they cannot be read, or tell of packs that are not there or are others. With
    /// `reads_packs` every pack's own table of contents is compared with what is told of it.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn odd_index_objects(&self, reads_packs: bool) -> Result<Vec<(ObjectId, String)>, RepoError> {
        let packs: BTreeMap<PackId, u64> = self.packs()?.into_iter().collect();
        let mut odd = vec![];
        for id in self.index_objects()? {
            let reason = match self.packs_told(id)? {
                None => Some("it cannot be read".into()),
                Some(told) => self.what_is_odd(&told, &packs, reads_packs)?,
            };
            odd.extend(reason.map(|reason| (id, reason)));
        }
        Ok(odd)
    }

    fn what_is_odd(
        &self,
        told: &[IndexedPack],
        packs: &BTreeMap<PackId, u64>,
        reads_packs: bool,
    ) -> Result<Option<String>, RepoError> {
        for pack in told {
            let short = pack.id.short();
            match packs.get(&pack.id) {
                None => return Ok(Some(format!("it tells of pack {short}, which is missing"))),
                Some(bytes) if *bytes != pack.bytes => {
                    return Ok(Some(format!("it tells of another length than pack {short} has")));
                }
                Some(_) if !reads_packs => {}
                Some(bytes) => match self.pack_contents(pack.id, *bytes) {
                    Ok(own) if own.contents == pack.contents => {}
                    Ok(_) => {
                        return Ok(Some(format!("it tells something else of pack {short} than that does")));
                    }
                    // The pack is what is damaged then, and the object may be all that still knows what is in it.
                    Err(error) if error.is_damage() => {}
                    Err(error) => return Err(error),
                },
            }
        }
        Ok(None)
    }

    /// Writes index objects anew in the place of these: of packs that are there, by what these tell and the packs themselves. The old ones are
    /// removed when the new ones are durable. Returns how many packs the new ones tell of.
    ///
    /// # Errors
    /// [`RepoError::Backend`], [`RepoError::Index`].
    pub fn renew_index(
        &self,
        objects: &[ObjectId],
        cache: &Path,
        observer: &dyn Observer,
    ) -> Result<u64, RepoError> {
        // What no object tells of gets one by this; objects that cannot be read go when every pack can. The cache may still hold what one of
        // them said when it could be read, so packs that only such a one told of are looked for here.
        let mut state = self.open_index_for_writing(cache, observer)?;
        let packs: BTreeMap<PackId, u64> = self.packs()?.into_iter().collect();
        let mut told = BTreeSet::new();
        for id in self.index_objects()? {
            told.extend(self.packs_told(id)?.unwrap_or_default().iter().map(|pack| pack.id));
        }
        let mut renewed = state.packs_adopted.len() as u64;
        let untold: Vec<_> = packs.iter().filter(|(id, _)| !told.contains(id)).collect();
        for batch in untold.chunks(32) {
            let read = batch.iter().map(|(id, bytes)| self.pack_contents(**id, **bytes));
            // One that cannot be read is for a repair of packs.
            let read: Vec<_> = read.filter(|pack| !pack.as_ref().is_err_and(RepoError::is_damage)).collect();
            let read = read.into_iter().collect::<Result<Vec<_>, _>>()?;
            renewed += read.len() as u64;
            self.write_index(&read, &mut state.index)?;
        }
        for id in objects {
            let mut kept = vec![];
            for told in self.packs_told(*id)?.unwrap_or_default() {
                let Some(bytes) = packs.get(&told.id) else { continue };
                match self.pack_contents(told.id, *bytes) {
                    Ok(own) => kept.push(own),
                    Err(error) if error.is_damage() && told.bytes == *bytes => kept.push(told),
                    Err(error) if error.is_damage() => {}
                    Err(error) => return Err(error),
                }
            }
            renewed += kept.len() as u64;
            if !kept.is_empty() {
                self.write_index(&kept, &mut state.index)?;
            }
            match self.backend.remove(&name_in(ObjectKind::Index.folder(), id)?) {
                Err(error) if !error.is_not_found() => return Err(error.into()),
                _ => {}
            }
        }
        Ok(renewed)
    }
}
