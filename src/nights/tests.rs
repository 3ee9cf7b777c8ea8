//! What demo and benchmarks rely on: the same bytes for the same seed, the asked share of change, the dumper's text.

use std::collections::HashSet;

use super::*;

const SIZE: ShopSize = ShopSize {
    dump_bytes: 6_000_000,
    changed_permille: 10,
    uploads_bytes: 3_000_000,
    uploads_grow_bytes: 400_000,
};

fn dump(shop: &Shop, dumper: Dumper) -> Vec<u8> {
    let mut out = Vec::new();
    shop.write_dump_as(dumper, &mut out).unwrap();
    out
}

fn upload_bytes(shop: &Shop, upload: &Upload) -> Vec<u8> {
    let mut out = Vec::new();
    shop.write_upload(upload, &mut out).unwrap();
    out
}

/// The lines of rows without the comma or semicolon at their end.
fn rows(dump: &[u8]) -> Vec<&[u8]> {
    dump.split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"("))
        .map(|line| &line[..line.len() - 1])
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let mut stepped = Shop::new(7, SIZE);
    let mut jumped = Shop::new(7, SIZE);
    assert_eq!(dump(&stepped, Dumper::MariaDb1011), dump(&jumped, Dumper::MariaDb1011));
    stepped.advance();
    stepped.advance();
    jumped.night(2);
    assert_eq!(stepped.night_number(), 2);
    assert_eq!(dump(&stepped, Dumper::MariaDb1011), dump(&jumped, Dumper::MariaDb1011));
    assert_eq!(stepped.uploads().collect::<Vec<_>>(), jumped.uploads().collect::<Vec<_>>());
    assert_ne!(
        dump(&Shop::new(8, SIZE), Dumper::MariaDb1011),
        dump(&Shop::new(7, SIZE), Dumper::MariaDb1011)
    );
}

#[test]
fn the_first_dump_has_about_the_asked_size() {
    for dump_bytes in [200_000, 2_000_000, 20_000_000] {
        let bytes = dump(&Shop::new(3, ShopSize { dump_bytes, ..SIZE }), Dumper::MariaDb1011).len() as u64;
        assert!((dump_bytes * 92 / 100..dump_bytes * 108 / 100).contains(&bytes), "{bytes} for {dump_bytes}");
    }
}

#[test]
fn a_night_changes_the_asked_share_of_rows() {
    for changed_permille in [5, 10, 20] {
        let mut shop = Shop::new(7, ShopSize { changed_permille, ..SIZE });
        for _ in 0..2 {
            let before = dump(&shop, Dumper::MariaDb1011);
            shop.advance();
            let after = dump(&shop, Dumper::MariaDb1011);
            let known: HashSet<&[u8]> = rows(&before).into_iter().collect();
            let after = rows(&after);
            let fresh = after.iter().filter(|row| !known.contains(*row)).count();
            let permille = fresh as f64 * 1000.0 / after.len() as f64;
            let asked = f64::from(changed_permille);
            assert!((asked * 0.85..asked * 1.15).contains(&permille), "{permille} for {asked}");
        }
    }
}

#[test]
fn changes_are_scattered_over_the_dump() {
    let mut shop = Shop::new(7, SIZE);
    let before = dump(&shop, Dumper::MariaDb1011);
    shop.advance();
    let after = dump(&shop, Dumper::MariaDb1011);
    let known: HashSet<&[u8]> = rows(&before).into_iter().collect();
    let after = rows(&after);
    let touched =
        after.chunks(after.len() / 50).filter(|part| part.iter().any(|row| !known.contains(row))).count();
    assert!(touched >= 35, "{touched} of 50 parts");
}

#[test]
fn a_dump_has_the_header_every_table_and_the_footer_of_its_night() {
    let mut shop = Shop::new(7, SIZE);
    shop.night(25);
    let text = String::from_utf8(dump(&shop, Dumper::MariaDb1011)).unwrap();
    assert!(
        text.starts_with("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11")
    );
    assert!(text.ends_with(
        "/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2026-02-04  3:00:05\n"
    ));
    for (table, count) in shop.tables() {
        let start =
            format!("\nLOCK TABLES `{table}` WRITE;\n/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n");
        let (_, rest) = text.split_once(&start).unwrap();
        let (data, _) =
            rest.split_once(&format!("/*!40000 ALTER TABLE `{table}` ENABLE KEYS */;\n")).unwrap();
        assert!(data.starts_with(&format!("INSERT INTO `{table}` VALUES\n(")) && data.ends_with(");\n"));
        assert_eq!(rows(data.as_bytes()).len() as u64, count, "{table}");
    }
}

