//! `tables`: what is in the dumps of a snapshot, and what is another than in the snapshot before.

use std::collections::{HashMap, HashSet};

use blake3::Hash;

use super::OpsError;
use super::dumps::{self, Table};
use crate::base::TreePath;
use crate::format::table_map::{MapSection, MapSectionKind, MapTableName};
use crate::format::{Manifest, TableMapRef};
use crate::repo::{ChunkReader, Records, RepoError, TableMap};

/// How a table compares with the same table of another snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableChange {
    /// There is no other snapshot, or no dump of this path in it.
    Unknown,
    /// It was not there.
    New,
    /// Definition or rows differ; so many rows more, or fewer.
    Changed {
        /// Rows now, less rows then.
        rows: i64,
    },
    /// Every byte is the same.
    Same,
}

/// A table and the dump it is in.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Path of the dump.
    pub dump: Vec<u8>,
    /// The table.
    pub table: Table,
    /// How it compares.
    pub change: TableChange,
}

/// A snapshot that is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Before<'b> {
    /// Reads it.
    pub reader: &'b ChunkReader,
    /// The snapshot.
    pub manifest: &'b Manifest,
}

/// What there is beside the tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TablesReport {
    /// Dumps.
    pub dumps: usize,
    /// Dumps that end too soon, though no table of theirs does, and why they are said to.
    pub not_whole: Vec<(Vec<u8>, &'static str)>,
    /// Tables that the other snapshot has in these dumps, and this one has not: path of the dump, and name.
    pub gone: Vec<(Vec<u8>, String)>,
}

/// Hands `each` the tables of the dumps at or below `path`, dump by dump.
///
/// # Errors
/// Those of reading maps and of `each`.
pub fn run(
    reader: &ChunkReader,
    manifest: &Manifest,
    path: Option<&TreePath>,
    before: Option<Before<'_>>,
    each: &mut dyn FnMut(&Listed) -> Result<(), OpsError>,
) -> Result<TablesReport, OpsError> {
    let mut report = TablesReport::default();
    for at in dumps::of(manifest, path) {
        report.dumps += 1;
        let map = TableMap::open(reader, at)?;
        report.not_whole.extend(dumps::lacks_its_end(&map).map(|why| (at.path.clone(), why)));
        let old = before.map(|before| Old::open(before, at)).transpose()?.flatten();
        let print = old.is_some().then(|| Prints::new(reader, manifest, at, &map)).transpose()?;
        let tables = dumps::tables(&map);
        if let Some(old) = &old {
            let gone = old.without(&tables);
            report.gone.extend(gone.into_iter().map(|name| (at.path.clone(), name)));
        }
        for table in tables {
            let change = match (&old, &print) {
                (Some(old), Some(now)) => old.compare(&table, &now.of(&map, &table)?),
                _ => TableChange::Unknown,
            };
            each(&Listed { dump: at.path.clone(), table, change })?;
        }
    }
    Ok(report)
}

/// What a table is made of: lengths and kinds of its sections, and the chunks that they touch.
type Print = [u8; 32];

/// Takes prints of the tables of one dump.
struct Prints<'r> {
    reader: &'r ChunkReader,
    recipe: crate::format::Recipe,
    /// Prints of the bytes of data that shares chunks, by the number of its section.
    of_bytes: HashMap<usize, Hash>,
}

impl<'r> Prints<'r> {
    fn new(
        reader: &'r ChunkReader,
        manifest: &Manifest,
        at: &TableMapRef,
        map: &TableMap<'_>,
    ) -> Result<Self, OpsError> {
        let recipe = dumps::recipe(reader, manifest, at, map)?;
        let of_bytes = of_bytes(reader, &recipe, map)?;
        Ok(Self { reader, recipe, of_bytes })
    }

