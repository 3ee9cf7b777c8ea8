use super::*;
use crate::format::Record;

fn manifest() -> Manifest {
    let component = Component {
        name: "shop".into(),
        kind: ComponentKind::Command,
        path: b"shop.sql".to_vec(),
        is_whole: false,
        detail: Some("exit code 2".into()),
    };
    let map = Recipe { depth: 0, records: vec![Record { id: ChunkId::new([6; 32]), bytes: 44 }] };
    Manifest {
        sequence: 7,
        time: Timestamp::new(1_763_607_600, 0),
        started: Timestamp::new(1_763_607_600, 1),
        ended: Timestamp::new(1_763_607_700, 999_999_999),
        host: "db1".into(),
        user: "root".into(),
        tags: vec!["nightly".into()],
        description: None,
        program: "strongroom 0.1.0".into(),
        parent: Some(SnapshotId::new([5; 32])),
        status: Status::Partial,
        components: vec![component],
        statistics: Statistics { files: 3, bytes: 1 << 40, ..Statistics::default() },
        root: Root { id: ChunkId::new([4; 32]), bytes: 100, level: 1 },
        table_maps: vec![TableMapRef {
            path: b"shop.sql".to_vec(),
            recipe: map,
            tables: 3,
            rows: 4711,
            cost: None,
        }],
        excludes: vec!["*.log".into()],
        left_out: vec![b"srv/backups/\xff".to_vec()],
    }
}

#[test]
fn a_manifest_comes_back_with_and_without_its_optional_parts() {
    let full = manifest();
    assert_eq!(Manifest::decode(&full.encode().unwrap()), Ok(full.clone()));
    let bare = Manifest { parent: None, table_maps: vec![], excludes: vec![], left_out: vec![], ..full };
    assert_eq!(Manifest::decode(&bare.encode().unwrap()), Ok(bare));
}

#[test]
fn keys_of_a_later_program_are_skipped() {
    let mut body = manifest().encode().unwrap();
    assert_eq!(body[0], 0xa0 | 16);
    body[0] += 1;
    body.extend_from_slice(b"\x18\x63\x82\x01\xa1\x01\x02");
    assert_eq!(Manifest::decode(&body), Ok(manifest()));
}

#[test]
fn every_cut_and_every_byte_after_it_is_refused() {
    let body = manifest().encode().unwrap();
    for length in 0..body.len() {
        assert!(Manifest::decode(&body[..length]).is_err(), "{length}");
    }
    assert!(Manifest::decode(&[body.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn a_sequence_of_zero_is_neither_written_nor_read() {
    let zero = Manifest { sequence: 0, ..manifest() };
    assert!(zero.encode().is_err());
    let mut body = manifest().encode().unwrap();
    assert_eq!(&body[1..3], b"\x01\x07");
    body[2] = 0;
    assert_eq!(Manifest::decode(&body), Err(FormatError::Value { field: "sequence" }));
}
