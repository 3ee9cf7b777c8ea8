//! A bound condition, and its three-valued truth for a row.

use std::cmp::Ordering;

use super::FilterError;
use super::compare::Comparison;
use super::like::Pattern;
use crate::sql::value::Value;

/// A condition.
#[derive(Debug, Clone)]
pub enum Node {
    Constant(Option<bool>),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    IsNull(Place),
    /// Whether the condition is exactly this.
    Is(Box<Node>, Option<bool>),
    Compare(Place, Operator, Comparison),
    Like(Place, Pattern),
}

/// A column.
#[derive(Debug, Clone)]
pub struct Place {
    pub column: usize,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Whether it holds between two values that compare so.
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// The operator with its sides exchanged.
    pub const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

impl Place {
    fn value<'r, 'v>(&self, row: &'r [Value<'v>]) -> Result<&'r Value<'v>, FilterError> {
        let short = || FilterError::Short { values: row.len(), column: self.name.clone() };
        row.get(self.column).ok_or_else(short)
    }

    fn error(&self, reason: &'static str) -> FilterError {
        FilterError::Value { column: self.name.clone(), reason }
    }
}

impl Node {
    /// True, false, or `None` for unknown.
    pub fn evaluate(&self, row: &[Value<'_>]) -> Result<Option<bool>, FilterError> {
        match self {
            Self::Constant(truth) => Ok(*truth),
            Self::Not(node) => Ok(node.evaluate(row)?.map(|truth| !truth)),
            Self::And(nodes) => all(nodes, row, false),
            Self::Or(nodes) => all(nodes, row, true),
            Self::IsNull(place) => Ok(Some(*place.value(row)? == Value::Null)),
            Self::Is(node, wanted) => Ok(Some(node.evaluate(row)? == *wanted)),
            Self::Compare(place, operator, comparison) => {
                let order = comparison.order_of(place.value(row)?).map_err(|reason| place.error(reason))?;
                Ok(order.map(|order| operator.holds(order)))
            }
            Self::Like(place, pattern) => {
                pattern.matches(place.value(row)?).map_err(|reason| place.error(reason))
            }
        }
    }
}

/// Nodes joined by OR, which one true decides, or by AND, which one false decides, even where another cannot be told.
fn all(nodes: &[Node], row: &[Value<'_>], decides: bool) -> Result<Option<bool>, FilterError> {
    let mut joined = Ok(Some(!decides));
    for node in nodes {
        match node.evaluate(row) {
            Ok(Some(truth)) if truth == decides => return Ok(Some(truth)),
            Ok(None) => joined = joined.map(|_| None),
            Err(error) => joined = joined.and(Err(error)),
            Ok(Some(_)) => {}
        }
    }
    joined
}
