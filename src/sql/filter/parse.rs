//! The text of a condition as an expression.

use sqlparser::ast::Expr;
use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use super::{FilterError, OPERATORS_MAX, TEXT_BYTES_MAX};
use crate::sql::Dialect;

/// Parses all of `condition`. Strings stay as they are written, since the parser's escapes are not those of every server.
pub fn expression(dialect: Dialect, condition: &str) -> Result<Expr, FilterError> {
    if condition.len() > TEXT_BYTES_MAX {
        return Err(FilterError::Long);
    }
    let grammar: &dyn Grammar = match dialect {
        Dialect::MySql => &MySqlDialect {},
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    };
    let syntax = |error: &dyn std::fmt::Display| FilterError::Syntax(error.to_string());
    let tokens = Tokenizer::new(grammar, condition).with_unescape(false).tokenize();
    let tokens = tokens.map_err(|error| syntax(&error))?;
    let is_comment = |token: &Token| {
        matches!(
            token,
            Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_))
        )
    };
    if tokens.iter().any(is_comment) {
        return Err(FilterError::Syntax("comments have no place in a condition".to_owned()));
    }
    if tokens.iter().filter(|token| is_operator(token)).count() > OPERATORS_MAX {
        return Err(FilterError::Long);
    }
    let mut parser = Parser::new(grammar).with_tokens(tokens);
    let expression = parser.parse_expr().map_err(|error| syntax(&error))?;
    match parser.peek_token().token {
        Token::EOF => Ok(expression),
        other => Err(FilterError::Syntax(format!("{other} is one thing too many"))),
    }
}

/// Whether a token can make the expression deeper; literals, names and commas cannot.
fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.quote_style.is_none(),
        Token::Number(..) | Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) => false,
        Token::EscapedStringLiteral(_) | Token::HexStringLiteral(_) => false,
        Token::Whitespace(_) | Token::Comma | Token::Minus => false,
        _ => true,
    }
}
