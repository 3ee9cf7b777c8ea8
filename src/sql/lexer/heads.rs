//! Parts a dump into statements, which are small and handed over whole, and rows, which are not and pass by.
//!
//! For who changes statements on their way out: the rows of an `INSERT` or `COPY` are never looked into further than is needed to
//! find their end. Nothing is lost: what is handed over joins to what was pushed.

use super::super::Dialect;
use super::copy::Copy;
use super::grammar::{PAREN, is_blank};
use super::rows::take_line_end;
use super::scan::{Inside, Scan, Step};
use super::session::Session;
use super::statement::{Insert, Statement, insert};
use super::window::Window;
use super::{mysql, postgres};

/// Bytes that tell whether a line is for the client.
const LINE_BYTES: usize = 64;

/// A part of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<'b> {
    /// A statement with the comments before it and the line's end behind it; of an `INSERT` what stands before its rows and the
    /// first parenthesis; of a longer statement its start. A line for the client is one, too.
    Statement(&'b [u8]),
    /// Rows, or whatever else is to pass as it is.
    Rows(&'b [u8]),
}

/// Hears of the parts.
pub type Take<'t> = dyn FnMut(Stretch<'_>) + 't;

/// Parts what is pushed.
#[derive(Debug)]
pub struct Heads {
    session: Session,
    scan: Scan,
    state: State,
    /// What belongs to the statement that is under way.
    gathered: Vec<u8>,
    gathered_max: usize,
    /// What the last push left over.
    carry: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Between,
    Line,
    Statement(Statement),
    /// In what passes, up to a terminator.
    Rows,
    Copy(Copy),
    /// After a terminator, up to the line's end; then `COPY`'s rows, perhaps.
    Tail(bool),
}

impl Heads {
    /// Parts statements of up to `gathered_max` bytes; of longer ones so much is handed over, and the rest passes.
    #[must_use]
    pub fn new(dialect: Dialect, gathered_max: usize) -> Self {
        Self {
            session: Session::new(dialect, None),
            scan: Scan::new(),
            state: State::Between,
            gathered: Vec::new(),
            gathered_max,
            carry: Vec::new(),
        }
    }

