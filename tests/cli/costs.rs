//! What a night costs and why: two nights of a dump in which it is known which rows are others.

use serde_json::Value;

use super::place::{Place, json};

const ROWS: u32 = 12_000;
/// The table with a row that is longer than the longest chunk.
const LONG_ROW_BYTES: usize = 5 << 20;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// Rows of an `INSERT` on lines of their own.
    Lines,
    /// Statements of one long line.
    OneLine,
    /// `COPY`.
    Copy,
}

/// Text that does not repeat itself.
fn text(seed: &str, bytes: usize) -> String {
    let mut out = vec![0; bytes.div_ceil(2)];
    blake3::Hasher::new().update(seed.as_bytes()).finalize_xof().fill(&mut out);
    let mut text: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(bytes);
    text
}

/// A row: its id and a text.
type Row = (u32, String);

fn rows(table: &str, count: u32) -> Vec<Row> {
    (0..count).map(|id| (id, text(&format!("{table} {id}"), 60 + id as usize % 50))).collect()
}

fn data(form: Form, name: &str, rows: &[Row]) -> String {
    if form == Form::Copy {
        let lines: String = rows.iter().map(|(id, text)| format!("{id}\t{text}\n")).collect();
        return format!("COPY public.{name} (id, v) FROM stdin;\n{lines}\\.\n\n\n");
    }
    let head = format!("INSERT INTO `{name}` VALUES");
    let tuples = rows.iter().map(|(id, text)| format!("({id},'{text}')"));
    if form == Form::Lines {
        return format!("{head}\n{};\n\n", tuples.collect::<Vec<_>>().join(",\n"));
    }
    // As mysqldump does it: a statement ends when it is long enough, so that what is put in moves the ends of all that follow.
    let (mut out, mut statement_bytes) = (String::new(), 0);
    for tuple in tuples {
        out.push_str(&if statement_bytes == 0 { format!("{head} ") } else { ",".into() });
        out.push_str(&tuple);
        statement_bytes += tuple.len() + 1;
        if statement_bytes > 100_000 {
            out.push_str(";\n");
            statement_bytes = 0;
        }
    }
    if statement_bytes > 0 {
        out.push_str(";\n");
    }
    out.push('\n');
    out
}

/// A dump of these tables; of each the rows.
fn dump(form: Form, tables: &[(&str, &[Row])]) -> String {
    let of_table = |(name, rows): &(&str, &[Row])| match form {
        Form::Copy => format!(
            "--\n-- Name: {name}; Type: TABLE; Schema: public; Owner: shop\n--\n\nCREATE TABLE public.{name} (\n    id integer NOT NULL,\n    \
             v text\n);\n\n\n--\n-- Data for Name: {name}; Type: TABLE DATA; Schema: public; Owner: shop\n--\n\n{}",
            data(form, name, rows)
        ),
        _ => format!(
            "DROP TABLE IF EXISTS `{name}`;\nCREATE TABLE `{name}` (\n  `id` int NOT NULL,\n  `v` longtext,\n  PRIMARY KEY (`id`)\n);\n{}",
            data(form, name, rows)
        ),
    };
    let (head, end) = match form {
        Form::Copy => {
            ("--\n-- PostgreSQL database dump\n--\n\n", "--\n-- PostgreSQL database dump complete\n--\n\n")
        }
        _ => ("-- MariaDB dump 10.19\n\n", "-- Dump completed on 2026-11-20  3:00:00\n"),
    };
    format!("{head}{}{end}", tables.iter().map(of_table).collect::<String>())
}

/// Bytes of packs, their parity and index objects.
fn stored(place: &Place) -> u64 {
    let mut folders: Vec<_> =
        ["packs", "parity", "index"].iter().map(|folder| place.path().join("repo").join(folder)).collect();
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => bytes += entry.metadata().unwrap().len(),
            }
        }
    }
    bytes
}

fn save(place: &Place, dump: &str) -> Value {
    std::fs::write(place.path().join("data/shop.sql"), dump).unwrap();
    json(place.ok(&["--json", "backup", "--init", &place.data()]).lines().last().unwrap())
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} of {value}"))
}

