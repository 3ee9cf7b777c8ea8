//! Which sections of a dump go out for some tables: pure, from the table map alone.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::text::Dump;
use crate::base::escape;
use crate::format::table_map::{MapSection, MapSectionKind as Kind, MapTableName};
use crate::ops::dumps::Table;

/// Which parts of a table are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Definition and rows.
    All,
    /// Everything but rows.
    Schema,
    /// Rows, and where sequences stand.
    Data,
}

/// What goes out beside the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// Which parts.
    pub wanted: Wanted,
    /// Foreign keys that are sections of their own are left out.
    pub no_foreign_keys: bool,
    /// Owners and privileges are left out.
    pub no_owner: bool,
    /// Triggers are left out.
    pub no_triggers: bool,
}

/// What goes out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Numbers of sections, in the order of the dump.
    pub sections: Vec<usize>,
    /// Numbers of all sections that belong to the tables, those that are not wanted too.
    pub belonging: Vec<usize>,
    /// Schemas, types, extensions and functions of the dump, which the tables may need: numbers of sections.
    pub prerequisites: Vec<usize>,
    /// Rows in those that go out.
    pub rows: u64,
}

/// A table or another object: the database that was current, and the name.
pub type Key = (Option<Vec<u8>>, MapTableName);

/// The sections of `tables`, which are tables of this dump.
pub fn plan(sections: &[&MapSection], tables: &[Table], options: PlanOptions) -> Plan {
    let owners = Owners::of(sections);
    let named = tables.iter().map(|table| (table.database.clone(), table.name.clone())).collect();
    let chosen = with_partitions(sections, named, &owners);
    let mut plan = Plan::default();
    for (number, section) in sections.iter().enumerate() {
        let belongs = owners.owner(section).is_some_and(|owner| chosen.contains(&owner));
        let goes_out = match section.kind {
            Kind::Header | Kind::Footer => true,
            // A partition is attached to what comes along with it, else it stands alone.
            Kind::Attach => belongs && owners.parent(section).is_some_and(|parent| chosen.contains(&parent)),
            _ => belongs,
        };
        if goes_out && belongs {
            plan.belonging.push(number);
        }
        if goes_out && is_kind_wanted(section.kind, options) {
            plan.sections.push(number);
            plan.rows += section.rows;
        }
        let kinds = [Kind::Type, Kind::Extension, Kind::Function, Kind::Schema, Kind::Routine];
        if kinds.contains(&section.kind) {
            plan.prerequisites.push(number);
        }
    }
    plan
}

/// Whether a section is of a kind that is wanted.
pub fn is_wanted(dump: Dump<'_>, number: usize, options: PlanOptions) -> bool {
    dump.map.sections.get(number).is_some_and(|placed| is_kind_wanted(placed.section.kind, options))
}

fn is_kind_wanted(kind: Kind, options: PlanOptions) -> bool {
    let is_rows = matches!(kind, Kind::TableData | Kind::SequenceValue);
    let is_frame = matches!(kind, Kind::Header | Kind::Footer);
    let never = matches!(kind, Kind::Replication | Kind::Database | Kind::Other | Kind::LargeObject);
    let left_out = options.no_foreign_keys && kind == Kind::ForeignKey
        || options.no_owner && matches!(kind, Kind::Owner | Kind::Acl)
        || options.no_triggers && kind == Kind::Trigger;
    !never
        && !left_out
        && match options.wanted {
            Wanted::All => true,
            Wanted::Schema => !is_rows,
            Wanted::Data => is_rows || is_frame,
        }
}

/// Whose sequences and indexes are: the dump says it after, or before, it makes them.
struct Owners(HashMap<Key, Key>);

impl Owners {
    fn of(sections: &[&MapSection]) -> Self {
        let mut owners = HashMap::new();
        for section in sections {
            let tells =
                matches!(section.kind, Kind::SequenceOwned | Kind::Identity | Kind::Index | Kind::Constraint);
            if let (true, Some(table), Some(object)) = (tells, &section.table, &section.object) {
                let database = section.database.clone();
                let schema = object.schema.clone().or_else(|| table.schema.clone());
                let object = MapTableName { schema, name: object.name.clone() };
                owners.insert((database.clone(), object), (database, table.clone()));
            }
        }
        Self(owners)
    }

    /// The table a section belongs to; what is said of a sequence belongs to its owner's.
    fn owner(&self, section: &MapSection) -> Option<Key> {
        let named = section.table.as_ref().or(section.object.as_ref())?;
        let key = (section.database.clone(), named.clone());
        match self.0.get(&key) {
            Some(owner) if section.kind != Kind::TableData => Some(owner.clone()),
            _ => section.table.is_some().then_some(key),
        }
    }

