//! `repair` on a real directory: what it says, what it does, and what check and snapshots say before and after.

use std::path::{Path, PathBuf};

use super::place::{Place, json, noise};

/// Every file below a directory, with its length, the longest first.
fn files(folder: &Path) -> Vec<(u64, PathBuf)> {
    let (mut files, mut open) = (vec![], vec![folder.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => files.push((entry.metadata().unwrap().len(), entry.path())),
            }
        }
    }
    files.sort();
    files.reverse();
    files
}

fn pack(place: &Place) -> PathBuf {
    files(&place.path().join("repo/packs"))[0].1.clone()
}

/// Overwrites bytes of a file in their place, as a disk does that loses sectors.
fn destroy(file: &Path, from: usize, bytes: usize) {
    let mut content = std::fs::read(file).unwrap();
    content[from..from + bytes].iter_mut().for_each(|byte| *byte ^= 0x55);
    std::fs::write(file, content).unwrap();
}

/// Rows of two tables, in whose dump the second is far behind the first.
fn dump() -> String {
    let text = |table: &str, id: u32| blake3::hash(format!("{table} {id}").as_bytes()).to_hex().to_string();
    let table = |name: &str| {
        let rows: Vec<_> = (0..15_000).map(|id| format!("({id},'{}')", text(name, id))).collect();
        format!(
            "CREATE TABLE `{name}` (\n  `id` int NOT NULL,\n  `v` text,\n  PRIMARY KEY (`id`)\n);\nINSERT INTO `{name}` VALUES\n{};\n",
            rows.join(",\n")
        )
    };
    format!(
        "-- MariaDB dump 10.19\n\n{}{}-- Dump completed on 2026-11-20  3:00:00\n",
        table("customers"),
        table("orders")
    )
}

fn saved(arguments: &[&str]) -> Place {
    let place = Place::new();
    std::fs::write(place.path().join("data/shop.sql"), dump()).unwrap();
    std::fs::write(place.path().join("data/large"), noise(1, 3_000_000)).unwrap();
    place.ok(&[&["init"], arguments].concat());
    place.ok(&["backup", &place.data()]);
    place
}

#[test]
fn a_lost_part_of_a_pack_heals_bit_for_bit_and_a_dry_run_only_says_so() {
    let place = saved(&[]);
    let pack = pack(&place);
    let good = std::fs::read(&pack).unwrap();
    destroy(&pack, 1_000_000, good.len() / 4096 * 3 / 100 * 4096);
    assert_eq!(place.run(&["check", "--read-data"]).status.code(), Some(13));
    assert!(place.ok(&["repair", "packs", "--dry-run"]).contains("is healed from its parity"));
    assert_ne!(std::fs::read(&pack).unwrap(), good);
    let told = place.ok(&["--json", "repair", "packs"]);
    let summary = json(told.lines().last().unwrap());
    assert_eq!((&summary["healed"], &summary["out_of_use"]), (&1.into(), &0.into()));
    assert!(std::fs::read(&pack).unwrap() == good);
    place.ok(&["check", "--read-data"]);
    assert_eq!(place.ok(&["repair", "packs"]), "nothing to repair\n");
}

#[test]
fn init_says_how_much_parity_there_is() {
    for (percent, factor) in [("0", 0), ("30", 30)] {
        let place = saved(&["--parity", percent]);
        let stats = json(place.ok(&["--json", "stats"]).lines().last().unwrap());
        let [packs, parity] = ["bytes_in_packs", "bytes_in_parity"].map(|key| stats[key].as_u64().unwrap());
        assert!(
            parity >= packs * factor / 100 && parity <= packs * factor * 12 / 1000 + 8192 * factor,
            "{parity}"
        );
    }
    assert_eq!(Place::new().run(&["init", "--parity", "101"]).status.code(), Some(2));
}

