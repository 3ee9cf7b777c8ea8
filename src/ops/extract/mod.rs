//! `extract`: tables out of a dump, with everything that belongs to them and nothing else.
//!
//! The table map says where everything is; only that is read. First the text of what has no rows: it says what else the tables need.
//! Bytes of the dump go out as they stand there, unless something else is asked for.

mod needs;
pub mod plan;
mod read;
mod rows;
mod sections;
mod text;
mod write;

pub use rows::{RowFormat, RowOptions};
pub use sections::each;

use std::io::Write;

use self::needs::Needs;
use self::plan::{Plan, PlanOptions, Wanted};
use self::text::{Dump, Texts};
use self::write::Writing;
use super::OpsError;
use super::dumps::{self, Table};
use crate::base::{Observer, TreePath, escape, units};
use crate::format::table_map::MapDialect;
use crate::format::{Manifest, TableMapRef};
use crate::repo::{ChunkReader, TableMap};
use crate::sql::Dialect;
use crate::sql::edit::{Edits, Renames};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ExtractOptions {
    /// Names of tables, with schema or database before a dot where that is needed.
    pub tables: Vec<Vec<u8>>,
    /// The dump, or a directory above it.
    pub from: Option<TreePath>,
    /// Which parts of the tables.
    pub plan: PlanOptions,
    /// Rows are read one by one: picked, or written in another form. Then nothing but rows goes out.
    pub rows: Option<RowOptions>,
    /// That no row is wanted is no error.
    pub allow_empty: bool,
    /// Types, extensions, functions and schemas of the dump that the tables need come first.
    pub with_prerequisites: bool,
    /// The one table gets this name, and what belongs to it names made of it.
    pub new_name: Option<Vec<u8>>,
    /// Triggers of MySQL come without the user they run as.
    pub no_definer: bool,
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
    /// Kinds and names of what the tables need and did not come along.
    pub prerequisites: Vec<String>,
    /// Tables that foreign keys refer to and that did not come along.
    pub references: Vec<String>,
    /// What should be known besides.
    pub notes: Vec<String>,
}

