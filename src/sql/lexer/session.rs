//! What statements have said so far and what later ones depend on: modes, the current database, keys of tables.

use std::collections::HashMap;
use std::fmt;

use crate::base::limits::SQL_TABLES_KNOWN_MAX;

use super::super::ddl::{TableSchema, table_schema};
use super::super::{Dialect, TableName};
use super::grammar::{Grammar, LeadBytes};
use super::parts::Surroundings;

/// The column that a table's rows are known by, as an earlier dump told; asked with the database that is current.
pub type KnownKeys = Box<dyn Fn(Option<&[u8]>, &TableName) -> Option<Vec<u8>> + Send>;

/// What a session variable may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    pub has_backslash: bool,
    pub has_quoted_names: bool,
    pub lead: Option<LeadBytes>,
}

/// The column of a table that its rows are known by.
#[derive(Debug, Clone)]
struct KeyColumn {
    name: Vec<u8>,
    position: usize,
}

/// The session a dump runs in.
pub(super) struct Session {
    pub grammar: Grammar,
    /// What `USE` or `\connect` has made current.
    pub database: Option<Vec<u8>>,
    /// Where names without a schema are.
    pub schema: Option<Vec<u8>>,
    saved: HashMap<Vec<u8>, Mode>,
    keys: HashMap<TableName, KeyColumn>,
    /// Tables of indexes and sequences.
    tables: HashMap<TableName, TableName>,
    known_keys: Option<KnownKeys>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("grammar", &self.grammar).field("database", &self.database).finish()
    }
}

impl Session {
    pub fn new(dialect: Dialect, known_keys: Option<KnownKeys>) -> Self {
        Self {
            grammar: Grammar::new(dialect),
            database: None,
            schema: None,
            saved: HashMap::new(),
            keys: HashMap::new(),
            tables: HashMap::new(),
            known_keys,
        }
    }

    /// What is told with a section that starts now.
    pub fn surroundings(&self) -> Surroundings {
        let delimiter = self.grammar.delimiter();
        Surroundings {
            database: self.database.clone(),
            delimiter: (delimiter != b";").then(|| delimiter.to_vec()),
        }
    }

    /// The name with the schema that is current, if it has none.
    pub fn qualified(&self, mut name: TableName) -> TableName {
        name.schema = name.schema.or_else(|| self.schema.clone());
        name
    }

    /// The mode that a variable was given, or that of a new session.
    pub fn saved(&self, variable: &[u8]) -> Mode {
        let fresh = || mode_of(&Grammar::new(self.grammar.dialect));
        self.saved.get(&variable.to_ascii_lowercase()).copied().unwrap_or_else(fresh)
    }

    /// Gives a variable the mode there is.
    pub fn save(&mut self, variable: &[u8]) {
        if self.saved.len() < SQL_TABLES_KNOWN_MAX {
            self.saved.insert(variable.to_ascii_lowercase(), mode_of(&self.grammar));
        }
    }

    /// Remembers the key of a table that a statement defines: its primary key, or what looks like it. Gives the table's columns.
    pub fn learn_key(&mut self, table: &TableName, definition: &[u8]) -> Option<Box<TableSchema>> {
        let schema = table_schema(self.grammar.dialect, definition)?;
        let names: Vec<Vec<u8>> = schema.columns.iter().map(|column| column.name.clone()).collect();
        let position = schema.primary_key.first().copied();
        let position = position.unwrap_or_else(|| self.known_or_likely_key(table, &names));
        if self.keys.len() < SQL_TABLES_KNOWN_MAX
            && let Some(name) = names.into_iter().nth(position)
        {
            self.keys.insert(table.clone(), KeyColumn { name, position });
        }
        Some(Box::new(schema))
    }

    /// Remembers whose an index or a sequence is.
    pub fn learn_owner(&mut self, name: &TableName, table: &TableName) {
        if self.tables.len() < SQL_TABLES_KNOWN_MAX {
            self.tables.insert(name.clone(), table.clone());
        }
    }

    /// Whose an index or a sequence is.
    pub fn owner(&self, name: &TableName) -> Option<TableName> {
        self.tables.get(name).cloned()
    }

    /// Which value of a row is its key: as the table's definition said, as an earlier dump did, as its name suggests, or the first.
    pub fn key_column(&self, table: &TableName, columns: &[Vec<u8>]) -> Option<usize> {
        let learnt = self.keys.get(table);
        if columns.is_empty() {
            return Some(learnt.map_or(0, |key| key.position));
        }
        let by_definition = learnt.and_then(|key| columns.iter().position(|column| *column == key.name));
        by_definition.or_else(|| Some(self.known_or_likely_key(table, columns)))
    }

    /// The place of a table's key among `columns`, where its definition does not tell it.
    fn known_or_likely_key(&self, table: &TableName, columns: &[Vec<u8>]) -> usize {
        let known = self.known_keys.as_ref().and_then(|known| known(self.database.as_deref(), table));
        let known = known.and_then(|name| columns.iter().position(|column| *column == name));
        known.unwrap_or_else(|| likely_key(&table.name, columns))
    }
}

/// The column that is a table's key, going by its name.
fn likely_key(table: &[u8], columns: &[Vec<u8>]) -> usize {
    let own = [table, b"_id"].concat();
    let named = |name: &[u8]| columns.iter().position(|column| column.eq_ignore_ascii_case(name));
    named(b"id").or_else(|| named(&own)).unwrap_or_default()
}

fn mode_of(grammar: &Grammar) -> Mode {
    Mode {
        has_backslash: grammar.has_backslash,
        has_quoted_names: grammar.has_quoted_names,
        lead: grammar.lead,
    }
}
