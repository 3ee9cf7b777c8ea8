//! WHERE: rows picked as the server would pick them.
//!
//! A condition is parsed, bound to the columns of a table, and evaluated on values as they stand in a dump, in three-valued
//! logic. What a server would answer is what counts: a comparison whose outcome depends on something a dump does not tell
//! (a locale, a collation without a table here, a session's time zone, a conversion between types) is refused with a
//! reason, when it is bound or, for a single value, when it is met. A wrong row is never picked, and none left out.

mod bind;
mod collation;
mod compare;

mod decimal;
mod like;
mod literal;
mod mysql;
mod names;
mod node;
mod parse;
mod postgres;
mod range;
mod sqlite;
#[cfg(test)]
mod tests;
mod time;

use super::Dialect;
use super::ddl::TableSchema;
use super::value::Value;

use node::Node;

/// Bytes of a condition.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Operators and words of a condition; each may be a level of what the parser makes of it.
const OPERATORS_MAX: usize = 2_000;

/// A condition, bound to a table.
#[derive(Debug, Clone)]
pub struct Filter {
    node: Node,
}

/// Why a condition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It is too long.
    #[error("the condition has more than {TEXT_BYTES_MAX} bytes or {OPERATORS_MAX} operators")]
    Long,
    /// It cannot be parsed.
    #[error("the condition cannot be parsed: {0}")]
    Syntax(String),
    /// The table has no such column.
    #[error("there is no column {name:?}{}", nearest_text(nearest))]
    Column {
        /// The name.
        name: String,
        /// The names of columns that are most like it.
        nearest: Vec<String>,
    },
    /// It cannot be evaluated as the server would.
    #[error("{part}: {reason}")]
    Refused {
        /// The part of the condition.
        part: String,
        /// Why.
        reason: String,
    },
    /// The value of a row cannot be compared as the server would.
    #[error("a value of column {column:?}: {reason}")]
    Value {
        /// The column.
        column: String,
        /// Why.
        reason: &'static str,
    },
    /// The row has too few values.
    #[error("the row has {values} values, and column {column:?} is not among them")]
    Short {
        /// How many it has.
        values: usize,
        /// The column.
        column: String,
    },
}

fn nearest_text(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; there is {}", nearest.join(", ")) }
}

impl Filter {
    /// Parses a condition (what stands behind `WHERE`) and binds it to a table.
    ///
    /// # Errors
    /// [`FilterError`] for what cannot be parsed, for names that are no columns, and for everything that cannot be evaluated
    /// exactly.
    pub fn parse(dialect: Dialect, condition: &str, schema: &TableSchema) -> Result<Self, FilterError> {
        let expression = parse::expression(dialect, condition)?;
        Ok(Self { node: bind::Binder { dialect, schema }.bind(&expression)? })
    }

    /// Whether the condition holds for a row, whose values are in the order of the table's columns.
    ///
    /// # Errors
    /// [`FilterError::Value`] and [`FilterError::Short`] if the answer depends on a value that cannot be compared.
    pub fn matches(&self, row: &[Value<'_>]) -> Result<bool, FilterError> {
        Ok(self.node.evaluate(row)? == Some(true))
    }

    /// Whether a row can match whose value in `column` is neither NULL nor outside of `min` and `max`: numbers by their
    /// value, all other values byte by byte. `true` whenever it is not certain that none can.
    pub fn may_match(&self, column: usize, min: &Value<'_>, max: &Value<'_>) -> bool {
        self.node.outcomes(column, min, max).can_be_true
    }
}
