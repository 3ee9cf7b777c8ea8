//! `extract`: tables out of a dump, with everything that belongs to them and nothing else.
//!
//! The table map says where everything is; only that is read. Bytes of the dump go out as they stand there, unless something else is asked for.

pub mod plan;
mod read;
mod sections;

use std::io::Write;

pub use self::sections::each;

use self::plan::{Plan, PlanOptions, Wanted};
use self::read::{Given, Stretch};
use super::OpsError;
use super::dumps::{self, Table};
use crate::base::{Observer, TreePath, escape};
use crate::format::table_map::MapSectionKind;
use crate::format::{Manifest, Recipe, TableMapRef};
use crate::repo::{ChunkReader, PlacedSection, TableMap};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ExtractOptions {
    /// Names of tables, with schema or database before a dot where that is needed.
    pub tables: Vec<Vec<u8>>,
    /// The dump, or a directory above it.
    pub from: Option<TreePath>,
    /// Which parts of the tables.
    pub plan: PlanOptions,
    /// Types, extensions, functions and schemas of the dump come first.
    pub with_prerequisites: bool,
    /// A line that stands before everything as a comment.
    pub banner: String,
}

/// What went out.
#[derive(Debug, Clone)]
pub struct ExtractReport {
    /// Path of the dump.
    pub dump: Vec<u8>,
    /// The tables.
    pub tables: Vec<Table>,
    /// Rows that went out.
    pub rows: u64,
    /// Bytes that were written.
    pub bytes_written: u64,
    /// Kinds and names of what the tables may need and did not come along.
    pub prerequisites: Vec<String>,
}

/// The dump that has all the tables.
pub(super) struct Found<'r> {
    pub at: TableMapRef,
    pub map: TableMap<'r>,
    pub tables: Vec<Table>,
}

/// Writes the tables to `out`.
///
/// # Errors
/// [`OpsError::NoTable`], [`OpsError::SeveralDumps`]; those of reading chunks; [`OpsError::Output`].
pub fn run(
    reader: &ChunkReader,
    manifest: &Manifest,
    options: &ExtractOptions,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<ExtractReport, OpsError> {
    let found = find(reader, manifest, options)?;
    let recipe = dumps::recipe(reader, manifest, &found.at)?;
    let sections: Vec<_> = found.map.sections.iter().map(|placed| &placed.section).collect();
    let plan = plan::plan(&sections, &found.tables, options.plan);
    let mut writing = Writing { out, bytes: 0 };
    writing.write(options.banner.as_bytes())?;
    statements(reader, &recipe, &found, &plan, options, observer, &mut writing)?;
    let with_rows = options.plan.wanted != Wanted::Schema;
    let prerequisites =
        if options.with_prerequisites { vec![] } else { names(&found.map, &plan.prerequisites) };
    Ok(ExtractReport {
        dump: found.at.path,
        rows: if with_rows { found.tables.iter().map(|table| table.rows).sum() } else { 0 },
        tables: found.tables,
        bytes_written: writing.bytes,
        prerequisites,
    })
}

/// The one dump that has the tables.
pub(super) fn find<'r>(
    reader: &'r ChunkReader,
    manifest: &Manifest,
    options: &ExtractOptions,
) -> Result<Found<'r>, OpsError> {
    let first = || options.tables.first().map(|name| escape(name)).unwrap_or_default();
    let mut found: Vec<Found<'r>> = vec![];
    let mut unknown: Option<plan::Unknown> = None;
    for at in dumps::of(manifest, options.from.as_ref()) {
        let map = TableMap::open(reader, at)?;
        match plan::choose(&dumps::tables(&map), &options.tables) {
            Ok(tables) => found.push(Found { at: at.clone(), map, tables }),
            Err(other) if unknown.as_ref().is_none_or(|unknown| unknown.nearest.is_empty()) => {
                unknown = Some(other);
            }
            Err(_) => {}
        }
    }
    if found.len() > 1 {
        let dumps = found.iter().map(|found| format!("/{}", escape(&found.at.path))).collect();
        return Err(OpsError::SeveralDumps { name: first(), dumps });
    }
    found.pop().ok_or_else(|| {
        let place = match &options.from {
            Some(path) => format!("the dumps of /{path}"),
            None => "the dumps of the snapshot".into(),
        };
        let unknown = unknown.unwrap_or(plan::Unknown { name: first(), nearest: vec![] });
        OpsError::NoTable { name: unknown.name, place, nearest: unknown.nearest }
    })
}

