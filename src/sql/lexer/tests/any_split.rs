//! What is said of a dump does not depend on how its bytes come, and sections tile anything.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const DIALECTS: [Dialect; 3] = [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite];

/// Pieces that mean something to one of the dialects, so that random strings of them reach every state.
const PIECES: &[&str] = &[
    "INSERT INTO `t` VALUES ",
    "INSERT INTO t (id, a) VALUES\n",
    "(1,'a')",
    "(-2,'it''s')",
    "('k\\'ey',3)",
    "(E'a\\'b', 2)",
    ",",
    ",\n",
    ";\n",
    ";",
    ";;",
    "\r\n",
    "\n",
    " ",
    "'",
    "\"",
    "`",
    "\\",
    "\\.",
    "\\.\n",
    "\\N\t5\n",
    "12\tab\\tc\n",
    "(",
    ")",
    "-- c\n",
    "--",
    "-",
    "#",
    "/*",
    "*/",
    "/*!40101 ",
    "/*M!",
    "/",
    "*",
    "$$",
    "$t$",
    "$",
    "$1",
    "[",
    "]",
    "COPY public.t (id, a) FROM stdin;\n",
    "COPY t (a, t_id) FROM stdin;\n",
    "DELIMITER ;;\n",
    "DELIMITER ;\n",
    "DELIMITER //\n",
    "CREATE TABLE t (a INT, id INT PRIMARY KEY);\n",
    "DROP TABLE IF EXISTS `t`;\n",
    "CREATE FUNCTION f() BEGIN ATOMIC ",
    "CREATE TRIGGER x BEFORE INSERT ON t BEGIN ",
    "END;",
    "SET @saved_x = @@sql_mode;\n",
    "SET sql_mode = @saved_x;\n",
    "SET SQL_MODE='NO_BACKSLASH_ESCAPES';\n",
    "SET NAMES gbk;\n",
    "SET standard_conforming_strings = off;\n",
    "-- Dump completed on 2025-01-01\n",
    "\\connect x\n",
    "\u{feff}",
    "誠",
    "\u{0}",
    "PRAGMA writable_schema=ON;\n",
    "INSERT INTO t DEFAULT VALUES;\n",
    " ON DUPLICATE KEY UPDATE a=1",
    "UNLOCK TABLES;\n",
    "LOCK TABLES `t` WRITE;\n",
];

fn in_pieces(dialect: Dialect, dump: &[u8], cuts: &[usize]) -> Vec<Event> {
    let mut heard = Heard::default();
    let mut lexer = Lexer::new(dialect);
    let mut settled = 0;
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (dump.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(dump.len());
    let mut at = 0;
    for cut in cuts {
        let told = heard.0.len();
        lexer.push(&dump[at..cut], &mut heard);
        for event in &heard.0[told..] {
            let offset = match event {
                Event::Row { end, .. } => *end,
                Event::Section(section) => section.range.end,
                Event::Wall(wall) => *wall,
            };
            assert!(offset >= settled, "{event:?} after everything before {settled} was settled");
        }
        assert!(lexer.settled() >= settled && lexer.settled() <= cut as u64);
        settled = lexer.settled();
        at = cut;
    }
    lexer.finish(&mut heard);
    heard.0
}

fn dumps() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat().into_bytes()),
        vec(
            prop_oneof![
                prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
                vec(any::<u8>(), 0..6)
            ],
            0..60
        )
        .prop_map(|pieces| pieces.concat()),
    ]
}

