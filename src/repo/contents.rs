//! What index objects tell of packs, gone through for prune, and told anew without those that are deleted.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

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

    /// Makes the index objects tell of none of `gone`, and of none that is not there: what stays is told in new ones, durably, before the old ones
    /// that told of it are removed.
    ///
    /// Small index objects are brought together on the way. Killed at any point, every pack that stays is told of. In a store with little room
    /// they stay small.
    ///
    /// # Errors
    /// [`RepoError::Backend`]; [`RepoError::Damaged`] for an index object.
    pub fn tell_no_more(&self, gone: &HashSet<PackId>) -> Result<(), RepoError> {
        let objects = self.index_objects()?;
        let there: HashSet<PackId> = self.packs()?.into_iter().map(|(id, _)| id).collect();
        let stays = |pack: &IndexedPack| !gone.contains(&pack.id) && there.contains(&pack.id);
        let many = objects.len() > INDEX_OBJECTS_FEW;
        let (mut told, mut anew) = (BTreeSet::new(), ToldAnew::new(self));
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
            for pack in packs.into_iter().filter(|pack| told.insert(pack.id)) {
                anew.pack(pack)?;
            }
            anew.replaces(id);
        }
        anew.flush()
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

/// Packs that are told of in new index objects, and the old ones that go for it.
struct ToldAnew<'r> {
    repo: &'r Repository,
    waiting: Vec<IndexedPack>,
    /// Chunks of those that wait.
    chunks: usize,
    /// How many packs are told of, durably.
    told: usize,
    /// How many packs came.
    came: usize,
    /// Old index objects, and how many packs must be told of before they go.
    replaced: VecDeque<(ObjectId, usize)>,
}

impl<'r> ToldAnew<'r> {
    const fn new(repo: &'r Repository) -> Self {
        Self { repo, waiting: vec![], chunks: 0, told: 0, came: 0, replaced: VecDeque::new() }
    }

    fn pack(&mut self, pack: IndexedPack) -> Result<(), RepoError> {
        self.chunks += chunks_of(&pack);
        self.came += 1;
        self.waiting.push(pack);
        if self.chunks >= INDEX_CHUNKS_PENDING_MAX { self.flush() } else { Ok(()) }
    }

    /// All packs of this index object that stay have come.
    fn replaces(&mut self, id: ObjectId) {
        self.replaced.push_back((id, self.came));
    }

    /// Tells of all that wait; in parts if there is no room for them at once, since each gives free what it stands for.
    fn flush(&mut self) -> Result<(), RepoError> {
        self.remove_replaced()?;
        let waiting = std::mem::take(&mut self.waiting);
        self.chunks = 0;
        let (mut rest, mut part) = (waiting.as_slice(), waiting.len());
        while !rest.is_empty() {
            let (now, later) = rest.split_at_checked(part).unwrap_or((rest, &[]));
            match self.repo.put_object(ObjectKind::Index, &index_format::encode(now)?) {
                Ok(_) => {
                    self.told += now.len();
                    rest = later;
                    self.remove_replaced()?;
                }
                Err(error) if error.is_no_space() && now.len() > 1 => part = now.len() / 2,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn remove_replaced(&mut self) -> Result<(), RepoError> {
        while let Some((id, needs)) = self.replaced.front()
            && *needs <= self.told
        {
            remove_if_there(self.repo, ObjectKind::Index, id)?;
            self.replaced.pop_front();
        }
        Ok(())
    }
}

fn chunks_of(pack: &IndexedPack) -> usize {
    pack.contents.regions.iter().map(|region| region.chunks.len()).sum()
}
