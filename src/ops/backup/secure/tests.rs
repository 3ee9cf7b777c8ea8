use std::collections::BTreeMap;

use super::*;
use crate::base::{Silent, Timestamp, TreePath};
use crate::format::ObjectKind;
use crate::ops::house::{House, backup_options, noise};
use crate::ops::prune::{self, Allowance, PruneOptions};

/// A run that was suspended just after its manifest was there: it counts on what a forgotten night had, and its lease is gone.
struct Suspended {
    house: House,
    id: SnapshotId,
    manifest: Manifest,
    files: BTreeMap<TreePath, Vec<u8>>,
    lease: HeldLease,
}

fn prune(house: &House) -> prune::PruneReport {
    let options = PruneOptions {
        max_unused: Allowance::Bytes(0),
        grace_seconds: 0,
        compression: crate::codec::Compression::default(),
        dry_run: false,
        host: "h".into(),
        now: Timestamp::from(std::time::SystemTime::now()),
    };
    prune::run(&house.repo, &house.cache(), &options, &Silent).unwrap()
}

impl Suspended {
    /// `commit`: what happens between the suspension and the moment at which the manifest is there.
    fn new(before_commit: impl FnOnce(&House)) -> Self {
        let house = House::new();
        house.write("a", &noise(1, 1_500_000));
        house.write("b", b"small");
        let night = house.save();
        let files = house.files(&night.manifest);
        house.forget(night.snapshot.unwrap());
        let lease = begin(&house.repo, &backup_options()).unwrap();
        // Taken for dead: a prune has removed its lease.
        for stored in house.repo.backend().list("leases").unwrap() {
            house.repo.backend().remove(&stored.name).unwrap();
        }
        before_commit(&house);
        let id = house.repo.commit(&night.manifest).unwrap();
        Self { house, id, manifest: night.manifest, files, lease }
    }

    fn secure(self) -> (House, Manifest, BTreeMap<TreePath, Vec<u8>>, Result<(), OpsError>) {
        let Self { house, id, manifest, files, lease } = self;
        let secured = secure(&house.repo, &house.cache(), (id, &manifest), lease, &backup_options(), &Silent);
        (house, manifest, files, secured)
    }
}

#[test]
fn a_suspended_run_stores_again_what_is_about_to_be_deleted() {
    let mut reader = None;
    // Somebody else is at work, so that the prune has marked and not deleted yet.
    let suspended = Suspended::new(|house| {
        reader = Some(house.repo.take_lease(LeasePurpose::Reading, "reader").unwrap());
        assert!(prune(house).waiting.packs > 0);
    });
    let doomed = suspended.house.repo.marks().unwrap().packs();
    let (house, manifest, files, secured) = suspended.secure();
    secured.unwrap();
    // Whatever becomes of what was marked, the snapshot does not need it.
    for pack in doomed {
        house.repo.tell_no_more(&std::iter::once(pack).collect()).unwrap();
        house.repo.remove_pack(&pack).unwrap();
    }
    assert_eq!(house.files(&manifest), files);
    drop(reader);
    prune(&house);
    assert_eq!(house.files(&manifest), files);
    house.is_sound();
}

#[test]
fn a_suspended_run_beneath_which_everything_was_deleted_has_no_snapshot() {
    let suspended = Suspended::new(|house| assert!(prune(house).deleted.packs > 0));
    let (house, _, _, secured) = suspended.secure();
    assert!(matches!(secured, Err(OpsError::Overtaken)));
    assert_eq!(house.snapshots(), []);
    assert_eq!(house.repo.leases().unwrap().whole, []);
    house.is_sound();
}

#[test]
fn a_prune_that_begins_after_the_manifest_is_there_keeps_what_it_needs() {
    let suspended = Suspended::new(|_| {});
    assert_eq!(prune(&suspended.house).deleted.packs, 0);
    let (house, manifest, files, secured) = suspended.secure();
    secured.unwrap();
    assert_eq!(house.files(&manifest), files);
}

#[test]
fn a_run_whose_lease_is_in_place_writes_nothing_more() {
    let house = House::new();
    house.write("a", b"content");
    let lease = begin(&house.repo, &backup_options()).unwrap();
    let night = house.save();
    let objects = || house.repo.backend().list("").unwrap().len();
    let before = objects();
    let at = (night.snapshot.unwrap(), &night.manifest);
    secure(&house.repo, &house.cache(), at, lease, &backup_options(), &Silent).unwrap();
    assert_eq!(objects(), before - 1, "only the lease is gone");
    assert_eq!(house.repo.backend().list(ObjectKind::Lease.folder()).unwrap(), []);
}
