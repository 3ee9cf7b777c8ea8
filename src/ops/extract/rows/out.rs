//! Rows on their way out, in the form that is asked for.

use super::{RowFormat, RowOptions};
use crate::ops::OpsError;
use crate::ops::dumps::Table;
use crate::ops::extract::write::Writing;
use crate::sql::Dialect;
use crate::sql::ddl::Column;
use crate::sql::output;
use crate::sql::value::Value;

/// Rows on their way out.
pub struct Out<'o> {
    pub dialect: Dialect,
    pub table: &'o Table,
    pub name: &'o [u8],
    pub options: &'o RowOptions,
    pub is_copy: bool,
    pub has_head: bool,
    pub rows: u64,
    pub bytes: Vec<u8>,
}

impl Out<'_> {
    pub fn row(
        &mut self,
        columns: &[Column],
        values: &[Value<'_>],
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        let name: Vec<&[u8]> =
            [self.table.name.schema.as_deref(), Some(self.name)].into_iter().flatten().collect();
        // In MySQL the schema is a database, and another one is meant than that of the dump.
        let name = if self.dialect == Dialect::MySql {
            name.get(name.len() - 1..).unwrap_or_default()
        } else {
            &name
        };
        let staged: Option<[&[u8]; 2]> =
            self.options.staged.as_deref().map(|name| [b"pg_temp".as_slice(), name]);
        let name = staged.as_ref().map_or(name, <[_; 2]>::as_slice);
        let is_first = !std::mem::replace(&mut self.has_head, true);
        match self.options.format {
            RowFormat::Csv => {
                if is_first && self.rows == 0 {
                    output::write_csv_header(columns, &mut self.bytes);
                }
                output::write_csv_row(columns, values, &mut self.bytes);
            }
            RowFormat::JsonLines => output::write_json_row(columns, values, &mut self.bytes),
            RowFormat::Sql if self.is_copy => {
                if is_first {
                    output::write_copy_head(name, columns, &mut self.bytes);
                }
                output::write_copy_row(columns, values, &mut self.bytes).map_err(|error| OpsError::Rows {
                    table: self.table.full_name(),
                    reason: error.to_string(),
                })?;
            }
            RowFormat::Sql => output::write_insert(self.dialect, name, columns, values, &mut self.bytes),
        }
        self.rows += 1;
        if self.bytes.len() >= 64 * 1024 {
            writing.write(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    /// Ends what was begun for the rows so far.
    pub fn end(&mut self, writing: &mut Writing<'_>) -> Result<(), OpsError> {
        if self.has_head && self.is_copy && self.options.format == RowFormat::Sql {
            self.bytes.extend_from_slice(output::COPY_END);
            self.bytes.push(b'\n');
        }
        self.has_head = false;
        writing.write(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}
