//! A line of `COPY .. FROM stdin`.

use std::borrow::Cow;

use super::escapes::{copy_unescaped, take_line_end};
use super::{State, Value, ValueError, Values};

impl<'a> Values<'a> {
    /// The next field. The tab before it, or the start of the line, is where it begins.
    pub(super) fn copy_step(&mut self) -> Result<Option<Value<'a>>, ValueError> {
        if self.state == State::Start {
            self.row = take_line_end(self.row);
            self.state = State::Within;
            if self.row == b"\\." {
                return Err(self.wanted("a row, and not the end of the data"));
            }
        } else if self.at == self.row.len() {
            return Ok(None);
        } else {
            // The tab the field before ended at.
            self.at += 1;
        }
        let rest = self.rest();
        let bytes = rest.iter().position(|byte| *byte == b'\t').unwrap_or(rest.len());
        let field = rest.get(..bytes).unwrap_or_default();
        if let Some(at) = field.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
            self.at += at;
            return Err(self.wanted("a field without line ends and NUL"));
        }
        let start = self.at;
        self.at += bytes;
        if field == b"\\N" {
            return Ok(Some(Value::Null));
        }
        if !field.contains(&b'\\') {
            return Ok(Some(Value::Text(Cow::Borrowed(field))));
        }
        let text = copy_unescaped(field)
            .map_err(|at| ValueError::Wanted { offset: start + at, wanted: "an escape that is no NUL" })?;
        Ok(Some(Value::Text(Cow::Owned(text))))
    }
}
