//! Where in a statement names of tables and of what belongs to them stand.

use super::super::Dialect;
use super::super::ddl::tokens::{Token, TokenKind};
use super::path::{path, tokens};

/// What has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// Tables, sequences, views; indexes, too, but for MySQL.
    Relation,
    /// Constraints of MySQL, whose names are a database's.
    Constraint,
    /// Triggers of MySQL and SQLite, which are a database's.
    Trigger,
}

/// Why a name may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The word before it says so: which, in capitals.
    Word(&'static str),
    /// It is a column with its table before it.
    Column,
    /// It is given to a function of sequences.
    Call,
    /// It is qualified, and nothing else is known.
    Qualified,
}

/// A qualified name, and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub class: Class,
    pub why: Why,
    /// Places of the name's parts among the tokens.
    pub parts: Vec<usize>,
}

/// What a statement is, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    /// `CREATE`, in capitals; empty for what is not known.
    pub verb: &'static str,
    /// `TABLE`, in capitals; empty for what is not known.
    pub object: &'static str,
}

const VERBS: [&str; 16] = [
    "CREATE", "ALTER", "DROP", "INSERT", "REPLACE", "COPY", "LOCK", "TRUNCATE", "COMMENT", "GRANT", "REVOKE",
    "DELETE", "ANALYZE", "DO", "SELECT", "UPDATE",
];
const OBJECTS: [&str; 15] = [
    "TABLE",
    "INDEX",
    "SEQUENCE",
    "TRIGGER",
    "RULE",
    "POLICY",
    "STATISTICS",
    "VIEW",
    "FUNCTION",
    "PROCEDURE",
    "EVENT",
    "TYPE",
    "DOMAIN",
    "EXTENSION",
    "SCHEMA",
];

