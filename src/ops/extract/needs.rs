//! What chosen tables need of the rest of the dump: only what their statements really mention, and what that mentions in turn.

use std::collections::{BTreeSet, HashSet};

use super::plan::Plan;
use super::text::{Dump, Texts};
use crate::base::escape;
use crate::format::table_map::{MapSection, MapSectionKind as Kind, MapTableName};
use crate::ops::OpsError;
use crate::sql::edit::{Mentions, referenced_tables, used_tables};
use crate::sql::{Dialect, TableName};

/// What the tables need.
#[derive(Debug, Default)]
pub struct Needs {
    /// Sequences that defaults of the tables take numbers from and that no table among them owns.
    pub sequences: Vec<TableName>,
    /// Numbers of the sections that are about those.
    pub sequence_sections: Vec<usize>,
    /// Numbers of the sections of types, functions, extensions and schemas.
    pub prerequisites: Vec<usize>,
    /// Tables that the tables are made from and that do not come along.
    pub parents: Vec<String>,
    /// Tables that foreign keys refer to and that do not come along.
    pub references: Vec<String>,
}

/// A name as `sql` has it.
pub fn name(name: &MapTableName) -> TableName {
    TableName { schema: name.schema.clone(), name: name.name.clone() }
}

fn shown(name: &TableName) -> String {
    let schema = name.schema.as_ref().map(|schema| format!("{}.", escape(schema))).unwrap_or_default();
    format!("{schema}{}", escape(&name.name))
}

/// Finds what the sections of `plan` need; texts that this takes are gathered.
///
/// # Errors
/// Those of reading chunks.
pub fn find(
    dump: Dump<'_>,
    plan: &Plan,
    has_foreign_keys: bool,
    texts: &mut Texts,
) -> Result<Needs, OpsError> {
    let mut needs = Needs::default();
    let finder = Finder::new(dump, plan, texts);
    finder.sequences(plan, texts, &mut needs);
    texts.gather(dump, &needs.sequence_sections)?;
    let candidates = |number: &&usize| finder.section(**number).is_some_and(|s| s.kind == Kind::Extension);
    let extensions: Vec<usize> = plan.prerequisites.iter().filter(candidates).copied().collect();
    texts.gather(dump, &extensions)?;
    finder.prerequisites(plan, texts, &mut needs)?;
    finder.tables(plan, has_foreign_keys, texts, &mut needs);
    Ok(needs)
}

struct Finder<'d> {
    dump: Dump<'d>,
    dialect: Dialect,
    /// Whether names without a schema may mean anything.
    or_bare: bool,
    /// The tables that come along.
    tables: HashSet<TableName>,
    /// Everything that the dump makes.
    made: HashSet<TableName>,
}

impl<'d> Finder<'d> {
    fn new(dump: Dump<'d>, plan: &Plan, texts: &Texts) -> Self {
        let sections = &dump.map.sections;
        let of_table = |number: &usize| sections.get(*number)?.section.table.as_ref().map(name);
        let made = sections.iter().flat_map(|placed| [&placed.section.table, &placed.section.object]);
        let header = plan.sections.first().and_then(|first| texts.get(*first)).unwrap_or_default();
        let is_qualified = header.windows(19).any(|part| part == b"'search_path', '', ");
        Self {
            dump,
            dialect: dump.dialect(),
            or_bare: !is_qualified,
            tables: plan.belonging.iter().filter_map(of_table).collect(),
            made: made.flatten().map(name).collect(),
        }
    }

