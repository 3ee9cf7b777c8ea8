use super::*;
use crate::base::limits::SEEN_MAX;
use crate::base::{Silent, Timestamp};
use crate::format::Forgetting;
use crate::ops::house::House;

fn forget(house: &House, id: SnapshotId, sequence: u64) -> ObjectId {
    let record = Forgetting {
        time: Timestamp::new(9, 0),
        host: "h".into(),
        user: "u".into(),
        snapshots: vec![(id, sequence)],
    };
    let record = house.repo.put_forgetting(&record).unwrap();
    house.repo.remove_manifest(&id).unwrap();
    record
}

/// A house with three snapshots, and what was seen of it.
fn house() -> (House, Vec<SnapshotId>, Seen) {
    let house = House::new();
    let ids = (0..3).map(|_| house.save().snapshot.unwrap()).collect();
    let seen = Seen::of(&house.repo.snapshots().unwrap());
    (house, ids, seen)
}

fn found(house: &House, seen: &Seen) -> Option<WentBack> {
    look(&house.repo, seen, &house.repo.snapshots().unwrap()).unwrap()
}

#[test]
fn what_goes_on_is_no_alarm() {
    let (house, ids, seen) = house();
    assert_eq!((seen.sequence, seen.snapshots.len()), (3, 3));
    assert_eq!(found(&house, &Seen::default()), None);
    house.save();
    forget(&house, ids[0], 1);
    forget(&house, ids[2], 3);
    assert_eq!(found(&house, &seen), None);
}

#[test]
fn a_manifest_that_is_taken_away_is_found_out() {
    let (house, ids, seen) = house();
    house.repo.remove_manifest(&ids[1]).unwrap();
    let back = found(&house, &seen).unwrap();
    assert_eq!(back, WentBack { sequence: (3, 3), snapshots: vec![(ids[1], 2)], forgettings: vec![] });
    house.repo.remove_manifest(&ids[2]).unwrap();
    let back = found(&house, &seen).unwrap();
    assert_eq!((back.sequence, back.snapshots), ((3, 1), vec![(ids[1], 2), (ids[2], 3)]));
}

#[test]
fn a_record_that_is_taken_away_is_found_out_also_where_the_snapshot_is_back() {
    let (house, ids, _) = house();
    let name = |folder: &str, id: String| crate::backend::ObjectName::new(&format!("{folder}/{id}")).unwrap();
    let (backend, manifest) = (house.repo.backend(), name("snapshots", ids[0].to_string()));
    let bytes = backend.get(&manifest, 1 << 20).unwrap();
    let record = forget(&house, ids[0], 1);
    let seen = Seen::of(&house.repo.snapshots().unwrap());
    backend.put(&manifest, &bytes).unwrap();
    assert_eq!(found(&house, &seen), None, "a manifest that is put back is no snapshot");
    backend.remove(&name("forgotten", record.to_string())).unwrap();
    let back = found(&house, &seen).unwrap();
    assert_eq!((back.snapshots, back.forgettings), (vec![], vec![record]));
}

#[test]
fn what_cannot_be_read_is_damage_and_no_rollback() {
    let (house, ids, _) = house();
    let record = forget(&house, ids[0], 1);
    let seen = Seen::of(&house.repo.snapshots().unwrap()).with(ids[0], 1);
    for (folder, id) in [("snapshots", ids[2].to_string()), ("forgotten", record.to_string())] {
        let name = crate::backend::ObjectName::new(&format!("{folder}/{id}")).unwrap();
        house.repo.backend().remove(&name).unwrap();
        house.repo.backend().put(&name, b"damaged").unwrap();
        assert_eq!(found(&house, &seen), None, "{folder}");
    }
}

#[test]
fn a_memory_keeps_what_is_gone_until_that_is_accepted() {
    let (house, ids, seen) = house();
    let place = tempfile::tempdir().unwrap();
    let memory = Memory::open(place.path(), &house.repo);
    assert_eq!(memory.seen().unwrap(), Seen::default());
    memory.remember(&seen).unwrap();
    house.repo.remove_manifest(&ids[2]).unwrap();
    let now = Seen::of(&house.repo.snapshots().unwrap());
    memory.remember(&now).unwrap();
    assert_eq!(memory.seen().unwrap(), seen);
    assert!(found(&house, &memory.seen().unwrap()).is_some());
    memory.accept(&now).unwrap();
    assert_eq!(memory.seen().unwrap(), now);
    assert_eq!(found(&house, &memory.seen().unwrap()), None);
}

#[test]
fn facts_of_others_stay_and_nonsense_is_passed_over() {
    let id = SnapshotId::new([7; 32]);
    let mut facts = crate::state::Facts::new();
    for (name, value) in [("verified/x", "1"), ("snapshot/x", "1"), ("sequence", "many")] {
        facts.insert(name.into(), value.into());
    }
    assert_eq!(Seen::from_facts(&facts), Seen::default());
    let seen = Seen::default().with(id, 5);
    seen.put_in(&mut facts);
    assert_eq!(facts.keys().filter(|name| name.starts_with("verified/")).count(), 1);
    assert_eq!(Seen::from_facts(&facts), seen);
}

#[test]
fn the_newest_are_remembered_where_there_are_too_many() {
    let id = |n: u64| SnapshotId::new(*blake3::hash(&n.to_le_bytes()).as_bytes());
    let count = SEEN_MAX as u64 + 10;
    let all = (1..=count).fold(Seen::default(), |seen, n| seen.with(id(n), n));
    let kept = Seen::default().and(&all);
    assert_eq!((kept.snapshots.len(), kept.sequence), (SEEN_MAX, count));
    assert!(kept.snapshots.contains_key(&id(count)) && !kept.snapshots.contains_key(&id(10)));
}

#[test]
fn a_backup_after_a_rollback_has_a_number_above_all_that_were_seen() {
    let (house, ids, seen) = house();
    ids.iter().skip(1).for_each(|id| house.repo.remove_manifest(id).unwrap());
    let options = crate::ops::backup::BackupOptions {
        sequence_seen: seen.sequence,
        ..crate::ops::house::backup_options()
    };
    let inputs = vec![crate::ops::backup::Input::Path(house.data())];
    let report = crate::ops::backup::run(&house.repo, &house.cache(), inputs, &options, &Silent).unwrap();
    assert_eq!(report.manifest.sequence, 4);
}