    /// Ends statements with something else than a semicolon from here on.
    pub fn set_delimiter(&mut self, delimiter: &[u8]) {
        self.session.grammar.set_delimiter(delimiter);
    }

    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8], take: &mut Take<'_>) {
        if self.carry.is_empty() {
            let taken = self.run(bytes, false, take);
            self.carry.extend_from_slice(bytes.get(taken..).unwrap_or_default());
        } else {
            let mut joined = std::mem::take(&mut self.carry);
            joined.extend_from_slice(bytes);
            let taken = self.run(&joined, false, take);
            joined.drain(..taken);
            self.carry = joined;
        }
    }

    /// What was pushed has ended: the end of a section may stand in the middle of a comment, and the next one begins anew.
    pub fn end(&mut self, take: &mut Take<'_>) {
        let carry = std::mem::take(&mut self.carry);
        let taken = self.run(&carry, true, take);
        self.gathered.extend_from_slice(carry.get(taken..).unwrap_or_default());
        if matches!(self.state, State::Line | State::Statement(_)) {
            self.learn(0);
        }
        self.hand_over(take);
        self.begin();
    }

    /// Reads a window. How many bytes of it were taken.
    fn run(&mut self, bytes: &[u8], is_last: bool, take: &mut Take<'_>) -> usize {
        let mut window = Window::new(bytes, 0, is_last);
        let mut goes_on = true;
        while goes_on {
            let before = window.taken();
            goes_on = match &mut self.state {
                State::Between => self.between(&mut window, take),
                State::Line => self.line(&mut window, take),
                State::Statement(_) => self.statement(&mut window, take),
                State::Rows => {
                    let step = self.scan.advance(&mut window, &self.session.grammar, 0);
                    if step == Step::End {
                        self.state = State::Tail(false);
                    }
                    pass(window.since(before), take);
                    step == Step::End
                }
                State::Copy(copy) => {
                    let has_ended = copy.pass(&mut window);
                    if has_ended {
                        self.begin();
                    }
                    pass(window.since(before), take);
                    has_ended
                }
                State::Tail(_) => self.tail(&mut window, take),
            };
        }
        window.taken()
    }

    fn begin(&mut self) {
        self.scan.start();
        self.state = State::Between;
    }

    fn hand_over(&mut self, take: &mut Take<'_>) {
        if !self.gathered.is_empty() {
            take(Stretch::Statement(&self.gathered));
            self.gathered.clear();
        }
    }

    fn between(&mut self, window: &mut Window<'_>, take: &mut Take<'_>) -> bool {
        let before = window.taken();
        let goes_on = self.pass_comments(window);
        self.gathered.extend_from_slice(window.since(before));
        if self.gathered.len() > self.gathered_max {
            self.hand_over(take);
        }
        goes_on
    }

    fn pass_comments(&mut self, window: &mut Window<'_>) -> bool {
        if *self.scan.inside() != Inside::Code {
            return self.scan.close(window, &self.session.grammar);
        }
        let blanks = window.rest().iter().take_while(|byte| is_blank(**byte)).count();
        window.take(blanks);
        if window.first().is_none() {
            return false;
        }
        let Some(ahead) = window.peek_line(LINE_BYTES) else { return false };
        let is_mysql = self.session.grammar.dialect == Dialect::MySql;
        match ahead {
            [0xef, 0xbb, 0xbf, ..] => window.take(3),
            [b'-', b'-', ..] => self.scan.open(Inside::Line),
            [b'#', ..] if is_mysql => self.scan.open(Inside::Line),
            [b'/', b'*', b'!', ..] | [b'/', b'*', b'M', b'!', ..] if is_mysql => {
                let is_sandbox = ahead.windows(2).take(12).any(|two| two == b"\\-");
                self.start(is_sandbox);
            }
            [b'/', b'*', ..] => {
                window.take(2);
                self.scan.open(Inside::Block { depth: 1 });
            }
            [b'\\', ..] if self.session.grammar.dialect != Dialect::Sqlite => self.start(true),
            [b'.', ..] if self.session.grammar.dialect == Dialect::Sqlite => self.start(true),
            line => self.start(is_mysql && mysql::is_delimiter_command(line)),
        }
        true
    }

    fn start(&mut self, is_line: bool) {
        self.scan.start();
        self.state = if is_line { State::Line } else { State::Statement(Statement::new(0, 0)) };
    }

    fn line(&mut self, window: &mut Window<'_>, take: &mut Take<'_>) -> bool {
        let before = window.taken();
        let is_over = take_line(window);
        self.gathered.extend_from_slice(window.since(before));
        if is_over {
            self.learn(0);
            self.hand_over(take);
            self.begin();
        }
        is_over
    }

    fn statement(&mut self, window: &mut Window<'_>, take: &mut Take<'_>) -> bool {
        loop {
            let before = window.taken();
            let step = self.scan.advance(window, &self.session.grammar, PAREN);
            self.gathered.extend_from_slice(window.since(before));
            let State::Statement(statement) = &mut self.state else { return true };
            match step {
                Step::Open => {
                    statement.depth = statement.depth.saturating_add(1);
                    if statement.depth == 1 && statement.may_have_rows {
                        match insert(&self.gathered, &self.session.grammar) {
                            Insert::Rows { table, .. }
                                if !super::statements::is_foreign(self.session.grammar.dialect, &table) =>
                            {
                                return self.let_pass(take);
                            }
                            Insert::Perhaps => {}
                            _ => statement.may_have_rows = false,
                        }
                    }
                }
                Step::Close => statement.depth = statement.depth.saturating_sub(1),
                Step::End if statement.ends(&self.gathered, &self.session.grammar) => {
                    let has_copy = self.learn(self.session.grammar.delimiter().len());
                    self.scan.start();
                    self.state = State::Tail(has_copy);
                    return true;
                }
                Step::End | Step::Comma | Step::Starved => {}
            }
            if self.gathered.len() > self.gathered_max {
                return self.let_pass(take);
            }
            if step == Step::Starved {
                return false;
            }
        }
    }

    /// What follows of the statement passes.
    fn let_pass(&mut self, take: &mut Take<'_>) -> bool {
        self.hand_over(take);
        self.state = State::Rows;
        true
    }

    /// Does to the session what the statement does, whose last bytes are its terminator. Whether lines of `COPY` follow.
    fn learn(&mut self, terminator: usize) -> bool {
        let end = self.gathered.len().saturating_sub(terminator);
        let head = self.gathered.get(..end).unwrap_or_default();
        let is_line = matches!(self.state, State::Line);
        let has_copy = postgres::copy_of(head, &self.session).is_some();
        match (self.session.grammar.dialect, is_line) {
            (Dialect::MySql, true) => {
                let start = head.iter().position(|byte| !is_blank(*byte)).unwrap_or_default();
                let line = head.get(start..).unwrap_or_default();
                let last = line.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
                _ = mysql::line(last.unwrap_or_default(), &mut self.session);
            }
            (Dialect::MySql, false) => _ = mysql::statement(head, &mut self.session),
            (Dialect::Postgres, false) => _ = postgres::statement(head, &mut self.session),
            (Dialect::Postgres | Dialect::Sqlite, _) => {}
        }
        has_copy && !is_line
    }

    fn tail(&mut self, window: &mut Window<'_>, take: &mut Take<'_>) -> bool {
        let has_copy = matches!(self.state, State::Tail(true));
        let before = window.taken();
        let is_over = if has_copy { take_line(window) } else { take_line_end(window) };
        self.gathered.extend_from_slice(window.since(before));
        if is_over {
            self.hand_over(take);
            self.begin();
            if has_copy {
                self.state = State::Copy(Copy::new(0, false, None));
            }
        }
        is_over
    }
}

/// Takes the rest of a line. Whether its end was there.
fn take_line(window: &mut Window<'_>) -> bool {
    let rest = window.rest();
    let end = memchr::memchr(b'\n', rest);
    window.take(end.map_or(rest.len(), |at| at + 1));
    end.is_some()
}

fn pass(bytes: &[u8], take: &mut Take<'_>) {
    if !bytes.is_empty() {
        take(Stretch::Rows(bytes));
    }
}
