//! The words of `sql` in those of the format.

use crate::format::table_map::{MapDialect, MapSection, MapSectionKind, MapTableName, RowsForm};
use crate::sql::ddl::Column;
use crate::sql::{Dialect, Form, Producer, Section, SectionKind, TableName};

/// How the format names a dialect.
pub const fn dialect(dialect: Dialect) -> MapDialect {
    match dialect {
        Dialect::MySql => MapDialect::MySql,
        Dialect::Postgres => MapDialect::Postgres,
        Dialect::Sqlite => MapDialect::Sqlite,
    }
}

/// How the format numbers a producer.
pub const fn producer(producer: Producer) -> u8 {
    match producer {
        Producer::Other => 0,
        Producer::MysqlDump => 1,
        Producer::MariadbDump => 2,
        Producer::PhpMyAdmin => 3,
        Producer::OpenCart => 4,
        Producer::PgDump => 5,
        Producer::PgDumpAll => 6,
        Producer::SqliteShell => 7,
    }
}

/// A table's name as the format has it.
pub fn name(name: &TableName) -> MapTableName {
    MapTableName { schema: name.schema.clone(), name: name.name.clone() }
}

/// A section as the format has it; chunks and keys are not known here.
pub fn section(section: &Section) -> MapSection {
    MapSection {
        bytes: section.range.end.saturating_sub(section.range.start),
        table: section.table.as_ref().map(name),
        object: section.name.as_ref().map(name),
        rows: section.rows,
        columns: columns(section, |column| column.name.clone())
            .unwrap_or_else(|| [section.columns.as_slice(), &section.primary_key].concat()),
        types: columns(section, |column| column.type_text.clone()).unwrap_or_default(),
        collations: collations(section),
        generated: generated(section),
        primary_key: primary_key(section),
        is_whole: section.is_whole,
        note: section.note.map(ToOwned::to_owned),
        form: section.form.map(|form| match form {
            Form::Tuples { has_backslash: true } => RowsForm::Escaped,
            Form::Tuples { has_backslash: false } => RowsForm::Tuples,
            Form::Copy => RowsForm::Copy,
        }),
        database: section.database.clone(),
        delimiter: section.delimiter.clone(),
        ..MapSection::new(kind(section.kind))
    }
}

fn columns(section: &Section, each: fn(&Column) -> Vec<u8>) -> Option<Vec<Vec<u8>>> {
    section.schema.as_ref().map(|schema| schema.columns.iter().map(each).collect())
}

fn collations(section: &Section) -> Vec<Vec<u8>> {
    let names = columns(section, |column| column.collation_name.clone()).unwrap_or_default();
    if names.iter().all(Vec::is_empty) { vec![] } else { names }
}

fn generated(section: &Section) -> Vec<u32> {
    let columns = section.schema.iter().flat_map(|schema| &schema.columns).enumerate();
    let computed = columns.filter(|(_, column)| column.is_generated);
    computed.filter_map(|(place, _)| u32::try_from(place).ok()).collect()
}

/// What is added to a table later names its columns itself: all of them are the key's.
fn primary_key(section: &Section) -> Vec<u32> {
    let defined = section.schema.iter().flat_map(|schema| schema.primary_key.iter().copied());
    defined.chain(0..section.primary_key.len()).filter_map(|place| u32::try_from(place).ok()).collect()
}

const fn kind(kind: SectionKind) -> MapSectionKind {
    match kind {
        SectionKind::Header => MapSectionKind::Header,
        SectionKind::Replication => MapSectionKind::Replication,
        SectionKind::Database => MapSectionKind::Database,
        SectionKind::TableDefinition => MapSectionKind::TableDefinition,
        SectionKind::TableData => MapSectionKind::TableData,
        SectionKind::Trigger => MapSectionKind::Trigger,
        SectionKind::View => MapSectionKind::View,
        SectionKind::Routine => MapSectionKind::Routine,
        SectionKind::Event => MapSectionKind::Event,
        SectionKind::Sequence => MapSectionKind::Sequence,
        SectionKind::SequenceValue => MapSectionKind::SequenceValue,
        SectionKind::SequenceOwned => MapSectionKind::SequenceOwned,
        SectionKind::ColumnDefault => MapSectionKind::ColumnDefault,
        SectionKind::Constraint => MapSectionKind::Constraint,
        SectionKind::ForeignKey => MapSectionKind::ForeignKey,
        SectionKind::Index => MapSectionKind::Index,
        SectionKind::Statistics => MapSectionKind::Statistics,
        SectionKind::Policy => MapSectionKind::Policy,
        SectionKind::Rule => MapSectionKind::Rule,
        SectionKind::Comment => MapSectionKind::Comment,
        SectionKind::Attach => MapSectionKind::Attach,
        SectionKind::Identity => MapSectionKind::Identity,
        SectionKind::Cluster => MapSectionKind::Cluster,
        SectionKind::Owner => MapSectionKind::Owner,
        SectionKind::Acl => MapSectionKind::Acl,
        SectionKind::Type => MapSectionKind::Type,
        SectionKind::Extension => MapSectionKind::Extension,
        SectionKind::Function => MapSectionKind::Function,
        SectionKind::Schema => MapSectionKind::Schema,
        SectionKind::LargeObject => MapSectionKind::LargeObject,
        SectionKind::Histogram => MapSectionKind::Histogram,
        SectionKind::Keys => MapSectionKind::Keys,
        SectionKind::Footer => MapSectionKind::Footer,
        SectionKind::Other => MapSectionKind::Other,
    }
}
