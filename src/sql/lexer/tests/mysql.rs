//! What dump programs of MySQL and MariaDB, phpMyAdmin and OpenCart write around the rows.

use super::*;

const MYSQL: Dialect = Dialect::MySql;

#[test]
fn brackets_of_a_table_go_with_what_they_bracket() {
    let dump = "--\n-- Table structure for table `t`\n--\n\nDROP TABLE IF EXISTS `t`;\n/*!40101 SET @saved_cs_client     = @@character_set_client */;\n\
        /*!50503 SET character_set_client = utf8mb4 */;\nCREATE TABLE `t` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n);\n\
        /*!40101 SET character_set_client = @saved_cs_client */;\n\n--\n-- Dumping data for table `t`\n--\n-- WHERE:  id > 0\n\n\
        LOCK TABLES `t` WRITE;\n/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nset autocommit=0;\nINSERT  IGNORE INTO `t` VALUES (1),(2);\n\
        REPLACE INTO `t` VALUES (3);\n/*!40000 ALTER TABLE `t` ENABLE KEYS */;\nUNLOCK TABLES;\ncommit;\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["TableDefinition t", "TableData t 3"]);
    assert!(text_of(MYSQL, dump.as_bytes(), SectionKind::TableData).starts_with("\n--\n-- Dumping data"));
    assert_eq!(rows(MYSQL, dump.as_bytes())[0], "INSERT  IGNORE INTO `t` VALUES (1),");
}

#[test]
fn a_trigger_has_its_brackets_and_its_delimiter() {
    let trigger = |name: &str| {
        format!(
            "/*!50003 SET @saved_cs_client      = @@character_set_client */ ;\n/*!50003 SET character_set_client  = utf8mb4 */ ;\n\
             /*!50003 SET @saved_sql_mode       = @@sql_mode */ ;\n/*!50003 SET sql_mode              = 'NO_BACKSLASH_ESCAPES' */ ;\nDELIMITER ;;\n\
             /*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `{name}` BEFORE INSERT ON `t` FOR EACH ROW BEGIN\n\
             SET NEW.a = 'x\\'; /* ;; */ INSERT INTO `u` VALUES (1); -- ;;\nEND */;;\nDELIMITER ;\n\
             /*!50003 SET sql_mode              = @saved_sql_mode */ ;\n/*!50003 SET character_set_client  = @saved_cs_client */ ;\n"
        )
    };
    let dump = format!(
        "INSERT INTO `t` VALUES ('a\\'');\n{}{}INSERT INTO `v` VALUES ('\\'');\n",
        trigger("one"),
        trigger("two")
    );
    let found = sections(MYSQL, dump.as_bytes());
    let short: Vec<_> = found.iter().map(short).collect();
    assert_eq!(short, ["TableData t 1", "Trigger t one", "Trigger t two", "TableData v 1"]);
    let text = &dump[found[1].range.start as usize..found[1].range.end as usize];
    assert_eq!(text, trigger("one"));
    assert_eq!(found[1].delimiter, None);
}

#[test]
fn any_delimiter_ends_statements() {
    for delimiter in [";;", "//", "$$", "|", "--//", "END_OF"] {
        let dump = format!(
            "delimiter {delimiter}\nCREATE PROCEDURE p() BEGIN SELECT 'a;b', 1 / 2; INSERT INTO t VALUES (1); END{delimiter}\n\
             CREATE FUNCTION f() RETURNS INT BEGIN RETURN 1; END {delimiter}\nDELIMITER ;\nINSERT INTO u VALUES (2);\n"
        );
        let found = sections(MYSQL, dump.as_bytes());
        let short: Vec<_> = found.iter().map(short).collect();
        assert_eq!(short, ["Routine p", "Routine f", "TableData u 1"], "{delimiter}");
        assert_eq!(found[1].delimiter.as_deref(), Some(delimiter.as_bytes()));
    }
}

#[test]
fn what_stands_for_a_view_is_no_table() {
    let dump = "DROP TABLE IF EXISTS `v`;\n/*!50001 DROP VIEW IF EXISTS `v`*/;\nSET @saved_cs_client     = @@character_set_client;\n\
        SET character_set_client = utf8;\n/*!50001 CREATE TABLE `v` (\n  `id` tinyint NOT NULL\n) ENGINE=MyISAM */;\nSET character_set_client = @saved_cs_client;\n\
        CREATE TABLE `t` (`id` int);\n/*!50001 DROP TABLE IF EXISTS `v`*/;\n/*!50001 DROP VIEW IF EXISTS `v`*/;\n\
        /*!50001 SET @saved_cs_client          = @@character_set_client */;\n/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n\
        /*!50001 VIEW `v` AS select `t`.`id` AS `id` from `t` */;\n/*!50001 SET character_set_client      = @saved_cs_client */;\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["View v", "TableDefinition t", "View v"]);
}

#[test]
fn replication_is_set_apart_over_any_number_of_lines() {
    let dump = "SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;\nSET @@SESSION.SQL_LOG_BIN= 0;\n\n--\n-- GTID state at the beginning of the backup \n--\n\n\
        SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'aaaa:1-5,\nbbbb:1-7,\ncccc:1';\n\nCHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='b.1', SOURCE_LOG_POS=4;\n\
        CREATE TABLE `t` (`id` int);\nSET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;\nSET GLOBAL gtid_slave_pos='0-1-100';\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["Replication", "TableDefinition t", "Replication"]);
}

