use strongroom::sql::value::RowForm;

use super::Dumped;
use super::generate::{Pool, conditions};
use crate::servers::PostgreSql;

const TABLE: &str = "CREATE TABLE t (
  id int PRIMARY KEY, i bigint, d numeric, f real, g double precision, t text, v varchar(20) COLLATE \"C\", c character(5),
  cc text COLLATE \"C\", bo boolean, by bytea, da date, ti time, ts timestamp, tz timestamptz, u uuid, bits bit varying(8), j jsonb, a int[])";

const POOL: Pool = &[
    ("id", &["5", "'7'", "100", "-1"]),
    ("i", &["0", "-1", "9007199254740993", "9007199254740992", "99999999999999999999", "1.5", "'42'", "1e2"]),
    ("d", &["0", "1.10", "-0.5", "12345678901234567890.12345", "'1.1'", "1e0", "1e200"]),
    ("f", &["0.1", "0.5", "'0.1'", "1e10"]),
    ("g", &["0.1", "'0.1'", "1e300", "-2"]),
    ("t", &["''", "'a'", "'A'", "'it''s'", "'\\'", "E'a\\tb'", "'\u{e9}'"]),
    ("v", &["''", "'a'", "'A '", "'\u{e9}'", "'b'"]),
    ("c", &["'a'", "'a   '", "'A'", "''"]),
    ("cc", &["''", "'a'", "'B'", "'\u{e9}'"]),
    ("bo", &["TRUE", "FALSE", "true"]),
    ("bo", &["'t'", "'no'", "'on'", "'0'"]),
    ("by", &["'\\x00ff'", "'\\x'", "'a'", "'\\xFF'"]),
    ("da", &["'2024-02-29'", "'1999-12-31'", "'infinity'", "'0044-03-15 BC'"]),
    ("da", &["DATE '2024-02-29'", "DATE '1999-12-31'"]),
    ("da", &["TIMESTAMP '2024-02-29 12:00:00'", "TIMESTAMP '1999-12-31 00:00:00'"]),
    ("ti", &["'10:00:00'", "'23:59:59.999999'", "'24:00:00'", "'00:00:00.5'"]),
    (
        "ts",
        &[
            "'2024-02-29'",
            "'2024-02-29 12:00:00'",
            "'-infinity'",
            "'10000-01-01 00:00:00'",
            "'2024-02-29T23:59:59.5'",
        ],
    ),
    ("ts", &["DATE '2024-02-29'", "DATE '1999-12-31'"]),
    (
        "tz",
        &[
            "'2024-02-29 12:00:00+00'",
            "'2024-02-29 13:00:00+01'",
            "'2024-03-01 00:00:00+05:30'",
            "'2024-02-29'",
        ],
    ),
    ("u", &["'123e4567-e89b-12d3-a456-426614174000'", "'123E4567E89B12D3A456426614174001'"]),
    ("bits", &["B'101'", "B''", "B'1'", "X'A'"]),
    ("j", &["'{}'"]),
    ("a", &["'{1}'"]),
];

const PATTERNS: Pool = &[
    (
        "t",
        &[
            "'a%'",
            "'%s'",
            "'_'",
            "'%\u{e9}%'",
            "'\\%\\_'",
            "'!%!_' ESCAPE '!'",
            "'\\\\'",
            "'%'",
            "''",
            "'\\' ESCAPE ''",
        ],
    ),
    ("c", &["'a'", "'a    '", "'a%'"]),
    ("v", &["'A_'"]),
];

fn rows() -> Vec<String> {
    let texts = [
        "''",
        "'a'",
        "'A '",
        "'\u{e9}t\u{e9}'",
        "'it''s'",
        "'\\'",
        "E'a\\tb'",
        "'%_'",
        "'b'",
        "'\u{1f600}'",
        "NULL",
        "'A'",
    ];
    (0..36_usize)
        .map(|at| {
            let text = |shift: usize| texts[(at + shift) % texts.len()];
            let pick = |all: &'static [&'static str]| all[at % all.len()];
            [
                at.to_string().as_str(),
                pick(&["0", "-1", "9007199254740993", "9223372036854775807", "42", "100", "NULL"]),
                pick(&[
                    "0",
                    "1.1",
                    "-0.5",
                    "12345678901234567890.12345",
                    "1.1000000000000000000000001",
                    "'NaN'",
                    "'Infinity'",
                    "1e200",
                ]),
                pick(&["0.1", "0.5", "'NaN'", "'Infinity'", "1e10", "NULL"]),
                pick(&["0.1", "0.5", "'-Infinity'", "-2", "1e300"]),
                text(0),
                text(1),
                pick(&["'a'", "'A'", "''", "NULL"]),
                text(3),
                pick(&["true", "false", "NULL"]),
                pick(&["'\\x00ff'", "''", "'a'", "'\\xff'"]),
                pick(&["'2024-02-29'", "'1999-12-31'", "'infinity'", "'0044-03-15 BC'", "'10000-01-01'"]),
                pick(&["'10:00:00'", "'23:59:59.999999'", "'24:00:00'", "'00:00:00.5'"]),
                pick(&[
                    "'2024-02-29'",
                    "'2024-02-29 12:00:00'",
                    "'-infinity'",
                    "'12000-01-01 00:00:00'",
                    "'2024-02-29 23:59:59.5'",
                    "'0001-01-01 BC'",
                ]),
                pick(&[
                    "'2024-02-29 12:00:00+00'",
                    "'2024-02-29 18:30:00+00'",
                    "'infinity'",
                    "'1890-01-01 00:00:00+00'",
                ]),
                pick(&["'123e4567-e89b-12d3-a456-426614174000'", "'123e4567-e89b-12d3-a456-426614174001'"]),
                pick(&["B'101'", "B''", "B'1010'", "B'1'"]),
                pick(&["'{}'", "'[1]'"]),
                pick(&["'{1}'", "'{}'"]),
            ]
            .join(", ")
        })
        .map(|row| format!("({row})"))
        .collect()
}

#[test]
fn conditions_pick_the_rows_that_postgres_picks() {
    let Some(server) = PostgreSql::get() else { return };
    server.create_database("conditions");
    let nulls = vec!["NULL"; 18].join(", ");
    server
        .query("conditions", &format!("{TABLE}; INSERT INTO t VALUES {}, (36, {nulls});", rows().join(", ")));
    let dump = server.dump(&["--table=t", "conditions"]);
    let lines = dump.split_inclusive(|byte| *byte == b'\n').skip_while(|line| !line.starts_with(b"COPY "));
    let rows: Vec<&[u8]> = lines.skip(1).take_while(|line| *line != b"\\.\n").collect();
    assert_eq!(rows.len(), 37);
    let table = Dumped::new(RowForm::Copy, &dump, &rows);
    let mut all = conditions(POOL, PATTERNS, 400);
    all.extend(
        ["bo", "NOT bo", "bo IS UNKNOWN", "bo AND id < 9", "t IS DISTINCT FROM 'a'", "1 = 1"]
            .map(str::to_owned),
    );
    let compared = table.compare(&all, |asked| {
        let select = |one: &&str| {
            format!("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM t WHERE {one};\n")
        };
        let answers = server.query("conditions", &asked.iter().map(select).collect::<String>());
        answers.lines().map(str::to_owned).collect()
    });
    assert!(compared > 800, "only {compared} could be evaluated");
}
