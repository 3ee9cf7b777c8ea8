//! `restore --delete`.

use std::os::unix::fs::symlink;

use super::*;

/// `keep`, `gone` and `dir` with things inside, and links to the outside.
fn fill(place: &Place) {
    fs::create_dir_all(place.path("dir/deep/er")).unwrap();
    for name in ["keep", "gone", "dir/file", "dir/deep/er/file", "dir-and-more"] {
        fs::write(place.path(name), "x").unwrap();
    }
    symlink(place.outside(), place.path("link")).unwrap();
    symlink(place.outside(), place.path("dir/deep/link")).unwrap();
}

#[test]
fn what_is_not_kept_is_removed_with_all_inside_and_no_link_is_followed() {
    both_ways(options(Overwrite::Always), |place| {
        fill(place);
        let removed = place.target.delete_others(None, &|name| name == b"keep", true).unwrap();
        let expected = [
            "dir",
            "dir/deep",
            "dir/deep/er",
            "dir/deep/er/file",
            "dir/deep/link",
            "dir/file",
            "dir-and-more",
            "gone",
            "link",
        ];
        assert_eq!(removed, expected.map(at));
        assert_names(&place.path(""), &["keep"]);
        place.assert_outside_is_untouched();
    });
}

#[test]
fn without_apply_the_same_is_listed_and_nothing_removed() {
    both_ways(options(Overwrite::Always), |place| {
        fill(place);
        let keep = |name: &[u8]| name == b"keep";
        let listed = place.target.delete_others(None, &keep, false).unwrap();
        assert!(place.path("dir/deep/er/file").exists());
        assert_eq!(listed, place.target.delete_others(None, &keep, true).unwrap());
    });
}

#[test]
fn names_are_kept_in_the_directory_itself_only() {
    both_ways(options(Overwrite::Always), |place| {
        fill(place);
        let removed = place.target.delete_others(Some(&at("dir")), &|name| name == b"file", true).unwrap();
        assert_eq!(removed.len(), 4);
        assert_names(&place.path("dir"), &["file"]);
        assert_names(&place.path(""), &["dir", "dir-and-more", "gone", "keep", "link"]);
    });
}

#[test]
fn a_directory_that_is_not_there_has_nothing_to_remove() {
    both_ways(options(Overwrite::Always), |place| {
        assert!(place.target.delete_others(Some(&at("no/such")), &|_| false, true).unwrap().is_empty());
    });
}

#[test]
fn a_mount_point_stops_it_before_anything_is_removed() {
    both_ways(options(Overwrite::Always), |place| {
        fill(place);
        let Some(mount) = Mount::tmpfs(&place.path("dir/deep/mounted"), "1m") else { return };
        fs::write(mount.0.join("foreign"), "x").unwrap();
        let refused = place.target.delete_others(None, &|_| false, true);
        assert!(matches!(refused, Err(TargetError::Escapes { .. })));
        assert!(mount.0.join("foreign").exists() && place.path("gone").exists());
    });
}
