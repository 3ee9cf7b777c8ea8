//! Rows of a table, read one by one: picked by a condition, written as SQL, CSV or JSON lines.
//!
//! Pages whose keys no wanted row can have are not read. The lexer finds the rows again in what is read, with the dump's own
//! header before it, so that it reads them by the same rules.

mod columns;
mod out;
mod pick;
mod split;
mod tables;

use std::ops::Range;

use self::columns::{columns_of, form_of};
use self::out::Out;
use self::pick::{Picking, Run};
use self::split::Splitter;
use super::ExtractOptions;
use super::plan;
use super::read::{self, Given, Stretch, Stretches};
use super::text::{Dump, Texts};
use super::write::{Writing, without_client_lines};
use crate::base::escape;
use crate::format::table_map::MapSectionKind;
use crate::ops::OpsError;
use crate::ops::dumps::Table;
use crate::repo::PlacedSection;
use crate::sql::ddl::TableSchema;
use crate::sql::filter::Filter;
use crate::sql::output;
use crate::sql::value::{RowForm, read_row};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Statements of the dump's own dialect.
    Sql,
    /// CSV, with a line of names.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// Which rows go out, and how.
#[derive(Debug, Clone)]
pub struct RowOptions {
    /// What stands behind `WHERE`.
    pub condition: Option<String>,
    /// How they are written.
    pub format: RowFormat,
    /// SQL goes as COPY into the table of this name, in whatever form the dump has its rows.
    pub staged: Option<Vec<u8>>,
}

/// Writes the rows of `tables` that are wanted, in SQL between the header of the dump and its footer; gives how many there were.
///
/// # Errors
/// [`OpsError::Request`] for a condition that cannot be used; [`OpsError::Rows`] for rows that cannot be read; [`OpsError::NoRows`]; those of
/// reading chunks.
pub fn run(
    dump: Dump<'_>,
    tables: &[Table],
    rows: &RowOptions,
    options: &ExtractOptions,
    writing: &mut Writing<'_>,
) -> Result<u64, OpsError> {
    if rows.format == RowFormat::Csv && tables.len() > 1 {
        return Err(OpsError::Request("CSV is of one table at a time".into()));
    }
    let sections = &dump.map.sections;
    let all: Vec<_> = sections.iter().map(|placed| &placed.section).collect();
    if let Some(reason) = plan::rows_elsewhere(&all, tables).pop() {
        return Err(OpsError::Request(reason));
    }
    let data = sections.iter().position(|placed| placed.section.kind == MapSectionKind::TableData);
    let header = text_of(dump, MapSectionKind::Header, 0..data.unwrap_or(sections.len()))?;
    let is_sql = rows.format == RowFormat::Sql;
    if is_sql {
        // Without a row there is nothing to be set up.
        writing.hold(options.banner.as_bytes());
        writing.hold(&without_client_lines(&header));
    }
    let reading = Reading { dump, header, new_name: options.new_name.as_deref() };
    let mut count = 0;
    let families: Vec<_> = tables.iter().map(|table| reading.family(table)).collect();
    for (place, table) in tables.iter().enumerate() {
        // A partition that is asked for beside its table has gone out with it.
        let key = (table.database.clone(), table.name.clone());
        let mut others = families.iter().enumerate().filter(|(other, _)| *other != place);
        if !others.any(|(_, family)| family.contains(&key)) {
            count += reading.table(table, rows, writing)?;
        }
    }
    if count == 0 && rows.condition.is_some() && !options.allow_empty {
        let names: Vec<String> = tables.iter().map(|table| escape(&table.name.name)).collect();
        return Err(OpsError::NoRows { table: names.join(", ") });
    }
    if is_sql {
        let footer = text_of(dump, MapSectionKind::Footer, 0..sections.len())?;
        writing.write(&without_client_lines(&footer))?;
    }
    Ok(count)
}

/// Names of the columns that the rows of a table come with, without those that the server computes; none if it has no rows.
///
/// # Errors
/// Those of reading chunks.
pub fn columns(dump: Dump<'_>, table: &Table) -> Result<Vec<Vec<u8>>, OpsError> {
    let reading = Reading { dump, header: vec![], new_name: None };
    let Some(placed) = reading.sections(table).into_iter().next() else { return Ok(vec![]) };
    let definition = reading.definition_of(placed, table)?;
    let columns = columns_of(definition.as_ref(), &placed.section.columns);
    Ok(columns.into_iter().filter(|column| !column.is_generated).map(|column| column.name).collect())
}

/// The text of all sections of a kind in a part of the dump.
fn text_of(dump: Dump<'_>, kind: MapSectionKind, part: Range<usize>) -> Result<Vec<u8>, OpsError> {
    let is_kind =
        |number: &usize| dump.map.sections.get(*number).is_some_and(|placed| placed.section.kind == kind);
    let numbers: Vec<usize> = part.filter(is_kind).collect();
    let mut texts = Texts::new();
    texts.gather(dump, &numbers)?;
    Ok(numbers.iter().filter_map(|number| texts.get(*number)).collect::<Vec<_>>().concat())
}

/// What is the same for all rows of a run.
struct Reading<'d> {
    dump: Dump<'d>,
    /// The session's settings, as the dump has them before its first table.
    header: Vec<u8>,
    new_name: Option<&'d [u8]>,
}

