//! Values of a tuple that begin with a letter or a dollar sign, and casts.

use std::borrow::Cow;

use super::escapes::from_hex;
use super::tuple::{is_of_a_word, unescaped};
use super::{Value, ValueError, Values};
use crate::sql::Dialect;

impl<'a> Values<'a> {
    /// A value that begins with a letter.
    pub(super) fn word(&mut self) -> Result<Value<'a>, ValueError> {
        let start = self.at;
        let bytes = self.rest().iter().take_while(|byte| is_of_a_word(**byte)).count();
        let word = self.rest().get(..bytes).unwrap_or_default().to_ascii_lowercase();
        let dialect = self.form.dialect();
        let has_quote = self.byte(bytes) == Some(b'\'');
        match word.as_slice() {
            b"null" => Ok(self.take_word(bytes, Value::Null)),
            b"true" => Ok(self.take_word(bytes, Value::Bool(true))),
            b"false" => Ok(self.take_word(bytes, Value::Bool(false))),
            b"x" if has_quote => self.hex_string(dialect),
            b"b" if has_quote && dialect != Dialect::Sqlite => self.bit_string(),
            b"n" if has_quote && dialect == Dialect::MySql => {
                self.at += 1;
                self.string()
            }
            b"e" if has_quote && dialect == Dialect::Postgres => {
                self.at += 1;
                let inner = self.quoted(true)?;
                self.refuse_nul(inner, start + 1)?;
                unescaped(inner, start + 2)
            }
            b"_binary" if dialect == Dialect::MySql => self.binary_string(bytes),
            b"replace" | b"unistr" | b"cast" if dialect == Dialect::Sqlite => {
                if let Some(value) = self.wrapped(&word) {
                    return Ok(value);
                }
                self.at = start;
                self.expression()
            }
            _ => self.expression(),
        }
    }

    const fn take_word(&mut self, bytes: usize, value: Value<'a>) -> Value<'a> {
        self.at += bytes;
        value
    }

    pub(super) fn hex_string(&mut self, dialect: Dialect) -> Result<Value<'a>, ValueError> {
        let start = self.at;
        self.at += 1;
        let inner = self.quoted(false)?;
        let wanted = ValueError::Wanted { offset: start + 2, wanted: "hexadecimal digits" };
        if dialect == Dialect::Postgres {
            let mut bits = Vec::with_capacity(4 * inner.len());
            for digit in inner {
                let digit = char::from(*digit).to_digit(16).ok_or(wanted)?;
                bits.extend((0..4).rev().map(|bit| b'0' + u8::from(digit >> bit & 1 == 1)));
            }
            return Ok(Value::Bits(Cow::Owned(bits)));
        }
        from_hex(inner).map(|bytes| Value::Bytes(Cow::Owned(bytes))).ok_or(wanted)
    }

    fn bit_string(&mut self) -> Result<Value<'a>, ValueError> {
        let start = self.at;
        self.at += 1;
        let inner = self.quoted(false)?;
        match inner.iter().position(|byte| !matches!(byte, b'0' | b'1')) {
            Some(at) => Err(ValueError::Wanted { offset: start + 2 + at, wanted: "a bit" }),
            None => Ok(Value::Bits(Cow::Borrowed(inner))),
        }
    }

    /// `_binary '..'`, and what else may follow the word.
    fn binary_string(&mut self, bytes: usize) -> Result<Value<'a>, ValueError> {
        let start = self.at;
        self.at += bytes;
        self.pass_blanks();
        let value = match self.byte(0) {
            Some(b'\'' | b'"') => self.string()?,
            Some(b'0') if self.byte(1) == Some(b'x') => self.hex_number()?,
            Some(b'x' | b'X') if self.byte(1) == Some(b'\'') => self.hex_string(Dialect::MySql)?,
            _ => {
                self.at = start;
                return self.expression();
            }
        };
        Ok(match value {
            Value::Text(text) => Value::Bytes(text),
            other => other,
        })
    }

    pub(super) fn dollar_quoted(&mut self) -> Result<Value<'a>, ValueError> {
        let start = self.at;
        let inner = self.rest().iter().skip(1).take_while(|byte| is_of_a_word(**byte)).count();
        let tag = self.rest().get(..inner + 2).filter(|tag| tag.ends_with(b"$"));
        let Some(tag) = tag else { return Err(self.wanted("a value")) };
        let after = self.rest().get(tag.len()..).unwrap_or_default();
        let Some(end) = after.windows(tag.len()).position(|window| window == tag) else {
            return Err(ValueError::Unended { offset: start, what: "string" });
        };
        self.at += end + 2 * tag.len();
        let text = after.get(..end).unwrap_or_default();
        self.refuse_nul(text, start + tag.len() - 1)?;
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    /// A literal with a cast: to `bytea` it says that the value is binary, and else nothing that the column does not say.
    pub(super) fn cast(&mut self, start: usize, value: Value<'a>) -> Result<Value<'a>, ValueError> {
        if self.form.dialect() != Dialect::Postgres {
            self.at = start;
            return self.expression();
        }
        let name_at = self.at + 2;
        self.expression()?;
        let name = self.row.get(name_at..self.at).unwrap_or_default().trim_ascii();
        let is_plain = name.iter().all(|byte| {
            is_of_a_word(*byte) || matches!(byte, b' ' | b'(' | b')' | b',' | b'.' | b'"' | b'[' | b']')
        });
        match value {
            Value::Text(text) if name.eq_ignore_ascii_case(b"bytea") => {
                match text.strip_prefix(b"\\x").and_then(from_hex) {
                    Some(bytes) => Ok(Value::Bytes(Cow::Owned(bytes))),
                    None => Ok(Value::Text(text)),
                }
            }
            value if is_plain => Ok(value),
            _ => {
                self.at = start;
                self.expression()
            }
        }
    }
}
