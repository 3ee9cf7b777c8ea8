//! Between statements: comments, byte order marks, lines for the client, and the first byte of the next statement.

use super::super::{Dialect, SectionKind, Sink};
use super::grammar::is_blank;
use super::parts::{Object, Part};
use super::scan::Inside;
use super::statement::Statement;
use super::window::Window;
use super::{Lexer, State, mysql, postgres};
use crate::base::limits::SQL_HEAD_BYTES_MAX;

/// Bytes of a comment that tell whether it closes a dump.
const COMMENT_BYTES: usize = 64;

impl Lexer {
    /// What belongs to the next statement begins here.
    pub(super) fn begin(&mut self, offset: u64) {
        self.trivia = offset;
        self.scan.start();
        self.state = State::Between(false);
    }

    pub(super) fn between(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
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

    pub(super) fn line(&mut self, window: &mut Window<'_>, sink: &mut dyn Sink) -> bool {
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

    pub(super) fn end_line(&mut self, sink: &mut dyn Sink) {
        let State::Line(start) = self.state else { return };
        let around = self.session.surroundings();
        self.last_insert.clear();
        let part = match self.session.grammar.dialect {
            Dialect::MySql => mysql::line(&self.head, &mut self.session),
            Dialect::Postgres => postgres::line(&self.head, &mut self.session),
            Dialect::Sqlite => Part::Object(Object::new(SectionKind::Other)),
        };
        self.parts.add(part, start, &around, sink);
    }
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
