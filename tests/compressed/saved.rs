//! Compressed dumps and archives in a repository.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use strongroom::nights::{Shop, ShopSize};

use super::made_by;
use super::place::Place;

pub fn dump(seed: u64, dump_bytes: u64) -> Vec<u8> {
    let size = ShopSize { dump_bytes, changed_permille: 10, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let mut dump = Vec::new();
    Shop::new(seed, size).write_dump(&mut dump).unwrap();
    dump
}

pub fn same(a: &Path, b: &Path) {
    let same = Command::new("diff").arg("-r").args([a, b]).output().unwrap();
    assert!(same.status.success(), "{}", String::from_utf8_lossy(&same.stdout));
}

#[test]
fn files_of_every_program_come_back_bit_for_bit_and_share_their_content() {
    let place = Place::new();
    let plain = dump(7, 3 << 20);
    place.write("plain.sql", &plain);
    let alone = place.backup(&[])["bytes_stored"].as_u64().unwrap();
    let commands = [
        "gzip -1",
        "gzip -6",
        "gzip -9",
        "pigz",
        "pigz -i -p 2",
        "php -r 'echo gzencode(stream_get_contents(STDIN));'",
        "python3 -c 'import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))'",
        "python3 -c 'import zlib, sys; z = zlib.compressobj(5, 8, 31); sys.stdout.buffer.write(z.compress(sys.stdin.buffer.read()) + z.flush())'",
    ];
    for (number, command) in commands.iter().enumerate() {
        place.write(&format!("{number}.sql.gz"), &made_by(command, &plain));
        // Small ones go another way.
        place.write(&format!("{number}.small"), &made_by(command, &plain[..150_000]));
    }
    let summary = place.backup(&[]);
    let compressed = &summary["compressed"];
    assert_eq!((&compressed["files"], &compressed["kept"]), (&16.into(), &0.into()), "{compressed}");
    assert_eq!(summary["dumps"], 17);
    let added = summary["bytes_stored"].as_u64().unwrap();
    assert!(added < alone / 5, "{added} bytes more for the same content, which took {alone}");
    same(&place.restored(&["--verify"], 0), &place.data());
    place.ok(&["check", "--read-data"]);
}

#[test]
fn tables_and_extract_see_into_a_compressed_dump_as_into_a_plain_one() {
    let place = Place::new();
    let plain = dump(7, 2 << 20);
    place.write("plain.sql", &plain);
    place.write("packed.sql.gz", &made_by("gzip -6", &plain));
    place.backup(&[]);
    let tables = place.tables("plain.sql");
    assert!(tables.len() > 3);
    assert_eq!(place.tables("packed.sql.gz"), tables);
    let name = tables[0][0].as_str().unwrap();
    let extract = |from: &str| {
        let from = place.data().join(from);
        let out = place.ok(&["extract", "latest", name, "--from", from.to_str().unwrap()]);
        // The first lines say where it comes from.
        let text = String::from_utf8(out).unwrap();
        text.lines().filter(|line| !line.starts_with("--")).map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(extract("plain.sql"), extract("packed.sql.gz"));
}

#[test]
fn the_nights_of_a_compressed_dump_cost_nothing_where_those_of_the_plain_one_are() {
    let size = ShopSize { dump_bytes: 4 << 20, changed_permille: 5, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let place = Place::new();
    for command in ["cat", "gzip -6", "pigz"] {
        let mut shop = Shop::new(3, size);
        for night in 0..2 {
            let mut dump = Vec::new();
            shop.write_dump(&mut dump).unwrap();
            place.write("shop.sql", &made_by(command, &dump));
            shop.advance();
            let summary = place.backup(&[]);
            let added = summary["bytes_added"].as_u64().unwrap();
            // What a night of the plain dump adds is looked at elsewhere; here are a tree, a recipe and a map at most.
            assert!(command == "cat" || added < 40_000, "{command}, night {night}: {added}");
            assert_eq!(summary["dumps"], 1);
        }
    }
}

#[test]
fn a_recipe_that_is_too_long_for_its_entry_is_stored_beside_it() {
    let place = Place::new();
    // Members of many lengths and names: each has a header and a run of its own.
    let plain = dump(7, 1 << 20);
    let members: Vec<u8> = (0..400_usize)
        .flat_map(|n| {
            let command = format!("python3 -c 'import gzip, sys; gzip.GzipFile(\"part-{n}.sql\", \"wb\", 6, sys.stdout.buffer, 0).write(sys.stdin.buffer.read())'");
            let start = n * 2_000;
            if n < 8 { made_by(&command, &plain[start..start + 1_000 + n]) } else { named(n) }
        })
        .collect();
    place.write("parts.sql.gz", &members);
    let compressed = &place.backup(&[])["compressed"];
    assert_eq!((&compressed["files"], &compressed["kept"]), (&1.into(), &0.into()), "{compressed}");
    same(&place.restored(&["--verify"], 0), &place.data());
    place.ok(&["check", "--read-data"]);
}

/// An empty member with a name of its own.
fn named(n: usize) -> Vec<u8> {
    let name = format!("a part with a name of its own, number {n}\0");
    let body = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    [b"\x1f\x8b\x08\x08\0\0\0\0\0\x03", name.as_bytes(), &body].concat()
}

#[test]
fn archives_parts_and_what_follows_them_come_back() {
    let place = Place::new();
    let plain = dump(7, 2 << 20);
    let file = place.write("a.sql", &plain);
    let archive = format!("tar -C {} -cz {}", place.data().display(), file.file_name().unwrap().display());
    place.write("a.tgz", &made_by(&archive, b""));
    let parts = [made_by("gzip -9", &plain), made_by("gzip -6", &plain[..10_000])].concat();
    place.write("parts.gz", &parts);
    place.write("followed.gz", &[parts.as_slice(), &[0; 700], b"signature"].concat());
    let mixed = [made_by("pigz", &plain), made_by("gzip -1", &plain)].concat();
    place.write("mixed.gz", &mixed);
    let compressed = &place.backup(&[])["compressed"];
    assert_eq!((&compressed["files"], &compressed["kept"]), (&4.into(), &0.into()), "{compressed}");
    same(&place.restored(&["--verify"], 0), &place.data());
    let dumped = place.ok(&["dump", &place.stored("followed.gz")]);
    assert!(dumped.ends_with(b"signature") && dumped.starts_with(&parts));
}

#[test]
fn what_cannot_be_written_again_is_stored_as_it_is_and_why_is_said() {
    let place = Place::new();
    let plain = dump(7, 6 << 20);
    let file = made_by("gzip -6", &plain);
    place.write("cut.gz", &file[..file.len() - 100_000]);
    let mut wrong = file.clone();
    let at = wrong.len() - 50_000;
    wrong[at] ^= 4;
    place.write("wrong.gz", &wrong);
    let flushed = "python3 -c 'import sys, zlib; z = zlib.compressobj(6, 8, 31); d = sys.stdin.buffer.read(); \
                   sys.stdout.buffer.write(z.compress(d[:9000]) + z.flush(zlib.Z_SYNC_FLUSH) + z.compress(d[9000:]) + z.flush())'";
    place.write("flushed.gz", &made_by(flushed, &plain));
    place.write("small.gz", &made_by(flushed, &plain[..50_000]));
    place.write("a.sql.zst", &made_by("zstd -3", &plain));
    place.write("a.sql.xz", &made_by("xz -1", &plain));
    // These are nobody's business.
    place.write("empty.gz", &made_by("gzip", b""));
    place.write("page.gz", &made_by("gzip", b"a page of a manual"));
    let summary = place.backup(&[]);
    let compressed = &summary["compressed"];
    assert_eq!((&compressed["files"], &compressed["kept"]), (&0.into(), &6.into()), "{compressed}");
    assert_eq!(summary["dumps"], 0, "a table map of a file that was stored as it is");
    let reasons: Vec<_> = compressed["kept_files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kept| kept["reason"].as_str().unwrap())
        .collect();
    for wanted in ["--gzip plain", "ends early", "damaged", "no program", "zstd files", "xz files"] {
        assert!(reasons.iter().any(|reason| reason.contains(wanted)), "{wanted} in {reasons:?}");
    }
    same(&place.restored(&["--verify"], 0), &place.data());
}

#[test]
fn restored_decompressed_files_lose_their_suffix_unless_the_name_is_taken() {
    let place = Place::new();
    let plain = dump(7, 1 << 20);
    let file = made_by("gzip -6", &plain);
    place.write("a.sql.gz", &file);
    place.write("b.sql.gz", &file);
    place.write("b.sql", b"another");
    place.backup(&[]);
    let out = place.restored(&["--decompressed", "--verify"], 3);
    let read = |name: &str| std::fs::read(out.join(name)).ok();
    assert!(read("a.sql") == Some(plain.clone()) && read("a.sql.gz").is_none());
    assert!(read("b.sql") == Some(b"another".to_vec()) && read("b.sql.gz") == Some(plain.clone()));
    assert!(place.ok(&["dump", &place.stored("a.sql.gz"), "--decompressed"]) == plain);
    let archive = place.ok(&["dump", place.stored("").trim_end_matches('/'), "--decompressed"]);
    let mut archive = tar::Archive::new(archive.as_slice());
    let names: Vec<_> =
        archive.entries().unwrap().map(|entry| entry.unwrap().path_bytes().to_vec()).collect();
    assert_eq!(names, [b"a.sql".to_vec(), b"b.sql".to_vec(), b"b.sql.gz".to_vec()]);
}

#[test]
fn an_untouched_file_is_not_read_and_keeps_its_recipe_and_its_tables() {
    let place = Place::new();
    place.write("a.sql.gz", &made_by("gzip -6", &dump(7, 2 << 20)));
    place.backup(&[]);
    let summary = place.backup(&[]);
    assert_eq!((&summary["files_unmodified"], &summary["dumps"]), (&1.into(), &1.into()));
    // Directories on the way may have changed.
    assert!(summary["bytes_added"].as_u64().unwrap() < 1_000, "{summary}");
    assert_eq!(summary["compressed"]["files"], 0);
    same(&place.restored(&["--verify"], 0), &place.data());
}

#[test]
fn a_compressed_stream_is_stored_as_it_is_and_why_is_said() {
    let place = Place::new();
    let file = place.write("a.sql.gz", &made_by("gzip -6", &dump(7, 1 << 20)));
    let command = format!("shop.sql.gz=cat {}", file.display());
    let out = String::from_utf8(place.ok(&["--json", "backup", "--init", "--command", &command])).unwrap();
    let summary: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(summary["compressed"]["kept"], 1);
    let reason = summary["compressed"]["kept_files"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("leave out what compresses it"), "{reason}");
    assert!(place.ok(&["dump", "latest:shop.sql.gz"]) == std::fs::read(file).unwrap());
}

#[test]
fn an_opaque_backup_stores_the_files() {
    let place = Place::new();
    place.write("a.sql.gz", &made_by("gzip -6", &dump(7, 2 << 20)));
    let summary = place.backup(&["--gzip", "opaque"]);
    assert_eq!((&summary["dumps"], &summary["compressed"]["files"]), (&0.into(), &0.into()));
    same(&place.restored(&["--verify"], 0), &place.data());
}
