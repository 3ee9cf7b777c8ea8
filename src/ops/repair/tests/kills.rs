//! A repair that is killed at any call that changes something has lost nothing, and the next one ends what it began.

use super::*;

/// Kills the repair at the nth change, for all n, with and without the effect of that change; then repairs and compares.
fn sweep(damaged: &Repository, from: Option<&Repository>, losses: usize) {
    for effect in [Effect::Before, Effect::After] {
        for nth in 1.. {
            let faulty = Arc::new(Faulty::new(copy(damaged.backend())));
            let cache = tempfile::tempdir().unwrap();
            let repo = Repository::open(faulty.clone(), b"x").unwrap();
            let plan = packs::plan(&repo, cache.path(), from, &Silent).unwrap();
            faulty.fail(Plan { calls: Calls::Changing, nth, fault: Fault::Io, effect, lasting: true });
            let done = packs::apply(&repo, cache.path(), from, &plan, &Silent);
            let failed = faulty.failed();
            assert!(done.is_ok() || failed > 0, "{done:?}");
            faulty.heal();
            // Another process, which has another cache.
            let cache = tempfile::tempdir().unwrap();
            let report = checked(&repo, cache.path());
            assert!(report.losses.len() <= losses.max(1), "{nth} {effect:?}: {:?}", report.errors);
            repair(&repo, cache.path(), from);
            assert_nothing_to_do(&repo, cache.path());
            let report = checked(&repo, cache.path());
            assert_eq!(report.losses.len(), losses, "{nth} {effect:?}: {:?}", report.errors);
            if failed == 0 {
                assert!(nth > 2, "nothing was changed");
                break;
            }
        }
    }
}

#[test]
fn healing_is_killed_at_every_change() {
    let house = house();
    let pack = largest_pack(&house.repo);
    spoil(&house.repo, pack, |bad| bad[300_000] ^= 1);
    let other = house.repo.packs().unwrap().into_iter().map(|(id, _)| id).find(|id| *id != pack).unwrap();
    house.repo.backend().remove(&name("parity", &other.to_string())).unwrap();
    sweep(&house.repo, None, 0);
}

#[test]
fn saving_what_is_whole_is_killed_at_every_change() {
    let house = House::new();
    house.write("a-large", &noise(1, 2_500_000));
    house.write("z-small", &noise(2, 5_000));
    house.save();
    house.damage(&noise(2, 5_000));
    sweep(&house.repo, None, 1);
}

#[test]
fn taking_packs_from_a_copy_is_killed_at_every_change() {
    let house = house();
    let other = reopened(copy(house.repo.backend()));
    for (id, _) in house.repo.packs().unwrap() {
        house.repo.backend().remove(&name("packs", &id.to_string())).unwrap();
    }
    sweep(&house.repo, Some(&other), 0);
}
