//! Rows of a table, read one by one: picked by a condition, written as SQL, CSV or JSON lines.
//!
//! Pages whose keys no wanted row can have are not read. The lexer finds the rows again in what is read, with the dump's own
//! header before it, so that it reads them by the same rules.

use std::ops::Range;

use super::ExtractOptions;
use super::read::{self, Given, Stretch};
use super::text::{Dump, Texts};
use super::write::{Writing, without_client_lines};
use crate::base::escape;
use crate::base::limits::EXTRACT_ROW_BYTES_MAX;
use crate::format::table_map::{KEY_BYTES, KeyKind, MapSection, MapSectionKind, Page, PageKeys, RowsForm};
use crate::ops::OpsError;
use crate::ops::dumps::Table;
use crate::repo::PlacedSection;
use crate::sql::ddl::{
    Collation, Column, ColumnKind, TableSchema, columns_of as columns_of_types, table_schema,
};
use crate::sql::filter::Filter;
use crate::sql::output;
use crate::sql::value::{RowForm, Value, read_row};
use crate::sql::{Dialect, Lexer, Row, Section, Sink};

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
    for table in tables {
        count += reading.table(table, rows, writing)?;
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
        let definition = self.definition(table, dialect)?;
        let name = self.new_name.unwrap_or(&table.name.name);
        let (is_copy, has_head) = (false, false);
        let mut out = Out { dialect, table, name, options, is_copy, has_head, rows: 0, bytes: vec![] };
        for placed in self.sections(table) {
            let columns = columns_of(definition.as_ref(), &placed.section.columns);
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
            out.is_copy = form == RowForm::Copy;
            let picking = Picking { form, schema: &schema, filter: filter.as_ref() };
            self.section(placed, &picking, &mut out, writing)?;
        }
        if out.rows == 0 && options.format == RowFormat::Csv {
            let none: [Vec<u8>; 0] = [];
            output::write_csv_header(&columns_of(definition.as_ref(), &none), &mut out.bytes);
        }
        out.end(writing)?;
        Ok(out.rows)
    }

    fn sections(&self, table: &Table) -> impl Iterator<Item = &PlacedSection> {
        let key = (table.database.clone(), Some(table.name.clone()));
        self.dump.map.sections.iter().filter(move |placed| {
            let section = &placed.section;
            section.kind == MapSectionKind::TableData && section.database == key.0 && section.table == key.1
        })
    }

    fn definition(&self, table: &Table, dialect: Dialect) -> Result<Option<TableSchema>, OpsError> {
        let defines = |placed: &&PlacedSection| {
            let section = &placed.section;
            section.kind == MapSectionKind::TableDefinition
                && section.database == table.database
                && section.table.as_ref() == Some(&table.name)
        };
        // What the map says is enough, and saves reading the definition.
        for placed in self.dump.map.sections.iter().filter(defines) {
            if let Some(columns) = columns_in(dialect, &placed.section) {
                return Ok(Some(TableSchema { columns, primary_key: vec![], is_whole: true }));
            }
        }
        let sections = self.dump.map.sections.iter().enumerate();
        let numbers: Vec<usize> =
            sections.filter(|(_, placed)| defines(placed)).map(|(number, _)| number).collect();
        let mut texts = Texts::new();
        texts.gather(self.dump, &numbers)?;
        for text in numbers.iter().filter_map(|number| texts.get(*number)) {
            if let Some(schema) = create_of(text).and_then(|create| table_schema(dialect, create)) {
                return Ok(Some(schema));
            }
        }
        Ok(None)
    }

    /// Reads the pages of a section in which rows may be that are wanted.
    fn section(
        &self,
        placed: &PlacedSection,
        picking: &Picking<'_>,
        out: &mut Out<'_>,
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        let pages = self.dump.map.pages(placed)?;
        let runs = picking.runs(&pages, placed.section.key);
        let first = placed.anchor.chunk;
        let stretches = runs.into_iter().flat_map(|run| {
            let chunks = Stretch::Chunks { first: first + run.start as u64, count: run.len() as u64 };
            [chunks, Stretch::End(0)]
        });
        let mut splitter = None;
        let dump = self.dump;
        read::read(dump.reader, dump.recipe, stretches.collect(), dump.observer, &mut |given| match given {
            Given::Run(chunk) => {
                splitter = Some(Splitter::new(self, out.dialect, picking.form, chunk == first));
                Ok(())
            }
            Given::Bytes(bytes) => {
                let Some(splitter) = &mut splitter else { return Ok(()) };
                splitter.push(bytes, &mut |row| self.row(row, picking, out, writing))
            }
            Given::End(_) => match splitter.take() {
                Some(splitter) => splitter.finish(&mut |row| self.row(row, picking, out, writing)),
                None => Ok(()),
            },
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

/// Which rows are wanted of a section.
struct Picking<'p> {
    form: RowForm,
    schema: &'p TableSchema,
    filter: Option<&'p Filter>,
}

impl Picking<'_> {
    /// The runs of pages that must be read, in order.
    fn runs(&self, pages: &[Page], key: Option<(u32, KeyKind)>) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = vec![];
        let mut goes_on = false;
        for (at, page) in pages.iter().enumerate() {
            // A row that begins in one chunk ends in another.
            goes_on = page.starts_inside && goes_on || page.rows > 0 && self.may_match(page, key);
            if !goes_on {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.end == at => run.end = at + 1,
                _ => runs.push(at..at + 1),
            }
        }
        runs
    }

    fn may_match(&self, page: &Page, key: Option<(u32, KeyKind)>) -> bool {
        let (Some(filter), Some(keys), Some((column, kind))) = (self.filter, page.keys, key) else {
            return true;
        };
        let place = column as usize;
        let Some(column) = self.schema.columns.get(place) else { return true };
        let is_number = matches!(column.kind, ColumnKind::Integer | ColumnKind::Decimal);
        // A number between quotes has the order of a text in the pages, and a text that looks like a number that of numbers.
        match (kind, is_number) {
            (KeyKind::Integer, true) => {
                let [first, last] = [keys.first, keys.last].map(number);
                filter.may_match(place, &first, &last)
            }
            (KeyKind::Bytes, false) => match end_of(keys) {
                Some(end) => {
                    filter.may_match(place, &Value::Text(start_of(keys).into()), &Value::Text(end.into()))
                }
                None => true,
            },
            _ => true,
        }
    }
}

