//! Reads a dump while it streams past and says where its sections and rows are.
//!
//! What is said depends on the bytes alone, not on how they were split. No error can happen: what is not understood becomes a section
//! of its own, with a note. Memory is bounded: the head of one statement, the key of one row, the keys of tables.

mod copy;
mod grammar;
mod heads;
mod key;
mod mysql;
mod parts;
mod postgres;
mod rows;
mod scan;
mod session;
mod sqlite;
mod statement;
mod tokens;
mod window;

#[cfg(test)]
mod tests;

pub use heads::{Heads, Stretch, Take};
pub use session::KnownKeys;

use super::{Dialect, Row, SectionKind, Sink};
use crate::base::limits::SQL_HEAD_BYTES_MAX;
use copy::Copy;
use grammar::{PAREN, is_blank};
use parts::{Object, Part, Parts};
use rows::{Rows, take_line_end};
use scan::{Inside, Scan, Step};
use session::Session;
use statement::{Insert, Statement, insert};
use window::Window;

/// Bytes that are put behind those a push left over; more than any decision needs.
const JOINED_BYTES: usize = 4096;
/// Bytes of a comment that tell whether it closes a dump.
const COMMENT_BYTES: usize = 64;

/// A lexer of one dump.
#[derive(Debug)]
pub struct Lexer {
    session: Session,
    scan: Scan,
    state: State,
    parts: Parts,
    /// The head of the statement or the line.
    head: Vec<u8>,
    /// Where what belongs to the next statement begins.
    trivia: u64,
    /// What the last push left over, and where it stands.
    carry: Vec<u8>,
    base: u64,
}

#[derive(Debug)]
enum State {
    /// Between statements; `true`: in the comment that closes a dump.
    Between(bool),
    /// In a line that is a command to the client, from here.
    Line(u64),
    Statement(Statement),
    Rows(Rows),
    Copy(Copy),
    /// After a terminator, up to the end of the line.
    Tail(Then),
}

/// What comes after a statement's line.
#[derive(Debug)]
enum Then {
    Statement,
    /// The statement was a row, which started there.
    Row(u64),
    /// Lines of rows, which are understood or not.
    Copy(bool),
}

