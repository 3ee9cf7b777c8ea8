use strongroom::sql::value::RowForm;

use super::Dumped;
use super::generate::{Pool, conditions};
use crate::servers::MariaDb;

const TABLE: &str = "CREATE TABLE t (
  id int PRIMARY KEY, i bigint, u bigint unsigned, d decimal(30,5), f float, g double, y year, b bit(12),
  gen varchar(20) COLLATE utf8mb4_general_ci, uni varchar(20) COLLATE utf8mb4_unicode_ci,
  u52 varchar(20) COLLATE utf8mb4_unicode_520_ci, uca varchar(20) COLLATE utf8mb4_uca1400_ai_ci,
  nop varchar(20) COLLATE utf8mb4_unicode_nopad_ci, bin varchar(20) COLLATE utf8mb4_bin,
  lat varchar(20) CHARACTER SET latin1, latb varchar(20) CHARACTER SET latin1 COLLATE latin1_bin, c char(5), raw varbinary(20), bl blob,
  da date, ti time(2), dt datetime(3), ts timestamp(6) NULL, e enum('z','m','A'), s set('x','y'), uu uuid, j longtext)
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci";

const TEXTS: [&str; 18] = [
    "''",
    "'a'",
    "'A '",
    "'\u{e4}'",
    "'b'",
    "'a\\tb'",
    "'\u{df}'",
    "'ss'",
    "'S'",
    "'a b'",
    "'%_'",
    "'\\\\'",
    "'it''s'",
    "'\u{e9}t\u{e9}'",
    "'ETE'",
    "'\u{e6}'",
    "'zz'",
    "'a-1'",
];
const WIDE: [&str; 6] =
    ["'\u{4e2d}\u{6587}'", "'\u{1f600}'", "'\u{43f}\u{440}'", "'e\u{301}'", "'\u{416}'", "'\u{3b1}\u{3b2}'"];
const NUMBERS: [&str; 9] =
    ["0", "-1", "1", "9007199254740993", "9223372036854775807", "-9223372036854775808", "42", "100", "7"];

const POOL: Pool = &[
    ("id", &["5", "'7'", "100", "-1"]),
    (
        "i",
        &[
            "0",
            "-1",
            "9007199254740993",
            "9007199254740992",
            "9223372036854775807",
            "1.5",
            "'42'",
            "'1.5'",
            "1e2",
            "TRUE",
            "0x2a",
        ],
    ),
    ("u", &["0", "18446744073709551615", "1", "-1", "7.0", "'100'"]),
    ("d", &["0", "1.10", "-0.5", "12345678901234567890.12345", "12345678901234567890.12344", "'1.1'", "1e0"]),
    ("f", &["0.1", "0.5", "1", "'0.5'", "1e10", "3.4e38"]),
    ("g", &["0.1", "0.5", "1e300", "'0.1'", "-2"]),
    ("y", &["2024", "1970", "2155", "1"]),
    ("b", &["1", "0", "5", "b'101'", "0x05"]),
    ("gen", &["''", "'a'", "'A'", "'ss'", "'s'", "'ete'", "'\u{df}'", "'b '", "'\u{1f600}'", "'z'"]),
    ("uni", &["''", "'a'", "'A'", "'ss'", "'s'", "'ete'", "'\u{df}'", "'b '", "'ae'", "'\u{414}'"]),
    ("u52", &["''", "'a'", "'ss'", "'ete'", "'ae'", "'\u{4e2d}'"]),
    ("uca", &["''", "'a'", "'ss'", "'ete'", "'ae'", "'\u{4e2d}'", "'\u{3b2}'"]),
    ("nop", &["''", "'a'", "'A'", "'ss'", "'a '"]),
    ("bin", &["''", "'a'", "'A '", "'a\\tb'", "'\u{e9}'", "\"it's\""]),
    ("lat", &["''", "'a'", "'A'", "'\u{e4}'", "'ss'", "'s'", "'ete'", "'z'"]),
    ("latb", &["''", "'a'", "'\u{e4}'", "'A '"]),
    ("c", &["'a'", "'A   '", "'ss'"]),
    ("raw", &["''", "'a'", "x'6100'", "0xff", "'A '"]),
    ("bl", &["''", "'a'", "x'00'"]),
    ("da", &["'2024-02-29'", "DATE '1999-12-31'", "'0000-00-00'", "'2024-02-29 12:00:00'", "'2023-01-01'"]),
    ("ti", &["'10:00:00'", "'-01:00:00'", "'838:59:59'", "'00:00:00.5'", "TIME '10:00:00'"]),
    (
        "dt",
        &[
            "'2024-02-29'",
            "'2024-02-29 23:59:59.999'",
            "'2024-02-29T12:00:00'",
            "TIMESTAMP '2024-02-29 12:00:00'",
            "'2024-02-29 12:00:00.1234'",
        ],
    ),
    ("ts", &["'2024-02-29'", "'2024-02-29 12:00:00.000001'", "'2038-01-01 00:00:00'"]),
    ("e", &["'z'", "'M'", "'a'", "'q'"]),
    ("s", &["'x'", "'x,y'", "'Y'", "''"]),
    ("uu", &["'123e4567-e89b-12d3-a456-426614174000'", "'123E4567E89B12D3A456426614174001'"]),
    ("j", &["'{}'", "'a'"]),
];