fn number(key: [u8; KEY_BYTES]) -> Value<'static> {
    let value = (u128::from_be_bytes(key) ^ (1 << 127)).cast_signed();
    Value::Number(value.to_string().into_bytes().into())
}

/// Bytes that are not above any key of the page.
fn start_of(keys: PageKeys) -> Vec<u8> {
    let end = keys.first.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    keys.first.get(..end).unwrap_or_default().to_vec()
}

/// Bytes that are above all keys of the page, which are told by their first 16; `None` if there are none.
fn end_of(keys: PageKeys) -> Option<Vec<u8>> {
    u128::from_be_bytes(keys.last).checked_add(1).map(|end| end.to_be_bytes().to_vec())
}

const fn form_of(dialect: Dialect, form: Option<RowsForm>) -> Option<RowForm> {
    Some(match (dialect, form) {
        (_, None) => return None,
        (_, Some(RowsForm::Copy)) => RowForm::Copy,
        (Dialect::Sqlite, _) => RowForm::Sqlite,
        (Dialect::MySql, form) => RowForm::MySql { has_backslashes: matches!(form, Some(RowsForm::Escaped)) },
        (Dialect::Postgres, form) => {
            RowForm::Postgres { has_backslashes: matches!(form, Some(RowsForm::Escaped)) }
        }
    })
}

/// The columns that the map tells of a definition.
fn columns_in(dialect: Dialect, section: &MapSection) -> Option<Vec<Column>> {
    let is_told = !section.columns.is_empty() && section.columns.len() == section.types.len();
    let columns: Vec<_> = section.columns.iter().cloned().zip(section.types.iter().cloned()).collect();
    let mut columns = is_told.then(|| columns_of_types(dialect, &columns, &section.collations))??;
    for place in &section.generated {
        columns.get_mut(*place as usize)?.is_generated = true;
    }
    Some(columns)
}

/// The columns of the rows: those that the dump names, as they are defined, or all that are.
fn columns_of(definition: Option<&TableSchema>, named: &[Vec<u8>]) -> Vec<Column> {
    let undefined = |name: &Vec<u8>| Column {
        name: name.clone(),
        kind: ColumnKind::Other,
        type_text: vec![],
        is_generated: false,
        is_unsigned: false,
        collation: Collation::Unknown,
        collation_name: vec![],
    };
    let of = |name: &Vec<u8>| {
        let defined = definition.and_then(|schema| schema.columns.get(schema.column(name)?));
        defined.cloned().unwrap_or_else(|| undefined(name))
    };
    match (named, definition) {
        ([], Some(schema)) => schema.columns.clone(),
        (named, _) => named.iter().map(of).collect(),
    }
}

/// The text from `CREATE TABLE` on: a definition begins with comments, a `DROP` and settings.
fn create_of(text: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let is_create = rest.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"CREATE"));
        if is_create {
            return Some(rest);
        }
        at += rest.iter().position(|byte| *byte == b'\n')? + 1;
    }
}

/// Takes rows apart that come in any pieces.
struct Splitter {
    lexer: Lexer,
    heard: Heard,
    /// Bytes from `base` on that no row has been made of yet.
    waiting: Vec<u8>,
    base: u64,
    /// What is put before the first bytes, unless they begin with a statement.
    head: Vec<u8>,
    is_fresh: bool,
}

