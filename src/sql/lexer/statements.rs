//! In a statement: up to its rows, or to its end, and what comes after that.

use super::super::{Dialect, Form, Row, SectionKind, Sink, TableName};
use super::copy::Copy;
use super::grammar::PAREN;
use super::parts::{Object, Part};
use super::rows::{Rows, take_line_end};
use super::scan::Step;
use super::statement::{Insert, insert};
use super::window::Window;
use super::{Lexer, State, Then, mysql, postgres, sqlite};
use crate::base::limits::SQL_HEAD_BYTES_MAX;

impl Lexer {
    pub(super) fn statement(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
        loop {
            let taken = window.taken();
            let step = self.scan.advance(window, &self.session.grammar, PAREN);
            self.keep(window.since(taken));
            let State::Statement(statement) = &mut self.state else { return true };
            match step {
                Step::Open => {
                    statement.depth = statement.depth.saturating_add(1);
                    if statement.depth == 1 && statement.may_have_rows && self.rows(sink) {
                        return true;
                    }
                }
                Step::Close => statement.depth = statement.depth.saturating_sub(1),
                Step::End if statement.ends(&self.head, &self.session.grammar) => {
                    self.end_statement(sink);
                    return true;
                }
                Step::End | Step::Comma => {}
                Step::Starved => {}
            }
            self.classify_if_long(sink);
            if step == Step::Starved {
                return false;
            }
        }
    }

    /// Begins with the rows of an `INSERT`, if the parenthesis is the first row's.
    fn rows(&mut self, sink: &mut dyn Sink) -> bool {
        let State::Statement(statement) = &mut self.state else { return false };
        if !self.last_insert.is_empty() && self.last_insert == self.head {
            // Word for word like the one before, which had rows: so has this one, in the same section.
            let start = self.parts.row_start(statement.start, statement.trivia);
            self.state = State::Rows(Rows::new(start, self.parts.key_column()));
            return true;
        }
        match insert(&self.head, &self.session.grammar) {
            Insert::Rows { table, columns } if !is_foreign(self.session.grammar.dialect, &table) => {
                let (start, trivia) = (statement.start, statement.trivia);
                let table = self.session.qualified(table);
                let object = Object {
                    key_column: self.session.key_column(&table, &columns),
                    columns: Some(columns),
                    form: Some(Form::Tuples { has_backslash: self.session.grammar.has_backslash }),
                    ..Object::of(SectionKind::TableData, Some(table))
                };
                self.add(Part::Object(object), trivia, sink);
                self.last_insert.clone_from(&self.head);
                let start = self.parts.row_start(start, trivia);
                self.state = State::Rows(Rows::new(start, self.parts.key_column()));
                true
            }
            Insert::Perhaps => false,
            _ => {
                statement.may_have_rows = false;
                false
            }
        }
    }

    fn classify_if_long(&mut self, sink: &mut dyn Sink) {
        if let State::Statement(statement) = &self.state
            && !statement.is_known
            && self.head.len() >= SQL_HEAD_BYTES_MAX
        {
            self.classify(false, sink);
        }
    }

    fn end_statement(&mut self, sink: &mut dyn Sink) {
        let State::Statement(statement) = &self.state else { return };
        let is_known = statement.is_known;
        if self.head.len() < SQL_HEAD_BYTES_MAX {
            let bytes = self.head.len().saturating_sub(self.session.grammar.delimiter().len());
            self.head.truncate(bytes);
        }
        let then = self.classify(is_known, sink);
        self.scan.start();
        self.state = State::Tail(then);
    }

    /// Tells the sections what the statement is about, if they do not know.
    pub(super) fn classify(&mut self, is_known: bool, sink: &mut dyn Sink) -> Then {
        let State::Statement(statement) = &mut self.state else { return Then::Statement };
        statement.is_known = true;
        let (start, trivia) = (statement.start, statement.trivia);
        let copy = postgres::copy_of(&self.head, &self.session);
        if !is_known {
            let around = self.session.surroundings();
            let part = match self.session.grammar.dialect {
                Dialect::MySql => mysql::statement(&self.head, &mut self.session),
                Dialect::Postgres => postgres::statement(&self.head, &mut self.session),
                Dialect::Sqlite => sqlite::statement(&self.head, &mut self.session),
            };
            let is_row = matches!(&part, Part::Object(object) if object.is_row);
            self.last_insert.clear();
            self.parts.add(part, trivia, &around, sink);
            if is_row {
                return Then::Row(self.parts.row_start(start, trivia));
            }
        }
        copy.map_or(Then::Statement, Then::Copy)
    }

    pub(super) fn tail(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
        let State::Tail(then) = &self.state else { return false };
        if let Then::Copy(_) = then {
            // Rows begin on the next line, whatever stands on this one.
            let rest = window.rest();
            let end = memchr::memchr(b'\n', rest);
            window.take(end.map_or(rest.len(), |at| at + 1));
            if end.is_none() {
                return false;
            }
        } else if !take_line_end(window) {
            return false;
        }
        match *then {
            Then::Statement => self.begin(window.offset()),
            Then::Row(start) => {
                self.parts.row(Row { start, end: window.offset(), key: None }, sink);
                self.begin(window.offset());
            }
            Then::Copy(has_rows) => {
                let key_column = self.parts.key_column();
                self.state = State::Copy(Copy::new(window.offset(), has_rows, key_column));
            }
        }
        true
    }
}

/// Tables that hold what is no row to anyone but the database itself.
pub(super) fn is_foreign(dialect: Dialect, table: &TableName) -> bool {
    dialect == Dialect::Sqlite && sqlite::is_schema_table(&table.name)
}
