//! Whatever a snapshot says, nothing outside the root is made, changed or removed.

use std::os::unix::fs::{MetadataExt, symlink};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a run of the property does next.
#[derive(Debug, Clone)]
enum Step {
    Restore { names: Vec<Vec<u8>>, kind: EntryKind, mode: u32, target: Vec<u8> },
    Link { names: Vec<Vec<u8>>, existing: Vec<Vec<u8>> },
    Plant { names: Vec<Vec<u8>> },
    Delete { names: Vec<Vec<u8>> },
}

/// Mostly few names, so that paths meet; sometimes any bytes, also such as no path may have.
fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::sample::select(vec![&b"a"[..], b"b", b"link", b"outside", b"secret"]).prop_map(<[u8]>::to_vec),
        1 => prop::sample::select(vec![&b".."[..], b".", b"", b"../outside", b"/", b"\0"]).prop_map(<[u8]>::to_vec),
        2 => vec(any::<u8>(), 0..300),
    ]
}

fn names() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(name(), 1..4)
}

fn step() -> impl Strategy<Value = Step> {
    let kinds = vec![EntryKind::File, EntryKind::Directory, EntryKind::Symlink, EntryKind::Fifo];
    let targets = vec![&b"../outside"[..], b"../outside/secret", b"..", b"/", b"a", b"../outside/new"];
    let target = prop::sample::select(targets).prop_map(<[u8]>::to_vec);
    let restore = (names(), prop::sample::select(kinds), any::<u32>(), target)
        .prop_map(|(names, kind, mode, target)| Step::Restore { names, kind, mode, target });
    prop_oneof![
        8 => restore,
        2 => (names(), names()).prop_map(|(names, existing)| Step::Link { names, existing }),
        2 => names().prop_map(|names| Step::Plant { names }),
        1 => names().prop_map(|names| Step::Delete { names }),
    ]
}

fn apply(place: &Place, step: &Step) {
    let path = |names: &[Vec<u8>]| TreePath::new(names.join(&b'/')).ok();
    let _ = match step {
        Step::Restore { names, kind, mode, target } => path(names).map(|path| {
            let mut entry = entry(*kind);
            (entry.mode, entry.uid, entry.gid) = (*mode, mode % 7, mode % 5);
            entry.link_target = entry.link_target.map(|_| target.clone());
            restore(place, &path, &entry).is_ok()
        }),
        Step::Link { names, existing } => path(names).zip(path(existing)).map(|(path, existing)| {
            let planned = place.target.plan(&path, &entry(EntryKind::File));
            planned.and_then(|plan| place.target.hard_link(&path, &existing, plan)).is_ok()
        }),
        Step::Plant { names } => path(names).map(|path| {
            use std::os::unix::ffi::OsStrExt;
            let planted = place.path("").join(std::ffi::OsStr::from_bytes(path.as_bytes()));
            // Not through what was planted before.
            let parent = planted.parent().and_then(|parent| parent.canonicalize().ok());
            parent.is_some_and(|parent| parent.starts_with(place.path("").canonicalize().unwrap()))
                && symlink(place.outside(), planted).is_ok()
        }),
        Step::Delete { names } => {
            let path = path(names);
            Some(place.target.delete_others(path.as_ref(), &|name| name == b"a", true).is_ok())
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_outside_the_root_is_ever_touched(
        steps in vec(step(), 1..40),
        overwrite in prop::sample::select(vec![Overwrite::Never, Overwrite::IfChanged, Overwrite::Always]),
        resolution in prop::sample::select(vec![Resolution::Openat2, Resolution::Walk]),
    ) {
        let place = Place::resolving(options(overwrite), Some(resolution));
        let seen = |path: &Path| {
            let found = fs::symlink_metadata(path).unwrap();
            (found.ino(), found.mode(), found.uid(), found.gid(), found.nlink(), found.mtime(), found.mtime_nsec())
        };
        let all = [place.outside(), place.outside().join("secret"), place.dir.path().to_path_buf()];
        let before = all.each_ref().map(|path| seen(path));
        for step in &steps {
            apply(&place, step);
        }
        place.assert_outside_is_untouched();
        assert_names(place.dir.path(), &["outside", "root"]);
        prop_assert_eq!(before, all.each_ref().map(|path| seen(path)));
    }
}
