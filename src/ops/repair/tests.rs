use std::path::Path;
use std::sync::Arc;

use super::{index, packs, snapshots};
use crate::backend::double::{Calls, Effect, Fault, Faulty, Plan};
use crate::backend::{Backend, MemoryBackend, ObjectName};
use crate::base::{PackId, Silent, SnapshotId, Timestamp};
use crate::ops::check::{self, CheckOptions, CheckReport};
use crate::ops::house::{House, noise};
use crate::ops::select::{self, Filter};
use crate::repo::{ParityState, Repository};

mod damage;
mod kills;

fn name(folder: &str, id: &str) -> ObjectName {
    ObjectName::new(&format!("{folder}/{}/{id}", &id[..2])).unwrap()
}

/// A copy of everything in a store.
fn copy(from: &dyn Backend) -> MemoryBackend {
    let to = MemoryBackend::new();
    for stored in from.list("").unwrap() {
        to.put(&stored.name, &from.get(&stored.name, u64::MAX).unwrap()).unwrap();
    }
    to
}

fn reopened(backend: impl Backend + 'static) -> Repository {
    Repository::open(Arc::new(backend), b"x").unwrap()
}

/// Spoils the bytes of a pack.
type Spoiler<'s> = &'s dyn Fn(&mut Vec<u8>);

/// What `change` makes of the bytes of a pack.
fn spoil(repo: &Repository, pack: PackId, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let good = repo.pack_bytes(pack).unwrap().unwrap();
    let mut bad = good.clone();
    change(&mut bad);
    repo.backend().replace(&name("packs", &pack.to_string()), &bad).unwrap();
    good
}

fn largest_pack(repo: &Repository) -> PackId {
    repo.packs().unwrap().into_iter().max_by_key(|(_, bytes)| *bytes).unwrap().0
}

fn checked(repo: &Repository, cache: &Path) -> CheckReport {
    check::run(repo, cache, &CheckOptions { read_data: 1.0, seed: 0 }, &Silent).unwrap()
}

/// Plans and does; returns the plan and what was done.
fn repair(
    repo: &Repository,
    cache: &Path,
    from: Option<&Repository>,
) -> (packs::PacksPlan, packs::PacksReport) {
    let plan = packs::plan(repo, cache, from, &Silent).unwrap();
    let done = packs::apply(repo, cache, from, &plan, &Silent).unwrap();
    (plan, done)
}

fn assert_nothing_to_do(repo: &Repository, cache: &Path) {
    let plan = packs::plan(repo, cache, None, &Silent).unwrap();
    assert!(plan.is_empty(), "{plan:?}");
}

fn house() -> House {
    let house = House::over(Arc::new(MemoryBackend::new()), 5);
    house.write("a-large", &noise(1, 2_500_000));
    house.write("z-small", &noise(2, 5_000));
    house.save();
    house
}

#[test]
fn bursts_and_scattered_damage_heal_bit_for_bit() {
    let house = house();
    let pack = largest_pack(&house.repo);
    let bytes = house.repo.pack_bytes(pack).unwrap().unwrap().len();
    let blocks = bytes / 4096;
    let spoilers: [Spoiler<'_>; 5] = [
        &|bad| bad[400_000..400_000 + blocks * 3 / 100 * 4096].fill(0),
        &|bad| bad.chunks_mut(4096).skip(3).step_by(21).for_each(|block| block[77] ^= 1),
        &|bad| bad[0] ^= 1,
        &|bad| bad.truncate(bytes - 20_000),
        &|bad| bad.extend_from_slice(b"grown"),
    ];
    for spoiler in spoilers {
        let good = spoil(&house.repo, pack, spoiler);
        assert!(!checked(&house.repo, &house.cache()).errors.is_empty());
        let (plan, done) = repair(&house.repo, &house.cache(), None);
        assert_eq!((plan.heal, done.healed), (vec![(pack, packs::Source::Parity)], 1));
        assert!(house.repo.pack_bytes(pack).unwrap().unwrap() == good);
        assert_eq!(checked(&house.repo, &house.cache()).errors, [""; 0]);
        assert_nothing_to_do(&house.repo, &house.cache());
    }
}

#[test]
fn parity_that_is_missing_or_damaged_is_told_of_and_made_anew() {
    let house = house();
    let pack = largest_pack(&house.repo);
    let parity = name("parity", &pack.to_string());
    let good = house.repo.backend().get(&parity, u64::MAX).unwrap();
    house.repo.backend().remove(&parity).unwrap();
    let report = checked(&house.repo, &house.cache());
    assert_eq!((report.errors.len(), report.notes.len()), (0, 1), "{:?}", report.notes);
    assert_eq!(repair(&house.repo, &house.cache(), None).0.parity, [pack]);
    assert!(house.repo.backend().get(&parity, u64::MAX).unwrap() == good);
    for at in [5, 70, good.len() / 2, good.len() - 3] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        house.repo.backend().replace(&parity, &bad).unwrap();
        assert_eq!(checked(&house.repo, &house.cache()).errors.len(), 1);
        // Damaged as it is, it heals the pack; and then it is made anew.
        spoil(&house.repo, pack, |bad| bad[500_000] ^= 1);
        assert_eq!(repair(&house.repo, &house.cache(), None).1.healed, 1);
        assert_eq!(house.repo.check_parity(pack).unwrap(), ParityState::Whole);
        assert!(house.repo.backend().get(&parity, u64::MAX).unwrap() == good);
    }
}