impl Lexer {
    /// Begins with a dump's first byte.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self::with(dialect, None)
    }

    /// The same, knowing keys of tables that the dump will not have told when their rows come.
    #[must_use]
    pub fn with_known_keys(dialect: Dialect, known_keys: KnownKeys) -> Self {
        Self::with(dialect, Some(known_keys))
    }

    fn with(dialect: Dialect, known_keys: Option<KnownKeys>) -> Self {
        Self {
            session: Session::new(dialect, known_keys),
            scan: Scan::new(),
            state: State::Between(false),
            parts: Parts::default(),
            head: Vec::new(),
            trivia: 0,
            carry: Vec::new(),
            base: 0,
        }
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let mut bytes = bytes;
        while !self.carry.is_empty() && !bytes.is_empty() {
            let mut joined = std::mem::take(&mut self.carry);
            let carried = joined.len();
            let (front, back) = bytes.split_at(bytes.len().min(JOINED_BYTES));
            joined.extend_from_slice(front);
            let taken = self.run(&joined, false, sink);
            if taken < carried || back.is_empty() {
                joined.drain(..taken);
                self.carry = joined;
                bytes = back;
            } else {
                bytes = bytes.get(taken - carried..).unwrap_or_default();
            }
        }
        if !bytes.is_empty() {
            let taken = self.run(bytes, false, sink);
            self.carry.extend_from_slice(bytes.get(taken..).unwrap_or_default());
        }
    }

    /// Says what there is left to say: the dump has ended.
    pub fn finish(mut self, sink: &mut dyn Sink) {
        let carry = std::mem::take(&mut self.carry);
        self.run(&carry, true, sink);
        match &self.state {
            State::Line(_) => self.end_line(sink),
            State::Statement(statement) => {
                let is_known = statement.is_known;
                self.classify(is_known, sink);
                self.parts.note("the file ends inside of a statement");
            }
            State::Rows(_) | State::Copy(_) | State::Tail(Then::Copy(_)) => {
                self.parts.note("the file ends inside of a table's rows");
            }
            State::Between(_) if matches!(self.scan.inside(), Inside::Block { .. }) => {
                self.parts.note("the file ends inside of a comment");
            }
            State::Between(_) | State::Tail(_) => {}
        }
        self.parts.finish(self.base, &self.session.surroundings(), sink);
    }

    /// No wall, section or end of a row that is yet to be told lies before this offset: up to it, chunks can be cut.
    #[must_use]
    pub fn settled(&self) -> u64 {
        let start = match &self.state {
            State::Between(_) => self.trivia,
            State::Line(start) => *start,
            State::Statement(statement) if !statement.is_known => statement.trivia,
            State::Statement(_) | State::Rows(_) | State::Copy(_) | State::Tail(_) => self.base,
        };
        let is_far = self.base - start > SQL_HEAD_BYTES_MAX as u64;
        let start = if is_far && matches!(self.state, State::Between(_)) { self.base } else { start };
        self.parts.unsettled().map_or(start, |unsettled| unsettled.min(start))
    }

    /// Reads a window. How many bytes of it were taken.
    fn run(&mut self, bytes: &[u8], is_last: bool, sink: &mut dyn Sink) -> usize {
        let mut window = Window::new(bytes, self.base, is_last);
        while self.step(&mut window, sink) {}
        self.base += window.taken() as u64;
        window.taken()
    }

    /// Whether there is more to do with what is in the window.
    fn step(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
        match &mut self.state {
            State::Between(_) => self.between(window, sink),
            State::Line(_) => self.line(window, sink),
            State::Statement(_) => self.statement(window, sink),
            State::Rows(rows) => {
                let with = (&mut self.scan, &self.session.grammar);
                let has_ended = rows.read(window, with, &mut self.parts, sink);
                if has_ended {
                    self.begin(window.offset());
                }
                has_ended
            }
            State::Copy(copy) => {
                let has_ended = copy.read(window, &mut self.parts, sink);
                if has_ended {
                    self.begin(window.offset());
                }
                has_ended
            }
            State::Tail(_) => self.tail(window, sink),
        }
    }

    /// What belongs to the next statement begins here.
    fn begin(&mut self, offset: u64) {
        self.trivia = offset;
        self.scan.start();
        self.state = State::Between(false);
    }

    fn between(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
        if *self.scan.inside() != Inside::Code {
            if !self.scan.close(window, &self.session.grammar) {
                return false;
            }
            if matches!(self.state, State::Between(true)) {
                self.begin(window.offset());
            }
            return true;
        }
        let blanks = window.rest().iter().take_while(|byte| is_blank(**byte)).count();
        window.take(blanks);
        if window.first().is_none() {
            return false;
        }
        let Some(ahead) = window.peek_line(COMMENT_BYTES) else { return false };
        let dialect = self.session.grammar.dialect;
        let is_mysql = dialect == Dialect::MySql;
        match ahead {
            [0xef, 0xbb, 0xbf, ..] => window.take(3),
            [b'-', b'-', ..] => {
                self.scan.open(Inside::Line);
                if closes_dump(ahead) {
                    self.add(Part::Object(Object::new(SectionKind::Footer)), self.trivia, sink);
                    self.state = State::Between(true);
                }
            }
            [b'#', ..] if is_mysql => self.scan.open(Inside::Line),
            [b'/', b'*', b'!', ..] | [b'/', b'*', b'M', b'!', ..] if is_mysql => {
                let is_sandbox = ahead.windows(2).take(12).any(|two| two == b"\\-");
                self.start(window, is_sandbox);
            }
            [b'/', b'*', ..] => {
                window.take(2);
                self.scan.open(Inside::Block { depth: 1 });
            }
            [b'\\', ..] if dialect != Dialect::Sqlite => self.start(window, true),
            [b'.', ..] if dialect == Dialect::Sqlite => self.start(window, true),
            line => self.start(window, is_mysql && mysql::is_delimiter_command(line)),
        }
        true
    }

    /// A statement or a line for the client begins.
    fn start(&mut self, window: &Window<'_>, is_line: bool) {
        let start = window.offset();
        let is_far = start - self.trivia > SQL_HEAD_BYTES_MAX as u64;
        let trivia = if is_far { start } else { self.trivia };
        self.head.clear();
        self.scan.start();
        self.state =
            if is_line { State::Line(trivia) } else { State::Statement(Statement::new(start, trivia)) };
    }

    fn line(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
        let rest = window.rest();
        let end = memchr::memchr(b'\n', rest);
        self.keep(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
        window.take(end.map_or(rest.len(), |at| at + 1));
        if end.is_none() {
            return false;
        }
        self.end_line(sink);
        self.begin(window.offset());
        true
    }

    fn end_line(&mut self, sink: &mut dyn Sink) {
        let State::Line(start) = self.state else { return };
        let around = self.session.surroundings();
        let part = match self.session.grammar.dialect {
            Dialect::MySql => mysql::line(&self.head, &mut self.session),
            Dialect::Postgres => postgres::line(&self.head, &mut self.session),
            Dialect::Sqlite => Part::Object(Object::new(SectionKind::Other)),
        };
        self.parts.add(part, start, &around, sink);
    }

    fn statement(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
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
        match insert(&self.head, &self.session.grammar) {
            Insert::Rows { table, columns } if !is_foreign(self.session.grammar.dialect, &table) => {
                let (start, trivia) = (statement.start, statement.trivia);
                let table = self.session.qualified(table);
                let object = Object {
                    key_column: self.session.key_column(&table, &columns),
                    columns: Some(columns),
                    ..Object::of(SectionKind::TableData, Some(table))
                };
                self.add(Part::Object(object), trivia, sink);
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
    fn classify(&mut self, is_known: bool, sink: &mut dyn Sink) -> Then {
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
            self.parts.add(part, trivia, &around, sink);
            if is_row {
                return Then::Row(self.parts.row_start(start, trivia));
            }
        }
        copy.map_or(Then::Statement, Then::Copy)
    }

    fn tail(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
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

    fn add(&mut self, part: Part, start: u64, sink: &mut dyn Sink) {
        self.parts.add(part, start, &self.session.surroundings(), sink);
    }

    /// Keeps bytes of a head.
    fn keep(&mut self, bytes: &[u8]) {
        let room = SQL_HEAD_BYTES_MAX.saturating_sub(self.head.len());
        self.head.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }
}

/// Tables that hold what is no row to anyone but the database itself.
fn is_foreign(dialect: Dialect, table: &super::TableName) -> bool {
    dialect == Dialect::Sqlite && sqlite::is_schema_table(&table.name)
}

/// Whether a comment says that a dump is complete.
fn closes_dump(line: &[u8]) -> bool {
    let starts: [&[u8]; 3] = [
        b"-- Dump completed",
        b"-- PostgreSQL database dump complete",
        b"-- PostgreSQL database cluster dump complete",
    ];
    starts.iter().any(|start| line.starts_with(start))
}
