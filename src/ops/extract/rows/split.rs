//! Rows out of pieces of a table's data: the lexer finds where each begins and ends.

use crate::base::limits::EXTRACT_ROW_BYTES_MAX;
use crate::ops::OpsError;
use crate::sql::value::RowForm;
use crate::sql::{Dialect, Lexer, Row, Section, Sink};

/// Takes rows apart that come in any pieces.
pub struct Splitter {
    lexer: Lexer,
    heard: Heard,
    /// Bytes from `base` on that no row has been made of yet.
    waiting: Vec<u8>,
    base: u64,
    /// What is put before the first bytes, unless they begin with a statement.
    head: Vec<u8>,
    is_fresh: bool,
}

/// Rows that the lexer told of.
#[derive(Debug, Default)]
struct Heard(Vec<(u64, u64)>);

impl Sink for Heard {
    fn row(&mut self, row: Row<'_>) {
        self.0.push((row.start, row.end));
    }

    fn section(&mut self, _: Section) {}

    fn wall(&mut self, _: u64) {}
}

impl Splitter {
    pub fn new(header: &[u8], dialect: Dialect, form: RowForm, is_first: bool) -> Self {
        let mut lexer = Lexer::new(dialect);
        let mut heard = Heard::default();
        lexer.push(header, &mut heard);
        heard.0.clear();
        let head: &[u8] = match form {
            _ if is_first => b"",
            RowForm::Copy => b"COPY x FROM stdin;\n",
            _ => b"INSERT INTO x VALUES ",
        };
        let base = header.len() as u64;
        Self { lexer, heard, waiting: vec![], base, head: head.to_vec(), is_fresh: true }
    }

    pub fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(&[u8]) -> Result<(), OpsError>,
    ) -> Result<(), OpsError> {
        if std::mem::take(&mut self.is_fresh) {
            let head = std::mem::take(&mut self.head);
            let is_line = head.starts_with(b"COPY");
            let is_tuple = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'(');
            if is_line || is_tuple {
                self.lexer.push(&head, &mut self.heard);
                self.waiting.extend_from_slice(&head);
            }
        }
        self.waiting.extend_from_slice(bytes);
        self.lexer.push(bytes, &mut self.heard);
        self.give(each)?;
        if self.waiting.len() > EXTRACT_ROW_BYTES_MAX {
            let reason = format!("a row has over {EXTRACT_ROW_BYTES_MAX} bytes");
            return Err(OpsError::Rows { table: "the table".into(), reason });
        }
        Ok(())
    }

    pub fn finish(mut self, each: &mut dyn FnMut(&[u8]) -> Result<(), OpsError>) -> Result<(), OpsError> {
        let lexer = std::mem::replace(&mut self.lexer, Lexer::new(Dialect::Sqlite));
        lexer.finish(&mut self.heard);
        self.give(each)
    }

    fn give(&mut self, each: &mut dyn FnMut(&[u8]) -> Result<(), OpsError>) -> Result<(), OpsError> {
        let base = self.base;
        let place = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        let mut end = 0;
        for (from, to) in self.heard.0.drain(..) {
            each(self.waiting.get(place(from)..place(to)).unwrap_or_default())?;
            end = place(to);
        }
        self.waiting.drain(..end);
        self.base += end as u64;
        Ok(())
    }
}
