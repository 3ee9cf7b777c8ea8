//! The dumps of a snapshot and the tables in them, by their table maps. Shared by the verbs that speak of tables.

use crate::base::{ChunkId, TreePath, escape};
use crate::format::table_map::{MapSection, MapSectionKind, MapTableName};
use crate::format::{EntryKind, Manifest, Recipe, TableMapRef};
use crate::repo::{ChunkReader, PlacedSection, Records, RepoError, Subject, TableMap, TreeReader};
use crate::sql;

use super::OpsError;

/// A table of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Database that was current, where the dump has several.
    pub database: Option<Vec<u8>>,
    /// Its name.
    pub name: MapTableName,
    /// Rows in the dump.
    pub rows: u64,
    /// Bytes of its definition, its data and whatever belongs to it.
    pub bytes: u64,
    /// Chunks of its data.
    pub chunks: u64,
    /// Columns with their types, where the dump defines them.
    pub columns: Vec<(Vec<u8>, Vec<u8>)>,
    /// Columns of the primary key, from 0.
    pub primary_key: Vec<u32>,
    /// Whether the dump has all of it.
    pub is_whole: bool,
    /// What is known of what is missing.
    pub note: Option<String>,
}

impl Table {
    /// `schema.name`, or `database.name`, or the name alone, escaped.
    pub fn full_name(&self) -> String {
        full_name(self.database.as_deref(), &self.name)
    }

    /// Whether somebody who says `wanted` can mean this table: by its name, or with its schema or database before a dot.
    pub fn is_called(&self, wanted: &[u8]) -> bool {
        let name = self.name.name.as_slice();
        wanted == name
            || [&self.name.schema, &self.database].into_iter().flatten().any(|schema| {
                wanted.strip_prefix(schema.as_slice()).and_then(|rest| rest.strip_prefix(b".")) == Some(name)
            })
    }
}

/// `schema.name`, or `database.name`, or the name alone, escaped.
pub fn full_name(database: Option<&[u8]>, name: &MapTableName) -> String {
    match name.schema.as_deref().or(database) {
        Some(schema) => format!("{}.{}", escape(schema), escape(&name.name)),
        None => escape(&name.name),
    }
}

/// The dumps of a snapshot at or below `path`.
pub fn of<'m>(
    manifest: &'m Manifest,
    path: Option<&'m TreePath>,
) -> impl Iterator<Item = &'m TableMapRef> + use<'m> {
    manifest.table_maps.iter().filter(move |map| {
        let dump = TreePath::new(map.path.clone());
        path.is_none_or(|path| dump.is_ok_and(|dump| dump.is_within(path)))
    })
}

/// The dump of another snapshot that this one goes on from: that of the same path; else, as names often tell the night, the last one before it
/// whose path differs in digits only.
pub fn counterpart<'m>(manifest: &'m Manifest, path: &[u8]) -> Option<&'m TableMapRef> {
    let same = manifest.table_maps.iter().find(|other| other.path == path);
    same.or_else(|| {
        let alike = without_digits(path);
        let others = manifest.table_maps.iter().filter(|other| without_digits(&other.path) == alike);
        let (before, after): (Vec<_>, Vec<_>) = others.partition(|other| other.path.as_slice() < path);
        let last = before.into_iter().max_by(|one, other| one.path.cmp(&other.path));
        last.or_else(|| after.into_iter().min_by(|one, other| one.path.cmp(&other.path)))
    })
}

/// A path with every run of digits as one.
pub fn without_digits(path: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = vec![];
    for byte in path {
        match byte.is_ascii_digit() {
            true if out.last() == Some(&b'0') => {}
            true => out.push(b'0'),
            false => out.push(*byte),
        }
    }
    out
}

/// What is said of a dump whose last line is missing.
pub const LACKS_ITS_END: &str =
    "the dump ends too soon: the line is missing that its program writes when all is done";

