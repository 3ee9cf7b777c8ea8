//! A dump in a repository, and tables out of it.

use std::sync::Arc;

use strongroom::backend::MemoryBackend;
use strongroom::base::{Silent, Timestamp};
use strongroom::crypto::PasswordCost;
use strongroom::format::{Manifest, Parameters};
use strongroom::ops::backup::{self, BackupOptions, Input};
use strongroom::ops::dumps::{self, Table};
use strongroom::ops::extract::plan::{PlanOptions, Wanted};
use strongroom::ops::extract::{self, ExtractOptions, ExtractReport};
use strongroom::repo::{ChunkReader, NewSlot, Repository, TableMap};

/// A repository with one dump.
pub struct Saved {
    repo: Repository,
    manifest: Manifest,
    place: tempfile::TempDir,
}

/// All of a table, as it stands in the dump.
pub fn all() -> ExtractOptions {
    ExtractOptions {
        rows: None,
        allow_empty: false,
        tables: vec![],
        from: None,
        plan: PlanOptions {
            wanted: Wanted::All,
            no_foreign_keys: false,
            no_owner: false,
            no_triggers: false,
        },
        with_prerequisites: false,
        new_name: None,
        no_definer: false,
        banner: String::new(),
    }
}

impl Saved {
    pub fn new(dump: &[u8]) -> Self {
        let now = Timestamp::new(1, 0);
        let slot = NewSlot { password: b"x", label: "", host: "", cost: PasswordCost::DEFAULT, now };
        let repo =
            Repository::create(Arc::new(MemoryBackend::new()), &slot, Parameters::default(), now).unwrap();
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("dump.sql");
        std::fs::write(&file, dump).unwrap();
        let options = BackupOptions::new("h", "u", "test", now);
        let cache = place.path().join("cache");
        let report = backup::run(&repo, &cache, vec![Input::Path(file)], &options, &Silent).unwrap();
        Self { repo, manifest: report.manifest, place }
    }

    fn reader(&self) -> ChunkReader {
        let state = self.repo.open_index(&self.place.path().join("cache"), &Silent).unwrap();
        ChunkReader::new(&self.repo, state.index.view())
    }

    pub fn tables(&self) -> Vec<Table> {
        let reader = self.reader();
        let map = TableMap::open(&reader, &self.manifest.table_maps[0]).unwrap();
        for placed in &map.sections {
            let section = &placed.section;
            assert!(section.is_whole, "{:?} {:?} {:?}", section.kind, section.table, section.note);
        }
        dumps::tables(&map)
    }

    /// What one table's extract is.
    pub fn table(&self, table: &Table, options: &ExtractOptions) -> (Vec<u8>, ExtractReport) {
        self.extract(&[table], options)
    }

    /// Why a table is not extracted.
    pub fn refused(&self, table: &Table, options: &ExtractOptions) -> String {
        let name = table.full_name().into_bytes();
        let options = ExtractOptions { tables: vec![name], ..options.clone() };
        extract::run(&self.reader(), &self.manifest, &options, &mut vec![], &Silent).unwrap_err().to_string()
    }

    pub fn extract(&self, tables: &[&Table], options: &ExtractOptions) -> (Vec<u8>, ExtractReport) {
        let name = |table: &&Table| match table.name.schema.as_ref().or(table.database.as_ref()) {
            Some(schema) => [schema.as_slice(), b".", &table.name.name].concat(),
            None => table.name.name.clone(),
        };
        let options = ExtractOptions { tables: tables.iter().map(name).collect(), ..options.clone() };
        let mut out = vec![];
        let report = extract::run(&self.reader(), &self.manifest, &options, &mut out, &Silent).unwrap();
        assert_eq!(report.bytes_written, out.len() as u64);
        (out, report)
    }
}

/// A name of a table as text.
pub fn text(name: &[u8]) -> String {
    String::from_utf8(name.to_vec()).unwrap()
}
