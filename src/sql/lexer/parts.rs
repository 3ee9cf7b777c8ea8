//! Puts statements together to sections: what a table's definition is made of, what brackets its rows, what goes with a trigger.

use crate::base::limits::{SQL_HEAD_BYTES_MAX, SQL_SECTIONS_MAX};

use super::super::ddl::TableSchema;
use super::super::{Form, Row, Section, SectionKind, Sink, TableName};

/// What a statement is to the sections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// It is about something.
    Object(Object),
    /// It goes with what follows.
    Before,
    /// It goes with what came before.
    After,
    /// It stands between statements that go with what follows, or else goes with what came before.
    Near,
    /// The same, or it brackets rows, or else it is about something.
    Around(Object),
}

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub kind: SectionKind,
    pub table: Option<TableName>,
    pub name: Option<TableName>,
    /// It only makes room for what follows under the same name.
    pub is_drop: bool,
    /// It has rows, under these columns.
    pub columns: Option<Vec<Vec<u8>>>,
    /// Which of a row's values is its key.
    pub key_column: Option<usize>,
    /// How its rows are written.
    pub form: Option<Form>,
    /// What it says of a table's columns.
    pub schema: Option<Box<TableSchema>>,
    /// Columns of the primary key that it adds.
    pub primary_key: Vec<Vec<u8>>,
    /// It is a row by itself.
    pub is_row: bool,
    /// Why it is not what it looks like.
    pub note: Option<&'static str>,
}

impl Object {
    pub fn new(kind: SectionKind) -> Self {
        Self {
            kind,
            table: None,
            name: None,
            is_drop: false,
            columns: None,
            key_column: None,
            form: None,
            schema: None,
            primary_key: Vec::new(),
            is_row: false,
            note: None,
        }
    }

    /// Of a table, which need not be known.
    pub fn of(kind: SectionKind, table: Option<TableName>) -> Self {
        Self { table, ..Self::new(kind) }
    }

    /// A thing with a name of its own.
    pub fn named(kind: SectionKind, name: Option<TableName>) -> Self {
        Self { name, ..Self::new(kind) }
    }

    /// Something with a name that belongs to a table.
    pub fn part_of(kind: SectionKind, table: Option<TableName>, name: Option<TableName>) -> Self {
        Self { table, name, ..Self::new(kind) }
    }

    /// The same as a drop.
    pub fn dropped(self) -> Self {
        Self { is_drop: true, ..self }
    }
}

/// What stands around a statement, and is told with its section.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    pub database: Option<Vec<u8>>,
    pub delimiter: Option<Vec<u8>>,
}

/// A section that has not ended.
#[derive(Debug)]
struct Open {
    section: Section,
    /// Nothing but drops so far.
    is_drop: bool,
    /// The columns of its rows are settled.
    has_columns: bool,
    /// Where the row before ended.
    row_end: Option<u64>,
}

/// The sections of a dump, from the first byte on.
#[derive(Debug, Default)]
pub(super) struct Parts {
    open: Option<Open>,
    /// Where statements begin that go with what follows.
    pending: Option<(u64, Surroundings)>,
    /// Sections that have been told.
    count: u64,
}

impl Parts {
    /// A statement with the comments before it, from `start`.
    pub fn add(&mut self, part: Part, start: u64, around: &Surroundings, sink: &mut dyn Sink) {
        match part {
            Part::Before => self.hold(start, around),
            Part::After if self.open.is_some() => self.pending = None,
            Part::After => self.object(Object::new(SectionKind::Header), start, around, sink),
            Part::Near if self.pending.is_some() => {}
            Part::Near => self.add(Part::After, start, around, sink),
            Part::Around(_) if self.pending.is_some() => {}
            Part::Around(object) if !self.is_in_data(&object) => self.object(object, start, around, sink),
            Part::Around(_) => {}
            Part::Object(object) => self.object(object, start, around, sink),
        }
    }

    /// The section that is open has nothing but its beginning, and may yet become another kind: where it starts.
    pub fn unsettled(&self) -> Option<u64> {
        let open = self.open.as_ref().filter(|open| open.is_drop).map(|open| open.section.range.start);
        open.or(self.pending.as_ref().map(|(start, _)| *start))
    }

    /// Where a row starts whose statement does, with the comments before it from `trivia`.
    pub fn row_start(&self, statement: u64, trivia: u64) -> u64 {
        let has_rows = self.open.as_ref().is_some_and(|open| open.row_end.is_some());
        if has_rows { trivia } else { statement }
    }

    /// Which of a row's values is its key.
    pub fn key_column(&self) -> Option<usize> {
        self.open.as_ref()?.section.key_column
    }

    /// A row of the open section has ended.
    pub fn row(&mut self, row: Row<'_>, sink: &mut dyn Sink) {
        if let Some(open) = &mut self.open {
            open.section.rows += 1;
            open.row_end = Some(row.end);
            sink.row(row);
        }
    }

