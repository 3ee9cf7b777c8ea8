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
