//! Names of columns, as each server reads them.

use sqlparser::ast::Expr;

use super::FilterError;
use super::bind::Binder;
use super::node::Place;
use crate::sql::Dialect;
use crate::sql::ddl::Column;

/// How many names are proposed for one that is no column.
const NEAREST_MAX: usize = 3;

impl<'a> Binder<'a> {
    /// The column that an expression is; `None` if it is something else.
    pub(super) fn column(&self, expression: &Expr) -> Option<Result<(Place, &'a Column), FilterError>> {
        let ident = match expression {
            Expr::Nested(inner) => return self.column(inner),
            Expr::Identifier(ident) => ident,
            Expr::CompoundIdentifier(parts) => parts.last()?,
            _ => return None,
        };
        // In MySQL a string may stand in double quotes.
        let name = match ident.quote_style {
            Some(quote) => ident.value.replace(&format!("{quote}{quote}"), &quote.to_string()),
            None => ident.value.clone(),
        };
        // PostgreSQL takes bare names in lower case, and all names to the letter.
        let place = match (self.dialect, ident.quote_style) {
            (Dialect::Postgres, None) => self.exactly(&name.to_lowercase()),
            (Dialect::Postgres, Some(_)) => self.exactly(&name),
            _ => self.schema.column(name.as_bytes()),
        };
        let found = place.and_then(|place| Some((place, self.schema.columns.get(place)?)));
        Some(match found {
            Some((column, definition)) => Ok((Place { column, name }, definition)),
            None => Err(FilterError::Column { nearest: self.nearest(&name), name }),
        })
    }

    fn exactly(&self, name: &str) -> Option<usize> {
        self.schema.columns.iter().position(|column| column.name == name.as_bytes())
    }

    fn nearest(&self, name: &str) -> Vec<String> {
        let names =
            self.schema.columns.iter().map(|column| String::from_utf8_lossy(&column.name).into_owned());
        let mut near: Vec<_> = names.map(|other| (distance(name, &other), other)).collect();
        near.retain(|(distance, other)| *distance <= 1 + name.len().max(other.len()) / 3);
        near.sort();
        near.into_iter().map(|(_, name)| name).take(NEAREST_MAX).collect()
    }
}

/// How many letters must be changed, added or taken away to make one name of the other, whatever their case.
fn distance(a: &str, b: &str) -> usize {
    let letters = |text: &str| text.to_lowercase().chars().take(64).collect::<Vec<_>>();
    let (a, b) = (letters(a), letters(b));
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, from) in a.iter().enumerate() {
        let mut before = row + 1;
        let mut line = vec![before];
        for ((to, diagonal), above) in b.iter().zip(&last).zip(last.iter().skip(1)) {
            before = (diagonal + usize::from(from != to)).min(above + 1).min(before + 1);
            line.push(before);
        }
        last = line;
    }
    last.last().copied().unwrap_or(0)
}
