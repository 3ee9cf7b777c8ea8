//! Prune, interrupted at every call it makes of the store, and at every step of the disk.

use std::sync::Arc;

use super::*;
use crate::backend::MemoryBackend;
use crate::backend::double::{Calls, Effect, Fault, Faulty, NonDurable, Plan, Survivors};

/// Nights of a dump, some forgotten: there is something to delete, to copy and to make lean on something else.
fn nights() -> (House, Vec<Manifest>) {
    let house = House::new();
    let mut kept = vec![];
    for night in 0..5 {
        house.write("dump.sql", &dump(night, 9_000));
        house.write(&format!("upload-{night}"), &noise(night as u32, 50_000));
        let report = house.save();
        if night == 1 || night == 4 {
            kept.push(report.manifest);
        } else {
            house.forget(report.snapshot.unwrap());
        }
    }
    (house, kept)
}

/// Every snapshot that is there is whole, and the next prune, which nothing disturbs, leaves nothing to do.
fn goes_on(house: &House, kept: &[Manifest], files: &[BTreeMap<TreePath, Vec<u8>>], what: &str) {
    for (manifest, files) in kept.iter().zip(files) {
        assert_eq!(&house.files(manifest), files, "{what}");
    }
    // The run that broke off is no more: its lease means nothing. Here it is this process, which is still there.
    for stored in house.repo.backend().list("leases").unwrap() {
        house.repo.backend().remove(&stored.name).unwrap();
    }
    house.prune(Allowance::Bytes(0));
    for (manifest, files) in kept.iter().zip(files) {
        assert_eq!(&house.files(manifest), files, "{what}, then pruned");
    }
    house.is_sound();
    let left = house.prune(Allowance::Bytes(0));
    assert_eq!((left.deleted, left.unused_left), (Count::default(), 0), "{what}");
}

#[test]
fn a_prune_that_fails_at_any_call_loses_nothing_and_the_next_one_ends_it() {
    let (origin, kept) = nights();
    let files: Vec<_> = kept.iter().map(|manifest| origin.files(manifest)).collect();
    let mut cases = 0;
    for (fault, effect, lasting) in [
        (Fault::Io, Effect::Before, false),
        (Fault::NoSpace, Effect::Before, true),
        (Fault::Unreachable, Effect::After, true),
    ] {
        for nth in 1.. {
            let backend = Arc::new(Faulty::new(MemoryBackend::new()));
            let house = origin.moved_to(backend.clone());
            backend.fail(Plan { calls: Calls::Changing, nth, fault, effect, lasting });
            let ended = run(&house.repo, &house.cache(), &options(Allowance::Bytes(0)), &Silent);
            let failed = backend.failed();
            backend.heal();
            if failed == 0 {
                assert!(ended.unwrap().deleted.packs > 0);
                break;
            }
            cases += 1;
            goes_on(&house, &kept, &files, &format!("{fault:?} {effect:?} {nth}"));
        }
    }
    assert!(cases > 30, "{cases}");
}

#[test]
fn a_power_cut_at_any_step_of_a_prune_loses_nothing() {
    let (origin, kept) = nights();
    let files: Vec<_> = kept.iter().map(|manifest| origin.files(manifest)).collect();
    let mut cases = 0;
    for survivors in [Survivors::Nothing, Survivors::Names, Survivors::NamesAndHalfTheBytes] {
        for steps in (0..).step_by(3) {
            let backend = Arc::new(NonDurable::new());
            let house = origin.moved_to(backend.clone());
            backend.power_off_after(steps);
            let ended = run(&house.repo, &house.cache(), &options(Allowance::Bytes(0)), &Silent);
            backend.power_cut(survivors);
            if ended.is_ok() {
                break;
            }
            cases += 1;
            goes_on(&house, &kept, &files, &format!("{survivors:?} {steps}"));
        }
    }
    assert!(cases > 20, "{cases}");
}