/// Dumps as programs write them, in short.
const WRITTEN: [&str; 3] = [
    "-- MySQL dump 10.13\n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\nDROP TABLE IF EXISTS `t`;\n\
     /*!40101 SET @saved_cs_client     = @@character_set_client */;\nCREATE TABLE `t` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n);\n\
     /*!40101 SET character_set_client = @saved_cs_client */;\nLOCK TABLES `t` WRITE;\nINSERT INTO `t` VALUES\n(1,'it\\'s'),\n(2,NULL);\nUNLOCK TABLES;\n\
     DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW BEGIN SET @a = ';'; END */;;\nDELIMITER ;\n\
     /*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n-- Dump completed on 2025-01-01  1:00:00\n",
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict k\n\nSET standard_conforming_strings = on;\nCREATE TABLE s.t (\n    id integer,\n    a text\n);\n\
     CREATE FUNCTION s.f() RETURNS void LANGUAGE sql AS $_$ ; $$ $_$;\nCOPY s.t (id, a) FROM stdin;\n1\ta\\tb\n\\N\t\\\\.\n\\.\n\n\n\
     INSERT INTO s.u VALUES\n\t(1, E'a\\'b'),\n\t(2, '\\');\nALTER TABLE ONLY s.t ADD CONSTRAINT k PRIMARY KEY (id);\n\\unrestrict k\n",
    "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(id INTEGER PRIMARY KEY, x);\nINSERT INTO t VALUES(1,'it''s');\n\
     INSERT INTO t VALUES(2,X'00');\nCREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT ';'; END;\nCOMMIT;\n",
];

/// The dump with bytes put in the place of others: at, how many, by what.
fn mutated(dump: &str, changes: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = dump.as_bytes().to_vec();
    for (at, count, by) in changes {
        let at = at % (bytes.len() + 1);
        let end = bytes.len().min(at + count);
        bytes.splice(at..end, by.iter().copied());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_split_says_the_same(dump in dumps(), cuts in vec(any::<usize>(), 0..30)) {
        for dialect in DIALECTS {
            let whole = read(dialect, &dump);
            prop_assert_eq!(&in_pieces(dialect, &dump, &cuts), &whole, "{:?} {:?}", dialect, text(&dump));
            let each: Vec<usize> = (0..dump.len()).collect();
            prop_assert_eq!(&in_pieces(dialect, &dump, &each), &whole, "{:?} {:?}", dialect, text(&dump));
        }
    }

    #[test]
    fn dumps_that_are_damaged_are_tiled_and_told_alike(
        changes in vec((any::<usize>(), 0_usize..40, vec(any::<u8>(), 0..4)), 1..6),
        cuts in vec(any::<usize>(), 0..30),
    ) {
        for (dialect, dump) in DIALECTS.into_iter().zip(WRITTEN) {
            let dump = mutated(dump, &changes);
            let whole = read(dialect, &dump);
            prop_assert_eq!(&in_pieces(dialect, &dump, &cuts), &whole, "{:?}", text(&dump));
            let each: Vec<usize> = (0..dump.len()).collect();
            prop_assert_eq!(&in_pieces(dialect, &dump, &each), &whole, "{:?}", text(&dump));
        }
    }
}

#[test]
fn dumps_as_they_are_written_are_understood() {
    let told = |at: usize| told(DIALECTS[at], WRITTEN[at].as_bytes());
    assert_eq!(told(0), ["Header", "TableDefinition t", "TableData t 2", "Trigger t g", "Footer"]);
    let postgres = [
        "Header",
        "TableDefinition s.t",
        "Function s.f",
        "TableData s.t 2",
        "TableData s.u 2",
        "Constraint s.t k",
        "Footer",
    ];
    assert_eq!(told(1), postgres);
    assert_eq!(told(2), ["Header", "TableDefinition t", "TableData t 2", "Trigger t g", "Footer"]);
}

#[test]
fn heads_and_comments_that_are_too_long_are_split_without_a_difference() {
    let long = "x".repeat(70_000);
    let dumps = [
        format!("-- {long}\nCREATE TABLE t (id INT);\nINSERT INTO t VALUES (1);\n"),
        format!("CREATE TABLE t (id INT, `{long}` INT);\nINSERT INTO t VALUES (1);\n"),
        format!("INSERT INTO t (id, `{long}`) VALUES (1, 2);\nINSERT INTO t VALUES (3,'{long}'),(4,'');\n"),
        format!("COPY t (id, \"{long}\") FROM stdin;\n1\t2\n3\t{long}\n\\.\nSELECT 1;\n"),
        format!("COPY t (id, b) FROM stdin;\n{long}\t2\n{}\t3\n\\.\nSELECT 1;\n", "y".repeat(64)),
        format!(
            "SET @saved_x = @@sql_mode;\n{}CREATE TABLE t (id INT);\n",
            "SET @saved_y = @@sql_mode;\n".repeat(4000)
        ),
    ];
    for dump in dumps {
        for dialect in DIALECTS {
            let whole = read(dialect, dump.as_bytes());
            for step in [1000, 4096, 65_536] {
                let cuts: Vec<usize> = (0..dump.len()).step_by(step).collect();
                assert_eq!(in_pieces(dialect, dump.as_bytes(), &cuts), whole, "{dialect:?} {step}");
            }
        }
    }
}
