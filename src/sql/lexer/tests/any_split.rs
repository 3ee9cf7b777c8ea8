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
