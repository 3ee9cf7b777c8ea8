//! Literals of a condition.

use sqlparser::ast::{DataType, Expr, UnaryOperator, Value as Parsed};

use crate::sql::Dialect;
use crate::sql::value::{RowForm, Value, Values};

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Null,
    Bool(bool),
    Number(Vec<u8>),
    Text(Vec<u8>),
    /// `X'..'` and `0x..` of MySQL and SQLite.
    Bytes(Vec<u8>),
    Bits(Vec<u8>),
    Date(Vec<u8>),
    Time(Vec<u8>),
    /// `TIMESTAMP '..'`, and whether it is `WITH TIME ZONE`.
    Timestamp(Vec<u8>, bool),
}

/// The literal that an expression is; `None` if it is something else.
pub fn literal(dialect: Dialect, expression: &Expr) -> Option<Literal> {
    match expression {
        Expr::Nested(inner) => literal(dialect, inner),
        Expr::Value(value) => plain(dialect, &value.value),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match literal(dialect, expr)? {
            Literal::Number(number) if number.first() != Some(&b'-') => {
                Some(Literal::Number([b"-", number.as_slice()].concat()))
            }
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => match literal(dialect, expr)? {
            Literal::Number(number) => Some(Literal::Number(number)),
            _ => None,
        },
        Expr::TypedString(typed) if dialect != Dialect::Sqlite => {
            let Literal::Text(text) = plain(dialect, &typed.value.value)? else { return None };
            use sqlparser::ast::TimezoneInfo::{None as Bare, Tz, WithTimeZone, WithoutTimeZone};
            match &typed.data_type {
                DataType::Date => Some(Literal::Date(text)),
                DataType::Time(None, Bare) => Some(Literal::Time(text)),
                DataType::Timestamp(None, Bare | WithoutTimeZone) => Some(Literal::Timestamp(text, false)),
                DataType::Timestamp(None, Tz | WithTimeZone) => Some(Literal::Timestamp(text, true)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Strings and hexadecimal digits are read by the code that reads them in dumps.
fn plain(dialect: Dialect, value: &Parsed) -> Option<Literal> {
    let form = match dialect {
        Dialect::MySql => RowForm::MySql { has_backslashes: true },
        Dialect::Postgres => RowForm::Postgres { has_backslashes: false },
        Dialect::Sqlite => RowForm::Sqlite,
    };
    let read = |before: &str, inner: &str, after: &str| {
        let tuple = format!("({before}{inner}{after})");
        match Values::new(form, tuple.as_bytes()).next()?.ok()?.into_owned() {
            Value::Text(text) => Some(Literal::Text(text.into_owned())),
            Value::Bytes(bytes) => Some(Literal::Bytes(bytes.into_owned())),
            Value::Bits(bits) => Some(Literal::Bits(bits.into_owned())),
            _ => None,
        }
    };
    match value {
        Parsed::Null => Some(Literal::Null),
        Parsed::Boolean(is) => Some(Literal::Bool(*is)),
        Parsed::Number(text, false) => Some(Literal::Number(text.clone().into_bytes())),
        Parsed::SingleQuotedString(text) => read("'", text, "'"),
        Parsed::DoubleQuotedString(text) if dialect == Dialect::MySql => read("\"", text, "\""),
        // These the parser has unescaped, by PostgreSQL's rules.
        Parsed::EscapedStringLiteral(text) => Some(Literal::Text(text.clone().into_bytes())),
        Parsed::HexStringLiteral(digits) if digits.len() % 2 == 1 && dialect == Dialect::MySql => {
            read("X'", &format!("0{digits}"), "'")
        }
        Parsed::HexStringLiteral(digits) => read("X'", digits, "'"),
        Parsed::SingleQuotedByteStringLiteral(bits) if dialect != Dialect::Sqlite => read("B'", bits, "'"),
        _ => None,
    }
}