impl Verb {
    pub fn of(tokens: &[Token<'_>]) -> Self {
        let which =
            |words: &[&'static str], token: &Token<'_>| words.iter().find(|word| token.is(word)).copied();
        let verb = tokens.first().and_then(|token| which(&VERBS, token)).unwrap_or_default();
        let object = tokens.iter().skip(1).find_map(|token| which(&OBJECTS, token)).unwrap_or_default();
        Self { verb, object }
    }

    /// Whether a text is a statement that is about something with a name.
    pub fn is_definition(dialect: Dialect, text: &[u8]) -> bool {
        let verb = Self::of(&tokens(dialect, text)).verb;
        !matches!(verb, "" | "SELECT" | "DO" | "UPDATE" | "ANALYZE")
    }

    /// Whether it has queries in it, in which tables stand where they stand in queries.
    fn has_queries(self) -> bool {
        self.verb == "CREATE" && matches!(self.object, "TRIGGER" | "RULE" | "POLICY" | "VIEW")
    }
}

/// The names that may be those of tables and of what belongs to them.
pub(super) fn places(dialect: Dialect, tokens: &[Token<'_>]) -> Vec<Place> {
    let verb = Verb::of(tokens);
    let mut places = vec![];
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::Mark(b'(') => depth += 1,
            TokenKind::Mark(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let parts = path(dialect, tokens, at);
        at += 1;
        let Some(last) = parts.last() else { continue };
        if let Some((class, why)) = reason(dialect, tokens, &parts, (verb, depth)) {
            at = last + 1;
            places.push(Place { class, why, parts });
        } else if parts.len() > 1 {
            at = last + 1;
        }
    }
    places
}

/// Why the name may be meant.
fn reason(
    dialect: Dialect,
    tokens: &[Token<'_>],
    parts: &[usize],
    (verb, depth): (Verb, usize),
) -> Option<(Class, Why)> {
    let first = parts.first().copied()?;
    let before = |steps: usize| first.checked_sub(steps).and_then(|at| tokens.get(at));
    let mut back = 1;
    while before(back)
        .is_some_and(|token| token.is_one_of(&["ONLY", "EXISTS", "NOT", "IF", "CONCURRENTLY", "IGNORE"]))
    {
        back += 1;
    }
    let word = before(back).and_then(|token| WORDS.iter().find(|word| token.is(word)).copied());
    let is_after = |word: &str| before(back + 1).is_some_and(|token| token.is(word));
    let is_mysql = dialect == Dialect::MySql;
    let relation = |word| Some((Class::Relation, Why::Word(word)));
    let by_word = match word {
        Some(word @ ("TABLE" | "TABLES" | "INTO" | "COPY" | "REFERENCES" | "SEQUENCE" | "TRUNCATE")) => {
            relation(word)
        }
        Some(word @ "LIKE") if dialect == Dialect::Postgres && verb.object == "TABLE" && depth == 1 => {
            relation(word)
        }
        Some(word @ ("INDEX" | "STATISTICS" | "PARTITION" | "INHERIT" | "CLUSTER")) if !is_mysql => {
            relation(word)
        }
        Some("NAME") if is_after("SEQUENCE") => relation("SEQUENCE NAME"),
        Some("OF") if is_after("PARTITION") => relation("OF"),
        Some("BY") if is_after("OWNED") => Some((Class::Relation, Why::Column)),
        Some("COLUMN") if is_after("ON") => Some((Class::Relation, Why::Column)),
        Some("CONSTRAINT") if is_mysql => Some((Class::Constraint, Why::Word("CONSTRAINT"))),
        Some("CONSTRAINT") => relation("CONSTRAINT"),
        Some("TRIGGER") if dialect != Dialect::Postgres => Some((Class::Trigger, Why::Word("TRIGGER"))),
        Some("ON") if depth == 0 && !is_action(tokens, first) => relation("ON"),
        Some("TO") if verb.verb == "CREATE" && verb.object == "RULE" => relation("TO"),
        Some(word @ ("FROM" | "JOIN" | "UPDATE"))
            if verb.has_queries() || verb.verb == "DELETE" || verb.object == "STATISTICS" =>
        {
            relation(word)
        }
        Some("FOR") if is_after("VALUE") => Some((Class::Relation, Why::Call)),
        _ => None,
    };
    let is_open = before(1).is_some_and(|token| token.is_mark(b'('));
    let follows_paren = |words: &[&str]| is_open && before(2).is_some_and(|token| token.is_one_of(words));
    if let Some(word) = by_word {
        // SQLite takes strings for names, but not everywhere.
        let is_text = tokens.get(first).is_some_and(|token| token.kind == TokenKind::Text);
        let can_be_text = matches!(word.1, Why::Word("TABLE" | "INTO" | "ON" | "TRIGGER" | "INDEX"));
        return (!is_text || can_be_text).then_some(word);
    }
    if is_mysql && follows_paren(&["nextval", "setval", "lastval"]) {
        return Some((Class::Relation, Why::Call));
    }
    if follows_paren(&["INHERITS"]) {
        return relation("INHERITS");
    }
    // A function is called so.
    let is_call = parts.last().and_then(|last| tokens.get(last + 1)).is_some_and(|token| token.is_mark(b'('));
    let can_be = parts.len() > 1 && (dialect == Dialect::Postgres && !is_call || verb.has_queries());
    can_be.then_some((Class::Relation, Why::Qualified))
}

/// Words before names.
const WORDS: [&str; 26] = [
    "TABLE",
    "TABLES",
    "INTO",
    "COPY",
    "REFERENCES",
    "SEQUENCE",
    "TRUNCATE",
    "LIKE",
    "INDEX",
    "STATISTICS",
    "PARTITION",
    "INHERIT",
    "CLUSTER",
    "NAME",
    "OF",
    "BY",
    "COLUMN",
    "CONSTRAINT",
    "TRIGGER",
    "ON",
    "TO",
    "FROM",
    "JOIN",
    "UPDATE",
    "FOR",
    "ANALYZE",
];

/// Whether what follows `ON` is no name.
fn is_action(tokens: &[Token<'_>], at: usize) -> bool {
    let words =
        ["DELETE", "UPDATE", "CONFLICT", "COMMIT", "DUPLICATE", "TABLE", "COLUMN", "INSERT", "SELECT"];
    tokens.get(at).is_some_and(|token| token.is_one_of(&words))
}