    /// What a partition, or an index of one, is attached to: the table that is or has it.
    fn parent(&self, section: &MapSection) -> Option<Key> {
        let key = (section.database.clone(), section.object.clone()?);
        Some(self.0.get(&key).cloned().unwrap_or(key))
    }
}

/// The table and all its partitions, at any depth.
pub fn family(sections: &[&MapSection], table: &Table) -> HashSet<Key> {
    let named = HashSet::from([(table.database.clone(), table.name.clone())]);
    with_partitions(sections, named, &Owners::of(sections))
}

/// The tables and all their partitions, at any depth.
fn with_partitions(sections: &[&MapSection], tables: HashSet<Key>, owners: &Owners) -> HashSet<Key> {
    let attached: Vec<_> = sections
        .iter()
        .filter(|section| section.kind == Kind::Attach)
        .filter_map(|section| Some((owners.parent(section)?, owners.owner(section)?)))
        .collect();
    let mut chosen = tables;
    loop {
        let before = chosen.len();
        for (parent, child) in &attached {
            if chosen.contains(parent) {
                chosen.insert(child.clone());
            }
        }
        if chosen.len() == before {
            return chosen;
        }
    }
}

/// What must be said of those of some tables that a dump has rows of only under another table, unless that is one of them.
pub fn rows_elsewhere(sections: &[&MapSection], tables: &[Table]) -> Vec<String> {
    let elsewhere = tables.iter().filter_map(|table| Some((table, rows_are_under(sections, table)?)));
    let left = elsewhere.filter(|(_, root)| tables.iter().all(|table| table.full_name() != *root));
    let said = |(table, root): (&Table, String)| {
        format!("the dump has the rows of {} only among those of {root}", table.full_name())
    };
    left.map(said).collect()
}

/// The table that a partition's rows are put into by a dump that leaves it to the server where they go (`--load-via-partition-root`),
/// if the dump has no rows of the partition itself.
fn rows_are_under(sections: &[&MapSection], table: &Table) -> Option<String> {
    let has_rows = |name: &MapTableName| {
        let is_its =
            |section: &&&MapSection| section.kind == Kind::TableData && section.table.as_ref() == Some(name);
        sections.iter().any(|section| is_its(&section) && section.database == table.database)
    };
    let mut name = &table.name;
    let mut seen = HashSet::new();
    while !has_rows(name) && seen.insert(name) {
        let attached = sections.iter().find(|section| {
            section.kind == Kind::Attach
                && section.table.as_ref() == Some(name)
                && section.database == table.database
                && section.object.as_ref().is_some_and(|parent| {
                    let is_table = |section: &&MapSection| {
                        section.kind == Kind::TableDefinition && section.table.as_ref() == Some(parent)
                    };
                    sections.iter().any(is_table)
                })
        });
        name = attached?.object.as_ref()?;
    }
    let shown = || match &name.schema {
        Some(schema) => format!("{}.{}", escape(schema), escape(&name.name)),
        None => escape(&name.name),
    };
    (*name != table.name && has_rows(name)).then(shown)
}

/// The tables that are meant by each of `wanted`; else what is nearest to the first that none is called.
pub fn choose(tables: &[Table], wanted: &[Vec<u8>]) -> Result<Vec<Table>, Unknown> {
    let mut chosen: Vec<Table> = vec![];
    for name in wanted {
        let mut fitting = tables.iter().filter(|table| table.is_called(name)).peekable();
        if fitting.peek().is_none() {
            return Err(Unknown { name: escape(name), nearest: nearest(tables, name) });
        }
        for table in fitting {
            if !chosen.contains(table) {
                chosen.push(table.clone());
            }
        }
    }
    Ok(chosen)
}

/// A name that no table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The name.
    pub name: String,
    /// Tables with names like it, the nearest first.
    pub nearest: Vec<String>,
}

fn nearest(tables: &[Table], name: &[u8]) -> Vec<String> {
    let wanted = escape(name).to_lowercase();
    let mut by_distance = BTreeSet::new();
    for table in tables {
        let own = escape(&table.name.name);
        let distance = distance(&wanted, &own.to_lowercase());
        let is_part = own.to_lowercase().contains(&wanted);
        if is_part || distance <= wanted.chars().count() / 2 {
            by_distance.insert((if is_part { 0 } else { distance }, table.full_name()));
        }
    }
    by_distance.into_iter().take(5).map(|(_, name)| name).collect()
}

/// How many letters must be put in, taken out or changed to make one of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.chars().take(64).enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (above, other) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
