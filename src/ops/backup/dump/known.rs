//! The keys of tables, as the map of last night's dump tells them: `pg_dump` and phpMyAdmin say them after the rows.

use std::collections::HashMap;

use crate::format::table_map::MapTableName;
use crate::repo::PlacedSection;
use crate::sql::{KnownKeys, TableName};

/// What the sections of an earlier dump say of the keys of its tables; `None` if that is nothing.
pub fn known_keys(sections: &[PlacedSection]) -> Option<KnownKeys> {
    let mut keys: HashMap<(Option<Vec<u8>>, MapTableName), Vec<u8>> = HashMap::new();
    for section in sections.iter().map(|placed| &placed.section) {
        let first = section.primary_key.first().and_then(|place| section.columns.get(*place as usize));
        if let (Some(table), Some(column)) = (&section.table, first) {
            keys.entry((section.database.clone(), table.clone())).or_insert_with(|| column.clone());
        }
    }
    if keys.is_empty() {
        return None;
    }
    Some(Box::new(move |database: Option<&[u8]>, table: &TableName| {
        let name = MapTableName { schema: table.schema.clone(), name: table.name.clone() };
        keys.get(&(database.map(<[u8]>::to_vec), name)).cloned()
    }))
}