/// Lines of one type.
fn told(place: &Place, arguments: &[&str], kind: &str) -> Vec<Value> {
    let lines = place.ok(&[&["--json", "stats"], arguments].concat());
    lines.lines().map(json).filter(|line| line["type"] == kind).collect()
}

/// What is told of a table: its rows and its bytes.
fn of_table(lines: &[Value], name: &str) -> Option<(u64, u64)> {
    let line = lines.iter().find(|line| line["name"] == name)?;
    Some((number(line, "rows_changed"), number(line, "bytes_stored")))
}

/// Every sum is what the repository grew by.
fn assert_sums(place: &Place, summary: &Value, grown: u64) {
    let sum: u64 =
        ["bytes_new", "bytes_delta", "bytes_metadata"].iter().map(|part| number(summary, part)).sum();
    assert_eq!([sum, number(summary, "bytes_stored")], [grown; 2], "{summary}");
    let night = told(place, &[], "night").pop().unwrap();
    for part in ["bytes_new", "bytes_delta", "bytes_metadata", "bytes_stored"] {
        assert_eq!(night[part], summary[part], "{part}");
    }
    let of_dump: u64 =
        told(place, &["latest:"], "table_cost").iter().map(|line| number(line, "bytes_stored")).sum();
    // Beside the dump there is one file of five bytes, which is new in the first night.
    let content = number(summary, "bytes_new") + number(summary, "bytes_delta");
    assert!(of_dump <= content && of_dump + 40 >= content, "{of_dump} of {content}");
}

/// Night two of `orders`: four rows have another text, one is put in and one put behind the last, and one is gone.
fn changed(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    for (id, bytes) in [(100, 64), (5_000, 90), (5_001, 10), (11_500, 200)] {
        rows[id].1 = text(&format!("another {id}"), bytes);
    }
    rows.remove(9_000);
    rows.insert(7_000, (700_001, text("put in", 77)));
    rows.push((ROWS, text("put behind", 70)));
    rows
}

const CHANGED: u64 = 6;

fn two_nights(form: Form) {
    let place = Place::new();
    let (orders, mut log) = (rows("orders", ROWS), rows("log", 4_000));
    let mut blobs = vec![(1, text("a", 100)), (2, text("long", LONG_ROW_BYTES)), (3, text("b", 100))];
    let others = rows("others", ROWS);
    let of = |orders: &[Row], log: &[Row], blobs: &[Row]| {
        dump(form, &[("blobs", blobs), ("log", log), ("orders", orders), ("others", &others)])
    };
    let first = save(&place, &of(&orders, &log, &blobs));
    assert_sums(&place, &first, stored(&place));
    assert_eq!(first["tables_changed"], Value::Array(vec![]), "there is nothing to compare with");
    let costs = told(&place, &["latest"], "table_cost");
    assert!(costs.iter().all(|line| line["rows_changed"].is_null() && number(line, "bytes_stored") > 0));
    assert!(!place.ok(&["stats", "latest"]).is_empty());
    // One row, whose ends are in chunks far apart.
    for at in [1 << 20, 4 << 20] {
        blobs[1].1.replace_range(at..at + 5, "WORDS");
    }
    log.remove(17);
    let before = stored(&place);
    let second = save(&place, &of(&changed(&orders), &log, &blobs));
    assert_sums(&place, &second, stored(&place) - before);
    let costs = told(&place, &["latest:"], "table_cost");
    let [orders_cost, blobs_cost] = ["orders", "blobs"].map(|name| of_table(&costs, name).unwrap());
    assert_eq!((orders_cost.0, blobs_cost.0), (CHANGED, 1), "{form:?}: {costs:#?}");
    assert!(orders_cost.1 < 3_000 && blobs_cost.1 < 1_000, "{form:?}: {costs:#?}");
    // What is gone is not seen, and what is the same costs nothing.
    assert_eq!(of_table(&costs, "log").map_or(0, |(rows, _)| rows), 0, "{form:?}");
    assert_eq!(of_table(&costs, "others"), None);
    let changed = second["tables_changed"].as_array().unwrap();
    assert_eq!(of_table(changed, "orders"), Some(orders_cost), "{form:?}: {changed:#?}");
    assert_eq!(of_table(changed, "blobs"), Some(blobs_cost), "{form:?}");
    assert!(changed.is_sorted_by_key(|line| std::cmp::Reverse(number(line, "bytes_stored"))), "{form:?}");
    // The words for people.
    let text = place.ok(&["backup", "--force", &place.data()]);
    assert!(!text.contains("changed    "), "nothing is to be compared with: {text}");
    place.ok(&["check", "--read-data"]);
}

