//! Which snapshot `latest` is.

use super::place::{Place, json};

#[test]
fn a_path_narrows_latest_also_where_it_is_the_name_of_a_stream() {
    let place = Place::new();
    place.ok(&["backup", "--init", "--command", "db/shop.sql=echo shop"]);
    place.ok(&["backup", &place.data()]);
    for path in ["db/shop.sql", "/db/shop.sql", "./db//shop.sql"] {
        assert_eq!(place.ok(&["ls", "-R", "latest", "--path", path]), "/db/shop.sql\n");
        assert_eq!(place.ok(&["--json", "snapshots", "--path", path]).lines().count(), 1);
    }
    let data = format!("{}/", place.data());
    assert!(place.ok(&["ls", "-R", "latest", "--path", &data]).contains("/data/file"));
    place.refused(&["ls", "latest", "--path", "shop.sql"], 1);
}

#[test]
fn a_damaged_newest_snapshot_is_not_passed_over_for_an_older_one() {
    let place = Place::new();
    let save = |options: &[&str]| {
        let text = place.ok(&[&["--json", "backup", "--init"], options, &[&place.data()]].concat());
        json(text.lines().last().unwrap())["snapshot"].as_str().unwrap().to_string()
    };
    let (first, second) = (save(&[]), save(&[]));
    let manifest = place.path().join("repo/snapshots").join(&second);
    let good = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, &good[1..]).unwrap();
    let out = place.path().join("out");
    let restore = |name| ["restore", name, "--target", out.to_str().unwrap()];
    for arguments in [
        &restore("latest")[..],
        &["ls"],
        &["ls", "@2100-01-01"],
        &["dump", "latest"],
        &["diff", &first, "latest"],
    ] {
        let text = place.refused(arguments, 13);
        assert!(text.contains(&second[..8]) && text.contains(&first[..8]), "{text}");
    }
    assert!(!out.exists());
    assert!(place.refused(&restore(&second[..10]), 13).contains("is damaged"));
    let restored = place.run(&restore(&first));
    assert_eq!(restored.status.code(), Some(3), "what is asked for is there, and what is damaged is said");
    // A snapshot made on top of it would be newer, and says so.
    std::fs::write(&manifest, &good).unwrap();
    let third = save(&[]);
    std::fs::write(&manifest, &good[1..]).unwrap();
    let listed = place.run(&["--json", "diff", &third, "latest"]);
    assert_eq!(listed.status.code(), Some(3), "{}", String::from_utf8_lossy(&listed.stderr));
    place.refused(&["ls", "latest~1"], 13);
}
