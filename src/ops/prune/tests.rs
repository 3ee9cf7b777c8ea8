use std::collections::BTreeMap;
use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::base::{Silent, SnapshotId, TreePath};
use crate::format::{LeasePurpose, Manifest};
use crate::ops::check::{self, CheckOptions};
use crate::ops::house::{House, noise};
use crate::repo::{StreamReader, TreeReader};

mod beside;
mod faults;

const FAR: Timestamp = Timestamp::new(4_000_000_000, 0);

pub fn options(max_unused: Allowance) -> PruneOptions {
    PruneOptions {
        max_unused,
        grace_seconds: 0,
        compression: Compression::default(),
        dry_run: false,
        host: "h".into(),
        now: Timestamp::from(std::time::SystemTime::now()),
    }
}

impl House {
    pub fn prune(&self, max_unused: Allowance) -> PruneReport {
        run(&self.repo, &self.cache(), &options(max_unused), &Silent).unwrap()
    }

    pub fn forget(&self, id: SnapshotId) {
        self.repo.remove_manifest(&id).unwrap();
    }

    /// All files of a snapshot.
    pub fn files(&self, manifest: &Manifest) -> BTreeMap<TreePath, Vec<u8>> {
        let reader = self.reader();
        let mut entries = TreeReader::new(&reader, manifest.root).unwrap();
        let mut files = BTreeMap::new();
        while let Some(entry) = entries.next_entry().unwrap() {
            let Some(recipe) = &entry.content else { continue };
            let mut bytes = vec![];
            StreamReader::new(&reader, recipe).read_to_end(&mut bytes).unwrap();
            files.insert(entry.path, bytes);
        }
        files
    }

    /// Reads every byte of the repository.
    pub fn is_sound(&self) {
        let read_all = CheckOptions { read_data: 1.0, ..CheckOptions::default() };
        let report = check::run(&self.repo, &self.cache(), &read_all, &Silent).unwrap();
        assert_eq!((report.errors, report.notes), (vec![], vec![]));
    }

    pub fn packs_bytes(&self) -> u64 {
        self.repo.packs().unwrap().iter().map(|(_, bytes)| bytes).sum()
    }
}

/// A dump of one table in which some rows are another text each night.
fn dump(night: u64, rows: u64) -> Vec<u8> {
    let mut out = b"-- MariaDB dump 10.19\n--\n-- Host: localhost    Database: shop\nCREATE TABLE `t` (`id` int NOT NULL, `text` text, PRIMARY KEY (`id`));\n".to_vec();
    for id in 0..rows {
        // Each row changes in every thirtieth night.
        let version = (night + id * 7) / 30;
        let text = blake3::hash(&[id.to_le_bytes(), version.to_le_bytes()].concat());
        out.extend_from_slice(format!("INSERT INTO `t` VALUES ({id},'{text}');\n").as_bytes());
    }
    out.extend_from_slice(b"-- Dump completed\n");
    out
}

#[test]
fn what_only_forgotten_snapshots_needed_is_deleted() {
    let house = House::new();
    house.write("stays", &noise(1, 3_000_000));
    house.write("goes", &noise(2, 3_000_000));
    let first = house.save();
    std::fs::remove_file(house.data().join("goes")).unwrap();
    let second = house.save();
    assert_eq!(house.prune(Allowance::Bytes(0)).deleted, Count::default(), "everything is needed");
    house.forget(first.snapshot.unwrap());
    let before = house.packs_bytes();
    let report = house.prune(Allowance::Bytes(0));
    let after = house.packs_bytes();
    assert!(report.deleted.packs > 0 && report.waiting == Count::default() && report.unused_left == 0);
    assert!(after < before - 2_900_000, "{before} to {after}");
    assert_eq!(house.files(&second.manifest).values().map(Vec::len).sum::<usize>(), 3_000_000);
    house.is_sound();
    assert_eq!(house.repo.marks().unwrap().whole, []);
    assert_eq!(house.repo.leases().unwrap().whole, []);
    assert_eq!(house.prune(Allowance::Bytes(0)).deleted, Count::default(), "a second one finds nothing");
}

#[test]
fn a_repository_without_snapshots_becomes_empty_and_can_be_used_again() {
    let house = House::new();
    house.write("a", &noise(1, 500_000));
    let report = house.save();
    house.forget(report.snapshot.unwrap());
    house.prune(Allowance::default());
    assert_eq!(house.packs_bytes(), 0);
    let report = house.save();
    assert_eq!(house.files(&report.manifest).len(), 1);
    house.is_sound();
}

