//! Bizuno: a compressed dump in `backups/` of its own data directory, and both lost together.

use std::process::Command;

use super::{argument, counted, files, write};
use crate::place::{Place, noise};
use crate::servers::{MariaDb, output_of};

const BOOKS: &str = r"
CREATE TABLE contacts (id INT PRIMARY KEY AUTO_INCREMENT, short_name VARCHAR(32), primary_name VARCHAR(64)) CHARSET=utf8mb4;
CREATE TABLE journal_main (id INT PRIMARY KEY AUTO_INCREMENT, contact_id INT, total DECIMAL(12,2), post_date DATE, KEY (contact_id));
CREATE TABLE audit_log (id INT PRIMARY KEY AUTO_INCREMENT, user_id INT, log_entry TEXT, created DATETIME);
INSERT INTO contacts (short_name, primary_name) SELECT CONCAT('c', seq), CONCAT('Käufer; -- ', seq) FROM seq_1_to_500;
INSERT INTO journal_main (contact_id, total, post_date) SELECT seq MOD 500 + 1, seq / 7, '2026-01-01' + INTERVAL seq MOD 300 DAY FROM seq_1_to_2000;
INSERT INTO audit_log (user_id, log_entry, created) SELECT seq MOD 5, CONCAT('posted ', seq), '2026-01-01' + INTERVAL seq MINUTE FROM seq_1_to_3000;
";

fn night(server: &MariaDb, file: &std::path::Path) {
    let dump = server.dump(&["--single-transaction", "--skip-dump-date", "bizuno"]);
    write(file, output_of(Command::new("gzip").arg("-6"), &dump));
}

#[test]
fn bizuno_comes_back_after_its_database_and_its_data_are_both_lost() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("bizuno");
    server.query("bizuno", BOOKS);
    let data = place.path().join("BIZUNO_DATA");
    for seed in 0..8 {
        write(&data.join(format!("images/{seed}.jpg")), noise(seed, 20_000));
    }
    night(server, &data.join("backups/shop-20261119.sql.gz"));
    place.ok(&["backup", "--init", "--tag", "night", &argument(&data)]);
    server.query("bizuno", "UPDATE contacts SET primary_name = 'other' WHERE id = 7; INSERT INTO audit_log (log_entry) VALUES ('close')");
    night(server, &data.join("backups/shop-20261120.sql.gz"));
    place.ok(&["backup", "--tag", "pre-close-2026", &argument(&data)]);

    let (before, checksums) =
        (files(&data), server.query("bizuno", "CHECKSUM TABLE contacts, journal_main, audit_log"));
    let dump = format!("latest:{}", argument(&data.join("backups/shop-20261120.sql.gz")));
    let tables = counted(&place, &dump);
    assert!(!tables.is_empty(), "nothing is compared");
    for (table, rows) in tables {
        assert_eq!(server.query("bizuno", &format!("SELECT COUNT(*) FROM {table}")), format!("{rows}\n"));
    }
    server.query("", "DROP DATABASE bizuno");
    std::fs::remove_dir_all(&data).unwrap();

    place.ok(&["restore", "latest", "--target", "/", "--include", &argument(&data)]);
    assert_eq!(files(&data), before);
    let url = server.url("root", "bizuno");
    place.ok(&["restore-db", &dump, "--into", &url]);
    assert_eq!(server.query("bizuno", "CHECKSUM TABLE contacts, journal_main, audit_log"), checksums);

    // Only the log, after somebody emptied it.
    server.query("bizuno", "DROP TABLE audit_log");
    let from = argument(&data.join("backups/shop-20261120.sql.gz"));
    place.ok(&[
        "extract",
        "latest",
        "audit_log",
        "--from",
        &from,
        "--into",
        &url,
        "--yes-overwrite",
        "bizuno",
    ]);
    assert_eq!(server.query("bizuno", "CHECKSUM TABLE contacts, journal_main, audit_log"), checksums);
}
