//! The index in the cache kept in step with the index objects of the repository, and made whole from packs where those lack.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::adopt::Adopt;
use super::{Avoided, RepoError, Repository, Subject};
use crate::base::limits::INDEX_CHUNKS_PENDING_MAX;
use crate::base::{ObjectId, Observer, PackId, Phase, Progress, Warning};
use crate::format::{IndexedPack, ObjectKind, index as index_format};
use crate::index::{Index, IndexError};

/// An index in step with the repository, and what was odd.
#[derive(Debug)]
pub struct IndexState {
    /// The index.
    pub index: Index,
    /// Index objects that cannot be read, and why.
    pub damaged: Vec<(ObjectId, RepoError)>,
    /// Packs that an index object tells of and that are not there: their chunks are lost until they are stored again.
    pub packs_missing: Vec<PackId>,
    /// Packs that no index object told of: leftovers of runs that ended early, or their index object is lost.
    pub packs_adopted: Vec<PackId>,
    /// Packs that no index object tells of and whose contents cannot be read.
    pub packs_unreadable: Vec<RepoError>,
    /// Packs that are about to be deleted, as the marks say.
    pub doomed: HashSet<PackId>,
    /// Marks that cannot be read.
    pub marks_damaged: Vec<RepoError>,
}

impl IndexState {
    /// What a writer with this index must not rely on.
    ///
    /// # Errors
    /// [`RepoError::Index`].
    pub fn avoided(&self) -> Result<Avoided, RepoError> {
        Avoided::new(&self.index, &self.doomed)
    }
}

impl Repository {
    /// Opens the index in `cache` and brings it up to date, changing nothing in the repository.
    ///
    /// # Errors
    /// [`RepoError::Backend`], [`RepoError::Index`].
    pub fn open_index(&self, cache: &Path, observer: &dyn Observer) -> Result<IndexState, RepoError> {
        self.index_in_step(cache, observer, Adopt::InCache)
    }

    /// The same for a writer: packs that no index object tells of get one, so that nobody needs to look for them again.
    ///
    /// # Errors
    /// [`RepoError::Backend`], [`RepoError::Index`].
    pub fn open_index_for_writing(
        &self,
        cache: &Path,
        observer: &dyn Observer,
    ) -> Result<IndexState, RepoError> {
        self.index_in_step(cache, observer, Adopt::InRepository)
    }

    fn index_in_step(
        &self,
        cache: &Path,
        observer: &dyn Observer,
        adopt: Adopt,
    ) -> Result<IndexState, RepoError> {
        let in_step = || self.bring_up_to_date(Index::open(cache, self.id())?, observer, adopt);
        let again = match in_step() {
            // The file turned out to be odd while it was read: the index has marked it, and now opens it empty. Once.
            Err(RepoError::Index(error)) if error.is_damage() => in_step(),
            other => other,
        };
        match again {
            // A full disk, most of all. Those who make room on it are not to be stopped by that.
            Err(RepoError::Index(error)) if error.is_damage() || error.is_no_space() => {
                observer.warning(Warning {
                    subject: "cache".into(),
                    message: format!("{error}; the index is kept in memory for this run"),
                });
                self.bring_up_to_date(Index::in_memory(self.id())?, observer, adopt)
            }
            other => other,
        }
    }

    fn bring_up_to_date(
        &self,
        index: Index,
        observer: &dyn Observer,
        adopt: Adopt,
    ) -> Result<IndexState, RepoError> {
        // Before the packs: what is deleted while they are listed is told by a mark.
        let marks = self.marks()?;
        let mut state = IndexState {
            index,
            damaged: vec![],
            packs_missing: vec![],
            packs_adopted: vec![],
            packs_unreadable: vec![],
            doomed: marks.packs(),
            marks_damaged: marks.damaged.into_iter().map(|(_, error)| error).collect(),
        };
        // Index objects first: a pack is stored before the object that tells of it, so the packs listed then are all of those.
        let listed: BTreeSet<ObjectId> = self.index_objects()?.into_iter().collect();
        let packs: BTreeMap<PackId, u64> = self.packs()?.into_iter().collect();
        let missing_before = state.index.missing_packs()?;
        if !self.is_cache_of(&state.index, &listed, &packs)? {
            state.index.clear()?;
        }
        let loaded: BTreeSet<ObjectId> = state.index.objects()?.into_iter().collect();
        let wanted: Vec<ObjectId> = listed.difference(&loaded).copied().collect();
        self.load(&wanted, &packs, &mut state, observer)?;
        state.packs_missing = state.index.missing_packs()?;
        // One that is about to be deleted may be gone since the index objects were listed.
        state.packs_missing.retain(|id| !state.doomed.contains(id));
        for id in state.packs_missing.iter().filter(|id| missing_before.binary_search(id).is_err()) {
            observer.warning(Warning {
                subject: Subject::Pack(*id).to_string(),
                message: "is missing: what is only in it is lost until it is stored again".into(),
            });
        }
        self.adopt_unknown(&packs, &mut state, observer, adopt)?;
        if adopt == Adopt::InRepository && state.packs_unreadable.is_empty() {
            // Every pack stands in an index object that can be read: nothing is lost with one that cannot.
            for (id, _) in &state.damaged {
                self.remove_of(ObjectKind::Index, id)?;
            }
        }
        Ok(state)
    }