#[test]
fn what_parity_does_not_heal_comes_from_a_copy_and_from_no_other_repository() {
    let house = house();
    let other = reopened(copy(house.repo.backend()));
    let ids: Vec<PackId> = house.repo.packs().unwrap().into_iter().map(|(id, _)| id).collect();
    // A pack of one shard has all of itself in its parity.
    ids.iter().for_each(|id| house.repo.remove_parity(*id).unwrap());
    let good = spoil(&house.repo, ids[0], |bad| bad.fill(7));
    house.repo.backend().remove(&name("packs", &ids[1].to_string())).unwrap();
    let stranger = House::new();
    assert!(packs::plan(&house.repo, &house.cache(), Some(&stranger.repo), &Silent).is_err());
    let plan = packs::plan(&house.repo, &house.cache(), None, &Silent).unwrap();
    assert_eq!((plan.hopeless.len(), plan.heal.len()), (2, 0));
    let (plan, done) = repair(&house.repo, &house.cache(), Some(&other));
    assert_eq!((plan.hopeless.len(), done.healed, done.saved.len()), (0, 2, 0));
    assert!(house.repo.pack_bytes(ids[0]).unwrap().unwrap() == good);
    assert_eq!(checked(&house.repo, &house.cache()).errors, [""; 0]);
}

#[test]
fn an_index_that_is_missing_damaged_or_says_something_else_is_made_anew() {
    let house = house();
    let backend = house.repo.backend();
    let objects = || backend.list("index").unwrap();
    let only = objects().pop().unwrap().name;
    let whole = backend.get(&only, u64::MAX).unwrap();
    for spoiler in 0..3 {
        let now = objects().pop().unwrap().name;
        match spoiler {
            0 => backend.remove(&now).unwrap(),
            1 => backend.replace(&now, b"nothing").unwrap(),
            // The object that the first night wrote, and a pack that it tells of is not there.
            _ => {
                backend.remove(&now).unwrap();
                backend.put(&only, &whole).unwrap();
                backend.remove(&name("packs", &largest_pack(&house.repo).to_string())).unwrap();
            }
        }
        let plan = index::plan(&house.repo, &house.cache(), &Silent).unwrap();
        assert!(!plan.is_empty());
        index::apply(&house.repo, &house.cache(), &plan, &Silent).unwrap();
        let again = index::plan(&house.repo, &house.cache(), &Silent).unwrap();
        assert!(again.is_empty(), "{again:?}");
        assert_eq!(checked(&house.repo, &house.cache()).losses.len(), usize::from(spoiler == 2));
    }
}

#[test]
fn a_snapshot_that_lost_something_is_marked_passed_over_and_unmarked_when_it_is_whole_again() {
    let house = house();
    house.write("new", &noise(3, 40_000));
    house.save();
    let all = house.snapshots();
    let other = reopened(copy(house.repo.backend()));
    // The second night's pack of content.
    let of_first = house.repo.packs().unwrap();
    let small = of_first
        .iter()
        .filter(|(_, bytes)| (40_000..80_000).contains(bytes))
        .map(|(id, _)| *id)
        .next()
        .unwrap();
    house.repo.backend().remove(&name("packs", &small.to_string())).unwrap();
    let marks = |now: i64| {
        let report = checked(&house.repo, &house.cache());
        let lost: Vec<_> = report.losses.iter().map(|loss| loss.to_record(Timestamp::new(now, 0))).collect();
        let plan = snapshots::plan(&house.repo, &lost).unwrap();
        snapshots::apply(&house.repo, &plan).unwrap();
        (plan.mark.len(), plan.unmark.len())
    };
    assert_eq!([marks(5), marks(6)], [(1, 0), (0, 0)]);
    let latest = |filter: &Filter| -> SnapshotId {
        select::find(&house.repo.snapshots().unwrap(), "latest", filter).unwrap().0
    };
    assert_eq!(latest(&Filter::default()), all[0].0);
    assert_eq!(house.repo.losses().unwrap().of[&all[1].0].files, 1);
    assert_eq!(house.save().manifest.parent, Some(all[0].0));
    repair(&house.repo, &house.cache(), Some(&other));
    assert_eq!([marks(7), marks(8)], [(0, 1), (0, 0)]);
    assert!(house.repo.backend().list("losses").unwrap().is_empty());
}