const PATTERNS: Pool = &[
    (
        "gen",
        &[
            "'a%'",
            "'%S'",
            "'_'",
            "'%\u{e9}%'",
            "'\\%\\_'",
            "'!%!_' ESCAPE '!'",
            "'\\\\'",
            "'%'",
            "''",
            "'__'",
        ],
    ),
    ("uni", &["'a%'", "'%S'", "'_'", "'ss'", "'%t%'", "'%\\\\\\\\%'"]),
    ("uca", &["'a%'", "'_e'", "'%'"]),
    ("bin", &["'a%'", "'A_'", "'%t%'"]),
    ("lat", &["'\u{e4}%'", "'S'"]),
    ("raw", &["'a_'", "'%'"]),
    ("i", &["'9%'", "'-_%'", "'%2'"]),
    ("d", &["'%.10000'", "'1%'"]),
    ("da", &["'2024-%'", "'%-29'"]),
    ("dt", &["'2024-02%'", "'%12:00:00.000'"]),
    ("e", &["'%M%'"]),
];

/// Rows that have every text and number somewhere.
fn rows() -> Vec<String> {
    let texts: Vec<_> = TEXTS.iter().chain(&WIDE).collect();
    (0..36_usize)
        .map(|at| {
            let text = |shift: usize| *texts[(at + shift) % texts.len()];
            let narrow = |shift: usize| TEXTS[(at + shift) % TEXTS.len()];
            let number = NUMBERS[at % NUMBERS.len()];
            let unsigned = number.trim_start_matches('-');
            let unsigned = if at % 7 == 3 { "18446744073709551615" } else { unsigned };
            let decimal = ["0", "1.1", "-0.5", "12345678901234567890.12345", "1.10001", "NULL"][at % 6];
            let float = ["0.1", "0.5", "1", "-2", "1e10", "3.4e38", "NULL"][at % 7];
            let double = ["0.1", "0.5", "1e300", "-2", "0.30000000000000004"][at % 5];
            let date = ["'2024-02-29'", "'1999-12-31'", "'0000-00-00'", "'2023-01-01'", "NULL"][at % 5];
            let time = ["'10:00:00'", "'-01:00:00'", "'838:59:59'", "'00:00:00.5'"][at % 4];
            let moment = ["'2024-02-29 12:00:00'", "'2024-02-29'", "'2024-02-29 23:59:59.999'", "'2024-02-29 12:00:00.123'"][at % 4];
            let stamp = ["'2024-02-29 12:00:00.000001'", "'2024-02-29'", "NULL"][at % 3];
            let raw = ["'a'", "x'6100'", "x'ff00'", "''", "'A '"][at % 5];
            format!(
                "({at}, {number}, {unsigned}, {decimal}, {float}, {double}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {raw}, {raw}, {date}, {time}, {moment}, {stamp}, {}, {}, '123e4567-e89b-12d3-a456-42661417400{}', '{{}}')",
                2000 + at,
                at % 9,
                text(0),
                text(5),
                text(9),
                text(13),
                text(1),
                text(2),
                narrow(3),
                narrow(4),
                ["'a'", "'A'", "'ss'", "NULL"][at % 4],
                ["'z'", "'m'", "'A'", "NULL"][at % 4],
                ["'x'", "'x,y'", "''"][at % 3],
                at % 2,
            )
        })
        .collect()
}

