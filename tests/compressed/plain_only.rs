//! Compressed files of which only the plaintext is kept, as `--gzip plain` asks for.

use super::made_by;
use super::place::Place;
use super::saved::{dump, same};

#[test]
fn only_the_plaintext_is_kept_when_that_is_asked_for_and_everybody_is_told() {
    let place = Place::new();
    let plain = dump(7, 2 << 20);
    let commands = [("a.sql.zst", "zstd -3"), ("b.sql.gz", "gzip -6"), ("c.sql.xz", "xz -1")];
    for (name, command) in commands {
        place.write(name, &made_by(command, &plain));
    }
    let compressed = place.backup(&["--gzip", "plain"])["compressed"].clone();
    assert_eq!((&compressed["files"], &compressed["plain_only"]), (&3.into(), &3.into()));
    let out = place.restored(&[], 3);
    for (name, _) in commands {
        let (stem, _) = name.rsplit_once('.').unwrap();
        assert!(std::fs::read(out.join(stem)).unwrap() == plain && !out.join(name).exists(), "{name}");
        let dumped = place.run(&["dump", &place.stored(name)]);
        let told = String::from_utf8_lossy(&dumped.stderr);
        assert!(dumped.stdout == plain && told.contains("only its plaintext"), "{name}: {told}");
    }
    // Whoever wants the files again reads them again.
    let again = place.backup(&[]);
    assert_eq!((&again["compressed"]["files"], &again["compressed"]["kept"]), (&1.into(), &2.into()));
    same(&place.restored(&["--verify"], 0), &place.data());
}

#[test]
fn every_command_sees_into_an_xz_file_as_into_the_plain_dump() {
    let place = Place::new();
    let plain = dump(7, 2 << 20);
    place.write("plain.sql", &plain);
    let alone = place.backup(&[])["bytes_stored"].as_u64().unwrap();
    place.write("packed.sql.xz", &made_by("xz -1 -T2 --block-size=300000", &plain));
    // A small one goes another way.
    place.write("small.sql.xz", &made_by("xz", &plain[..60_000]));
    let summary = place.backup(&["--gzip", "plain"]);
    let compressed = &summary["compressed"];
    assert_eq!((&compressed["plain_only"], &compressed["kept"]), (&2.into(), &0.into()), "{compressed}");
    let added = summary["bytes_stored"].as_u64().unwrap();
    assert!(added < alone / 3, "{added} bytes more for the same content, which took {alone}");
    let tables = place.tables("plain.sql");
    assert!(tables.len() > 3);
    assert_eq!(place.tables("packed.sql.xz"), tables);
    let name = tables[0][0].as_str().unwrap();
    let extract = |from: &str| {
        let from = place.data().join(from);
        let text =
            String::from_utf8(place.ok(&["extract", "latest", name, "--from", from.to_str().unwrap()]))
                .unwrap();
        // The first lines say where it comes from.
        text.lines().filter(|line| !line.starts_with("--")).map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(extract("plain.sql"), extract("packed.sql.xz"));
    let listed = String::from_utf8(place.ok(&["ls", "-l", &place.stored("packed.sql.xz")])).unwrap();
    assert!(listed.contains("packed.sql.xz"), "{listed}");
    assert!(place.run(&["dump", &place.stored("packed.sql.xz"), "--decompressed"]).stdout == plain);
    place.ok(&["check", "--read-data"]);
    place.ok(&["stats"]);
    let archive = format!("tar -C {} -cJ plain.sql", place.data().display());
    place.write("archive.txz", &made_by(&archive, b""));
    place.backup(&["--gzip", "plain"]);
    let out = place.restored(&["--decompressed"], 3);
    let read = |name: &str| std::fs::read(out.join(name)).unwrap();
    assert!(read("packed.sql") == plain && read("small.sql") == plain[..60_000]);
    let (archive, mut inside) = (read("archive.tar"), Vec::new());
    let mut archive = tar::Archive::new(archive.as_slice());
    let mut file = archive.entries().unwrap().next().unwrap().unwrap();
    std::io::Read::read_to_end(&mut file, &mut inside).unwrap();
    assert!(inside == plain);
}

#[test]
fn an_xz_file_that_would_lose_something_is_stored_as_it_is_and_why_is_said() {
    let place = Place::new();
    let file = made_by("xz -1 -T2 --block-size=300000", &dump(7, 2 << 20));
    let mut wrong = file.clone();
    let at = wrong.len() / 2;
    wrong[at] ^= 4;
    place.write("wrong.sql.xz", &wrong);
    place.write("cut.sql.xz", &file[..file.len() - 100]);
    place.write("followed.sql.xz", &[file.as_slice(), b"something"].concat());
    let wide = "xz --lzma2=preset=1,dict=192MiB";
    place.write("wide.sql.xz", &made_by(wide, &dump(7, 2 << 20)));
    let bomb = [dump(7, 200_000), vec![0; 100 << 20]].concat();
    place.write("bomb.sql.xz", &made_by("xz -1", &bomb));
    place.write("two.sql.xz", &[file.as_slice(), &[0; 4], &file].concat());
    let compressed = place.backup(&["--gzip", "plain"])["compressed"].clone();
    assert_eq!((&compressed["files"], &compressed["kept"]), (&1.into(), &5.into()), "{compressed}");
    let kept = compressed["kept_files"].as_array().unwrap();
    let reason_of = |name: &str| {
        let found = kept.iter().find(|kept| kept["path"]["path"].as_str().unwrap().ends_with(name));
        found.unwrap_or_else(|| panic!("{name} in {kept:?}"))["reason"].as_str().unwrap()
    };
    for (name, reason) in [
        ("wrong.sql.xz", "xz data damaged"),
        ("cut.sql.xz", "ends early"),
        ("followed.sql.xz", "something else follows"),
        ("wide.sql.xz", "more memory"),
        ("bomb.sql.xz", "times its own size"),
    ] {
        assert!(reason_of(name).contains(reason), "{name}: {}", reason_of(name));
        let dumped = place.ok(&["dump", &place.stored(name)]);
        assert!(dumped == std::fs::read(place.data().join(name)).unwrap(), "{name}");
    }
}
