//! What a condition can come to for keys within bounds, so that rows need not be read which cannot match.

use std::cmp::Ordering;

use super::compare::{Comparison, TextRule};
use super::node::{Node, Operator};
use super::sqlite::Stored;
use crate::sql::value::Value;

/// Bytes of a key that a table map keeps; a longer one is cut there.
const KEY_BYTES: usize = 64;

/// The truths that are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcomes {
    pub can_be_true: bool,
    pub can_be_false: bool,
    pub can_be_unknown: bool,
}

const ANY: Outcomes = Outcomes { can_be_true: true, can_be_false: true, can_be_unknown: true };

impl Node {
    /// What it can come to in rows whose value in `column` is between `min` and `max` and not NULL.
    pub fn outcomes(&self, column: usize, min: &Value<'_>, max: &Value<'_>) -> Outcomes {
        let of = |node: &Self| node.outcomes(column, min, max);
        match self {
            Self::Constant(truth) => only(*truth),
            Self::Not(node) => {
                let inner = of(node);
                Outcomes { can_be_true: inner.can_be_false, can_be_false: inner.can_be_true, ..inner }
            }
            Self::And(nodes) => nodes.iter().map(of).fold(only(Some(true)), |all, one| Outcomes {
                can_be_true: all.can_be_true && one.can_be_true,
                can_be_false: all.can_be_false || one.can_be_false,
                can_be_unknown: all.can_be_unknown || one.can_be_unknown,
            }),
            Self::Or(nodes) => nodes.iter().map(of).fold(only(Some(false)), |all, one| Outcomes {
                can_be_true: all.can_be_true || one.can_be_true,
                can_be_false: all.can_be_false && one.can_be_false,
                can_be_unknown: all.can_be_unknown || one.can_be_unknown,
            }),
            Self::IsNull(place) if place.column == column => only(Some(false)),
            Self::Is(node, wanted) => {
                let inner = of(node);
                let all = [
                    (Some(true), inner.can_be_true),
                    (Some(false), inner.can_be_false),
                    (None, inner.can_be_unknown),
                ];
                Outcomes {
                    can_be_true: all.iter().any(|(truth, can)| *can && truth == wanted),
                    can_be_false: all.iter().any(|(truth, can)| *can && truth != wanted),
                    can_be_unknown: false,
                }
            }
            Self::Compare(place, operator, comparison) if place.column == column => {
                comparison.outcomes(*operator, min, max).unwrap_or(ANY)
            }
            Self::IsNull(_) | Self::Compare(..) | Self::Like(..) => ANY,
        }
    }
}

fn only(truth: Option<bool>) -> Outcomes {
    Outcomes {
        can_be_true: truth == Some(true),
        can_be_false: truth == Some(false),
        can_be_unknown: truth.is_none(),
    }
}

impl Comparison {
    /// `None` where the order of the comparison is not that of the bounds, as with letters that are equal and have other
    /// bytes, or where a bound is not what it should be.
    fn outcomes(&self, operator: Operator, min: &Value<'_>, max: &Value<'_>) -> Option<Outcomes> {
        let (low, high) = match self {
            Self::Exact { is_of_integers: true, .. } if is_integer(min) && is_integer(max) => {
                (self.order_of(min).ok()??, self.order_of(max).ok()??)
            }
            Self::Sqlite(Stored::Integer(_) | Stored::Real(_), _) if is_integer(min) && is_integer(max) => {
                (self.order_of(min).ok()??, self.order_of(max).ok()??)
            }
            Self::Text(TextRule::Bytes, constant) => {
                let (Value::Text(min), Value::Text(max)) = (min, max) else { return None };
                let is_cut = max.len() >= KEY_BYTES && constant.starts_with(max);
                let high = if is_cut { Ordering::Greater } else { max.as_ref().cmp(constant) };
                (min.as_ref().cmp(constant), high)
            }
            _ => return None,
        };
        let between = |order: &Ordering| low <= *order && *order <= high;
        let orders = [Ordering::Less, Ordering::Equal, Ordering::Greater];
        Some(Outcomes {
            can_be_true: orders.iter().filter(|order| between(order)).any(|order| operator.holds(*order)),
            can_be_false: orders.iter().filter(|order| between(order)).any(|order| !operator.holds(*order)),
            can_be_unknown: false,
        })
    }
}

/// Whether it is a whole number as a key is written.
fn is_integer(value: &Value<'_>) -> bool {
    let (Value::Number(text) | Value::Text(text)) = value else { return false };
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
