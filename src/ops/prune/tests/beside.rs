//! Prune beside those who are at work, or were, or will be again.

use super::*;
use crate::backend::ObjectName;
use crate::format::{Lease, Mark, ObjectKind};

fn pack_name(id: &PackId) -> ObjectName {
    let id = id.to_string();
    ObjectName::new(&format!("packs/{}/{id}", &id[..2])).unwrap()
}

/// Two nights of which the first is forgotten; what it had alone is to go.
fn half_forgotten() -> (House, Manifest) {
    let house = House::new();
    house.write("goes", &noise(1, 1_000_000));
    let first = house.save();
    std::fs::remove_file(house.data().join("goes")).unwrap();
    house.write("stays", &noise(2, 1_000_000));
    house.save();
    house.forget(first.snapshot.unwrap());
    (house, first.manifest)
}

#[test]
fn what_a_running_backup_may_count_on_waits_for_it_and_nobody_else_does() {
    let (house, _) = half_forgotten();
    let lease = house.repo.take_lease(LeasePurpose::Backup, "other").unwrap();
    let packs = house.packs_bytes();
    let report = house.prune(Allowance::Bytes(0));
    assert_eq!((report.deleted, report.leases), (Count::default(), 1));
    assert!(report.waiting.bytes >= 1_000_000 && house.packs_bytes() >= packs);
    // One that begins later does not count on it, so it is not waited for.
    let later = house.repo.take_lease(LeasePurpose::Backup, "later").unwrap();
    lease.release().unwrap();
    let report = house.prune(Allowance::Bytes(0));
    assert!(report.deleted.bytes >= 1_000_000, "{report:?}");
    later.release().unwrap();
    house.is_sound();
}

#[test]
fn a_backup_does_not_count_on_what_is_marked() {
    let (house, _) = half_forgotten();
    let reader = house.repo.take_lease(LeasePurpose::Reading, "reader").unwrap();
    house.prune(Allowance::Bytes(0));
    // The same content comes again while its only pack is marked.
    house.write("goes", &noise(1, 1_000_000));
    let again = house.save();
    assert!(again.written.bytes_added >= 1_000_000);
    reader.release().unwrap();
    assert!(house.prune(Allowance::Bytes(0)).deleted.packs > 0);
    assert_eq!(house.files(&again.manifest)[&house.path("goes")], noise(1, 1_000_000));
    house.is_sound();
}

#[test]
fn a_snapshot_that_came_after_the_mark_keeps_what_it_needs() {
    let (house, first) = half_forgotten();
    let lease = house.repo.take_lease(LeasePurpose::Backup, "other").unwrap();
    house.prune(Allowance::Bytes(0));
    // The one that was at work before the mark commits, counting on what is marked.
    let id = house.repo.commit(&first).unwrap();
    assert!(lease.is_intact().unwrap());
    lease.release().unwrap();
    house.prune(Allowance::Bytes(0));
    assert_eq!(house.files(&house.repo.snapshot(id).unwrap())[&house.path("goes")], noise(1, 1_000_000));
    house.is_sound();
}

#[test]
fn leases_of_the_dead_marks_of_the_dead_and_what_is_damaged_are_not_waited_for() {
    let (house, _) = half_forgotten();
    let repo = &house.repo;
    let lease = |renewed: i64, purpose| Lease {
        id: crate::base::LeaseId::new([7; 32]),
        counter: 1,
        started: Timestamp::new(renewed, 0),
        renewed: Timestamp::new(renewed, 0),
        valid_seconds: 300,
        purpose,
        host: "gone".into(),
        process: 1,
    };
    let now = options(Allowance::default()).now.seconds;
    for (renewed, purpose) in [
        (now - 301, LeasePurpose::Backup),
        (now - 301, LeasePurpose::Prune),
        (FAR.seconds, LeasePurpose::Backup),
        (FAR.seconds, LeasePurpose::Prune),
    ] {
        repo.put_sealed(ObjectKind::Lease, &lease(renewed, purpose).encode().unwrap()).unwrap();
    }
    let unsettled = Mark { time: FAR, sequence: 1, packs: vec![], indexes: vec![], leases: None };
    repo.put_mark(&unsettled).unwrap();
    for folder in ["leases", "marks"] {
        let name = crate::backend::ObjectName::new(&format!("{folder}/{}", "ab".repeat(32))).unwrap();
        repo.backend().put(&name, b"torn").unwrap();
    }
    assert!(house.prune(Allowance::Bytes(0)).deleted.packs > 0);
    assert_eq!(repo.backend().list("leases").unwrap().len() + repo.backend().list("marks").unwrap().len(), 0);
}