#[test]
fn phpmyadmin_adds_keys_at_the_end() {
    let dump = "-- phpMyAdmin SQL Dump\nSET SQL_MODE = \"NO_AUTO_VALUE_ON_ZERO\";\nSTART TRANSACTION;\nSET time_zone = \"+00:00\";\n\n\
        /*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n\n-- Table structure for table `t`\n\nCREATE TABLE `t` (\n  `x` int,\n  `id` int\n);\n\n\
        INSERT INTO `t` (`x`, `id`) VALUES\n(1, 5),\n(2, 6);\n\n--\n-- Triggers `t`\n--\nDELIMITER $$\nCREATE TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW BEGIN SET @a = 1; END\n$$\nDELIMITER ;\n\n\
        -- Indexes for table `t`\nALTER TABLE `t`\n  ADD PRIMARY KEY (`id`);\nALTER TABLE `t`\n  MODIFY `id` int NOT NULL AUTO_INCREMENT;\n\
        ALTER TABLE `t`\n  ADD CONSTRAINT `c` FOREIGN KEY (`x`) REFERENCES `u` (`id`);\nCOMMIT;\n\n/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n";
    let all =
        ["Header", "TableDefinition t", "TableData t 2", "Trigger t g", "Keys t", "ForeignKey t c", "Footer"];
    assert_eq!(told(MYSQL, dump.as_bytes()), all);
    assert_eq!(keys(MYSQL, dump.as_bytes()), ["5", "6"]);
}

#[test]
fn opencart_empties_a_table_and_fills_it_row_by_row() {
    let dump = "TRUNCATE TABLE `oc_a`;\n\nINSERT INTO `oc_a` (`a_id`, `x`) VALUES ('1', 'it\\'s');\nINSERT INTO `oc_a` (`a_id`, `x`) VALUES ('2', '');\n\n\n\
        TRUNCATE TABLE `oc_b`;\n\n-----------------------------------------------------------\n\nTRUNCATE TABLE `oc_c`;\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["TableData oc_a 2", "TableData oc_b", "TableData oc_c"]);
    assert_eq!(keys(MYSQL, dump.as_bytes()), ["'1'", "'2'"]);
}

#[test]
fn rows_under_other_columns_are_another_section() {
    let dump =
        "INSERT INTO t (a) VALUES (1);\nINSERT INTO t (a, b) VALUES (1, 2);\nINSERT INTO t SET a = 1;\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["TableData t 1", "TableData t 1", "TableData t 1"]);
}

#[test]
fn modes_and_charsets_change_what_a_backslash_is() {
    let dump = "SET SQL_MODE='ANSI_QUOTES,NO_BACKSLASH_ESCAPES';\nINSERT INTO \"t\" VALUES ('\\'),('a\n'' \\');\nSET SQL_MODE='';\nINSERT INTO t VALUES ('\\'');\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["Header", "TableData t 2", "Header", "TableData t 1"]);
    for (charset, lead) in [("gbk", b'\x81'), ("sjis", b'\x83'), ("big5", b'\xa4')] {
        let tail = |lead: u8| [b"'), ('".as_slice(), &[lead, lead, lead, b'\\'], b"'),('\\'');\n"].concat();
        let head = format!("/*!40101 SET NAMES {charset} */;\nINSERT INTO t VALUES ('");
        let dump = [head.as_bytes(), &[lead, b'\\'], &tail(lead)].concat();
        assert_eq!(told(MYSQL, &dump), ["Header", "TableData t 3"], "{charset}");
    }
    // In UTF-8 the byte before says nothing.
    assert_eq!(
        told(MYSQL, b"SET NAMES utf8mb4;\nINSERT INTO t VALUES ('\x81\\'),(');\n"),
        ["Header", "TableData t 1"]
    );
}

#[test]
fn a_charset_that_is_set_around_an_object_ends_with_it() {
    let dump = b"SET NAMES utf8mb4;\nSET @saved_cs_client = @@character_set_client;\nSET character_set_client = gbk;\nCREATE TABLE t (a int);\n\
        SET character_set_client = @saved_cs_client;\nINSERT INTO t VALUES ('\x81\\'),(');\n";
    assert_eq!(told(MYSQL, dump), ["Header", "TableDefinition t", "TableData t 1"]);
}

#[test]
fn a_compact_dump_has_neither_header_nor_footer() {
    let dump = "/*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!50503 SET character_set_client = utf8mb4 */;\nCREATE TABLE `t` (\n  `id` int\n);\n\
        /*!40101 SET character_set_client = @saved_cs_client */;\nINSERT INTO `t` VALUES (1),(2);\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["TableDefinition t", "TableData t 2"]);
}

#[test]
fn statistics_users_and_sequences_are_told() {
    let dump = "/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `a` WITH 10 BUCKETS */;\nCREATE SEQUENCE `s` start with 1;\nDO SETVAL(`s`, 5, 0);\n\
        CREATE USER `a`@`%` IDENTIFIED BY PASSWORD '*X';\nGRANT USAGE ON *.* TO `a`@`%`;\n/*!50106 DROP EVENT IF EXISTS `e` */;\nDELIMITER ;;\n/*!50106 CREATE*/ /*!50117 DEFINER=`x`@`y`*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO SELECT 1 */ ;;\nDELIMITER ;\n";
    assert_eq!(
        told(MYSQL, dump.as_bytes()),
        ["Histogram t", "Sequence s", "SequenceValue s", "Acl", "Event e"]
    );
}
