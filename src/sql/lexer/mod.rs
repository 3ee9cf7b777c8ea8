//! Reads a dump while it streams past and says where its sections and rows are.
//!
//! What is said depends on the bytes alone, not on how they were split. No error can happen: what is not understood becomes a section
//! of its own, with a note. Memory is bounded: the head of one statement, the key of one row, the keys of tables.

mod between;
mod copy;
mod grammar;
mod heads;
mod key;
mod mysql;
mod parts;
mod postgres;
mod quotes;
mod rows;
mod scan;
mod session;
mod sqlite;
mod statement;
mod statements;
mod tokens;
mod window;

#[cfg(test)]
mod tests;

pub use heads::{Heads, Stretch, Take};
pub use session::KnownKeys;

use super::{Dialect, Sink};
use crate::base::limits::SQL_HEAD_BYTES_MAX;
use copy::Copy;
use parts::{Part, Parts};
use rows::Rows;
use scan::{Inside, Scan};
use session::Session;
use statement::Statement;
use window::Window;

/// Bytes that are put behind those a push left over; more than any decision needs.
const JOINED_BYTES: usize = 4096;
/// A lexer of one dump.
#[derive(Debug)]
pub struct Lexer {
    session: Session,
    scan: Scan,
    state: State,
    parts: Parts,
    /// The head of the statement or the line.
    head: Vec<u8>,
    /// The head of the `INSERT` that the statement before was; empty if it was something else.
    last_insert: Vec<u8>,
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
            last_insert: Vec::new(),
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

    fn add(&mut self, part: Part, start: u64, sink: &mut dyn Sink) {
        self.last_insert.clear();
        self.parts.add(part, start, &self.session.surroundings(), sink);
    }

    /// Keeps bytes of a head.
    fn keep(&mut self, bytes: &[u8]) {
        let room = SQL_HEAD_BYTES_MAX.saturating_sub(self.head.len());
        self.head.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }
}