/// Another prune is at work, with the smallest or the greatest id of all.
fn another_prune(house: &House, byte: u8) -> ObjectName {
    let now = Timestamp::from(std::time::SystemTime::now());
    let lease = Lease {
        id: crate::base::LeaseId::new([byte; 32]),
        counter: 1,
        started: now,
        renewed: now,
        valid_seconds: 300,
        purpose: LeasePurpose::Prune,
        host: "other".into(),
        process: 1,
    };
    house.repo.put_sealed(ObjectKind::Lease, &lease.encode().unwrap()).unwrap();
    house.repo.backend().list("leases").unwrap().pop().unwrap().name
}

#[test]
fn a_prune_that_is_at_work_is_joined_by_no_other_whichever_has_the_smaller_id() {
    let (house, _) = half_forgotten();
    for byte in [0, 0xff] {
        let lease = another_prune(&house, byte);
        let error = run(&house.repo, &house.cache(), &options(Allowance::default()), &Silent).unwrap_err();
        assert!(matches!(&error, OpsError::Pruning { host, .. } if host == "other"), "{error}");
        house.repo.backend().remove(&lease).unwrap();
    }
    house.prune(Allowance::default());
    assert_eq!(house.repo.leases().unwrap().whole, []);
}

#[test]
fn of_prunes_that_begin_together_the_one_with_the_smallest_id_goes_on() {
    let (house, _) = half_forgotten();
    let lease = another_prune(&house, 0xff);
    std::thread::scope(|scope| {
        let pruned = scope.spawn(|| run(&house.repo, &house.cache(), &options(Allowance::Bytes(0)), &Silent));
        // It is there with its lease, and waits.
        while house.repo.backend().list("leases").unwrap().len() < 2 {
            std::thread::yield_now();
        }
        house.repo.backend().remove(&lease).unwrap();
        assert!(pruned.join().unwrap().unwrap().deleted.packs > 0);
    });
    house.is_sound();
}

#[test]
fn what_is_marked_waits_for_the_grace_period() {
    let (house, _) = half_forgotten();
    let patient = PruneOptions { grace_seconds: 3_600, ..options(Allowance::Bytes(0)) };
    let report = run(&house.repo, &house.cache(), &patient, &Silent).unwrap();
    assert!(report.deleted == Count::default() && report.waiting.packs > 0 && report.leases == 0);
    let seconds = patient.now.seconds;
    let later = |after: i64| PruneOptions { now: Timestamp::new(seconds + after, 0), ..patient.clone() };
    let report = run(&house.repo, &house.cache(), &later(3_599), &Silent).unwrap();
    assert_eq!(report.deleted, Count::default());
    let report = run(&house.repo, &house.cache(), &later(3_600), &Silent).unwrap();
    assert!(report.deleted.packs > 0 && report.waiting == Count::default());
    house.is_sound();
}

#[test]
fn a_check_beside_a_prune_that_deletes_calls_nothing_damaged_that_no_snapshot_needs() {
    let (house, first) = half_forgotten();
    let reader = house.repo.take_lease(LeasePurpose::Reading, "reader").unwrap();
    house.prune(Allowance::Bytes(0));
    // As far as the next prune has come: the objects tell of it still, the bytes are half gone.
    let marked: Vec<_> = house.repo.marks().unwrap().packs().into_iter().collect();
    assert!(!marked.is_empty());
    for pack in &marked {
        let name = pack_name(pack);
        let bytes = house.repo.backend().get(&name, 1 << 30).unwrap();
        house.repo.backend().replace(&name, &bytes[..bytes.len() / 2]).unwrap();
    }
    house.is_sound();
    for pack in &marked {
        house.repo.backend().remove(&pack_name(pack)).unwrap();
    }
    house.is_sound();
    // Where a snapshot counts on it in spite of the mark, its loss is told.
    house.repo.commit(&first).unwrap();
    let report = check::run(&house.repo, &house.cache(), &CheckOptions::default(), &Silent).unwrap();
    assert_eq!(report.losses.len(), 1);
    assert!(!report.errors.is_empty());
    reader.release().unwrap();
}