impl Reading<'_> {
    /// Writes the rows of `table` that are wanted; gives how many there were.
    fn table(&self, table: &Table, options: &RowOptions, writing: &mut Writing<'_>) -> Result<u64, OpsError> {
        let dialect = self.dump.dialect();
        let name = self.new_name.unwrap_or(&table.name.name);
        let (is_copy, has_head) = (false, false);
        let mut out = Out { dialect, table, name, options, is_copy, has_head, rows: 0, bytes: vec![] };
        let mut first: Option<Vec<Vec<u8>>> = None;
        // What only locks and unlocks a table has no rows, and does not say how they would stand there.
        let has_rows = |placed: &&PlacedSection| placed.section.rows > 0 || placed.section.form.is_some();
        for placed in self.sections(table).into_iter().filter(has_rows) {
            let definition = self.definition_of(placed, table)?;
            let columns = columns_of(definition.as_ref(), &placed.section.columns);
            let names: Vec<Vec<u8>> = columns.iter().map(|column| column.name.clone()).collect();
            if options.format == RowFormat::Csv && *first.get_or_insert_with(|| names.clone()) != names {
                return Err(self.unreadable(table, "its parts have their columns in different orders"));
            }
            let schema = TableSchema { columns, primary_key: vec![], is_whole: true };
            if schema.columns.is_empty() {
                return Err(self.unreadable(table, "the dump does not say what its columns are"));
            }
            let Some(form) = form_of(dialect, placed.section.form) else {
                return Err(self.unreadable(table, "its rows are written in a way that is not understood"));
            };
            let condition = options.condition.as_deref();
            let filter = condition.map(|text| Filter::parse(dialect, text, &schema)).transpose();
            let filter = filter.map_err(|error| OpsError::Request(error.to_string()))?;
            out.end(writing)?;
            out.is_copy = form == RowForm::Copy || options.staged.is_some();
            let picking = Picking { form, schema: &schema, filter: filter.as_ref() };
            self.section(placed, &picking, &mut out, writing)?;
        }
        if out.rows == 0 && options.format == RowFormat::Csv {
            let none: [Vec<u8>; 0] = [];
            let definition = self.definition(&(table.database.clone(), table.name.clone()))?;
            output::write_csv_header(&columns_of(definition.as_ref(), &none), &mut out.bytes);
        }
        out.end(writing)?;
        Ok(out.rows)
    }

    /// Reads the pages of a section in which rows may be that are wanted.
    fn section(
        &self,
        placed: &PlacedSection,
        picking: &Picking<'_>,
        out: &mut Out<'_>,
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        let first = placed.anchor.chunk;
        // Where all rows are wanted, no page has to say so.
        let all = Run { pages: 0..placed.pages.end - placed.pages.start, rows: placed.section.rows };
        let all = picking.filter.is_none().then_some(Ok(all));
        let pages = picking.filter.map(|_| self.dump.map.pages(placed)).into_iter().flatten();
        let runs = all.into_iter().chain(picking.runs(pages, placed.section.key));
        let mut stretches = runs.flat_map(|run| match run {
            Ok(Run { pages, rows }) => {
                let chunks = Stretch::Chunks { first: first + pages.start, count: pages.end - pages.start };
                vec![Ok(chunks), Ok(Stretch::End(usize::try_from(rows).unwrap_or(usize::MAX)))]
            }
            Err(error) => vec![Err(error)],
        });
        let counted = usize::try_from(placed.section.rows).unwrap_or(usize::MAX);
        let all = Stretch::Bytes { range: placed.range.clone(), anchor: placed.anchor };
        let mut whole = [Ok(all), Ok(Stretch::End(counted))].into_iter();
        // What shares its chunks is small, and has no pages.
        let is_small = !placed.section.has_pages();
        let stretches: Stretches<'_> = if is_small { &mut whole } else { &mut stretches };
        let begin = || Splitter::new(&self.header, out.dialect, picking.form, true);
        let (mut splitter, mut found) = (is_small.then(begin), 0);
        let dump = self.dump;
        read::read(dump.reader, dump.recipe, stretches, dump.observer, &mut |given| match given {
            Given::Run(chunk) => {
                splitter = Some(Splitter::new(&self.header, out.dialect, picking.form, chunk == first));
                Ok(())
            }
            Given::Bytes(bytes) => {
                let Some(splitter) = &mut splitter else { return Ok(()) };
                splitter.push(bytes, &mut |row| {
                    found += 1;
                    self.row(row, picking, out, writing)
                })
            }
            Given::End(counted) => {
                let Some(splitter) = splitter.take() else { return Ok(()) };
                splitter.finish(&mut |row| {
                    found += 1;
                    self.row(row, picking, out, writing)
                })?;
                // Better no answer than one that a row is missing from.
                match std::mem::take(&mut found) {
                    found if found == counted => Ok(()),
                    found => {
                        let reason =
                            format!("the map counts {counted} rows in a part of it, and {found} are found");
                        Err(self.unreadable(out.table, &reason))
                    }
                }
            }
        })
    }

    fn row(
        &self,
        row: &[u8],
        picking: &Picking<'_>,
        out: &mut Out<'_>,
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        let mut values = vec![];
        let columns = &picking.schema.columns;
        read_row(picking.form, row, columns.len(), &mut values)
            .map_err(|error| self.unreadable(out.table, &error.to_string()))?;
        let is_wanted = match picking.filter {
            None => true,
            Some(filter) => {
                filter.matches(&values).map_err(|error| self.unreadable(out.table, &error.to_string()))?
            }
        };
        if is_wanted { out.row(columns, &values, writing) } else { Ok(()) }
    }

    fn unreadable(&self, table: &Table, reason: &str) -> OpsError {
        OpsError::Rows { table: table.full_name(), reason: reason.to_string() }
    }
}
