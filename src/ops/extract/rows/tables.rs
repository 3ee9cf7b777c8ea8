//! Where the rows of a table stand in a dump, those of its partitions too, and what their columns are.

use std::collections::HashSet;

use super::Reading;
use super::columns::{columns_in, create_of};
use crate::format::table_map::MapSectionKind;
use crate::ops::OpsError;
use crate::ops::dumps::Table;
use crate::ops::extract::plan::{self, Key};
use crate::ops::extract::text::Texts;
use crate::repo::PlacedSection;
use crate::sql::ddl::{TableSchema, table_schema};

/// The table that a section is of.
fn key_of(placed: &PlacedSection) -> Option<Key> {
    Some((placed.section.database.clone(), placed.section.table.clone()?))
}

impl Reading<'_> {
    /// The table and its partitions.
    pub(super) fn family(&self, table: &Table) -> HashSet<Key> {
        let sections: Vec<_> = self.dump.map.sections.iter().map(|placed| &placed.section).collect();
        plan::family(&sections, table)
    }

    /// The rows of the table and of its partitions.
    pub(super) fn sections(&self, table: &Table) -> Vec<&PlacedSection> {
        let family = self.family(table);
        let is_of_it = |placed: &&PlacedSection| {
            placed.section.kind == MapSectionKind::TableData
                && key_of(placed).is_some_and(|key| family.contains(&key))
        };
        self.dump.map.sections.iter().filter(is_of_it).collect()
    }

    /// What the table of these rows is, or `table`, whose partition that may be.
    pub(super) fn definition_of(
        &self,
        placed: &PlacedSection,
        table: &Table,
    ) -> Result<Option<TableSchema>, OpsError> {
        let own = key_of(placed).map(|key| self.definition(&key)).transpose()?.flatten();
        match own {
            Some(own) => Ok(Some(own)),
            None => self.definition(&(table.database.clone(), table.name.clone())),
        }
    }

    pub(super) fn definition(&self, key: &Key) -> Result<Option<TableSchema>, OpsError> {
        let dialect = self.dump.dialect();
        let defines = |placed: &&PlacedSection| {
            placed.section.kind == MapSectionKind::TableDefinition && key_of(placed).as_ref() == Some(key)
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
}
