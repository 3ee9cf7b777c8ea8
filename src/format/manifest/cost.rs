//! What a dump cost in a night, table by table, as it stands in a manifest.

use minicbor::{Decode, Encode};

use crate::format::{FormatError, refuse_unless};

/// The most tables of a dump whose cost is told one by one: manifests stay small.
pub const COST_TABLES_MAX: usize = 512;

/// What a table cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableCost {
    /// The first section of the table map that is of the table, from 0.
    pub section: u64,
    /// Stored bytes.
    pub stored: u64,
    /// Rows that are new or changed; 0 if they were not counted.
    pub rows: u64,
}

/// What several tables cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TablesCost {
    /// How many they are.
    pub tables: u64,
    /// Stored bytes.
    pub stored: u64,
    /// Rows that are new or changed; 0 if they were not counted.
    pub rows: u64,
}

/// What a dump cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DumpCost {
    /// Stored bytes of its new chunks.
    pub stored: u64,
    /// What its tables cost, by section.
    pub tables: Vec<TableCost>,
    /// What those cost that are not among these.
    pub others: Option<TablesCost>,
    /// Whether rows were counted: there was an earlier dump to compare with.
    pub has_rows: bool,
}

impl DumpCost {
    /// Of all that cost something, at most [`COST_TABLES_MAX`] one by one: those that cost most.
    pub fn new(stored: u64, mut tables: Vec<TableCost>, has_rows: bool) -> Self {
        tables.sort_by_key(|table| (std::cmp::Reverse((table.stored, table.rows)), table.section));
        let rest = tables.split_off(tables.len().min(COST_TABLES_MAX));
        tables.sort_by_key(|table| table.section);
        let sum = |each: fn(&TableCost) -> u64| rest.iter().map(each).sum();
        let others = TablesCost {
            tables: rest.len() as u64,
            stored: sum(|table| table.stored),
            rows: sum(|table| table.rows),
        };
        Self { stored, tables, others: (others.tables > 0).then_some(others), has_rows }
    }

    fn check(&self) -> Result<(), FormatError> {
        refuse_unless(self.tables.len() <= COST_TABLES_MAX, "number of tables with a cost")?;
        let sections = self.tables.iter().map(|table| table.section);
        refuse_unless(sections.is_sorted_by(|one, next| one < next), "order of tables with a cost")?;
        let each = self.tables.iter().map(|table| table.stored);
        let mut all = each.chain(self.others.iter().map(|others| others.stored));
        let sum = all.try_fold(0_u64, u64::checked_add);
        refuse_unless(sum.is_some_and(|sum| sum <= self.stored), "bytes of tables with a cost")
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct CostWire {
    #[n(1)]
    stored: u64,
    #[n(2)]
    tables: Option<Vec<u64>>,
    #[n(3)]
    rows: Option<Vec<u64>>,
    #[n(4)]
    others: Option<Vec<u64>>,
}

impl From<DumpCost> for CostWire {
    fn from(cost: DumpCost) -> Self {
        let tables: Vec<_> = cost.tables.iter().flat_map(|table| [table.section, table.stored]).collect();
        let rows = cost.has_rows.then(|| cost.tables.iter().map(|table| table.rows).collect());
        let others = cost.others.map(|others| vec![others.tables, others.stored, others.rows]);
        Self { stored: cost.stored, tables: (!tables.is_empty()).then_some(tables), rows, others }
    }
}

impl TryFrom<CostWire> for DumpCost {
    type Error = FormatError;

    fn try_from(wire: CostWire) -> Result<Self, FormatError> {
        let (pairs, odd) = wire.tables.as_deref().unwrap_or_default().as_chunks();
        refuse_unless(odd.is_empty(), "number of tables with a cost")?;
        let is_each = wire.rows.as_ref().is_none_or(|rows| rows.len() == pairs.len());
        refuse_unless(is_each, "rows of tables with a cost")?;
        let rows = wire.rows.iter().flatten().copied().chain(std::iter::repeat(0));
        let tables = pairs.iter().zip(rows).map(|([section, stored], rows)| TableCost {
            section: *section,
            stored: *stored,
            rows,
        });
        let others = wire.others.map(|others| match *others.as_slice() {
            [tables, stored, rows] => Ok(TablesCost { tables, stored, rows }),
            _ => Err(FormatError::Value { field: "tables left out of a cost" }),
        });
        let (tables, others) = (tables.collect(), others.transpose()?);
        let cost = Self { stored: wire.stored, tables, others, has_rows: wire.rows.is_some() };
        cost.check()?;
        Ok(cost)
    }
}
