//! What tables of dumps cost in a backup, for its summary.

use std::collections::HashSet;

use serde::Serialize;

use crate::base::{escape, units};
use crate::cli::output::JsonPath;
use crate::ops::backup::{BackupReport, TableSpent};
use crate::ops::dumps::full_name;

/// Tables that are named in the summary.
const TABLES_SHOWN_MAX: usize = 5;
/// Tables in its JSON.
const TABLES_TOLD_MAX: usize = 100;

/// A table of which rows are new or changed, or which cost something otherwise.
#[derive(Serialize)]
pub struct JsonTable {
    #[serde(flatten)]
    path: JsonPath,
    database: Option<String>,
    schema: Option<String>,
    name: String,
    rows_changed: u64,
    bytes_stored: u64,
}

/// Tables that can be compared with an earlier night, the dearest first.
fn compared(report: &BackupReport) -> impl Iterator<Item = (&TableSpent, u64)> {
    report.spent.iter().filter_map(|table| Some((table, table.rows?)))
}

/// The dearest tables, for scripts.
pub fn tables_json(report: &BackupReport) -> Vec<JsonTable> {
    let tables = compared(report).take(TABLES_TOLD_MAX);
    let told = tables.map(|(table, rows)| JsonTable {
        path: JsonPath::new(&[b"/", table.dump.as_slice()].concat()),
        database: table.database.as_deref().map(escape),
        schema: table.name.schema.as_deref().map(escape),
        name: escape(&table.name.name),
        rows_changed: rows,
        bytes_stored: table.stored,
    });
    told.collect()
}

/// The dearest tables, for people: `orders: 1,204 rows changed, 48.0 kB`. Nothing on a first night.
pub fn tables(report: &BackupReport) -> Vec<String> {
    let dumps: HashSet<_> = compared(report).map(|(table, _)| &table.dump).collect();
    let name = |table: &TableSpent| {
        let name = full_name(table.database.as_deref(), &table.name);
        if dumps.len() > 1 { format!("{name} of /{}", escape(&table.dump)) } else { name }
    };
    let mut lines: Vec<_> = compared(report)
        .take(TABLES_SHOWN_MAX)
        .map(|(table, rows)| {
            let rows = units::counted(rows, "row", "rows");
            // A dry run does not know what would be stored.
            let stored = report.snapshot.map(|_| format!(", {}", units::bytes(table.stored)));
            format!("{}: {rows} changed{}", name(table), stored.unwrap_or_default())
        })
        .collect();
    let (count, shown) = (compared(report).count(), lines.len());
    if count > shown {
        lines.push(format!("and {}", units::counted((count - shown) as u64, "more table", "more tables")));
    }
    let heads = std::iter::once("changed    ").chain(std::iter::repeat("           "));
    heads.zip(lines).map(|(head, text)| format!("{head}{text}")).collect()
}
