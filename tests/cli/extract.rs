//! Tables out of a dump, as the command line gives them.

use super::place::{Place, json};

const DUMP: &str = "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t10.11.6-MariaDB

/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `orders`;
CREATE TABLE `orders` (
  `id` int(11) NOT NULL,
  `customer` int(11),
  CONSTRAINT `orders_ibfk_1` FOREIGN KEY (`customer`) REFERENCES `customers` (`id`)
) ENGINE=InnoDB;
LOCK TABLES `orders` WRITE;
INSERT INTO `orders` VALUES
(1,NULL),
(2,7);
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `orders` FOR EACH ROW SET NEW.id = 1 */;;
DELIMITER ;
CREATE TABLE `items` (`id` int);
-- Dump completed on 2026-11-20  1:00:00
";

#[test]
fn a_table_is_extracted_under_another_name_without_its_users_and_keys() {
    let place = Place::new();
    std::fs::write(place.path().join("data/shop.sql"), DUMP).unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    let out = place.ok(&["-q", "extract", "latest", "orders", "--as", "copy", "--no-definer", "--no-fk"]);
    assert!(out.contains("INSERT INTO `copy` VALUES\n(1,NULL),\n(2,7);"), "{out}");
    assert!(out.contains("TRIGGER `copy_t` BEFORE INSERT ON `copy`"), "{out}");
    assert!(!out.contains("DEFINER") && !out.contains("FOREIGN") && !out.contains("`orders`"), "{out}");
    let file = place.path().join("out.sql");
    let told = ["--json", "extract", "latest", "orders", "-o", file.to_str().unwrap()];
    let output = place.run(&told);
    assert!(output.status.success());
    let text = [output.stdout, output.stderr].concat();
    let summary = json(std::str::from_utf8(&text).unwrap().lines().last().unwrap());
    assert_eq!(summary["references"], serde_json::json!(["customers"]));
    assert_eq!(summary["rows"], 2);
    assert!(std::fs::read_to_string(file).unwrap().contains("DEFINER=`root`@`localhost`"));
    place.refused(&["extract", "latest", "orders", "items", "--as", "copy"], 2);
}

/// A dump of many small tables and a large one, with so many rows and this word in their rows.
fn many_tables(rows_and_word: impl Fn(usize) -> (usize, &'static str)) -> String {
    let mut dump = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n".to_string();
    for table in 0..60 {
        let (rows, word) = rows_and_word(table);
        dump += &format!(
            "DROP TABLE IF EXISTS `t{table}`;\nCREATE TABLE `t{table}` (\n  `id` int NOT NULL,\n  `x` text,\n  PRIMARY KEY (`id`)\n);\n"
        );
        let rows: Vec<_> = (0..rows).map(|row| format!("({row},'{word} {}')", row * 7919 % 10_007)).collect();
        dump += &format!(
            "LOCK TABLES `t{table}` WRITE;\nINSERT INTO `t{table}` VALUES {};\nUNLOCK TABLES;\n",
            rows.join(",")
        );
    }
    dump + "-- Dump completed on 2026-11-20  3:00:00\n"
}

#[test]
fn what_has_changed_is_told_of_each_table_also_of_those_that_share_chunks() {
    let place = Place::new();
    let file = place.path().join("data/shop.sql");
    let rows = |table: usize| if table == 30 { 5000 } else { 4 };
    std::fs::write(&file, many_tables(|table| (rows(table), "one"))).unwrap();
    place.ok(&["backup", "--init", &place.data()]);
    let next = many_tables(|table| match table {
        7 => (rows(table), "two"),
        20 => (rows(table) + 1, "one"),
        30 => (rows(table), "six"),
        table => (rows(table), "one"),
    });
    std::fs::write(&file, next).unwrap();
    place.ok(&["backup", &place.data()]);
    let told = place.ok(&["--json", "tables", "latest"]);
    let told: Vec<_> = told.lines().map(json).filter(|line| line["type"] == "table").collect();
    assert_eq!(told.len(), 60);
    for (at, line) in told.iter().enumerate() {
        let (change, more) = match at {
            7 | 30 => ("changed", serde_json::json!(0)),
            20 => ("changed", serde_json::json!(1)),
            _ => ("same", serde_json::json!(0)),
        };
        assert_eq!((&line["change"], &line["rows_more"]), (&change.into(), &more), "{line}");
    }
    let row = place.ok(&["-q", "extract", "latest", "t7", "--where", "id = 2", "--format", "jsonl"]);
    assert_eq!(json(&row)["x"], "two 5831");
    let row = place.ok(&["-q", "extract", "latest", "t30", "--where", "id = 4321", "--format", "jsonl"]);
    assert!(json(&row)["x"].as_str().unwrap().starts_with("six "));
}