/// Why a dump is not whole although each of its sections is.
pub fn lacks_its_end(map: &TableMap<'_>) -> Option<&'static str> {
    let first = map.sections.first().filter(|placed| placed.section.kind == MapSectionKind::Header)?;
    let closing = sql::closing_line(&first.section.text)?;
    let last = map.sections.iter().rfind(|placed| placed.section.bytes > 0)?;
    (!is_end(&last.section, closing)).then_some(LACKS_ITS_END)
}

/// Whether this section, the last of a dump, has the line that comes last; a footer that is too long for the map is taken to have it.
pub fn is_end(last: &MapSection, closing: &[u8]) -> bool {
    let is_there = last.text.is_empty() || last.text.windows(closing.len()).any(|part| part == closing);
    last.kind == MapSectionKind::Footer && is_there
}

/// The recipe of a dump's content.
///
/// # Errors
/// Those of reading the tree; [`OpsError::NoEntry`] if the map's dump is not in it; [`RepoError::Damaged`] if the map is of another content.
pub fn recipe(
    reader: &ChunkReader,
    manifest: &Manifest,
    at: &TableMapRef,
    map: &TableMap<'_>,
) -> Result<Recipe, OpsError> {
    let missing = || OpsError::NoEntry { path: escape(&at.path), snapshot: "the snapshot".into() };
    let path = TreePath::new(at.path.clone()).map_err(|_| missing())?;
    let mut entries = TreeReader::starting_at(reader, manifest.root, &path)?;
    match entries.next_entry()? {
        Some(entry) if entry.path == path && entry.kind == EntryKind::File => {
            if entry.content_bytes() != map.trailer.dump_bytes {
                let subject = Subject::Object(format!("table map of /{}", escape(&at.path)));
                let reason = "it is of another file than the snapshot has there";
                return Err(RepoError::damaged(subject, reason).into());
            }
            Ok(entry.content.unwrap_or_default())
        }
        _ => Err(missing()),
    }
}

/// The tables of a dump, in the order in which they come first.
pub fn tables(map: &TableMap<'_>) -> Vec<Table> {
    let mut tables: Vec<Table> = vec![];
    let mut places = std::collections::HashMap::new();
    for placed in &map.sections {
        let section = &placed.section;
        let Some(name) = &section.table else { continue };
        let key = (section.database.clone(), name.clone());
        let is_table = matches!(section.kind, MapSectionKind::TableDefinition | MapSectionKind::TableData);
        let place = match places.get(&key) {
            Some(place) => *place,
            // What belongs to something that is no table here is not listed: a trigger of a view.
            None if !is_table => continue,
            None => {
                places.insert(key, tables.len());
                tables.push(empty(section.database.clone(), name.clone()));
                tables.len() - 1
            }
        };
        if let Some(table) = tables.get_mut(place) {
            add(table, placed);
        }
    }
    tables
}

const fn empty(database: Option<Vec<u8>>, name: MapTableName) -> Table {
    Table {
        database,
        name,
        rows: 0,
        bytes: 0,
        chunks: 0,
        columns: vec![],
        primary_key: vec![],
        is_whole: true,
        note: None,
    }
}

fn add(table: &mut Table, placed: &PlacedSection) {
    let section = &placed.section;
    table.rows += section.rows;
    table.bytes += section.bytes;
    table.is_whole &= section.is_whole;
    if table.note.is_none() {
        table.note.clone_from(&section.note);
    }
    if section.kind == MapSectionKind::TableData {
        table.chunks += section.chunks;
    }
    let is_key = matches!(section.kind, MapSectionKind::Constraint | MapSectionKind::Keys);
    if is_key && table.primary_key.is_empty() {
        table.primary_key = section
            .primary_key
            .iter()
            .filter_map(|place| section.columns.get(*place as usize))
            .filter_map(|name| table.columns.iter().position(|(column, _)| column == name))
            .filter_map(|place| u32::try_from(place).ok())
            .collect();
    }
    if section.kind == MapSectionKind::TableDefinition && !section.columns.is_empty() {
        let types = section.types.iter().cloned().chain(std::iter::repeat(vec![]));
        table.columns = section.columns.iter().cloned().zip(types).collect();
        table.primary_key.clone_from(&section.primary_key);
    }
}

/// Hands the ids of `count` chunks of a dump to `each`, one after another, from the one at `first` on.
///
/// # Errors
/// Those of reading the recipe.
pub fn each_chunk_id(
    reader: &ChunkReader,
    recipe: &Recipe,
    first: u64,
    count: u64,
    each: &mut dyn FnMut(&ChunkId),
) -> Result<(), RepoError> {
    let mut records = Records::new(reader, recipe);
    records.skip_records(first)?;
    for _ in 0..count {
        let Some(record) = records.next_record()? else { break };
        each(&record.id);
    }
    Ok(())
}