#[test]
fn nights_that_leaned_on_forgotten_ones_lean_on_what_stays() {
    let house = House::new();
    let mut nights = vec![];
    for night in 0..12 {
        house.write("dump.sql", &dump(night, 20_000));
        nights.push((house.save(), dump(night, 20_000)));
    }
    let unpruned = house.packs_bytes();
    let kept = [3, 4, 9, 11];
    for (night, (report, _)) in nights.iter().enumerate() {
        if !kept.contains(&night) {
            house.forget(report.snapshot.unwrap());
        }
    }
    let report = house.prune(Allowance::Bytes(0));
    assert_eq!(report.unused_left, 0);
    for night in kept {
        let (report, dump) = &nights[night];
        assert_eq!(
            house.files(&report.manifest).into_values().collect::<Vec<_>>(),
            std::slice::from_ref(dump),
            "{night}"
        );
    }
    house.is_sound();
    // As small as if only these nights had ever been saved.
    let fresh = House::new();
    for night in kept {
        fresh.write("dump.sql", &nights[night].1);
        fresh.save();
    }
    let (pruned, fresh) = (house.packs_bytes(), fresh.packs_bytes());
    assert!(pruned < unpruned && pruned <= fresh + fresh / 20, "{unpruned} to {pruned}, fresh {fresh}");
    assert_eq!(house.prune(Allowance::Bytes(0)).deleted, Count::default(), "nothing is left to do");
}

#[test]
fn bases_of_nights_that_stay_are_kept_if_little_is_unused() {
    let house = House::new();
    let nights: Vec<_> = (0..6)
        .map(|night| {
            house.write("dump.sql", &dump(night, 20_000));
            house.save()
        })
        .collect();
    house.forget(nights[2].snapshot.unwrap());
    let report = house.prune(Allowance::Share(0.9));
    assert_eq!((report.rewritten, report.written), (Count::default(), Count::default()));
    assert!(report.unused_left > 0);
    house.is_sound();
    assert_eq!(house.files(&nights[3].manifest).into_values().collect::<Vec<_>>(), [dump(3, 20_000)]);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_changes_nothing() {
    let house = House::new();
    house.write("a", &noise(1, 500_000));
    let report = house.save();
    house.forget(report.snapshot.unwrap());
    let objects = || house.repo.backend().list("").unwrap();
    let before = objects();
    let dry = PruneOptions { dry_run: true, ..options(Allowance::default()) };
    let report = run(&house.repo, &house.cache(), &dry, &Silent).unwrap();
    assert_eq!(report.unneeded, report.before);
    assert_eq!(objects(), before);
}

#[test]
fn nothing_is_deleted_while_a_manifest_or_a_tree_cannot_be_read() {
    let house = House::new();
    house.write("a", &noise(1, 100_000));
    let first = house.save();
    house.write("a", &noise(2, 100_000));
    house.save();
    house.forget(first.snapshot.unwrap());
    let packs = house.packs_bytes();
    let id = house.snapshots()[0].0;
    let name = crate::backend::ObjectName::new(&format!("snapshots/{id}")).unwrap();
    let whole = house.repo.backend().get(&name, 1 << 20).unwrap();
    house.repo.backend().remove(&name).unwrap();
    house.repo.backend().put(&name, b"no manifest").unwrap();
    let error = run(&house.repo, &house.cache(), &options(Allowance::Bytes(0)), &Silent).unwrap_err();
    assert!(matches!(error, OpsError::Repo(error) if error.is_damage()));
    assert_eq!(house.packs_bytes(), packs);
    house.repo.backend().remove(&name).unwrap();
    house.repo.backend().put(&name, &whole).unwrap();
    assert!(house.prune(Allowance::Bytes(0)).deleted.packs > 0);
}

#[derive(Debug, Clone)]
enum Doing {
    Change { file: u8, seed: u32, bytes: usize },
    Dump { rows: u64 },
    Forget { which: usize },
    Prune { share: f64 },
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        (0_u8..4, 0_u32..3, 1_usize..400_000).prop_map(|(file, seed, bytes)| Doing::Change {
            file,
            seed,
            bytes
        }),
        (100_u64..6_000).prop_map(|rows| Doing::Dump { rows }),
        any::<usize>().prop_map(|which| Doing::Forget { which }),
        prop_oneof![Just(0.0), 0.0..1.0].prop_map(|share| Doing::Prune { share }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn every_snapshot_that_was_not_forgotten_is_whole_after_any_prunes(doings in proptest::collection::vec(doing(), 4..24)) {
        let house = House::new();
        let mut snapshots: Vec<(SnapshotId, Manifest, BTreeMap<TreePath, Vec<u8>>)> = vec![];
        for (night, doing) in (0_u64..).zip(doings) {
            match doing {
                Doing::Forget { which } if !snapshots.is_empty() => {
                    let (id, ..) = snapshots.remove(which % snapshots.len());
                    house.forget(id);
                    continue;
                }
                Doing::Forget { .. } => continue,
                Doing::Prune { share } => {
                    house.prune(Allowance::Share(share));
                    continue;
                }
                Doing::Change { file, seed, bytes } => house.write(&format!("file-{file}"), &noise(seed, bytes)),
                Doing::Dump { rows } => house.write("dump.sql", &dump(night, rows)),
            }
            let report = house.save();
            let files = house.files(&report.manifest);
            snapshots.push((report.snapshot.unwrap(), report.manifest, files));
        }
        house.prune(Allowance::Bytes(0));
        for (_, manifest, files) in &snapshots {
            prop_assert_eq!(&house.files(manifest), files);
        }
        house.is_sound();
    }
}
