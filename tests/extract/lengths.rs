//! Rows of every length, alone and together: however they lie in chunks, each is found, and none twice.

use strongroom::ops::extract::{ExtractOptions, RowFormat, RowOptions};

use super::saved::{Saved, all, text};

/// Lengths that are within chunks, across chunks, and beyond what is looked ahead.
const LENGTHS: [usize; 12] =
    [1, 200_000, 3, 2_500_000, 90_000, 10, 40_000, 5_000_000, 700_000, 2, 130_000, 1_100_000];

fn filler(id: usize, length: usize) -> String {
    // No two rows share a chunk's bytes, and quotes, parentheses and what looks like an end are in all of them.
    let unit = format!("{id}; x),({id}, -- ");
    unit.repeat(length / unit.len() + 1)
}

/// `(id, filler)`, with short rows between the long ones.
fn rows() -> Vec<(usize, String)> {
    let length = |id: usize| if id % 40 == 20 { LENGTHS[id / 40] } else { id % 90 };
    (0..LENGTHS.len() * 40).map(|id| (id, filler(id, length(id)))).collect()
}

const MYSQL: &str = "-- MariaDB dump 10.19\n\nCREATE TABLE `t` (\n  `id` int NOT NULL,\n  `x` longtext,\n  PRIMARY KEY (`id`)\n);\n";

fn dump(form: usize) -> String {
    let tuples: Vec<String> = rows().iter().map(|(id, x)| format!("({id},'{x}')")).collect();
    match form {
        0 => format!("{MYSQL}INSERT INTO `t` VALUES {};\n", tuples.join(",")),
        1 => format!("{MYSQL}INSERT INTO `t` VALUES\n{};\n", tuples.join(",\n")),
        2 => {
            MYSQL.to_string()
                + &tuples.iter().map(|tuple| format!("INSERT INTO `t` VALUES {tuple};\n")).collect::<String>()
        }
        _ => {
            let lines: String = rows().iter().map(|(id, x)| format!("{id}\t{x}\n")).collect();
            let head = "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.t (\n    id integer NOT NULL,\n    x text\n);\n\n";
            format!(
                "{head}COPY public.t (id, x) FROM stdin;\n{lines}\\.\n\nALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n"
            )
        }
    }
}

fn found(saved: &Saved, condition: Option<&str>) -> Vec<(usize, String)> {
    let table = saved.tables().into_iter().next().unwrap();
    let rows =
        RowOptions { condition: condition.map(str::to_string), format: RowFormat::JsonLines, staged: None };
    let (lines, _) = saved.table(&table, &ExtractOptions { rows: Some(rows), allow_empty: true, ..all() });
    let row = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        (usize::try_from(row["id"].as_u64().unwrap()).unwrap(), row["x"].as_str().unwrap().to_string())
    };
    text(&lines).lines().map(row).collect()
}

#[test]
fn rows_of_any_length_are_found_one_by_one_and_all_together() {
    let wanted = rows();
    for form in 0..4 {
        let saved = Saved::new(dump(form).as_bytes());
        assert!(found(&saved, None) == wanted, "form {form}: not all rows, or others");
        for id in (0..wanted.len()).filter(|id| (19..22).contains(&(id % 40))) {
            let rows = found(&saved, Some(&format!("id = {id}")));
            assert!(rows == wanted[id..=id], "form {form}, row {id}: {} rows", rows.len());
        }
        for (from, to) in [(0, 25), (100, 104), (138, 260), (470, 600)] {
            let rows = found(&saved, Some(&format!("id BETWEEN {from} AND {to}")));
            assert!(rows == wanted[from..wanted.len().min(to + 1)], "form {form}, {from} to {to}");
        }
    }
}
