//! What nothing heals: saved as far as it is whole, out of use, and stored anew by the next backup.

use super::*;

/// Without parity; damaged in the one chunk of `z-small`.
fn damaged() -> House {
    let house = House::new();
    house.write("a-large", &noise(1, 2_500_000));
    house.write("z-small", &noise(2, 5_000));
    house.save();
    house.damage(&noise(2, 5_000));
    house
}

#[test]
fn whole_regions_are_saved_and_the_next_backup_stores_the_rest_anew() {
    let house = damaged();
    let before = checked(&house.repo, &house.cache());
    let (plan, done) = repair(&house.repo, &house.cache(), None);
    assert_eq!((plan.hopeless.len(), done.saved.len()), (1, 1));
    let saved = &done.saved[0];
    assert!(saved.is_damaged && saved.regions_saved >= 2 && saved.regions_lost == 1, "{saved:?}");
    let after = checked(&house.repo, &house.cache());
    assert_eq!(after.losses, before.losses, "nothing is lost that was not before");
    assert_eq!(house.repo.packs_out_of_use().unwrap().len(), 1);
    assert_nothing_to_do(&house.repo, &house.cache());
    house.save();
    assert_eq!(checked(&house.repo, &house.cache()).errors, [""; 0]);
}

#[test]
fn a_damaged_table_of_contents_costs_nothing_while_an_index_object_knows_it() {
    let house = House::new();
    house.write("a-large", &noise(1, 2_500_000));
    house.save();
    let pack = largest_pack(&house.repo);
    spoil(&house.repo, pack, |bad| {
        let end = bad.len() - 60;
        bad[end] ^= 1;
    });
    let (_, done) = repair(&house.repo, &house.cache(), None);
    assert_eq!((done.saved[0].regions_lost, done.saved[0].chunks_lost), (0, 0));
    assert_eq!(checked(&house.repo, &house.cache()).errors, [""; 0]);
}

#[test]
fn deltas_of_what_is_lost_go_too_and_a_copy_brings_all_of_it_back() {
    let house = House::new();
    let mut content = noise(1, 3_000_000);
    house.write("large", &content);
    house.save();
    let base = largest_pack(&house.repo);
    (0..content.len()).step_by(100_000).for_each(|at| content[at] ^= 1);
    house.write("large", &content);
    let stored = house.save().written.bytes_stored;
    assert!(stored < 200_000, "it is a delta: {stored}");
    let copy = reopened(copy(house.repo.backend()));
    house.repo.backend().remove(&name("packs", &base.to_string())).unwrap();
    let (_, done) = repair(&house.repo, &house.cache(), None);
    let kinds: Vec<bool> = done.saved.iter().map(|saved| saved.is_damaged).collect();
    assert!(kinds.contains(&true) && kinds.contains(&false), "{kinds:?}");
    assert_eq!(checked(&house.repo, &house.cache()).losses.len(), 2);
    assert_nothing_to_do(&house.repo, &house.cache());
    let (plan, done) = repair(&house.repo, &house.cache(), Some(&copy));
    assert_eq!((plan.heal.len(), done.healed), (2, 2));
    assert_eq!(checked(&house.repo, &house.cache()).errors, [""; 0]);
    assert!(house.repo.packs_out_of_use().unwrap().is_empty());
}

#[test]
fn without_a_copy_the_next_backup_does_not_rely_on_deltas_of_what_is_lost() {
    let house = House::new();
    let mut content = noise(1, 3_000_000);
    house.write("large", &content);
    house.save();
    let base = largest_pack(&house.repo);
    (0..content.len()).step_by(100_000).for_each(|at| content[at] ^= 1);
    house.write("large", &content);
    house.save();
    spoil(&house.repo, base, |bad| bad.fill(1));
    repair(&house.repo, &house.cache(), None);
    let newest = house.save().snapshot.unwrap();
    let report = checked(&house.repo, &house.cache());
    assert!(report.losses.iter().all(|loss| loss.snapshot != newest), "{:?}", report.errors);
}
