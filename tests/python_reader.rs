//! The reader in Python, written from the pages of `format-spec/` alone, reads what this program writes.
//!
//! Takes the interpreter in `STRONGROOM_PYTHON`, which must have the packages of `format-spec/reader/requirements.txt`; says so and ends
//! where there is none.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn python() -> Option<PathBuf> {
    let python = std::env::var_os("STRONGROOM_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
    let imports = Command::new(&python).args(["-c", "import blake3, zstandard, nacl, argon2"]).output();
    if imports.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    assert!(std::env::var_os("CI").is_none(), "the packages of the Python reader must be there in CI");
    eprintln!("skipped: no Python with the packages of format-spec/reader/requirements.txt");
    None
}

fn reader(python: &Path, repo: &Path, arguments: &[&str]) -> String {
    let output = Command::new(python)
        .args(["-m", "reader"])
        .arg(repo)
        .args(arguments)
        .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("format-spec"))
        .env("STRONGROOM_PASSWORD", "secret")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A dump with two tables, rows in several chunks, and a third that is very small.
fn shop() -> String {
    let mut dump = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n\n".to_string();
    for (table, rows) in [("orders", 20_000), ("customers", 500), ("states", 2)] {
        dump += &format!(
            "DROP TABLE IF EXISTS `{table}`;\nCREATE TABLE `{table}` (\n  `id` int NOT NULL,\n  `x` text COLLATE utf8mb4_bin,\n"
        );
        dump += "  `y` int GENERATED ALWAYS AS (`id` + 1) VIRTUAL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n";
        let rows: Vec<_> = (0..rows).map(|row| format!("({row},'{}')", row * 7919 % 10_007)).collect();
        dump += &format!("INSERT INTO `{table}` (`id`, `x`) VALUES {};\n", rows.join(","));
    }
    dump + "-- Dump completed on 2026-11-20  3:00:00\n"
}

/// A small dump as several programs write it.
fn fill_compressed(data: &Path) {
    let rows: String =
        (0..4_000).map(|n| format!("INSERT INTO `t` VALUES ({n},'row {}');\n", n * n)).collect();
    std::fs::write(data.join("rows.sql"), format!("CREATE TABLE `t` (`a` int, `b` text);\n{rows}")).unwrap();
    let commands = [
        "gzip -6 <rows.sql >gnu.sql.gz",
        "gzip -1 <rows.sql >fast.sql.gz",
        "gzip --rsyncable <rows.sql >rsyncable.sql.gz",
        "pigz -b 32 <rows.sql >pigz.sql.gz",
        "python3 -c 'import gzip; open(\"zlib.sql.gz\", \"wb\").write(gzip.compress(open(\"rows.sql\", \"rb\").read()))'",
        "cat gnu.sql.gz fast.sql.gz >two.sql.gz; printf signature >>two.sql.gz",
    ];
    for command in commands {
        let done = Command::new("sh").args(["-ec", command]).current_dir(data).status();
        assert!(done.unwrap().success(), "is it installed? {command}");
    }
}

fn fill(data: &Path) {
    fill_compressed(data);
    for n in 0..300 {
        let directory = data.join(format!("dir-{}", n % 7));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(format!("file-{n}")), format!("content {n}\n").repeat(n)).unwrap();
    }
    let mut noise = vec![0; 6_000_000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    std::fs::write(data.join("noise"), noise).unwrap();
    std::fs::write(data.join("dump.sql"), "INSERT INTO t VALUES (1,'x'),(2,'y');\n".repeat(100_000)).unwrap();
    std::fs::write(data.join("shop.sql"), shop()).unwrap();
    let sparse = std::fs::File::create(data.join("sparse")).unwrap();
    sparse.set_len(5_000_000).unwrap();
    std::os::unix::fs::FileExt::write_at(&sparse, b"data", 3_000_000).unwrap();
}

#[test]
fn the_python_reader_restores_and_verifies_a_repository_of_ours() {
    let Some(python) = python() else { return };
    let place = tempfile::tempdir().unwrap();
    let (data, repo, out) = (place.path().join("data"), place.path().join("repo"), place.path().join("out"));
    std::fs::create_dir(&data).unwrap();
    fill(&data);
    for night in 0..2 {
        std::fs::write(data.join("night"), format!("{night}")).unwrap();
        // Of the second night the dump is a delta.
        let shop = shop().replace("(7777,'", &format!("(7777,'of night {night} "));
        std::fs::write(data.join("shop.sql"), shop).unwrap();
        let backup = Command::new(env!("CARGO_BIN_EXE_strongroom"))
            .args(["-q", "backup", "--init"])
            .arg(&data)
            .env("STRONGROOM_REPO", &repo)
            .env("STRONGROOM_PASSWORD", "secret")
            .env("STRONGROOM_CACHE_DIR", place.path().join("cache"))
            .env("STRONGROOM_STATE_DIR", place.path().join("state"))
            .status();
        assert!(backup.unwrap().success());
    }
    assert_eq!(reader(&python, &repo, &["snapshots"]).lines().count(), 2);
    reader(&python, &repo, &["verify"]);
    let tables = reader(&python, &repo, &["tables", "latest"]);
    let of_shop: Vec<_> = tables.lines().filter(|line| line.contains("/shop.sql")).collect();
    assert_eq!(of_shop.len(), 3, "{tables}");
    for (line, told) in of_shop.iter().zip([("orders", "20000"), ("customers", "500"), ("states", "2")]) {
        assert!(line.contains(told.0) && line.split_whitespace().any(|word| word == told.1), "{line}");
    }
    reader(&python, &repo, &["restore", "latest", out.to_str().unwrap()]);
    let restored = out.join(data.strip_prefix("/").unwrap());
    let same = Command::new("diff").arg("-r").arg(&data).arg(&restored).output().unwrap();
    assert!(same.status.success(), "{}", String::from_utf8_lossy(&same.stdout));
}
