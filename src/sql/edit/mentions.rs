//! What a statement mentions: names of types, functions, sequences, extensions and schemas, as identifiers.

use std::collections::HashSet;

use super::super::ddl::tokens::TokenKind;
use super::super::{Dialect, TableName};
use super::path::{name, path, text_of, tokens};
use super::rename::is_of_a_relation;

/// How deep bodies stand in one another.
const BODIES_MAX: u8 = 3;

/// Names that stand in statements; not in their comments, and in their strings only where a function is given a sequence so.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    names: HashSet<TableName>,
    /// The last parts of all of them.
    last: HashSet<Vec<u8>>,
}

impl Mentions {
    /// Adds what a text mentions.
    pub fn add(&mut self, dialect: Dialect, text: &[u8]) {
        self.add_to(dialect, text, 0);
    }

    /// The same, and what the bodies in it do: a function's is a string.
    pub fn add_with_bodies(&mut self, dialect: Dialect, text: &[u8]) {
        self.add_to(dialect, text, BODIES_MAX);
    }

    fn add_to(&mut self, dialect: Dialect, text: &[u8], bodies: u8) {
        let tokens = tokens(dialect, text);
        let name_at = |at: &usize| name(dialect, tokens.get(*at)?);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if token.kind == TokenKind::Text {
                self.text(dialect, text_of(token).filter(|_| is_of_a_relation(&tokens, at)), 0);
                self.text(dialect, body(token.raw).filter(|_| bodies > 0), bodies.saturating_sub(1));
            }
            let parts = path(dialect, &tokens, at);
            for pair in parts.windows(2) {
                if let [schema, name] = pair
                    && let Some(name) = name_at(name)
                {
                    self.last.insert(name.clone());
                    self.names.insert(TableName { schema: name_at(schema), name });
                }
            }
            if let [only] = parts.as_slice()
                && let Some(name) = name_at(only)
            {
                self.last.insert(name.clone());
                self.names.insert(TableName { schema: None, name });
            }
            at = parts.last().map_or(at, |last| *last) + 1;
        }
    }

    fn text(&mut self, dialect: Dialect, text: Option<Vec<u8>>, bodies: u8) {
        if let Some(text) = text {
            self.add_to(dialect, &text, bodies);
        }
    }

    /// Whether something of this name is mentioned, qualified; or bare, if `or_bare`. A name without a schema may be in any.
    #[must_use]
    pub fn has(&self, name: &TableName, or_bare: bool) -> bool {
        if name.schema.is_none() {
            return self.last.contains(&name.name);
        }
        let bare = TableName { schema: None, name: name.name.clone() };
        self.names.contains(name) || or_bare && self.names.contains(&bare)
    }

    /// Whether anything in a schema is mentioned, but what `is_known`.
    pub fn has_in_schema(&self, schema: &[u8], is_known: impl Fn(&TableName) -> bool) -> bool {
        self.names.iter().any(|name| name.schema.as_deref() == Some(schema) && !is_known(name))
    }

    /// Whether a name is mentioned bare.
    #[must_use]
    pub fn has_bare(&self, name: &[u8]) -> bool {
        self.names.contains(&TableName { schema: None, name: name.to_vec() })
    }
}

/// What stands between dollar quotes.
fn body(raw: &[u8]) -> Option<Vec<u8>> {
    let tag = raw.iter().skip(1).position(|byte| *byte == b'$')? + 2;
    let is_dollar = raw.first() == Some(&b'$') && raw.len() >= 2 * tag;
    is_dollar.then(|| raw.get(tag..raw.len() - tag).unwrap_or_default().to_vec())
}
