//! Sorts more records than are held in memory: sorted runs in a temporary file, merged while they are read back.
//!
//! The file has no name once it is open, so that nothing is left of it whatever happens. With records for one run only there is none.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rayon::prelude::*;

use super::{IndexError, Location};
use crate::base::limits::{INDEX_MERGE_RECORDS, INDEX_RUN_RECORDS};

const RECORD_BYTES: usize = 32;

/// What a chunk is found by and where it is.
pub type Record = (u128, Location);

/// Takes records in any order.
pub struct Sorter {
    path: PathBuf,
    run_records: usize,
    records: Vec<Record>,
    spilled: Option<Spilled>,
}

/// The runs in the file: one behind the other, `ends` are where they end.
struct Spilled {
    file: File,
    ends: Vec<u64>,
}

/// The records in order.
pub struct Sorted {
    path: PathBuf,
    file: Option<File>,
    /// The next record of each run that has one.
    heads: BinaryHeap<Reverse<(Record, usize)>>,
    runs: Vec<Run>,
}

/// What is left of a run: in memory, from the last to the first, and behind that in the file.
struct Run {
    read: Vec<Record>,
    next: u64,
    end: u64,
}

impl Sorter {
    /// A sorter whose temporary file, if there has to be one, is made at `path`, which nobody else uses.
    pub const fn new(path: PathBuf) -> Self {
        Self { path, run_records: INDEX_RUN_RECORDS, records: Vec::new(), spilled: None }
    }

    /// A sorter that makes no file, however many there are.
    pub fn in_memory() -> Self {
        Self { path: PathBuf::new(), run_records: usize::MAX, records: Vec::new(), spilled: None }
    }

    /// Takes a record.
    ///
    /// # Errors
    /// [`IndexError::Cache`].
    pub fn push(&mut self, record: Record) -> Result<(), IndexError> {
        self.records.push(record);
        if self.records.len() < self.run_records {
            return Ok(());
        }
        self.spill().map_err(|source| IndexError::Cache { path: self.path.clone(), source })
    }

    fn spill(&mut self) -> io::Result<()> {
        self.records.par_sort_unstable();
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => {
                let mut options = File::options();
                let file = options.read(true).write(true).create(true).truncate(true).open(&self.path)?;
                std::fs::remove_file(&self.path)?;
                none.insert(Spilled { file, ends: vec![] })
            }
        };
        let mut bytes = Vec::with_capacity(INDEX_MERGE_RECORDS * RECORD_BYTES);
        for records in self.records.chunks(INDEX_MERGE_RECORDS) {
            bytes.clear();
            for (id, location) in records {
                bytes.extend_from_slice(&id.to_le_bytes());
                bytes.extend_from_slice(&location.encode().to_le_bytes());
            }
            spilled.file.write_all(&bytes)?;
        }
        let start = spilled.ends.last().copied().unwrap_or(0);
        spilled.ends.push(start + (self.records.len() * RECORD_BYTES) as u64);
        self.records.clear();
        Ok(())
    }

    /// Everything that was taken, in order.
    ///
    /// # Errors
    /// [`IndexError::Cache`].
    pub fn finish(mut self) -> Result<Sorted, IndexError> {
        self.records.par_sort_unstable_by(|a, b| b.cmp(a));
        let mut runs = vec![Run { read: self.records, next: 0, end: 0 }];
        let mut start = 0;
        let (file, ends) = self.spilled.map_or((None, vec![]), |spilled| (Some(spilled.file), spilled.ends));
        for end in ends {
            runs.push(Run { read: vec![], next: start, end });
            start = end;
        }
        let mut sorted = Sorted { path: self.path, file, heads: BinaryHeap::new(), runs };
        for run in 0..sorted.runs.len() {
            sorted.take_head(run)?;
        }
        Ok(sorted)
    }
}

impl Sorted {
    /// The next record.
    ///
    /// # Errors
    /// [`IndexError::Cache`].
    pub fn next_record(&mut self) -> Result<Option<Record>, IndexError> {
        let Some(Reverse((record, run))) = self.heads.pop() else { return Ok(None) };
        self.take_head(run)?;
        Ok(Some(record))
    }

    fn take_head(&mut self, number: usize) -> Result<(), IndexError> {
        let (Some(run), file) = (self.runs.get_mut(number), &self.file) else { return Ok(()) };
        if run.read.is_empty()
            && let Some(file) = file
        {
            run.read_on(file).map_err(|source| IndexError::Cache { path: self.path.clone(), source })?;
        }
        if let Some(record) = run.read.pop() {
            self.heads.push(Reverse((record, number)));
        }
        Ok(())
    }
}

impl Run {
    fn read_on(&mut self, file: &File) -> io::Result<()> {
        let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(INDEX_MERGE_RECORDS * RECORD_BYTES)];
        file.read_exact_at(&mut bytes, self.next)?;
        self.next += bytes.len() as u64;
        let (records, _) = bytes.as_chunks::<RECORD_BYTES>();
        self.read.extend(records.iter().rev().filter_map(|record| {
            let (id, location) = record.split_first_chunk::<16>()?;
            let location = u128::from_le_bytes(location.try_into().ok()?);
            Some((u128::from_le_bytes(*id), Location::decode(location)))
        }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ChunkId;

    fn record(number: u32) -> Record {
        let id = ChunkId::new(*blake3::hash(&(number / 2).to_le_bytes()).as_bytes());
        (super::super::place::key(&id), Location { pack: number, region: 1, offset: 2, bytes: 3 })
    }

    /// The records after sorting, with runs of this length.
    fn sorted(records: &[Record], run_records: usize) -> Vec<Record> {
        let place = tempfile::tempdir().unwrap();
        let mut sorter = Sorter { run_records, ..Sorter::new(place.path().join("runs")) };
        for record in records {
            sorter.push(*record).unwrap();
        }
        let left_over: Vec<_> = std::fs::read_dir(place.path()).unwrap().collect();
        assert!(left_over.is_empty(), "{left_over:?}");
        let mut sorted = sorter.finish().unwrap();
        std::iter::from_fn(|| sorted.next_record().unwrap()).collect()
    }

    #[test]
    fn records_come_in_order_whatever_the_length_of_the_runs() {
        // More than is read of a run at once, and every id twice.
        let records: Vec<_> = (0..10_000).map(record).collect();
        let mut expected = records.clone();
        expected.sort_unstable();
        for run_records in [7, 999, 4000, 10_000, 10_001] {
            assert_eq!(sorted(&records, run_records), expected, "{run_records}");
        }
        assert_eq!(sorted(&[], 3), []);
    }

    #[test]
    fn a_directory_that_takes_no_file_is_named() {
        let mut sorter = Sorter { run_records: 1, ..Sorter::new("/nowhere/at/all".into()) };
        let error = sorter.push(record(1)).unwrap_err();
        assert!(matches!(&error, IndexError::Cache { path, .. } if path.ends_with("all")), "{error}");
    }
}
