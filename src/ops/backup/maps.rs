//! Table maps on their way into the repository: cut and stored like any stream, and taken over with the files that were not touched.

use std::collections::{HashMap, HashSet};

use super::dump::{DumpTally, Marks, known_keys};
use crate::base::TreePath;
use crate::chunker::Chunker;
use crate::format::{Manifest, Recipe, RecipeBuilder, Record, TableMapRef};
use crate::ops::dumps::{counterpart, without_digits};
use crate::repo::{ChunkReader, RepoError, TableMap, TreeReader, Writer};
use crate::sql::KnownKeys;

/// The dumps of last night.
#[derive(Debug, Default)]
pub struct LastDumps {
    manifest: Option<Manifest>,
    /// Their paths without what may tell the night: most files go on from none.
    names: HashSet<Vec<u8>>,
}

impl LastDumps {
    /// Those of `last`.
    pub fn new(last: Option<&Manifest>) -> Self {
        let maps = last.map(|manifest| manifest.table_maps.as_slice()).unwrap_or_default();
        Self { manifest: last.cloned(), names: maps.iter().map(|map| without_digits(&map.path)).collect() }
    }

    /// The keys of the tables in the dump at `path`, as last night's told them. A map that cannot be read tells nothing.
    pub fn known_keys(&self, reader: &ChunkReader, path: &[u8]) -> Option<KnownKeys> {
        known_keys(&TableMap::open(reader, self.counterpart(path)?).ok()?.sections)
    }

    /// The content of the dump that the one at `path`, where none was last night, goes on from.
    pub fn content(&self, reader: &ChunkReader, path: &[u8]) -> Option<Recipe> {
        let path = TreePath::new(self.counterpart(path)?.path.clone()).ok()?;
        TreeReader::find(reader, self.manifest.as_ref()?.root, &path).ok()??.content
    }

    fn counterpart(&self, path: &[u8]) -> Option<&TableMapRef> {
        let manifest = self.manifest.as_ref()?;
        if self.names.contains(&without_digits(path)) { counterpart(manifest, path) } else { None }
    }
}

/// Stores the map of the file at hand, and gathers those of a snapshot.
#[derive(Debug)]
pub struct Maps {
    chunker: Chunker,
    waiting: Vec<u8>,
    recipe: RecipeBuilder,
    ended: Option<(DumpTally, Marks)>,
    /// Maps of last night, by the path of their dump.
    before: HashMap<Vec<u8>, TableMapRef>,
    gathered: Vec<TableMapRef>,
}

impl Maps {
    /// No maps yet; those of `last` whose chunks are all there can be taken over.
    pub fn new(chunker: Chunker, reader: &ChunkReader, last: Option<&Manifest>) -> Self {
        let all = last.map(|manifest| manifest.table_maps.clone()).unwrap_or_default();
        let is_there = |map: &TableMapRef| reader.has_all(&map.recipe).unwrap_or(false);
        let before = all.into_iter().filter(is_there).map(|map| (map.path.clone(), map)).collect();
        let recipe = RecipeBuilder::new();
        Self { chunker, waiting: vec![], recipe, ended: None, before, gathered: vec![] }
    }

    /// Forgets what was stored of the file at hand.
    pub fn restart(&mut self) {
        self.waiting.clear();
        self.recipe = RecipeBuilder::new();
        self.ended = None;
    }

    /// Stores the next bytes.
    ///
    /// # Errors
    /// Those of [`Writer::put_metadata`].
    pub fn push(&mut self, bytes: &[u8], writer: &mut Writer<'_>) -> Result<(), RepoError> {
        self.waiting.extend_from_slice(bytes);
        self.store(writer, false)
    }

    /// The map is whole; these are the marks behind the dump's last chunk.
    pub fn end(&mut self, tally: DumpTally, marks: Marks) {
        self.ended = Some((tally, marks));
    }

    /// Why the dump at hand is not whole, if that is so.
    pub fn lacks(&self) -> Option<&'static str> {
        self.ended.as_ref().and_then(|(tally, _)| tally.lacks)
    }

    /// The file at hand lies at `path`: its map, if it has one, is one of the snapshot's. Gives the marks behind the last chunk of what has one.
    ///
    /// # Errors
    /// Those of [`Writer::put_metadata`].
    pub fn file_ended(&mut self, path: &[u8], writer: &mut Writer<'_>) -> Result<Option<Marks>, RepoError> {
        let ended = self.ended.take();
        if let Some((tally, _)) = &ended {
            self.store(writer, true)?;
            let recipe = std::mem::take(&mut self.recipe);
            let recipe = recipe.finish(&mut |records: Vec<u8>| writer.put_metadata(&records))?;
            self.gather(path, recipe, *tally);
        }
        self.restart();
        Ok(ended.map(|(_, marks)| marks))
    }

    /// A file was not read: it has the map that it had last night, and costs nothing.
    pub fn take_over(&mut self, path: &[u8]) {
        self.gathered.extend(self.before.get(path).cloned().map(|map| TableMapRef { cost: None, ..map }));
    }

    /// The maps of the snapshot, in tree order of their dumps.
    pub fn finish(self) -> Vec<TableMapRef> {
        self.gathered
    }

    fn gather(&mut self, path: &[u8], recipe: Recipe, tally: DumpTally) {
        let DumpTally { tables, rows, lacks: _ } = tally;
        self.gathered.push(TableMapRef { path: path.to_vec(), recipe, tables, rows, cost: None });
    }

    fn store(&mut self, writer: &mut Writer<'_>, is_end: bool) -> Result<(), RepoError> {
        let mut start = 0;
        loop {
            let rest = self.waiting.get(start..).unwrap_or_default();
            if rest.is_empty() || (rest.len() < self.chunker.bytes_max() && !is_end) {
                break;
            }
            let rest = rest.get(..self.chunker.bytes_max()).unwrap_or(rest);
            let length = self.chunker.cut(rest, &[]);
            let plain = rest.get(..length).unwrap_or_default();
            let id = writer.put_metadata(plain)?;
            let bytes = u32::try_from(length).map_err(|_| RepoError::Encode("a chunk over 4 GiB".into()))?;
            self.recipe.push(Record { id, bytes }, &mut |records: Vec<u8>| writer.put_metadata(&records))?;
            start += length;
        }
        self.waiting.drain(..start);
        Ok(())
    }
}
