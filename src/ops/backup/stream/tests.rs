use std::io::{Cursor, ErrorKind};

use super::*;
use crate::base::Silent;
use crate::format::Status;
use crate::ops::backup::{self, BackupOptions};
use crate::repo::forest::Forest;
use crate::repo::{StreamReader, TreeReader};

/// Gives what it has, and then an error.
struct BreaksOff(Cursor<Vec<u8>>);

impl Read for BreaksOff {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::new(ErrorKind::TimedOut, "silent for too long")),
            bytes => Ok(bytes),
        }
    }
}

fn options() -> BackupOptions {
    BackupOptions::new("h", "u", "test", Timestamp::new(2, 0))
}

/// A dump of two tables that breaks off in the second, after `bytes` of its rows.
fn half(bytes: usize) -> Vec<u8> {
    let table = |name: &str| {
        format!("DROP TABLE IF EXISTS `{name}`;\nCREATE TABLE `{name}` (`n` int, PRIMARY KEY (`n`));\n")
    };
    let rows = (0..).flat_map(|n| format!("INSERT INTO `b` VALUES ({n});\n").into_bytes());
    let whole = format!(
        "-- MySQL dump 10.13  Distrib 8.0.36\n\n{}INSERT INTO `a` VALUES (1),(2),(3);\n{}",
        table("a"),
        table("b")
    );
    whole.into_bytes().into_iter().chain(rows.take(bytes)).collect()
}

#[test]
fn a_dump_that_breaks_off_gives_all_that_came_and_a_map_of_it() {
    for bytes in [100, 3_000_000] {
        let (forest, cache) = (Forest::new(), tempfile::tempdir().unwrap());
        let (dump, path) = (half(bytes), TreePath::new("a.sql").unwrap());
        let reader = Box::new(BreaksOff(Cursor::new(dump.clone())));
        let inputs = vec![Input::Stream { path: path.clone(), reader }];
        let report = backup::run(&forest.repo, cache.path(), inputs, &options(), &Silent).unwrap();
        assert_eq!(report.manifest.status, Status::Partial);
        let component = report.manifest.components.first().unwrap();
        assert!(component.detail.as_ref().unwrap().contains("silent for too long"), "{component:?}");
        let map = report.manifest.table_maps.first().expect("a map");
        assert_eq!((map.path.as_slice(), map.tables), (path.as_bytes(), 2));
        assert!(map.rows > bytes as u64 / 40, "{}", map.rows);
        let chunks = forest.reader();
        let entry = TreeReader::find(&chunks, report.manifest.root, &path).unwrap().unwrap();
        let mut content = StreamReader::new(&chunks, &entry.content.unwrap());
        let mut found = vec![];
        while let Some(bytes) = content.next_bytes().ok().filter(|bytes| !bytes.is_empty()) {
            found.extend_from_slice(bytes);
        }
        assert!(found == dump, "{} bytes of {}", found.len(), dump.len());
    }
}