#[test]
fn an_older_dumper_writes_the_same_rows_on_lines_of_about_a_megabyte() {
    let shop = Shop::new(7, SIZE);
    let (newer, older) = (dump(&shop, Dumper::MariaDb1011), dump(&shop, Dumper::MariaDb106));
    assert!(older.starts_with(b"-- MariaDB dump 10.19  Distrib 10.6"));
    let inserts: Vec<&[u8]> =
        older.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"INSERT INTO")).collect();
    assert!(inserts.iter().all(|line| line.len() <= STATEMENT_BYTES_MAX));
    assert!(inserts.iter().any(|line| line.len() > STATEMENT_BYTES_MAX - 20_000));
    let joined = |dump: &[u8]| -> Vec<u8> {
        let start = dump.windows(6).position(|window| window == b"INSERT").unwrap();
        let plain = dump[start..].iter().filter(|byte| !b" \n".contains(byte)).copied();
        plain.collect()
    };
    let charset = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace("client=utf8mb4", "client=utf8");
    assert!(charset(joined(&newer)) == charset(joined(&older)));
}

#[test]
fn no_statement_is_longer_than_the_dumpers_buffer() {
    let bytes = dump(&Shop::new(7, SIZE), Dumper::MariaDb1011);
    let text = String::from_utf8(bytes).unwrap();
    let statements: Vec<&str> =
        text.split("INSERT INTO `").skip(1).map(|part| part.split_once(";\n").unwrap().0).collect();
    assert!(statements.len() > TABLES.len());
    assert!(statements.iter().all(|statement| statement.len() < STATEMENT_BYTES_MAX));
}

#[test]
fn every_value_is_closed_and_every_row_has_as_many_as_the_table_has_columns() {
    let shop = Shop::new(7, SIZE);
    let bytes = dump(&shop, Dumper::MariaDb1011);
    let mut expected = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"INSERT INTO `") {
            let table = TABLES.iter().find(|table| name.starts_with(table.name.as_bytes())).unwrap();
            expected = table.columns.lines().filter(|line| line.starts_with("  `")).count();
        } else if line.starts_with(b"(") {
            assert_eq!(values(line), expected, "{}", String::from_utf8_lossy(line));
        }
    }
}

/// How many values a row has, read as SQL.
fn values(line: &[u8]) -> usize {
    let (mut count, mut quoted, mut escaped) = (1, false, false);
    for byte in &line[1..line.len() - 2] {
        match (byte, quoted) {
            _ if escaped => escaped = false,
            (b'\\', true) => escaped = true,
            (b'\'', _) => quoted = !quoted,
            (b',', false) => count += 1,
            _ => {}
        }
    }
    assert!(!quoted && line[line.len() - 2] == b')', "{}", String::from_utf8_lossy(line));
    count
}

#[test]
fn a_dump_compresses_like_a_real_one() {
    let bytes = dump(&Shop::new(7, SIZE), Dumper::MariaDb1011);
    let ratio = bytes.len() as f64 / zstd::bulk::compress(&bytes, 3).unwrap().len() as f64;
    assert!((3.5..5.0).contains(&ratio), "{ratio}");
}

#[test]
fn uploads_have_exactly_the_asked_size_and_never_change() {
    let mut shop = Shop::new(7, SIZE);
    let total = |shop: &Shop| shop.uploads().map(|upload| upload.bytes).sum::<u64>();
    assert_eq!(total(&shop), SIZE.uploads_bytes);
    let old: Vec<(Upload, Vec<u8>)> =
        shop.uploads().map(|upload| (upload.clone(), upload_bytes(&shop, &upload))).collect();
    assert!(old.iter().all(|(upload, bytes)| upload.bytes == bytes.len() as u64));
    shop.night(3);
    assert_eq!(total(&shop), SIZE.uploads_bytes + 3 * SIZE.uploads_grow_bytes);
    let new: Vec<(Upload, Vec<u8>)> =
        shop.uploads().take(old.len()).map(|upload| (upload.clone(), upload_bytes(&shop, &upload))).collect();
    assert!(old == new);
    assert!(shop.uploads().skip(old.len()).all(|upload| upload.night > 0));
    assert_eq!(
        shop.uploads().map(|upload| upload.path).collect::<HashSet<_>>().len(),
        shop.uploads().count()
    );
}

#[test]
fn a_shop_without_uploads_and_hardly_any_rows_still_dumps() {
    let size = ShopSize { dump_bytes: 0, changed_permille: 20, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let mut shop = Shop::new(7, size);
    shop.night(2);
    assert!(dump(&shop, Dumper::MariaDb1011).ends_with(b"-- Dump completed on 2026-01-12  3:00:05\n"));
    assert_eq!(shop.uploads().count(), 0);
}

#[test]
fn a_stream_has_exactly_the_asked_length_and_both_sorts_of_bytes() {
    let mut out = Vec::new();
    write_stream(7, (30 << 20) + 17, &mut out).unwrap();
    assert_eq!(out.len(), (30 << 20) + 17);
    let ratio = out.len() as f64 / zstd::bulk::compress(&out, 1).unwrap().len() as f64;
    assert!((1.15..2.0).contains(&ratio), "{ratio}");
}