#[test]
fn rows_on_lines_of_their_own_are_counted() {
    two_nights(Form::Lines);
}

#[test]
fn rows_of_statements_of_one_line_are_counted() {
    two_nights(Form::OneLine);
}

#[test]
fn rows_of_copy_are_counted() {
    two_nights(Form::Copy);
}

/// The tables that cost most are named, the others counted, and a table costs a few bytes of a manifest.
#[test]
fn the_summary_names_the_dearest_tables() {
    let place = Place::new();
    let names: Vec<_> = (0..500).map(|table| format!("t{table:03}")).collect();
    let tables = |change: &dyn Fn(usize) -> u32| {
        let one = |(number, name): (usize, &'static str)| {
            let mut rows = rows(name, 60);
            (0..change(number))
                .for_each(|row| rows[row as usize * 3].1 = text(&format!("{number} {row}"), 80));
            (name, rows)
        };
        let names = names.iter().map(|name| &*name.clone().leak());
        let owned: Vec<(&'static str, Vec<Row>)> = names.enumerate().map(one).collect();
        dump(Form::Lines, &owned.iter().map(|(name, rows)| (*name, rows.as_slice())).collect::<Vec<_>>())
    };
    let manifests = || {
        let files = std::fs::read_dir(place.path().join("repo/snapshots")).unwrap();
        let files = files.map(|file| file.unwrap().metadata().unwrap());
        let mut files: Vec<_> = files.map(|file| (file.modified().unwrap(), file.len())).collect();
        files.sort();
        files.last().unwrap().1
    };
    save(&place, &tables(&|_| 0));
    std::fs::write(place.path().join("data/shop.sql"), tables(&|table| table as u32 % 70 / 67 * 2)).unwrap();
    let text = place.ok(&["backup", &place.data()]);
    let lines: Vec<_> = text.lines().skip_while(|line| !line.starts_with("changed")).take(6).collect();
    assert_eq!(lines.len(), 6, "{text}");
    for line in &lines[..5] {
        let (name, cost) = line[11..].split_once(": ").unwrap();
        let number: usize = name[1..].parse().unwrap();
        assert!(number % 70 >= 67 && cost.starts_with("2 rows changed, ") && cost.ends_with('B'), "{line}");
    }
    assert_eq!(lines[5].trim(), "and 16 more tables");
    let with_21 = manifests();
    std::fs::write(place.path().join("data/shop.sql"), tables(&|table| u32::from(table == 5))).unwrap();
    let text = place.ok(&["backup", &place.data()]);
    assert!(text.contains("t005: 1 row changed, "), "{text}");
    assert!(with_21 < 1_000 && manifests() <= with_21, "{with_21}");
}

/// A file that is not read again costs nothing, and a dry run counts rows but stores none.
#[test]
fn an_untouched_dump_costs_nothing_and_a_dry_run_counts_rows() {
    let place = Place::new();
    let orders = rows("orders", ROWS);
    save(&place, &dump(Form::Lines, &[("orders", &orders)]));
    let same = json(place.ok(&["--json", "backup", &place.data()]).lines().last().unwrap());
    assert_eq!((number(&same, "bytes_new"), number(&same, "bytes_delta")), (0, 0));
    assert_eq!(told(&place, &["latest"], "table_cost").len(), 0);
    std::fs::write(place.path().join("data/shop.sql"), dump(Form::Lines, &[("orders", &changed(&orders))]))
        .unwrap();
    let dry = json(place.ok(&["--json", "backup", "--dry-run", &place.data()]).lines().last().unwrap());
    assert_eq!(dry["tables_changed"][0]["rows_changed"], CHANGED);
    assert_eq!(dry["tables_changed"][0]["bytes_stored"], 0);
    let text = place.ok(&["backup", "--dry-run", &place.data()]);
    assert!(text.contains("changed    orders: 6 rows changed\n"), "{text}");
    let text = place.ok(&["stats"]);
    assert!(text.lines().any(|line| line.starts_with("time") && line.ends_with("sum")), "{text}");
}
