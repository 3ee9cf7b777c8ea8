use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, symlink};

use super::*;
use crate::base::{Silent, Timestamp};
use crate::format::Record;
use crate::ops::house::{House, entry, noise};

/// The dump of one path.
fn of(path: &TreePath) -> DumpOptions<'_> {
    DumpOptions { path: Some(path), snapshot: "1234", decompressed: false }
}

fn dumped(house: &House, name: &str) -> Result<(DumpReport, Vec<u8>), (OpsError, Vec<u8>)> {
    let root = house.save().manifest.root;
    let mut out = vec![];
    match run(&house.reader(), root, of(&house.path(name)), &mut out, &Silent) {
        Ok(report) => Ok((report, out)),
        Err(error) => Err((error, out)),
    }
}

/// Names and contents of an archive's members, as an independent reader finds them.
fn members(archive: &[u8]) -> BTreeMap<Vec<u8>, (tar::EntryType, Vec<u8>)> {
    let mut archive = tar::Archive::new(archive);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = vec![];
        entry.read_to_end(&mut content).unwrap();
        (entry.path_bytes().into_owned(), (entry.header().entry_type(), content))
    });
    entries.collect()
}

#[test]
fn a_damaged_chunk_ends_the_dump_before_a_wrong_byte_is_written() {
    let house = House::new();
    let content = noise(1, 9_000_000);
    house.write("large", &content);
    let root = house.save().manifest.root;
    let entry = TreeReader::find(&house.reader(), root, &house.path("large")).unwrap().unwrap();
    let reader = house.reader();
    let mut records = crate::repo::Records::new(&reader, entry.content.as_ref().unwrap());
    let (mut offset, mut middle) = (0, 0..0);
    while let Some(record) = records.next_record().unwrap() {
        if offset < content.len() / 2 {
            middle = offset..offset + record.bytes as usize;
        }
        offset += record.bytes as usize;
    }
    house.damage(&content[middle.clone()]);
    let (error, out) = dumped(&house, "large").unwrap_err();
    assert!(matches!(error, OpsError::Repo(error) if error.is_damage()));
    assert!(out.len() < middle.end);
    assert_eq!(out, content[..out.len()]);
    let (_, out) = dumped(&house, "").unwrap_err();
    assert!(!out.ends_with(&[0; 1024]), "an archive that lacks something has no mark of the end");
}

#[test]
fn what_is_not_there_or_has_no_content_is_refused_by_name() {
    let house = House::new();
    house.write("file", b"x");
    symlink("file", house.data().join("link")).unwrap();
    assert!(matches!(dumped(&house, "nothing"), Err((OpsError::NoEntry { .. }, _))));
    assert!(matches!(dumped(&house, "file/below"), Err((OpsError::NoEntry { .. }, _))));
    let (error, _) = dumped(&house, "link").unwrap_err();
    assert!(error.to_string().ends_with("link is a symbolic link to file; it has no content"), "{error}");
}

#[test]
fn a_recipe_that_is_longer_or_shorter_than_its_file_is_damage() {
    let house = House::new();
    house.write("file", b"four");
    let root = house.save().manifest.root;
    let reader = house.reader();
    let good = TreeReader::find(&reader, root, &house.path("file")).unwrap().unwrap();
    for size in [0, 3, 5, u64::MAX] {
        let bad = Entry { size, ..good.clone() };
        let error = file(&reader, bad, DumpOptions::default(), &mut vec![], &Silent).unwrap_err();
        assert!(matches!(error, OpsError::Repo(error) if error.is_damage()), "{size}");
    }
    let mut long = good.clone();
    long.content.as_mut().unwrap().records[0] = Record { bytes: 5, ..good.content.unwrap().records[0] };
    assert!(file(&reader, Entry { size: 5, ..long }, DumpOptions::default(), &mut vec![], &Silent).is_err());
}

#[test]
fn a_closed_output_is_an_error_of_the_output() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let house = House::new();
    house.write("a", &noise(1, 20_000_000));
    let root = house.save().manifest.root;
    let error = run(&house.reader(), root, of(&house.path("a")), &mut Closed, &Silent).unwrap_err();
    assert!(matches!(error, OpsError::Output { source, .. } if source.kind() == io::ErrorKind::BrokenPipe));
}

#[test]
fn a_file_comes_out_bit_for_bit_with_its_holes() {
    let house = House::new();
    let mut content = noise(1, 9_000_000);
    house.write("colon:file", &content);
    let sparse = std::fs::OpenOptions::new().write(true).open(house.data().join("colon:file")).unwrap();
    sparse.write_all_at(b"end", 40_000_000).unwrap();
    content.resize(40_000_000, 0);
    content.extend_from_slice(b"end");
    let (report, out) = dumped(&house, "colon:file").unwrap();
    assert_eq!(report, DumpReport { entries: 1, bytes: 40_000_003, ..DumpReport::default() });
    assert!(out == content);
    house.write("empty", b"");
    assert_eq!(dumped(&house, "empty").unwrap().1, b"");
}

