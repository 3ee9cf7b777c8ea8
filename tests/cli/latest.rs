//! Which snapshot `latest` is.

use super::place::Place;

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
