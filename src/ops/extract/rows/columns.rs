//! What the rows of a section are made of: their form, and their columns as the map or the definition tells them.

use crate::format::table_map::{MapSection, RowsForm};
use crate::sql::Dialect;
use crate::sql::ddl::{Column, TableSchema, columns_of as columns_of_types};
use crate::sql::value::RowForm;

/// How the rows of a section are read; `None` if that is not understood.
pub const fn form_of(dialect: Dialect, form: Option<RowsForm>) -> Option<RowForm> {
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
pub fn columns_in(dialect: Dialect, section: &MapSection) -> Option<Vec<Column>> {
    let is_told = !section.columns.is_empty() && section.columns.len() == section.types.len();
    let columns: Vec<_> = section.columns.iter().cloned().zip(section.types.iter().cloned()).collect();
    let mut columns = is_told.then(|| columns_of_types(dialect, &columns, &section.collations))??;
    for place in &section.generated {
        columns.get_mut(*place as usize)?.is_generated = true;
    }
    Some(columns)
}

/// The columns of the rows: those that the dump names, as they are defined, or all that are.
pub fn columns_of(definition: Option<&TableSchema>, named: &[Vec<u8>]) -> Vec<Column> {
    let of = |name: &Vec<u8>| {
        let defined = definition.and_then(|schema| schema.columns.get(schema.column(name)?));
        defined.cloned().unwrap_or_else(|| Column::untyped(name.clone()))
    };
    match (named, definition) {
        ([], Some(schema)) => schema.columns.clone(),
        (named, _) => named.iter().map(of).collect(),
    }
}

/// The text from `CREATE TABLE` on: a definition begins with comments, a `DROP` and settings.
pub fn create_of(text: &[u8]) -> Option<&[u8]> {
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