    fn section(&self, number: usize) -> Option<&'d MapSection> {
        self.dump.map.sections.get(number).map(|placed| &placed.section)
    }

    /// What sections of some kinds mention.
    fn mentions(&self, numbers: &[usize], texts: &Texts, is_wanted: impl Fn(Kind) -> bool) -> Mentions {
        let mut mentions = Mentions::default();
        for number in numbers {
            if let (Some(section), Some(text)) = (self.section(*number), texts.get(*number))
                && is_wanted(section.kind)
            {
                mentions.add(self.dialect, text);
            }
        }
        mentions
    }

    fn sequences(&self, plan: &Plan, texts: &Texts, needs: &mut Needs) {
        let mentions = self.mentions(&plan.belonging, texts, |kind| {
            matches!(kind, Kind::TableDefinition | Kind::ColumnDefault)
        });
        let is_here: HashSet<usize> = plan.belonging.iter().copied().collect();
        let mut found = BTreeSet::new();
        for (number, placed) in self.dump.map.sections.iter().enumerate() {
            let section = &placed.section;
            if let (Kind::Sequence, Some(object)) = (section.kind, &section.object)
                && !is_here.contains(&number)
                && mentions.has(&name(object), self.or_bare)
            {
                found.insert(object.clone());
            }
        }
        let is_about = |section: &MapSection| {
            let kinds = [Kind::Sequence, Kind::SequenceValue, Kind::Owner, Kind::Acl, Kind::Comment];
            kinds.contains(&section.kind) && section.object.as_ref().is_some_and(|name| found.contains(name))
        };
        let numbers = self.dump.map.sections.iter().enumerate();
        let about = numbers.filter(|(number, placed)| !is_here.contains(number) && is_about(&placed.section));
        needs.sequence_sections = about.map(|(number, _)| number).collect();
        needs.sequences = found.iter().map(name).collect();
    }

    /// The prerequisites that are mentioned, and those that they mention.
    fn prerequisites(&self, plan: &Plan, texts: &mut Texts, needs: &mut Needs) -> Result<(), OpsError> {
        let outgoing = [plan.sections.as_slice(), &needs.sequence_sections].concat();
        let mut mentions =
            self.mentions(&outgoing, texts, |kind| !matches!(kind, Kind::Header | Kind::Footer));
        let mut schemas: HashSet<Vec<u8>> = HashSet::new();
        let named = |number: &usize| {
            let section = self.section(*number)?;
            section.table.as_ref().or(section.object.as_ref())?.schema.clone()
        };
        schemas.extend(outgoing.iter().filter_map(named));
        let mut left = plan.prerequisites.clone();
        loop {
            let (found, rest): (Vec<usize>, Vec<usize>) =
                left.iter().partition(|number| self.is_needed(**number, &mentions, &schemas, texts));
            if found.is_empty() {
                needs.prerequisites.sort_unstable();
                return Ok(());
            }
            left = rest;
            texts.gather(self.dump, &found)?;
            for number in &found {
                schemas.extend(named(number));
                let is_function = self.section(*number).is_some_and(|section| section.kind == Kind::Function);
                match texts.get(*number) {
                    Some(text) if is_function => mentions.add_with_bodies(self.dialect, text),
                    Some(text) => mentions.add(self.dialect, text),
                    None => {}
                }
            }
            needs.prerequisites.extend(found);
        }
    }

    fn is_needed(
        &self,
        number: usize,
        mentions: &Mentions,
        schemas: &HashSet<Vec<u8>>,
        texts: &Texts,
    ) -> bool {
        let Some(section) = self.section(number) else { return false };
        let Some(object) = section.object.as_ref().map(name) else { return false };
        match section.kind {
            Kind::Schema => schemas.contains(&object.name) || mentions.has_in_schema(&object.name, |_| false),
            Kind::Extension => {
                let text = texts.get(number).unwrap_or_default();
                self.is_extension_needed(&object.name, text, mentions)
            }
            Kind::Routine => mentions.has_bare(&object.name),
            _ => mentions.has(&object, self.or_bare),
        }
    }

    /// A dump does not say what is in an extension: whatever is mentioned of its schema and not made by the dump may be.
    fn is_extension_needed(&self, extension: &[u8], text: &[u8], mentions: &Mentions) -> bool {
        // Operator classes of these are never named.
        let method = extension.strip_prefix(b"btree_");
        if mentions.has_bare(extension) || method.is_some_and(|method| mentions.has_bare(method)) {
            return true;
        }
        let words: Vec<&[u8]> = text.split(|byte| byte.is_ascii_whitespace() || *byte == b';').collect();
        let schema = words.windows(3).find_map(|three| match three {
            [with, schema, name] if with == b"WITH" && schema == b"SCHEMA" => Some(*name),
            _ => None,
        });
        let Some(schema) = schema.map(|schema| schema.trim_ascii().to_vec()) else { return false };
        let schema = schema.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(&schema);
        let own = TableName { schema: Some(schema.to_vec()), name: extension.to_vec() };
        mentions.has(&own, false)
            || method.is_none()
                && schema != b"pg_catalog"
                && mentions.has_in_schema(schema, |name| {
                    self.made.contains(name) || self.is_an_extension(&name.name)
                })
    }

    fn is_an_extension(&self, name: &[u8]) -> bool {
        self.dump.map.sections.iter().any(|placed| {
            let object = placed.section.object.as_ref();
            placed.section.kind == Kind::Extension && object.is_some_and(|object| object.name == name)
        })
    }

    /// Tables that do not come along and without which not all of it can be made.
    fn tables(&self, plan: &Plan, has_foreign_keys: bool, texts: &Texts, needs: &mut Needs) {
        let mut references = BTreeSet::new();
        for number in plan.sections.iter().filter(|_| has_foreign_keys) {
            if let (Some(section), Some(text)) = (self.section(*number), texts.get(*number))
                && matches!(section.kind, Kind::TableDefinition | Kind::ForeignKey | Kind::Keys)
            {
                references.extend(referenced_tables(self.dialect, text));
            }
        }
        let comes_along = |table: &TableName| {
            self.tables.iter().any(|own| {
                let is_there = own.schema.is_none() || table.schema.is_none() || own.schema == table.schema;
                is_there && own.name == table.name
            })
        };
        needs.references = references.iter().filter(|table| !comes_along(table)).map(shown).collect();
        if self.dialect == Dialect::Postgres {
            // Not triggers: what their functions use is looked for when they run.
            let is_made = |kind| matches!(kind, Kind::TableDefinition | Kind::Rule | Kind::Policy);
            let mentions = self.mentions(&plan.sections, texts, is_made);
            let used = self.used_bare(&plan.sections, texts, is_made);
            let sections = self.dump.map.sections.iter().map(|placed| &placed.section);
            let tables = sections.filter(|section| section.kind == Kind::TableDefinition);
            let tables: BTreeSet<_> = tables.filter_map(|section| section.table.as_ref().map(name)).collect();
            let is_used = |table: &TableName| mentions.has(table, false) || used.contains(&table.name);
            let parents = tables.iter().filter(|table| is_used(table) && !comes_along(table));
            needs.parents = parents.map(shown).collect();
        }
    }

    /// Names without a schema of tables that sections of some kinds use, where those may mean anything.
    fn used_bare(
        &self,
        numbers: &[usize],
        texts: &Texts,
        is_wanted: impl Fn(Kind) -> bool,
    ) -> HashSet<Vec<u8>> {
        let wanted =
            |number: &&usize| self.or_bare && self.section(**number).is_some_and(|s| is_wanted(s.kind));
        let texts = numbers.iter().filter(wanted).filter_map(|number| texts.get(*number));
        let used = texts.flat_map(|text| used_tables(self.dialect, text));
        used.filter(|table| table.schema.is_none()).map(|table| table.name).collect()
    }
}

/// What prerequisites are, for people.
pub fn names(dump: Dump<'_>, numbers: &[usize]) -> Vec<String> {
    let sections = numbers.iter().filter_map(|number| dump.map.sections.get(*number));
    let shown = |section: &MapSection| {
        let kind = match section.kind {
            Kind::Type => "type",
            Kind::Extension => "extension",
            Kind::Function => "function",
            Kind::Routine => "routine",
            _ => "schema",
        };
        Some(format!("{kind} {}", shown(&name(section.object.as_ref()?))))
    };
    let mut names: Vec<String> = sections.filter_map(|placed| shown(&placed.section)).collect();
    names.sort();
    names.dedup();
    names
}