/// Rows that the lexer told of.
#[derive(Debug, Default)]
struct Heard(Vec<(u64, u64)>);

impl Sink for Heard {
    fn row(&mut self, row: Row<'_>) {
        self.0.push((row.start, row.end));
    }

    fn section(&mut self, _: Section) {}

    fn wall(&mut self, _: u64) {}
}

impl Splitter {
    fn new(reading: &Reading<'_>, dialect: Dialect, form: RowForm, is_first: bool) -> Self {
        let mut lexer = Lexer::new(dialect);
        let mut heard = Heard::default();
        lexer.push(&reading.header, &mut heard);
        heard.0.clear();
        let head: &[u8] = match form {
            _ if is_first => b"",
            RowForm::Copy => b"COPY x FROM stdin;\n",
            _ => b"INSERT INTO x VALUES ",
        };
        let base = reading.header.len() as u64;
        Self { lexer, heard, waiting: vec![], base, head: head.to_vec(), is_fresh: true }
    }

    fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(&[u8]) -> Result<(), OpsError>,
    ) -> Result<(), OpsError> {
        if std::mem::take(&mut self.is_fresh) {
            let head = std::mem::take(&mut self.head);
            let is_line = head.starts_with(b"COPY");
            let is_tuple = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'(');
            if is_line || is_tuple {
                self.lexer.push(&head, &mut self.heard);
                self.waiting.extend_from_slice(&head);
            }
        }
        self.waiting.extend_from_slice(bytes);
        self.lexer.push(bytes, &mut self.heard);
        self.give(each)?;
        if self.waiting.len() > EXTRACT_ROW_BYTES_MAX {
            let reason = format!("a row has over {EXTRACT_ROW_BYTES_MAX} bytes");
            return Err(OpsError::Rows { table: "the table".into(), reason });
        }
        Ok(())
    }

    fn finish(mut self, each: &mut dyn FnMut(&[u8]) -> Result<(), OpsError>) -> Result<(), OpsError> {
        let lexer = std::mem::replace(&mut self.lexer, Lexer::new(Dialect::Sqlite));
        lexer.finish(&mut self.heard);
        self.give(each)
    }

    fn give(&mut self, each: &mut dyn FnMut(&[u8]) -> Result<(), OpsError>) -> Result<(), OpsError> {
        let base = self.base;
        let place = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        let mut end = 0;
        for (from, to) in self.heard.0.drain(..) {
            each(self.waiting.get(place(from)..place(to)).unwrap_or_default())?;
            end = place(to);
        }
        self.waiting.drain(..end);
        self.base += end as u64;
        Ok(())
    }
}

/// Rows on their way out.
struct Out<'o> {
    dialect: Dialect,
    table: &'o Table,
    name: &'o [u8],
    options: &'o RowOptions,
    is_copy: bool,
    has_head: bool,
    rows: u64,
    bytes: Vec<u8>,
}

impl Out<'_> {
    fn row(
        &mut self,
        columns: &[Column],
        values: &[Value<'_>],
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        let name: Vec<&[u8]> =
            [self.table.name.schema.as_deref(), Some(self.name)].into_iter().flatten().collect();
        // In MySQL the schema is a database, and another one is meant than that of the dump.
        let name = if self.dialect == Dialect::MySql {
            name.get(name.len() - 1..).unwrap_or_default()
        } else {
            &name
        };
        let is_first = !std::mem::replace(&mut self.has_head, true);
        match self.options.format {
            RowFormat::Csv => {
                if is_first && self.rows == 0 {
                    output::write_csv_header(columns, &mut self.bytes);
                }
                output::write_csv_row(columns, values, &mut self.bytes);
            }
            RowFormat::JsonLines => output::write_json_row(columns, values, &mut self.bytes),
            RowFormat::Sql if self.is_copy => {
                if is_first {
                    output::write_copy_head(name, columns, &mut self.bytes);
                }
                output::write_copy_row(columns, values, &mut self.bytes).map_err(|error| OpsError::Rows {
                    table: self.table.full_name(),
                    reason: error.to_string(),
                })?;
            }
            RowFormat::Sql => output::write_insert(self.dialect, name, columns, values, &mut self.bytes),
        }
        self.rows += 1;
        if self.bytes.len() >= 64 * 1024 {
            writing.write(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    /// Ends what was begun for the rows so far.
    fn end(&mut self, writing: &mut Writing<'_>) -> Result<(), OpsError> {
        if self.has_head && self.is_copy && self.options.format == RowFormat::Sql {
            self.bytes.extend_from_slice(output::COPY_END);
            self.bytes.push(b'\n');
        }
        self.has_head = false;
        writing.write(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}