    /// The open section is not what it should be.
    pub fn note(&mut self, note: &'static str) {
        if let Some(open) = &mut self.open {
            open.section.is_whole = false;
            open.section.note.get_or_insert(note);
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, end: u64, around: &Surroundings, sink: &mut dyn Sink) {
        if self.open.is_none() && end > 0 {
            self.object(Object::new(SectionKind::Other), 0, around, sink);
        }
        self.close(end, sink);
    }

    /// Settings stand before the rows, the end of a transaction after them.
    fn is_in_data(&self, object: &Object) -> bool {
        let data = self.open.as_ref().filter(|open| open.section.kind == SectionKind::TableData);
        data.is_some_and(|open| object.kind != SectionKind::Header || open.section.rows == 0)
    }

    fn hold(&mut self, start: u64, around: &Surroundings) {
        let is_long = |from: &u64| start - from > SQL_HEAD_BYTES_MAX as u64;
        if self.open.is_some() && self.pending.as_ref().is_some_and(|(from, _)| is_long(from)) {
            self.pending = None;
        }
        self.pending.get_or_insert_with(|| (start, around.clone()));
    }

    fn object(&mut self, object: Object, start: u64, around: &Surroundings, sink: &mut dyn Sink) {
        let is_full = self.count >= SQL_SECTIONS_MAX;
        if let Some(open) = &mut self.open
            && (is_full || open.takes(&object))
        {
            self.pending = None;
            if !is_full {
                open.absorb(object, sink);
            }
            return;
        }
        let (start, around) = self.pending.take().unwrap_or_else(|| (start, around.clone()));
        let start = if self.open.is_none() { 0 } else { start };
        self.close(start, sink);
        let is_full = self.count >= SQL_SECTIONS_MAX;
        let object = if is_full {
            Object { note: Some("there are more sections than are kept"), ..Object::new(SectionKind::Other) }
        } else {
            object
        };
        self.open = Some(Open::new(object, start, around, sink));
    }

    fn close(&mut self, end: u64, sink: &mut dyn Sink) {
        if let Some(mut open) = self.open.take() {
            open.section.range.end = end;
            self.count += 1;
            sink.section(open.section);
        }
    }
}

impl Open {
    fn new(object: Object, start: u64, around: Surroundings, sink: &mut dyn Sink) -> Self {
        let section = Section {
            kind: object.kind,
            range: start..start,
            database: around.database,
            table: None,
            name: None,
            rows: 0,
            columns: Vec::new(),
            form: None,
            schema: None,
            primary_key: Vec::new(),
            key_column: None,
            delimiter: around.delimiter,
            is_whole: true,
            note: None,
        };
        let mut open = Self { section, is_drop: true, has_columns: false, row_end: None };
        open.absorb(object, sink);
        open
    }

    /// Whether the statement belongs here.
    fn takes(&self, object: &Object) -> bool {
        let Section { kind, table, name, columns, .. } = &self.section;
        if *kind == object.kind {
            let is_same = agree(table.as_ref(), object.table.as_ref())
                && agree(name.as_ref(), object.name.as_ref())
                && (table.is_some() && object.table.is_some()
                    || name.is_some() && object.name.is_some()
                    || [table, name, &object.table, &object.name].iter().all(|name| name.is_none()));
            let fits = !self.has_columns || object.columns.as_ref().is_none_or(|found| found == columns);
            return is_same && fits;
        }
        // What stands for a view is made like a table, and dropped as either.
        let as_table = |kind| matches!(kind, SectionKind::TableDefinition | SectionKind::View);
        self.is_drop && as_table(*kind) && as_table(object.kind) && {
            let own = table.as_ref().or(name.as_ref());
            own == object.table.as_ref().or(object.name.as_ref())
        }
    }

    fn absorb(&mut self, object: Object, sink: &mut dyn Sink) {
        let section = &mut self.section;
        if section.kind == SectionKind::View || object.kind == SectionKind::View {
            section.kind = SectionKind::View;
            section.name = section.name.take().or(section.table.take()).or(object.name).or(object.table);
        } else {
            section.table = section.table.take().or(object.table);
            section.name = section.name.take().or(object.name);
        }
        let is_made = self.is_drop && !object.is_drop;
        let is_table = matches!(section.kind, SectionKind::TableDefinition | SectionKind::TableData);
        if is_made && is_table && section.range.start > 0 {
            sink.wall(section.range.start);
        }
        self.is_drop &= object.is_drop;
        if let (Some(columns), false) = (object.columns, self.has_columns) {
            section.columns = columns;
            section.key_column = object.key_column;
            section.form = object.form;
            self.has_columns = true;
        }
        if section.kind == SectionKind::TableDefinition {
            section.schema = section.schema.take().or(object.schema);
        }
        section.primary_key.extend(object.primary_key);
        if let Some(note) = object.note {
            section.is_whole = false;
            section.note.get_or_insert(note);
        }
    }
}

/// Whether two names may be of the same thing.
fn agree(one: Option<&TableName>, other: Option<&TableName>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