#[test]
fn conditions_pick_the_rows_that_mariadb_picks() {
    let Some(server) = MariaDb::get() else { return };
    server.create_database("conditions");
    let settings = "SET sql_mode='', time_zone='+00:00', NAMES utf8mb4;";
    let nulls = vec!["NULL"; 26].join(", ");
    server.query(
        "conditions",
        &format!("{settings} {TABLE}; INSERT INTO t VALUES {}, (36, {nulls});", rows().join(", ")),
    );
    for arguments in [["--order-by-primary", "--hex-blob"], ["--order-by-primary", "--skip-hex-blob"]] {
        let dump = server.dump(&[arguments[0], arguments[1], "conditions", "t"]);
        let rows: Vec<&[u8]> =
            dump.split_inclusive(|byte| *byte == b'\n').filter(|line| line.starts_with(b"(")).collect();
        assert_eq!(rows.len(), 37);
        let table = Dumped::new(RowForm::MySql { has_backslashes: true }, &dump, &rows);
        let compared = table.compare(&conditions(POOL, PATTERNS, 400), |asked| {
            let select =
                |one: &&str| format!("SELECT IFNULL(GROUP_CONCAT(id ORDER BY id), '') FROM t WHERE {one};\n");
            let answers = server
                .query("conditions", &format!("{settings}{}", asked.iter().map(select).collect::<String>()));
            answers.lines().map(str::to_owned).collect()
        });
        assert!(compared > 1_000, "only {compared} could be evaluated");
    }
}

#[test]
fn the_tables_of_weights_are_those_of_mariadb() {
    let Some(server) = MariaDb::get() else { return };
    let tables = [
        ("utf8mb4_general_ci", include_str!("../../src/sql/filter/collation/general.txt")),
        ("utf8mb4_unicode_ci", include_str!("../../src/sql/filter/collation/unicode.txt")),
        ("utf8mb4_unicode_520_ci", include_str!("../../src/sql/filter/collation/unicode_520.txt")),
        ("utf8mb4_uca1400_ai_ci", include_str!("../../src/sql/filter/collation/uca1400.txt")),
    ];
    for (collation, table) in tables {
        let answers = server.query(
            "",
            &format!("SET NAMES utf8mb4; SELECT HEX(WEIGHT_STRING(CONVERT(CHAR(seq USING utf32) USING utf8mb4) COLLATE {collation})) FROM mysql.seq_0_to_65535 WHERE seq NOT BETWEEN 55296 AND 57343"),
        );
        let answers: Vec<&str> = answers.lines().collect();
        let mut compared = 0;
        for (first, cells) in table.lines().filter_map(|line| line.split_once(": ")) {
            let first = usize::from_str_radix(first, 16).unwrap();
            for (code, cell) in (first..).zip(cells.split(' ')).filter(|(_, cell)| *cell != "?") {
                let place = if code > 0xdfff { code - 0x800 } else { code };
                let weights = |cell: &str| format!("{:04X}", u16::from_str_radix(cell, 16).unwrap());
                let cell = if cell == "-" { String::new() } else { cell.split('+').map(weights).collect() };
                assert_eq!(answers[place], cell, "U+{code:04X} in {collation}");
                compared += 1;
            }
        }
        assert!(compared > 1_000, "{collation}: {compared}");
    }
}