    /// Whether everything the index holds is still so: no object that was loaded and no pack came or went behind it.
    ///
    /// If not, it is loaded anew. A chunk that a lost pack and another one both have is in the index once, and nothing
    /// there tells of the other one.
    fn is_cache_of(
        &self,
        index: &Index,
        objects: &BTreeSet<ObjectId>,
        packs: &BTreeMap<PackId, u64>,
    ) -> Result<bool, RepoError> {
        Ok(index.objects()?.iter().all(|id| objects.contains(id))
            && index.packs()?.iter().all(|(id, _)| packs.contains_key(id))
            && !index.missing_packs()?.iter().any(|id| packs.contains_key(id)))
    }

    pub(super) fn index_objects(&self) -> Result<Vec<ObjectId>, RepoError> {
        let listed = self.backend.list(ObjectKind::Index.folder())?;
        Ok(listed.iter().filter_map(|stored| stored.name.last_part().parse().ok()).collect())
    }

    fn load(
        &self,
        wanted: &[ObjectId],
        packs: &BTreeMap<PackId, u64>,
        state: &mut IndexState,
        observer: &dyn Observer,
    ) -> Result<(), RepoError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let mut done = 0;
        // Of several places of a chunk the last one counts, which is to be one that stays.
        let passes: &[Option<bool>] =
            if state.doomed.is_empty() { &[None] } else { &[Some(true), Some(false)] };
        let doomed = &state.doomed;
        let mut build = state.index.build()?;
        for (pass, id) in passes.iter().flat_map(|pass| wanted.iter().map(move |id| (pass, id))) {
            if observer.is_cancelled() {
                return Err(RepoError::Cancelled);
            }
            let is_last = *pass != Some(true);
            match self.index_object(*id) {
                Ok(body) => {
                    let add = index_format::decode::<IndexError>(&body, |pack| {
                        if pass.is_some_and(|of_doomed| of_doomed != doomed.contains(&pack.id)) {
                            Ok(())
                        } else if packs.contains_key(&pack.id) {
                            build.add_pack(&pack)
                        } else {
                            build.add_missing_pack(&pack.id)
                        }
                    });
                    match add {
                        Ok(()) if is_last => build.add_object(*id)?,
                        Ok(()) => {}
                        Err(IndexError::Format(error)) if is_last => {
                            state.damaged.push((*id, RepoError::damaged(Subject::Index(*id), error)));
                        }
                        Err(IndexError::Format(_)) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                // A prune has told anew what it told of: those packs are looked at by themselves.
                Err(RepoError::Missing { .. }) => {}
                Err(error) if !error.is_damage() => return Err(error),
                Err(error) if is_last => state.damaged.push((*id, error)),
                Err(_) => {}
            }
            done += u64::from(is_last);
            observer.progress(&progress(done, wanted.len() as u64));
        }
        Ok(build.finish()?)
    }

    /// The body of an index object.
    pub(super) fn index_object(&self, id: ObjectId) -> Result<Vec<u8>, RepoError> {
        self.get_object(ObjectKind::Index, &id, &Subject::Index(id))
    }

    /// Stores index objects for these packs, each of a bounded size, and loads them. Returns the bytes stored.
    pub(super) fn write_index(&self, packs: &[IndexedPack], index: &mut Index) -> Result<u64, RepoError> {
        let mut stored = 0;
        let mut rest = packs;
        while !rest.is_empty() {
            let mut chunks = 0;
            let fitting = rest.iter().take_while(|pack| {
                let fits = chunks < INDEX_CHUNKS_PENDING_MAX;
                chunks += pack.contents.regions.iter().map(|region| region.chunks.len()).sum::<usize>();
                fits
            });
            let (batch, after) = rest.split_at(fitting.count());
            rest = after;
            let (id, bytes) = self.put_object(ObjectKind::Index, &index_format::encode(batch)?)?;
            stored += bytes;
            let mut build = index.build()?;
            for pack in batch {
                build.add_pack(pack)?;
            }
            build.add_object(ObjectId::new(id))?;
            build.finish()?;
        }
        Ok(stored)
    }
}

const fn progress(items_done: u64, items_total: u64) -> Progress<'static> {
    Progress {
        phase: Phase::Index,
        items_done,
        items_total: Some(items_total),
        bytes_done: 0,
        bytes_total: None,
        current: None,
    }
}
