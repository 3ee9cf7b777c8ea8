//! Zotonic: one schema, every name quoted, compressed by the dumper itself, with media and configuration; encrypted, and damage is named.

use std::path::Path;

use super::{argument, files, write};
use crate::place::{Place, noise};
use crate::servers::PostgreSql;

const SECRET: &str = "canary-of-the-site-7b1f";
const SITE: &str = r"
CREATE SCHEMA site;
CREATE TABLE site.rsc (id serial PRIMARY KEY, uri varchar(250), props bytea, modified timestamptz, tsv tsvector);
CREATE TABLE site.edge (id serial PRIMARY KEY, subject_id int REFERENCES site.rsc (id) ON DELETE CASCADE, predicate text, UNIQUE (subject_id, predicate));
CREATE INDEX rsc_tsv ON site.rsc USING gin (tsv);
INSERT INTO site.rsc (uri, props, modified, tsv) SELECT 'page-' || i, decode(md5(i::text), 'hex'), timestamptz '2026-01-01 00:00Z' + i * interval '1 h', to_tsvector('simple', 'word ' || i) FROM generate_series(1, 800) i;
INSERT INTO site.edge (subject_id, predicate) SELECT i, 'about' FROM generate_series(1, 800) i;
UPDATE site.rsc SET uri = 'canary-of-the-site-7b1f' WHERE id = 5;
";

fn contains(directory: &Path, wanted: &[u8]) -> bool {
    files(directory).values().any(|bytes| bytes.windows(wanted.len()).any(|part| part == wanted))
}

#[test]
fn zotonic_is_sealed_comes_back_and_damage_is_named() {
    let Some(server) = PostgreSql::get() else { return };
    let place = Place::new();
    server.create_database("zotonic");
    server.query("zotonic", SITE);
    let site = place.path().join("site");
    write(
        &site.join("backup/site-1.sql.gz"),
        server.dump(&["--compress=7", "--quote-all-identifiers", "-n", "site", "zotonic"]),
    );
    write(
        &site.join("backup/site-1.sql"),
        server.dump(&["--quote-all-identifiers", "-n", "site", "zotonic"]),
    );
    write(&site.join("config/site.config"), format!("{{password, \"{SECRET}\"}}."));
    for seed in 0..6 {
        write(&site.join(format!("files/archive/{seed}.jpg")), noise(seed, 40_000));
    }
    place.ok(&["backup", "--init", &argument(&site)]);
    assert!(contains(&site, SECRET.as_bytes()) && !contains(&place.path().join("repo"), SECRET.as_bytes()));
    place.ok(&["check", "--read-data"]);

    let state = |database: &str| {
        let dump = String::from_utf8(server.dump(&["-n", "site", database])).unwrap();
        dump.lines().filter(|line| !line.starts_with('\\') || *line == "\\.").collect::<Vec<_>>().join("\n")
    };
    for (name, database) in [("site-1.sql", "zotonic_plain"), ("site-1.sql.gz", "zotonic_gz")] {
        server.create_database(database);
        let dump = format!("latest:{}", argument(&site.join("backup").join(name)));
        place.ok(&["restore-db", &dump, "--into", &server.url("postgres", database)]);
        assert_eq!(state(database), state("zotonic"), "{name}");
        // One resource that somebody spoiled.
        server.query(database, "UPDATE site.rsc SET uri = 'spoiled', props = NULL");
        let url = server.url("postgres", database);
        let from = argument(&site.join("backup").join(name));
        place.ok(&[
            "extract",
            "latest",
            "site.rsc",
            "--from",
            &from,
            "--where",
            "id = 5",
            "--into",
            &url,
            "--mode",
            "replace",
            "--yes-overwrite",
            database,
        ]);
        let told = "SELECT uri, encode(props, 'hex') FROM site.rsc WHERE id = 5";
        assert_eq!(server.query(database, told), server.query("zotonic", told));
        assert_eq!(server.query(database, "SELECT count(*) FROM site.rsc WHERE uri = 'spoiled'"), "799\n");
    }

    // One bit, anywhere in any object.
    let repo = place.path().join("repo");
    // The reserve in `tmp` is none.
    let objects = files(&repo).into_iter().filter(|(name, _)| !name.starts_with("tmp/"));
    for (number, (name, bytes)) in objects.enumerate() {
        let mut flipped = bytes.clone();
        let at = bytes.len() * (number % 7 + 1) / 9;
        flipped[at] ^= 1 << (number % 8);
        let path = repo.join(&name);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &flipped).unwrap();
        let output = place.run(&["check", "--read-data"]);
        assert!(!output.status.success(), "a bit flipped in {name} is not found");
        let text = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        let object = Path::new(&name).file_name().unwrap().to_str().unwrap();
        assert!(text.contains(&object[..object.len().min(8)]), "{name}: {text}");
        std::fs::write(&path, &bytes).unwrap();
    }
    place.ok(&["check", "--read-data"]);
}
