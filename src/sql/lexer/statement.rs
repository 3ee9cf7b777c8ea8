//! One statement: its head, kept to tell what it is about, and whether a terminator in it is its end.

use crate::base::limits::SQL_HEAD_BYTES_MAX;

use super::super::{Dialect, TableName};
use super::grammar::Grammar;
use super::tokens::{Token, Words};

/// A statement that has begun.
#[derive(Debug, Default)]
pub(super) struct Statement {
    /// Where its first byte stands.
    pub start: u64,
    /// Where the comments before it begin, or it.
    pub trivia: u64,
    /// Parentheses that are open.
    pub depth: u32,
    /// It has been told what it is.
    pub is_known: bool,
    /// It may yet turn out to have rows.
    pub may_have_rows: bool,
    /// How much of the head has been looked through for parts of a body.
    looked: usize,
    /// `BEGIN` and `CASE` that are open in a body.
    blocks: u32,
}

/// What the head of an `INSERT` says, up to a parenthesis.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Insert {
    /// It has no rows in parentheses.
    Not,
    /// That is not decided.
    Perhaps,
    /// The parenthesis is the first row's.
    Rows { table: TableName, columns: Vec<Vec<u8>> },
    /// All of it is one row: `DEFAULT VALUES` or `SET`.
    Row { table: TableName },
}

impl Statement {
    pub fn new(start: u64, trivia: u64) -> Self {
        Self { start, trivia, may_have_rows: true, ..Self::default() }
    }

    /// Whether the terminator at the end of `head` ends the statement, and not a part of its body.
    pub fn ends(&mut self, head: &[u8], grammar: &Grammar) -> bool {
        let is_cut = head.len() >= SQL_HEAD_BYTES_MAX;
        match grammar.dialect {
            Dialect::MySql => true,
            Dialect::Postgres => self.depth == 0 && (is_cut || !self.is_in_body(head, grammar)),
            Dialect::Sqlite => is_cut || !self.is_in_trigger(head, grammar),
        }
    }

    /// A body of SQL between `BEGIN ATOMIC` and `END` has terminators of its own.
    fn is_in_body(&mut self, head: &[u8], grammar: &Grammar) -> bool {
        let mut words = Words::new(head, grammar);
        let _ = words.word("CREATE") && words.words("OR REPLACE");
        if !words.any_of("FUNCTION PROCEDURE") {
            return false;
        }
        let mut words = Words::new(head.get(self.looked..).unwrap_or_default(), grammar);
        self.looked = head.len();
        loop {
            if words.words("BEGIN ATOMIC") || self.blocks > 0 && words.any_of("BEGIN CASE") {
                self.blocks += 1;
            } else if self.blocks > 0 && words.word("END") {
                self.blocks -= 1;
            } else if words.next().is_none() {
                return self.blocks > 0;
            }
        }
    }

    /// A trigger of SQLite ends with `END` in a statement of its own.
    fn is_in_trigger(&mut self, head: &[u8], grammar: &Grammar) -> bool {
        let mut words = Words::new(head, grammar);
        let _ = words.word("CREATE") && words.any_of("TEMP TEMPORARY");
        if !words.word("TRIGGER") {
            return false;
        }
        let mut last = Words::new(head.get(self.looked..).unwrap_or_default(), grammar);
        self.looked = head.len();
        let is_end = last.word("END") && matches!(last.next(), None | Some(Token::Symbol(b';')));
        !is_end
    }
}

/// Reads the head of an `INSERT` or `REPLACE`.
pub(super) fn insert(head: &[u8], grammar: &Grammar) -> Insert {
    let mut words = Words::new(head, grammar);
    if !words.any_of("INSERT REPLACE") {
        return Insert::Not;
    }
    while words.any_of("LOW_PRIORITY DELAYED HIGH_PRIORITY IGNORE INTO OR ABORT FAIL REPLACE ROLLBACK") {}
    let Some(table) = words.name() else { return Insert::Not };
    if words.word("AS") {
        words.identifier();
    }
    let columns = words.columns().unwrap_or_default();
    if words.word("OVERRIDING") {
        words.any_of("SYSTEM USER");
        words.word("VALUE");
    }
    if words.words("DEFAULT VALUES") || words.word("SET") {
        return Insert::Row { table };
    }
    if words.any_of("VALUES VALUE") {
        words.word("ROW");
        let is_first = words.symbol(b'(') && words.next().is_none();
        return if is_first { Insert::Rows { table, columns } } else { Insert::Not };
    }
    match words.next() {
        None | Some(Token::Symbol(b'(')) => Insert::Perhaps,
        Some(_) => Insert::Not,
    }
}