/// Writes sections as they stand in the dump.
fn statements(
    reader: &ChunkReader,
    recipe: &Recipe,
    found: &Found<'_>,
    plan: &Plan,
    options: &ExtractOptions,
    observer: &dyn Observer,
    writing: &mut Writing<'_>,
) -> Result<(), OpsError> {
    let mut numbers = plan.sections.clone();
    if options.with_prerequisites {
        numbers.extend(&plan.prerequisites);
        numbers.sort_unstable();
    }
    let placed = |number: usize| found.map.sections.get(number);
    let stretches = numbers.iter().filter_map(|number| Some((*number, placed(*number)?))).flat_map(
        |(number, section)| {
            let bytes = Stretch::Bytes { range: section.range.clone(), anchor: section.anchor };
            [bytes, Stretch::End(number)]
        },
    );
    // What may have to be another in the extract than in the dump is small, and gathered whole.
    let mut gathered = vec![];
    let mut ahead = numbers.iter().copied().filter_map(placed).peekable();
    read::read(reader, recipe, stretches.collect(), observer, &mut |given| {
        let section = ahead.peek().copied();
        match given {
            Given::Bytes(bytes) if section.is_some_and(is_gathered) => gathered.extend_from_slice(bytes),
            Given::Bytes(bytes) => writing.write(bytes)?,
            Given::Run(_) => {}
            Given::End(_) => {
                ahead.next();
                if let Some(section) = section.filter(|section| is_gathered(section)) {
                    writing.write(&edited(section, std::mem::take(&mut gathered)))?;
                }
            }
        }
        Ok(())
    })
}

/// Sections that are changed on their way out, and are small.
fn is_gathered(placed: &PlacedSection) -> bool {
    placed.section.kind != MapSectionKind::TableData
}

/// A section as it goes out: lines that only the dump's own program understands are left out, and its delimiter is said.
fn edited(placed: &PlacedSection, bytes: Vec<u8>) -> Vec<u8> {
    let is_frame = matches!(placed.section.kind, MapSectionKind::Header | MapSectionKind::Footer);
    let bytes = if is_frame { without_client_lines(&bytes) } else { bytes };
    match &placed.section.delimiter {
        None => bytes,
        Some(delimiter) => {
            let end: &[u8] = if bytes.ends_with(b"\n") { b"" } else { b"\n" };
            [b"DELIMITER ", delimiter.as_slice(), b"\n", &bytes, end, b"DELIMITER ;\n"].concat()
        }
    }
}

/// Without the line that turns on the sandbox of MariaDB's client, and those that restrict `psql` to a key of the dump's.
fn without_client_lines(bytes: &[u8]) -> Vec<u8> {
    const STARTS: [&[u8]; 4] = [b"/*!999999\\- ", b"/*M!999999\\- ", b"\\restrict ", b"\\unrestrict "];
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    lines.retain(|line| !STARTS.iter().any(|start| line.starts_with(start)));
    lines.concat()
}

/// What sections are, for people.
fn names(map: &TableMap<'_>, numbers: &[usize]) -> Vec<String> {
    let sections = numbers.iter().filter_map(|number| map.sections.get(*number));
    let name = |placed: &PlacedSection| {
        let object = placed.section.object.as_ref()?;
        let kind = match placed.section.kind {
            MapSectionKind::Type => "type",
            MapSectionKind::Extension => "extension",
            MapSectionKind::Function => "function",
            _ => "schema",
        };
        let schema = object.schema.as_ref().map(|schema| format!("{}.", escape(schema))).unwrap_or_default();
        Some(format!("{kind} {schema}{}", escape(&object.name)))
    };
    let mut names: Vec<String> = sections.filter_map(name).collect();
    names.dedup();
    names
}

/// Counts what is written.
struct Writing<'w> {
    out: &'w mut dyn Write,
    bytes: u64,
}

impl Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), OpsError> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|source| OpsError::Output { what: "the extract", source })
    }
}
