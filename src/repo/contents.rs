//! What index objects tell of packs, gone through for prune, and told anew without those that are deleted.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::lease::remove_if_there;
use super::{RepoError, Repository, Subject};
use crate::base::limits::{INDEX_CHUNKS_PENDING_MAX, INDEX_OBJECTS_FEW};
use crate::base::{ObjectId, PackId};
use crate::format::{IndexedPack, ObjectKind, index as index_format};
use crate::index::{IndexError, IndexView};

impl Repository {
    /// Hands on every pack that index objects tell of and that `index` has, once, with its number there.
    ///
    /// # Errors
    /// [`RepoError::Damaged`] for an index object, [`RepoError::Missing`] if one was replaced meanwhile, and those of `each`.
    pub fn each_pack(
        &self,
        index: &IndexView,
        each: &mut dyn FnMut(u32, &IndexedPack) -> Result<(), RepoError>,
    ) -> Result<(), RepoError> {
        let mut numbers: HashMap<PackId, u32> = index.packs()?.into_iter().collect();
        for id in index.objects()? {
            self.each_pack_of(id, &mut |pack| match numbers.remove(&pack.id) {
                Some(number) => each(number, &pack),
                None => Ok(()),
            })?;
        }
        Ok(())
    }

    fn each_pack_of(
        &self,
        id: ObjectId,
        each: &mut dyn FnMut(IndexedPack) -> Result<(), RepoError>,
    ) -> Result<(), RepoError> {
        let body = self.index_object(id)?;
        let mut ended = Ok(());
        let decoded = index_format::decode::<IndexError>(&body, |pack| {
            if ended.is_ok() {
                ended = each(pack);
            }
            Ok(())
        });
        ended?;
        decoded.map_err(|error| match error {
            IndexError::Format(error) => RepoError::damaged(Subject::Index(id), error),
            error => error.into(),
        })
    }

    /// Makes the index objects tell of none of `gone`, and of none that is not there: first what stays is told in new ones, durably, then the old ones are removed.
    ///
    /// Small index objects are brought together on the way. Killed at any point, every pack that stays is told of.
    ///
    /// # Errors
    /// [`RepoError::Backend`]; [`RepoError::Damaged`] for an index object.
    pub fn tell_no_more(&self, gone: &HashSet<PackId>) -> Result<(), RepoError> {
        let objects = self.index_objects()?;
        let there: HashSet<PackId> = self.packs()?.into_iter().map(|(id, _)| id).collect();
        let stays = |pack: &IndexedPack| !gone.contains(&pack.id) && there.contains(&pack.id);
        let many = objects.len() > INDEX_OBJECTS_FEW;
        let (mut replaced, mut told, mut waiting) = (vec![], BTreeSet::new(), Waiting::default());
        for id in objects {
            let (mut all, mut chunks, mut packs) = (true, 0, vec![]);
            self.each_pack_of(id, &mut |pack| {
                all &= stays(&pack);
                chunks += chunks_of(&pack);
                if stays(&pack) {
                    packs.push(pack);
                }
                Ok(())
            })?;
            let is_small = many && chunks < INDEX_CHUNKS_PENDING_MAX / 8;
            if all && !is_small {
                continue;
            }
            replaced.push(id);
            for pack in packs.into_iter().filter(|pack| told.insert(pack.id)) {
                waiting.chunks += chunks_of(&pack);
                waiting.packs.push(pack);
                if waiting.chunks >= INDEX_CHUNKS_PENDING_MAX {
                    self.put_index(&std::mem::take(&mut waiting).packs)?;
                }
            }
        }
        if !waiting.packs.is_empty() {
            self.put_index(&waiting.packs)?;
        }
        replaced.iter().try_for_each(|id| remove_if_there(self, ObjectKind::Index, id))
    }

    fn put_index(&self, packs: &[IndexedPack]) -> Result<(), RepoError> {
        self.put_object(ObjectKind::Index, &index_format::encode(packs)?)?;
        Ok(())
    }

    /// Removes a pack that no index object tells of, its parity first; that they are gone already is as good.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn remove_pack(&self, id: &PackId) -> Result<(), RepoError> {
        self.remove_parity(*id)?;
        match self.backend.remove(&super::packs::pack_name(id)?) {
            Err(error) if error.is_not_found() => Ok(()),
            other => Ok(other?),
        }
    }
}

/// Packs that are told of in the next index object.
#[derive(Default)]
struct Waiting {
    packs: Vec<IndexedPack>,
    chunks: usize,
}

fn chunks_of(pack: &IndexedPack) -> usize {
    pack.contents.regions.iter().map(|region| region.chunks.len()).sum()
}