#[test]
fn what_nothing_heals_is_named_down_to_the_table_marked_and_stored_anew_by_the_next_backup() {
    let place = saved(&["--parity", "0"]);
    let pack = pack(&place);
    // The dump comes after 3 MB of the other file.
    let end = usize::try_from(std::fs::metadata(&pack).unwrap().len()).unwrap();
    destroy(&pack, end - 40_000 - 100_000, 50_000);
    let output = place.run(&["--json", "check", "--read-data"]);
    assert_eq!(output.status.code(), Some(13));
    let lines: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(json).collect();
    let loss = lines.iter().find(|line| line["type"] == "loss").unwrap();
    // Small tables may share a chunk with it: where chunks are cut differs with the key of the repository.
    let tables = loss["tables"].as_array().unwrap();
    assert!(tables.iter().any(|table| table["name"] == "orders"), "{loss}");
    assert_eq!(place.run(&["repair", "packs"]).status.code(), Some(13));
    assert_eq!(place.run(&["repair", "snapshots"]).status.code(), Some(13));
    let status = |place: &Place| -> Vec<String> {
        let lines = place.ok(&["--json", "snapshots"]);
        lines.lines().map(|line| json(line)["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(status(&place), ["damaged"]);
    place.refused(&["ls", "latest"], 1);
    place.ok(&["backup", &place.data()]);
    assert_eq!(status(&place), ["damaged", "complete"]);
    place.ok(&["check", "--read-data"]);
    // What the backup stored makes the first one whole again.
    place.ok(&["repair", "snapshots"]);
    assert_eq!(status(&place), ["complete", "complete"]);
    place.ok(&["restore", "latest", "--target", place.path().join("out").to_str().unwrap()]);
}

#[test]
fn a_copy_gives_back_packs_and_manifests_and_an_index_is_made_anew() {
    let place = saved(&["--parity", "0"]);
    let repo = place.path().join("repo");
    let copy = place.path().join("copy");
    assert!(std::process::Command::new("cp").arg("-a").args([&repo, &copy]).status().unwrap().success());
    for folder in ["packs", "index"] {
        files(&repo.join(folder)).iter().for_each(|(_, file)| std::fs::remove_file(file).unwrap());
    }
    let manifest = files(&repo.join("snapshots"))[0].1.clone();
    destroy(&manifest, 60, 1);
    std::fs::remove_dir_all(place.path().join("cache")).unwrap();
    assert_eq!(place.run(&["check"]).status.code(), Some(13));
    // Nothing tells which packs there were: the copy does.
    place.ok(&["repair", "packs", "--from", copy.to_str().unwrap()]);
    place.ok(&["repair", "index"]);
    place.ok(&["check", "--read-data"]);
}

#[test]
fn a_check_of_a_part_goes_on_where_the_last_one_ended_and_says_how_fresh_all_of_it_is() {
    let place = Place::new();
    place.ok(&["init"]);
    for night in 0..6 {
        std::fs::write(place.path().join("data/large"), noise(night, 100_000)).unwrap();
        place.ok(&["backup", &place.data()]);
    }
    let check = |arguments: &[&str]| {
        let told = place.ok(&[&["--json", "check"], arguments].concat());
        json(told.lines().last().unwrap())
    };
    let packs = check(&[])["packs"].as_u64().unwrap();
    assert_eq!(check(&[])["never_verified"].as_u64(), Some(packs));
    let runs: Vec<_> = (0..5).map(|_| check(&["--read-data-subset", "20%"])).collect();
    let never: Vec<_> = runs.iter().map(|run| run["never_verified"].as_u64().unwrap()).collect();
    // Which packs are small and come together is chance.
    assert!(never.is_sorted_by(|a, b| a >= b) && never[0] > 0 && never[4] == 0, "{never:?}");
    assert_eq!(runs[4]["verified_30_days"], 1.0);
    assert!(runs[0]["oldest_seconds"].is_null() && runs[4]["oldest_seconds"].is_number());
    assert!(place.ok(&["check"]).contains("verified   100.0 % in the last 30 days from this machine"));
}
