//! Packs that no index object tells of: leftovers of runs that ended early, or of a lost index object.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::packs::pack_name;
use super::{IndexState, RepoError, Repository};
use crate::base::{Observer, PackId};

/// What may be done for packs that no index object tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adopt {
    InCache,
    InRepository,
}

impl Repository {
    /// Adds the packs that no index object tells of to the index, and to the repository if that may be.
    ///
    /// What is about to be deleted is told by marks, and nobody is to find it.
    pub(super) fn adopt_unknown(
        &self,
        packs: &BTreeMap<PackId, u64>,
        state: &mut IndexState,
        observer: &dyn Observer,
        adopt: Adopt,
    ) -> Result<(), RepoError> {
        let known: BTreeSet<PackId> = state.index.packs()?.into_iter().map(|(id, _)| id).collect();
        let loose: BTreeSet<PackId> = match adopt {
            Adopt::InCache => BTreeSet::new(),
            Adopt::InRepository => state.index.loose_packs()?.into_iter().collect(),
        };
        let unknown: Vec<(PackId, u64)> = packs
            .iter()
            .filter(|(id, _)| (!known.contains(id) || loose.contains(id)) && !state.doomed.contains(id))
            .map(|(id, bytes)| (*id, *bytes))
            .collect();
        for batch in unknown.chunks(32) {
            self.adopt(batch, state, observer, adopt)?;
        }
        Ok(())
    }

    fn adopt(
        &self,
        packs: &[(PackId, u64)],
        state: &mut IndexState,
        observer: &dyn Observer,
        adopt: Adopt,
    ) -> Result<(), RepoError> {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled);
        }
        let read = packs.par_iter().map(|(id, bytes)| {
            let pack = self.pack_contents(*id, *bytes)?;
            if adopt == Adopt::InRepository {
                // Its writer may have been killed before it was durable, and snapshots will be promised that need it.
                self.backend.make_durable(&pack_name(id)?)?;
            }
            Ok::<_, RepoError>(pack)
        });
        let read: Vec<_> = read.collect();
        let mut adopted = vec![];
        for pack in read {
            match pack {
                Ok(pack) => adopted.push(pack),
                Err(error) if error.is_damage() => state.packs_unreadable.push(error),
                Err(error) => return Err(error),
            }
        }
        if adopt == Adopt::InRepository && !adopted.is_empty() {
            self.write_index(&adopted, &mut state.index)?;
        } else {
            let mut build = state.index.build()?;
            for pack in &adopted {
                build.add_loose_pack(pack)?;
            }
            build.finish()?;
        }
        state.packs_adopted.extend(adopted.iter().map(|pack| pack.id));
        Ok(())
    }
}
