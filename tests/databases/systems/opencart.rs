//! OpenCart: a directory of its own dumps, years old, taken in under their dates; they have no definitions and rows of megabytes.

use super::{argument, counted, write};
use crate::place::{Place, json};
use crate::servers::MariaDb;

const SHOP: &str = r"
CREATE TABLE oc_product (product_id INT PRIMARY KEY, model VARCHAR(64), price DECIMAL(15,4), image VARCHAR(255) NULL);
CREATE TABLE oc_product_description (product_id INT, language_id INT, name VARCHAR(255), description MEDIUMTEXT, PRIMARY KEY (product_id, language_id)) CHARSET=utf8mb4;
INSERT INTO oc_product SELECT seq, CONCAT('m', seq), seq * 1.5, IF(seq MOD 3, NULL, CONCAT('a/', seq, '.jpg')) FROM seq_1_to_120;
INSERT INTO oc_product_description SELECT seq, 1, CONCAT('Größe ', seq), CONCAT('C:\\new; -- ', seq, '\r\n\t''x'' \\n') FROM seq_1_to_120;
UPDATE oc_product_description SET description = REPEAT('lang; \\''), (\n', 160000) WHERE product_id = 60;
";

/// What its page writes: no definitions, one statement a row, every value quoted.
fn dump(server: &MariaDb) -> Vec<u8> {
    let mut out = String::new();
    for (table, columns) in [
        ("oc_product", ["product_id", "model", "price", "image"]),
        ("oc_product_description", ["product_id", "language_id", "name", "description"]),
    ] {
        out += &format!("TRUNCATE TABLE `{table}`;\n\n");
        let hex: Vec<String> = columns.iter().map(|column| format!("HEX(CONCAT({column}))")).collect();
        let rows =
            server.query("opencart", &format!("SELECT {} FROM {table} ORDER BY product_id", hex.join(", ")));
        for row in rows.lines() {
            let values: Vec<String> = row.split('\t').map(value).collect();
            let names: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
            out += &format!("INSERT INTO `{table}` ({}) VALUES ({});\n", names.join(", "), values.join(", "));
        }
        out += "\n\n";
    }
    out.into_bytes()
}

fn value(hex: &str) -> String {
    if hex == "NULL" {
        return "NULL".into();
    }
    let bytes: Vec<u8> =
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect();
    let text = String::from_utf8(bytes).unwrap();
    let escapes = [('\\', "\\\\"), ('\'', "\\'"), ('"', "\\\""), ('\n', "\\n"), ('\r', "\\r"), ('\t', "\\t")];
    let escaped: String = text
        .chars()
        .map(|letter| match escapes.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => (*to).to_string(),
            None => letter.to_string(),
        })
        .collect();
    format!("'{escaped}'")
}

#[test]
fn dumps_of_opencart_are_taken_in_under_their_dates_and_every_row_of_them_loads() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("opencart");
    server.query("opencart", SHOP);
    let directory = place.path().join("storage/backup");
    let sums = "CHECKSUM TABLE oc_product, oc_product_description";
    let mut states = vec![];
    place.ok(&["init"]);
    for day in 18..=20 {
        let file = directory.join(format!("2026-11-{day} 03.00.00.sql"));
        write(&file, dump(server));
        let time = format!("2026-11-{day}T03:00:00Z");
        place.ok(&["backup", "--time", &time, "--tag", "imported", &argument(&file)]);
        states.push(server.query("opencart", sums));
        let rows = counted(&place, "latest");
        for table in ["oc_product", "oc_product_description"] {
            let counted = server.query("opencart", &format!("SELECT COUNT(*) FROM {table}"));
            assert_eq!(counted, format!("{}\n", rows[table]), "{table} on day {day}");
        }
        server.query("opencart", &format!("DELETE FROM oc_product WHERE product_id = {day}; UPDATE oc_product_description SET name = 'x{day}' WHERE product_id > 100"));
    }
    let listed = place.ok(&["--json", "snapshots"]);
    let times: Vec<String> =
        listed.lines().map(json).map(|line| line["time"].as_str().unwrap()[..19].to_string()).collect();
    assert_eq!(times, ["2026-11-18T03:00:00", "2026-11-19T03:00:00", "2026-11-20T03:00:00"]);

    for (back, state) in ["latest~2", "latest~1", "@2026-11-20"].iter().zip(&states) {
        for table in ["oc_product", "oc_product_description"] {
            let script = place.run(&["extract", back, table]);
            assert!(script.status.success(), "{}", String::from_utf8_lossy(&script.stderr));
            server.run("opencart", &script.stdout);
        }
        assert_eq!(&server.query("opencart", sums), state, "{back}");
    }
    // The row of two megabytes, by itself.
    let row = place.ok(&["extract", "latest", "oc_product_description", "--where", "product_id = '60'"]);
    server.query("opencart", "UPDATE oc_product_description SET description = '' WHERE product_id = 60; DELETE FROM oc_product_description WHERE product_id = 60");
    server.run("opencart", row.as_bytes());
    assert_eq!(server.query("opencart", sums), states[2]);
}
