//! An expression, bound to the columns of a table.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::FilterError;
use super::compare::{Comparison, truth_of};
use super::decimal::Decimal;
use super::like::Pattern;
use super::literal::{Literal, literal};
use super::node::{Node, Operator};
use crate::sql::Dialect;
use crate::sql::ddl::TableSchema;

pub struct Binder<'a> {
    pub dialect: Dialect,
    pub schema: &'a TableSchema,
}

impl Binder<'_> {
    /// The node of a condition.
    pub fn bind(&self, expression: &Expr) -> Result<Node, FilterError> {
        match expression {
            Expr::Nested(inner) => self.bind(inner),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(not(self.bind(expr)?)),
            Expr::IsNull(inner) => self.bind_is_null(inner),
            Expr::IsNotNull(inner) => Ok(not(self.bind_is_null(inner)?)),
            Expr::IsTrue(inner) => self.bind_is(inner, Some(true)),
            Expr::IsNotTrue(inner) => Ok(not(self.bind_is(inner, Some(true))?)),
            Expr::IsFalse(inner) => self.bind_is(inner, Some(false)),
            Expr::IsNotFalse(inner) => Ok(not(self.bind_is(inner, Some(false))?)),
            Expr::IsUnknown(inner) => self.bind_is(inner, None),
            Expr::IsNotUnknown(inner) => Ok(not(self.bind_is(inner, None)?)),
            Expr::IsDistinctFrom(left, right) => Ok(not(self.bind_null_safe(expression, left, right)?)),
            Expr::IsNotDistinctFrom(left, right) => self.bind_null_safe(expression, left, right),
            Expr::InList { expr, list, negated } => self.bind_in(expression, expr, list, *negated),
            Expr::Between { expr, negated, low, high } => {
                self.same_kind(expression, &[low, high])?;
                let node = Node::And(vec![
                    self.bind_pair(expression, expr, Operator::GreaterOrEqual, low)?,
                    self.bind_pair(expression, expr, Operator::LessOrEqual, high)?,
                ]);
                Ok(if *negated { not(node) } else { node })
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                let node = self.bind_like(expression, expr, pattern, escape_char.as_deref())?;
                Ok(if *negated { not(node) } else { node })
            }
            Expr::BinaryOp { op, .. } => self.bind_binary(expression, op),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.bind_bare_column(expression),
            Expr::Value(_) => self.bind_constant(expression),
            _ => {
                Err(refused(expression, "this is not understood; comparisons of a column with a literal are"))
            }
        }
    }

    fn bind_binary(&self, expression: &Expr, op: &BinaryOperator) -> Result<Node, FilterError> {
        let Expr::BinaryOp { left, right, .. } = expression else {
            return Err(refused(expression, "this is not understood"));
        };
        let operator = match op {
            BinaryOperator::And | BinaryOperator::Or => return self.bind_chain(expression, op),
            BinaryOperator::Eq => Operator::Equal,
            BinaryOperator::NotEq => Operator::NotEqual,
            BinaryOperator::Lt => Operator::Less,
            BinaryOperator::LtEq => Operator::LessOrEqual,
            BinaryOperator::Gt => Operator::Greater,
            BinaryOperator::GtEq => Operator::GreaterOrEqual,
            BinaryOperator::Spaceship if self.dialect == Dialect::MySql => {
                return self.bind_null_safe(expression, left, right);
            }
            _ => return Err(refused(expression, "this operator cannot be evaluated here")),
        };
        self.bind_pair(expression, left, operator, right)
    }

    /// A chain of ANDs or of ORs leans to the left as far as it is long, so that it is walked and not climbed.
    fn bind_chain(&self, expression: &Expr, chained: &BinaryOperator) -> Result<Node, FilterError> {
        let mut nodes = Vec::new();
        let mut rest = expression;
        while let Expr::BinaryOp { left, op, right } = rest
            && op == chained
        {
            nodes.push(self.bind(right)?);
            rest = left;
        }
        nodes.push(self.bind(rest)?);
        nodes.reverse();
        Ok(if *chained == BinaryOperator::And { Node::And(nodes) } else { Node::Or(nodes) })
    }

    fn bind_pair(
        &self,
        whole: &Expr,
        left: &Expr,
        operator: Operator,
        right: &Expr,
    ) -> Result<Node, FilterError> {
        let (column, operator, other) = match (self.column(left), self.column(right)) {
            (Some(column), None) => (column?, operator, right),
            (None, Some(column)) => (column?, operator.flipped(), left),
            (Some(_), Some(_)) => return Err(refused(whole, "two columns cannot be compared here")),
            (None, None) => return self.bind_numbers(whole, left, operator, right),
        };
        let literal = self.literal(other)?;
        if literal == Literal::Null {
            return Ok(Node::Constant(None));
        }
        let has_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        let (place, column) = column;
        let comparison = Comparison::new(self.dialect, column, literal, has_order);
        let comparison = comparison.map_err(|reason| refused(whole, reason))?;
        Ok(Node::Compare(place, operator, comparison))
    }

    /// `1 = 1`, which programs write that put conditions together.
    fn bind_numbers(
        &self,
        whole: &Expr,
        left: &Expr,
        operator: Operator,
        right: &Expr,
    ) -> Result<Node, FilterError> {
        match (literal(self.dialect, left), literal(self.dialect, right)) {
            (Some(Literal::Number(left)), Some(Literal::Number(right))) => {
                let both = Decimal::parse(&left).zip(Decimal::parse(&right));
                let (left, right) = both.ok_or_else(|| refused(whole, "a number is wanted"))?;
                Ok(Node::Constant(Some(operator.holds(left.cmp(&right)))))
            }
            _ => Err(refused(whole, "one side must be a column and the other a literal")),
        }
    }

    fn bind_null_safe(&self, whole: &Expr, left: &Expr, right: &Expr) -> Result<Node, FilterError> {
        for (column, other) in [(left, right), (right, left)] {
            if literal(self.dialect, other) == Some(Literal::Null) {
                return self.bind_is_null(column);
            }
        }
        Ok(Node::Is(Box::new(self.bind_pair(whole, left, Operator::Equal, right)?), Some(true)))
    }

    fn bind_is_null(&self, inner: &Expr) -> Result<Node, FilterError> {
        match self.column(inner) {
            Some(column) => Ok(Node::IsNull(column?.0)),
            None => Ok(Node::Is(Box::new(self.bind(inner)?), None)),
        }
    }

    fn bind_is(&self, inner: &Expr, wanted: Option<bool>) -> Result<Node, FilterError> {
        Ok(Node::Is(Box::new(self.bind(inner)?), wanted))
    }

    fn bind_in(
        &self,
        whole: &Expr,
        column: &Expr,
        list: &[Expr],
        negated: bool,
    ) -> Result<Node, FilterError> {
        self.same_kind(whole, &list.iter().collect::<Vec<_>>())?;
        let equal = |item| self.bind_pair(whole, column, Operator::Equal, item);
        let nodes = list.iter().map(equal).collect::<Result<Vec<_>, _>>()?;
        let is_single =
            |node: &Node| matches!(node, Node::Compare(_, _, Comparison::Float { is_single: true, .. }));
        let has_numbers =
            list.iter().any(|item| matches!(literal(self.dialect, item), Some(Literal::Number(_))));
        if self.dialect == Dialect::Postgres && has_numbers && nodes.iter().any(is_single) {
            return Err(refused(
                whole,
                "numbers in a list beside a column of type real are rounded; put them in quotes",
            ));
        }
        let node = Node::Or(nodes);
        Ok(if negated { not(node) } else { node })
    }

    /// Literals of several kinds beside each other are converted to one of them, each server by its own rules.
    fn same_kind(&self, whole: &Expr, items: &[&Expr]) -> Result<(), FilterError> {
        let literals = items.iter().map(|item| self.literal(item)).collect::<Result<Vec<_>, _>>()?;
        let mut kinds =
            literals.iter().filter(|literal| **literal != Literal::Null).map(std::mem::discriminant);
        let first = kinds.next();
        if kinds.all(|kind| Some(kind) == first) {
            return Ok(());
        }
        Err(refused(whole, "numbers, strings and other literals are mixed; use one kind"))
    }

    fn bind_like(
        &self,
        whole: &Expr,
        column: &Expr,
        pattern: &Expr,
        escape: Option<&Expr>,
    ) -> Result<Node, FilterError> {
        let Some(column) = self.column(column) else {
            return Err(refused(whole, "LIKE needs a column before it and a string behind it"));
        };
        let (place, column) = column?;
        let pattern = match self.literal(pattern)? {
            Literal::Null => return Ok(Node::Constant(None)),
            Literal::Text(pattern) => pattern,
            _ => return Err(refused(whole, "LIKE needs a column before it and a string behind it")),
        };
        let escape = match escape.map(|escape| literal(self.dialect, escape)) {
            None => None,
            Some(Some(Literal::Text(escape))) => Some(escape),
            Some(_) => return Err(refused(whole, "ESCAPE needs a string of one character")),
        };
        let pattern = Pattern::new(self.dialect, column, &pattern, escape.as_deref());
        Ok(Node::Like(place, pattern.map_err(|reason| refused(whole, reason))?))
    }

    fn bind_bare_column(&self, expression: &Expr) -> Result<Node, FilterError> {
        let column =
            self.column(expression).unwrap_or_else(|| Err(refused(expression, "this is not a column")));
        let (place, column) = column?;
        let (operator, comparison) =
            truth_of(self.dialect, column).map_err(|reason| refused(expression, reason))?;
        Ok(Node::Compare(place, operator, comparison))
    }

    fn bind_constant(&self, expression: &Expr) -> Result<Node, FilterError> {
        match self.literal(expression)? {
            Literal::Null => Ok(Node::Constant(None)),
            Literal::Bool(truth) => Ok(Node::Constant(Some(truth))),
            Literal::Number(number) if self.dialect != Dialect::Postgres => {
                let number =
                    Decimal::parse(&number).ok_or_else(|| refused(expression, "a number is wanted"))?;
                Ok(Node::Constant(Some(!number.is_zero())))
            }
            _ => Err(refused(expression, "a literal alone is not a condition")),
        }
    }

    fn literal(&self, expression: &Expr) -> Result<Literal, FilterError> {
        literal(self.dialect, expression)
            .ok_or_else(|| refused(expression, "this is not a literal that is understood"))
    }
}

fn not(node: Node) -> Node {
    Node::Not(Box::new(node))
}

fn refused(part: &Expr, reason: impl Into<String>) -> FilterError {
    let mut part = part.to_string();
    if part.chars().count() > 80 {
        part = part.chars().take(77).chain("...".chars()).collect();
    }
    FilterError::Refused { part, reason: reason.into() }
}
