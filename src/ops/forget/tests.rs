use std::sync::Arc;

use super::*;
use crate::backend::MemoryBackend;
use crate::backend::double::{Calls, Effect, Fault, Faulty, Plan};
use crate::ops::hold::{HoldOptions, hold};
use crate::ops::house::{House, backup_options};

const DAY: i64 = 86_400;

fn options(now: i64) -> ForgetOptions {
    ForgetOptions {
        filter: Filter::default(),
        grouping: Grouping::default(),
        zone: TimeZone::UTC,
        host: "h".into(),
        user: "u".into(),
        now: Timestamp::new(now, 0),
    }
}

/// A house with so many nights, a day apart.
fn nights(count: i64) -> (House, Vec<SnapshotId>) {
    let house = House::new();
    let save = |night: i64| {
        house.write("a", &night.to_le_bytes());
        let options =
            crate::ops::backup::BackupOptions { now: Timestamp::new(night * DAY, 0), ..backup_options() };
        house.save_with(&options).snapshot.unwrap()
    };
    let ids = (1..=count).map(save).collect();
    (house, ids)
}

fn last(number: u32) -> Policy {
    Policy { last: Some(number), ..Policy::default() }
}

#[test]
fn what_no_rule_keeps_is_forgotten_and_its_number_is_not_used_again() {
    let (house, ids) = nights(5);
    let options = options(5 * DAY + 10);
    let planned = plan(&house.repo, &last(2), &options).unwrap();
    assert_eq!(planned.drop, [(ids[0], 1), (ids[1], 2), (ids[2], 3)]);
    assert_eq!(house.snapshots().len(), 5, "a plan changes nothing");
    assert_eq!(apply(&house.repo, &planned, &options).unwrap(), 3);
    let left: Vec<_> = house.snapshots().into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, ids[3..]);
    // The newest one too, by name: then its number is the record's.
    let named = house.snapshots();
    apply(&house.repo, &plan_named(&house.repo, &named).unwrap(), &options).unwrap();
    assert_eq!(house.snapshots(), []);
    house.write("a", b"again");
    assert_eq!(house.save().manifest.sequence, 6);
    house.prune(crate::ops::prune::Allowance::Bytes(0));
    house.is_sound();
}

#[test]
fn what_is_held_stays_by_rule_and_by_name() {
    let (house, ids) = nights(3);
    let who = HoldOptions {
        host: "h".into(),
        user: "boss".into(),
        reason: Some("audit".into()),
        now: Timestamp::new(9, 0),
    };
    hold(&house.repo, ids[0], &who).unwrap();
    let planned = plan(&house.repo, &last(1), &options(4 * DAY)).unwrap();
    assert_eq!(planned.drop, [(ids[1], 2)]);
    let named: Vec<_> = house.snapshots().into_iter().take(1).collect();
    let error = plan_named(&house.repo, &named).unwrap_err();
    assert!(
        matches!(error, OpsError::Held { by, reason, .. } if by == "boss@h" && reason.as_deref() == Some("audit"))
    );
}

#[test]
fn a_manifest_that_is_put_back_is_no_snapshot_and_the_next_run_removes_it() {
    let (house, ids) = nights(3);
    let name = crate::backend::ObjectName::new(&format!("snapshots/{}", ids[0])).unwrap();
    let manifest = house.repo.backend().get(&name, 1 << 20).unwrap();
    let forget = || {
        let planned = plan(&house.repo, &last(2), &options(4 * DAY)).unwrap();
        apply(&house.repo, &planned, &options(4 * DAY)).unwrap()
    };
    assert_eq!(forget(), 1);
    house.repo.backend().put(&name, &manifest).unwrap();
    let there = house.repo.snapshots().unwrap();
    assert_eq!((there.whole.len(), there.left_over), (2, vec![ids[0]]));
    assert_eq!(forget(), 0);
    assert!(house.repo.backend().size(&name).is_err());
}

#[test]
fn nothing_is_forgotten_while_something_that_may_count_cannot_be_read() {
    let (house, _) = nights(3);
    for folder in ["snapshots", "forgotten", "holds"] {
        let name = crate::backend::ObjectName::new(&format!("{folder}/{}", "ab".repeat(32))).unwrap();
        house.repo.backend().put(&name, b"torn").unwrap();
        let error = plan(&house.repo, &last(1), &options(4 * DAY)).unwrap_err();
        assert!(matches!(error, OpsError::Repo(error) if error.is_damage()), "{folder}");
        house.repo.backend().remove(&name).unwrap();
    }
    assert_eq!(plan(&house.repo, &last(1), &options(4 * DAY)).unwrap().drop.len(), 2);
}

#[test]
fn a_forget_that_fails_at_any_call_has_forgotten_all_or_nothing() {
    let (origin, ids) = nights(4);
    let mut outcomes = std::collections::BTreeSet::new();
    for effect in [Effect::Before, Effect::After] {
        for nth in 1.. {
            let backend = Arc::new(Faulty::new(MemoryBackend::new()));
            let house = origin.moved_to(backend.clone());
            let planned = plan(&house.repo, &last(2), &options(5 * DAY)).unwrap();
            backend.fail(Plan { calls: Calls::Changing, nth, fault: Fault::Io, effect, lasting: true });
            let ended = apply(&house.repo, &planned, &options(5 * DAY));
            let failed = backend.failed();
            backend.heal();
            let left: Vec<_> = house.snapshots().into_iter().map(|(id, _)| id).collect();
            assert!(left == ids || left == ids[2..], "{effect:?} {nth}: {left:?}");
            outcomes.insert(left.len());
            if failed == 0 {
                assert_eq!(ended.unwrap(), 2);
                break;
            }
            let planned = plan(&house.repo, &last(2), &options(5 * DAY)).unwrap();
            apply(&house.repo, &planned, &options(5 * DAY)).unwrap();
            assert_eq!(house.repo.backend().list("snapshots").unwrap().len(), 2);
        }
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [2, 4]);
}
