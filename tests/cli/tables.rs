//! What `tables` says of one night and of another.

use super::place::{Place, json};

fn dump(tables: &[(&str, u32)]) -> String {
    let table = |(name, rows): &(&str, u32)| {
        let rows: Vec<String> = (0..*rows).map(|row| format!("({row},'row {row}')")).collect();
        format!(
            "DROP TABLE IF EXISTS `{name}`;\nCREATE TABLE `{name}` (\n  `id` int NOT NULL,\n  `v` text,\n  PRIMARY KEY (`id`)\n);\n\
             INSERT INTO `{name}` VALUES\n{};\n",
            rows.join(",\n")
        )
    };
    format!(
        "-- MariaDB dump 10.19\n\n{}-- Dump completed on 2026-11-20  3:00:00\n",
        tables.iter().map(table).collect::<String>()
    )
}

/// `name change rows_more` of each table, and the names of those that are gone.
fn told(place: &Place, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
    let lines = place.ok(&[&["--json", "tables"], arguments].concat());
    let lines: Vec<_> = lines.lines().map(json).collect();
    let of = |kind: &str| lines.iter().filter(move |line| line["type"] == kind).cloned().collect::<Vec<_>>();
    let tables = of("table")
        .iter()
        .map(|line| format!("{} {} {}", line["name"], line["change"], line["rows_more"]).replace('"', ""))
        .collect();
    (tables, of("table_gone").iter().map(|line| line["name"].as_str().unwrap().to_string()).collect())
}

/// Dumps named by their nights are compared all the same, and several of them may lie side by side.
#[test]
fn a_night_is_compared_with_the_one_before_and_with_any_other() {
    let place = Place::new();
    let nights = [
        dump(&[("a", 10), ("b", 5), ("old", 2)]),
        dump(&[("a", 12), ("b", 5)]),
        dump(&[("a", 11), ("b", 5), ("new", 1)]),
    ];
    place.ok(&["init"]);
    for (night, dump) in nights.iter().enumerate() {
        std::fs::write(place.path().join(format!("data/shop-2026-11-{}.sql", 18 + night)), dump).unwrap();
        place.ok(&["backup", &place.data()]);
    }
    let path = format!("latest:{}/shop-2026-11-20.sql", place.data());
    let same = "b same 0".to_string();
    let wanted = (vec!["a changed -1".into(), same.clone(), "new new null".into()], vec![]);
    assert_eq!(told(&place, &[&path]), wanted);
    let wanted = (vec!["a changed 1".into(), same, "new new null".into()], vec!["old".into()]);
    assert_eq!(told(&place, &[&path, "--since", "latest~2"]), wanted);
    let text = place.run(&["tables", &path, "--since", "latest~2"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("since latest~2"));
    assert!(String::from_utf8_lossy(&text.stderr).contains("gone since then: old"));
}

/// What was a dump last night and is a link now has no tables, and nothing is read in its place.
#[test]
fn a_path_that_is_no_file_any_more_has_no_dump() {
    let place = Place::new();
    let path = place.path().join("data/shop.sql");
    std::fs::write(&path, dump(&[("a", 10)])).unwrap();
    place.run(&["backup", "--init", &place.data()]);
    assert_eq!(told(&place, &["latest"]).0.len(), 1);
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("elsewhere", &path).unwrap();
    place.ok(&["backup", &place.data()]);
    assert_eq!(told(&place, &["latest"]).0.len(), 0);
    place.refused(&["extract", "latest", "a"], 1);
    place.ok(&["check", "--read-data"]);
}

/// A table without rows is an answer too; of one behind which the dump breaks off that is said.
#[test]
fn a_table_without_rows_goes_out_without_rows() {
    let place = Place::new();
    let head = "-- MariaDB dump 10.19\n\n/*!40101 SET NAMES utf8mb4 */;\n\nCREATE TABLE `e` (\n  `id` int NOT NULL\n);\n\nLOCK TABLES `e` WRITE;\n";
    let keys =
        ["DISABLE", "ENABLE"].map(|what| format!("/*!40000 ALTER TABLE `e` {what} KEYS */;\n")).concat();
    let whole = format!("{head}{keys}UNLOCK TABLES;\n\n-- Dump completed on 2026-11-20  3:00:00\n");
    std::fs::write(place.path().join("data/shop.sql"), &whole).unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    assert_eq!(place.ok(&["extract", "latest", "e", "--format", "csv"]), "id\r\n");
    assert_eq!(place.ok(&["extract", "latest", "e", "--format", "jsonl"]), "");
    place.ok(&["extract", "latest", "e", "--where", "id = 1", "--allow-empty"]);
    place.refused(&["extract", "latest", "e", "--where", "id = 1"], 1);
    std::fs::write(place.path().join("data/shop.sql"), head).unwrap();
    assert_eq!(place.run(&["backup", &place.data()]).status.code(), Some(3));
    for format in ["sql", "csv", "jsonl"] {
        let output = place.run(&["extract", "latest", "e", "--format", format]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(3) && text.contains("ends too soon"), "{format}: {text}");
    }
}
