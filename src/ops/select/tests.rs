use super::*;
use crate::base::ChunkId;
use crate::format::{Root, Statistics};

fn snapshot(n: u8, time: i64, status: Status, host: &str) -> (SnapshotId, Manifest) {
    let manifest = Manifest {
        sequence: n.into(),
        time: Timestamp::new(time, 0),
        started: Timestamp::new(time, 0),
        ended: Timestamp::new(time, 0),
        host: host.into(),
        user: String::new(),
        tags: vec![],
        description: None,
        program: String::new(),
        parent: None,
        status,
        components: vec![],
        statistics: Statistics::default(),
        root: Root { id: ChunkId::new([0; 32]), bytes: 8, level: 0 },
        table_maps: vec![],
        excludes: vec![],
        left_out: vec![],
    };
    (SnapshotId::new([n; 32]), manifest)
}

fn all() -> Snapshots {
    let whole = vec![
        snapshot(0x10, 1_000, Status::Complete, "a"),
        snapshot(0x11, 2_000, Status::Complete, "b"),
        snapshot(0x12, 3_000, Status::Partial, "a"),
    ];
    Snapshots { whole, ..Snapshots::default() }
}

fn found(name: &str, filter: &Filter) -> Option<u8> {
    find(&all(), name, filter).ok().map(|(id, _)| id.as_bytes()[0])
}

#[test]
fn latest_counts_complete_snapshots_only() {
    let everything = Filter::default();
    assert_eq!(found("latest", &everything), Some(0x11));
    assert_eq!(found("latest~1", &everything), Some(0x10));
    assert_eq!(found("latest~2", &everything), None);
    assert_eq!(found("latest", &Filter { hosts: vec!["a".into()], ..everything }), Some(0x10));
}

#[test]
fn a_path_is_a_place_or_the_name_of_a_stream() {
    let is_of = |kind, path: &str, written: &str| {
        let (_, mut manifest) = snapshot(1, 1, Status::Complete, "a");
        let (name, path) = (String::new(), path.as_bytes().to_vec());
        manifest.components = vec![Component { name, kind, path, is_whole: true, detail: None }];
        let absolute = if written.starts_with('/') { written.into() } else { format!("/here/{written}") };
        let paths = vec![PathFilter::new(written.as_bytes(), absolute.as_bytes())];
        Filter { paths, ..Filter::default() }.fits(&manifest)
    };
    for written in ["shop.sql", "/shop.sql", "./shop.sql"] {
        assert!(is_of(ComponentKind::Stdin, "shop.sql", written), "{written}");
        assert!(is_of(ComponentKind::Command, "shop.sql", written), "{written}");
    }
    for written in ["data", "/here/data/", "../here//data/."] {
        assert!(is_of(ComponentKind::Path, "here/data", written), "{written}");
    }
    assert!(!is_of(ComponentKind::Path, "data", "data"));
    assert!(!is_of(ComponentKind::Stdin, "shop.sql", "other.sql"));
}

#[test]
fn an_id_is_named_by_its_start_and_only_if_that_is_one() {
    let everything = Filter::default();
    assert_eq!(found("1212", &everything), Some(0x12));
    assert!(matches!(find(&all(), "1", &everything), Err(OpsError::Ambiguous { found: 3, .. })));
    assert!(matches!(find(&all(), "", &everything), Err(OpsError::NoSnapshot { .. })));
    assert!(matches!(find(&all(), "zz", &everything), Err(OpsError::NoSnapshot { .. })));
}

#[test]
fn what_may_be_damaged_is_not_taken_for_something_older() {
    let everything = Filter::default();
    let lost = SnapshotId::new([0xaa; 32]);
    let mut all = all();
    all.unreadable.push((lost, RepoError::damaged(Subject::Snapshot(lost), "its hash")));
    let found = |all: &Snapshots, name: &str| find(all, name, &everything).map(|(id, _)| id.as_bytes()[0]);
    for (name, instead) in
        [("latest", Some("11111111")), ("@2026-01-01", Some("11111111")), ("latest~9", None)]
    {
        let Err(OpsError::Uncertain { instead: other, .. }) = found(&all, name) else { panic!("{name}") };
        assert_eq!(other.as_deref(), instead);
    }
    assert_eq!(found(&all, "10").unwrap(), 0x10);
    assert!(matches!(found(&all, "aaaa"), Err(OpsError::Repo(error)) if error.is_damage()));
    assert!(matches!(found(&all, "@nonsense"), Err(OpsError::NoSnapshot { .. })));
    // The damaged one was there before the one of sequence 0x11, and may be the one before that.
    all.whole[1].1.parent = Some(lost);
    assert_eq!(found(&all, "latest").unwrap(), 0x11);
    assert!(matches!(found(&all, "latest~1"), Err(OpsError::Uncertain { .. })));
}

#[test]
fn a_time_means_the_newest_at_or_before_it() {
    let everything = Filter::default();
    assert_eq!(found("@1970-01-01T00:33:20Z", &everything), Some(0x11));
    assert_eq!(found("@1970-01-01T00:33:19Z", &everything), Some(0x10));
    assert_eq!(found("@1970-01-01T00:00:01Z", &everything), None);
    assert_eq!(found("@nonsense", &everything), None);
}

#[test]
fn the_first_colon_that_is_no_part_of_a_time_parts_snapshot_and_path() {
    let path = |text: &str| Some(TreePath::new(text).unwrap());
    assert_eq!(split(b"latest").unwrap(), ("latest".into(), None));
    assert_eq!(split(b"latest:/srv//a:b/").unwrap(), ("latest".into(), path("srv/a:b")));
    assert_eq!(split(b"@2026-11-20T03:00Z:x").unwrap(), ("@2026-11-20T03:00Z".into(), path("x")));
    assert_eq!(split(b"ab:").unwrap(), ("ab".into(), None));
    assert!(split(b"ab:a/../b").is_err());
}