#[test]
fn a_directory_becomes_an_archive_of_relative_names_in_tree_order() {
    let house = House::new();
    let long = format!("sub/{}/{}", "d".repeat(140), "f".repeat(180));
    house.write("sub/a", b"content of a");
    house.write(&long, b"long");
    house.write("sub/größe", "größe".as_bytes());
    house.write_bytes(b"sub/\xff\xfe", b"not text");
    house.write_bytes(&[b"sub/".to_vec(), vec![0xff; 200]].concat(), b"long and not text");
    house.write("beside", b"no");
    house.write("sub.txt", b"no");
    std::fs::hard_link(house.data().join("sub/a"), house.data().join("sub/z")).unwrap();
    symlink("../elsewhere", house.data().join("sub/link")).unwrap();
    house.write("sub/large", &noise(2, 3_000_000));
    let (report, out) = dumped(&house, "sub").unwrap();
    let members = members(&out);
    let names: Vec<&[u8]> = members.keys().map(Vec::as_slice).collect();
    let directory = format!("{}/", "d".repeat(140));
    let mut wanted = vec![
        b"a".to_vec(),
        b"z".to_vec(),
        b"link".to_vec(),
        b"large".to_vec(),
        directory.into_bytes(),
        long.as_bytes()["sub/".len()..].to_vec(),
        "größe".into(),
        b"\xff\xfe".to_vec(),
        vec![0xff; 200],
    ];
    wanted.sort();
    assert_eq!(names, wanted);
    assert_eq!(report.entries, names.len() as u64);
    assert_eq!(members[b"a".as_slice()], (tar::EntryType::Regular, b"content of a".to_vec()));
    assert_eq!(members[b"z".as_slice()], (tar::EntryType::Link, vec![]));
    assert_eq!(members[b"link".as_slice()].0, tar::EntryType::Symlink);
    assert_eq!(members[b"\xff\xfe".as_slice()].1, b"not text");
    assert!(members[b"large".as_slice()].1 == noise(2, 3_000_000));
    assert_eq!(out.len() % 512, 0);
}

#[test]
fn a_whole_snapshot_is_an_archive_from_its_root() {
    let house = House::new();
    house.write("file", b"x");
    let root = house.save().manifest.root;
    let mut out = vec![];
    run(&house.reader(), root, DumpOptions::default(), &mut out, &Silent).unwrap();
    assert_eq!(members(&out)[house.path("file").as_bytes()].1, b"x");
}

#[test]
fn a_second_name_whose_content_differs_is_a_file_of_its_own() {
    let mut links = Links::default();
    let first = Entry { links: 3, inode: 7, device: 1, ..entry("a", EntryKind::File) };
    let mut other = first.clone();
    other.content = Some(crate::format::Recipe { depth: 1, records: vec![] });
    assert_eq!(links.earlier_name(&first, b"a"), None);
    assert_eq!(links.earlier_name(&other, b"b"), None);
    assert_eq!(links.earlier_name(&first, b"c"), Some(b"a".to_vec()));
    assert_eq!(links.earlier_name(&Entry { links: 1, ..first }, b"d"), None);
}

#[test]
fn what_the_old_header_has_no_room_for_stands_in_the_extended_one() {
    let entry = Entry {
        mode: 0o4755,
        uid: 3_000_000_000,
        user: Some("ä".into()),
        group: Some("x".repeat(40).into()),
        mtime: Timestamp::new(-5, 250_000_000),
        size: 9 << 30,
        xattrs: vec![(b"user.a=b".to_vec(), vec![0, 255])],
        ..entry("x", EntryKind::File)
    };
    let mut out = vec![];
    let mut archive = Archive::new(&mut out);
    archive.start(b"x", &entry, None).unwrap();
    let mut reader = tar::Archive::new(out.as_slice());
    let mut found = reader.entries().unwrap().next().unwrap().unwrap();
    let extended = found.pax_extensions().unwrap().unwrap();
    let records: BTreeMap<String, Vec<u8>> = extended
        .map(|record| record.map(|r| (r.key().unwrap().to_string(), r.value_bytes().to_vec())).unwrap())
        .collect();
    let value = |key: &str| String::from_utf8(records[key].clone()).unwrap();
    assert_eq!((value("uid"), value("size")), ("3000000000".into(), (9_u64 << 30).to_string()));
    assert_eq!((value("uname"), value("gname")), ("ä".into(), "x".repeat(40)));
    assert_eq!(value("mtime"), "-4.750000000");
    assert_eq!(records["SCHILY.xattr.user.a%3Db"], [0, 255]);
    assert_eq!(found.header().mode().unwrap(), 0o4755);
}

#[test]
fn the_systems_tar_makes_of_an_archive_what_was_saved() {
    let house = House::new();
    let bytes = [b"t/".to_vec(), vec![0xfe; 150]].concat();
    house.write("t/deep/er/file", b"content");
    house.write_bytes(&bytes, b"long and not text");
    std::fs::hard_link(house.data().join("t/deep/er/file"), house.data().join("t/link")).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000, 123_456_789);
    std::fs::File::open(house.data().join("t/link")).unwrap().set_modified(time).unwrap();
    let (_, out) = dumped(&house, "t").unwrap();
    let to = tempfile::tempdir().unwrap();
    std::fs::write(to.path().join("archive.tar"), out).unwrap();
    let run = std::process::Command::new("tar").args(["-xpf", "archive.tar"]).current_dir(&to).output();
    // A system without tar has nothing to disagree.
    let Ok(run) = run else { return };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let file = to.path().join("deep/er/file");
    assert_eq!(std::fs::read(&file).unwrap(), b"content");
    assert_eq!(file.metadata().unwrap().modified().unwrap(), time);
    assert_eq!(std::os::unix::fs::MetadataExt::nlink(&file.metadata().unwrap()), 2);
    let odd = to.path().join(std::ffi::OsStr::from_bytes(&bytes[2..]));
    assert_eq!(std::fs::read(odd).unwrap(), b"long and not text");
}