impl ExtractReport {
    /// Rows went out, and nothing that needs anything.
    fn of_rows(found: Found<'_>, rows: u64, bytes_written: u64) -> Self {
        let (dump, tables) = (found.at.path, found.tables);
        Self { dump, tables, rows, bytes_written, prerequisites: vec![], references: vec![], notes: vec![] }
    }
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
    let recipe = dumps::recipe(reader, manifest, &found.at, &found.map)?;
    let dump = Dump { reader, recipe: &recipe, map: &found.map, observer };
    if let Some(row_options) = &options.rows {
        let mut writing = Writing::new(out);
        let rows = rows::run(dump, &found.tables, row_options, options, &mut writing)?;
        let bytes_written = writing.bytes;
        let notes = dumps::lacks_its_end(dump.map).map(str::to_string).into_iter().collect();
        return Ok(ExtractReport { notes, ..ExtractReport::of_rows(found, rows, bytes_written) });
    }
    let sections: Vec<_> = found.map.sections.iter().map(|placed| &placed.section).collect();
    let plan = plan::plan(&sections, &found.tables, options.plan);
    let mut texts = Texts::new();
    texts.gather(dump, &[plan.belonging.as_slice(), &plan.sections].concat())?;
    let mut needs = needs::find(dump, &plan, !options.plan.no_foreign_keys, &mut texts)?;
    if options.plan.wanted == Wanted::Data {
        (needs.prerequisites, needs.parents, needs.references) = (vec![], vec![], vec![]);
    }
    let mut numbers = plan.sections.clone();
    let of_sequences = needs.sequence_sections.iter();
    numbers.extend(of_sequences.filter(|number| plan::is_wanted(dump, **number, options.plan)));
    if options.with_prerequisites {
        numbers.extend(&needs.prerequisites);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut writing = Writing::new(out);
    writing.write(options.banner.as_bytes())?;
    let edits = Edits {
        renames: renames(dump, &found.tables, options.new_name.as_deref(), &plan, &needs, &texts),
        no_definer: options.no_definer,
        no_foreign_keys: options.plan.no_foreign_keys,
    };
    let unnamed = write::sections(dump, &numbers, &plan.belonging, &texts, edits, &mut writing)?;
    Ok(ExtractReport {
        rows: plan.rows,
        bytes_written: writing.bytes,
        prerequisites: missing(dump, &needs, options.with_prerequisites),
        notes: notes(dump, &found.tables, options.plan.wanted, unnamed, &texts),
        references: needs.references,
        dump: found.at.path,
        tables: found.tables,
    })
}

/// Writes the rows of one table of the dump that was found; gives how many.
///
/// # Errors
/// Those of [`run`].
pub(super) fn rows_of(
    reader: &ChunkReader,
    manifest: &Manifest,
    found: &Found<'_>,
    table: &Table,
    options: &ExtractOptions,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<u64, OpsError> {
    let recipe = dumps::recipe(reader, manifest, &found.at, &found.map)?;
    let dump = Dump { reader, recipe: &recipe, map: &found.map, observer };
    let Some(row_options) = &options.rows else { return Ok(0) };
    rows::run(dump, std::slice::from_ref(table), row_options, options, &mut Writing::new(out))
}

/// Names of the columns with which the rows of a table come, without those that the server computes.
///
/// # Errors
/// Those of reading chunks.
pub(super) fn columns(
    reader: &ChunkReader,
    manifest: &Manifest,
    found: &Found<'_>,
    table: &Table,
    observer: &dyn Observer,
) -> Result<Vec<Vec<u8>>, OpsError> {
    let recipe = dumps::recipe(reader, manifest, &found.at, &found.map)?;
    rows::columns(Dump { reader, recipe: &recipe, map: &found.map, observer }, table)
}

/// Kinds and names of what does not come along and is needed.
fn missing(dump: Dump<'_>, needs: &Needs, with_prerequisites: bool) -> Vec<String> {
    let mut missing = if with_prerequisites { vec![] } else { needs::names(dump, &needs.prerequisites) };
    missing.extend(needs.parents.iter().map(|table| format!("table {table}")));
    missing
}

fn notes(dump: Dump<'_>, tables: &[Table], wanted: Wanted, unnamed: u64, texts: &Texts) -> Vec<String> {
    let sections: Vec<_> = dump.map.sections.iter().map(|placed| &placed.section).collect();
    let mut notes = if wanted == Wanted::Schema { vec![] } else { plan::rows_elsewhere(&sections, tables) };
    notes.extend(dumps::lacks_its_end(dump.map).map(str::to_string));
    if unnamed > 0 {
        let speak = "statement does not speak of it by its name, and was left as it is";
        let others = "statements do not speak of it by its name, and were left as they are";
        notes.push(units::counted(unnamed, speak, others));
    }
    if !texts.are_all {
        notes.push(
            "there is more text than is looked through; something that is needed may be missing".into(),
        );
    }
    notes
}

/// What is called otherwise than in the dump.
fn renames(
    dump: Dump<'_>,
    tables: &[Table],
    new_name: Option<&[u8]>,
    plan: &Plan,
    needs: &Needs,
    texts: &Texts,
) -> Renames {
    let mut renames = match (tables, new_name) {
        ([table, ..], Some(new)) => Renames::of_table(dump.dialect(), &needs::name(&table.name), new),
        _ => Renames::new(dump.dialect()),
    };
    if renames.has_table() || dump.dialect() == Dialect::MySql {
        needs.sequences.iter().for_each(|sequence| renames.sequence(sequence));
    }
    for number in &plan.belonging {
        if let Some(text) = texts.get(*number) {
            renames.learn_all(
                text,
                dump.map.sections.get(*number).and_then(|placed| placed.section.delimiter.as_deref()),
            );
        }
    }
    renames
}

/// Two tables that would both go by one name: of two databases of MySQL, whose names are not in what goes out, or with a new name for all.
fn refuse_clashing(found: &Found<'_>, options: &ExtractOptions) -> Result<(), OpsError> {
    if let (Some(_), [_, other, ..]) = (&options.new_name, found.tables.as_slice()) {
        let reason = format!("one table gets a new name, and {} is another", other.full_name());
        return Err(OpsError::Request(reason));
    }
    if found.map.trailer.dialect != MapDialect::MySql {
        return Ok(());
    }
    for (place, table) in found.tables.iter().enumerate() {
        let mut others = found.tables.iter().skip(place + 1);
        if let Some(other) = others.find(|other| other.name.name == table.name.name) {
            let (one, other) = (table.full_name(), other.full_name());
            return Err(OpsError::Request(format!("{one} and {other} would both be made: say which")));
        }
    }
    Ok(())
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
    if let Some(found) = found.last() {
        refuse_clashing(found, options)?;
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