    /// Data is compared by its chunks, or by its bytes where they hold something else; definitions by what the map says of them.
    fn of(&self, map: &TableMap<'_>, table: &Table) -> Result<Print, RepoError> {
        let mut hasher = blake3::Hasher::new();
        let belongs = |section: &crate::format::table_map::MapSection| {
            section.database == table.database && section.table.as_ref() == Some(&table.name)
        };
        let sections = map.sections.iter().enumerate();
        for (number, placed) in sections.filter(|(_, placed)| belongs(&placed.section)) {
            hasher.update(&placed.section.bytes.to_le_bytes());
            hasher
                .update(self.of_bytes.get(&number).map(Hash::as_bytes).map_or(b"".as_slice(), |print| print));
            if placed.section.has_pages() {
                let count = placed.pages.end - placed.pages.start;
                let first = placed.anchor.chunk;
                dumps::each_chunk_id(self.reader, &self.recipe, first, count, &mut |id| {
                    hasher.update(id.as_bytes());
                })?;
            }
        }
        for (name, kind) in &table.columns {
            hasher.update(name).update(b"\0").update(kind).update(b"\0");
        }
        Ok(*hasher.finalize().as_bytes())
    }
}

/// Prints of data that shares chunks, in one pass over the dump's records; nothing but those chunks is read.
fn of_bytes(
    reader: &ChunkReader,
    recipe: &crate::format::Recipe,
    map: &TableMap<'_>,
) -> Result<HashMap<usize, Hash>, RepoError> {
    let is_shared = |section: &MapSection| section.kind == MapSectionKind::TableData && section.shares_chunks;
    let sections = map.sections.iter().enumerate();
    let mut wanted = sections.filter(|(_, placed)| is_shared(&placed.section)).peekable();
    let (mut prints, mut hasher, mut end) = (HashMap::new(), blake3::Hasher::new(), 0);
    let mut records = Records::new(reader, recipe);
    while let (Some(_), Some(record)) = (wanted.peek(), records.next_record()?) {
        let start = end;
        end += u64::from(record.bytes);
        let mut plain = None;
        while let Some((number, placed)) = wanted.peek().filter(|(_, placed)| placed.range.start < end) {
            let plain = match &plain {
                Some(plain) => plain,
                None => plain.insert(reader.chunk(&record.id)?),
            };
            let inside =
                |offset: u64| usize::try_from(offset.clamp(start, end) - start).unwrap_or(usize::MAX);
            hasher
                .update(plain.get(inside(placed.range.start)..inside(placed.range.end)).unwrap_or_default());
            if placed.range.end > end {
                break;
            }
            prints.insert(*number, hasher.finalize());
            hasher.reset();
            wanted.next();
        }
    }
    Ok(prints)
}

/// A database and the name of a table in it.
type Key = (Option<Vec<u8>>, MapTableName);

/// The tables of the dump of the same path in the other snapshot.
struct Old {
    /// What each table was made of, and its rows.
    tables: HashMap<Key, (Print, u64)>,
    /// Their names, in the order of the dump.
    names: Vec<(Key, String)>,
}

impl Old {
    fn open(before: Before<'_>, at: &TableMapRef) -> Result<Option<Self>, OpsError> {
        let Some(old) = dumps::counterpart(before.manifest, &at.path) else { return Ok(None) };
        let map = TableMap::open(before.reader, old)?;
        let prints = Prints::new(before.reader, before.manifest, old, &map)?;
        let (mut tables, mut names) = (HashMap::new(), vec![]);
        for table in dumps::tables(&map) {
            names.push(((table.database.clone(), table.name.clone()), table.full_name()));
            let print = prints.of(&map, &table)?;
            tables.insert((table.database, table.name), (print, table.rows));
        }
        Ok(Some(Self { tables, names }))
    }

    /// Names of tables that are not among these.
    fn without(&self, tables: &[Table]) -> Vec<String> {
        let there: HashSet<Key> =
            tables.iter().map(|table| (table.database.clone(), table.name.clone())).collect();
        self.names.iter().filter(|(key, _)| !there.contains(key)).map(|(_, name)| name.clone()).collect()
    }

    fn compare(&self, table: &Table, print: &Print) -> TableChange {
        match self.tables.get(&(table.database.clone(), table.name.clone())) {
            None => TableChange::New,
            Some((old, _)) if old == print => TableChange::Same,
            Some((_, rows)) => TableChange::Changed { rows: table.rows.cast_signed() - rows.cast_signed() },
        }
    }
}
